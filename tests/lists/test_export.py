"""Exports: exactly what the list shows, all of it, harmless in a spreadsheet, small in memory."""
import csv
import io
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.jobs import work
from app.models.alert import Alert, AlertPriority
from app.models.job import Job, JobState
from app.models.order import Order
from app.services import sheets
from app.views.lists import export
from tests.lists.conftest import LIST, heads, protocols
from tests.support.clock import DAY, NOON
from tests.support.world import add_attendance, add_entity

pytestmark = pytest.mark.req("B-40")
NOON_ON_THE_WALL = datetime.fromisoformat("2026-03-16T12:00")
CSV, XLSX = "/lists/attendances/export.csv", "/lists/attendances/export.xlsx"


def table(answer):
    """The rows of a CSV answer; its mark must be there."""
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def sheet(data):
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


def test_the_file_has_the_columns_and_the_order_of_the_list_and_all_its_pages(browser, many):
    many(60)
    query = "phase=open&order=opened_at&columns=opened_at,protocol,entity&size=25"
    page = browser.get(f"{LIST}?{query}")
    rows = table(browser.get(f"{CSV}?{query}"))
    assert rows[0] == heads(page)
    assert len(rows) == 62
    assert [row[1] for row in rows[1:26]] == protocols(page)
    assert rows[-1][0] == "16/03/2026 12:00", "the newest, in the time of the wall"
    assert re.fullmatch(r"attachment; filename=atendimentos-\d{4}-\d\d-\d\d\.csv",
                        browser.get(f"{CSV}?{query}").headers["Content-Disposition"])


def test_the_link_on_the_page_leads_to_the_same(browser, world):
    page = browser.get(f"{LIST}?phase=closed&columns=protocol")
    link = page.text.split('/lists/attendances/export.csv?')[1].split('"')[0].replace("&amp;", "&")
    assert table(browser.get(f"{CSV}?{link}")) == [["Protocolo"], [world.closed_attendance.protocol]]


@pytest.mark.req("B-29")
def test_nobody_exports_what_he_may_not_see_nor_without_the_right(browser, world, sign_in, staff, make_user):
    rows = table(browser.get(f"{CSV}?columns=protocol"))
    for hidden in (world.other_attendance, world.restricted_attendance):
        assert [hidden.protocol] not in rows
    assert sign_in(staff("conf", "Configurator")).get(CSV).status_code == 403
    green = sign_in(make_user("verde", "Attendant", companies=[world.other_company]))
    assert table(green.get(f"{CSV}?columns=protocol")) == [["Protocolo"], [world.other_attendance.protocol]]


def test_who_may_read_and_not_export_finds_no_export(session, seeding, browser):
    role = session.scalar(select(Role).where(Role.name == "Attendant"))
    with seeding():
        role.permissions = [each for each in role.permissions if each.view_menu.name != "list"]
    session.commit()
    assert "Exportar" not in browser.get(LIST).text
    assert browser.get(CSV).status_code == 403


HOSTILE = ["=1+1", '+cmd|"/c calc"!A0', "-2+3", "@SUM(A1)", "\tx", "\rx", " =1", "'=1", "a;b", 'aspas "duplas"',
           "linha\nnova"]


@pytest.mark.parametrize("title", HOSTILE)
def test_no_cell_is_a_formula(browser, session, seeding, world, title):
    with seeding():
        world.attendance.title = title
    session.commit()
    query = "phase=open&columns=title"
    cell = table(browser.get(f"{CSV}?{query}"))[1][0]
    assert cell.lstrip("'").strip() in (title.lstrip("'").strip(), title.replace("\r", "").strip())
    if title.strip().startswith(("=", "+", "-", "@")) or title[0] in "\t\r'":
        assert cell.startswith("'")
    else:
        assert cell == title
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{XLSX}?{query}").data)).active
    assert book["A2"].data_type == "s", "a text, whatever it begins with"


