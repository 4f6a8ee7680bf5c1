"""Lotes, guias and pagamentos out of CSV files."""
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.models.attendance import Attendance
from app.models.provider_account import Batch, Guide, Payment
from app.services import settings
from tests.imports.test_import_screen import counts, mapping, send
from tests.support.clock import NOON

BATCHES = """Lote;CNPJ do prestador;Data de recebimento;Situação;Valor total
L-1;45.723.174/0001-10;10/03/2026;Em análise;1.234,56
L-2;45723174000110;11/03/2026;;
L-3;529.982.247-25;11/03/2026;;
L-4;45723174000110;11/03/2026;Perdido;-5,00
"""
GUIDES = """Guia;CNPJ do prestador;Data da guia;Beneficiário;Situação;Lote;Valor
G-1;45723174000110;10/03/2026;Maria das Dores;Emitida;L-1;10,00
G-2;45723174000110;10/03/2026;José;Solicitada;;
G-3;45723174000110;10/03/2026;José;Solicitada;L-9;
"""
PAYMENTS = """Documento bancário;CNPJ do prestador;Pago em;Valor pago;Lote
D-1;45723174000110;12/03/2026;99,90;L-1
D-2;45723174000110;12/03/2026;;L-1
"""


def load(browser, register, content):
    """What a trial of the file says, then what importing it did."""
    sent = send(browser, register, content)
    assert sent.status_code == 302
    tried = browser.get(sent.location)
    return counts(tried), counts(browser.post(sent.location, mapping(tried, action="import")))


@pytest.mark.req("C-105", "C-80", "C-81", "C-82")
def test_batches_guides_and_payments_are_imported_and_the_same_file_changes_nothing(supervisor, session, world):
    assert load(supervisor, "batches", BATCHES) == ([4, 2, 0, 0, 2], [4, 2, 0, 0, 2])
    kept = session.scalars(select(Batch).order_by(Batch.number)).all()
    assert [(row.number, row.state, row.total) for row in kept] == [
        ("L-1", "analysis", Decimal("1234.56")), ("L-2", "received", Decimal(0))]
    assert load(supervisor, "batches", BATCHES)[1] == [4, 0, 0, 2, 2]
    assert load(supervisor, "guides", GUIDES)[1] == [3, 2, 0, 0, 1]
    guide = session.scalar(select(Guide).where(Guide.number == "G-1"))
    assert (guide.state, guide.batch.number, guide.total) == ("issued", "L-1", Decimal(10))
    changed = GUIDES.replace("José;Solicitada;;", "José;Cancelada;;")
    assert load(supervisor, "guides", changed)[1] == [3, 0, 1, 1, 1]
    assert load(supervisor, "payments", PAYMENTS)[1] == [2, 1, 0, 0, 1]
    paid = session.scalars(select(Payment)).one()
    assert (paid.document, paid.amount, paid.batch.number) == ("D-1", Decimal("99.90"), "L-1")
    assert load(supervisor, "payments", PAYMENTS)[1] == [2, 0, 0, 1, 1]


@pytest.mark.req("C-06", "C-105")
def test_imported_as_issued_a_guide_opens_its_attendance_once(supervisor, session, admin, world):
    settings.set_setting(session, "uses_crm", True, actor=admin, now=NOON)
    assert load(supervisor, "batches", BATCHES)[1] == [4, 2, 0, 0, 2]
    for expected in ([3, 2, 0, 0, 1], [3, 0, 0, 2, 1]):
        assert load(supervisor, "guides", GUIDES)[1] == expected
        found = session.scalars(select(Attendance.id).where(Attendance.kind == "multichannel")).all()
        assert found == [session.scalar(select(Guide.attendance_id).where(Guide.number == "G-1"))]


@pytest.mark.req("C-105", "B-29")
def test_who_does_not_write_does_not_import(attendant, session):
    for register in ("batches", "guides", "payments"):
        assert attendant.get(f"/{register}/import/").status_code == 403
        assert send(attendant, register, BATCHES).status_code == 403
    assert session.scalar(select(func.count()).select_from(Batch)) == 0
