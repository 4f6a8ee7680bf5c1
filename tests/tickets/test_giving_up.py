"""What a ticket is again once its holder gives it up, whoever changed it before and on whatever screen (C-36, X-37)."""
import pytest

from app.models.classification import Situation
from app.models.provider_ticket import ProviderTicket
from tests.attendances.conftest import Desk as RecordPage

pytestmark = pytest.mark.req("C-36", "C-96")
CENTRAL = "/provider-central"


@pytest.fixture
def analysis(seeding, session):
    """A situation of the company's own, beside the first one of its phase."""
    with seeding():
        row = Situation(name="Em análise", phase="in_progress", position=90)
        session.add(row)
    return row


@pytest.fixture
def ways(sign_in, api, desk, world, session):
    """How Ana sets a situation, and forwards: {way: (ticket, …) -> answer}."""
    ana, rest = sign_in(desk.ana), api(desk.ana)
    record = RecordPage(ana, world, session)

    def address(ticket):
        return ticket.attendance.address

    def row(ticket):
        return f"{ticket.attendance_id}:{ticket.attendance.version}"

    return {
        "central": lambda ticket, pk: ana.post(f"{CENTRAL}/tickets/{ticket.attendance_id}/situation",
                                               {"situation_id": pk}),
        "record": lambda ticket, pk: record.save(ticket.attendance, title=ticket.attendance.title, situation_id=pk),
        "list": lambda ticket, pk: ana.post("/attendances/many/situation", {
            "row": row(ticket), "query": "", "situation_id": pk}, headers={"Accept": "application/json"}),
        "rest": lambda ticket, pk: rest.patch(f"/api/v1/attendances/{address(ticket)}", {
            "version": ticket.attendance.version, "situation_id": pk}),
        "forward central": lambda ticket, pk: ana.post(f"{CENTRAL}/many/forward", {
            "row": str(ticket.attendance_id), "operator_id": pk, "reason": "Férias"}),
        "forward record": lambda ticket, pk: ana.post(f"/attendances/{address(ticket)}/forward-to", {
            "version": ticket.attendance.version, "operator_id": pk, "reason": "Férias"}),
        "forward list": lambda ticket, pk: ana.post("/attendances/many/forward", {
            "row": row(ticket), "query": "", "operator_id": pk, "reason": "Férias"},
            headers={"Accept": "application/json"}),
        "forward rest": lambda ticket, pk: rest.post(f"/api/v1/attendances/{address(ticket)}/forward", {
            "operator": pk, "reason": "Férias", "version": ticket.attendance.version}),
    }


@pytest.fixture
def done(session, ways):
    """`done("rest", ticket, id)`: the act by this way; the ticket as it is stored then."""
    def act(way, ticket, pk):
        answer = ways[way](ticket, pk)
        assert answer.status_code in (200, 302), answer.text
        session.expire_all()
        return session.get(ProviderTicket, ticket.attendance_id)
    return act


@pytest.fixture
def central(session, sign_in):
    """`central(user, ticket, "take")`: taken or given up by this person; the ticket as it is stored then."""
    def act(user, ticket, name):
        browser = sign_in(user)
        answer = (browser.post(f"{CENTRAL}/tickets/{ticket.attendance_id}/take") if name == "take"
                  else browser.post(f"{CENTRAL}/many/{name}", {"row": str(ticket.attendance_id)}))
        assert answer.status_code == 200, answer.text
        session.expire_all()
        return session.get(ProviderTicket, ticket.attendance_id)
    return act


def is_now(ticket):
    return ticket.assignee_id, ticket.situation.name, ticket.started


@pytest.mark.parametrize("way", ["central", "record", "list", "rest"])
def test_a_situation_set_while_one_works_on_it_stays(way, done, central, desk, open_ticket, analysis):
    ticket = open_ticket()
    central(desk.ana, ticket, "take")
    assert is_now(done(way, ticket, analysis.id)) == (desk.ana.id, "Em análise", True)
    assert is_now(central(desk.ana, ticket, "give_up")) == (None, "Em análise", True)


@pytest.mark.parametrize("way", ["central", "record", "list", "rest"])
def test_nobodys_ticket_whose_situation_was_set_is_started_and_returns_to_it(way, done, central, desk, open_ticket,
                                                                             world):
    ticket = open_ticket()
    assert is_now(done(way, ticket, world.situations["pending"].id)) == (None, "Pendente", True)
    assert is_now(central(desk.bruno, ticket, "take")) == (desk.bruno.id, "Em andamento", True)
    assert is_now(central(desk.bruno, ticket, "give_up")) == (None, "Pendente", True)


@pytest.mark.parametrize("way", ["forward central", "forward record", "forward list", "forward rest"])
@pytest.mark.parametrize("held", [False, True])
def test_who_is_given_it_gives_back_what_the_first_found(way, held, done, central, desk, open_ticket, analysis, world):
    ticket = open_ticket()
    done("central", ticket, analysis.id)
    if held:
        central(desk.ana, ticket, "take")
    given = done(way, ticket, desk.bruno.id)
    assert is_now(given) == (desk.bruno.id, "Em análise", True)
    left = central(desk.bruno, ticket, "give_up")
    assert is_now(left) == (None, "Em análise", True)
    assert left.department_id == world.department.id, "the sector it was forwarded to keeps it"


@pytest.mark.parametrize("way", ["forward record", "forward list", "forward rest"])
def test_who_gives_himself_what_nobody_had_has_taken_it(way, done, central, desk, open_ticket):
    ticket = open_ticket()
    assert is_now(done(way, ticket, desk.ana.id)) == (desk.ana.id, "Aberto", True)
    assert is_now(central(desk.ana, ticket, "give_up")) == (None, "Aberto", False)


def test_what_was_left_pending_is_pending_again_after_an_answer(central, done, say, desk, open_ticket, world):
    ticket = open_ticket()
    done("central", ticket, world.situations["pending"].id)
    say.reply(ticket, by=desk.as_ana)
    assert is_now(central(desk.ana, ticket, "give_up")) == (None, "Pendente", True)
