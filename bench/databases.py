"""Databases of the benchmark: made by the product's own commands, reused where they are already there."""
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parents[1]
SECRETS = {"SECRET_KEY": "a-secret-key-for-benchmarks-only-0123456789",
           "ENCRYPTION_KEYS": "an-encryption-key-for-benchmarks-0123456789"}


class Databases:
    """Those of one engine: `sqlite` in `folder`, or `postgresql` on the server of a URL."""

    def __init__(self, engine: str, folder: Path, server: str | None = None):
        self.engine, self.folder, self.server = engine, folder, server

    def url(self, name: str) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        address = make_url(self.server).set(drivername="postgresql", database=f"balcao_bench_{name}")
        return address.render_as_string(hide_password=False)

    def environ(self, url: str) -> dict:
        """The environment of a command on this database."""
        return {**os.environ, **SECRETS, "DATABASE_URL": url, "INSTANCE_PATH": str(self.folder / "instance"),
                "DEMO": "1"}

    def fresh(self, name: str) -> str:
        """An empty database with migrations, seeds, the demo company and the operators of the benchmark."""
        self._drop(name)
        url = self.url(name)
        for command in (["db", "upgrade"], ["sync"], ["demo"]):
            self.flask(url, *command)
        subprocess.run([sys.executable, "-m", "bench.world"], cwd=ROOT, env=self.environ(url), check=True)
        return url

    def flask(self, url: str, *arguments) -> tuple[str, float]:
        """Run a command of the product; (its last line, seconds)."""
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "app", *map(str, arguments)], cwd=ROOT,
                              env=self.environ(url), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(map(str, arguments))}: {done.stderr[-3000:]}")
        return (done.stdout.strip().splitlines() or [""])[-1], time.perf_counter() - started

    def count(self, name: str, table: str = "attendance") -> int:
        """How many rows of a table there are in this database; 0 where it does not exist."""
        asked = f"select count(*) from {table}"  # noqa: S608 (ours)
        try:
            if self.engine == "sqlite":
                import sqlite3
                path = self.folder / f"{name}.db"
                if not path.exists():
                    return 0
                with sqlite3.connect(path) as connection:
                    return connection.execute(asked).fetchone()[0]
            with psycopg.connect(self.url(name)) as connection:
                return connection.execute(asked).fetchone()[0]
        except Exception:  # not there, or not ours: it is made anew
            return 0

    def _drop(self, name):
        if self.engine == "sqlite":
            for path in self.folder.glob(f"{name}.db*"):
                path.unlink()
            return
        address = make_url(self.server).set(drivername="postgresql").render_as_string(hide_password=False)
        database = sql.Identifier(f"balcao_bench_{name}")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