def test_a_workbook_has_real_dates_and_the_same_rows(browser, world):
    query = "columns=opened_at,protocol,id,closed_at"
    rows = sheet(browser.get(f"{XLSX}?{query}").data)
    assert rows[0] == ["Abertura", "Protocolo", "Número", "Data fechamento"]
    assert rows[1] == [NOON_ON_THE_WALL, world.attendance.protocol, world.attendance.id, None]
    assert isinstance(rows[2][3], datetime)


def test_filters_that_cannot_be_read_export_nothing(browser):
    answer = browser.get(f"{CSV}?opened_from=ontem")
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert browser.get(f"{CSV}?order=entity").status_code == 400
    assert browser.get("/lists/entities/export.csv?_oc_EntityView=document").status_code == 400
    assert browser.get("/lists/attendances/export.pdf").status_code == 404


@pytest.fixture
def large(monkeypatch):
    """Everything above ten rows is a job."""
    monkeypatch.setattr(export, "AT_ONCE", 10)


def run(session, app):
    return work.run_waiting(session, app.config)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_large_one_is_a_job_with_the_same_content(browser, app, session, many, large, kind):
    many(40)
    query = "phase=open&columns=protocol,opened_at&order=closed_at"
    answer = browser.get(f"/lists/attendances/export.{kind}?{query}")
    assert answer.headers["Location"] == "/jobs/"
    run(session, app)
    job = session.scalar(select(Job))
    assert (job.state, job.done, job.total) == (JobState.DONE, 41, 41)
    answer = browser.get(f"/jobs/{job.id}/file")
    rows = table(answer) if kind == "csv" else sheet(answer.data)
    assert (rows[0], len(rows)) == (["Protocolo", "Abertura"], 42)
    assert re.search(rf"atendimentos-[\d-]{{10}}\.{kind}", browser.get("/jobs/").text)


def test_a_job_exports_under_the_rights_of_the_moment_it_runs(browser, app, session, many, large, ana, world, seeding):
    many(20)
    browser.get(CSV)
    with seeding():
        ana.profile.companies = [world.other_company]
    session.commit()
    run(session, app)
    job = session.scalar(select(Job))
    rows = table(browser.get(f"/jobs/{job.id}/file"))
    assert [row[0] for row in rows[1:]] == [world.other_attendance.protocol]


def test_a_job_of_somebody_who_may_no_longer_export_fails_and_says_so(browser, app, session, many, large, ana, seeding):
    many(20)
    browser.get(CSV)
    with seeding():
        ana.roles = []
    session.commit()
    run(session, app)
    job = session.scalar(select(Job))
    assert (job.state, job.error) == (JobState.FAILED, "Você não tem permissão para fazer isto.")


def test_a_cancelled_export_stops_between_its_pages(browser, app, session, many, large, monkeypatch):
    from app.views.attendances import listed

    monkeypatch.setattr(listed, "CHUNK", 10)
    many(40)
    browser.get(CSV)
    pk = session.scalar(select(Job.id))
    told = work.Work.progress

    def cancelling(self, done, total=None, **kept):
        told(self, done, total, **kept)
        if done == 20:
            browser.post(f"/jobs/{pk}/cancel")

    monkeypatch.setattr(work.Work, "progress", cancelling)
    run(session, app)
    session.expire_all()
    job = session.get(Job, pk)
    assert (job.state, job.done, job.stored_name) == (JobState.CANCELLED, 20, None)


def test_the_third_download_at_once_becomes_a_job(app, session, browser, many):
    """Two places a process; given back when the reader is done."""
    many(5)
    taken = [export._streams.acquire(blocking=False) for _ in range(2)]
    try:
        assert taken == [True, True]
        assert browser.get(CSV).headers["Location"] == "/jobs/"
    finally:
        for _ in taken:
            export._streams.release()
    for _ in range(4):
        assert browser.get(CSV).status_code == 200
    assert session.scalar(select(Job.kind)) == export.KIND


