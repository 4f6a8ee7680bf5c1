"""Comunicações internas: to colleagues and departments, by bell, message or e-mail; never seen by who is served."""
import re

import pytest
from flask_appbuilder.security.sqla.models import User, assoc_user_role
from sqlalchemy import func, insert, select

from app.database import unit_of_work
from app.errors import DomainError, NotFound
from app.models.identity import UserProfile, user_company
from app.models.internal_message import InternalMessage
from app.models.log import LogEntry
from app.models.notification import Notification
from app.models.outbox import Outbox
from app.models.stream_event import StreamEvent
from app.queries import internal_messages as reads
from app.services import internal_messages
from tests.orders.conftest import refused, text
from tests.support.clock import NOON


@pytest.fixture
def people(make_user, world):
    """bruno and carla of Azul, carla in a department; zoe of another company, diego who may not read such messages."""
    made = {name: make_user(name, "Attendant", companies=[world.company], contact_email=f"{name}@example.com")
            for name in ("bruno", "carla")}
    made["carla"].profile.department = world.department
    made["zoe"] = make_user("zoe", "Attendant", companies=[world.other_company])
    made["diego"] = make_user("diego", "Configurator", companies=[world.company])
    made["pedro"] = make_user("pedro", "Provider", companies=[world.company], entity=world.provider)
    return made


def form(**values) -> dict:
    return {"kind": "message", "users": [], "departments": [], "subject": "Retorno", "text": "Ligar hoje.", **values}


def count(session, model=InternalMessage) -> int:
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.req("C-83")
def test_a_colleague_sees_it_and_the_provider_does_not(supervisor, sign_in, session, people, viewer_for, world):
    values = form(users=[people["bruno"].id], entity_id=world.provider.id, next=f"/entities/show/{world.provider.id}")
    sent = supervisor.post("/internal-messages/new", values)
    assert (sent.status_code, sent.location) == (302, f"/entities/show/{world.provider.id}"), refused(sent)
    message = session.scalars(select(InternalMessage)).one()
    bruno = sign_in("bruno")
    page = text(bruno.get("/internal-messages/"))
    for shown in ("Retorno", "Ligar hoje.", "Clínica Boa Vista", "Não lidas (1)"):
        assert shown in page, shown
    assert "Retorno" in text(bruno.get("/notifications/"))
    assert f"/internal-messages/{message.id}" in bruno.get("/notifications/").text
    assert bruno.get(f"/internal-messages/{message.id}").status_code == 200
    assert "Retorno" in text(supervisor.get("/internal-messages/?box=sent"))
    provider = sign_in("pedro")
    assert provider.get("/internal-messages/").status_code in (403, 404)
    assert provider.get(f"/internal-messages/{message.id}").status_code in (403, 404)
    assert reads.of_entity(session, viewer_for(people["pedro"]), world.provider.id) == []
    assert reads.of_entity(session, viewer_for(people["bruno"]), world.provider.id) == [message]
    assert reads.of_entity(session, viewer_for(people["carla"]), world.provider.id) == []
    carla = sign_in("carla")
    assert carla.get(f"/internal-messages/{message.id}").status_code == 404
    assert carla.post(f"/internal-messages/{message.id}/read").status_code == 404


@pytest.mark.req("C-83")
def test_read_it_leaves_the_bell_of_every_device(session, people, viewer_for):
    bruno = viewer_for(people["bruno"])
    with unit_of_work(session):
        sent = internal_messages.send(session, kind="message", subject="A", text="B", user_ids=[bruno.user_id],
                                      actor=viewer_for(people["carla"]), now=NOON)
    with unit_of_work(session):
        assert internal_messages.mark_read(session, sent.id, actor=bruno, now=NOON)
    assert session.scalar(select(Notification.read_at).where(Notification.user_id == bruno.user_id)) == NOON
    assert session.scalars(select(StreamEvent.kind).where(
        StreamEvent.topic == f"user:{bruno.user_id}")).all() == ["bell.changed", "bell.changed"]


@pytest.mark.req("C-83")
def test_without_a_recipient_nothing_is_sent_and_what_was_typed_stays(supervisor, session, people):
    page = supervisor.post("/internal-messages/new", form(text="Isto fica"))
    assert page.status_code == 422
    assert "Escolha quem deve receber" in refused(page)["users"]
    assert "Isto fica" in page.text
    page = supervisor.post("/internal-messages/new", form(users=[people["bruno"].id], subject=" ", text=""))
    assert set(refused(page)) == {"subject", "text"}
    assert count(session) == 0


