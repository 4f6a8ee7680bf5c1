"""python -m bench.prove --seconds 300: SQLite, and PostgreSQL with Redis where TEST_DATABASE_URL, TEST_REDIS_URL are.

Exit 1 where a check does not hold.
"""
import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.support.databases import Databases

from .desk import FOREIGN, SECRETS
from .program import prove


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.prove", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300, help="of load, faults and attack, each engine")
    parser.add_argument("--seed", type=int, default=1, help="of what is random")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    chosen = parser.parse_args()
    server, redis_url = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if chosen.engine == "postgresql" and not (server and redis_url):
        parser.error("postgresql needs TEST_DATABASE_URL and TEST_REDIS_URL")
    engines = [name for name in ("sqlite", "postgresql") if chosen.engine in (name, None)]
    if not (server and redis_url):
        engines = ["sqlite"]
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(SECRETS)
    held = True
    for engine in engines:
        with tempfile.TemporaryDirectory(prefix="balcao-prove-") as folder:
            os.environ["INSTANCE_PATH"] = folder
            databases = Databases(engine, Path(folder), server)
            try:
                held &= prove(engine, databases.create(), Path(folder), seconds=chosen.seconds, seed=chosen.seed,
                              redis_url=redis_url if engine == "postgresql" else None, say=say)
            finally:
                databases.close()
    return 0 if held else 1


def say(line: dict) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
