"""The acts of the central as the screen sends them: what is done, and what is refused beside its field."""
import io
import re

import pytest
from sqlalchemy import select

from app.database import unit_of_work
from app.models.attachment import Attachment
from app.models.attendance import Attendance
from app.models.desk import Draft
from app.models.log import LogEntry
from app.models.notification import Notification
from app.models.outbox import Outbox
from app.models.provider_ticket import Message, ProviderTicket
from app.models.survey import Survey, SurveyParticipation, SurveyQuestion
from app.services.tickets import work
from tests.support import samples
from tests.support.clock import NOON

TICKETS, MANY = "/provider-central/tickets", "/provider-central/many"


@pytest.fixture
def ana(sign_in, desk):
    return sign_in(desk.ana)


@pytest.fixture
def act(ana):
    """`act(ticket, "reply", message=…)`: one act on one ticket."""
    def send(ticket, name, browser=ana, **values):
        return browser.post(f"{TICKETS}/{ticket.attendance_id}/{name}", values)
    return send


@pytest.fixture
def many(ana):
    """`many("forward", tickets, reason=…)`: one act on several."""
    def send(name, tickets, browser=ana, **values):
        return browser.post(f"{MANY}/{name}", {"row": [str(each.attendance_id) for each in tickets], **values})
    return send


@pytest.fixture
def again(session):
    """`again(ticket)`: as it is stored now."""
    def read(ticket):
        session.expire_all()
        return session.get(ProviderTicket, ticket.attendance_id)
    return read


@pytest.mark.req("C-85", "C-75")
def test_opening_takes_what_is_nobodys_and_says_with_whom_the_rest_is(act, again, open_ticket, desk, sign_in):
    ticket = open_ticket()
    first = act(ticket, "take").json
    assert first["ids"] == [ticket.attendance_id]
    assert first["taken"] == f"Chamado nº {ticket.number} agora está com você."
    assert act(ticket, "take").json["taken"] == "", "it was his already"
    assert again(ticket).assignee_id == desk.ana.id
    second = act(ticket, "take", sign_in(desk.bruno))
    assert second.status_code == 409
    assert "Ana Teste" in second.json["error"]
    assert again(ticket).assignee_id == desk.ana.id
    stranger = act(open_ticket(), "take", sign_in(desk.carla))
    assert stranger.status_code == 403
    assert "vinculado" in stranger.json["error"]


@pytest.mark.req("C-02", "C-30")
def test_an_answer_with_its_files_once_however_often_it_is_sent(act, again, session, open_ticket):
    ticket = open_ticket()
    for _click in range(2):
        sent = act(ticket, "reply", message="Veja o modelo.", request_key="k", files=(
            io.BytesIO(samples.PDF), "modelo.pdf"))
        assert sent.status_code == 200, sent.text
    messages = session.scalars(select(Message).where(Message.direction == "out")).all()
    assert [message.text for message in messages] == ["Veja o modelo."]
    assert [file.message_id for file in session.scalars(select(Attachment))] == [messages[0].id]
    assert again(ticket).waiting == "provider"


def test_other_words_under_the_key_of_an_answer_that_was_sent_say_so(act, session, open_ticket):
    ticket = open_ticket()
    act(ticket, "reply", message="Veja o modelo.", request_key="k")
    other = act(ticket, "reply", message="Veja o outro modelo.", request_key="k")
    assert (other.status_code, other.json["field"]) == (409, "Idempotency-Key")
    assert "já foi salvo" in other.json["error"]
    assert len(session.scalars(select(Message).where(Message.direction == "out")).all()) == 1


@pytest.mark.req("C-21")
@pytest.mark.parametrize(("text", "status"), [
    ("é" * 4_000, 200), ("é" * 4_001, 422), ("😀" * 4_000, 200), ("😀" * 4_001, 422), ("a\r\n" * 1_999 + "bc", 200),
    ("a\r\n" * 2_000 + "b", 422), (" \r\n ", 422)])
def test_the_limit_counts_characters_and_a_line_break_once(act, open_ticket, text, status):
    answer = act(open_ticket(), "reply", message=text)
    assert answer.status_code == status
    if status == 422:
        assert answer.json["field"] == "message"


