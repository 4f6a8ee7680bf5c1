"""What closing demands of a classification holds at every door through which an attendance or a ticket is closed."""
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import unit_of_work, utc_now
from app.errors import Invalid
from app.jobs import work as jobs
from app.models.attendance import Attendance
from app.models.job import Job
from app.models.provider_ticket import ProviderTicket
from app.services import attendance_merge, attendances
from app.services.tickets import opening as tickets
from tests.orders.conftest import text
from tests.support.clock import NOON

SERVICES = Path(__file__).resolve().parents[2] / "app" / "services"
pytestmark = pytest.mark.req("B-23")
ATTENDANCES, TICKETS = "close_attendance_with", "close_ticket_with"
NO_MOTIVE = "Escolha o motivo: sem ele o atendimento não pode ser encerrado."
NO_OCCURRENCE = "Escolha a ocorrência: sem ela o atendimento não pode ser encerrado."
NO_CAUSE = "Escolha a causa: sem ela o atendimento não pode ser encerrado."


@pytest.fixture
def close(session, ana, viewer_for, world):
    """`close(case)`: by the service, "closed" or another phase."""
    def act(row, phase="closed", **values):
        with unit_of_work(session):
            return attendances.save_attendance(session, row.id, version=None, actor=viewer_for(ana), now=utc_now(),
                                               values={"situation_id": world.situations[phase].id, **values})
    return act


@pytest.fixture
def ticket(session, ana, viewer_for, world):
    """`ticket(motive_id=…)`: an open one of the provider."""
    def make(**more):
        with unit_of_work(session):
            return tickets.open_ticket(session, {
                "provider_id": world.provider.id, "title": "Guia negada", "contact_name": "Beatriz",
                "classification_id": world.classification.id, "subclassification_id": world.subclassification.id,
                "contact_phone": "(11) 98765-4321", "contact_email": "b@example.com", "message": "Por quê?", **more},
                actor=viewer_for(ana), now=utc_now())
    return make


# ---- which levels

@pytest.mark.parametrize(("demanded", "levels", "told"), [
    ("none", "", None), ("motive", "", NO_MOTIVE), ("motive", "m", None), ("occurrence", "", NO_MOTIVE),
    ("occurrence", "m", NO_OCCURRENCE), ("occurrence", "mo", None), ("cause", "m", NO_OCCURRENCE),
    ("cause", "mo", NO_CAUSE), ("cause", "moc", None)])
def test_the_parameter_says_which_levels_closing_demands(demands, close, case, world, demanded, levels, told):
    demands(ATTENDANCES, demanded)
    rows = {"m": {"motive": world.motive}, "o": {"occurrence_id": world.occurrence.id},
            "c": {"cause_id": world.cause.id}}
    row = case(kind="multichannel", **{name: value for level in levels for name, value in rows[level].items()})
    if told is None:
        assert close(row).phase == "closed"
        return
    with pytest.raises(Invalid) as refusal:
        close(row)
    assert str(refusal.value) == told
    assert refusal.value.field == {NO_MOTIVE: "motive_id", NO_OCCURRENCE: "occurrence_id", NO_CAUSE: "cause_id"}[told]


@pytest.mark.parametrize("how", ["expired", "future", "off"])
def test_a_cause_is_demanded_only_where_there_is_one_to_choose(demands, close, case, world, out_of_use, how):
    demands(ATTENDANCES, "cause")
    row = case(motive=world.motive, occurrence_id=world.occurrence.id)
    out_of_use(world.cause, how)
    assert close(row).phase == "closed"


def test_cancelling_merging_and_what_is_closed_already_are_asked_for_nothing(
        demands, close, case, session, sue, viewer_for):
    demands(ATTENDANCES, "cause")
    assert close(case(kind="multichannel"), "cancelled").phase == "cancelled"
    kept, merged = case(kind="multichannel"), case(kind="multichannel")
    with unit_of_work(session):
        attendance_merge.merge(session, kept.id, merged.id, actor=viewer_for(sue), now=NOON)
    assert session.get(Attendance, merged.id).phase == "cancelled"


