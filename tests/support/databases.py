"""Fresh databases of the engine under test: files on SQLite, databases of their own on PostgreSQL."""
import itertools
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

_counter = itertools.count(1)


class Databases:
    """Makes and drops databases of one engine. `engine` is "sqlite" or "postgresql"."""

    def __init__(self, engine: str, folder: Path, server: str | None = None):
        self.engine, self.folder, self._server, self._made = engine, folder, server, []
        self._migrated = None
        if engine == "postgresql" and not server:
            raise RuntimeError("--engine=postgresql needs TEST_DATABASE_URL")

    def create(self, *, like: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at `like`, to which nobody is connected."""
        name = f"balcao_test_{os.getpid()}_{next(_counter)}"
        if self.engine == "sqlite":
            file = self.folder / f"{name}.db"
            if like:
                source = sqlite3.connect(make_url(like).database)
                with closing(source), closing(sqlite3.connect(file)) as copy:
                    source.backup(copy)
            return f"sqlite:///{file}"
        self._drop(name)
        template = make_url(like).database if like else "template1"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        self._made.append(name)
        url = make_url(self._server).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def keep_migrated(self, url: str) -> None:
        """The database at `url`, to which nobody is connected, is migrated: later ones begin as copies of it."""
        self._migrated = self.create(like=url)

    def migrated(self) -> str:
        """The URL of a new database, migrated where one of this process has been: `upgrade` finds nothing to do."""
        return self.create(like=self._migrated)

    def close(self) -> None:
        while self._made:
            self._drop(self._made.pop())

    def _drop(self, name):
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement):
        address = make_url(self._server).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)
