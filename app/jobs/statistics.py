"""What SQLite's planner knows of the tables; PostgreSQL counts by itself."""
from sqlalchemy import text

from ..database import unit_of_work
from ..models.log import LogEntry
from ..services import bulk

FEW = 1_000  # rows up to which any plan is good enough
GROWN = 2  # times as many as when they were counted last


def count_grown(session, stopping=lambda: False) -> list[str]:
    """Count anew the tables of SQLite that have become much larger since they were counted, each in its transaction,
    for a writer waits meanwhile; returns their names. Without it, a desk that grew row by row is read by guesses
    that were made for an empty one.
    """
    if session.get_bind().dialect.name != "sqlite":
        return []
    grown = _grown(session)
    session.rollback()
    counted = []
    for name in grown:
        if stopping():
            break
        with unit_of_work(session):
            bulk.analyse_tables(session, [name])
        counted.append(name)
    if counted:
        session.get_bind().engine.dispose()  # a connection reads what is known of the tables once, when it opens
    return counted


def _grown(session) -> list[str]:
    known = {}
    if session.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")):
        known = dict(session.execute(text(  # the most, since an index of some rows counts those alone
            "SELECT tbl, max(CAST(stat AS integer)) FROM sqlite_stat1 GROUP BY tbl")).all())
    tables = sorted(LogEntry.metadata.tables)  # of the models; those of the search for words are SQLite's own
    return [name for name in tables if _has_grown(session, name, known.get(name, 0))]


def _has_grown(session, name, known) -> bool:
    """Whether there are many more rows than is known. The highest id tells at once that there are not."""
    enough = max(FEW, GROWN * known)
    quoted = session.get_bind().dialect.identifier_preparer.quote(name)
    return ((session.scalar(text(f"SELECT max(rowid) FROM {quoted}")) or 0) > enough  # noqa: S608  (names of the schema)
            and session.scalar(text(f"SELECT count(*) FROM {quoted}")) > enough)  # noqa: S608
