"""Fresh databases of the engine under test: files on SQLite, databases of their own on PostgreSQL."""
import itertools
import os
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

_counter = itertools.count(1)


class Databases:
    """Makes and drops databases of one engine. `engine` is "sqlite" or "postgresql"."""

    def __init__(self, engine: str, folder: Path, server: str | None = None):
        self.engine, self.folder, self._server, self._made = engine, folder, server, []
        if engine == "postgresql" and not server:
            raise RuntimeError("--engine=postgresql needs TEST_DATABASE_URL")

    def create(self) -> str:
        """The URL of a new, empty database."""
        name = f"balcao_test_{os.getpid()}_{next(_counter)}"
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        self._drop(name)
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self._made.append(name)
        url = make_url(self._server).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def close(self) -> None:
        while self._made:
            self._drop(self._made.pop())

    def _drop(self, name):
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement):
        address = make_url(self._server).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)
