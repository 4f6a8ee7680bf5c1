"""Refusals: a page in the look with the search box, JSON for programs, never a trace."""
import logging
import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.database import utc_now
from app.errors import Conflict, Invalid, InvalidMany, NotFound
from app.models.desk import Draft


@pytest.mark.parametrize("address", ["/attendances/2026-9999999999", "/attendances/id-999999", "/no/such/page"])
def test_what_is_not_there_answers_a_page_with_the_search_box(person, address):
    page = person("attendant").get(address)
    assert page.status_code == 404
    assert "Página não encontrada" in page.text
    assert page.text.count('role="search"') == 2
    assert 'action="/search"' in page.text


def test_a_record_one_may_not_see_looks_like_one_that_is_not_there(person, world):
    browser = person("attendant")
    there = browser.get(f"/attendances/{world.other_attendance.protocol}")
    absent = browser.get("/attendances/2026009999")
    assert (there.status_code, absent.status_code) == (404, 404)
    def bare(page):
        return re.sub(r'content="[^"]*"|value="[^"]*"', "", page.text)
    assert bare(there) == bare(absent)


def test_nobody_gets_the_page_without_the_shell(client, world):
    page = client().get("/no/such/page")
    assert page.status_code == 404
    assert "b-login" in page.text
    assert 'class="b-side"' not in page.text
    assert "/search" not in page.text


def test_a_form_opened_as_a_page_answers_405_and_says_what_to_do(person):
    page = person("attendant").get("/logout/")
    assert page.status_code == 405
    assert "Abra a página pelo menu" in page.text
    assert "POST" in page.headers["Allow"]


def test_a_lack_of_permission_says_whom_to_ask(person):
    page = person("configurator").get("/search?q=ana")
    assert page.status_code == 403
    assert "peça a permissão a um supervisor" in page.text


def test_who_lost_a_permission_finds_the_way_back_and_what_was_typed(person, session, seeding, world):
    browser = person("attendant")
    user = session.scalars(select(User).order_by(User.id.desc())).first()
    came = {"Referer": "http://localhost/attendances/"}
    draft = "guardado como rascunho"
    plain = browser.get("/settings/", headers=came)
    assert plain.status_code == 403
    assert "data-back>Voltar" in plain.text
    assert draft not in plain.text
    assert "data-back>" not in browser.get("/settings/").text, "there is nowhere to go back to"
    session.add(Draft(user_id=user.id, key="attendance:1:1", values={"description": ["x"]}, updated_at=utc_now()))
    session.commit()
    refused = browser.post("/motives/add", {"name": "Texto que ficou no formulário"}, headers=came)
    assert refused.status_code == 403
    for words in (draft, "Texto que ficou no formulário", "data-back>Voltar ao formulário"):
        assert words in refused.text


@pytest.mark.req("G-06")
def test_a_post_without_token_is_refused_and_shows_what_was_typed_but_no_secret(person):
    browser = person("attendant")
    typed = {"contact_email": "<b>ana@example.com</b>", "password": "segredo-bem-longo"}
    page = browser.post("/account/profile", typed, csrf=False)
    assert page.status_code == 400
    assert "Esta página ficou aberta por tempo demais" in page.text
    assert "recarregue a página" in page.text
    assert "&lt;b&gt;ana@example.com&lt;/b&gt;" in page.text
    assert "segredo-bem-longo" not in page.text
    assert 'class="b-side"' in page.text, "who is signed in keeps the shell"


@pytest.mark.req("G-06")
def test_who_was_signed_out_meanwhile_is_told_that_and_still_finds_what_was_typed(person):
    browser, typed = person("attendant"), {"contact_email": "ana@example.com"}
    browser.post("/logout/")
    page = browser.post("/account/profile", typed, csrf=False)
    assert page.status_code == 401
    assert "Sua sessão terminou" in page.text
    assert "entre de novo" in page.text
    assert "ana@example.com" in page.text
    assert "aberta por tempo demais" not in page.text
    told = browser.post("/account/profile", typed, csrf=False, headers={"Accept": "application/json"}).json["error"]
    assert told["message"].startswith("Sua sessão terminou.")