@pytest.mark.req("C-83", "B-29")
@pytest.mark.parametrize("name", ["zoe", "diego", "pedro"])
def test_only_colleagues_who_may_read_it_get_it(supervisor, session, people, admin, viewer_for, name):
    page = supervisor.post("/internal-messages/new", form(users=[people[name].id]))
    assert "users" in refused(page)
    assert people[name].id not in [row["id"] for row in supervisor.get("/lookup/colleague").json["results"]]
    with pytest.raises(DomainError):
        internal_messages.send(session, kind="message", subject="A", text="B", user_ids=[people[name].id],
                               actor=viewer_for(people["bruno"]), now=NOON)
    with pytest.raises(DomainError):
        internal_messages.send(session, kind="message", subject="A", text="B", user_ids=[people["bruno"].id],
                               actor=viewer_for(people["pedro"]), now=NOON)
    assert count(session) == 0


@pytest.fixture
def crowd(session, seeding, people, world):
    """2,500 more colleagues: "Pessoa 0001" and so on; the last by name is Úrsula."""
    names = [("Pessoa", f"{n:04}") for n in range(2_500)] + [("Úrsula", "Zanetti")]
    role_id = people["bruno"].roles[0].id
    with seeding():
        first = session.scalar(select(func.max(User.id))) + 1
        ids = range(first, first + len(names))
        session.execute(insert(User), [
            {"id": pk, "first_name": name, "last_name": more, "username": f"p{pk}", "email": f"p{pk}@users.invalid",
             "active": True} for pk, (name, more) in zip(ids, names, strict=True)])
        session.execute(insert(UserProfile), [{"user_id": pk} for pk in ids])
        session.execute(insert(user_company), [{"user_id": pk, "company_id": world.company.id} for pk in ids])
        session.execute(insert(assoc_user_role), [{"id": pk, "user_id": pk, "role_id": role_id} for pk in ids])
    return ids


@pytest.mark.req("C-83")
def test_colleagues_are_searched_on_the_server_however_many_they_are(supervisor, crowd):
    assert "Pessoa 0" not in supervisor.get("/internal-messages/new").text
    for source in ("colleague", "operator"):
        page = supervisor.get(f"/lookup/{source}").json
        assert (len(page["results"]), page["pagination"]["more"]) == (20, True)
        found = supervisor.get(f"/lookup/{source}?q=ursula zan").json["results"]
        assert found == [{"id": crowd[-1], "text": "Úrsula Zanetti"}], "beyond two thousand others, without its accent"


@pytest.mark.req("B-40")
@pytest.mark.parametrize(("source", "words"), [("assignee", 2), ("agenda_operator", 1), ("operator", 0)])
def test_every_colleague_is_on_one_page_whatever_stands_before_them(supervisor, crowd, source, words):
    pages = [supervisor.get(f"/lookup/{source}?page={number}").json["results"] for number in range(1, 6)]
    assert [len(page) for page in pages] == [20] * 5
    numbers = [row["text"] for page in pages for row in page if row["text"].startswith("Pessoa")]
    first = 100 - words - len(numbers)  # colleagues who stand before the crowd
    assert numbers == [f"Pessoa {number:04}" for number in range(100 - words - first)]


@pytest.mark.req("C-83")
def test_without_scripts_they_are_found_by_a_button_and_what_was_typed_stays(supervisor, session, crowd, people, world):
    page = supervisor.post("/internal-messages/new", form(
        users=[people["bruno"].id], text="Isto fica", action="find", find="úrsula"))
    assert page.status_code == 200
    assert "Isto fica" in page.text
    options = re.findall(r'<option value="(\d+)"( selected)?>', page.text.partition('name="users"')[2].partition(
        "</select>")[0])
    assert options == [(str(people["bruno"].id), " selected"), (str(crowd[-1]), "")]
    assert count(session) == 0, "nothing is sent by it"
    many = supervisor.post("/internal-messages/new", form(action="find", find="pessoa")).text
    assert many.count("Pessoa 0") == 20
    assert "digite mais letras" in many
    assert "Ninguém foi encontrado" in supervisor.post("/internal-messages/new", form(action="find", find="xyz")).text
    assert f'<option value="{world.department.id}">' in supervisor.post(
        "/internal-messages/new", form(action="find", find=world.department.name[:4])).text


