"""A page sends a fixed number of queries, however many rows it shows: 3 or 30.

One test for all addresses: the rows take longer to make than all pages to read.
"""
import pytest

from app.models.appointment import Appointment
from app.models.attachment import Attachment
from app.models.attendance import AttendanceDetail
from app.models.calendar import Calendar, CalendarHoliday
from app.models.classification import Cause, Motive, Occurrence
from app.models.company import Department, Unit
from app.models.email_template import EmailTemplate
from app.models.entity import EContact, EntityContact, Phone
from app.models.job import Job
from app.models.note import AttendanceNote
from app.models.order import Invoice, Order, OrderItem
from app.models.outbox import Outbox
from app.models.product import Product
from app.models.reclassification import Reclassification
from app.models.survey import Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from tests.support import people
from tests.support.clock import MINUTE, NOON
from tests.support.world import add_attendance, add_entity, add_ticket

FEW, MANY = 3, 30


class Grower:
    """Makes rows of each kind until there are `upto` of its own."""

    def __init__(self, session, world):
        self.session, self.world, self.made = session, world, 0

    def grow(self, upto):
        while self.made < upto:
            self.made += 1
            self.add(self.made)

    def add(self, number):
        world, session = self.world, self.session
        entity = add_entity(session, world.company, f"Pessoa {number:03}", role=world.role_types["customer"],
                            phone=f"+55119{80000000 + number}", email=f"p{number}@example.com")
        opened_at = NOON + number * MINUTE
        add_attendance(session, world, entity, protocol=f"20260009{number:02}", unit=world.unit, motive=world.motive,
                       opened_at=opened_at)
        case = add_attendance(session, world, world.entity, protocol=f"20260008{number:02}", opened_at=opened_at)
        self.put_survey(number, case, entity)
        world.attendance.details.append(AttendanceDetail(
            page=number + 1, channel=world.channels["phone"], opened_at=opened_at, description=f"Página {number}"))
        world.entity.phones.append(Phone(number=f"+55118{number:08}", search_digits=f"118{number:08}"))
        world.entity.econtacts.append(EContact(value=f"ana{number}@example.com"))
        world.entity.contacts.append(
            EntityContact(name=f"Contato {number}", contact_type=world.contact_type, job_title="Gerente"))
        unit = Unit(name=f"Unidade {number:03}", company=world.company)
        motive = Motive(name=f"Motivo {number:03}")
        occurrence = Occurrence(name=f"Ocorrência {number:03}", motive=motive)
        session.add_all([unit, occurrence, Cause(name=f"Causa {number:03}", occurrence=occurrence),
                         Department(name=f"Setor {number:03}", company=world.company, parent=world.department)])
        order = Order(entity=world.entity, company=world.company, number=f"P{number}", ordered_on=opened_at.date())
        order.items = [OrderItem(product=Product(name=f"Produto {number:03}", code=f"C{number}"), quantity=1)]
        session.add_all([order, Invoice(entity=world.entity, company=world.company, number=f"{number}", order=order,
                                        issued_on=opened_at.date())])
        session.add(Outbox(key=f"e{number}", kind="email", recipient="a@example.com", subject="Assunto", body="Texto",
                           due_at=NOON, created_at=opened_at, attendance_id=world.attendance.id,
                           entity_id=world.entity.id))
        calendar = world.__dict__.setdefault("calendar", Calendar(name="Comercial", week={"mon": [["08:00", "18:00"]]}))
        day = opened_at.date().replace(day=number % 28 + 1)
        calendar.holidays.append(CalendarHoliday(day=day, name=f"Folga {number}"))
        session.add_all([calendar, Calendar(name=f"Calendário {number:03}", week={"tue": [["08:00", "18:00"]]})])
        session.add(EmailTemplate(name=f"Modelo {number:03}", subject="Assunto", body="Texto"))
        session.add(Outbox(key=f"k{number}", kind="email", recipient="a@example.com", subject="Assunto", body="Texto",
                           due_at=NOON, created_at=opened_at))
        mate = people.make_user(session, f"colega{number}", "Attendant", companies=[world.company], units=[unit])
        session.info["unlogged"] = True
        session.add_all([
            Appointment(entity=entity, attendance=world.attendance, operator=mate, subject=f"Visita {number}",
                        starts_at=opened_at, ends_at=opened_at + MINUTE),
            Attachment(attendance_id=world.attendance.id, filename=f"a{number}.pdf", mime="application/pdf", size=1,
                       sha256="0" * 64, stored_name=f"gone/{number}", uploaded_at=NOON, uploaded_by=mate),
            AttendanceNote(attendance_id=world.attendance.id, text=f"@colega{number}", written_at=NOON, author=mate,
                           mentions=[mate]),
            Reclassification(tree="motives", rows=[], filters={}, counts=[], started_at=NOON, started_by=mate,
                             job=Job(user=mate, kind="reclassify", arguments={}, state="done", created_at=NOON))])
        self.put_ticket(number, entity, mate)

    def put_ticket(self, number, provider, operator):
        """In the central, each with a provider and an operator of its own."""
        operator.profile.central_operator = True
        add_ticket(self.session, self.world, number, provider=provider, protocol=f"20260007{number:02}",
                   opened_at=NOON + number * MINUTE, title=f"Chamado {number}", assignee=operator)

    def put_survey(self, number, case, entity):
        """Answered about each case, and about the record whose page is counted; waiting for the entity."""
        if number == 1:
            self.world.survey = Survey(name="Satisfação", questions=[
                SurveyQuestion(text="Nota", type="scale"), SurveyQuestion(text="Comentário", type="text")])
        survey, operator = self.world.survey, people.make_user(
            self.session, f"operador{number}", "Attendant", companies=[self.world.company])
        case.assignee = operator
        self.session.add(SurveyParticipation(survey=survey, entity=entity, invited_at=NOON))
        self.session.info["unlogged"] = True
        for about, own in ((case, survey), (self.world.attendance, Survey(name=f"Pesquisa {number:03}", questions=[
                SurveyQuestion(text="Nota", type="scale")]))):
            part = SurveyParticipation(survey=own, attendance=about, entity=about.entity, invited_at=case.opened_at,
                                       answered_at=case.opened_at, answered_by=operator)
            part.answers = [SurveyAnswer(question=question, value=number % 5 + 1 if question.type == "scale" else "Bom")
                            for question in own.questions]
            self.session.add(part)


