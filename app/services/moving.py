"""Rows that pass from one record to another when two are made one: many at once, by id."""
from sqlalchemy import inspect, select, update

BATCH = 500  # ids in one statement: SQLite takes no more than some thousands


def batches(ids):
    """The ids in pieces that fit a statement."""
    return (ids[start:start + BATCH] for start in range(0, len(ids), BATCH))


def key_of(column):
    """The primary key of the table that `column` is in."""
    return inspect(column.class_).primary_key[0]


def point(session, column, ids, target: int) -> None:
    """Let `column` of the rows with these ids point to `target`. The caller tells the log of it."""
    for part in batches(ids):
        session.execute(update(column.class_).where(key_of(column).in_(part)).values({column: target})
                        .execution_options(synchronize_session=False))


def still_at(session, column, ids, target: int) -> list[int]:
    """Which of these rows still point to `target`."""
    return [pk for part in batches(ids) for pk in session.scalars(
        select(key_of(column)).where(key_of(column).in_(part), column == target))]
