"""Validity of the nodes of both trees: kept in the registers, honoured at every entry where one is chosen anew."""
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.database import unit_of_work, utc_now
from app.errors import Invalid
from app.models.attendance import Attendance
from app.models.classification import (
    Cause,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Subclassification,
)
from app.services import attendances, opening
from app.services.tickets import opening as tickets
from app.services.tickets import work
from tests.orders.conftest import refused, text
from tests.support.clock import DAY, NOON

pytestmark = pytest.mark.req("B-23")
OUT = ("expired", "future", "off")
TREES = [(Motive, "motive"), (Occurrence, "occurrence"), (Cause, "cause"), (Classification, "classification"),
         (Subclassification, "subclassification"), (DefaultMotive, "default_motive")]


def ticket_values(world, **more):
    return {"provider_id": world.provider.id, "title": "Guia negada", "classification_id": world.classification.id,
            "subclassification_id": world.subclassification.id, "contact_name": "Beatriz",
            "contact_phone": "(11) 98765-4321", "contact_email": "b@example.com", "message": "Por quê?", **more}


def record_values(world, **more):
    return {"role_type_id": world.role_types["customer"].id, "motive_id": world.motive.id,
            "occurrence_id": world.occurrence.id, "cause_id": world.cause.id, **more}


def detail(world):
    return {"channel_id": world.channels["phone"].id, "description": "Cobraram duas vezes."}


# ---- what "in use" means

@pytest.mark.parametrize(("days", "used"), [(-1, False), (0, True), (3, True), (5, True), (6, False)])
def test_both_days_of_a_validity_count(session, seeding, world, days, used):
    first = date(2026, 3, 10)
    with seeding():
        world.motive.valid_from, world.motive.valid_until = first, first + timedelta(days=5)
    session.flush()
    day = first + timedelta(days=days)
    assert world.motive.in_use_on(day) is used
    for model, row in ((Motive, world.motive), (Occurrence, world.occurrence), (Cause, world.cause)):
        found = session.scalar(select(model.id).where(model.id == row.id, model.in_use_on(day)))
        assert (found is not None, row.in_use_on(day)) == (used, used), model


def test_the_day_is_that_of_the_company(session, seeding, world, viewer_for, ana):
    """22:30 in São Paulo on the last day is the next day in UTC."""
    with seeding():
        world.motive.valid_until = date(2026, 3, 16)
    late = NOON.replace(day=17, hour=1, minute=30)
    actor = viewer_for(ana)
    with unit_of_work(session):
        opening.open_attendance(session, entity_id=world.entity.id, values=record_values(world), detail=detail(world),
                                actor=actor, now=late)
    with pytest.raises(Invalid, match="valeu até 16/03/2026"), unit_of_work(session):
        opening.open_attendance(session, entity_id=world.entity.id, values=record_values(world), detail=detail(world),
                                actor=actor, now=late + DAY)


# ---- the registers

def node(**values) -> dict:
    return {"name": "Elogio", "valid_from": "", "valid_until": "", "active": "y", **values}


def test_the_register_keeps_shows_and_marks_validity(cora, sign_in, session, today):
    browser = sign_in(cora)
    days = {"Antigo": ("01/01/2020", "31/12/2020"), "Novo": (f"{today + timedelta(days=1):%d/%m/%Y}", ""),
            "Corrente": ("01/01/2020", "")}
    for name, (since, until) in days.items():
        assert browser.post("/motives/add", node(name=name, valid_from=since, valid_until=until)).status_code == 302
    old = session.scalar(select(Motive).where(Motive.name == "Antigo"))
    assert (old.valid_from, old.valid_until) == (date(2020, 1, 1), date(2020, 12, 31))
    page = text(browser.get("/motives/list/"))
    assert "Antigo 01/01/2020 a 31/12/2020 Vencida Sim" in page
    assert f"Novo a partir de {days['Novo'][0]} Futura Sim" in page
    assert "Corrente a partir de 01/01/2020 Sim" in page
    assert "01/01/2020 a 31/12/2020 Vencida" in text(browser.get(f"/motives/show/{old.id}"))
    assert browser.get(f"/logs/motive/{old.id}").text.count("31/12/2020") == 1


@pytest.mark.parametrize(("path", "more"), [
    ("/motives", {}), ("/occurrences", {"motive": "motive"}), ("/causes", {"occurrence": "occurrence"}),
    ("/classifications", {"counting": "calendar_days"}), ("/subclassifications", {"classification": "classification"}),
    ("/default-motives", {"subclassification": "subclassification"})])
