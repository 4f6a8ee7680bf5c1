"""A session that ends while an attendant types: what he typed is shown with its labels, and why he must sign in."""
import html
import re

import pytest

from app.database import unit_of_work, utc_now
from app.models.custom_field import CustomField, FieldType
from app.services import users
from tests.support.forms import placed

from .test_tabs import hidden

pytestmark = pytest.mark.req("G-06")


@pytest.fixture
def renata(staff):
    return staff("Attendant", name="Renata")


@pytest.fixture
def browser(renata, sign_in):
    return sign_in(renata)


@pytest.fixture
def typed(browser, world):
    """The record as the browser read it, with an answer and a place typed."""
    where = f"/attendances/{world.attendance.address}"
    return {**hidden(browser.get(where).text), "description": world.attendance.details[0].description, "direction":
            "receptive", "situation_id": world.attendance.situation_id, "answer": "Troca\r\ncombinada",
            "local_note": "Loja <9>", "action": "confirm"}


def told(page) -> list[tuple[str, str]]:
    """[(label, text)] of "O que você digitou"."""
    return [(html.unescape(label), html.unescape(text)) for label, text in re.findall(
        r"<li>(?:<b>([^<]*)</b>)?([^<]*)</li>", page)]


@pytest.fixture
def shut_out(session, renata, viewer_for, make_user):
    def act():
        with unit_of_work(session):
            users.set_active(session, renata.id, False, actor=viewer_for(make_user("chefe", "Admin")), now=utc_now())
    return act


def test_only_what_was_typed_is_shown_with_its_labels_and_the_way_back(browser, renata, world, typed):
    where = f"/attendances/{world.attendance.address}"
    browser.post("/logout/")
    page = browser.post(where, typed, csrf=False)
    assert page.status_code == 401
    assert "Sua sessão terminou" in page.text
    assert told(page.text) == [("Observação do local", "Loja <9>"), ("Resposta", "Troca\ncombinada")]
    link = html.unescape(re.search(r'href="([^"]*)">\s*Entrar', page.text)[1])
    assert link == f"/login/?next={where}"
    assert browser.login(renata.username, going_to=where).location == where


def test_of_a_new_one_every_text_is_shown_and_no_choice(browser, world, session, seeding):
    with seeding():
        session.add_all(placed("attendance", CustomField(key="coupon", name="Cupom"), CustomField(
            key="size", name="Tamanho", type=FieldType.CHOICE, options=[{"value": "big", "label": "Grande"}])))
    session.commit()
    where = f"/attendances/new?entity={world.entity.id}"
    page = browser.get(where).text
    assert "Cupom" in page
    browser.post("/logout/")
    answer = browser.post(where, {**hidden(page), "role_type_id": world.role_types["customer"].id, "x_coupon": "55120",
                                  "x_size": "big", "description": "Tampa estufada"}, csrf=False)
    assert told(answer.text) == [("Descrição", "Tampa estufada"), ("Cupom", "55120")]
    link = html.unescape(re.search(r'href="([^"]*)">\s*Entrar', answer.text)[1])
    assert link.startswith("/login/?next=/attendances/new")


def test_who_was_shut_out_in_the_middle_of_his_work_is_told_so(browser, world, typed, shut_out):
    where = f"/attendances/{world.attendance.address}"
    shut_out()
    page = browser.post(where, typed)
    assert page.status_code == 401
    assert "Seu acesso foi desativado." in page.text
    assert "Nada foi salvo: copie abaixo o que digitou." in page.text
    assert ("Resposta", "Troca\ncombinada") in told(page.text)
    draft = browser.post("/attendances/draft", json={"attendance_id": world.attendance.id, "values": {}},
                         headers={"Accept": "application/json"})
    assert (draft.status_code, draft.json["error"]["code"]) == (401, "unauthorized")
    assert "Seu acesso foi desativado." in draft.json["error"]["message"]
    sign_in = browser.get(browser.get(where).location)
    assert "Seu acesso foi desativado." in sign_in.text
    assert world.attendance.details[0].answer is None


def test_nobody_who_never_signed_in_is_told_of_a_session(client, world):
    answer = client().post(f"/attendances/{world.attendance.address}", {"answer": "x"})
    assert "/login/" in answer.location
