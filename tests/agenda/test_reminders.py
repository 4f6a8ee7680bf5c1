"""Reminders: the operator is told once, in the bell and by e-mail, at the right time, and only of what still holds."""
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import unit_of_work, utc_now
from app.extensions import db as database
from app.jobs.reminders import remind
from app.jobs.runner import JOBS
from app.models.appointment import Appointment
from app.models.notification import Notification
from app.models.outbox import Outbox
from app.security.sync import sync
from app.services import reminders
from tests.support import people
from tests.support import world as worlds
from tests.support.apps import fresh_app
from tests.support.clock import HOUR, MINUTE

ADDRESS = "https://sac.example.com/agenda/show/"


@pytest.fixture
def reminded(make_user, world):
    return make_user("paula", "Attendant", name="Paula", companies=[world.company], contact_email="paula@example.com")


def run(session, now) -> int:
    """All that is due at this time."""
    count = 0
    while True:
        with unit_of_work(session):
            if not reminders.remind_next(session, now=now, address=ADDRESS):
                return count
        count += 1


def told(session) -> tuple[list, list]:
    return (session.scalars(select(Notification).where(Notification.kind == "reminder")).all(),
            session.scalars(select(Outbox)).all())


@pytest.mark.req("S-19")
def test_the_operator_is_told_once_in_the_bell_and_by_mail_when_it_is_time(session, plan, reminded, sign_in):
    start = utc_now().replace(microsecond=0) + HOUR
    item = plan("Visita técnica", start, operator=reminded, remind=15, place="Loja da Savassi")
    assert run(session, start - 16 * MINUTE) == 0
    assert told(session) == ([], [])
    version = item.version
    assert run(session, start - 15 * MINUTE) == 1
    assert run(session, start - 14 * MINUTE) == 0
    (bell,), (mail,) = told(session)
    assert (bell.user_id, mail.recipient) == (reminded.id, "paula@example.com")
    assert mail.subject.startswith("Balcão: Visita técnica, ")
    for word in ("Ana Lúcia Conceição", "Loja da Savassi", f"{ADDRESS}{item.id}"):
        assert word in mail.body
    session.expire_all()
    assert (item.remind_at, item.version) == (None, version), "to remind is no change"
    page = sign_in(reminded).get("/notifications/").text
    assert "Visita técnica" in page
    assert f"/agenda/show/{item.id}" in page


@pytest.mark.req("S-19")
@pytest.mark.parametrize("what", ["cancelled", "done", "over", "left", "moved", "no mail"])
def test_of_what_no_longer_holds_nobody_is_reminded(session, seeding, world, plan, reminded, what):
    start = utc_now() + HOUR
    item = plan("Visita", start, operator=reminded, remind=15)
    now = start - MINUTE
    with seeding():
        if what in ("cancelled", "done"):
            item.state = what
        elif what == "over":
            now = start + 2 * HOUR
        elif what == "left":
            reminded.active = False
        elif what == "moved":
            reminded.profile.companies = [world.other_company]
        else:
            reminded.profile.contact_email = None
    assert run(session, now) == 1
    bells, mails = told(session)
    assert mails == []
    assert len(bells) == (1 if what == "no mail" else 0)


@pytest.mark.req("S-19")
def test_a_new_time_reminds_again_and_what_was_told_stays_told(session, world, plan, reminded, viewer_for):
    from app.services import appointments
    start = utc_now().replace(microsecond=0) + 5 * MINUTE
    item = plan("Visita", start, operator=reminded, remind=15)
    assert run(session, utc_now()) == 1
    actor = viewer_for(reminded)
    with unit_of_work(session):
        appointments.update(session, item.id, {"notes": "Levar amostra"}, actor=actor, now=utc_now())
    assert run(session, utc_now()) == 0, "another note is no new appointment"
    with unit_of_work(session):
        appointments.update(session, item.id, {"starts_at": start + timedelta(days=1),
                                               "ends_at": start + timedelta(days=1, hours=1)},
                            actor=actor, now=utc_now())
    assert run(session, utc_now()) == 0
    assert run(session, start + timedelta(days=1) - 15 * MINUTE) == 1
    assert [len(each) for each in told(session)] == [2, 2]


@pytest.mark.req("S-19")
def test_without_minutes_there_is_no_reminder(session, plan, reminded):
    start = utc_now() + HOUR
    plan("Visita", start, operator=reminded)
    assert run(session, start) == 0


@pytest.mark.req("S-19")
def test_two_processes_at_once_tell_each_operator_once(databases):
    with fresh_app(databases) as app:
        with app.app_context():
            with unit_of_work(database.session) as session:
                sync(session)
            ids = _planned(database.session(), 12)
        settings, barrier, counts, broken = {"PUBLIC_URL": "https://sac.example.com"}, threading.Barrier(2), [], []

        def drain():
            with app.app_context():
                barrier.wait()
                try:
                    counts.append(remind(database.session, settings))
                except Exception as error:
                    broken.append(error)
        threads = [threading.Thread(target=drain) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert broken == []
        with app.app_context():
            session = database.session
            while remind(session, settings):  # what one skipped while the other held it
                pass
            bells, mails = told(session)
            assert sorted(bell.values["appointment_id"] for bell in bells) == ids
            assert len(mails) == len(ids)
            assert session.scalar(select(Appointment.id).where(Appointment.remind_at.is_not(None))) is None


def _planned(session, count) -> list[int]:
    made = worlds.build(session)
    user = people.make_user(session, "paula", "Attendant", companies=[made.company], contact_email="p@example.com")
    start = utc_now() + 5 * MINUTE
    rows = [Appointment(entity=made.entity, operator=user, subject=f"Visita {n}", starts_at=start,
                        ends_at=start + HOUR, reminder_minutes=15, remind_at=utc_now() - MINUTE) for n in range(count)]
    with worlds.seeding(session):
        session.add_all(rows)
    session.commit()
    return sorted(row.id for row in rows)


@pytest.mark.req("S-19")
def test_the_clock_of_the_jobs_reminds(session, plan, reminded, app):
    plan("Visita", utc_now() + 5 * MINUTE, operator=reminded, remind=15)
    session.commit()
    (job,) = [job for job in JOBS if job.name == "reminders"]
    job.run(session, app.config, lambda: False)
    bells, mails = told(session)
    assert (len(bells), len(mails)) == (1, 1)
