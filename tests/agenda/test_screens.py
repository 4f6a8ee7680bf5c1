"""The agenda as the desk sees it: month, week and list, of oneself, of a colleague, of an entity; and its forms."""
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.models.appointment import Appointment
from app.models.log import LogEntry
from tests.support.clock import HOUR

from .conftest import ZONE

DAY = datetime(2027, 3, 10, 17, 30, tzinfo=UTC)  # a Wednesday, 14:30 in São Paulo


def typed(world, attendant, local, start, **values):
    """What the form posts."""
    return {"entity": world.entity.id, "operator": attendant.id, "subject": "Visita técnica", "starts_at": local(start),
            "ends_at": local(start + HOUR), "place": "", "attendance": "", "reminder_minutes": "15", "notes": "",
            **values}


def saved(browser, values):
    """The page after a new appointment was taken."""
    answer = browser.post("/agenda/add", values)
    assert answer.status_code == 302
    return browser.get(answer.headers["Location"])


def cell(html, day: date) -> str:
    """The inside of the month's cell whose list is linked to this day."""
    (found,) = [each for each in re.findall(r"<td.*?</td>", html, re.S) if f"date={day}" in each]
    return found


def table(html) -> str:
    return re.search(r"<table.*?</table>", html, re.S)[0]


@pytest.mark.req("S-19")
def test_an_appointment_stands_on_its_local_day_in_the_month_and_at_its_local_hour_in_the_week(browser, plan):
    plan("Visita técnica", DAY)
    plan("Ligação noturna", datetime(2027, 3, 13, 1, 0, tzinfo=UTC))  # still the 12th in São Paulo, 22:00
    month = browser.get("/agenda/?date=2027-03-01").text
    assert "14:30–15:30" in cell(month, date(2027, 3, 10))
    assert "Visita técnica" in cell(month, date(2027, 3, 10))
    assert "Ligação noturna" in cell(month, date(2027, 3, 12))
    assert "Ligação noturna" not in cell(month, date(2027, 3, 13))
    assert "março de 2027" in re.search(r"<caption.*?</caption>", month)[0]
    week = table(browser.get("/agenda/?view=week&date=2027-03-10").text)
    rows = dict(re.findall(r'<th scope="row"[^>]*>(\d\d:00)</th>(.*?)</tr>', week, re.S))
    assert "Visita técnica" in rows["14:00"]
    assert "Ligação noturna" in rows["22:00"], "the hours of the week reach as far as its appointments"
    assert "Visita técnica" not in rows["17:00"], "not the hour of UTC"
    assert "start=2027-03-12T08%3A00" in rows["08:00"], "an hour's cell leads to a new appointment at that hour"


