"""Event streams of a real server: who is let in, what he is told, and that nothing keeps the server from stopping."""
import os
from contextlib import ExitStack
from types import SimpleNamespace

import httpx
import pytest

from tests.support.clients import _TOKEN
from tests.support.server import DEMO_PASSWORD, running, sign_in
from tests.support.streams import Reader


@pytest.fixture(scope="module")
def desk(databases, prepared, tmp_path_factory):
    """A server of the demo company: `desk.url`, `desk.environ`."""
    folder = tmp_path_factory.mktemp("live")
    environ = {**os.environ, "DATABASE_URL": prepared(databases.create(), "demo"), "INSTANCE_PATH": str(folder)}
    with running(environ, folder / "log") as url:
        yield SimpleNamespace(url=url, environ=environ, log=folder / "log")


@pytest.fixture
def enter(desk):
    """`enter("atendente")`: the signed-in browser of this person."""
    opened = []

    def one(username):
        browser = httpx.Client(timeout=30)
        opened.append(browser)
        sign_in(browser, desk.url, username)
        return browser
    yield one
    for browser in opened:
        browser.close()


@pytest.fixture
def save(desk):
    """`save()`: a colleague opens an attendance and adds to it by REST; its id, and `save(protocol)` adds again."""
    token = httpx.post(f"{desk.url}/api/v1/security/login", timeout=30, json={
        "username": "atendente2", "password": DEMO_PASSWORD, "provider": "db"}).json()["access_token"]
    api = httpx.Client(base_url=f"{desk.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    reason = api.get("/classifications").json()["motives"][0]["id"]
    values = {"channel": "phone", "direction": "receptive", "description": "Segredo"}

    def change(protocol=None):
        pk = None
        if protocol is None:
            person = api.get("/persons?q=a").json()["items"][0]["id"]
            opened = api.post("/attendances", json={
                **values, "person_id": person, "role": "customer", "motive_id": reason}).json()
            protocol, pk = opened["protocol"], opened["id"]
        answer = api.post(f"/attendances/{protocol}/details", json=values)
        assert answer.status_code in (200, 201), answer.text
        return protocol, pk
    yield change
    api.close()


@pytest.mark.req("B-29")
def test_only_who_is_signed_in_has_a_stream(desk, enter):
    browser = enter("atendente")
    cookie = dict(browser.cookies)["balcao_session"]
    for cookies in (None, {"balcao_session": "forged"}, {"balcao_session": cookie[:-3] + "abc"}):
        with Reader(desk.url, cookies) as stream:
            assert stream.status == 401
    assert browser.post(f"{desk.url}/live/events").status_code == 405
    for header in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.get(f"{desk.url}/live/events", headers=header).status_code == 403
    with Reader(desk.url, dict(browser.cookies)) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["x-accel-buffering"] == "no"
        assert "set-cookie" not in stream.headers


@pytest.mark.req("B-29")
def test_each_hears_what_is_his_and_ids_only(desk, enter, save):
    cookies = {name: dict(enter(name).cookies) for name in ("atendente", "configurador", "cliente")}
    protocol, pk = save()
    with (Reader(desk.url, cookies["atendente"], topics="attendances") as staff,
          Reader(desk.url, cookies["atendente"], topics=f"attendances.{pk + 1000}") as elsewhere,
          Reader(desk.url, cookies["configurador"], topics="attendances,user:1,user:2,company:1,tickets") as other,
          Reader(desk.url, cookies["cliente"], topics="attendances,company:1") as customer):
        save(protocol)
        assert staff.next() == ("attendance.changed", [pk])
        assert elsewhere.silent()
        assert other.silent(0.2)
        assert customer.silent(0.2)


def test_a_stream_goes_on_behind_the_last_event_that_was_read(desk, enter, save):
    cookies = dict(enter("atendente").cookies)
    protocol, pk = save()
    with Reader(desk.url, cookies, topics="attendances") as stream:
        save(protocol)
        assert stream.next() == ("attendance.changed", [pk])
        place = stream.last_id
    for _ in range(3):
        save(protocol)
    for how in ({"after": place}, {"headers": {"Last-Event-ID": place}}):
        with Reader(desk.url, cookies, topics="attendances", **how) as stream:
            assert [stream.next() for _ in range(3)] == [("attendance.changed", [pk])] * 3
            assert stream.silent(0.7)


def test_the_stream_ends_when_the_person_signs_out(desk, enter):
    browser = enter("atendente")
    with Reader(desk.url, dict(browser.cookies), topics="attendances") as stream:
        token = _TOKEN.search(browser.get(f"{desk.url}/account/").text)[1]
        browser.post(f"{desk.url}/logout/", data={"csrf_token": token})
        assert stream.next(within=10) is None
        assert stream.why == "session"


def test_open_streams_are_let_go_at_a_stop(desk, prepared, databases, tmp_path):
    environ = {**desk.environ, "DATABASE_URL": prepared(databases.create(), "demo"), "INSTANCE_PATH": str(tmp_path)}
    with ExitStack() as stack:
        with running(environ, tmp_path / "log") as url, httpx.Client(timeout=30) as browser:
            sign_in(browser, url, "atendente")
            stream = stack.enter_context(Reader(url, dict(browser.cookies)))
            assert stream.status == 200
        assert stream.next() is None
        assert stream.why == "stopping"
    assert "stopped" in (tmp_path / "log").read_text()
