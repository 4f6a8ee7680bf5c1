"""A slow, dead, wrong or hostile service: the attendant is told, and waits for it no longer than its limit."""
import gzip
import socket
import threading
import time
from datetime import timedelta
from http.client import HTTPMessage

import pytest
from sqlalchemy import update

from app.database import unit_of_work, utc_now
from app.models.external_service import ExternalService
from app.outgoing_http import addresses, answers, pinned
from app.outgoing_http.guarded import Busy, Guard
from app.services import service_answers, service_pauses
from tests.support.other_system import ANA

from .conftest import CPF

pytestmark = pytest.mark.req("M-77", "M-79")
SILENT = "O serviço não respondeu. Preencha à mão."
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><cliente><nome>&b;</nome></cliente>'
MISTAKEN = "O serviço não pode ser usado como está configurado: avise quem o mantém. Preencha à mão."


@pytest.fixture
def quick(saved):
    """The service with a limit of one second."""
    return lambda **changes: saved(seconds="1", **changes)


@pytest.fixture
def rests(session):
    """`rests(seconds)`: the service has failed three times, and its pause lasts so long from now."""
    def rest(seconds):
        with unit_of_work(session):
            session.execute(update(ExternalService.__table__).values(
                failures=3, rests_until=utc_now() + timedelta(seconds=seconds)))
    return rest


def timed(act):
    """(what `act` answers, how many seconds it took)."""
    began = time.monotonic()
    return act(), time.monotonic() - began


@pytest.mark.parametrize(("answer", "notice", "words"), [
    ((500, {"erro": 1}), SILENT, "HTTP 500. O serviço respondeu com um erro."),
    ((429, {}), SILENT, "HTTP 429. O serviço respondeu que foi consultado demais."),
    ((401, {}), MISTAKEN, "HTTP 401. O serviço recusou as credenciais."),
    ((302, b"", {"Location": "/dentro"}), MISTAKEN, "redirecionamento, que não é seguido"),
    ((200, b"<cliente><nome>Ana</cliente>"), MISTAKEN, "A resposta não é XML válido."),
    ((200, BOMB), MISTAKEN, "A resposta é XML com DTD"),
    ((200, b"<!DOCTYPE html><html></html>"), MISTAKEN, "A resposta é uma página web, nem JSON nem XML"),
    ((200, b"nome=Ana"), MISTAKEN, "A resposta não é JSON válido."),
    ((200, b'{"cliente": '), MISTAKEN, "A resposta não é JSON válido."),
    ((200, b"[" * 100_000), MISTAKEN, "A resposta não é JSON válido."),
    ((200, b""), MISTAKEN, "A resposta está vazia."),
    ((200, b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}), MISTAKEN, "A resposta está comprimida de um modo"),
    ((200, b"x", {"Content-Encoding": "br"}), MISTAKEN, "A resposta está comprimida de um modo"),
    ((200, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"}), SILENT + "|" + MISTAKEN,
     "A resposta é grande demais"),
    ((200, b'{"a": "' + b"x" * 300_000 + b'"}'), SILENT + "|" + MISTAKEN, "A resposta é grande demais"),
])
def test_a_wrong_answer_is_told_in_words_to_each(service, ask, keeper, system, answer, notice, words):
    system.answer = answer
    found = ask()
    assert (found.status, found.values) == (200, {})
    assert found.told in notice.split("|")
    tested = keeper.post("/settings/service/test", {"sample_document": CPF}).json
    assert tested["ok"] is False
    assert words in tested["words"]
    assert [path for _method, path, *_rest in system.asked] == ["/clientes/39053344705"] * 2  # nothing was followed


def test_a_dead_service_is_told(service, ask, keeper, system):
    system.close()
    assert ask().told == SILENT
    assert "recusou a conexão" in keeper.post("/settings/service/test", {"sample_document": CPF}).json["words"]


@pytest.mark.parametrize("kind", ["late", "drip", "cut"])
def test_nobody_waits_longer_than_the_limit(service, quick, ask, keeper, system, kind):
    quick()
    system.answer = system.late(20) if kind == "late" else getattr(system, kind)
    found, seconds = timed(ask)
    assert found.told == SILENT
    assert seconds < 3
    if kind != "cut":
        words = keeper.post("/settings/service/test", {"sample_document": CPF}).json["words"]
        assert "não respondeu no limite de tempo" in words


