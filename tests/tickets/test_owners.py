"""What concerns whoever a ticket is with: asked before a colleague answers it, told by the bell what he did to it."""
import pytest
from sqlalchemy import select

from app.models.notification import Notification
from app.models.provider_ticket import Message

TICKETS, REST = "/provider-central/tickets", "/api/v1/provider-tickets"


@pytest.fixture
def with_bruno(session, open_ticket, desk, sign_in):
    """`with_bruno()`: a ticket that Bruno has taken."""
    browser = sign_in(desk.bruno)

    def make(**values):
        ticket = open_ticket(**values)
        assert browser.post(f"{TICKETS}/{ticket.attendance_id}/take", {}).status_code == 200
        return ticket
    return make


@pytest.fixture
def bell(sign_in):
    """`bell(user)`: what his notification centre says."""
    return lambda user: sign_in(user).get("/notifications/").text


@pytest.mark.req("C-02", "C-75")
def test_an_answer_to_a_colleagues_ticket_is_asked_for_and_he_is_told(with_bruno, session, desk, sign_in, bell):
    ticket = with_bruno()
    ana, address = sign_in(desk.ana), f"{TICKETS}/{ticket.attendance_id}/reply"
    asked = ana.post(address, {"message": "Já verifico."})
    assert (asked.status_code, asked.json["field"]) == (409, "sure")
    assert asked.json["error"] == "Este chamado está com Bruno Teste. Responder assim mesmo?"
    assert session.scalars(select(Message).where(Message.direction == "out")).all() == []
    assert ana.post(address, {"message": "Já verifico.", "sure": "1"}).status_code == 200
    told = bell(desk.bruno)
    assert f"Ana Teste respondeu ao atendimento {ticket.protocol}, que está com você." in told
    assert "Já verifico." in told
    assert sign_in(desk.bruno).post(address, {"message": "Obrigado."}).status_code == 200, "his own is not asked for"
    assert len(session.scalars(select(Notification)).all()) == 1


@pytest.mark.req("B-30")
def test_over_rest_nothing_is_asked_and_the_owner_is_told_too(with_bruno, desk, api, bell):
    ticket = with_bruno()
    said = api(desk.ana).post(f"{REST}/{ticket.protocol}/messages", {"text": "Já verifico."})
    assert said.status_code == 201, said.json
    assert f"Ana Teste respondeu ao atendimento {ticket.protocol}" in bell(desk.bruno)
