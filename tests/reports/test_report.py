"""The printed report of an attendance, read back from the PDF."""
import io
import re
import time
from datetime import date
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from app.models.attendance import AttendanceDetail
from app.models.entity import EntityContact
from app.models.note import AttendanceNote
from app.models.product import Product, ProductInformation
from app.models.survey import Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from tests.support.clock import HOUR, NOON

pytestmark = pytest.mark.req("S-20")

HARD = ("Tab\taqui 😀👩‍💻🇧🇷❤️ " + "x" * 900 + "\r\nשלום עולם 123\nالسلام عليكم\x07\x1b[31m\u202e\u2028漢字 𝔘 "
        + "{nb} ⁅00⁆\n\n\n" + "palavra " * 120)


@pytest.fixture
def attendant(make_user, world):
    return make_user("renata", "Attendant", companies=[world.company], name="Renata")


@pytest.fixture
def printed(sign_in, attendant, world):
    """`printed(attendance)`: (the words of the report, its pages, the answer)."""
    def fetch(attendance=None, user=attendant, query=""):
        address = (attendance or world.attendance).address
        answer = sign_in(user).get(f"/attendances/{address}/report.pdf{query}")
        assert answer.status_code == 200, answer.status_code
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]
        return normalize("NFKC", " ".join(" ".join(pages).split())), pages, answer
    return fetch


@pytest.fixture
def full(world, session, seeding):
    """The attendance with every field filled, three pages and a survey."""
    attendance, first = world.attendance, world.attendance.details[0]
    with seeding():
        world.entity.contacts.append(EntityContact(name="Helena Dias", job_title="Cônjuge", mobile="+5511988887777"))
        product = Product(name="Iogurte natural", code="7001")
        information = ProductInformation(product=product, motive=world.motive, title="Conservação",
                                         text="Manter entre 1 °C e 10 °C.")
        session.add_all([product, information])
        session.flush()
        attendance.occurrence_id, attendance.cause_id = world.occurrence.id, world.cause.id
        attendance.role_type, attendance.local_partner = world.role_types["customer"], world.provider
        attendance.local_note = "Geladeira da entrada"
        first.description, first.answer, first.answered_at = "Tampa estufada.", "Troca combinada.", NOON + HOUR
        first.contact, first.product, first.information = world.entity.contacts[0], product, [information]
        first.lot_number, first.serial_number, first.note = "L26-0418", "SN-9", "Guardou refrigerado"
        first.manufactured_on, first.expires_on = date(2026, 1, 2), date(2026, 4, 5)
        attendance.details += [AttendanceDetail(page=n, channel=world.channels["email"], opened_at=NOON + n * HOUR,
                                                description=f"Contato número {n}") for n in (2, 3)]
        session.add(AttendanceNote(attendance=attendance, text="Cliente já reclamou antes", written_at=NOON))
        question = SurveyQuestion(text="Recomendaria?")
        survey = Survey(name="Satisfação", questions=[question])
        session.add(SurveyParticipation(
            survey=survey, entity=world.entity, attendance=attendance, invited_at=NOON, answered_at=NOON + HOUR,
            answers=[SurveyAnswer(question=question, value=True)]))
    return attendance


def test_the_report_has_every_field_of_every_block(printed, full):
    words, pages, _answer = printed(full)
    for text in (
            "Azul", "11.222.333/0001-81", "Relatório do atendimento 2026000101", "Conta com valor errado", "Cliente",
            "Ana Lúcia Conceição", "•••.982.247-••", "(11) 98765-4321", "ana@example.com", "Rua das Flores, 10",
            "Tampa estufada.", "Troca combinada.", "Helena Dias", "Iogurte natural", "L26-0418", "SN-9",
            "Guardou refrigerado", "02/01/2026", "05/04/2026", "Informação: Conservação", "Manter entre 1 °C e 10 °C.",
            "Detalhe 1 de 3", "Detalhe 3 de 3", "Contato número 2", "Contato número 3", "Reclamação",
            "Cobrança indevida", "Valor a maior", "Centro", "Clínica Boa Vista Ltda.", "Geladeira da entrada", "Aberto",
            "16/03/2026 12:00", "Pesquisa: Satisfação", "Recomendaria? Sim"):
        assert normalize("NFKC", text) in words, text
    assert all(f"Página {n} de {len(pages)}" in page for n, page in enumerate(pages, 1))
    assert re.search(r"Emitido em \d\d/\d\d/\d{4} \d\d:\d\d por Renata", words)


