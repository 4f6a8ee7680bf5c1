"""The migrations make the schema that the models describe, and can be undone."""
import pytest
from flask_appbuilder.security.sqla.models import User
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import Column, Integer, Table, create_engine, insert, inspect, text

from app.models.custom_field import CustomField
from app.models.custom_form import CustomForm
from app.models.custom_record import FieldIndex
from app.models.dynamic_menu import DynamicMenu
from app.models.saved_view import SavedView
from tests.conftest import SETTINGS


@pytest.fixture
def migrated(databases):
    """An application on a database of its own, migrated."""
    from app import create_app
    from app.extensions import db

    application = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": databases.create()})
    with application.app_context():
        upgrade()
        yield application
        db.session.remove()
        db.engine.dispose()


def _tables(application):
    engine = create_engine(application.config["SQLALCHEMY_DATABASE_URI"])
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


def test_the_schema_of_the_migrations_is_that_of_the_models(migrated):
    check()  # leaves with 1 and the difference where there is one


def test_a_table_without_a_migration_is_noticed(migrated):
    """Otherwise the test above would hold of nothing."""
    metadata = migrated.extensions["migrate"].db.metadata
    forgotten = Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    try:
        with pytest.raises(SystemExit):
            check()
    finally:
        metadata.remove(forgotten)


def test_every_step_back_works_and_so_does_going_up_again(migrated):
    there = _tables(migrated)
    assert {"entity", "attendance", "log_entry", "ab_user"} <= there
    downgrade(revision="base")
    assert _tables(migrated) == set()
    upgrade()
    assert _tables(migrated) == there


def test_rows_that_others_point_to_outlive_the_tables_that_are_made_anew(migrated):
    """On SQLite a changed table is made anew, and the old one dropped while rows still point to it."""
    db = migrated.extensions["migrate"].db
    with db.engine.begin() as connection:
        for statement in (("motive (id, name, name_key, active, version, complete_to_close) "
                          "VALUES (7, 'A', 'a', true, 1, false)"),
                          ("occurrence (id, motive_id, name, name_key, active, version) "
                          "VALUES (7, 7, 'B', 'b', true, 1)")):
            connection.execute(text(f"INSERT INTO {statement}"))
    downgrade(revision="0013")
    upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT motive_id FROM occurrence WHERE id = 7")) == 7


def test_saved_views_of_records_ask_as_all_lists_do(migrated):
    db = migrated.extensions["migrate"].db
    old = "cf_casas.from=3&cf_casas.to=9&cf_bairro=Vila+Nova&cf_fone=119&cf_regiao=n&order=-casas"
    types = {"casas": "integer", "bairro": "text", "fone": "phone", "regiao": "choice"}
    rows = [
        (CustomForm, {"id": 5, "slug": "f"}),
        *((CustomField, {"form_id": 5, "key": key, "type": kind}) for key, kind in types.items()),
        (DynamicMenu, {"id": 3, "form_id": 5}),
        (User, {"id": 1, "first_name": "A", "last_name": "B", "username": "ab", "email": "a@b.c"}),
        (SavedView, {"id": 1, "list_key": "records-3", "owner_id": 1, "query": old})]
    with db.engine.begin() as connection:
        for model, values in rows:
            named = {"name": "V", "name_key": "v"} if model is not User else {}
            connection.execute(insert(model.__table__).values(**named, **values))

    def query():
        with db.engine.connect() as connection:
            return connection.scalar(text("SELECT query FROM saved_view"))

    downgrade(revision="0022")
    assert query() == old
    upgrade()
    assert query() == "cf_casas_from=3&cf_casas_to=9&cf_bairro=*Vila+Nova*&cf_fone=119*&cf_regiao=n&order=-casas"
    downgrade(revision="0022")
    assert query() == old


@pytest.mark.req("B-20")
def test_the_words_of_what_is_indexed_already_are_made(migrated):
    db = migrated.extensions["migrate"].db
    index = [("entity", 1, "hid-77"), ("entity", 2, None), ("attendance", 1, "rua d'avila"), ("record", 1, "so aqui")]
    with db.engine.begin() as connection:
        connection.execute(insert(CustomForm.__table__).values(id=5, name="F", name_key="f", slug="f"))
        for pk, kind in ((7, "text"), (8, "integer")):
            connection.execute(insert(CustomField.__table__).values(
                id=pk, form_id=5, key=kind, type=kind, name=kind, name_key=kind))
        for kind, owner, value in index:
            connection.execute(insert(FieldIndex.__table__).values(field_id=7, kind=kind, owner_id=owner, value=value))
        connection.execute(insert(FieldIndex.__table__).values(field_id=8, kind="entity", owner_id=1, value="0" * 27))
    downgrade(revision="0028")
    upgrade()
    with db.engine.connect() as connection:
        words = connection.execute(text("SELECT kind, owner_id, value FROM field_word WHERE field_id = 7")).all()
        assert connection.scalar(text("SELECT count(*) FROM field_word")) == len(words)
    assert sorted(map(tuple, words)) == [
        ("attendance", 1, "davila"), ("attendance", 1, "rua"), ("entity", 1, "77"), ("entity", 1, "hid")]


def test_there_is_one_line_of_migrations(migrated):
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory(migrated.extensions["migrate"].directory).get_heads()) == 1
