"""Many rows in one statement: COPY on PostgreSQL, executemany on SQLite, in the transaction of the caller.

For imports and made-up volume only. Models' defaults, events and the guard against unlogged writes take no part: the
caller gives every NOT NULL column and writes the log entries itself (`log.entry_values`).
"""
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import ARRAY, Text, bindparam, func, select, text
from sqlalchemy import column as column_of
from sqlalchemy.exc import DataError, IntegrityError

from ..models.log import LogEntry


def insert_rows(session, model, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Write `rows` (tuples in the order of `columns`) into the table of a model, or of a Table.

    Values as `stored` makes them: text, numbers and None only. On PostgreSQL rows are read while they are sent, so a
    generator never stands whole in memory. Raises IntegrityError, DataError.
    """
    table = getattr(model, "__table__", model)
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.driver_connection.cursor()
        try:
            with cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        except connection.dialect.dbapi.IntegrityError as error:
            raise IntegrityError(f"COPY {table.name}", None, error) from error
        except connection.dialect.dbapi.DataError as error:
            raise DataError(f"COPY {table.name}", None, error) from error
        return
    rows = list(rows)
    if rows:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})", rows)  # noqa: S608


def insert_dicts(session, model, rows: Sequence[dict]) -> None:
    """The same for dicts that all have the keys of the first; values of any type that `stored` knows."""
    if rows:
        columns = tuple(rows[0])
        insert_rows(session, model, columns, (tuple(stored(row[name]) for name in columns) for row in rows))


def stored(value):
    """A Python value in the form that both engines read: times in UTC as text, JSON as text, booleans as 0 and 1."""
    if value is None or type(value) in (str, int, float):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def stamp(at: datetime) -> str:
    """An aware datetime as the columns hold it on both engines: `2026-03-16 15:00:00.000000`, UTC."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def reserve_ids(session, model, count: int) -> Sequence[int]:
    """Ids for `count` new rows. PostgreSQL: from the table's sequence. SQLite: the next ones, safe since a writer holds
    the whole database; those of deleted rows that the log still knows are passed over.
    """
    table = model.__table__
    if session.connection().dialect.name == "postgresql":
        return session.scalars(
            text("select nextval(pg_get_serial_sequence(:table, 'id')) from generate_series(1, :n)"),
            {"table": table.name, "n": count}).all()
    used = session.scalar(select(func.max(table.c.id))) or 0
    logged = session.scalar(select(func.max(LogEntry.target_id)).where(LogEntry.target == table.name)) or 0
    first = max(used, logged) + 1
    return range(first, first + count)


def present(session, column, values: Sequence[str]) -> set[str]:
    """Which of these texts stand in the column already: one bound value, however many they are."""
    if session.connection().dialect.name == "postgresql":
        among = column == func.any(bindparam("values", list(values), ARRAY(Text)))
    else:
        among = column.in_(select(column_of("value")).select_from(func.json_each(json.dumps(list(values)))))
    return set(session.scalars(select(column).where(among)))


def prepare(session) -> None:
    """Make the caller's transaction quick at writing rows that refer only to rows it has itself read or written.

    PostgreSQL: no foreign key triggers, where the role may say so (superusers; PostgreSQL 15 grants it to others too),
    and the commit waits for no disk: `analyse` at the end waits for all that went before.
    SQLite: more pages kept at hand, since every index is written at random places.
    """
    if session.connection().dialect.name == "sqlite":
        session.execute(text("PRAGMA cache_size=-200000"))
        return
    session.execute(text("SET LOCAL synchronous_commit = off"))
    if session.scalar(text("select current_setting('is_superuser') = 'on'")):
        session.execute(text("SET LOCAL session_replication_role = replica"))


def analyse(session, *models) -> None:
    """Let the planner count these tables anew, or all, but for what nothing compares, which is dear to count: JSON,
    hashes."""
    analyse_tables(session, [model.__tablename__ for model in models])


def analyse_tables(session, wanted: Sequence[str]) -> None:
    """The same for tables by their names. On SQLite whole, seconds at a million rows: of a sample it takes the few
    companies of a table for many, and looks each row up on the way through one of them."""
    if session.connection().dialect.name == "sqlite":
        quote = session.connection().dialect.identifier_preparer.quote
        session.execute(text("PRAGMA analysis_limit=0"))
        for table in wanted or [None]:
            session.execute(text(f"ANALYZE {quote(table) if table else ''}"))
        return
    tables = session.execute(_COMPARED, {"but": [LogEntry.hash.key, LogEntry.previous_hash.key]})
    counted = [whole for name, whole in tables if not wanted or name in wanted]
    session.connection().exec_driver_sql(f"ANALYZE {', '.join(counted)}")


_COMPARED = text(
    "SELECT c.relname, format('%I (%s)', c.relname, string_agg(quote_ident(a.attname), ', ')) FROM pg_class c "
    "JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r' "
    "AND c.relnamespace = CAST(current_schema() AS regnamespace) AND a.attnum > 0 AND NOT a.attisdropped "
    "AND a.atttypid <> CAST('jsonb' AS regtype) AND a.attname <> ALL (:but) GROUP BY c.relname ORDER BY c.relname")
