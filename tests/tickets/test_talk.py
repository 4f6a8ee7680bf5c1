"""E-mails and SMS to the contact stand in the conversation, in the central, on the portal and by REST."""
import re
from datetime import timedelta

import pytest

from app.database import unit_of_work
from app.models.outbox import Outbox, OutboxState
from app.services import outbox
from app.services.tickets import notices
from tests.support.clock import NOON

MINUTE = timedelta(minutes=1)


def said(page) -> list[tuple[str, str]]:
    """(how it was sent or "", its text) of each entry, in the order of the page."""
    return [(" ".join(re.findall(r'<span class="b-chip line sm"><i[^>]*></i>([^<]+)</span>', entry)),
             re.findall(r'<p class="b-said">([^<]+)</p>', entry)[-1])
            for entry in re.split(r'<li class="from-|<div class="b-msg(?: me)?"', page)[1:]]


@pytest.fixture
def ticket(session, desk, open_ticket, say):
    """Asked, an e-mail, answered (which mails by itself), an SMS, complemented."""
    ticket = open_ticket()
    pk = ticket.attendance_id
    with unit_of_work(session):
        notices.email(session, pk, subject="Sua guia", body="Falta o laudo.", actor=desk.as_ana, now=NOON + MINUTE)
    say.reply(ticket, "Vamos verificar.", now=NOON + 2 * MINUTE)
    with unit_of_work(session):
        notices.sms(session, pk, text="Há novidades.", actor=desk.as_bruno, now=NOON + 3 * MINUTE)
    say.complement(ticket, "Segue o laudo.", now=NOON + 4 * MINUTE)
    return ticket


WHOLE = [("", "Por que foi negada?"), ("E-mail", "Falta o laudo."), ("", "Vamos verificar."), ("SMS", "Há novidades."),
         ("", "Segue o laudo.")]


@pytest.mark.req("C-85", "C-87", "C-88")
def test_the_panel_has_them_where_they_were_sent_with_how_far_they_came(ticket, desk, sign_in):
    at = f"/provider-central/tickets/{ticket.attendance_id}"
    page = sign_in(desk.sofia).get(f"{at}/tab/messages").text
    assert said(page) == WHOLE
    sent = page[:page.index("Vamos verificar.")].rpartition('<li class="from-')[0].rpartition('<li class="from-')[2]
    assert re.search(r"<b>Ana Teste</b>.*E-mail.*Na fila.*<b>Sua guia", sent, re.S)
    assert re.search(r'data-count="messages">5</span>', sign_in(desk.sofia).get(f"{at}/").text)
    last = sign_in(desk.sofia).get(f"{at}/tab/attendance").text
    assert said(last[:last.index("Dados do chamado")]) == WHOLE[-3:]
    assert "Ver a conversa inteira" in last


@pytest.mark.req("C-28", "C-87", "C-88")
def test_the_provider_reads_them_too_unless_they_never_left(session, seeding, ticket, desk, sign_in):
    address = f"/portal/tickets/{ticket.protocol}"
    assert said(sign_in(desk.pedro).get(address).text) == WHOLE
    with seeding():
        session.query(Outbox).filter(Outbox.kind == "sms").update({"state": OutboxState.DEAD})
    assert said(sign_in(desk.pedro).get(address).text) == WHOLE[:3] + WHOLE[4:]
    assert ("SMS", "Há novidades.") in said(sign_in(desk.sofia).get(
        f"/provider-central/tickets/{ticket.attendance_id}/tab/messages").text)


@pytest.mark.req("C-28", "B-29")
def test_what_was_written_to_others_about_the_ticket_stands_in_no_conversation(session, ticket, world, desk, sign_in,
                                                                               api):
    with unit_of_work(session):
        for entity_id in (None, world.entity.id):  # a colleague, another person
            outbox.enqueue_email(session, to="outro@example.com", subject="Interno", body="Só entre nós.", now=NOON,
                                 attendance_id=ticket.attendance_id, entity_id=entity_id, sender_id=desk.ana.id)
    panel = f"/provider-central/tickets/{ticket.attendance_id}"
    assert said(sign_in(desk.pedro).get(f"/portal/tickets/{ticket.protocol}").text) == WHOLE
    assert said(sign_in(desk.sofia).get(f"{panel}/tab/messages").text) == WHOLE
    assert 'data-count="messages">5</span>' in sign_in(desk.sofia).get(f"{panel}/").text
    for person, address in ((desk.pedro, f"/api/v1/me/tickets/{ticket.protocol}/messages"),
                            (desk.ana, f"/api/v1/provider-tickets/{ticket.protocol}/messages")):
        assert [row["text"] for row in api(person).get(address).json["items"]] == [text for _kind, text in WHOLE]


@pytest.mark.req("B-37")
def test_rest_gives_them_among_the_messages_page_by_page(ticket, desk, api):
    address = f"/api/v1/provider-tickets/{ticket.protocol}"
    whole = [({"E-mail": "email", "SMS": "sms"}.get(kind, "message"), text) for kind, text in WHOLE]
    found = api(desk.ana).get(address).json["messages"]
    assert [(row["kind"], row["text"]) for row in found] == whole
    assert [(row["id"] is None, bool(row["subject"])) for row in found] == [
        (False, False), (True, True), (False, False), (True, False), (False, False)]
    pages, after = [], ""
    while after is not None:
        page = api(desk.ana).get(f"{address}/messages?limit=1{after}").json
        pages.append([row["text"] for row in page["items"]])
        after = f"&after={page['next']}" if page["next"] else None
    assert pages == [["Segue o laudo."], ["Vamos verificar.", "Há novidades."],
                     ["Por que foi negada?", "Falta o laudo."]]
    mine = api(desk.pedro).get(f"/api/v1/me/tickets/{ticket.protocol}/messages").json["items"]
    assert [(row["kind"], row["text"], row["mine"]) for row in mine] == [
        (kind, text, text in ("Por que foi negada?", "Segue o laudo.")) for kind, text in whole]