def test_an_end_before_the_beginning_is_refused_beside_its_field_and_what_was_typed_stays(
        cora, sign_in, world, path, more):
    above = {name: getattr(world, value).id if hasattr(world, value) else value for name, value in more.items()}
    page = sign_in(cora).post(f"{path}/add", node(valid_from="02/03/2026", valid_until="01/03/2026", **above))
    assert page.status_code == 422
    assert refused(page) == {"valid_until": "O fim da validade não pode ser antes do início."}
    assert 'value="01/03/2026"' in page.text
    page = sign_in(cora).post(f"{path}/add", node(valid_from="02/03/0226", **above))
    assert refused(page) == {"valid_from": "Confira o ano desta data."}


def test_the_tree_on_one_page_shows_the_validity_of_each_node_and_of_what_is_above(
        cora, sign_in, session, seeding, world, today):
    with seeding():
        world.classification.valid_until = today - timedelta(days=1)
        world.default_motive.valid_from = today + timedelta(days=1)
    browser, here = sign_in(cora), f"/classifications/show/{world.classification.id}"
    assert "Vencida acima" in text(browser.get(here))
    assert "Futura" in text(browser.get(f"{here}?tab=motives"))
    assert "Autorização" in text(browser.get("/subclassifications/list/"))
    assert "Vencida acima" in text(browser.get("/subclassifications/list/"))


def test_a_register_is_kept_ahead_of_what_is_not_valid_yet(cora, sign_in, session, world, out_of_use):
    out_of_use(world.motive, "future")
    browser = sign_in(cora)
    assert world.motive.id in ids(browser.get("/lookup/motive?offer=active"))
    added = browser.post("/occurrences/add", {"motive": world.motive.id, "name": "Do ano que vem", "active": "y"})
    assert added.status_code == 302
    assert browser.get("/lookup/motive?offer=nada").status_code == 400


def test_rest_keeps_validity_too(cora, api, world):
    keeper = api(cora)
    made = keeper.post("/api/v1/motives", {"name": "Elogio", "valid_from": "2026-01-01", "complete_to_close": True})
    assert (made.status_code, made.json["valid_from"], made.json["valid_until"]) == (201, "2026-01-01", None)
    address = f"/api/v1/motives/{made.json['id']}"
    wrong = keeper.patch(address, {"valid_until": "2025-12-31", "version": 1})
    assert (wrong.status_code, list(wrong.json["error"]["fields"])) == (422, ["valid_until"])
    kept = keeper.patch(address, {"valid_until": "2026-12-31", "version": 1}).json
    assert (kept["valid_until"], kept["complete_to_close"]) == ("2026-12-31", True)


# ---- what is offered

def ids(response) -> list[int]:
    return [row["id"] for row in response.json["results"]]


@pytest.mark.parametrize("how", OUT)
@pytest.mark.parametrize(("model", "name"), TREES)
def test_what_is_out_of_use_is_not_offered_and_neither_is_what_hangs_on_it(
        ana, sign_in, api, world, out_of_use, how, model, name):
    """The pickers of every screen, and the trees that REST tells."""
    browser, caller = sign_in(ana), api(ana)
    chain = ["motive", "occurrence", "cause"], ["classification", "subclassification", "default_motive"]
    chain = next(each for each in chain if name in each)
    assert ids(browser.get(f"/lookup/{name}")).count(getattr(world, name).id) == 1  # the premise
    out_of_use(getattr(world, name), how)
    for level in chain[chain.index(name):]:
        assert getattr(world, level).id not in ids(browser.get(f"/lookup/{level}")), level
    trees = str(caller.get("/api/v1/classifications").json)
    above = chain[:chain.index(name)]
    assert all(repr(getattr(world, level).name) in trees for level in above)
    if name != "default_motive":  # which the tree does not tell
        assert repr(getattr(world, name).name) not in trees


def test_filters_find_old_records_by_what_is_no_longer_valid(ana, sign_in, world, out_of_use, case):
    old = case(motive=out_of_use(world.motive))
    browser = sign_in(ana)
    assert world.motive.id in ids(browser.get("/lookup/motive?offer=any"))
    page = browser.get(f"/attendances/list?motive={world.motive.id}")
    assert page.status_code == 200
    assert old.protocol in page.text
    assert 'data-lookup="/lookup/motive?offer=any"' in page.text


def test_the_portal_and_an_app_offer_a_provider_what_is_in_use(pedro, sign_in, api, world, out_of_use):
    assert "Autorização" in sign_in(pedro).get("/portal/new").text
    assert api(pedro).get("/api/v1/me/classifications").json["items"]
    out_of_use(world.subclassification)
    assert "Autorização" not in sign_in(pedro).get("/portal/new").text
    assert api(pedro).get("/api/v1/me/classifications").json["items"][0]["subclassifications"] == []


