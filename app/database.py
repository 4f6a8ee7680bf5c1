"""The one place that commits, UTC datetimes, SQLite's manners, and the words behind a broken constraint."""
import re
import select as sockets
import time
from contextlib import contextmanager
from datetime import UTC, datetime

from psycopg import Error
from psycopg.pq import TransactionStatus
from sqlalchemy import JSON, DateTime, UniqueConstraint, event, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator):
    """Stored naive in UTC, handed back aware: the same on both engines."""

    impl, cache_ok = DateTime, True

    def process_bind_param(self, value, dialect):
        if value is not None and value.tzinfo is not None:
            return value.astimezone(UTC).replace(tzinfo=None)
        return value

    def process_result_value(self, value, dialect):
        return None if value is None else value.replace(tzinfo=UTC)


def json_type():
    """A fresh type each time: a shared instance would share MutableDict coercion between columns."""
    return JSON().with_variant(JSONB(), "postgresql")


def json_or_null():
    """The same for a column where nothing is NULL and not the JSON null."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def utc_now() -> datetime:
    """The clock of views and jobs; services are given the time."""
    return datetime.now(UTC)


@event.listens_for(Engine, "connect")
def _sqlite_manners(connection, _record):
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None  # pysqlite's own BEGIN is neither early enough nor a savepoint's friend
    # Of 16 MB, since with SQLite's own 2 a list of a million rows reads the upper pages of its indexes again and again.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000",
                   "cache_size=-16384"):
        connection.execute("PRAGMA " + pragma)


RESTED = 30  # seconds after which a connection is asked whether it still is one


@event.listens_for(Pool, "checkin")
def _note_rest(_connection, record):
    record.info["rests_since"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _is_still_one(connection, record, _proxy):
    """A server that ends a connection says so, and one that is at rest is told nothing else: whether there is something
    to read is known without asking the server, which would be a question more for each request. What lies between may
    drop a connection that rests long, and nobody is told: such a one is asked. The pool makes another in its place."""
    since = record.info.get("rests_since")
    if since is None or type(connection).__module__.startswith("sqlite3"):
        return
    said = sockets.poll()
    try:
        said.register(connection.fileno(), sockets.POLLIN)
        if said.poll(0):
            raise InvalidatePoolError("the server has ended the connection")
        if time.monotonic() - since > RESTED:
            connection.execute("SELECT 1")
            connection.commit()  # a ROLLBACK would make it forget what it has prepared
    except Error as error:
        raise InvalidatePoolError("the connection is broken") from error


@event.listens_for(Engine, "begin")
def _begin(connection):
    """On SQLite a writer takes the lock at BEGIN: a reader that turns writer midway is refused at once, no wait."""
    connection.info["wrote"] = False
    if connection.dialect.name == "sqlite":
        writer = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


# A column for the first statement of a page: from it to the end of the transaction PostgreSQL plans each query for the
# values asked for; of a list, a plan for no value in particular is a bad one where some are rare. Short statements do
# without.
PLAN_FOR_VALUES = func.set_config("plan_cache_mode", "force_custom_plan", true())


@contextmanager
def plan_once(session):
    """Statements in here that PostgreSQL has met before are not planned again: those that read rows by their keys with
    all that hangs on them, where planning the joins takes longer than running them."""
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    session.execute(_ONCE)
    yield
    session.execute(_FOR_VALUES)


def plan_no_more(session) -> None:
    """The same from here to the end of the transaction: for a page that reads nothing but rows by their keys."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ONCE)


def read_whole(connection) -> None:
    """From here to the end of the transaction a streamed statement is planned to be read to its end, not for its first
    rows, and times cast to text are written as on SQLite."""
    if connection.dialect.name == "postgresql":
        connection.execute(_WHOLE)


_WHOLE = select(func.set_config("cursor_tuple_fraction", "1", true()), func.set_config("datestyle", "ISO", true()))
_ONCE = select(func.set_config("plan_cache_mode", "force_generic_plan", true()))
_FOR_VALUES = select(PLAN_FOR_VALUES)