def test_a_motive_may_itself_demand_all_levels(demands, close, case, session, seeding, world):
    with seeding():
        world.motive.complete_to_close = True
    row = case(motive=world.motive)
    with pytest.raises(Invalid, match="ocorrência"):
        close(row)
    with pytest.raises(Invalid, match="causa"):
        close(row, occurrence_id=world.occurrence.id)
    assert close(row, occurrence_id=world.occurrence.id, cause_id=world.cause.id).phase == "closed"
    assert close(case(motive=world.other_motive)).phase == "closed"


# ---- by which door

def test_the_record_page_says_it_at_the_field_and_keeps_what_was_typed(ana, sign_in, demands, case, session, world):
    demands(ATTENDANCES, "occurrence")
    row, browser = case(motive=world.motive, role_type=world.role_types["customer"]), sign_in(ana)
    form = {"version": row.version, "role_type_id": world.role_types["customer"].id, "direction": "receptive",
            "channel_id": world.channels["phone"].id, "description": "Nova descrição", "motive_id": world.motive.id,
            "situation_id": world.situations["closed"].id, "action": "confirm"}
    sent = browser.post(f"/attendances/{row.protocol}", form)
    page = browser.get(sent.location)
    assert NO_OCCURRENCE in page.text
    assert 'id="occurrence_id-err"' in page.text
    assert "Nova descrição" in page.text
    session.expire_all()
    assert row.phase == "open"
    sent = browser.post(f"/attendances/{row.protocol}", {**form, "occurrence_id": world.occurrence.id})
    session.expire_all()
    assert row.phase == "closed", browser.get(sent.location).text


def test_nothing_is_opened_straight_into_a_closed_situation(ana, sign_in, api, demands, session, world):
    demands(ATTENDANCES, "cause")
    closed = world.situations["closed"].id
    body = {"person_id": world.entity.id, "role": "customer", "channel": "phone", "direction": "receptive",
            "description": "x", "motive_id": world.motive.id, "situation_id": closed}
    caller = api(ana)
    refused = caller.post("/api/v1/attendances", body)
    assert (refused.status_code, refused.json["error"]["fields"]) == (422, {"occurrence_id": NO_OCCURRENCE})
    body |= {"occurrence_id": world.occurrence.id}
    assert caller.post("/api/v1/attendances", body).json["error"]["fields"] == {"cause_id": NO_CAUSE}
    assert caller.post("/api/v1/attendances", {**body, "cause_id": world.cause.id}).status_code == 201
    before = session.scalars(select(Attendance.id)).all()
    sent = sign_in(ana).post(f"/attendances/new?entity={world.entity.id}", {
        "request_key": "k", "role_type_id": world.role_types["customer"].id, "channel_id": world.channels["phone"].id,
        "direction": "receptive", "description": "x", "motive_id": world.motive.id, "situation_id": closed})
    assert "refused=1" in sent.location
    assert session.scalars(select(Attendance.id)).all() == before


def test_rest_neither_closes_nor_changes_the_situation(ana, api, demands, case, world):
    demands(ATTENDANCES, "motive")
    row, caller = case(kind="multichannel"), api(ana)
    refused = caller.post(f"/api/v1/attendances/{row.protocol}/close", {})
    assert (refused.status_code, refused.json["error"]["fields"]) == (422, {"motive_id": NO_MOTIVE})
    change = {"situation_id": world.situations["closed"].id, "version": row.version}
    refused = caller.patch(f"/api/v1/attendances/{row.protocol}", change)
    assert refused.json["error"]["fields"] == {"motive_id": NO_MOTIVE}
    done = caller.patch(f"/api/v1/attendances/{row.protocol}", {**change, "motive_id": world.motive.id})
    assert (done.status_code, done.json["is_open"]) == (200, False)


