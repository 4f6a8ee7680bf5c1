"""Rows that are simply there when a test begins: written without a log entry, and only inside this block."""
from contextlib import contextmanager


@contextmanager
def seeding(session):
    """Add rows in the block; they are committed at its end, and the guard against unlogged writes is on again."""
    session.info["unlogged"] = True
    try:
        yield session
        session.commit()
    finally:
        session.info.pop("unlogged", None)
