"""The register "Calendários": kept by configurators, tried by whoever may read it."""
import re
from datetime import date

import pytest
from sqlalchemy import select

from app.errors import Forbidden, Invalid, InvalidMany, NotFound, Stale
from app.models.calendar import Calendar, CalendarHoliday
from app.models.log import LogEntry
from app.security.permissions import ATTENDANT, CONFIGURATOR
from app.services import calendars
from tests.support.clock import NOON

FORM = {"name": "Comercial", "timezone": "America/Sao_Paulo", "national": "y", "active": "y", "state": "", "city": "",
        "intervals-0-days": "work", "intervals-0-opens": "8:00", "intervals-0-closes": "12:00",
        "intervals-1-days": "work", "intervals-1-opens": "13:00", "intervals-1-closes": "18:00"}
OFFICE = [["08:00", "12:00"], ["13:00", "18:00"]]
WEEK = {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE), "sat": [], "sun": []}


@pytest.fixture
def configurator(world, make_user, sign_in):
    return sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def attendant(world, make_user, sign_in):
    return sign_in(make_user("ana", ATTENDANT, companies=[world.company]))


@pytest.fixture
def calendar(session, seeding):
    with seeding():
        row = Calendar(name="Comercial", week=WEEK, state="SP")
        row.holidays = [CalendarHoliday(day=date(2026, 8, 10), name="Padroeiro", recurring=True),
                        CalendarHoliday(day=date(2026, 2, 18), name="Inventário")]
        session.add(row)
    return row


def refused(response, field, *words, status=422):
    """The answer is this refusal, said at the field; in a box the control is marked."""
    assert response.status_code == status, response.text[-3000:]
    message = re.search(rf'id="{field}-err"[^>]*>(.*?)</(?:span|div)>', response.text, re.S)
    assert message, f"nothing at {field}: " + str(re.findall(r'id="(\S+)-err"', response.text))
    for word in words:
        assert word in message[1], message[1]


def trial(browser, calendar, **values):
    given = {"opened": "2026-02-13T22:10", "kind": "business_days", "amount": "1", **values}
    return browser.get(f"/calendars/show/{calendar.id}", query_string=given)


@pytest.mark.req("B-12")
def test_a_configurator_keeps_a_calendar_by_its_intervals(configurator, session):
    form = configurator.get("/calendars/add")
    assert form.status_code == 200
    assert "Segunda a sexta-feira" in form.text
    holidays = {"holidays-0-day": "2026-08-10", "holidays-0-name": "Padroeiro", "holidays-0-recurring": "y"}
    answer = configurator.post("/calendars/add", {**FORM, "state": "SP", **holidays})
    assert answer.status_code == 302, answer.text[-3000:]
    row = session.scalars(select(Calendar)).one()
    pk = row.id
    assert row.week == WEEK
    assert (row.national, row.optional_days, row.state) == (True, False, "SP")
    assert [(x.day, x.name, x.recurring) for x in row.holidays] == [(date(2026, 8, 10), "Padroeiro", True)]
    page = configurator.get(f"/calendars/edit/{pk}")  # what five days have in common is one row
    opens = re.findall(r'name="intervals-(\d)-opens"[^>]* value="([\d:]+)"', page.text)
    assert opens == [("0", "08:00"), ("1", "13:00")]
    changed = {**FORM, "version": "1", "intervals-2-days": "sat", "intervals-2-opens": "00:00",
               "intervals-2-closes": "24:00"}
    assert configurator.post(f"/calendars/edit/{pk}", changed).status_code == 302
    row = session.get(Calendar, pk)
    assert row.week == {**WEEK, "sat": [["00:00", "24:00"]]}
    assert row.holidays == []
    logs = configurator.get(f"/logs/calendar/{pk}")
    assert "08:00–12:00 · 13:00–18:00" in logs.text
    assert configurator.post(f"/calendars/delete/{pk}").status_code == 302
    assert [entry.action for entry in session.scalars(select(LogEntry).where(LogEntry.target == "calendar"))] == [
        "create", "update", "delete"]


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("changes", "field", "words"), [
    ({"intervals-0-closes": "07:00"}, "intervals-0-closes", "Fecha antes de abrir"),
    ({"intervals-0-closes": "25:00"}, "intervals-0-closes", "não é um horário"),
    ({"intervals-0-opens": "oito"}, "intervals-0-opens", "não é um horário"),
    ({"intervals-0-opens": ""}, "intervals-0-opens", "obrigatório"),
    ({"intervals-1-opens": "11:30"}, "intervals", "sobrepõem"),
    ({"intervals-1-days": "wed", "intervals-1-opens": "09:00"}, "intervals", "Quarta-feira"),
    ({name: "" for name in FORM if name.startswith("intervals") and "days" not in name}, "intervals", "nunca abre"),
    ({"name": ""}, "name", "obrigatório"), ({"state": "XX"}, "state", ""), ({"timezone": "Mars"}, "timezone", ""),
    ({"holidays-0-day": "2026-02-30", "holidays-0-name": "X"}, "holidays-0-day", ""),
    ({"holidays-0-day": "2026-02-03", "holidays-0-name": ""}, "holidays-0-name", "obrigatório"),
    ({"holidays-0-day": "2026-02-03", "holidays-0-name": "X", "holidays-1-day": "2026-02-03", "holidays-1-name": "Y"},
     "holidays-1-day", "já está na lista"),
])
def test_what_is_refused_is_said_at_its_field_and_stays_typed(configurator, session, changes, field, words):
    answer = configurator.post("/calendars/add", {**FORM, **changes})
    refused(answer, field, words)
    assert session.scalars(select(Calendar)).all() == []
    assert 'value="18:00"' in answer.text or field == "intervals"