@pytest.mark.req("C-13")
@pytest.mark.parametrize(("name", "content", "said"), [
    ("vazio.pdf", b"", "vazio.pdf: O arquivo está vazio"), ("foto.png", b"MZ\x90\x00", "foto.png"),
    ("../../x.exe", b"MZ\x90\x00", "x.exe")])
def test_a_bad_file_is_refused_by_name_and_nothing_is_sent(act, session, open_ticket, name, content, said):
    answer = act(open_ticket(), "reply", message="Veja.", files=(io.BytesIO(content), name))
    assert (answer.status_code, answer.json["field"]) == (422, "files")
    assert said in answer.json["error"]
    assert "../" not in answer.json["error"]
    assert session.scalars(select(Message).where(Message.direction == "out")).all() == []


def test_what_is_being_written_is_kept_and_goes_with_the_sending(act, ana, session, open_ticket, desk, sign_in):
    ticket = open_ticket()
    act(ticket, "draft", message="Estou verif")
    page = ana.get(f"{TICKETS}/{ticket.attendance_id}/")
    assert "Estou verif</textarea>" in page.text
    assert "Estou verif" not in sign_in(desk.bruno).get(f"{TICKETS}/{ticket.attendance_id}/").text
    act(ticket, "reply", message="Estou verificando.")
    assert session.scalars(select(Draft)).all() == []
    act(ticket, "draft", message="x")
    act(ticket, "draft", message="  ")
    assert session.scalars(select(Draft)).all() == []


@pytest.mark.req("C-34")
def test_the_draft_of_a_ticket_that_was_closed_meanwhile_is_still_read_there(act, ana, session, open_ticket, desk,
                                                                             sign_in):
    ticket, page = open_ticket(), "ticket-unsent\" rows=\"3\" readonly"
    act(ticket, "draft", message="Estou verif")
    with unit_of_work(session):
        work.close(session, ticket.attendance_id, actor=desk.as_bruno, now=NOON, public_url="https://x.example")
    file = {"request_key": "0123456789abcdef", "files": (io.BytesIO(samples.PDF), "laudo.pdf")}
    assert ana.post("/provider-central/held/", file, headers={"Accept": "application/json"}).status_code == 201
    act(ticket, "draft", message="Estou verificando", request_key="0123456789abcdef")  # kept by the browser as it heard
    shown = ana.get(f"{TICKETS}/{ticket.attendance_id}/").text
    assert page in shown
    assert "Estou verificando</textarea>" in shown
    assert re.search(r'aria-label="Anexos que não foram enviados">.*<b>laudo.pdf</b>', shown, re.S)
    assert "Remover laudo.pdf" not in shown
    assert 'data-part="unsent" hidden' not in shown
    assert 'data-part="unsent" hidden' in sign_in(desk.bruno).get(f"{TICKETS}/{ticket.attendance_id}/").text


@pytest.mark.req("C-34")
def test_only_a_situation_that_closes_an_open_ticket_leads_to_the_dialog(ana, session, open_ticket, desk, world):
    ticket = open_ticket()
    address, name = f"{TICKETS}/{ticket.attendance_id}/", world.situations["closed"].name
    assert f"data-closes>{name}<" in ana.get(address).text
    assert f'<option value="{world.situations["closed"].id}">{name}<' in ana.get(f"{TICKETS}/dialogs").text
    assert f"data-closes>{world.situations['pending'].name}<" not in ana.get(address).text


def test_situation_and_classification_are_changed_and_a_stale_page_is_refused(act, again, session, open_ticket, world):
    ticket = open_ticket()
    version = again(ticket).attendance.version
    done = act(ticket, "situation", situation_id=world.situations["pending"].id, version=version)
    assert done.status_code == 200, done.text
    assert again(ticket).phase == "pending"
    stale = act(ticket, "situation", situation_id=world.situations["in_progress"].id, version=version)
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    wrong = act(ticket, "situation", situation_id=999_999)
    assert (wrong.status_code, wrong.json["field"]) == (422, "situation_id")
    asked = {"classification_id": world.classification.id, "subclassification_id": world.subclassification.id}
    assert act(ticket, "classify", **asked, motive_id=world.default_motive.id).status_code == 200
    assert again(ticket).default_motive_id == world.default_motive.id
    missing = act(ticket, "classify", classification_id="", subclassification_id="")
    assert missing.status_code == 422
    assert set(missing.json["fields"]) == {"classification_id", "subclassification_id"}


