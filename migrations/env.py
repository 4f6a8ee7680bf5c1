"""Alembic's environment: the application's own engine and metadata, on both engines, batch mode on SQLite."""
from alembic import context
from flask import current_app
from sqlalchemy import Integer, Table, event

extension = current_app.extensions["migrate"]
engine, metadata = extension.db.engine, extension.db.metadata


def ours(_object, name, kind, _reflected, _compare_to):
    """Indexes that one engine has and the other not are made by hand in their migration: not for autogenerate to drop.
    """
    by_hand = {"table": "_fts" in (name or ""), "index": (name or "").startswith(("trgm_", "day_")),
               "column": name == "words"}
    return not by_hand.get(kind)


def compare_type(_context, _inspected, _metadata, inspected_type, metadata_type):
    """None leaves it to Alembic. SQLite tells JSON and text apart by name only."""


@event.listens_for(Table, "before_create")
def never_give_an_id_twice(table, connection, **_options):
    """SQLite hands the id of a deleted newest row to the next one, which would inherit its log; PostgreSQL does not."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name == "sqlite" and len(keys) == 1 and isinstance(keys[0].type, Integer):
        table.dialect_options["sqlite"]["autoincrement"] = not keys[0].foreign_keys


with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        connection = connection.execution_options(writes=True)
        # Of the driver: within a transaction, which the engine begins with the first statement, it would do nothing,
        # and a table that others point to could not be made anew.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(connection=connection, target_metadata=metadata, include_object=ours,
                      render_as_batch=connection.dialect.name == "sqlite", compare_type=compare_type,
                      **{k: v for k, v in extension.configure_args.items()
                         if k not in ("render_as_batch", "compare_type")})
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
