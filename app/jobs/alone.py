"""One process at a time, for jobs that two must not do at once."""
import zlib

from sqlalchemy import func, select


def try_alone(session, name: str) -> bool:
    """Whether this transaction may do the job now; False where another is at it.

    PostgreSQL: an advisory lock that ends with the transaction. SQLite: the unit of work is the only writer anyway.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    return session.scalar(select(func.pg_try_advisory_xact_lock(zlib.crc32(f"balcao:{name}".encode()))))
