"""Two servers on one PostgreSQL and one Redis, behind nothing: what one does, the other knows at once."""
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest
import sqlalchemy as sa

from tests.support.clients import _TOKEN
from tests.support.server import DEMO_PASSWORD, running, sign_in
from tests.support.streams import Reader

SECRETS = {"SECRET_KEY": "a-secret-key-for-two-servers-0123456789",
           "ENCRYPTION_KEYS": "an-encryption-key-for-two-0123456789"}


@pytest.fixture(scope="module")
def desk(postgresql_url, redis_url, prepared, tmp_path_factory):
    """Two servers of the demo company: `desk.urls`, and `desk.engine` on their database."""
    folder = tmp_path_factory.mktemp("two")
    environ = {**os.environ, **SECRETS, "DATABASE_URL": postgresql_url, "REDIS_URL": redis_url,
               "INSTANCE_PATH": str(folder)}
    prepared(postgresql_url, "demo")
    engine = sa.create_engine(environ["DATABASE_URL"])
    with (running(environ, folder / "first.log") as first,
          running(environ, folder / "second.log", "--no-jobs") as second):
        yield SimpleNamespace(urls=(first, second), engine=engine, environ=environ)
    engine.dispose()


@pytest.fixture
def alternate(desk):
    """`alternate(n)`: the address of the server whose turn the n-th request is."""
    return lambda number: desk.urls[number % 2]


def token_of(url, username) -> dict:
    """The header of a caller of the API."""
    answer = httpx.post(f"{url}/api/v1/security/login", timeout=30,
                        json={"username": username, "password": DEMO_PASSWORD, "provider": "db"})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def scalar(desk, statement, **values):
    with desk.engine.connect() as connection:
        return connection.execute(sa.text(statement), values).scalar()


def new_attendance(desk) -> dict:
    """A body for POST /attendances: some customer of the demo company and some motive."""
    person = scalar(desk, "select e.id from entity e join entity_role r on r.entity_id = e.id join role_type t "
                          "on t.id = r.role_type_id where t.code = 'customer' order by e.id limit 1")
    return {"person_id": person, "role": "customer", "channel": "phone", "direction": "receptive",
            "description": "Quer saber da entrega.", "motive_id": scalar(desk, "select min(id) from motive")}


def test_a_session_of_one_server_is_valid_on_the_other_and_ends_on_both(alternate):
    with httpx.Client(timeout=30) as browser:
        sign_in(browser, alternate(0), "atendente")
        for number in range(4):
            assert browser.get(f"{alternate(number)}/account/").status_code == 200
        token = _TOKEN.search(browser.get(f"{alternate(1)}/account/").text)[1]
        assert browser.post(f"{alternate(1)}/logout/", data={"csrf_token": token}).status_code in (302, 303)
        assert browser.get(f"{alternate(0)}/account/").status_code == 302


def test_a_token_of_one_server_is_good_on_the_other(alternate):
    headers = token_of(alternate(0), "atendente")
    answers = {httpx.get(f"{alternate(n)}/api/v1/attendances?limit=1", headers=headers).status_code for n in range(4)}
    assert answers == {200}


@pytest.mark.req("B-13", "B-35")
def test_fifty_attendances_at_once_on_both_get_protocols_without_a_gap(desk, alternate):
    headers = [token_of(alternate(0), "atendente"), token_of(alternate(1), "atendente2")]
    values = new_attendance(desk)
    before = scalar(desk, "select max(last) from protocol_counter")

    def open_one(number):
        return httpx.post(f"{alternate(number)}/api/v1/attendances", json=values, headers=headers[number % 2],
                          timeout=60)

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(open_one, range(50)))
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    numbers = sorted(int(answer.json()["protocol"].rpartition("-")[2]) for answer in answers)
    assert numbers == list(range(before + 1, before + 51))
    assert scalar(desk, "select count(*) - count(distinct protocol) from attendance") == 0


