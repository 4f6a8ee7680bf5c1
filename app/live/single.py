"""With SQLite exactly one server: its streams are woken inside the process, and SQLite lets one writer in at a time."""
import contextlib
import fcntl
import os
from datetime import UTC, datetime

from sqlalchemy.engine import make_url

import config


@contextlib.contextmanager
def hold_database(url: str, address: str):
    """Hold the SQLite database for this server while the block runs; PostgreSQL needs no such thing.

    The lock is the kernel's, so it never outlives the process. Raises ConfigError, naming who holds it.
    """
    path = make_url(url).database
    if not url.startswith("sqlite") or not path or path == ":memory:":
        yield
        return
    os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
    with open(f"{path}.server", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise config.ConfigError(
                f"another server already uses the SQLite database {path} ({file.read().strip() or 'just starting'}): "
                "stop that one, or set DATABASE_URL to PostgreSQL to run several") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, {address}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
        file.flush()
        yield