def test_too_large_a_form_is_refused_in_words(person, app, monkeypatch):
    browser = person("attendant")
    browser.get("/account/")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    page = browser.post("/account/profile", {"contact_email": "a" * 2000})
    assert page.status_code == 413
    assert "grande demais" in page.text


@pytest.mark.parametrize(("error", "status", "code"), [
    (NotFound("nada"), 404, "not_found"), (Conflict("em uso"), 409, "conflict"),
    (Invalid("errado", field="name"), 422, "invalid"),
    (InvalidMany([Invalid("um", field="a"), Invalid("dois", field="b")]), 422, "invalid")])
def test_a_rule_that_no_form_shows_keeps_its_status_and_its_words(person, app, monkeypatch, error, status, code):
    browser = person("attendant")
    monkeypatch.setitem(app.view_functions, "FindView.find", _raises(error))
    page = browser.get("/search")
    assert page.status_code == status
    if status != 404:
        assert str(error) in page.text
    answer = browser.get("/search", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert set(answer.json["error"]["fields"]) == {e.field for e in getattr(error, "errors", [error]) if e.field}


@pytest.mark.parametrize(("error", "words"), [
    (StaleDataError("UPDATE matched no row"), "Outra pessoa alterou"),
    (IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: entity.company_id, entity.document")),
     "Já existe uma entidade com este CPF/CNPJ")])
def test_two_who_write_the_same_at_once_are_told_so(person, app, monkeypatch, error, words):
    browser = person("attendant")
    monkeypatch.setitem(app.view_functions, "FindView.find", _raises(error))
    answer = browser.get("/search", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert words in answer.json["error"]["message"]
    assert "constraint" not in answer.text


@pytest.mark.parametrize("address", ["/entities/show/2147483648", "/entities/show/99999999999999999999",
                                     "/attendances/1%00", "/logs/attendance/2147483648", "/units/edit/2147483648",
                                     "/attendances/entity/99999999999999999999"])
def test_an_address_with_a_value_that_no_row_can_have_is_not_found(person, address):
    page = person("supervisor").get(address)
    assert page.status_code == 404
    assert "Página não encontrada" in page.text


def test_a_fault_of_ours_shows_a_reference_that_the_log_knows_and_no_trace(person, app, monkeypatch, caplog):
    browser = person("attendant")
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "FindView.find", _raises(RuntimeError("secret detail")))
    with caplog.at_level(logging.ERROR):
        page = browser.get("/search?q=x")
    assert page.status_code == 500
    reference = re.search(r'<b class="b-mono">([0-9A-F]{8})</b>', page.text)[1]
    assert f"reference={reference}" in caplog.text
    assert "secret detail" not in page.text
    assert "Traceback" not in page.text
    answer = browser.get("/search", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json["error"]["code"] == "internal_error"
    assert "secret detail" not in answer.text


def test_a_fault_in_the_shell_itself_still_answers_a_page(person, app, monkeypatch):
    browser = person("attendant")
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("app.views.shell.tenant_of", _raises(RuntimeError("no database")))
    page = browser.get("/search?q=x")
    assert page.status_code == 500
    assert "Algo deu errado do nosso lado" in page.text
    assert re.search(r"<p>[0-9A-F]{8}</p>", page.text)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_of_the_api_answers_json(api_client, method, world):
    answer = api_client().call(method, "/api/v1/no-such-thing")
    assert answer.status_code == 404
    assert set(answer.json) == {"error"}
    assert answer.json["error"]["code"] == "not_found"
    assert set(answer.json["error"]) == {"code", "message", "fields"}


def _raises(error):
    def fails(*_arguments, **_named):
        raise error
    return fails


def test_no_page_shows_a_password_again(person):
    browser = person("attendant")
    typed = {"current": "Senha-de-agora-1", "password": "Senha-nova-22", "again": "Senha-nova-22"}
    pages = [browser.post("/account/password", typed, csrf=False)]
    browser.post("/logout/")
    pages.append(browser.post("/account/password", typed, csrf=False))
    for page in pages:
        assert page.status_code in (400, 401)
        assert "Senha-" not in page.text
