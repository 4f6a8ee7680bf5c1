"""The bell: a count, a list of one's own, and what is read on one device is read on all."""

import re

import pytest
from sqlalchemy import select

from app.models.notification import Notification, NotificationKind
from app.services.notifications import notify
from app.services.pruning import prune
from tests.support.clock import DAY, NOON

JSON = {"Accept": "application/json"}


@pytest.fixture
def ana(make_user, world):
    return make_user("ana", "Attendant", companies=[world.company])


@pytest.fixture
def tell(session, ana, world):
    """`tell(kind, **values)`: a notification for Ana."""
    made = []

    def one(kind=NotificationKind.MENTIONED, user=None, attendance=None, actor=None, at=NOON, **values):
        made.append(None)
        notify(
            session,
            user_id=(user or ana).id,
            key=f"k{len(made)}",
            kind=kind,
            now=at,
            actor=actor,
            attendance_id=attendance.id if attendance else None,
            values={name.rstrip("_"): value for name, value in values.items()},
        )
        session.commit()
        return session.scalar(select(Notification.id).order_by(Notification.id.desc()).limit(1))

    return one


def bell(browser, address="/account/"):
    return re.search(r'data-bell="[^"]+" aria-label="([^"]+)"', browser.get(address).text)


def count(browser):
    return browser.get("/notifications/unread").json["count"]


@pytest.mark.req("B-39")
def test_every_kind_is_told_in_words_and_leads_to_its_record(sign_in, ana, tell, world, viewer_for, make_user):
    bia = viewer_for(make_user("bia", "Attendant", companies=[world.company]))
    tell(NotificationKind.ASSIGNED, attendance=world.attendance, actor=bia, protocol="x", reason="Fale com ela")
    tell(NotificationKind.ASSIGNED, actor=bia, count=12)
    tell(NotificationKind.MENTIONED, attendance=world.attendance, actor=bia, text="Veja @ana")
    tell(NotificationKind.TRANSFERRED, attendance=world.attendance, actor=bia)
    tell(NotificationKind.TRANSFERRED, actor=bia, count=3)
    tell(NotificationKind.DEADLINE, attendance=world.attendance)
    tell(NotificationKind.REMINDER, appointment_id=7, subject="Visita", entity="Ana Lúcia")
    tell(NotificationKind.JOB, job=5, kind_="unknown", state="done")
    tell(NotificationKind.JOB, job=6, kind_="unknown", state="failed")
    page = sign_in(ana).get("/notifications/").text
    number = world.attendance.protocol
    for words in (
        f"Bia Teste atribuiu a você o atendimento {number}.",
        "Bia Teste atribuiu a você 12 atendimentos.",
        f"Bia Teste mencionou você no atendimento {number}.",
        "Veja @ana",
        "Fale com ela",
        f"Bia Teste repassou o atendimento {number}, que estava com você.",
        "Bia Teste repassou 3 atendimentos que estavam com você.",
        f"O prazo do atendimento {number} está em risco.",
        "Agendamento: Visita, com Ana Lúcia.",
        ": pronto.",
        ": falhou.",
    ):
        assert words in page, words
    assert f'href="/attendances/{number}"' in page
    assert 'href="/jobs/#job-5"' in page


@pytest.mark.req("B-39")
def test_the_bell_counts_what_is_unread_and_reading_on_one_device_reads_on_all(sign_in, ana, tell, world):
    here, there = sign_in(ana), sign_in(ana)
    assert bell(here)[1] == "Avisos: nenhum não lido"
    first = tell(attendance=world.attendance)
    assert bell(there)[1] == "Avisos: 1 não lido"
    second = tell(attendance=world.attendance)
    assert bell(here)[1] == "Avisos: 2 não lidos"
    answer = here.post(f"/notifications/{first}/read", headers=JSON)
    assert answer.json == {"count": 1, "text": "1", "label": "Avisos: 1 não lido"}
    assert count(there) == 1
    assert here.post(f"/notifications/{second}/read").status_code == 302
    assert (count(here), count(there)) == (0, 0)
    assert there.get("/notifications/unread").headers["Cache-Control"] == "no-store"


