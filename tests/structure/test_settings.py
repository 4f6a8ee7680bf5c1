"""A wrong setting stops the start with a sentence that names it."""
import pytest

from config import ROOT, ConfigError, load

SECRET = "x" * 32
TEAM = {"DATABASE_URL": "postgresql://db/balcao", "SECRET_KEY": SECRET, "ENCRYPTION_KEYS": SECRET}

WRONG = [
    ({"DATABASE_URL": "mysql://db/balcao"}, "DATABASE_URL must begin with sqlite:// or postgresql://"),
    ({"REDIS_URL": "http://cache"}, "REDIS_URL must begin with redis://"),
    ({"SMTP_URL": "http://mail"}, "SMTP_URL must be smtp://"),
    ({"SMTP_URL": "smtp://mail:abc"}, "SMTP_URL must be smtp://"),
    ({"PORT": "http"}, "PORT must be a number from 1 to 65535"),
    ({"PORT": "70000"}, "PORT must be a number from 1 to 65535"),
    ({"PUBLIC_URL": "desk.example.com"}, "PUBLIC_URL must be an address such as https://"),
    ({"TIMEZONE": "Sao_Paulo"}, "TIMEZONE 'Sao_Paulo' is not a known time zone"),
    ({"LOCALE": "pt"}, "LOCALE must be one of pt_BR, en"),
    ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES must be a whole number"),
    ({"DEMO": "yes"}, "DEMO must be 0 or 1"),
    ({"DEMO": "1", "HOST": "192.0.2.1"}, "listens on loopback only"),
    ({"UPLOADS_PATH": str(ROOT / "app" / "static" / "files")}, "UPLOADS_PATH must lie outside the program"),
    ({"UPLOADS_PATH": __file__}, "must be a folder that this user may write to"),
    ({"UPLOAD_MAX_MB": "0"}, "UPLOAD_MAX_MB must be from 1 to 200"),
    ({"UPLOAD_MAX_MB": "20 MB"}, "UPLOAD_MAX_MB must be a whole number"),
    ({"UPLOAD_SCANNER": "no-such-scanner --fast"}, "UPLOAD_SCANNER: there is no program 'no-such-scanner'"),
    ({"UPLOAD_SCANNER": "'clamdscan"}, "UPLOAD_SCANNER is no command"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY must have at least 32 characters"),
    ({"ENCRYPTION_KEYS": "short"}, "ENCRYPTION_KEYS must have at least 32 characters"),
    ({**TEAM, "SECRET_KEY": ""}, "SECRET_KEY must be set when PostgreSQL or Redis is used"),
    ({**TEAM, "ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS must be set when PostgreSQL or Redis is used"),
    ({"REDIS_URL": "redis://cache"}, "SECRET_KEY must be set when PostgreSQL or Redis is used"),
]


@pytest.mark.parametrize(("environ", "sentence"), WRONG, ids=lambda x: x if isinstance(x, str) else "")
def test_a_wrong_setting_stops_the_start(environ, sentence, tmp_path):
    with pytest.raises(ConfigError) as refusal:
        load({"INSTANCE_PATH": str(tmp_path), **environ})
    assert sentence in str(refusal.value)


def test_nothing_set_is_one_process_on_sqlite(tmp_path):
    values = load({"INSTANCE_PATH": str(tmp_path)})
    assert values["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/balcao.db"
    assert (values["HOST"], values["PORT"], values["DEMO"]) == ("127.0.0.1", 8080, False)
    assert values["BABEL_DEFAULT_LOCALE"] == "pt_BR"
    assert (values["UPLOADS_PATH"], values["UPLOAD_MAX_MB"]) == (str(tmp_path / "uploads"), 20)
    assert values["MAX_CONTENT_LENGTH"] == 26 * 1024 * 1024


def test_a_request_may_always_carry_the_largest_file(tmp_path):
    values = load({"INSTANCE_PATH": str(tmp_path), "UPLOAD_MAX_MB": "50"})
    assert values["MAX_CONTENT_LENGTH"] > 50 * 1024 * 1024


def test_a_secret_is_made_once_and_for_the_owner_only(tmp_path):
    first, second = load({"INSTANCE_PATH": str(tmp_path)}), load({"INSTANCE_PATH": str(tmp_path)})
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_an_address_of_postgresql_is_read_with_its_driver(scheme):
    values = load({**TEAM, "DATABASE_URL": f"{scheme}://balcao@db/balcao"})
    assert values["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://balcao@db/balcao"


def test_cookies_are_for_https_where_the_address_is(tmp_path):
    assert load({"INSTANCE_PATH": str(tmp_path), "PUBLIC_URL": "https://desk.example.com/"})["SESSION_COOKIE_SECURE"]
    assert not load({"INSTANCE_PATH": str(tmp_path)})["SESSION_COOKIE_SECURE"]
