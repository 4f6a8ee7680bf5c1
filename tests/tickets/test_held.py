"""Files of an answer go ahead of it, are kept with its draft and are sent once; nobody else's are touched."""
import io
import re

import pytest
from sqlalchemy import select

from app.models.attachment import Attachment
from app.models.held_file import HeldFile
from app.models.provider_ticket import Message
from tests.support import samples

pytestmark = pytest.mark.req("C-30", "C-13")
TICKETS, HELD, KEY = "/provider-central/tickets", "/provider-central/held", "0123456789abcdef"
JSON = {"Accept": "application/json"}


@pytest.fixture
def ana(sign_in, desk):
    return sign_in(desk.ana)


def hold(browser, name="modelo.pdf", content=samples.PDF, key=KEY):
    return browser.post(f"{HELD}/", {"request_key": key, "files": (io.BytesIO(content), name)}, headers=JSON)


def panel(browser, ticket):
    return browser.get(f"{TICKETS}/{ticket.attendance_id}/").text


def test_a_draft_keeps_its_files_and_the_answer_takes_them_once(ana, session, open_ticket):
    ticket = open_ticket()
    address = f"{TICKETS}/{ticket.attendance_id}"
    sent = hold(ana)
    assert sent.status_code == 201
    assert "Remover modelo.pdf" in sent.json["html"]
    assert hold(ana).json["id"] == sent.json["id"]  # sent again after its answer was lost
    ana.post(f"{address}/draft", {"message": "", "request_key": KEY})  # a file alone is a draft as well
    page = panel(ana, ticket)
    assert "Remover modelo.pdf" in page
    assert f'name="request_key" value="{KEY}"' in page
    for _click in range(2):
        assert ana.post(f"{address}/reply", {"message": "Veja.", "request_key": KEY}).status_code == 200
    (message,) = session.scalars(select(Message).where(Message.direction == "out"))
    assert [(file.filename, file.message_id) for file in session.scalars(select(Attachment))] == [
        ("modelo.pdf", message.id)]
    page = panel(ana, ticket)
    assert "Remover modelo.pdf" not in page
    assert re.search(r'name="request_key" value="([0-9a-f]+)"', page)[1] != KEY


def test_a_refused_answer_loses_no_file_and_a_removed_one_is_not_sent(ana, session, open_ticket):
    ticket = open_ticket()
    address = f"{TICKETS}/{ticket.attendance_id}"
    gone = hold(ana, "nota.txt", b"oi").json["id"]
    hold(ana)
    assert ana.post(f"{address}/reply", {"message": " ", "request_key": KEY}).status_code == 422
    assert ana.post(f"{HELD}/{gone}/remove", headers=JSON).json == {"removed": gone}
    assert ana.post(f"{address}/reply", {"message": "Veja.", "request_key": KEY}).status_code == 200
    assert session.scalars(select(Attachment.filename)).all() == ["modelo.pdf"]


def test_what_is_no_file_is_refused_and_nobody_takes_anothers(ana, session, open_ticket, desk, sign_in):
    ticket, bruno = open_ticket(), sign_in(desk.bruno)
    refused = hold(ana, "foto.png")
    assert refused.status_code == 422
    assert "O conteúdo não é de um arquivo .png" in refused.json["error"]["message"]
    assert hold(ana, key="curta").status_code == 422
    pk = hold(ana).json["id"]
    assert bruno.post(f"{HELD}/{pk}/remove", headers=JSON).status_code == 404
    assert bruno.post(f"{TICKETS}/{ticket.attendance_id}/reply",
                      {"message": "Veja.", "request_key": KEY}).status_code == 200
    assert session.scalars(select(Attachment)).all() == []
    assert session.get(HeldFile, pk).taken_at is None
