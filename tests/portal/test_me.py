"""What an app of a provider does by REST: the whole of "Fale conosco" (B-37, C-26 to C-30)."""
import io

import pytest

from app.database import unit_of_work
from app.models.provider_ticket import ProviderTicket
from app.services.tickets import conversation
from tests.support.clock import NOON
from tests.support.world import add_entity

URL = "/api/v1/me"


@pytest.fixture
def pedro(desk, api):
    return api(desk.pedro)


def send(caller, form, name="laudo.txt", content=b"Laudo medico"):
    return caller.browser.post(f"{URL}/files", data={"file": (io.BytesIO(content), name), "form": form},
                               headers={"Authorization": f"Bearer {caller.access_token}"})


@pytest.mark.req("B-37", "C-26", "C-28", "C-29", "C-30")
def test_an_app_opens_follows_and_complements(session, pedro, desk, ticket_values):
    assert pedro.get(URL).json["entity"]["name"] == str(desk.pedro.profile.entity)
    assert pedro.get(f"{URL}/classifications").json["items"][0]["subclassifications"]
    sent = send(pedro, "app-form-1")
    assert sent.status_code == 201, sent.json
    made = pedro.post(f"{URL}/tickets", {**ticket_values, "form": "app-form-1"})
    assert made.status_code == 201, made.json
    address = made.json["address"]
    with unit_of_work(session):
        conversation.reply(session, session.query(ProviderTicket).one().attendance_id, "Envie a guia.",
                           public_url="https://balcao.example", actor=desk.as_ana, now=NOON)
    listed = pedro.get(f"{URL}/tickets?filter=open").json["items"]
    assert [(each["address"], each["answered"]) for each in listed] == [(address, True)]
    talk = pedro.get(f"{URL}/tickets/{address}/messages").json["items"]
    assert [(each["text"], each["mine"]) for each in talk] == [("Por que foi negada?", True), ("Envie a guia.", False)]
    file = talk[0]["files"][0]
    assert pedro.get(f"{URL}/files/{file['id']}").data == b"Laudo medico"
    assert pedro.post(f"{URL}/tickets/{address}/messages", {"text": "Segue."}).json["mine"]
    assert pedro.get(f"{URL}/tickets/{address}").json["answered"] is False


def test_nothing_of_another_provider_is_there(session, seeding, world, desk, pedro, api, make_user, ticket_values):
    with seeding():
        other = add_entity(session, world.company, "Outra Clínica", role=world.role_types["provider"])
    stranger = api(make_user("stranger", "Provider", entity=other))
    send(pedro, "app-form-1")
    address = pedro.post(f"{URL}/tickets", {**ticket_values, "form": "app-form-1"}).json["address"]
    file = pedro.get(f"{URL}/tickets/{address}/messages").json["items"][0]["files"][0]["id"]
    for path in (f"tickets/{address}", f"tickets/{address}/messages", f"files/{file}"):
        assert stranger.get(f"{URL}/{path}").status_code == 404, path
    assert stranger.post(f"{URL}/tickets/{address}/messages", {"text": "?"}).status_code == 404
    assert stranger.get(f"{URL}/tickets").json["items"] == []


def test_it_is_the_portals_alone(desk, api, pedro, ticket_values):
    assert api(desk.ana).get(f"{URL}/tickets").status_code in (403, 404)
    refused = pedro.post(f"{URL}/tickets", {**ticket_values, "title": "", "message": "x" * 4_001})
    assert refused.status_code == 422
    assert refused.json["error"]["fields"].keys() == {"title", "message"}
    assert send(pedro, "curto").status_code == 422
    assert send(pedro, "app-form-1", "vazio.txt", b"").status_code == 422