@pytest.mark.req("C-32", "C-23")
def test_a_new_attendance_for_a_chosen_provider(ana, again, session, world, ticket_values, desk):
    values = {**ticket_values, "provider_id": world.provider.id, "request_key": "n"}
    for _click in range(2):
        made = ana.post(f"{TICKETS}/new", {**values, "files": (io.BytesIO(samples.PDF), "laudo.pdf")})
        assert made.status_code == 200, made.text
    ticket = session.scalars(select(ProviderTicket)).one()
    assert made.json["open"] == ticket.attendance_id
    assert ticket.protocol in made.json["told"]
    assert (ticket.attendance.opened_by_id, ticket.entity_id) == (desk.ana.id, world.provider.id)
    assert session.scalars(select(Attachment.filename)).all() == ["laudo.pdf"]
    empty = ana.post(f"{TICKETS}/new", {})
    assert empty.status_code == 422
    assert {"provider_id", "title", "classification_id", "subclassification_id", "contact_name", "contact_phone",
            "contact_email", "message"} == set(empty.json["fields"])
    foreign = ana.post(f"{TICKETS}/new", {**values, "request_key": "", "provider_id": world.other_entity.id})
    assert (foreign.status_code, foreign.json["field"]) == (422, "provider_id")


@pytest.mark.req("C-38", "C-97")
def test_forwarding_one_is_refused_at_its_field(many, again, session, open_ticket, desk):
    ticket = open_ticket()
    for values, field in (({}, "operator_id"), ({"operator_id": desk.ana.id, "reason": "x"}, "operator_id"),
                          ({"operator_id": desk.carla.id, "reason": "x"}, "operator_id"),
                          ({"operator_id": desk.bruno.id, "reason": "  "}, "reason")):
        answer = many("forward", [ticket], **values)
        assert (answer.status_code, answer.json["field"]) == (422, field), answer.text
    done = many("forward", [ticket], operator_id=desk.bruno.id, reason="É do financeiro")
    assert done.json["told"] == "Atendimento encaminhado."
    assert again(ticket).assignee_id == desk.bruno.id
    again_there = many("forward", [ticket], operator_id=desk.bruno.id, reason="x")
    assert (again_there.status_code, again_there.json["field"]) == (409, "operator_id")


@pytest.mark.req("C-38", "C-103")
def test_only_operators_linked_to_the_central_are_offered(ana, desk):
    names = [row["text"] for row in ana.get("/lookup/central_operator").json["results"]]
    assert "Bruno Teste" in names
    assert "Carla Teste" not in names
    assert "Pedro Teste" not in names


def test_several_are_forwarded_and_whoever_gets_them_is_told_once(many, again, session, open_ticket, desk):
    tickets = [open_ticket() for _number in range(3)]
    with unit_of_work(session):
        work.close(session, tickets[1].attendance_id, actor=desk.as_ana, now=NOON, public_url="https://x.example")
    answer = many("forward", tickets, operator_id=desk.bruno.id, reason="Férias")
    assert answer.json["told"] == "Encaminhados: 2. Não feitos: 1"
    assert answer.json["ids"] == [tickets[0].attendance_id, tickets[2].attendance_id]
    assert [row["number"] for row in answer.json["refused"]] == ["2"]
    assert "encerrado" in answer.json["refused"][0]["reason"]
    assert [again(ticket).assignee_id for ticket in tickets] == [desk.bruno.id, None, desk.bruno.id]
    told = session.scalars(select(Notification).where(Notification.user_id == desk.bruno.id)).all()
    assert [each.values["count"] for each in told] == [2]


@pytest.mark.req("C-34", "C-35", "C-74")
def test_pending_and_closing_of_several_each_with_its_own_log(many, again, session, open_ticket, world):
    tickets = [open_ticket(), open_ticket()]
    assert many("pending", tickets).json["told"] == "Deixados pendentes: 2."
    assert [again(ticket).phase for ticket in tickets] == ["pending", "pending"]
    closed = many("close", tickets, situation_id=world.situations["cancelled"].id)
    assert closed.json["told"] == "Encerrados: 2."
    assert {again(ticket).situation_id for ticket in tickets} == {world.situations["cancelled"].id}
    assert again(tickets[0]).closed_at is not None
    actions = session.scalars(select(LogEntry.action).where(
        LogEntry.target == "attendance", LogEntry.target_id == tickets[0].attendance_id).order_by(LogEntry.seq))
    assert list(actions)[-2:] == ["pending", "close"]
    twice = many("close", tickets[:1])
    assert twice.status_code == 409
    assert many("close", [open_ticket()], situation_id=world.situations["open"].id).json["field"] == "situation_id"


