"""Every setting, from the environment: meaning, default, validation. A wrong one stops the start with a sentence."""
import contextlib
import os
import secrets
import shlex
import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

ROOT = Path(__file__).resolve().parent
ANY_ADDRESS = "0.0.0.0"  # noqa: S104  (compared with what the operator chose, never a default)
LANGUAGES = {"pt_BR": {"flag": "br", "name": "Português (Brasil)"}, "en": {"flag": "us", "name": "English"}}


class ConfigError(click.ClickException):
    """A setting that cannot be used; the message names it and says what to do. Commands end with it and status 2."""

    exit_code = 2


def load(environ=os.environ) -> dict:
    """Read and check the environment. Raises ConfigError."""
    instance = Path(environ.get("INSTANCE_PATH") or ROOT / "instance")
    database_url = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'balcao.db'}"
    if database_url.startswith(("postgres://", "postgresql://")):
        database_url = "postgresql+psycopg://" + database_url.split("://", 1)[1]
    if not database_url.startswith(("sqlite://", "postgresql+psycopg://")):
        raise ConfigError("DATABASE_URL must begin with sqlite:// or postgresql://")
    embedded = database_url.startswith("sqlite://")
    redis_url = environ.get("REDIS_URL") or None
    if redis_url and not redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("REDIS_URL must begin with redis://, rediss:// or unix://")
    host, port = environ.get("HOST") or "127.0.0.1", _port(environ.get("PORT") or "8080")
    demo = _flag(environ, "DEMO")
    if demo and host not in ("127.0.0.1", "localhost", "::1"):
        raise ConfigError("DEMO=1 has known passwords and listens on loopback only: unset DEMO or set HOST=127.0.0.1")
    shown_host = {ANY_ADDRESS: "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    own_address = f"http://{shown_host}:{port}"
    public_url = (environ.get("PUBLIC_URL") or own_address).rstrip("/")
    if urlsplit(public_url).scheme not in ("http", "https") or not urlsplit(public_url).netloc:
        raise ConfigError("PUBLIC_URL must be an address such as https://desk.example.com")
    timezone = environ.get("TIMEZONE") or "America/Sao_Paulo"
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"TIMEZONE {timezone!r} is not a known time zone, such as America/Sao_Paulo") from error
    locale = environ.get("LOCALE") or "pt_BR"
    if locale not in LANGUAGES:
        raise ConfigError(f"LOCALE must be one of {', '.join(LANGUAGES)}")
    may_generate = embedded and not redis_url
    return {
        "SECRET_KEY": _secret(environ, "SECRET_KEY", instance, may_generate),
        "ENCRYPTION_KEYS": _secret(environ, "ENCRYPTION_KEYS", instance, may_generate).split(","),
        "INSTANCE_PATH": str(instance),
        "SQLALCHEMY_DATABASE_URI": database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(database_url),
        "REDIS_URL": redis_url,
        "RATELIMIT_STORAGE_URI": redis_url or "memory://",
        "HOST": host, "PORT": port, "PUBLIC_URL": public_url,
        "TRUSTED_PROXIES": _whole(environ, "TRUSTED_PROXIES", 0),  # how many proxies stand in front
        "METRICS_TOKEN": environ.get("METRICS_TOKEN") or None,
        "DEMO": demo, "DEMO_PASSWORD": environ.get("DEMO_PASSWORD") or "balcao-demo",
        "BABEL_DEFAULT_TIMEZONE": timezone, "BABEL_DEFAULT_LOCALE": locale,
        "SESSION_COOKIE_SECURE": public_url.startswith("https://"),
        # smtp[s]://user:password@host:port; without it mail waits in the outbox
        "SMTP_URL": _smtp_url(environ),
        "MAIL_FROM": environ.get("MAIL_FROM") or f"nao-responda@{urlsplit(public_url).hostname}",
        # where SMS are posted as {"to", "text", "key"}, and the bearer token for it; without it they wait in the outbox
        "SMS_URL": _sms_url(environ), "SMS_TOKEN": environ.get("SMS_TOKEN") or None,
        "WEBHOOK_ALLOW_PRIVATE": demo or _flag(environ, "WEBHOOK_ALLOW_PRIVATE"),  # webhooks into one's own network
        "UPLOADS_PATH": _uploads_path(environ, instance),  # the folder of files that people hand in
        "UPLOAD_MAX_MB": (upload_mb := _upload_mb(environ)),  # the largest of them, in MiB
        # what looks for viruses: a command that is given the path; 0 is clean, 1 infected, anything else an error
        "UPLOAD_SCANNER": _scanner(environ),
        **_FIXED,
        "MAX_CONTENT_LENGTH": max(26, upload_mb + 6) * 1024 * 1024,  # a whole request: the file and its form
    }