@event.listens_for(Engine, "before_cursor_execute")
def _note_what_writes(connection, _cursor, statement, *_rest):
    if not statement.startswith("SELECT") and (not statement.startswith("WITH") or _WRITES(statement)):
        connection.info["wrote"] = True


_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b").search


@event.listens_for(Engine, "rollback")
def _keep_prepared_statements(connection):
    """psycopg forgets the statements it has prepared at each ROLLBACK, so that the server would plan every query of
    every request anew. After nothing but SELECT a COMMIT ends the transaction just as well."""
    if connection.dialect.name != "postgresql":
        return
    driver = connection.connection.dbapi_connection
    if not connection.info["wrote"] and driver.info.transaction_status == TransactionStatus.INTRANS:
        driver.commit()


@contextmanager
def unit_of_work(session):
    """One business transaction, the only place that commits; what `before_commit` was given runs as its last part, what
    `after_commit` was given when it is done, and what `after_rollback` was given where it is not.

    What was read before is let go first, so that every check sees the rows it will write against.
    """
    session.rollback()
    for hook in ("before_commit", "after_commit", "after_rollback"):
        session.info.pop(hook, None)
    session.info.pop("logged", None)
    session.connection(execution_options={"writes": True})
    try:
        yield session
        for call in session.info.pop("before_commit", []):
            call(session)
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("after_commit", None)
        for undo in session.info.pop("after_rollback", []):
            undo()
        raise
    finally:
        session.info.pop("logged", None)
    for call in session.info.pop("after_commit", []):
        call()


def apart(session, act):
    """What `act(session, now)` answers in a unit of work of its own; no connection is held after it, however long
    something else is waited for then."""
    with unit_of_work(session):
        made = act(session, utc_now())
    session.rollback()
    return made


def before_commit(session, call) -> None:
    """Run `call(session)`, once however often it is asked for, as the last thing before the transaction is stored: what
    takes a lock that many want."""
    calls = session.info.setdefault("before_commit", [])
    if call not in calls:
        calls.append(call)


def after_commit(session, call) -> None:
    """Run `call()` once the transaction is safely stored: e-mail, push, wake-ups. Never run after a rollback."""
    session.info.setdefault("after_commit", []).append(call)


def after_rollback(session, call) -> None:
    """Run `call()` if the transaction is not stored: to undo what was done outside the database."""
    session.info.setdefault("after_rollback", []).append(call)


def broken_constraint(error, metadata):
    """An IntegrityError as (constraint, index or column it names or None, kind: null, fk, unique, check, other).

    PostgreSQL names the constraint. SQLite names a CHECK or an expression index, gives only the columns of a UNIQUE and
    nothing for a foreign key: hence the search by columns.
    """
    diag = getattr(error.orig, "diag", None)
    if diag is not None:
        kind = {"23502": "null", "23503": "fk", "23505": "unique", "23514": "check"}.get(error.orig.sqlstate, "other")
        table = metadata.tables.get(diag.table_name)
        if kind == "null":
            return (table.c.get(diag.column_name) if table is not None else None), kind
        return _named(metadata, diag.constraint_name), kind
    text = str(error.orig)
    if m := re.match(r"CHECK constraint failed: (\S+)", text):
        return _named(metadata, m[1]), "check"
    if m := re.match(r"UNIQUE constraint failed: index '(.+)'", text):
        return _named(metadata, m[1]), "unique"
    if m := re.match(r"(UNIQUE|NOT NULL) constraint failed: (.+)", text):
        pairs = [c.split(".") for c in m[2].split(", ")]
        table, columns = metadata.tables.get(pairs[0][0]), [column for _, column in pairs]
        if m[1] == "NOT NULL":
            return table.c.get(columns[0]), "null"
        for candidate in [*table.constraints, *table.indexes]:
            unique = isinstance(candidate, UniqueConstraint) or getattr(candidate, "unique", False)
            if unique and [x.name for x in candidate.columns] == columns:
                return candidate, "unique"
        return None, "unique"
    return None, "fk" if "FOREIGN KEY" in text else "other"


def _named(metadata, name):
    for table in metadata.tables.values():
        for candidate in [*table.constraints, *table.indexes]:
            if candidate.name == name:
                return candidate
    return None
