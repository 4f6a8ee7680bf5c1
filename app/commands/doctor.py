"""flask doctor: is everything in place for the server to work?"""
import shutil
from collections.abc import Iterator

import click
from sqlalchemy import func, select

import config

from .. import schema
from ..channels.email import outbound
from ..extensions import db
from ..models.outbox import Outbox, OutboxState
from ..services import seed, set_aside

LOW_DISK = 1024 ** 3  # one GiB

OK, WARNING, PROBLEM = "ok", "warning", "PROBLEM"
Finding = tuple[str, str, str]  # what was looked at, OK, WARNING or PROBLEM, and what was found


@click.command("doctor")
@click.pass_obj
def doctor(info):
    """Check settings, database, migrations, seeds, Redis, translations, mail and disk; exit 1 if there is a problem."""
    settings = info.load_app().config
    findings = [finding for check in CHECKS for finding in _run(check, settings)]
    for subject, state, text in findings:
        click.echo(f"{state:8} {subject:13} {text}")
    if any(state == PROBLEM for _, state, _ in findings):
        raise SystemExit(1)


def _run(check, settings) -> list[Finding]:
    try:
        return list(check(settings))
    except Exception as error:  # one thing broken must not hide the others
        return [(check.__name__.strip("_"), PROBLEM, f"{type(error).__name__}: {str(error).splitlines()[0]}")]


def _settings(settings) -> Iterator[Finding]:
    yield "settings", OK, f"{settings['PUBLIC_URL']}, {settings['BABEL_DEFAULT_TIMEZONE']}"
    if settings["PUBLIC_URL"].startswith("http://") and settings["HOST"] not in ("127.0.0.1", "localhost", "::1"):
        yield "settings", WARNING, "PUBLIC_URL is http: passwords and sessions travel unprotected"
    if settings["DEMO"]:
        yield "settings", WARNING, "DEMO=1: the demo accounts' passwords are known"


def _database(settings) -> Iterator[Finding]:
    version = ".".join(map(str, db.session.connection().dialect.server_version_info))
    yield "database", OK, f"{db.engine.dialect.name} {version}"
    if schema.is_current(db.engine):
        yield "migrations", OK, ", ".join(sorted(schema.wanted()))
    else:
        yield "migrations", PROBLEM, "not those of this release: run `flask db upgrade`, then `flask sync`"


def _indexes(_settings) -> Iterator[Finding]:
    if names := set_aside.waiting(db.session):
        yield "indexes", PROBLEM, (f"{len(names)} are missing: `flask generate` is at work, or was killed; then run "
                                   "`flask sync`")
    else:
        yield "indexes", OK, "none is set aside"


def _seeds(_settings) -> Iterator[Finding]:
    lines = seed.missing(db.session)
    yield ("seeds", PROBLEM, "; ".join(lines) + ": run `flask sync`") if lines else ("seeds", OK, "all there")


def _redis(settings) -> Iterator[Finding]:
    if not settings["REDIS_URL"]:
        if db.engine.dialect.name == "postgresql":
            yield "redis", WARNING, "REDIS_URL is not set: limits are counted per process, so run a single server"
        return
    import redis

    version = redis.Redis.from_url(settings["REDIS_URL"], socket_timeout=3).info("server")["redis_version"]
    yield "redis", OK, version


def _translations(settings) -> Iterator[Finding]:
    for locale in config.LANGUAGES:
        compiled = config.ROOT / "translations" / locale / "LC_MESSAGES" / "messages.mo"
        if not compiled.exists():
            yield "translations", PROBLEM, f"{locale} is not compiled: run `python tools/tr.py compile`"
        elif compiled.stat().st_mtime < compiled.with_suffix(".po").stat().st_mtime:
            yield "translations", WARNING, f"{locale} is older than its source: run `python tools/tr.py compile`"
        else:
            yield "translations", OK, locale


def _mail(settings) -> Iterator[Finding]:
    waiting = db.session.scalar(select(func.count()).where(Outbox.state == OutboxState.DUE))
    dead = db.session.scalar(select(func.count()).where(Outbox.state == OutboxState.DEAD))
    if complaint := outbound.complaint(settings):
        yield "mail", WARNING, f"{complaint}; {waiting} waiting"
    else:
        yield "mail", OK, f"{waiting} waiting"
    if dead:
        yield "mail", WARNING, f"{dead} could not be sent: see the mailbox page"


def _disk(settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings["INSTANCE_PATH"]).free
    yield "disk", OK if free > LOW_DISK else PROBLEM, f"{free / 1024 ** 3:.1f} GiB free at {settings['INSTANCE_PATH']}"


CHECKS = (_settings, _database, _indexes, _seeds, _redis, _translations, _mail, _disk)