def test_of_several_those_that_lack_it_are_told_with_the_reason_and_the_others_close(
        ana, sign_in, demands, case, session, world):
    demands(ATTENDANCES, "occurrence")
    whole, part = case(motive=world.motive, occurrence_id=world.occurrence.id), case(motive=world.motive)
    answer = sign_in(ana).post("/attendances/many/situation", {
        "row": [f"{whole.id}:1", f"{part.id}:1"], "query": "", "situation_id": world.situations["closed"].id,
        "sure": 2})
    assert answer.json["told"] == "Feitos: 1. Não feitos: 1"
    assert [(row["number"], row["reason"]) for row in answer.json["refused"]] == [(part.protocol, NO_OCCURRENCE)]
    session.expire_all()
    assert (whole.phase, part.phase) == ("closed", "open")


def test_the_job_over_a_whole_list_closes_only_what_is_whole(ana, app, sign_in, demands, case, session, world):
    demands(ATTENDANCES, "motive")
    whole, part = case(motive=world.motive), case(kind="multichannel")
    browser, body = sign_in(ana), {
        "everything": "1", "query": "phase=not_closed", "situation_id": world.situations["closed"].id}
    asked = browser.post("/attendances/many/situation", body).json["sure"]
    assert browser.post("/attendances/many/situation", {**body, "sure": asked}).json["location"] == "/jobs/"
    session.commit()
    jobs.run_waiting(session, app.config)
    session.expire_all()
    assert (whole.phase, part.phase) == ("closed", "open")
    refused = session.scalars(select(Job)).one().result["refused"]
    assert (part.protocol, NO_MOTIVE) in [(row["number"], row["reason"]) for row in refused]


def test_no_other_code_closes_an_attendance():
    """Whoever adds a way to close one asks `completeness` there, or says here why not."""
    known = {
        "opening.py": "asks: attendance_rules, motive_rules", "attendances.py": "asks: the same",
        "tickets/work.py": "asks", "attendance_merge.py": "cancels, or undoes that",
        "imports/consumidor_gov.py": "history", "volume/attendances.py": "made up", "volume/tickets.py": "made up",
        "email_templates.py": "only tells"}
    writes = {str(path.relative_to(SERVICES)) for path in SERVICES.rglob("*.py")
              if "closed_at" in path.read_text(encoding="utf-8")}
    assert writes == known.keys()


# ---- tickets

def test_a_ticket_closes_with_its_motive_where_that_is_demanded(ana, sign_in, api, demands, session, world, ticket):
    demands(TICKETS, "motive")
    whole, part, browser = ticket(motive_id=world.default_motive.id), ticket(), sign_in(ana)
    told = "Escolha o motivo do atendimento em “Alterar a classificação”"
    single = browser.post("/provider-central/many/close", {"row": str(part.attendance_id)})
    assert (single.status_code, single.json["field"]) == (422, "situation_id")
    assert single.json["error"].startswith(told)
    chosen = browser.post(f"/provider-central/tickets/{part.attendance_id}/situation", {
        "situation_id": world.situations["closed"].id})
    assert chosen.json["fields"]["situation_id"].startswith(told)
    rest = api(ana).post(f"/api/v1/provider-tickets/{part.attendance.address}/close", {})
    assert rest.json["error"]["fields"]["situation_id"].startswith(told)
    several = browser.post("/provider-central/many/close", {"row": [str(whole.attendance_id), str(part.attendance_id)]})
    assert [(row["number"], row["reason"][:20]) for row in several.json["refused"]] == [(str(part.number), told[:20])]
    session.expire_all()
    assert [session.get(ProviderTicket, each.attendance_id).phase for each in (whole, part)] == ["closed", "open"]