def test_the_document_is_masked_as_on_the_screen(printed, full):
    words, _pages, _answer = printed(full)
    assert "529" not in words


def test_internal_notes_stay_out_unless_asked_for(printed, full):
    assert "Cliente já reclamou antes" not in printed(full)[0]
    words = printed(full, query="?notes=1")[0]
    assert "Cliente já reclamou antes" in words
    assert "Contém notas internas: não entregar ao cliente." in words


@pytest.mark.req("B-39")
@pytest.mark.parametrize("way", ["page", "rest"])
def test_what_colleagues_tell_each_other_stands_in_no_line_of_the_log_either(
        printed, world, session, attendant, viewer_for, api, way):
    from app.database import unit_of_work
    from app.services import assignment, attendances, notes

    pk, actor = world.attendance.id, viewer_for(attendant)
    with unit_of_work(session):
        notes.add(session, pk, "Desconfio da história", actor=actor, now=NOON)
        assignment.forward(session, pk, operator_id=attendant.id, reason="Cuide você, que é difícil", actor=actor,
                           now=NOON + HOUR)
        attendances.save_attendance(session, pk, version=None, values={"local_note": "Loja 12"}, actor=actor,
                                    now=NOON + 2 * HOUR)

    def words(query):
        if way == "page":
            return printed(query=query)[0]
        answer = api(attendant).get(f"/api/v1/attendances/{world.attendance.address}/report.pdf{query}")
        return normalize("NFKC", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages))
    plain, inside = words(""), words("?notes=1" if way == "page" else "?notes=true")
    for text in ("Observação do local: Loja 12", "Responsável: Renata Teste"):
        assert normalize("NFKC", text) in plain, text
    for text in ("Desconfio", "Nota interna", "difícil", "Motivo do encaminhamento"):
        assert normalize("NFKC", text) not in plain, text
        assert normalize("NFKC", text) in inside, text


def test_the_log_is_there_for_who_may_read_logs(printed, session, seeding, world, make_user, viewer_for):
    from flask_appbuilder.security.sqla.models import Role
    from sqlalchemy import select

    from app.database import unit_of_work
    from app.security.permissions import Perm
    from app.services import attendances

    pk, actor = world.attendance.id, viewer_for(make_user("sueli", "Supervisor", companies=[world.company]))
    with unit_of_work(session):
        attendances.save_attendance(session, pk, version=None, values={"local_note": "Loja fechada"}, actor=actor,
                                    now=NOON + HOUR)
    words = printed()[0]
    assert "Logs" in words
    assert "Observação do local: Loja fechada" in words
    assert "Loja fechada" in words
    role = session.scalar(select(Role).where(Role.name == "Attendant"))
    with seeding():
        role.permissions = [x for x in role.permissions
                            if (x.permission.name, x.view_menu.name) != Perm.LOG_READ.pair]
    reader = make_user("nilo", "Attendant", companies=[world.company])
    assert "Logs" not in printed(user=reader)[0]


def test_it_is_shown_in_the_browser_under_a_safe_name(printed, world, session, seeding):
    with seeding():
        world.attendance.protocol = None
    for attendance, name in ((world.attendance, f"atendimento-id-{world.attendance.id}.pdf"),):
        answer = printed(attendance)[2]
        assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
        assert answer.mimetype == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_anonymous_attendance_can_be_printed(printed, world, session, seeding):
    from tests.support.world import add_attendance

    with seeding():
        made = add_attendance(session, world, None, protocol="2026000901")
    assert "Atendimento anônimo" in printed(made)[0]