@pytest.mark.req("B-12")
def test_a_name_is_used_once_and_a_stale_form_says_so(configurator, calendar):
    refused(configurator.post("/calendars/add", {**FORM, "name": "COMERCIAL"}), "name", "Já existe", status=409)
    stale = configurator.post(f"/calendars/edit/{calendar.id}", {**FORM, "version": "7"})
    assert stale.status_code == 409
    assert "alterou este registro" in stale.text


@pytest.mark.req("B-12")
def test_who_may_only_read_tries_and_changes_nothing(attendant, calendar, client):
    page = attendant.get(f"/calendars/show/{calendar.id}")
    assert page.status_code == 200
    assert "/calendars/edit/" not in page.text
    assert attendant.post(f"/calendars/edit/{calendar.id}", FORM).status_code == 403
    assert attendant.post("/calendars/add", FORM).status_code == 403
    assert client().get(f"/calendars/show/{calendar.id}").status_code == 302


@pytest.mark.req("B-12")
def test_the_holidays_of_a_year_stand_beside_its_own(attendant, calendar):
    page = attendant.get(f"/calendars/show/{calendar.id}", query_string={"year": "2026"})
    rows = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.S)]
    lines = [" ".join(row) for row in rows]
    assert "21/04/2026 terça-feira Tiradentes Nacional" in lines
    assert "09/07/2026 quinta-feira Revolução Constitucionalista Estadual" in lines
    assert "10/08/2026 segunda-feira Padroeiro Próprio, todo ano" in lines
    assert "18/02/2026 quarta-feira Inventário Próprio" in lines
    assert not [line for line in lines if "Carnaval" in line]
    later = attendant.get(f"/calendars/show/{calendar.id}", query_string={"year": "2027"}).text
    assert "10/08/2027" in later
    assert "Inventário" not in later
    for wrong in ("x", "-1", "99999", "1899"):
        assert attendant.get(f"/calendars/show/{calendar.id}", query_string={"year": wrong}).status_code == 400


@pytest.mark.req("B-12")
def test_a_rule_is_tried_and_each_step_says_why(attendant, calendar):
    page = trial(attendant, calendar, amount="4", waiting_since="2026-02-19T10:00", waiting_until="2026-02-20T09:00")
    assert page.status_code == 200
    assert re.search(r"Prazo: <b>segunda-feira, 23 de fevereiro de 2026, <span class=\"b-num\">23:59:59", page.text)[0]
    steps = re.findall(r"<li>([^<]*)</li>", page.text.partition('class="b-why"')[2])
    assert "qua. 18/02/2026: feriado (Inventário), não conta." in steps
    assert "qui. 19/02/2026: à espera do cliente, não conta 1 dia." in steps