@pytest.mark.req("C-34", "C-21")
def test_closing_with_a_message_answers_before_and_the_mail_carries_it(many, again, session, open_ticket, desk):
    one, others = open_ticket(), [open_ticket(), open_ticket()]
    long = many("close", [one], message="é" * 4_001)
    assert (long.status_code, long.json["field"]) == (422, "message")
    assert many("close", others, message="é" * 4_001).json["field"] == "message"
    assert many("close", [one], message="Foi liberada.").status_code == 200
    mail = session.scalars(select(Outbox)).one()
    assert "foi encerrado com esta resposta:\n\nFoi liberada.\n" in mail.body
    assert [(each.text, each.author_id) for each in session.scalars(
        select(Message).where(Message.direction == "out"))] == [("Foi liberada.", desk.ana.id)]
    assert (again(one).phase, again(one).assignee_id) == ("closed", desk.ana.id)
    assert many("close", others, message="Ambas liberadas.").json["told"] == "Encerrados: 2."
    assert len(session.scalars(select(Message).where(Message.text == "Ambas liberadas.")).all()) == 2
    assert many("close", [one], message="De novo.").status_code == 409
    assert session.scalars(select(Message).where(Message.text == "De novo.")).all() == []


def test_what_cannot_be_closed_sends_no_message(many, again, session, open_ticket, world):
    ticket = open_ticket()
    refused = many("close", [ticket], message="Foi liberada.", situation_id=world.situations["open"].id)
    assert (refused.status_code, refused.json["field"]) == (422, "situation_id")
    stale = many("close", [ticket], message="Foi liberada.", row=f"{ticket.attendance_id}:99")
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    assert session.scalars(select(Message).where(Message.direction == "out")).all() == []
    assert session.scalars(select(Outbox)).all() == []
    assert again(ticket).phase == "open"


@pytest.mark.req("C-36", "C-96")
def test_giving_up(act, many, again, open_ticket):
    ticket = open_ticket()
    act(ticket, "take")
    assert many("give_up", [ticket]).status_code == 200
    assert (again(ticket).assignee_id, again(ticket).phase, again(ticket).started) == (None, "open", False)
    assert many("give_up", [ticket]).status_code == 409


@pytest.mark.req("C-33", "C-94")
def test_deleting_what_nobody_started_by_who_may(act, many, session, open_ticket, sign_in, desk):
    ticket, started = open_ticket(), open_ticket()
    act(started, "reply", message="Olá")
    assert many("delete", [ticket]).status_code == 403, "an attendant may not"
    sofia = sign_in(desk.sofia)
    refused = many("delete", [started], sofia)
    assert refused.status_code == 409
    assert refused.json["error"] == "Somente atendimentos não iniciados podem ser excluídos."
    pk = ticket.attendance_id
    both = many("delete", [ticket, started], sofia)
    assert both.json["removed"] == [pk]
    assert both.json["told"] == "Excluídos: 1. Não feitos: 1"
    session.expire_all()
    assert session.get(Attendance, pk) is None


@pytest.mark.req("C-87", "C-20", "C-89")
def test_an_email_goes_to_the_address_of_the_ticket_once_and_is_logged(act, session, open_ticket):
    ticket = open_ticket()
    for _click in range(2):
        sent = act(ticket, "email", subject="Retorno", body="Olá,\r\nhá novidades.", request_key="m")
        assert sent.status_code == 200, sent.text
    mail = session.scalars(select(Outbox)).one()
    assert (mail.kind, mail.recipient, mail.body) == ("email", "pedro@clinica.example", "Olá,\nhá novidades.")
    assert ticket.protocol in mail.subject
    assert session.scalars(select(LogEntry).where(LogEntry.action == "email")).one().changes["recipient"][1] == (
        "pedro@clinica.example")
    empty = act(ticket, "email")
    assert set(empty.json["fields"]) == {"subject", "body"}


