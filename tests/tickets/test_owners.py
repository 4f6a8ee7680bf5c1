"""What concerns whoever a ticket is with: asked before a colleague answers it, told by the bell what he did to it."""
import pytest
from sqlalchemy import func, select

from app.models.notification import Notification
from app.models.provider_ticket import Message
from app.models.stream_event import StreamEvent

TICKETS, MANY, REST = "/provider-central/tickets", "/provider-central/many", "/api/v1/provider-tickets"


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


@pytest.mark.req("C-34", "C-35", "C-38")
def test_before_an_act_it_is_said_whose_the_tickets_are(with_bruno, open_ticket, desk, sign_in):
    ana = sign_in(desk.ana)
    his, free, mine = [with_bruno(), with_bruno()], open_ticket(), open_ticket()
    ana.post(f"{TICKETS}/{mine.attendance_id}/take", {})

    def whose(action, *tickets):
        return ana.get(f"{MANY}/{action}/about?" + "&".join(f"row={each.attendance_id}" for each in tickets)).json

    for action in ("close", "pending", "forward"):
        told = whose(action, *his, free, mine)
        assert told == {"refused": "", "message": False, "whose": "2 estão com colegas: Bruno Teste (nº 1, 2). "
                                                                  "1 não está com ninguém: nº 3."}
    assert whose("close", his[0])["whose"] == "Está com Bruno Teste."
    assert whose("pending", free)["whose"] == "Não está com ninguém."
    assert whose("close", mine)["whose"] == ""
    assert sign_in(desk.bruno).get(f"{MANY}/close/about?row={his[0].attendance_id}").json["whose"] == ""


@pytest.mark.req("C-34", "C-94")
def test_what_no_choice_would_change_is_refused_before_the_dialog(with_bruno, open_ticket, desk, sign_in):
    sofia = sign_in(desk.sofia)
    closed, started, free = open_ticket(), with_bruno(), open_ticket()
    assert sofia.post(f"{MANY}/close", {"row": str(closed.attendance_id)}).status_code == 200

    def refused(action, *tickets):
        return sofia.get(f"{MANY}/{action}/about?" + "&".join(f"row={each.attendance_id}" for each in tickets)).json[
            "refused"]

    assert refused("close", closed) == "Este atendimento já está encerrado."
    assert refused("forward", closed) == refused("pending", closed) == "Este atendimento está encerrado."
    assert refused("delete", started) == refused("delete", closed, started) == (
        "Somente atendimentos não iniciados podem ser excluídos.")
    assert refused("delete", free) == refused("close", started) == refused("close", closed, free) == ""


@pytest.mark.req("B-29")
def test_of_tickets_one_may_not_see_nothing_is_said(with_bruno, sign_in, make_user, world):
    stranger = sign_in(make_user("verde", "Supervisor", companies=[world.other_company], central_operator=True))
    assert stranger.get(f"{MANY}/close/about?row={with_bruno().attendance_id}").json == {
        "refused": "", "whose": "", "message": False}


@pytest.mark.req("C-34", "C-35")
@pytest.mark.parametrize(("action", "one", "several"), [
    ("close", "Ana Teste encerrou o atendimento {}, que estava com você.",
     "Ana Teste encerrou 2 atendimentos que estavam com você."),
    ("pending", "Ana Teste deixou pendente o atendimento {}, que está com você.",
     "Ana Teste deixou pendentes 2 atendimentos que estão com você.")])
def test_the_owner_hears_of_one_and_of_several_at_once(with_bruno, open_ticket, desk, sign_in, bell, session, action,
                                                       one, several):
    ana, first, rest = sign_in(desk.ana), with_bruno(), [with_bruno(), with_bruno(), open_ticket()]
    assert ana.post(f"{MANY}/{action}", {"row": str(first.attendance_id)}).status_code == 200
    assert one.format(first.protocol) in bell(desk.bruno)
    assert ana.post(f"{MANY}/{action}", {"row": [str(each.attendance_id) for each in rest]}).status_code == 200
    assert several in bell(desk.bruno)
    assert len(session.scalars(select(Notification)).all()) == 2


@pytest.mark.req("B-30")
def test_a_situation_and_rest_tell_the_owner_too(with_bruno, desk, api, sign_in, bell, world):
    waits, closed = with_bruno(), with_bruno()
    done = sign_in(desk.ana).post(f"{TICKETS}/{waits.attendance_id}/situation", {
        "situation_id": world.situations["pending"].id})
    assert done.status_code == 200, done.text
    assert api(desk.ana).post(f"{REST}/{closed.protocol}/close", {}).status_code == 200
    told = bell(desk.bruno)
    assert f"deixou pendente o atendimento {waits.protocol}" in told
    assert f"encerrou o atendimento {closed.protocol}" in told


@pytest.mark.req("C-34", "S-60", "B-30")
def test_the_owner_hears_of_what_the_sac_does_to_his_tickets(with_bruno, open_ticket, desk, sign_in, api, bell, world,
                                                             session):
    ana, closing, pending = sign_in(desk.ana), world.situations["closed"].id, world.situations["pending"].id
    one, by_rest = with_bruno(), with_bruno()
    before = session.scalar(select(func.count()).select_from(StreamEvent).where(StreamEvent.kind == "ticket.changed"))
    attendance = one.attendance
    page = attendance.details[0]
    saved = ana.post(f"/attendances/{one.protocol}", {
        "version": attendance.version, "role_type_id": attendance.role_type_id, "channel_id": page.channel_id,
        "direction": page.direction, "description": page.description, "situation_id": closing, "action": "confirm"})
    assert saved.status_code == 302, saved.text
    assert "refused" not in saved.headers["Location"], ana.get(saved.headers["Location"]).text
    assert f"Ana Teste encerrou o atendimento {one.protocol}, que estava com você." in bell(desk.bruno)
    events = session.scalars(select(StreamEvent.ids).where(StreamEvent.kind == "ticket.changed")).all()
    assert events[before:] == [[one.attendance_id]]
    assert api(desk.ana).post(f"/api/v1/attendances/{by_rest.protocol}/close", {}).status_code == 200
    assert f"encerrou o atendimento {by_rest.protocol}" in bell(desk.bruno)
    for situation, sentence in ((pending, "deixou pendentes 2 atendimentos que estão com você."),
                                (closing, "encerrou 2 atendimentos que estavam com você.")):
        rows = [str(each.attendance_id) for each in (with_bruno(), with_bruno(), open_ticket())]
        done = ana.post("/attendances/many/situation", {"row": rows, "situation_id": str(situation), "sure": "3"})
        assert done.status_code == 200, done.text
        assert sentence in bell(desk.bruno)
    assert len(session.scalars(select(Notification)).all()) == 4
    bruno, own = sign_in(desk.bruno), with_bruno()
    assert bruno.post("/attendances/many/situation", {
        "row": str(own.attendance_id), "situation_id": str(closing), "sure": "1"}).status_code == 200
    assert len(session.scalars(select(Notification)).all()) == 4, "of his own act he is not told"