@pytest.mark.req("S-19")
def test_back_forward_today_and_the_three_views_keep_whose_agenda_it_is(browser, world, plan):
    plan("Em março", DAY)
    here = f"/agenda/?view=month&date=2027-04-30&entity={world.entity.id}"
    page = browser.get(here).text
    back = re.search(r'rel="prev"[^>]* href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert f"entity={world.entity.id}" in back
    assert "Em março" in table(browser.get(back).text)
    following = re.search(r'rel="next"[^>]* href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "date=2027-05-01" in following
    for view in ("month", "week", "list"):
        assert browser.get(f"{here}&view={view}").status_code == 200
    today = datetime.now(ZONE).date()
    assert f"date={today}" in re.findall(r'href="([^"]+)">Hoje<', page)[0]


@pytest.mark.req("S-19")
def test_the_agenda_is_ones_own_a_colleagues_everybodys_or_an_entitys(browser, world, plan, colleague):
    plan("Minha visita", DAY)
    plan("Visita do Carlos", DAY, operator=colleague)
    plan("Visita ao João", DAY, entity=world.second_entity)

    def seen(query):
        text = table(browser.get(f"/agenda/?date=2027-03-10{query}").text)
        return {name for name in ("Minha visita", "Visita do Carlos", "Visita ao João") if name in text}
    assert seen("") == {"Minha visita", "Visita ao João"}
    assert seen(f"&operator={colleague.id}") == {"Visita do Carlos"}
    assert seen("&operator=all") == {"Minha visita", "Visita do Carlos", "Visita ao João"}
    assert seen(f"&entity={world.entity.id}&view=month") == {"Minha visita", "Visita do Carlos"}
    assert seen(f"&entity={world.entity.id}&view=month&operator={colleague.id}") == {"Visita do Carlos"}


@pytest.mark.req("S-19")
def test_the_icon_on_record_and_entity_leads_to_the_entitys_own_appointments(browser, world, plan):
    record = browser.get(f"/attendances/{world.attendance.protocol}").text
    bar = re.search(r'role="toolbar".*?\n</div>', record, re.S)[0]
    names = re.findall(r"</i>([^<]+)</a>", bar)
    assert names.index("Histórico da entidade") + 1 == names.index("Agenda") == names.index("Imprimir relatório") - 1
    href = re.search(r'href="(/agenda/[^"]+)"', bar)[1].replace("&amp;", "&")
    empty = browser.get(href).text
    assert "A agenda está vazia" in empty
    assert "Novo agendamento" in empty
    plan("Com a Ana", entity=world.entity)
    plan("Com o João", entity=world.second_entity)
    page = browser.get(href).text
    assert "Com a Ana" in page
    assert "Com o João" not in page
    new = re.search(r'href="(/agenda/add[^"]+)"', page)[1].replace("&amp;", "&")
    form = browser.get(new).text
    assert f'<option value="{world.entity.id}" selected>' in form
    assert f'value="{world.attendance.protocol}"' in form, "from the record the attendance is known"
    shown = browser.get(f"/entities/show/{world.entity.id}").text
    assert f"/agenda/?entity={world.entity.id}" in shown


@pytest.mark.req("S-19")
def test_an_appointment_is_written_from_a_cell_changed_concluded_reopened_and_cancelled(
        browser, world, attendant, session, local, at):
    form = browser.get("/agenda/add?start=2027-03-10T14:00").text
    assert 'value="10/03/2027 14:00"' in form
    assert 'value="10/03/2027 15:00"' in form
    start = at(2, 14, 30)
    answer = browser.post("/agenda/add", typed(world, attendant, local, start, attendance=world.attendance.protocol,
                                               place="Loja", notes="Levar amostra"))
    assert answer.status_code == 302
    item = session.scalars(select(Appointment)).one()
    assert (item.starts_at, item.ends_at) == (start, start + HOUR), "typed in local time, stored in UTC"
    assert (item.attendance_id, item.operator_id) == (world.attendance.id, attendant.id)
    assert item.remind_at == start - timedelta(minutes=15)
    answer = browser.post(f"/agenda/edit/{item.id}", {**typed(
        world, attendant, local, start + HOUR, subject="Visita remarcada"), "version": item.version})
    assert answer.status_code == 302
    session.expire_all()
    assert (item.subject, item.starts_at, item.attendance_id) == ("Visita remarcada", start + HOUR, None)
    page = browser.get(f"/agenda/show/{item.id}").text
    assert "Concluir" in page
    assert "Cancelar agendamento" in page
    for move, state, due in (("finish", "done", False), ("reopen", "scheduled", True), ("cancel", "cancelled", False)):
        assert browser.post(f"/agenda/{move}/{item.id}").status_code == 302
        session.expire_all()
        assert (item.state, item.remind_at is not None) == (state, due)
    assert "Cancelado" in browser.get(f"/agenda/show/{item.id}").text
    actions = session.scalars(select(LogEntry.action).where(
        LogEntry.target == "appointment", LogEntry.target_id == item.id).order_by(LogEntry.seq)).all()
    assert actions == ["create", "update", "update", "update", "update"]


@pytest.mark.req("S-19")
def test_what_is_over_is_not_changed_and_nothing_is_done_twice(browser, world, attendant, plan, local, at, session):
    item = plan("Visita", state="done")
    answer = browser.post(f"/agenda/edit/{item.id}", {**typed(world, attendant, local, at(1)), "version": 1})
    assert answer.status_code == 409
    assert "reabra-o para alterá-lo" in answer.text
    assert 'value="Visita técnica"' in answer.text, "what was typed stays"
    assert browser.post(f"/agenda/finish/{item.id}").status_code == 409
    assert browser.post(f"/agenda/cancel/{item.id}").status_code == 409
    session.expire_all()
    assert (item.subject, item.state) == ("Visita", "done")


@pytest.mark.req("S-19")
def test_an_end_before_the_start_is_refused_at_its_field_and_what_was_typed_stays(browser, world, attendant, local, at,
                                                                                  session):
    start = at(1, 14)
    answer = browser.post("/agenda/add", typed(world, attendant, local, start, ends_at=local(start - HOUR),
                                               notes="Não perder isto"))
    assert answer.status_code == 422
    line = re.search(r'<div class="b-line has-error">.*?id="ends_at-err".*?</div>\s*</div>', answer.text, re.S)[0]
    assert "O agendamento termina antes de começar" in line
    assert f'value="{(start - HOUR).astimezone(ZONE):%d/%m/%Y %H:%M}"' in answer.text
    assert "Não perder isto" in answer.text
    assert session.scalar(select(Appointment.id)) is None


@pytest.mark.req("S-19")
@pytest.mark.parametrize(("values", "field"), [
    ({"subject": ""}, "subject"), ({"entity": ""}, "entity"), ({"starts_at": "amanhã"}, "starts_at"),
    ({"reminder_minutes": "-5"}, "reminder_minutes"), ({"reminder_minutes": "99999"}, "reminder_minutes"),
    ({"attendance": "NADA-1"}, "attendance"), ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
    ({"ends_at": "2199-12-31T00:00"}, "ends_at"), ({"subject": "x" * 201}, "subject"),
    ({"notes": "x" * 4001}, "notes")])
def test_each_refusal_stands_at_its_field(browser, world, attendant, local, at, session, values, field):
    answer = browser.post("/agenda/add", typed(world, attendant, local, at(1), **values))
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert session.scalar(select(Appointment.id)) is None


@pytest.mark.req("S-19")
def test_an_attendance_of_somebody_else_or_hidden_is_refused(browser, world, attendant, local, at, session):
    for attendance, said in ((world.closed_attendance, "Este atendimento é de outra entidade"),
                             (world.other_attendance, "Não existe atendimento com este número"),
                             (world.restricted_attendance, "Não existe atendimento com este número")):
        answer = browser.post("/agenda/add", typed(world, attendant, local, at(1), attendance=attendance.protocol))
        assert answer.status_code == 422
        assert said in answer.text
    assert session.scalar(select(Appointment.id)) is None


@pytest.mark.req("S-19")
def test_a_conflict_is_warned_and_not_refused(browser, world, attendant, colleague, plan, local, at, session):
    plan("Já marcado", at(1, 14), entity=world.second_entity)
    plan("Cancelado antes", at(1, 14), state="cancelled")
    plan("Do colega", at(1, 14), operator=colleague)
    plan("Logo depois", at(1, 15, 30))
    answer = saved(browser, typed(world, attendant, local, at(1, 14, 30)))
    (warning,) = re.findall(r'class="alert alert-warning.*?</div>', answer.text, re.S)
    assert "No mesmo horário o operador tem" in warning
    assert "Já marcado" in warning
    for other in ("Cancelado antes", "Do colega", "Logo depois"):
        assert other not in warning
    made = session.scalars(select(Appointment).where(Appointment.subject == "Visita técnica")).one()
    assert "Já marcado" in browser.get(f"/agenda/show/{made.id}").text


@pytest.mark.req("S-19")
def test_of_a_conflict_with_somebody_one_may_not_see_only_the_time_is_told(browser, world, attendant, local, at, plan):
    plan("Segredo da Verde", at(1, 14), entity=world.other_entity)
    answer = saved(browser, typed(world, attendant, local, at(1, 14)))
    assert "outro agendamento" in answer.text
    assert "Segredo da Verde" not in answer.text


@pytest.mark.req("S-19")
def test_what_one_may_not_see_is_not_there(browser, world, plan, make_user):
    foreign = plan("Segredo da Verde", entity=world.other_entity)
    stranger = make_user("vera", "Attendant", name="Vera", companies=[world.other_company])
    for view in ("month", "week", "list"):
        assert "Segredo da Verde" not in browser.get(f"/agenda/?view={view}&operator=all").text
    assert "Segredo da Verde" not in browser.get("/agenda/export.ics").text
    for path in (f"show/{foreign.id}", f"edit/{foreign.id}", "show/999999", f"?entity={world.other_entity.id}",
                 f"?operator={stranger.id}", f"add?entity={world.other_entity.id}", "?entity=abc"):
        assert browser.get(f"/agenda/{path}").status_code == 404, path
    for move in ("finish", "cancel", "reopen"):
        assert browser.post(f"/agenda/{move}/{foreign.id}").status_code == 404


@pytest.mark.req("S-19")
@pytest.mark.parametrize("query", ["view=year", "date=31/13/2026", "date=1850-01-01", "date=9999-12-31",
                                   "view=list&after=zzz"])
def test_an_address_that_means_nothing_is_refused(browser, query):
    assert browser.get(f"/agenda/?{query}").status_code == 400


@pytest.mark.req("S-19")
def test_a_crowded_day_names_four_and_leads_to_the_rest(browser, plan):
    for number in range(7):
        plan(f"Visita {number}", DAY + number * timedelta(minutes=10))
    crowded = cell(browser.get("/agenda/?date=2027-03-10").text, date(2027, 3, 10))
    assert "Visita 3" in crowded
    assert "Visita 4" not in crowded
    assert "mais 3" in crowded


@pytest.mark.req("S-19")
def test_what_lasts_over_midnight_stands_on_both_days(browser, plan):
    plan("Plantão", datetime(2027, 3, 11, 1, 0, tzinfo=UTC), hours=6)  # 22:00 of the 10th to 04:00 of the 11th
    month = browser.get("/agenda/?date=2027-03-10").text
    assert "a partir de 22:00" in cell(month, date(2027, 3, 10))
    assert "até 04:00" in cell(month, date(2027, 3, 11))
    assert "Plantão" not in cell(month, date(2027, 3, 12))


@pytest.mark.req("S-19")
def test_the_list_goes_on_from_page_to_page_and_back(browser, plan):
    for number in range(30):
        plan(f"Visita {number:02}", DAY + timedelta(days=number))
    first = browser.get("/agenda/?view=list&date=2027-03-10").text
    assert "Visita 24" in first
    assert "Visita 25" not in first
    second = browser.get(re.search(r'rel="next"[^>]* href="([^"]+)"', first)[1].replace("&amp;", "&")).text
    assert "Visita 25" in second
    back = browser.get(re.search(r'rel="prev"[^>]* href="([^"]+)"', second)[1].replace("&amp;", "&")).text
    assert "Visita 00" in back


@pytest.mark.req("S-19")
def test_one_who_only_reads_has_no_way_to_write(world, plan, make_user, sign_in, session, seeding):
    item = plan("Visita", DAY)
    with seeding():
        attendant = session.scalar(select(Role).where(Role.name == "Attendant"))
        session.add(Role(name="Leitor", permissions=[
            each for each in attendant.permissions
            if (each.view_menu.name, each.permission.name) != ("appointment", "can_write")]))
    reader = sign_in(make_user("leitor", "Leitor", companies=[world.company]))
    for path in (f"?operator={item.operator_id}&date=2027-03-10", f"?view=week&entity={world.entity.id}",
                 f"show/{item.id}"):
        page = reader.get(f"/agenda/{path}")
        assert page.status_code == 200
        for way in ("/agenda/add", "/agenda/edit", "/agenda/finish", "/agenda/cancel"):
            assert way not in page.text
    refused = [reader.get("/agenda/add"), reader.get(f"/agenda/edit/{item.id}"),
               reader.post(f"/agenda/cancel/{item.id}"), reader.post("/agenda/add", {})]
    assert [each.status_code for each in refused] == [403] * 4


@pytest.mark.req("S-19")
def test_a_customer_has_no_agenda(world, plan, make_user, sign_in):
    item = plan("Visita")
    customer = sign_in(make_user("maria", "Customer", entity=world.entity))
    for path in ("", f"show/{item.id}", "add", "export.ics"):
        assert customer.get(f"/agenda/{path}").status_code in (403, 404), path


@pytest.mark.req("S-19")
def test_ones_own_agenda_leaves_as_a_calendar_that_others_read(browser, world, plan, colleague, at):
    plan("Visita; com, sinais\nBEGIN:VEVENT", at(1, 14), place="Loja", remind=30)
    plan("Cancelada", at(2), state="cancelled")
    plan("Do colega", at(1), operator=colleague)
    answer = browser.get("/agenda/export.ics")
    assert answer.mimetype == "text/calendar"
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == 2
    assert f"DTSTART:{at(1, 14):%Y%m%dT%H%M%SZ}" in lines
    assert r"SUMMARY:Visita\; com\, sinais\nBEGIN:VEVENT (Ana Lúcia Conceição)" in lines
    assert "TRIGGER:-PT30M" in lines
    assert "STATUS:CANCELLED" in lines
    assert "Do colega" not in answer.text
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))


@pytest.mark.req("S-19")
def test_the_log_of_an_appointment_names_its_fields(world, attendant, local, at, session, make_user, sign_in):
    boss = sign_in(make_user("chefe", "Supervisor", name="Chefe", companies=[world.company]))
    assert boss.post("/agenda/add", typed(world, attendant, local, at(1))).status_code == 302
    pk = session.scalars(select(Appointment.id)).one()
    assert boss.post(f"/agenda/cancel/{pk}").status_code == 302
    log = boss.get(f"/logs/appointment/{pk}").text
    for word in ("Assunto", "Início", "Término", "Operador", "Situação", "Cancelado"):
        assert word in log, word


def test_all_that_is_wrong_with_an_appointment_is_told_at_once(browser, world, local, at):
    page = browser.post("/agenda/add", {
        "entity": world.entity.id, "subject": "", "starts_at": local(at(2)), "ends_at": local(at(1)),
        "reminder_minutes": "-1", "attendance": ""})
    assert page.status_code == 422
    for field in ("subject", "ends_at", "reminder_minutes", "operator"):
        assert f'id="{field}-err"' in page.text, field
