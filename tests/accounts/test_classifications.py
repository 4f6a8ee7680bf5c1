"""Classificação de atendimentos de negociação de cobrança: three levels kept in cascade, days or hours, calendars."""
import pytest
from sqlalchemy import select

from app.errors import Conflict, Invalid
from app.models.calendar import Calendar
from app.models.classification import Classification, DefaultMotive, Subclassification
from app.services import classifications
from tests.orders.conftest import refused, text
from tests.support.clock import NOON


@pytest.fixture
def calendar(session, seeding):
    with seeding():
        row = Calendar(name="Comercial", week={"mon": [["08:00", "18:00"]]})
        session.add(row)
    session.flush()
    return row


def form(**values) -> dict:
    return {"name": "Glosas", "return_days": "", "return_hours": "", "counting": "calendar_days", "calendar": "",
            "active": "y", **values}


def below(**values) -> dict:
    return {"return_days": "", "return_hours": "", "active": "y", **values}


def found(session, model, name):
    session.expire_all()
    return session.scalar(select(model).where(model.name == name))


@pytest.mark.req("C-16")
def test_the_register_stands_where_the_manual_says_and_adds_what_is_then_offered(configurator, session):
    name = "Classificação de atendimentos de negociação de cobrança"
    path = f"Estrutural › Cadastros › Outros Cadastros › Classificações › {name}"
    assert path in text(configurator.get("/settings/"))
    assert f'title="{name}"' in configurator.get("/classifications/list/").text
    assert configurator.post("/classifications/add", form(return_days="5")).status_code == 302
    pk = found(session, Classification, "Glosas").id
    assert {"id": pk, "text": "Glosas"} in configurator.get("/lookup/classification?q=glosas").json["results"]


@pytest.mark.req("C-101")
def test_the_three_levels_are_kept_in_cascade_from_one_page(configurator, session, world):
    added = configurator.post("/classifications/add", form(return_days="5"))
    top = found(session, Classification, "Glosas")
    assert (added.status_code, added.location) == (302, f"/classifications/show/{top.id}")
    page = configurator.get(added.location)
    for tab in ("Subclassificação", "Motivos padrões de ocorrência"):
        assert tab in text(page), tab
    here = f"/classifications/show/{top.id}?tab=subclassifications"
    add = f"/subclassifications/add?above={top.id}&return={here}"
    assert f'<option value="{top.id}" selected>Glosas</option>' in configurator.get(add).text
    done = configurator.post(add, below(classification=top.id, name="Materiais", return_days="3"))
    assert (done.status_code, done.location) == (302, here)
    sub = found(session, Subclassification, "Materiais")
    add = f"/default-motives/add?above={sub.id}"
    assert configurator.post(add, below(subclassification=sub.id, name="Sem autorização")).status_code == 302
    motives = text(configurator.get(f"/classifications/show/{top.id}?tab=motives"))
    assert "Materiais" in motives
    assert "Sem autorização o do nível acima" in motives
    assert "3 dias" in text(configurator.get(here))
    offered = configurator.get(f"/lookup/subclassification?parent={top.id}").json["results"]
    assert [row["text"] for row in offered] == ["Materiais"]
    offered = configurator.get(f"/lookup/default_motive?parent={sub.id}").json["results"]
    assert [row["text"] for row in offered] == ["Sem autorização"]
    assert configurator.get(f"/classifications/show/{top.id}?tab=nada").status_code == 404


@pytest.mark.req("C-101")
@pytest.mark.parametrize(("typed", "field"), [
    ({"return_days": "-1"}, "return_days"), ({"return_hours": "-0,5"}, "return_hours"),
    ({"return_days": "2", "return_hours": "8"}, "return_hours"), ({"return_hours": "8"}, "calendar"),
    ({"counting": "business_days"}, "calendar"), ({"counting": "lunar"}, "counting")])
def test_of_a_classification_what_makes_no_deadline_is_refused_beside_its_field(
        configurator, session, calendar, typed, field):
    values = {"calendar": calendar.id, **typed} if field != "calendar" else typed
    page = configurator.post("/classifications/add", form(**values))
    assert page.status_code == 422
    assert field in refused(page)
    assert found(session, Classification, "Glosas") is None


