"""The files of the central: the list as it is filtered and ordered, for Excel in Brazil (C-40)."""
import csv
import io
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.database import unit_of_work
from app.jobs.work import run_waiting
from app.models.job import Job, JobState
from app.queries import ticket_rows
from app.queries.tickets import TicketFilter
from app.services import sheets
from app.services.tickets import thresholds, work
from app.views.lists import export
from tests.lists.test_export import HOSTILE
from tests.support.clock import DAY, NOON

from .conftest import PUBLIC_URL

URL = "/provider-central/export.csv"
HEAD = ["N.º Chamado", "Abertura", "Prazo de retorno", "Cliente", "Aberto por", "Título", "Classificação",
        "Subclassificação", "Motivo do atendimento", "Data do fechamento", "Em andamento com", "Setor",
        "Dias em aberto", "Protocolo"]


@pytest.fixture
def ana(desk, sign_in):
    return sign_in(desk.ana)


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200
    text = answer.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


@pytest.mark.req("C-40", "C-65", "C-70")
def test_the_file_has_the_fourteen_columns_and_what_the_list_shows(session, ana, desk, open_ticket, world):
    first, second = open_ticket(title="=1+1"), open_ticket(title="Linha; com ponto", now=NOON - 3 * DAY)
    with unit_of_work(session):
        work.take(session, second.attendance_id, actor=desk.as_bruno, now=NOON)
        work.close(session, second.attendance_id, actor=desk.as_bruno, now=NOON, public_url=PUBLIC_URL)
    head, *rows = rows_of(ana.get(URL))
    assert head[:14] == HEAD
    closed, opened = (dict(zip(HEAD, row, strict=False)) for row in rows)  # by opening
    assert (opened["Título"], opened["Cliente"], opened["Aberto por"]) == ("'=1+1", str(world.provider), "Pedro Teste")
    assert (closed["Título"], closed["Abertura"], closed["Data do fechamento"]) == (
        "Linha; com ponto", "13/03/2026", "16/03/2026")
    assert (closed["Em andamento com"], closed["Setor"], closed["Dias em aberto"], closed["Prazo de retorno"]) == (
        "Bruno Teste", "Financeiro", "3", "2")
    assert opened["Protocolo"] == first.protocol


@pytest.mark.req("C-40")
def test_the_file_follows_filter_and_order(ana, open_ticket):
    for title in ("Beta", "Alfa", "Gama"):
        open_ticket(title=title)
    titles = [row[5] for row in rows_of(ana.get(f"{URL}?order=-title&q=a"))[1:]]
    assert titles == ["Gama", "Beta", "Alfa"]
    assert len(rows_of(ana.get(f"{URL}?filter=closed"))) == 1  # the head alone
    for wrong in ("order=colour", "deadline=soon", "status=x", "opened_from=2026-03-16"):
        assert ana.get(f"{URL}?{wrong}").status_code == 400, wrong


def test_the_time_zone_stands_in_the_name(ana, open_ticket):
    open_ticket()
    for path in (URL, "/lists/tickets/export.csv"):
        assert "America-Sao_Paulo" in ana.get(path).headers["Content-Disposition"]
    assert ana.get(URL).data == ana.get("/lists/tickets/export.csv").data


def test_who_may_not_export_has_no_file(client, desk, sign_in, make_user, world):
    assert sign_in(desk.pedro).get(URL).status_code in (302, 403, 404)
    assert client().get(URL).status_code == 302


def test_the_spreadsheet_has_what_the_screen_shows(ana, open_ticket):
    open_ticket()
    answer = ana.get("/lists/tickets/export.xlsx?columns=number,title")
    assert answer.data[:2] == b"PK"


@pytest.mark.req("C-40")
def test_a_large_file_comes_by_a_job_and_is_the_same(monkeypatch, app, session, ana, open_ticket):
    for number in range(7):
        open_ticket(title=f"Guia {number}")
    whole = ana.get(URL).data
    monkeypatch.setattr(export, "AT_ONCE", 2)
    monkeypatch.setattr(ticket_rows, "CHUNK", 2)
    assert ana.get("/lists/tickets/export.csv").headers["Location"] == "/jobs/"
    run_waiting(session, app.config)
    job = session.scalars(select(Job)).one()
    assert (job.state, job.done, job.error) == (JobState.DONE, 7, None)
    assert ana.get(f"/jobs/{job.id}/file").data == whole


@pytest.mark.parametrize("title", HOSTILE)
def test_a_text_stands_in_the_file_as_in_that_of_any_list(session, seeding, ana, open_ticket, title):
    ticket = open_ticket()
    with seeding():
        ticket.attendance.title = title
    session.commit()
    assert rows_of(ana.get(URL))[1][5] == sheets.disarmed(title)


@pytest.mark.req("C-66", "C-77")
@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Chatham"])
def test_days_are_those_of_the_zone_whatever_the_minute_they_begin(session, open_ticket, desk, zone):
    """Kathmandu's begin at 18:15 UTC, Chatham's at 10:15 or 11:15."""
    local = ZoneInfo(zone)
    moments = [NOON.replace(hour=hour, minute=minute) for hour in (2, 3, 10, 18) for minute in (0, 14, 15, 59)]
    for moment in moments:
        open_ticket(now=moment)
    bounds = thresholds.bounds(session, timezone=zone, now=NOON + DAY)
    found = [row for chunk in ticket_rows.Rows(
        session, desk.as_ana, TicketFilter(), bounds, timezone=zone, day=date.isoformat) for row in chunk]
    days = [moment.astimezone(local).date() for moment in moments]
    today = (NOON + DAY).astimezone(local).date()
    assert [(row[1], row[12]) for row in found] == [(day.isoformat(), str((today - day).days)) for day in days]
