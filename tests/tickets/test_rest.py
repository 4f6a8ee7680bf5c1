"""Providers' tickets over REST, as staff and as the provider (contract: provider-tickets)."""
import pytest

from tests.support.world import add_entity

URL = "/api/v1/provider-tickets"
pytestmark = pytest.mark.req("B-30")


@pytest.fixture
def body(ticket_values):
    return dict(ticket_values)


@pytest.fixture
def pedro(desk, api):
    return api(desk.pedro)


@pytest.fixture
def ana(desk, api):
    return api(desk.ana)


def test_a_provider_opens_reads_and_complements_his_own(pedro, body):
    made = pedro.post(URL, body)
    assert made.status_code == 201, made.json
    ticket = made.json
    assert (ticket["number"], ticket["return_days"], ticket["waiting"]) == (1, 2, "operator")
    assert [each["text"] for each in ticket["messages"]] == ["Por que foi negada?"]
    assert ticket["deadline_steps"]
    said = pedro.post(f"{URL}/{ticket['protocol']}/messages", {"text": "Mais um dado."})
    assert (said.status_code, said.json["direction"]) == (201, "in")
    assert [each["number"] for each in pedro.get(URL).json["items"]] == [1]


def test_a_long_conversation_comes_page_by_page(pedro, body):
    ticket = pedro.post(URL, body).json
    address = f"{URL}/{ticket['protocol']}"
    for number in range(60):
        assert pedro.post(f"{address}/messages", {"text": f"Dado {number}"}).status_code == 201
    whole = pedro.get(address).json["messages"]
    assert [each["text"] for each in whole] == [f"Dado {number}" for number in range(10, 60)]
    first = pedro.get(f"{address}/messages?limit=40").json
    before = pedro.get(f"{address}/messages?limit=40&after={first['next']}").json
    assert [each["text"] for each in [*before["items"], *first["items"]]] == [
        "Por que foi negada?", *(f"Dado {number}" for number in range(60))]
    assert before["next"] is None
    assert pedro.get(f"{address}/messages?after=x").status_code == 400


def test_the_same_key_opens_one(pedro, body):
    first, again = (pedro.post(URL, body, headers={"Idempotency-Key": "a1"}).json for _time in range(2))
    assert first["number"] == again["number"] == 1
    assert len(pedro.get(URL).json["items"]) == 1


def test_staff_say_for_whom_and_answer(ana, pedro, world, body):
    assert ana.post(URL, body).json["error"]["fields"].keys() == {"provider_id"}
    ticket = ana.post(URL, {**body, "provider_id": world.provider.id}).json
    said = ana.post(f"{URL}/{ticket['protocol']}/messages", {"text": "Em análise."})
    assert said.json["direction"] == "out"
    read = pedro.get(f"{URL}/{ticket['protocol']}").json
    assert (read["waiting"], read["due_at"]) == ("provider", None)
    assert (read["assignee"], read["department"], read["opened_by"]) == (None, None, None)  # not a provider's to know
    closed = ana.post(f"{URL}/{ticket['protocol']}/close", {})
    assert (closed.status_code, closed.json["is_open"]) == (200, False)
    assert ana.post(f"{URL}/{ticket['protocol']}/close", {}).status_code == 409
    assert pedro.post(f"{URL}/{ticket['protocol']}/messages", {"text": "?"}).status_code == 409


def test_the_query_is_that_of_the_central(ana, pedro, body, world):
    for title in ("Beta", "Alfa"):
        pedro.post(URL, {**body, "title": title})

    def numbers(query):
        return [each["number"] for each in ana.get(f"{URL}?{query}").json["items"]]

    assert numbers("order=title") == [2, 1]
    assert numbers("order=-ticket&limit=1") == [2]
    assert numbers("assignee=none&filter=open&q=alfa") == [2]
    assert numbers("deadline=expired") == []
    assert numbers("department=none&waiting=operator&deadline=none") == []
    assert numbers(f"entity={world.provider.id}&department=none&waiting=operator") == [1, 2]
    assert numbers("waiting=provider") == []
    for wrong in ("order=colour", "filter=mine", "status=x", "assignee=me", "deadline=soon", "opened_from=1/2/2026",
                  "after=zzz", "colour=1", "opened_from=2026-02-01", "opened_from=2026-02-02&opened_to=2026-02-01",
                  "department=x", "waiting=me", "status=999999", "assignee=999999", "cf_x=1"):
        assert ana.get(f"{URL}?{wrong}").status_code == 400, wrong


def test_every_field_is_refused(pedro, body):
    answer = pedro.post(URL, {**body, "title": " ", "contact_phone": "1", "message": "x" * 4_001})
    assert answer.status_code == 422
    assert answer.json["error"]["fields"].keys() == {"title", "contact_phone", "message"}
    assert pedro.post(URL, {**body, "subclassification_id": 999_999}).status_code == 422


def test_another_providers_ticket_does_not_exist(pedro, ana, api, body, world, session, seeding, make_user):
    with seeding():
        other = add_entity(session, world.company, "Outra Clínica", role=world.role_types["provider"])
    stranger = api(make_user("stranger", "Provider", entity=other))
    protocol = pedro.post(URL, body).json["protocol"]
    assert stranger.get(f"{URL}/{protocol}").status_code == 404
    assert stranger.post(f"{URL}/{protocol}/messages", {"text": "?"}).status_code == 404
    assert stranger.get(URL).json["items"] == []
    forged = stranger.post(URL, {**body, "provider_id": world.provider.id}).json  # not his to say
    assert forged["provider"]["id"] == other.id


def test_who_has_it_is_told_to_the_second(ana, api, desk, pedro, body):
    protocol = pedro.post(URL, body).json["protocol"]
    assert api(desk.bruno).post(f"{URL}/{protocol}/take", {}).json["assignee"]["name"] == "Bruno Teste"
    late = ana.post(f"{URL}/{protocol}/take", {})
    assert late.status_code == 409
    assert "Bruno Teste" in late.json["error"]["message"]
