"""The web process: what it answers, whom it refuses, how it stops."""
import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest

from app.live import server as web
from tests.support.server import ROOT, running

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) [\w.]+ .+")


@pytest.fixture(scope="module")
def server(databases, prepared, tmp_path_factory):
    """`flask serve` on a migrated database; `server.url`, `server.log`, `server.environ` of a second one like it."""
    folder = tmp_path_factory.mktemp("server")
    environ = {**os.environ, "DATABASE_URL": prepared(databases.create(), "sync"), "INSTANCE_PATH": str(folder)}
    with running(environ, folder / "log") as url:
        yield SimpleNamespace(url=url, log=folder / "log", environ=environ)


def test_it_tells_monitors_that_it_is_alive_and_ready(server):
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{server.url}/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "checks": {"database": True, "migrations": True}}


def test_a_server_whose_database_is_gone_is_alive_and_not_ready(app, monkeypatch):
    from app.views import health

    monkeypatch.setattr(health, "_database", lambda: 1 / 0)
    browser = app.test_client()
    assert browser.get("/healthz").status_code == 200
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json["checks"]["database"]) == (503, False)


def test_slow_senders_do_not_hold_the_threads_that_serve_others(server):
    where = urlsplit(server.url)
    slow = [socket.create_connection((where.hostname, where.port)) for _ in range(2 * web.THREADS)]
    try:
        for connection in slow:
            connection.sendall(b"POST /login/ HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\nusername=")
        began = time.perf_counter()
        assert httpx.get(f"{server.url}/healthz", timeout=5).status_code == 200
        assert time.perf_counter() - began < 3
    finally:
        for connection in slow:
            connection.close()


def test_a_body_in_chunks_arrives_whole(server):
    """WSGI knows only bodies of a stated length: what is sent in chunks would be read as empty."""
    def chunks():
        yield b'{"username": "nobody", "password": "no password",'
        yield b' "provider": "db"}'

    answer = httpx.post(f"{server.url}/api/v1/security/login", content=chunks(),
                        headers={"Content-Type": "application/json"})
    assert answer.status_code == 401, answer.text


def test_a_body_beyond_the_limit_is_refused(server):
    answer = httpx.post(f"{server.url}/login/", content=b"x" * (27 * 1024 * 1024))
    assert answer.status_code == 413


def test_every_event_is_one_line_with_the_number_of_its_request(server):
    number = httpx.get(f"{server.url}/no%0asuch%1b[31mpage?q=Joana").headers["x-request-id"]
    httpx.get(f"{server.url}/healthz")
    lines = server.log.read_text().splitlines()
    mine = [line for line in lines if f"request={number}" in line]
    assert len(mine) == 1
    assert "GET /no%0asuch%1b[31mpage status=404" in mine[0]
    assert "Joana" not in mine[0]
    odd = [line for line in lines if line and not LINE.fullmatch(line) and not line.startswith("Balcão: ")]
    assert odd == []


def test_sqlite_has_one_server_and_the_second_says_who_that_is(server):
    second = subprocess.run([sys.executable, "-m", "flask", "serve"], cwd=ROOT, capture_output=True, text=True,
                            env={**server.environ, "PORT": str(urlsplit(server.url).port)}, timeout=60)
    assert second.returncode == 2
    assert "Traceback" not in second.stderr
    if server.environ["DATABASE_URL"].startswith("sqlite"):
        assert "another server already uses the SQLite database" in second.stderr
        assert re.search(rf"\(process \d+, {server.url}, since", second.stderr)
    else:  # PostgreSQL takes any number of servers, an address only one
        assert "choose another PORT" in second.stderr


def test_it_stops_within_seconds_whatever_is_still_open(databases, prepared, tmp_path):
    environ = {**os.environ, "INSTANCE_PATH": str(tmp_path), "DATABASE_URL": prepared(databases.create())}
    with running(environ, tmp_path / "log") as url:
        where = urlsplit(url)
        open_request = socket.create_connection((where.hostname, where.port))
        open_request.sendall(b"POST /login/ HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\nusername=")
        httpx.get(f"{url}/healthz")  # by now the other one is being read
        began = time.perf_counter()
    assert time.perf_counter() - began < web.GRACE + 2
    assert "balcao.server stopped" in (tmp_path / "log").read_text()
    open_request.close()


# ---- the gateway itself, with an application that tells what it was given

def call(wsgi, *messages, headers=(), limit=1000):
    """(status, JSON of the body) of one POST through a Gateway; `messages` are what the connection delivers."""
    sent, waiting = [], iter(messages)
    application = SimpleNamespace(wsgi_app=wsgi, config={"MAX_CONTENT_LENGTH": limit, "HOST": "127.0.0.1", "PORT": 1})

    async def receive():
        message = next(waiting, None)
        if message is None:
            await asyncio.sleep(60)
        return message

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"",
             "http_version": "1.1", "client": ("10.0.0.9", 1),
             "headers": [(name.lower().encode(), value.encode()) for name, value in headers]}
    asyncio.run(web.Gateway(application, jobs=False)(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], json.loads(body) if body else None


def mirror(environ, start_response):
    """Answers what it was asked."""
    start_response("200 OK", [("Content-Type", "application/json")])
    seen = {name: value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_", "REMOTE_ADDR"))}
    return [json.dumps({**seen, "body": environ["wsgi.input"].read().decode()}).encode()]


def body(text, more=False):
    return {"type": "http.request", "body": text, "more_body": more}


def test_a_header_with_an_underscore_cannot_stand_in_for_one_of_the_proxy():
    _, seen = call(mirror, body(b""), headers=[("X_Forwarded_For", "1.2.3.4"), ("X-Request-Id", "mine")])
    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert seen["HTTP_X_REQUEST_ID"] != "mine"
    assert seen["REMOTE_ADDR"] == "10.0.0.9"


def test_a_body_in_pieces_reaches_the_application_whole_and_with_its_length():
    status, seen = call(mirror, body(b"first ", True), body(b"second"), headers=[("Transfer-Encoding", "chunked")])
    assert (status, seen["body"], seen["CONTENT_LENGTH"]) == (200, "first second", "12")


def test_who_stops_sending_is_told_so(monkeypatch):
    monkeypatch.setattr(web, "SLOW_SENDER", 0.05)
    assert call(mirror, body(b"first", True)) == (408, None)


def test_what_was_half_sent_is_never_acted_on():
    reached = []
    call(lambda *_: reached.append(True), body(b"amount=1", True), {"type": "http.disconnect"})
    assert reached == []


def test_request_threads_do_not_share_the_context_that_the_server_was_started_in(app, monkeypatch):
    """`flask serve` runs in an application context; threads that inherited it would share one `g` and one session."""
    from flask import has_app_context

    seen = []
    monkeypatch.setattr(web, "Server", lambda _settings: SimpleNamespace(
        run=lambda **_: seen.append(has_app_context())))
    monkeypatch.setattr(web.logs, "configure", lambda _app: None)  # this process belongs to the tests
    monkeypatch.setitem(app.config, "PORT", 0)
    with app.app_context():
        assert has_app_context()
        web.serve(app, jobs=False)
    assert seen == [False]