@pytest.mark.req("B-39")
def test_marking_all_leaves_what_came_meanwhile(sign_in, ana, tell, session):
    browser = sign_in(ana)
    tell()
    seen = tell()
    page = browser.get("/notifications/").text
    assert f'name="upto" value="{seen}"' in page
    late = tell()
    assert browser.post("/notifications/read-all", {"upto": seen}).status_code == 302
    unread = session.scalars(select(Notification.id).where(Notification.read_at.is_(None))).all()
    assert unread == [late]
    assert "Nada por ler" not in browser.get("/notifications/?show=unread").text
    browser.post("/notifications/read-all", {"upto": late})
    assert "Nada por ler" in browser.get("/notifications/?show=unread").text


@pytest.mark.req("B-39", "G-06")
def test_nobody_sees_or_reads_what_is_another_s(sign_in, ana, tell, make_user, world, session):
    pk = tell(text="Só para a Ana")
    other = sign_in(make_user("bia", "Attendant", companies=[world.company]))
    assert "Só para a Ana" not in other.get("/notifications/").text
    other.post(f"/notifications/{pk}/read")
    other.post("/notifications/read-all", {"upto": pk})
    assert session.get(Notification, pk).read_at is None
    assert sign_in(ana).post(f"/notifications/{pk}/read", csrf=False).status_code == 400
    assert session.get(Notification, pk).read_at is None


@pytest.mark.req("B-39")
def test_portals_have_no_bell(sign_in, make_user, world):
    customer = sign_in(make_user("cliente", "Customer", entity=world.entity))
    assert bell(customer, "/portal/") is None
    assert customer.get("/notifications/").status_code == 404
    assert customer.get("/notifications/unread").status_code == 404


@pytest.mark.req("B-39")
def test_of_an_attendance_one_may_no_longer_see_nothing_is_told(sign_in, ana, tell, world):
    tell(attendance=world.restricted_attendance, text="Segredo da ouvidoria", protocol="2026000103")
    page = sign_in(ana).get("/notifications/").text
    assert "Sobre um atendimento que você não pode mais ver." in page
    assert "Segredo" not in page
    assert "2026000103" not in page


@pytest.mark.req("B-39")
def test_many_are_counted_to_a_cap_and_listed_by_pages(sign_in, ana, tell):
    for number in range(101):
        tell(text=f"Aviso {number:03}")
    browser = sign_in(ana)
    assert browser.get("/notifications/unread").json == {
        "count": 100,
        "text": "99+",
        "label": "Avisos: mais de 99 não lidos",
    }
    page = browser.get("/notifications/").text
    assert ("Aviso 100" in page, "Aviso 071" in page, "Aviso 070" in page) == (True, True, False)
    older = re.search(r'href="(/notifications/\?before=\d+)"', page)[1]
    assert "Aviso 070" in browser.get(older).text


@pytest.mark.req("B-39")
def test_who_gives_an_attendance_to_another_tells_him_and_to_himself_nobody(
    session, ana, world, viewer_for, make_user, sign_in
):
    from app.database import unit_of_work
    from app.services import assignment

    bia = viewer_for(make_user("bia", "Supervisor", companies=[world.company]))
    with unit_of_work(session):
        assignment.forward(session, world.attendance.id, operator_id=ana.id, reason="Sua cliente", actor=bia, now=NOON)
    assert "Bia Teste atribuiu a você o atendimento" in sign_in(ana).get("/notifications/").text
    with unit_of_work(session):
        assignment.forward(
            session, world.attendance.id, operator_id=bia.user_id, reason="Fica comigo", actor=bia, now=NOON
        )
    rows = session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [(row.user_id, row.kind) for row in rows] == [(ana.id, "assigned"), (ana.id, "transferred")]


@pytest.mark.req("B-39")
def test_after_ninety_days_a_notification_is_forgotten(session, tell):
    from app.database import unit_of_work

    old, new = tell(at=NOON - 91 * DAY), tell(at=NOON - 89 * DAY)
    with unit_of_work(session):
        prune(session, NOON)
    assert session.scalars(select(Notification.id)).all() == [new]
    assert old != new
