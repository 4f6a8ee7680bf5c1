"""Indexes set aside while very many rows are written, and made again afterwards: sorted once, each costs a fraction of
what it costs row by row.

Only what nothing depends on: no unique index, and only of tables that are small beside what is to come, where nobody
misses it meanwhile. What is missing stands in a table, so that a command that was killed leaves behind what `flask
doctor` tells and `flask sync` makes again.
"""
from sqlalchemy import delete, func, insert, literal, select, text

from ..models.set_aside import SetAside

WORTH = 10_000  # rows to be added from which it is
SMALL = 5  # a table with less than a fifth of that is small
MEMORY = "256MB"  # PostgreSQL sorts an index in it


def set_aside(session, adding: dict[type, int]) -> list[str]:
    """Drop the indexes of those tables that are small beside the rows to be added to them, {model: how many}; answers
    their names."""
    found = [(name, definition) for model, count in adding.items()
             if count >= WORTH and _rows(session, model, count // SMALL) < count // SMALL
             for name, definition in _indexes(session, model.__tablename__)]
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    for name, definition in found:
        session.execute(insert(SetAside).values(name=name, definition=definition))
        connection.exec_driver_sql(f"DROP INDEX {quote(name)}")
    return [name for name, _definition in found]


def waiting(session) -> list[str]:
    """The names of the indexes that are missing."""
    return list(session.scalars(select(SetAside.name).order_by(SetAside.name)))


def put_back(session, name: str) -> bool:
    """Make an index again; False where somebody else has done so, for whom this one waits."""
    definition = session.scalar(delete(SetAside).where(SetAside.name == name).returning(SetAside.definition))
    if definition is None:
        return False
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL maintenance_work_mem = '{MEMORY}'"))
        session.execute(text("SET LOCAL synchronous_commit = off"))  # what is lost with it still stands in the table
    connection.exec_driver_sql(definition)
    return True


def _rows(session, model, cap: int) -> int:
    """How many rows a table has, counted to `cap`."""
    return session.scalar(select(func.count()).select_from(
        select(literal(1)).select_from(model.__table__).limit(cap).subquery()))


def _indexes(session, table: str) -> list[tuple[str, str]]:
    """(name, statement that makes it) of every index of a table that is not unique."""
    if session.connection().dialect.name == "postgresql":
        return list(map(tuple, session.execute(text(
            "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = CAST(:table AS regclass) AND NOT i.indisunique AND NOT i.indisexclusion "
            "ORDER BY c.relname"), {"table": table})))
    return list(map(tuple, session.execute(text(
        "SELECT m.name, m.sql FROM pragma_index_list(:table) l JOIN sqlite_master m ON m.name = l.name "
        'WHERE m.type = \'index\' AND l."unique" = 0 AND m.sql IS NOT NULL ORDER BY m.name'), {"table": table})))