@pytest.mark.req("C-101")
def test_hours_need_a_calendar_on_the_classification(configurator, session, calendar, world):
    sub, motive = world.subclassification, world.default_motive
    for path, values in (
            (f"/subclassifications/edit/{sub.id}", below(classification=world.classification.id, name="Autorização")),
            (f"/default-motives/edit/{motive.id}", below(subclassification=sub.id, name="Guia negada"))):
        page = configurator.post(path, {**values, "return_hours": "4,5", "version": "1"})
        assert page.status_code == 422
        assert "escolha antes um calendário" in refused(page)["return_hours"]
    values = form(name="Guias", return_days="5", version=world.classification.version)
    edit = f"/classifications/edit/{world.classification.id}"
    assert configurator.post(edit, {**values, "calendar": calendar.id}).status_code == 302
    values = below(subclassification=sub.id, name="Guia negada", return_hours="4,5", version="1")
    assert configurator.post(f"/default-motives/edit/{motive.id}", values).status_code == 302
    assert "4,5 horas" in text(configurator.get(f"/classifications/show/{world.classification.id}?tab=motives"))
    version = found(session, Classification, "Guias").version
    page = configurator.post(edit, form(name="Guias", return_days="5", version=version))
    assert "prazo em horas" in refused(page)["calendar"]


@pytest.mark.req("C-101")
def test_a_subclassification_with_hours_below_moves_only_where_they_can_be_counted(
        session, seeding, admin, calendar, world):
    with seeding():
        timed = Classification(name="Com calendário", calendar=calendar)
        sub = Subclassification(name="Prazo curto", classification=timed, return_hours=4)
        session.add_all([timed, sub])
    session.flush()
    with pytest.raises(Invalid) as refusal, session.begin_nested():
        classifications.subclassifications.update(
            session, sub.id, {"classification": world.classification}, actor=admin, now=NOON)
    assert refusal.value.field == "return_hours"
    moved = classifications.subclassifications.update(
        session, sub.id, {"classification": world.classification, "return_hours": None}, actor=admin, now=NOON)
    assert moved.classification_id == world.classification.id


@pytest.fixture
def ticket(session, admin, world):
    """A ticket of the provider, classified on all three levels."""
    from app.services.tickets import opening

    return opening.open_ticket(session, values={
        "provider_id": world.provider.id, "title": "Guia negada", "classification_id": world.classification.id,
        "subclassification_id": world.subclassification.id, "motive_id": world.default_motive.id,
        "contact_name": "Beatriz", "contact_phone": "(11) 98765-4321", "contact_email": "b@example.com",
        "message": "Por quê?"}, actor=admin, now=NOON)


@pytest.mark.req("C-16", "C-101")
def test_of_the_tree_of_a_ticket_nothing_moves_or_is_deleted_only_switched_off(
        ticket, configurator, session, seeding, admin, world):
    with seeding():
        other = Classification(name="Outra")
        second = Subclassification(name="Segunda", classification=world.classification)
        session.add_all([other, second])
    session.flush()
    for service, row, values in (
            (classifications.subclassifications, world.subclassification, {"classification": other}),
            (classifications.default_motives, world.default_motive, {"subclassification": second})):
        with pytest.raises(Conflict, match="em uso"), session.begin_nested():
            service.update(session, row.id, values, actor=admin, now=NOON)
    for path, row in (("classifications", world.classification), ("subclassifications", world.subclassification),
                      ("default-motives", world.default_motive)):
        assert configurator.post(f"/{path}/delete/{row.id}").status_code == 409
    values = below(subclassification=world.subclassification.id, name="Guia negada", return_days="1",
                   version=world.default_motive.version)
    del values["active"]
    assert configurator.post(f"/default-motives/edit/{world.default_motive.id}", values).status_code == 302
    assert not found(session, DefaultMotive, "Guia negada").active


@pytest.mark.req("C-101")
def test_a_changed_deadline_moves_no_ticket(ticket, configurator, session, world):
    due, pk = ticket.due_at, ticket.attendance_id
    assert due is not None
    values = below(subclassification=world.subclassification.id, name="Guia negada", return_days="30",
                   version=world.default_motive.version)
    assert configurator.post(f"/default-motives/edit/{world.default_motive.id}", values).status_code == 302
    session.expire_all()
    assert session.get(type(ticket), pk).due_at == due


@pytest.mark.req("C-102")
def test_a_status_of_the_central_is_registered_with_its_phase(configurator, session):
    from app.models.classification import Situation

    values = {"name": "Aguardando documentos", "phase": "pending", "scope": "provider", "position": "20", "active": "y"}
    assert configurator.post("/situations/add", values).status_code == 302
    kept = found(session, Situation, "Aguardando documentos")
    assert (kept.phase, kept.scope) == ("pending", "provider")
    assert "phase" in refused(configurator.post("/situations/add", {**values, "name": "X", "phase": "asleep"}))