# ---- what services refuse

@pytest.mark.parametrize(("how", "words"), [("expired", "valeu até"), ("future", "só vale a partir de"),
                                            ("off", "desativad")])
@pytest.mark.parametrize("name", ["motive", "occurrence", "cause"])
def test_no_attendance_is_opened_or_changed_to_what_is_out_of_use(
        ana, api, session, world, out_of_use, case, how, words, name):
    out_of_use(getattr(world, name), how)
    body = {"person_id": world.entity.id, "role": "customer", "channel": "phone", "direction": "receptive",
            "description": "x", "motive_id": world.motive.id, "occurrence_id": world.occurrence.id,
            "cause_id": world.cause.id}
    caller = api(ana)
    answer = caller.post("/api/v1/attendances", body)
    assert answer.status_code == 422, answer.text
    assert words in answer.json["error"]["fields"][f"{name}_id"]
    there = case(motive=world.other_motive)
    change = {"motive_id": world.motive.id, "occurrence_id": world.occurrence.id, "cause_id": world.cause.id,
              "version": there.version}
    answer = caller.patch(f"/api/v1/attendances/{there.protocol}", change)
    assert list(answer.json["error"]["fields"]) == [f"{name}_id"]


@pytest.mark.parametrize("name", ["motive_id", "occurrence_id", "cause_id"])
def test_the_record_page_refuses_it_beside_the_field(ana, sign_in, session, world, out_of_use, name):
    row = out_of_use(getattr(world, name.removesuffix("_id")))
    browser = sign_in(ana)
    sent = browser.post(f"/attendances/new?entity={world.entity.id}", {
        "request_key": "k", **record_values(world), "channel_id": world.channels["phone"].id, "direction": "receptive",
        "description": "Cobraram duas vezes.", "situation_id": world.situations["open"].id})
    page = browser.get(sent.location)
    assert "Cobraram duas vezes." in page.text
    assert session.scalar(select(Attendance.id).where(Attendance.motive_id == row.id, Attendance.cause_id == (
        world.cause.id))) is None
    assert f'id="{name}-err"' in page.text


@pytest.mark.parametrize("how", OUT)
def test_an_old_record_keeps_what_it_has_but_gets_nothing_new_below_it(
        ana, session, viewer_for, world, out_of_use, case, how):
    old, actor = case(motive=out_of_use(world.motive, how)), viewer_for(ana)
    with unit_of_work(session):
        attendances.save_attendance(session, old.id, version=None, values={
            "motive_id": world.motive.id, "title": "Outro título"}, actor=actor, now=utc_now())
    assert old.title == "Outro título"
    with pytest.raises(Invalid, match="não está mais em uso") as refusal, unit_of_work(session):
        attendances.save_attendance(session, old.id, version=None, values={
            "motive_id": world.motive.id, "occurrence_id": world.occurrence.id}, actor=actor, now=utc_now())
    assert refusal.value.field == "occurrence_id"


@pytest.mark.parametrize("how", OUT)
@pytest.mark.parametrize(("name", "field"), [("classification", "classification_id"), ("default_motive", "motive_id"),
                                             ("subclassification", "subclassification_id")])
def test_no_ticket_is_opened_or_classified_with_what_is_out_of_use(
        ana, pedro, session, seeding, viewer_for, world, out_of_use, how, name, field):
    values = ticket_values(world, motive_id=world.default_motive.id)
    actor, now = viewer_for(ana), utc_now()
    with unit_of_work(session):
        there = tickets.open_ticket(session, values, actor=actor, now=now)
    out_of_use(getattr(world, name), how)
    with pytest.raises(Invalid) as refusal, unit_of_work(session):
        tickets.open_ticket(session, values, actor=viewer_for(pedro), now=now)
    assert refusal.value.field == field
    tree = {key: values[key] for key in ("classification_id", "subclassification_id", "motive_id")}
    with unit_of_work(session):  # what it has it keeps
        work.classify(session, there.attendance_id, tree, actor=actor, now=now)
    if name != "default_motive":
        with seeding():
            fresh = DefaultMotive(name="Outro motivo", subclassification=world.subclassification)
            session.add(fresh)
        session.commit()
        with pytest.raises(Invalid, match="não está mais em uso") as refusal, unit_of_work(session):
            work.classify(session, there.attendance_id, {**tree, "motive_id": fresh.id}, actor=actor, now=now)
        assert refusal.value.field == "motive_id"