@pytest.mark.req("C-83")
def test_a_department_is_all_of_its_people_once(supervisor, session, people, world):
    values = form(users=[people["carla"].id, people["bruno"].id], departments=[world.department.id])
    assert supervisor.post("/internal-messages/new", values).status_code == 302
    message = session.scalars(select(InternalMessage)).one()
    assert sorted(each.user_id for each in message.recipients) == sorted([people["carla"].id, people["bruno"].id])
    empty = supervisor.post("/internal-messages/new", form(departments=[world.child_department.id]))
    assert "departments" in refused(empty)
    foreign = supervisor.post("/internal-messages/new", form(departments=[world.other_department.id]))
    assert "departments" in refused(foreign)


@pytest.mark.req("C-83", "C-89")
@pytest.mark.parametrize(("kind", "mails"), [("notification", 0), ("message", 0), ("email", 1)])
def test_the_bell_rings_for_each_kind_and_an_email_leaves_for_one(supervisor, session, people, kind, mails):
    assert supervisor.post("/internal-messages/new", form(kind=kind, users=[people["bruno"].id])).status_code == 302
    assert session.scalars(select(Notification.user_id)).all() == [people["bruno"].id]
    letters = session.scalars(select(Outbox)).all()
    assert [(each.recipient, each.subject, each.body) for each in letters] == [
        ("bruno@example.com", "Retorno", "Ligar hoje.")] * mails


@pytest.mark.req("C-83")
def test_it_is_marked_as_read_by_who_got_it_and_the_bell_with_it(supervisor, sign_in, session, people):
    assert supervisor.post("/internal-messages/new", form(users=[people["bruno"].id])).status_code == 302
    pk = session.scalar(select(InternalMessage.id))
    assert supervisor.post(f"/internal-messages/{pk}/read").status_code == 302
    session.expire_all()
    assert session.get(InternalMessage, pk).recipients[0].read_at is None
    bruno = sign_in("bruno")
    assert bruno.post(f"/internal-messages/{pk}/read").status_code == 302
    session.expire_all()
    assert session.get(InternalMessage, pk).recipients[0].read_at is not None
    assert session.scalar(select(Notification.read_at)) is not None
    assert "Nada por aqui" in text(bruno.get("/internal-messages/?box=unread"))
    assert "Lida em" in supervisor.get("/internal-messages/?box=sent").text


@pytest.mark.req("C-83")
def test_a_second_click_sends_nothing_more_and_all_is_logged(supervisor, session, people):
    page = supervisor.get("/internal-messages/new").text
    key = re.search(r'name="request_key"[^>]* value="(\w+)"', page)[1]
    for _click in range(2):
        values = form(users=[people["bruno"].id], request_key=key)
        assert supervisor.post("/internal-messages/new", values).status_code == 302
    assert (count(session), count(session, Notification)) == (1, 1)
    entry = session.scalars(select(LogEntry).where(LogEntry.target == "internal_message")).one()
    assert entry.changes["subject"][1] == "Retorno"


@pytest.mark.req("C-83", "B-29")
def test_it_is_about_what_its_sender_may_see_alone(supervisor, attendant, session, people, world, viewer_for):
    for about in ({"entity_id": world.other_entity.id}, {"attendance_id": world.other_attendance.id},
                  {"attendance_id": world.restricted_attendance.id}):
        assert supervisor.post("/internal-messages/new", form(users=[people["bruno"].id], **about)).status_code == 404
        with pytest.raises(NotFound):
            internal_messages.send(session, kind="message", subject="A", text="B", user_ids=[people["carla"].id],
                                   actor=viewer_for(people["bruno"]), now=NOON, **about)
    assert count(session) == 0
    assert supervisor.post("/internal-messages/new", form(users=[people["bruno"].id], next="//evil.example/")
                           ).location == "/"


@pytest.mark.req("C-83")
def test_a_page_costs_as_many_queries_for_many_messages_as_for_one(session, people, viewer_for, queries, world):
    bruno, carla = viewer_for(people["bruno"]), viewer_for(people["carla"])
    costs = []
    for _round in range(2):
        for n in range(4):
            internal_messages.send(session, kind="message", subject=f"Assunto {n}", text="B", actor=bruno, now=NOON,
                                   user_ids=[people["carla"].id], entity_id=world.provider.id)
        session.expire_all()
        queries.clear()
        rows, _older = reads.inbox(session, carla)
        assert [str(row.entity) for row in rows] == [str(world.provider)] * len(rows)
        costs.append(len(queries))
    assert len(rows) == 8
    assert costs[1] <= costs[0]