@pytest.mark.req("B-35")
def test_who_asks_after_the_database_has_ended_its_connections_does_not_notice(desk, alternate):
    """A restart of PostgreSQL, or an administrator."""
    headers = token_of(alternate(0), "atendente")

    def listed():
        return [httpx.get(f"{alternate(n)}/api/v1/attendances?limit=1", headers=headers).status_code for n in range(4)]

    for _time in range(2):
        assert listed() == [200] * 4
        ended = scalar(desk, "select count(pg_terminate_backend(pid)) from pg_stat_activity where state = 'idle' "
                             "and datname = current_database() and pid <> pg_backend_pid()")
        assert ended >= 2, "each server held a connection"
        assert listed() == [200] * 4


def test_a_retry_that_reaches_the_other_server_opens_nothing_twice(desk, alternate):
    headers = {**token_of(alternate(0), "atendente"), "Idempotency-Key": "caller-77"}
    values = new_attendance(desk)
    before = scalar(desk, "select count(*) from attendance")

    def again(number):
        return httpx.post(f"{alternate(number)}/api/v1/attendances", json=values, headers=headers, timeout=60)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(again, range(8)))
    assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]
    assert len({answer.json()["protocol"] for answer in answers}) == 1
    assert scalar(desk, "select count(*) from attendance") == before + 1


def test_forty_guesses_at_once_on_both_are_counted_together(desk, alternate):
    """The counters are in the database: two servers are not twice as many tries."""
    def guess(number):
        return httpx.post(f"{alternate(number)}/api/v1/security/login", timeout=60,
                          json={"username": "configurador", "password": f"wrong guess {number}", "provider": "db"})

    with ThreadPoolExecutor(20) as pool:
        answers = Counter(answer.status_code for answer in pool.map(guess, range(40)))
    assert set(answers) == {401, 429}
    assert answers[401] <= 5


@pytest.mark.req("B-35")
def test_what_is_saved_on_one_server_is_told_at_once_by_the_other(desk, alternate):
    headers = token_of(alternate(0), "atendente")
    values = new_attendance(desk)
    saved = httpx.post(f"{alternate(0)}/api/v1/attendances", json=values, headers=headers, timeout=30).json()
    with httpx.Client(timeout=30) as browser:
        sign_in(browser, alternate(1), "atendente2")
        cookies = dict(browser.cookies)
    with (Reader(alternate(0), cookies, topics="attendances") as here,
          Reader(alternate(1), cookies, topics="attendances") as there):
        for number in range(4):
            answer = httpx.post(f"{alternate(number)}/api/v1/attendances/{saved['protocol']}/details", headers=headers,
                                json={"channel": "phone", "direction": "receptive", "description": "E agora?"},
                                timeout=30)
            assert answer.status_code in (200, 201), answer.text
            for stream in (here, there):
                assert stream.next(within=5) == ("attendance.changed", [saved["id"]])  # sooner than a heartbeat
        place = here.last_id
    httpx.post(f"{alternate(0)}/api/v1/attendances/{saved['protocol']}/close", headers=headers, json={}, timeout=30)
    with Reader(alternate(1), cookies, topics="attendances", headers={"Last-Event-ID": place}) as again:
        assert again.next() == ("attendance.changed", [saved["id"]])
        assert again.silent()


@pytest.mark.req("B-35")
def test_without_redis_other_processes_are_told_some_seconds_later(desk, tmp_path):
    environ = {name: value for name, value in desk.environ.items() if name != "REDIS_URL"}
    with httpx.Client(timeout=30) as browser:
        sign_in(browser, desk.urls[0], "atendente")
        cookies = dict(browser.cookies)
    with running(environ, tmp_path / "log", "--no-jobs") as url, Reader(url, cookies, topics="attendances") as stream:
        headers, values = token_of(desk.urls[0], "atendente"), new_attendance(desk)
        saved = httpx.post(f"{desk.urls[0]}/api/v1/attendances", json=values, headers=headers, timeout=30).json()
        httpx.post(f"{desk.urls[0]}/api/v1/attendances/{saved['protocol']}/close", headers=headers, json={}, timeout=30)
        assert stream.next(within=10) == ("attendance.changed", [saved["id"]])