@pytest.mark.req("C-87")
def test_without_an_address_it_is_refused(act, session, seeding, open_ticket):
    ticket = open_ticket()
    with seeding():
        ticket.contact_email = ""
    answer = act(ticket, "email", subject="x", body="y")
    assert (answer.status_code, answer.json["field"]) == (422, "to")


@pytest.mark.req("C-88")
def test_an_sms_is_queued_or_refused_where_there_is_no_mobile(act, session, open_ticket):
    assert act(open_ticket(), "sms", text="Há novidades").status_code == 200
    assert session.scalars(select(Outbox)).one().recipient == "+5511987654321"
    refused = act(open_ticket(contact_phone="(11) 3222-1000"), "sms", text="Há novidades")
    assert (refused.status_code, refused.json["field"]) == (422, "to")
    assert "celular" in refused.json["error"]


@pytest.mark.req("C-39")
def test_a_survey_is_about_the_ticket(ana, session, seeding, open_ticket, desk, world):
    with seeding():
        survey = Survey(name="Satisfação", questions=[SurveyQuestion(text="O que melhorar?", type="text")])
        session.add(survey)
    ticket = open_ticket()
    led = ana.get(f"{TICKETS}/{ticket.attendance_id}/survey")
    page = ana.get(led.location)
    assert ticket.protocol in page.text
    assert f'href="{TICKETS}/{ticket.attendance_id}/"' in page.text  # back to the ticket, not to the record of the SAC
    ana.post(f"/surveys/entity/{ticket.entity_id}/put", {"survey_id": survey.id,
                                                         "attendance": ticket.attendance.address})
    part = session.scalars(select(SurveyParticipation)).one()
    assert part.attendance_id == ticket.attendance_id
    ana.post(f"/surveys/fill/{part.id}?attendance={ticket.attendance.address}", {f"q{survey.questions[0].id}": "Nada"})
    session.expire_all()
    assert part.answered_at is not None


@pytest.mark.req("B-29")
def test_what_one_may_not_see_is_there_for_no_act(act, many, session, sign_in, make_user, world, open_ticket, desk):
    ticket, mine = open_ticket(), open_ticket()
    stranger = sign_in(make_user("verde", "Supervisor", companies=[world.other_company], central_operator=True))
    for name in ("take", "situation", "classify", "reply", "draft", "email", "sms"):
        answer = act(ticket, name, stranger, message="x", subject="x", body="x", text="x",
                     situation_id=world.situations["pending"].id)
        assert answer.status_code == 404, name
    for name in ("pending", "close", "give_up", "delete"):
        assert many(name, [ticket], stranger).status_code == 404, name
    several = many("pending", [ticket, mine], stranger)
    assert {row["number"] for row in several.json["refused"]} == {f"#{ticket.attendance_id}", f"#{mine.attendance_id}"}
    assert act(ticket, "reply", sign_in(desk.pedro), message="x").status_code in (302, 403)


def test_without_the_token_nothing_is_done(ana, open_ticket, again):
    ticket = open_ticket()
    assert ana.post(f"{TICKETS}/{ticket.attendance_id}/take", csrf=False).status_code == 400
    assert again(ticket).assignee_id is None


def test_an_unknown_act_and_no_row_are_refused(many, open_ticket):
    assert many("burn", [open_ticket()]).status_code == 404
    assert many("pending", []).status_code == 422


@pytest.mark.req("C-83", "C-89")
def test_an_internal_communication_reaches_the_colleague_and_never_the_provider(act, ana, open_ticket, desk, sign_in):
    ticket = open_ticket()
    sent = act(ticket, "internal", kind="message", users=[desk.bruno.id], subject="Glosa", text="Segredo da casa")
    assert sent.status_code == 200, sent.text
    assert "Segredo da casa" in sign_in(desk.bruno).get(f"{TICKETS}/{ticket.attendance_id}/tab/internal").text
    assert "Segredo da casa" in ana.get(f"{TICKETS}/{ticket.attendance_id}/tab/internal").text
    assert "Segredo" not in sign_in(desk.carla).get(f"{TICKETS}/{ticket.attendance_id}/tab/internal").text
    provider = sign_in(desk.pedro)
    assert "Segredo" not in provider.get(f"{TICKETS}/{ticket.attendance_id}/tab/internal", follow_redirects=True).text
    nobody = act(ticket, "internal", kind="message", subject="", text="")
    assert nobody.status_code == 422
    assert {"users", "subject", "text"} == set(nobody.json["fields"])