# name -> address, from the world
PAGES = {
    "home": lambda world: "/",
    "attendances": lambda world: "/attendances/",
    "attendance list": lambda world: "/attendances/list",
    "attendance list, filtered": lambda world: f"/attendances/list?situation={world.situations['open'].id}&q=pessoa",
    "attendances of an entity": lambda world: f"/attendances/entity/{world.entity.id}",
    "record": lambda world: f"/attendances/{world.attendance.protocol}",
    "history of an entity": lambda world: f"/history/entity/{world.entity.id}",
    "e-mail to the entity": lambda world: f"/attendances/{world.attendance.protocol}/email",
    "report of an attendance": lambda world: f"/attendances/{world.attendance.protocol}/report.pdf",
    "e-mail templates": lambda world: "/email-templates/list/",
    "new attendance": lambda world: f"/attendances/new?entity={world.entity.id}",
    "orders of an entity": lambda world: f"/orders/entity/{world.entity.id}",
    "orders and invoices of an entity": lambda world: f"/invoices/entity/{world.entity.id}?number=1",
    "orders": lambda world: "/orders/list/",
    "invoices": lambda world: "/invoices/list/",
    "agenda by month": lambda world: "/agenda/?operator=all&date=2026-03-16",
    "agenda by week": lambda world: "/agenda/?view=week&operator=all&date=2026-03-16",
    "agenda by list": lambda world: "/agenda/?view=list&operator=all&date=2026-03-01",
    "search of the top bar": lambda world: "/search?q=pessoa",
    "entities": lambda world: "/entities/list/",
    "entity": lambda world: f"/entities/show/{world.entity.id}",
    "entity form": lambda world: f"/entities/edit/{world.entity.id}",
    "companies": lambda world: "/companies/list/",
    "units": lambda world: "/units/list/",
    "departments": lambda world: "/departments/list/",
    "reclassifications": lambda world: "/reclassify/",
    "motives": lambda world: "/motives/list/",
    "occurrences": lambda world: "/occurrences/list/",
    "causes": lambda world: "/causes/list/",
    "calendars": lambda world: "/calendars/list/",
    "calendar": lambda world: f"/calendars/show/{world.calendar.id}",
    "users": lambda world: "/users/list/",
    "roles": lambda world: "/roles/list/",
    "mailbox": lambda world: "/mailbox/list/",
    "settings": lambda world: "/settings/",
    "account": lambda world: "/account/",
    "central": lambda world: "/provider-central/",
    "central, filtered": lambda world: (
        f"/provider-central/?filter=open&classification={world.classification.id}&status={world.situations['open'].id}"
        f"&subclassification={world.subclassification.id}&assignee=none&size=2&q=chamado"),
    "rows of the central": lambda world: (
        "/provider-central/rows?filter=open&ids=" + "&ids=".join(map(str, range(1, 99)))),
    "notes of an attendance": lambda world: f"/notes/{world.attendance.id}",
    "notifications": lambda world: "/notifications/",
    "surveys": lambda world: "/surveys/list/",
    "surveys of an entity": lambda world: f"/surveys/entity/{world.entity.id}",
    "results of a survey": lambda world: f"/surveys/results/{world.survey.id}",
    "answers to a question": lambda world: f"/surveys/results/{world.survey.id}/{world.survey.questions[1].id}",
    "participants of a survey": lambda world: f"/surveys/participants/{world.survey.id}?state=waiting",
    "lookup": lambda world: "/lookup/motive?q=motivo",
}
API_PAGES = {
    "reclassifications by REST": "/api/v1/reclassifications?limit=100",
    "attendances by REST": "/api/v1/attendances?limit=100",
    "persons by REST": "/api/v1/persons?q=pessoa&limit=100",
    "classifications by REST": "/api/v1/classifications",
}