# What is not for the operator of an installation to choose.
_FIXED = {
    "APP_NAME": "Balcão",
    "LANGUAGES": LANGUAGES,
    "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
    "FAB_CREATE_DB": False, "FAB_UPDATE_PERMS": False,  # Alembic and `flask sync` are the only writers
    "FAB_ADD_SECURITY_API": False, "FAB_ADD_OPENAPI_VIEWS": False, "FAB_ADD_MENU_API": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_SECURITY_MANAGER_CLASS": "app.security.manager.AppSecurityManager",
    "FAB_INDEX_VIEW": "app.views.home.HomeView",
    "FAB_MENU": "app.views.menu.AppMenu",
    "FAB_BASE_TEMPLATE": "balcao/base.html",
    "FAB_PASSWORD_HASH_METHOD": "scrypt",
    "FAB_API_KEY_ENABLED": True, "FAB_API_KEY_PREFIXES": ["blc_"],  # app/services/api_tokens.py
    "AUTH_RATE_LIMITED": False,  # our own counters span form and REST, in every process
    "SESSION_COOKIE_NAME": "balcao_session", "SESSION_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_IDLE_MINUTES": 8 * 60, "SESSION_ABSOLUTE_HOURS": 12,
    "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=15),
    "LOGIN_FLOOR_SECONDS": 0.35,
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: an attendant's page stays open a whole shift
    "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024, "MAX_FORM_PARTS": 5000,
}


def _engine_options(url: str) -> dict:
    """More connections than the 16 request threads and the job thread can hold; one for a database in memory."""
    if url in ("sqlite://", "sqlite:///:memory:"):
        return {}
    options = {"pool_size": 24, "max_overflow": 8}  # whether one is still good: app/database.py
    if not url.startswith("sqlite"):
        # Eight tables that a page joins, PostgreSQL plans for 25 ms in every order there is and then runs for one; and
        # compiling a query takes longer than any of ours.
        options["connect_args"] = {"options": "-c join_collapse_limit=4 -c jit=off"}
    return options


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError("PORT must be a number from 1 to 65535")
    return int(text)


def _smtp_url(environ) -> str | None:
    url = environ.get("SMTP_URL") or None
    try:
        parts = urlsplit(url or "smtp://none")
        usable = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:  # the address may hold a password: it is not repeated
        raise ConfigError("SMTP_URL must be smtp://user:password@host:port or smtps://user:password@host:port")
    return url


def _sms_url(environ) -> str | None:
    url = environ.get("SMS_URL") or None
    try:
        parts = urlsplit(url or "https://none")
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        usable = False
    if not usable:  # the address may hold a secret: it is not repeated
        raise ConfigError("SMS_URL must be an address such as https://sms.example.com/send; its secret is SMS_TOKEN")
    if parts.scheme == "http" and environ.get("SMS_TOKEN") and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError("SMS_URL must begin with https://: SMS_TOKEN is not sent in clear text over a network")
    return url


def _uploads_path(environ, instance: Path) -> str:
    """A folder outside what the web server hands out: the product decides who reads a file."""
    path = Path(environ.get("UPLOADS_PATH") or instance / "uploads").absolute()
    if path.resolve().is_relative_to(ROOT / "app"):
        raise ConfigError("UPLOADS_PATH must lie outside the program: files handed in there could be run or shown")
    if path.exists() and not (path.is_dir() and os.access(path, os.W_OK | os.X_OK)):
        raise ConfigError(f"UPLOADS_PATH {str(path)!r} must be a folder that this user may write to")
    return str(path)


def _upload_mb(environ) -> int:
    size = _whole(environ, "UPLOAD_MAX_MB", 20)
    if not 1 <= size <= 200:  # a request is read whole before a thread takes it
        raise ConfigError("UPLOAD_MAX_MB must be from 1 to 200")
    return size


def _scanner(environ) -> list[str]:
    try:
        command = shlex.split(environ.get("UPLOAD_SCANNER") or "")
    except ValueError as error:
        raise ConfigError(f"UPLOAD_SCANNER is no command: {error}") from error
    if command and shutil.which(command[0]) is None:
        raise ConfigError(f"UPLOAD_SCANNER: there is no program {command[0]!r}")
    return command


def _whole(environ, name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdigit():
        raise ConfigError(f"{name} must be a whole number")
    return int(text)


def _flag(environ, name: str) -> bool:
    text = (environ.get(name) or "0").lower()
    if text not in ("0", "1", "true", "false"):
        raise ConfigError(f"{name} must be 0 or 1")
    return text in ("1", "true")


def _secret(environ, name: str, instance: Path, may_generate: bool) -> str:
    """From the environment; with SQLite alone, made once and kept in the instance folder."""
    if value := environ.get(name):
        if len(value) < 32:
            raise ConfigError(f"{name} must have at least 32 characters")
        return value
    if not may_generate:
        raise ConfigError(f"{name} must be set when PostgreSQL or Redis is used: every process needs the same one")
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = instance / name.lower()
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # whoever comes first wins, the others read it
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()
