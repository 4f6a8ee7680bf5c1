"""Everything that may have happened to Ana, and who looks at it."""
import html
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest

from app.models.alert import Alert, AlertPriority
from app.models.appointment import Appointment
from app.models.attendance import AttendanceDetail
from app.models.note import AttendanceNote
from app.models.order import Invoice, Order
from app.models.outbox import Outbox
from app.models.survey import Survey, SurveyParticipation
from app.services import attendances, entities
from tests.support.clock import DAY, HOUR, NOON
from tests.support.world import add_attendance


@pytest.fixture
def attendant(make_user, world):
    return make_user("renata", "Attendant", companies=[world.company], name="Renata")


@pytest.fixture
def look(sign_in, attendant, world):
    """`look(kind="note", q="…")`: the history of Ana as an attendant of her company reads it."""
    browser = sign_in(attendant)

    def page(entity=None, status=200, **query):
        answer = browser.get(f"/history/entity/{(entity or world.entity).id}", query_string=query)
        assert answer.status_code == status, answer.status_code
        return answer.text
    page.browser = browser
    return page


@pytest.fixture
def told():
    """`told(page)`: the headings of the entries, in the order of the page."""
    def headings(page):
        found = re.findall(r'<p class="b-history-head">(.*?)</p>', page, re.S)
        return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]
    return headings


@pytest.fixture
def life(world, session, seeding, attendant):
    """One of each kind, an hour apart, on the day after NOON."""
    made, at = SimpleNamespace(), iter(NOON + DAY + n * HOUR for n in range(20))
    with seeding():
        made.attendance = add_attendance(session, world, world.entity, protocol="2026000201", opened_at=next(at),
                                         title="Iogurte estufado", description="Tampa estufada")
        session.flush()
        made.attendance.details.append(AttendanceDetail(
            page=2, channel=world.channels["email"], opened_at=next(at), description="Mandou duas fotos",
            answer="Vamos trocar"))
        session.add(AttendanceNote(attendance=made.attendance, text="Cliente difícil", written_at=next(at)))
        session.add(Outbox(key="h1", kind="email", recipient="ana@example.com", subject="Sobre a troca", body="Olá",
                           state="sent", due_at=NOON, created_at=next(at), attendance_id=made.attendance.id,
                           entity_id=world.entity.id))
        made.appointment = Appointment(entity=world.entity, operator_id=attendant.id, subject="Coleta do produto",
                                       starts_at=(starts := next(at)), ends_at=starts + HOUR)
        made.priority = AlertPriority(name="Altíssima")
        made.alert = Alert(entity=world.entity, priority=made.priority, text="Ligar só à tarde", created_at=next(at))
        made.survey = Survey(name="Satisfação de março")
        session.add_all([made.appointment, made.alert, SurveyParticipation(
            survey=made.survey, entity=world.entity, invited_at=next(at))])
        made.order = Order(company=world.company, entity=world.entity, number="P-77", total=Decimal("1234.50"),
                           ordered_on=(NOON + 2 * DAY).date())
        made.invoice = Invoice(company=world.company, entity=world.entity, number="20417", total=Decimal("1234.50"),
                               issued_on=(NOON + 3 * DAY).date())
        session.add_all([made.order, made.invoice])
    session.commit()
    return made


@pytest.fixture
def acting(session, viewer_for, attendant):
    """`acting(save, …)`: a verb of the attendances or entities, done by the attendant and stored."""
    def act(verb, *arguments, now, **values):
        from app.database import unit_of_work

        with unit_of_work(session):
            return verb(session, *arguments, actor=viewer_for(attendant), now=now, **values)
    act.attendances, act.entities = attendances, entities
    return act
