"""One database with the product on it, a signed-in browser and a REST token: in this process, so that only the server's
own time is measured."""
import random
import re
import statistics
import time
from dataclasses import dataclass, field

from flask import g
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import create_app
from app.extensions import db
from app.live.server import settle

from .databases import SECRETS
from .world import PASSWORD

_TOKEN = re.compile(r'name="csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"')
_sent = [0]


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection, _cursor, statement, *_rest):
    if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET ")):
        _sent[0] += 1


@dataclass
class Times:
    """Samples of one thing: wall and CPU milliseconds of this process; statements and rows of the last one."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    queries: int = 0
    rows: int = 0  # of tables and lists on the page

    def summary(self) -> dict:
        ordered = sorted(self.wall)
        return {"p50_ms": round(statistics.median(ordered), 2),
                "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
                "cpu_ms": round(statistics.fmean(self.cpu), 2), "queries": self.queries, "samples": len(ordered)}


class Desk:
    """`size` is how many attendances there are about. `user` looks at the pages."""

    def __init__(self, url: str, size: int, folder, user="bench01"):
        self.url, self.size = url, size
        self.app = create_app({
            "SQLALCHEMY_DATABASE_URI": url.replace("postgresql://", "postgresql+psycopg://"), "TESTING": True,
            "DEMO": False, "LOGIN_FLOOR_SECONDS": 0, "INSTANCE_PATH": str(folder / "instance"),
            "SECRET_KEY": SECRETS["SECRET_KEY"], "ENCRYPTION_KEYS": [SECRETS["ENCRYPTION_KEYS"]]})
        self.random = random.Random(size)
        self.app.wsgi_app = self._clocked(self.app.wsgi_app)
        self.browser, self.caller = self.app.test_client(), self.app.test_client()  # cookies, and a token alone
        self.user, self._viewer, self._served = user, None, None
        self._sign_in()
        self.headers = {"Authorization": f"Bearer {self._token()}"}
        settle()  # as the server does

    def _sign_in(self):
        page = self.browser.get("/login/").text
        answer = self.browser.post("/login/", data={
            "csrf_token": _TOKEN.search(page)[1], "username": self.user, "password": PASSWORD})
        assert answer.status_code == 302, f"sign-in answered {answer.status_code}"

    def _token(self):
        answer = self.caller.post("/api/v1/security/login", json={
            "username": self.user, "password": PASSWORD, "provider": "db"})
        assert answer.status_code == 200, answer.text
        return answer.json["access_token"]

    def get(self, path: str) -> str:
        """The page, in a request of its own."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        self._rows = answer.text.count("<tr") + answer.text.count("<li")
        return answer.text

    def _clocked(self, wsgi):
        """The application, its last answer timed: what the test client does before and after is none of the server's
        work."""
        def serve(environ, start_response):
            cpu, wall = time.process_time(), time.perf_counter()
            try:
                return wsgi(environ, start_response)
            finally:
                self._served = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
        return serve

    def timed(self, call, times: Times | None = None):
        """What `call()` returns; how long it took goes to `times`: of a page the request alone."""
        before, cpu, wall, self._served = _sent[0], time.process_time(), time.perf_counter(), None
        self._rows = 0
        result = call()
        if times is not None:
            took = self._served or ((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)
            times.wall.append(took[0])
            times.cpu.append(took[1])
            times.queries, times.rows = _sent[0] - before, self._rows
        return result

    def session(self):
        """`with desk.session() as (session, viewer)`: to read the database as the user does."""
        return _Session(self)

    @property
    def viewer(self):
        if self._viewer is None:
            with self.session() as (_session, self._viewer):
                pass
        return self._viewer


class _Session:
    def __init__(self, desk):
        self.context, self.user = desk.app.app_context(), desk.user

    def __enter__(self):
        from flask_appbuilder.security.sqla.models import User
        from sqlalchemy import select

        from app.services import grants

        self.context.push()
        user = db.session.scalar(select(User).where(User.username == self.user))
        g.viewer = grants.viewer_of(db.session, user)
        return db.session, g.viewer

    def __exit__(self, *_error):
        db.session.remove()
        self.context.pop()
