""""Dados Complementares" in the panel of a ticket (S-14, B-20)."""
import re

import pytest

from app.database import unit_of_work
from app.models.attendance import Attendance
from app.models.custom_field import CustomField
from app.services.tickets import work
from tests.lowcode.conftest import put
from tests.support.clock import DAY, NOON

from .test_panel import TICKETS, ana, panel

__all__ = ["ana", "put"]
pytestmark = pytest.mark.req("S-14", "B-20")
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def guide(put):
    put("attendance", CustomField(key="guide", name="Guia", type="integer", required=True, searchable=True),
        CustomField(key="plan", name="Plano", type="choice", options=[{"value": "a", "label": "Ambulatorial"}]),
        name="Autorização")


def post(browser, ticket, **values):
    """What is typed into the tab, with the version that it shows; `headers` as the panel's script sends them."""
    headers = values.pop("headers", FETCH)
    page = panel(browser, ticket, "complementary").text
    version = re.search(r'name="version" value="(\d+)"', page[page.index("data-tab-form"):])[1]
    return browser.post(f"{TICKETS}/{ticket.attendance_id}/complementary",
                        {"version": version, **{f"x_{key}": value for key, value in values.items()}}, headers=headers)


def stored(session, ticket) -> dict:
    session.expire_all()
    return session.get(Attendance, ticket.attendance_id).custom_values


def test_without_such_a_form_there_is_no_tab_and_no_query_more(put, ana, open_ticket, queries):
    ticket = open_ticket()

    def asked():
        panel(ana, ticket)
        queries.clear()
        page = panel(ana, ticket).text
        return len(queries), "Dados Complementares" in page
    assert asked() == (11, False)
    assert ana.get(f"{TICKETS}/{ticket.attendance_id}/tab/complementary").status_code == 404
    put("attendance", CustomField(key="guide", name="Guia", type="integer"))
    assert asked() == (11, True)


def test_a_required_field_that_came_later_starts_with_its_default(put, ana, session, open_ticket):
    ticket = open_ticket()
    put("attendance", CustomField(key="origin", name="Origem", default="Central", required=True))
    page = panel(ana, ticket, "complementary").text
    assert 'value="Central"' in re.search(r'<input[^>]*id="panel-x_origin"[^>]*>', page)[0]
    assert post(ana, ticket, origin="Central").status_code == 200
    assert stored(session, ticket) == {"origin": "Central"}


def test_they_are_shown_saved_and_refused_beside_their_field(session, guide, ana, open_ticket):
    ticket = open_ticket()
    refused = post(ana, ticket, guide="doze", plan="a")
    assert refused.status_code == 422
    assert "<html" not in refused.text
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*id="panel-x_guide"', refused.text)
    assert 'value="doze"' in refused.text
    assert stored(session, ticket) == {}
    missing = post(ana, ticket, guide="", plan="a")
    assert (missing.status_code, missing.text.count("Este campo é obrigatório.")) == (422, 1)
    saved = post(ana, ticket, guide="12", plan="a")
    assert saved.status_code == 200
    assert "Dados complementares salvos." in saved.text
    assert stored(session, ticket) == {"guide": 12, "plan": "a"}
    assert 'value="12"' in panel(ana, ticket, "complementary").text


def test_somebody_else_saved_in_between(session, guide, ana, open_ticket, desk):
    ticket = open_ticket()
    browser_page = {"x_guide": "7", "x_plan": "", "version": ticket.attendance.version}
    post(ana, ticket, guide="12")
    late = ana.post(f"{TICKETS}/{ticket.attendance_id}/complementary", browser_page, headers=FETCH)
    assert late.status_code == 409
    assert "Valor gravado agora: 12" in late.text
    assert 'value="7"' in late.text
    assert stored(session, ticket) == {"guide": 12}


def test_without_scripts_it_is_a_page(session, guide, ana, open_ticket):
    ticket = open_ticket()
    refused = post(ana, ticket, guide="x", headers={})
    assert refused.status_code == 422
    assert "<html" in refused.text
    saved = post(ana, ticket, guide="5", headers={})
    assert saved.status_code == 303
    assert 'value="5"' in ana.get(saved.location).text


def test_a_closed_ticket_shows_them_to_be_read_only(session, guide, ana, open_ticket, desk, sign_in):
    ticket = open_ticket()
    post(ana, ticket, guide="12", plan="a")
    with unit_of_work(session):
        work.take(session, ticket.attendance_id, actor=desk.as_ana, now=NOON)
        work.close(session, ticket.attendance_id, actor=desk.as_ana, now=NOON + DAY, public_url="https://x.example")
    page = panel(ana, ticket, "complementary").text
    assert "data-tab-form" not in page
    assert "Ambulatorial" in page
    answer = ana.post(f"{TICKETS}/{ticket.attendance_id}/complementary", {"x_guide": "1"}, headers=FETCH)
    assert answer.status_code == 409
    assert stored(session, ticket) == {"guide": 12, "plan": "a"}
    assert sign_in(desk.pedro).get(f"{TICKETS}/{ticket.attendance_id}/tab/complementary").status_code in (302, 403, 404)