@pytest.fixture
def grow(session, seeding, world):
    grower = Grower(session, world)

    def upto(number):
        with seeding():
            grower.grow(number)
    return upto


def _count(queries, caller, address):
    """Queries of the second of two requests: the first fills what a process keeps (menus, permissions of the enum). Of
    the third where the second came when it was time to note that the session is alive."""
    for turn in range(3):
        if turn == 2 and not any(x.startswith("UPDATE user_session") for x in queries):
            break
        queries.clear()
        response = caller.get(address)
        assert response.status_code == 200, f"{address} answered {response.status_code}"
        queries[:] = [x for x in queries if not x.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    return list(queries)


def _differences(few, many):
    """What to tell of each address that sends another number of queries for many rows."""
    for name in few:
        print(f"{name}: {len(many[name])} queries")
        if len(few[name]) != len(many[name]):
            longer, shorter = sorted((few[name], many[name]), key=len, reverse=True)
            yield "\n\n".join((f"{name}: {len(few[name])} with {FEW} rows, {len(many[name])} with {MANY}; among them",
                               *longer[len(shorter):]))


def test_a_page_sends_as_many_queries_for_many_rows_as_for_few(world, grow, make_user, sign_in, queries):
    browser = sign_in(make_user("root", "Admin", companies=[world.company], units=[world.restricted_unit]))
    grow(FEW)
    addresses = {name: address(world) for name, address in PAGES.items()}
    few = {name: _count(queries, browser, address) for name, address in addresses.items()}
    grow(MANY)
    many = {name: _count(queries, browser, address) for name, address in addresses.items()}
    assert list(_differences(few, many)) == []


def test_a_list_by_rest_sends_as_many_queries_for_many_rows_as_for_few(world, grow, make_user, api, queries):
    caller = api(make_user("root", "Admin", companies=[world.company]))
    grow(FEW)
    few = {name: _count(queries, caller, address) for name, address in API_PAGES.items()}
    grow(MANY)
    many = {name: _count(queries, caller, address) for name, address in API_PAGES.items()}
    assert list(_differences(few, many)) == []


@pytest.mark.parametrize("query", ["size=2", "filter=pending_profile&size=2", "filter=closed", "deadline=attention",
                                   "assignee=none&size=2", "q=chamado&size=2"])
def test_the_central_sends_no_more_than_twelve_queries(query, world, grow, make_user, sign_in, queries):
    browser = sign_in(make_user("ana", "Attendant", companies=[world.company], department=world.department))
    grow(FEW)
    sent = [each for each in _count(queries, browser, f"/provider-central/?{query}")
            if not each.startswith("SELECT set_config")]  # a word to PostgreSQL's planner reads nothing
    print(f"{query}: {len(sent)}")
    assert len(sent) <= 12, "\n\n".join(sent)