def test_a_name_server_that_does_not_answer_holds_nobody(service, quick, ask, monkeypatch):
    quick(url="http://erp.example.com/{document}")
    left = threading.Event()
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **options: left.wait(20) and [])
    found, seconds = timed(ask)
    left.set()
    assert found.told == SILENT
    assert seconds < 3


def test_no_transaction_is_held_while_the_service_is_waited_for(service, ask, db, monkeypatch):
    held, perform = [], service_answers.perform

    def noting(*asked, **options):
        held.append(db.session().in_transaction())
        return perform(*asked, **options)
    monkeypatch.setattr(service_answers, "perform", noting)
    assert ask().values
    assert held == [False]


def test_after_three_failures_it_is_left_alone_until_one_try_succeeds(service, ask, system, rests):
    system.answer = (503, b"")
    for _ in range(5):
        assert ask().told == SILENT
    assert len(system.asked) == 3
    rests(-1)
    assert ask().told == SILENT  # one looks whether it works again
    assert ask().told == SILENT
    assert len(system.asked) == 4
    rests(-1)
    system.answer = (200, ANA)
    assert ask().values["name"]
    assert ask().values["name"]


def test_who_tests_is_not_kept_waiting_and_ends_the_pause_where_it_answers(service, ask, keeper, system, saved):
    system.answer = (503, b"")
    for _ in range(4):
        ask()
    keeper.post("/settings/service/test", {"sample_document": CPF})
    ask()
    assert len(system.asked) == 4  # a test that fails changes nothing for those who wait
    system.answer = (200, ANA)
    keeper.post("/settings/service/test", {"sample_document": CPF})
    assert ask().values["name"]
    system.answer = (503, b"")
    for _ in range(4):
        ask()
    assert len(system.asked) == 9
    saved()  # with nothing changed
    ask()
    assert len(system.asked) == 10


def test_a_pause_is_kept_by_every_process_and_one_alone_looks_whether_it_is_over(
        service, ask, system, session, rests):
    """What a second process knows of it is what stands in the table."""
    rests(30)
    assert ask().told == SILENT
    rests(-1)
    with unit_of_work(session):
        service_pauses.admit(session, service.id, seconds=2, now=utc_now())  # the other process looks
    assert ask().told == SILENT
    assert system.asked == []


def test_an_unknown_person_is_no_failure(service, ask, system):
    system.answer = (404, b"")
    for _ in range(5):
        ask()
    assert len(system.asked) == 5


def test_a_slow_service_takes_four_places_and_the_fifth_is_told_at_once():
    guard, go = Guard(), threading.Event()
    waiting = [threading.Thread(target=guard.run, args=(lambda: go.wait(10),), daemon=True,
                                kwargs={"seconds": 10}) for _ in range(4)]
    for each in waiting:
        each.start()
    while guard._free._value:
        time.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(Busy):
        guard.run(lambda: 1, seconds=10)
    assert time.monotonic() - began < 1
    go.set()
    for each in waiting:
        each.join(5)
    assert guard.run(lambda: 1, seconds=1) == 1


def test_a_call_given_up_keeps_its_place_until_it_has_ended():
    guard, go = Guard(places=1), threading.Event()
    with pytest.raises(TimeoutError):
        guard.run(lambda: go.wait(10), seconds=0.05)
    with pytest.raises(Busy):
        guard.run(lambda: 1, seconds=1)
    go.set()
    while not guard._free._value:
        time.sleep(0.01)
    assert guard.run(lambda: 1, seconds=1) == 1


def test_a_secret_whose_key_is_gone_is_told_and_can_be_typed_again(
        service, ask, keeper, system, app, monkeypatch, saved):
    monkeypatch.setitem(app.config, "ENCRYPTION_KEYS", ["another-key-than-the-one-it-was-sealed-with"])
    assert ask().told == MISTAKEN
    tested = keeper.post("/settings/service/test", {"sample_document": CPF})
    assert (tested.status_code, tested.json["words"]) == (422, "O segredo não pode mais ser lido: digite-o de novo.")
    assert system.asked == []
    saved(secret="segredo-do-erp")
    assert ask().values