def test_twenty_details_take_less_than_a_second(printed, world, session, seeding):
    with seeding():
        world.attendance.details += [
            AttendanceDetail(page=n, channel=world.channels["email"], opened_at=NOON, description="Texto comum. " * 40,
                             answer="Resposta comum. " * 20) for n in range(2, 21)]
    printed()  # the first one reads the fonts
    started = time.perf_counter()
    words, _pages, _answer = printed()
    assert time.perf_counter() - started < 2.5  # the sign-in and the reading of the PDF are in it
    assert "Detalhe 20 de 20" in words


def test_three_hundred_details_of_anything_people_type(printed, world, session, seeding):
    with seeding():
        world.attendance.details += [
            AttendanceDetail(page=n, channel=world.channels["email"], opened_at=NOON, description=f"[{n}] {HARD}",
                             answer=HARD) for n in range(2, 301)]
    words, pages, _answer = printed()
    assert "Detalhe 300 de 300" in words
    assert len(pages) > 100
    assert f"Página 1 de {len(pages)}" in words
    assert "😀" in words
    assert "[00]" in words  # what stands for the number of pages cannot be typed
    assert words.count("□□") >= 300  # what no font has is seen to be missing


def test_the_letters_of_hebrew_and_arabic_stand_in_the_order_they_are_read(printed, world, session, seeding):
    from app.pdf import rtl

    assert rtl.as_seen("abc") == "abc"
    assert rtl.as_seen(rtl.joined("שלום 12")) == "12 םולש"
    assert rtl.joined("سلام") == "\ufeb3\ufee0\ufe8e\u0645"
    with seeding():
        world.attendance.details[0].description = "שלום עולם"
    assert "שלום" in printed()[0] or "םולש" in printed()[0]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00", "a" * 5000, "\ud800", "\U0010ffff", "🏳️‍🌈" * 50, "\t" * 300,
                                  "́" * 200, "﷽" * 60])
def test_no_text_breaks_the_paper(text):
    from app.pdf.paper import Paper

    paper = Paper(title=text, author="x", head=(text, text), foot=text, numbered="{page}/{pages}", language="pt-BR")
    paper.heading(text or "t", text)
    paper.section(text)
    paper.fields([(text, text), ("a", text), ("b", "c")])
    paper.prose(text, text)
    assert PdfReader(io.BytesIO(paper.made())).pages


def test_who_may_not_see_the_attendance_gets_no_report(sign_in, attendant, world, make_user, client):
    browser = sign_in(attendant)
    for hidden in (world.other_attendance, world.restricted_attendance):
        assert browser.get(f"/attendances/{hidden.address}/report.pdf").status_code == 404
    customer = sign_in(make_user("cida", "Customer", entity=world.entity))
    assert customer.get(f"/attendances/{world.attendance.address}/report.pdf").status_code in (302, 403)
    assert "/login/" in client().get(f"/attendances/{world.attendance.address}/report.pdf").location


def test_the_queries_do_not_grow_with_the_details(printed, world, session, seeding, sign_in, attendant, queries):
    browser = sign_in(attendant)

    def count():
        for _ in range(2):
            queries.clear()
            assert browser.get(f"/attendances/{world.attendance.address}/report.pdf").status_code == 200
        return len(queries)
    few = count()
    with seeding():
        world.attendance.details += [AttendanceDetail(page=n, channel=world.channels["email"], opened_at=NOON,
                                                      description="Texto") for n in range(2, 31)]
    assert count() == few


def test_the_record_offers_the_report_and_asks_to_confirm_first(sign_in, attendant, world):
    browser = sign_in(attendant)
    record = browser.get(f"/attendances/{world.attendance.address}").text
    link = re.search(r'<a [^>]*report\.pdf"[^>]*>.*?</a>', record, re.S)[0]
    assert "Imprimir relatório" in link
    assert 'data-saved="Confirme o atendimento antes de imprimir."' in link
    new = browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert "report.pdf" not in new
    assert 'data-saved="Confirme o atendimento antes de imprimir." data-unsaved-yet' in new
