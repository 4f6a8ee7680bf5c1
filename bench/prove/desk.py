"""The processes of an installation: started as an operator starts them, killed as no operator would."""
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.models.company import Company
from app.models.identity import UserProfile
from tests.support.mail_server import MailServer
from tests.support.server import ROOT, free_port

from .. import world

PATIENCE = 60  # seconds a process may take to start on a busy machine
SECRETS = {"SECRET_KEY": "a-secret-key-of-a-desk-that-is-shaken-0123456789",
           "ENCRYPTION_KEYS": "an-encryption-key-of-a-shaken-desk-0123456789"}
# Settings of this machine's owner have no part in it.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "METRICS_TOKEN", "HOST", "PORT", "DEMO", "DEMO_PASSWORD",
           "TIMEZONE", "LOCALE", "SMTP_URL", "MAIL_FROM", "FLASK_DEBUG", "TRUSTED_PROXIES")


class PostOffice(MailServer):
    """A mail server whose clients may die in the middle of a sentence."""

    def _talk(self, peer):
        with suppress(OSError):
            super()._talk(peer)


class Process:
    """One `flask serve` or `flask worker`. Started again, it has the port it had."""

    def __init__(self, name: str, command: list[str], environ: dict, log: Path, *, has_jobs: bool):
        self.name, self.command, self.log, self.has_jobs = name, command, log, has_jobs
        port = free_port()
        self.url = f"http://127.0.0.1:{port}" if command[0] == "serve" else None
        self.environ = {**environ, "HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        self.running: subprocess.Popen | None = None

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError with the end of its log if it does not."""
        with self.log.open("ab") as output:
            self.running = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", *self.command], cwd=ROOT,
                                            stdout=output, stderr=output, env=self.environ)
        until = time.monotonic() + PATIENCE
        while self.url and not self._answers():
            if self.running.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.name} does not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def _answers(self):
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """No farewell: what was in its hands is gone."""
        self.running.kill()
        self.running.wait()

    def stop(self) -> float:
        """As an operator does; the seconds it took."""
        began = time.monotonic()
        self.running.terminate()
        try:
            self.running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()
        return time.monotonic() - began

    def resident(self) -> int | None:
        """Megabytes of memory it holds; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.running.pid}/status").read_text()
        except OSError:
            return None
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@dataclass
class Desk:
    """A running installation. `letter_boxes` are accounts made to ask for a new password, each once."""

    engine: str
    url: str
    environ: dict
    folder: Path
    post: PostOffice
    routes: list[str]
    letter_boxes: list[str]
    processes: list[Process] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)

    @property
    def servers(self) -> list[Process]:
        return [each for each in self.processes if each.url]

    @property
    def urls(self) -> list[str]:
        return [each.url for each in self.servers]

    @property
    def kills_of_jobs(self) -> int:
        """How often somebody died who may have been sending a message."""
        return sum(each.has_jobs * self.kills.count(each.name) for each in self.processes)

    def log_lines(self) -> list[str]:
        return [line for each in self.processes for line in each.log.read_text(errors="replace").splitlines()]


@contextmanager
def opened(engine: str, url: str, folder: Path, *, redis_url: str | None, letter_boxes: int):
    """A fresh installation with the demo company: on PostgreSQL two servers and a worker, on SQLite its one server."""
    routes, boxes = prepare(url, letter_boxes)
    with PostOffice() as post:
        environ = {**{name: value for name, value in os.environ.items() if name not in FOREIGN}, **SECRETS,
                   "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SMTP_URL": post.url,
                   "MAIL_FROM": "balcao@example.com", "TRUSTED_PROXIES": "1"}  # every caller has an address of its own
        if redis_url:
            environ["REDIS_URL"] = redis_url
        plan = [("server", ["serve"], True)] if engine == "sqlite" else [
            ("server-1", ["serve", "--no-jobs"], False), ("server-2", ["serve", "--no-jobs"], False),
            ("worker", ["worker"], True)]
        desk = Desk(engine, url, environ, folder, post, routes, boxes)
        try:
            for name, command, has_jobs in plan:
                desk.processes.append(Process(name, command, environ, folder / f"{name}.log", has_jobs=has_jobs))
                desk.processes[-1].start()
            yield desk
        finally:
            for process in desk.processes:
                if process.running and process.running.poll() is None:
                    process.stop()


def prepare(url: str, letter_boxes: int) -> tuple[list[str], list[str]]:
    """Migrate, plant demo company and accounts, in this process; the GET addresses of the product and the accounts."""
    from app import create_app, schema
    from app.database import utc_now
    from app.extensions import db

    application = create_app({"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": {},
                              "RATELIMIT_STORAGE_URI": "memory://"})
    with application.app_context():
        schema.upgrade()
    result = application.test_cli_runner().invoke(args=["demo"])
    if result.exit_code:
        raise RuntimeError(result.output)
    with application.app_context():
        now = utc_now()
        world.build(db.session, now)
        boxes = _letter_boxes(db.session, letter_boxes, now)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    routes = sorted({rule.rule for rule in application.url_map.iter_rules() if "GET" in rule.methods})
    return routes, boxes


def _letter_boxes(session, count, now):
    session.info["unlogged"] = True
    company = session.scalar(select(Company).order_by(Company.id).limit(1))
    role = session.scalar(select(Role).where(Role.name == "Attendant"))
    names = [f"carta{number:04d}" for number in range(count)]
    session.add_all(
        User(username=name, first_name=name, last_name="Prova", active=True, password="", roles=[role],
             email=f"{name}@users.invalid",
             profile=UserProfile(contact_email=address_of(name), companies=[company], password_changed_at=now))
        for name in names)
    session.flush()  # the guard against unlogged writes is on again after it
    session.info.pop("unlogged")
    return names


def address_of(letter_box: str) -> str:
    return f"{letter_box}@prova.example.com"


def kill_at_random(desk: Desk, over: Callable[[], bool], rng: random.Random) -> None:
    """Until it is over kill processes without warning, one or all, and start them again. Notes each in the desk."""
    started_in = 1
    while not over():
        time.sleep(rng.uniform(0.3, 2) * started_in)  # dead no more than alive, however slow the machine
        victims = desk.processes if rng.random() < 0.15 else [rng.choice(desk.processes)]
        for victim in victims:
            victim.kill()
            desk.kills.append(victim.name)
        began = time.monotonic()
        for victim in victims:
            victim.start()
        started_in = max(1, time.monotonic() - began)