def test_the_record_page_of_a_ticket_is_no_way_round(demands, close, session, world, ticket):
    demands(TICKETS, "motive")
    row = ticket()
    with pytest.raises(Invalid) as refusal:
        close(row.attendance)
    assert refusal.value.field == "situation_id"
    assert close(row.attendance, "cancelled").phase == "cancelled"


@pytest.mark.parametrize("how", ["expired", "off"])
def test_a_motive_is_demanded_only_where_there_is_one_in_use(demands, close, world, ticket, out_of_use, how):
    demands(TICKETS, "motive")
    row = ticket()
    out_of_use(world.default_motive, how)
    assert close(row.attendance).phase == "closed"


def test_a_classification_may_itself_demand_the_motive(close, seeding, world, ticket):
    row = ticket()
    with seeding():
        world.classification.complete_to_close = True
    with pytest.raises(Invalid, match="Escolha o motivo"):
        close(row.attendance)


@pytest.fixture
def demanding(seeding, world, ticket):
    """A ticket on whose record a motive stands that demands all levels."""
    row = ticket()
    with seeding():
        world.motive.complete_to_close = True
        row.attendance.motive_id = world.motive.id
    return row


def test_the_motive_on_the_record_of_a_ticket_demands_all_levels_at_every_door(
        ana, sign_in, api, demanding, session, world):
    pk, address, browser, caller = demanding.attendance_id, demanding.attendance.address, sign_in(ana), api(ana)
    closed = world.situations["closed"].id
    told = f"O motivo “{world.motive}” exige a classificação completa para encerrar"
    central = [browser.post("/provider-central/many/close", {"row": str(pk)}).json["fields"],
               browser.post(f"/provider-central/tickets/{pk}/situation", {"situation_id": closed}).json["fields"],
               caller.post(f"/api/v1/provider-tickets/{address}/close", {}).json["error"]["fields"]]
    assert [each["situation_id"][:len(told)] for each in central] == [told] * 3
    change = {"situation_id": closed, "version": demanding.attendance.version}
    record = [caller.post(f"/api/v1/attendances/{address}/close", {}).json["error"]["fields"],
              caller.patch(f"/api/v1/attendances/{address}", change).json["error"]["fields"]]
    assert record == [{"occurrence_id": NO_OCCURRENCE}] * 2
    several = browser.post("/attendances/many/situation", {
        "row": [f"{pk}:{demanding.attendance.version}"], "query": "", "situation_id": closed, "sure": 1})
    assert [row["reason"] for row in several.json["refused"]] == [NO_OCCURRENCE]
    whole = {**change, "occurrence_id": world.occurrence.id, "cause_id": world.cause.id}
    assert caller.patch(f"/api/v1/attendances/{address}", whole).json["is_open"] is False


def test_the_record_page_of_a_ticket_says_it_at_the_field_and_marks_what_it_demands(
        ana, sign_in, case, demanding, session, world):
    row, browser = demanding.attendance, sign_in(ana)
    motive = r'<label for="motive_id">Motivo( <span class="b-req" aria-hidden="true">\*</span>)?</label>'
    page = browser.get(f"/attendances/{row.address}").text
    assert re.search(motive, page)[1] is None, "a ticket may have none"
    assert re.search(motive, browser.get(f"/attendances/{case().protocol}").text)[1]
    sent = browser.post(f"/attendances/{row.address}", {
        "version": row.version, "role_type_id": row.role_type_id, "direction": "receptive", "action": "confirm",
        "channel_id": row.details[0].channel_id, "description": "Por quê?", "motive_id": world.motive.id,
        "situation_id": world.situations["closed"].id})
    page = browser.get(sent.location).text
    assert 'id="occurrence_id-err"' in page
    assert NO_OCCURRENCE in page
    session.expire_all()
    assert row.phase == "open"


NO_ANSWER = "Escreva ao prestador: um chamado sem resposta não pode ser encerrado."