def test_entities_are_exported_as_they_are_listed(browser, session, seeding, world):
    with seeding():
        for n in range(30):
            add_entity(session, world.company, f"Pessoa {n:03}", birth_date=date(1990, 1, 1) + timedelta(days=n))
    session.commit()
    rows = table(browser.get("/lists/entities/export.csv?columns=name,birth_date,document&q=pessoa"))
    assert rows[0] == ["NOME/RAZÃO SOCIAL", "Data de nascimento", "CPF/CNPJ"]
    assert rows[1] == ["Pessoa 000", "01/01/1990", ""]
    assert len(rows) == 31
    masked = table(browser.get("/lists/entities/export.csv?columns=document&q=ana"))[1][0]
    assert "529" not in masked, "masked as on the screen"
    back = "_oc_EntityView=name&_od_EntityView=desc&columns=name"
    assert table(browser.get(f"/lists/entities/export.csv?{back}"))[1] == ["Pessoa 029"]
    assert sheet(browser.get("/lists/entities/export.xlsx?columns=birth_date&q=pessoa").data)[1] == [
        datetime.fromisoformat("1990-01-01")]


def test_amounts_and_chips_of_other_registers_are_numbers_and_words(browser, session, seeding, world):
    with seeding():
        priority = AlertPriority(name="Alta <b>", position=0)
        session.add(Order(entity=world.entity, company=world.company, number="P-1", total=Decimal("1234.50"),
                          ordered_on=date(2026, 3, 16)))
        session.add(Alert(entity=world.entity, text="Cuidado", priority=priority, valid_from=date(2026, 3, 1)))
    session.commit()
    rows = table(browser.get("/lists/orders/export.csv?columns=number,ordered_on,total"))
    assert rows[1] == ["P-1", "16/03/2026", "1234,50"]
    assert sheet(browser.get("/lists/orders/export.xlsx?columns=total").data)[1] == [1234.5]
    assert table(browser.get("/lists/alerts/export.csv?columns=priority"))[1] == ["Alta <b>"]
    for address in ("/orders/list/", "/invoices/list/", "/alerts/list/"):
        assert "Salvar visão" in browser.get(address).text, address


def test_new_rows_while_it_is_read_do_not_repeat_others(browser, session, seeding, world, many, monkeypatch):
    from app.views.attendances import listed

    monkeypatch.setattr(listed, "CHUNK", 10)
    many(35)
    read = listed.reads.list_attendances

    def growing(*arguments, **options):
        page = read(*arguments, **options)
        with seeding():
            add_attendance(session, world, world.entity, opened_at=NOON + DAY)
        session.flush()
        return page

    monkeypatch.setattr(listed.reads, "list_attendances", growing)
    rows = [row[0] for row in table(browser.get(f"{CSV}?columns=protocol"))[1:]]
    assert len(rows) == len(set(rows)) == 37


MEASURE = """
import resource, sys
from datetime import datetime
from app.services import sheets
def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
def rows(n):
    for i in range(n):
        yield [f"2026-{i:010d}", datetime(2026, 3, 16, 12, i % 60), f"Pessoa número {i} com nome comprido",
               "Reclamação",
               "Cobrança indevida", "Telefone", "Receptivo", "Em andamento", "VIP, Jurídico", "Ana Teste", i]
head = [f"Coluna {i}" for i in range(11)]
sheets.write_xlsx(sys.argv[1], "x", head, rows(100))
for piece in sheets.csv_chunks(head, rows(100)): pass
before, peak = rss(), 0
def watched(n):
    global peak
    for i, row in enumerate(rows(n)):
        if i % 1000 == 0: peak = max(peak, rss())
        yield row
sheets.write_xlsx(sys.argv[1], "x", head, watched(100_000))
for piece in sheets.csv_chunks(head, watched(100_000)): pass
print(max(peak, rss()) - before)
"""


def test_a_hundred_thousand_rows_take_little_memory(tmp_path):
    """Growth of a process of its own while it writes both kinds of file."""
    grown = subprocess.run([sys.executable, "-c", MEASURE, str(tmp_path / "x.xlsx")], capture_output=True, text=True,
                           check=True, timeout=300)
    print(f"grown by {float(grown.stdout):.1f} MiB")
    assert float(grown.stdout) <= 64
    assert sheets.XLSX_ROWS > 100_000
    assert (tmp_path / "x.xlsx").stat().st_size > 1_000_000