@pytest.mark.req("B-12")
def test_hours_may_have_a_comma_and_a_wait_without_end_has_no_deadline(attendant, calendar):
    hours = trial(attendant, calendar, kind="business_hours", amount="1,5")
    assert "16 de fevereiro de 2026, <span class=\"b-num\">09:30:00" in hours.text
    standing = trial(attendant, calendar, waiting_since="2026-02-14T10:00")
    assert "Sem prazo enquanto se espera pelo cliente" in standing.text


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("changes", "field", "words"), [
    ({"amount": "-1"}, "amount", "negativa"), ({"amount": "1,5"}, "amount", "inteiro"), ({"amount": "x"}, "amount", ""),
    ({"amount": "99999"}, "amount", "No máximo"), ({"opened": ""}, "opened", ""),
    ({"opened": "0001-01-01T00:00"}, "opened", "fora do alcance"),
    ({"opened": "9999-12-31T23:59"}, "opened", "fora do alcance"), ({"kind": "weeks"}, "kind", ""),
    ({"waiting_until": "2026-02-19T10:00"}, "waiting_until", "desde quando"),
    ({"waiting_since": "2026-02-20T10:00", "waiting_until": "2026-02-19T10:00"}, "waiting_until", "antes de começar"),
])
def test_what_cannot_be_tried_is_said_at_its_field(attendant, calendar, changes, field, words):
    answer = trial(attendant, calendar, **changes)
    refused(answer, field, words, status=200)  # it only looks: nothing was asked to be saved
    assert 'class="b-due"' not in answer.text


@pytest.mark.req("B-12")
def test_a_deadline_of_years_knows_the_holidays_of_all_of_them(calendar):
    rule = calendars.deadlines.checked_rule("business_days", 1000)
    found = calendars.reckon(calendar, rule, NOON)
    last = found.due_at.year + 3
    whole = calendars.deadlines.reckon(calendars.opening_hours(calendar, 2025, last), rule, NOON)
    assert found.due_at == whole.due_at
    assert found.due_at.year > NOON.year + 3


@pytest.mark.req("B-12")
def test_states_without_the_nation_and_29_february(session, seeding):
    with seeding():
        row = Calendar(name="Só o estado", week=WEEK, national=False, state="SP")
        row.holidays = [CalendarHoliday(day=date(2024, 2, 29), name="Bissexto", recurring=True)]
        session.add(row)
    assert [each.name for each in calendars.days_off(row, 2026)] == ["Revolução Constitucionalista"]
    assert [each.day for each in calendars.days_off(row, 2028)] == [date(2028, 2, 29), date(2028, 7, 9)]
    row.national, row.state = True, None
    english = [each.name for each in calendars.days_off(row, 2026, "en")]
    assert "Christmas Day" in english
    assert calendars.days_off(row, 2150) == []


@pytest.mark.req("B-12")
def test_the_service_refuses_what_the_screen_refuses(session, world, make_user, viewer_for, calendar):
    cora = viewer_for(make_user("cora", CONFIGURATOR, companies=[world.company]))
    ana = viewer_for(make_user("ana", ATTENDANT, companies=[world.company]))
    good = {"name": "Outro", "week": {"mon": OFFICE}}
    with pytest.raises(Forbidden):
        calendars.create(session, good, actor=ana, now=NOON)
    with pytest.raises(Invalid, match="nunca abre") as refusal:
        calendars.create(session, {"name": "Outro"}, actor=cora, now=NOON)
    assert refusal.value.field == "week"
    with pytest.raises(InvalidMany) as refusals:
        calendars.create(session, {**good, "timezone": "Mars", "state": "ZZ", "holidays": [{"name": "x"}]}, actor=cora,
                         now=NOON)
    assert [each.field for each in refusals.value.errors] == ["timezone", "state", "holidays.0.day"]
    with pytest.raises(Stale):
        calendars.update(session, calendar.id, {"name": "X"}, version=9, actor=cora, now=NOON)
    with pytest.raises(NotFound):
        calendars.delete(session, 10 ** 6, actor=cora, now=NOON)