@pytest.mark.req("C-34")
def test_a_ticket_closes_only_answered_where_that_is_demanded(ana, sign_in, api, demands, ticket, world):
    demands(TICKETS, "answer")
    browser, caller, part = sign_in(ana), api(ana), ticket()
    row, address = {"row": str(part.attendance_id)}, f"/api/v1/provider-tickets/{part.attendance.address}/close"
    refusals = [
        browser.post("/provider-central/many/close", row).json["fields"],
        browser.post("/provider-central/many/close", {"row": [row["row"], str(ticket().attendance_id)]}).json["fields"],
        browser.post(f"/provider-central/tickets/{part.attendance_id}/situation", {
            "situation_id": world.situations["closed"].id}).json["fields"],
        caller.post(address, {}).json["error"]["fields"]]
    assert refusals == [{"message": NO_ANSWER}] * 4
    about = "/provider-central/many/{}/about?row=" + row["row"]
    assert browser.get(about.format("close")).json["message"] is True
    assert browser.get(about.format("pending")).json["message"] is False
    assert caller.post(address, {"message": "Foi liberada."}).json["is_open"] is False
    answered = ticket()
    said = caller.post(f"/api/v1/provider-tickets/{answered.attendance.address}/messages", {"text": "Foi liberada."})
    assert said.status_code == 201, said.json
    assert browser.get(f"/provider-central/many/close/about?row={answered.attendance_id}").json["message"] is False
    several = browser.post("/provider-central/many/close", {
        "row": [str(answered.attendance_id), str(ticket().attendance_id)]})
    assert [row["reason"] for row in several.json["refused"]] == [NO_ANSWER], "one of them was answered"
    cancelled = {"row": str(ticket().attendance_id), "situation_id": world.situations["cancelled"].id}
    assert browser.post("/provider-central/many/close", cancelled).status_code == 200, "cancelling demands nothing"


@pytest.mark.req("C-34")
def test_motive_and_answer_are_demanded_together(ana, sign_in, demands, ticket, world):
    demands(TICKETS, "motive_answer")
    browser, part, whole = sign_in(ana), ticket(), ticket(motive_id=world.default_motive.id)
    values = {"message": "Foi liberada."}
    refused = browser.post("/provider-central/many/close", {"row": str(part.attendance_id), **values})
    assert refused.json["field"] == "situation_id"
    refused = browser.post("/provider-central/many/close", {"row": str(whole.attendance_id)})
    assert refused.json["field"] == "message"
    assert browser.post("/provider-central/many/close", {"row": str(whole.attendance_id), **values}).status_code == 200


@pytest.mark.req("C-34")
def test_the_record_page_closes_no_ticket_that_was_not_answered(demands, close, ticket):
    demands(TICKETS, "answer")
    with pytest.raises(Invalid) as refusal:
        close(ticket().attendance)
    assert (str(refusal.value), refusal.value.field) == (NO_ANSWER, "situation_id")


# ---- the parameters

def test_the_parameters_are_kept_where_the_others_are(cora, sign_in):
    browser = sign_in(cora)
    page = text(browser.get("/parameters/"))
    assert "Encerramento de atendimentos" in page
    assert "O que o encerramento de um atendimento exige" in page
    assert browser.post(f"/parameters/{ATTENDANCES}", {"value": "cause"}).status_code == 302
    assert "Motivo, ocorrência e causa" in text(browser.get("/parameters/"))
    assert browser.post(f"/parameters/{ATTENDANCES}", {"value": "nada"}).status_code == 422
    assert browser.post(f"/parameters/{TICKETS}", {"value": "occurrence"}).status_code == 422
    assert browser.post(f"/parameters/{TICKETS}", {"value": "motive"}).status_code == 302
    assert browser.post(f"/parameters/{TICKETS}", {"value": "answer"}).status_code == 302
    assert "Uma resposta ao prestador" in text(browser.get("/parameters/?tab=providers"))