# ---- where a call may go

def test_an_address_inside_is_refused_unless_the_installation_allows_it(
        service, ask, keeper, system, app, monkeypatch):
    monkeypatch.setitem(app.config, "WEBHOOK_ALLOW_PRIVATE", False)
    assert ask().told == MISTAKEN
    assert "rede privada" in keeper.post("/settings/service/test", {"sample_document": CPF}).json["words"]
    assert system.asked == []


def test_a_name_that_leads_inside_is_refused_and_no_second_answer_is_believed(
        saved, service, ask, system, app, monkeypatch):
    saved(url=f"https://erp.example.com:{system.port}/{{document}}")
    monkeypatch.setitem(app.config, "WEBHOOK_ALLOW_PRIVATE", False)
    looked, tried = [], []

    def look_up(*_args, **_options):
        looked.append("93.184.216.34" if not looked else "127.0.0.1")  # the second answer leads inside
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (looked[-1], system.port))]

    def connect(address, **_options):
        tried.append(address)
        raise ConnectionRefusedError
    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(pinned.socket, "create_connection", connect)
    assert ask().told == SILENT
    assert tried == [("93.184.216.34", system.port)]
    assert len(looked) == 1
    assert ask().told == MISTAKEN  # 127.0.0.1 is refused before anything is sent
    assert len(tried) == 1
    assert system.asked == []


def test_a_redirect_into_the_machine_is_not_followed(service, ask, system):
    system.answer = (307, b"", {"Location": "http://127.0.0.1:22/"})
    assert ask().told == MISTAKEN
    assert len(system.asked) == 1


def test_a_secret_does_not_cross_the_internet_in_clear_text(service, ask, saved, monkeypatch):
    saved(url="http://erp.example.com/{document}")
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **options: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))])
    tried = []
    monkeypatch.setattr(pinned.socket, "create_connection", lambda *args, **options: tried.append(args))
    assert ask().told == MISTAKEN
    assert tried == []


# ---- what an answer says

def headers(**given):
    made = HTTPMessage()
    for name, value in given.items():
        made[name.replace("_", "-")] = value
    return made


@pytest.mark.parametrize(("body", "kind"), [
    ("São Lourenço".encode(), "application/json"), ("São Lourenço".encode(), "application/json; charset=ISO-8859-1"),
    ("São Lourenço".encode("latin-1"), "text/plain; charset=iso-8859-1"),
    ("São Lourenço".encode("latin-1"), "application/json"), ("São Lourenço".encode("cp1252"), "text/json; charset=x"),
])
def test_answers_are_read_in_the_encodings_that_other_systems_write(body, kind):
    assert answers.read(b'{"a": "' + body + b'"}', headers(Content_Type=kind)) == {"a": "São Lourenço"}


def test_other_encodings_and_odd_numbers_are_read():
    assert answers.read('\ufeff{"a": "ç"}'.encode(), headers()) == {"a": "ç"}
    assert answers.read('{"a": "ç"}'.encode("utf-16"), headers()) == {"a": "ç"}
    assert answers.read(b'{"a": NaN}', headers()) == {"a": None}
    with pytest.raises(answers.NotReadable):
        answers.read(b"9" * 5000, headers())


@pytest.mark.parametrize(("path", "value"), [
    ("a.b", 1), ("c[0].d", 2), ("c[1][0]", 3), ('["x.y"].z', 4), ("e f", 5), ("g-h", 6), ("a.z", answers.MISSING),
    ("c[9]", answers.MISSING), ("c.d", answers.MISSING), ("a[0]", answers.MISSING)])
def test_a_path_finds_its_value(path, value):
    data = {"a": {"b": 1}, "c": [{"d": 2}, [3]], "x.y": {"z": 4}, "e f": 5, "g-h": 6}
    assert answers.find(data, path) == value


@pytest.mark.parametrize("path", [
    "", ".", "a.", ".a", "a..b", "a[", "a[x]", "a]", "[]", 'a["', "a[0]b", " a", "a" * 201])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="no path"):
        answers.steps(path)
