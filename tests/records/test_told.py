"""What is filled in behind a menu, told again: in the printed report and in the history of the entity."""
import html
import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.models.custom_field import CustomField, FieldType
from app.models.custom_form import CustomData, FieldTarget
from app.models.custom_record import CustomRecord
from app.services import attendances, custom_records
from tests.records.conftest import OWN
from tests.support import forms
from tests.support.clock import DAY, HOUR, NOON


@pytest.fixture
def complementary(session, seeding):
    """A form "Consumo" on attendances, with one field."""
    with seeding():
        form = forms.form("Consumo", CustomField(key="litros", name="Litros por dia", type=FieldType.INTEGER))
        session.add_all([form, CustomData(name="Consumo", target=FieldTarget.ATTENDANCE, form=form)])
    session.commit()


def printed(browser, attendance) -> str:
    answer = browser.get(f"/attendances/{attendance.address}/report.pdf")
    assert answer.status_code == 200
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())


def told(page) -> list[str]:
    """Heading and lines of each entry."""
    entries = re.findall(r'<div class="b-history-what">(.*?)</div>\s*<div class="b-history-when">', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in entries]


@pytest.mark.req("M-62", "S-20")
def test_the_report_has_what_is_behind_the_menus_and_only_what_one_may_see(
        session, stoppages, another_menu, add, browser, world, staff, sign_in, seeding, complementary, queries):
    add(bairro="Vila Nova", custo="1250.5", attendance=world.attendance.id)
    with seeding():
        world.attendance.custom_values = {"litros": 1200}
    words = printed(browser, world.attendance)
    for text in ("Informações personalizadas: Parada de abastecimento #", "Vila Nova", "R$ 1.250,50", "Ana Teste",
                 "Dados Complementares: Consumo", "1.200"):
        assert text.casefold() in words.replace("\xa0", " ").casefold(), text
    queries.clear()
    printed(browser, world.attendance)
    few = len(queries)
    for number in range(5):
        add(bairro=f"Bairro {number}", attendance=world.attendance.id)
    queries.clear()
    assert "Bairro 4" in printed(browser, world.attendance)
    assert len(queries) == few
    with seeding():
        stoppages.menu.active = False
    another_menu("Minhas paradas", records_of=OWN)
    assert "Vila Nova" in printed(browser, world.attendance)
    assert "Vila Nova" not in printed(sign_in(staff("bia")), world.attendance)


@pytest.mark.req("M-62", "S-18")
def test_the_history_tells_what_was_filled_in_and_changed(
        session, stoppages, another_menu, add, ana, browser, world, viewer_for, staff, sign_in, seeding, complementary,
        queries):
    pk = add(bairro="Vila Nova", attendance=world.attendance.id, at=NOON + HOUR)
    own = add(bairro="Lapa", entity=world.entity.id, at=NOON + 2 * HOUR)
    add(bairro="De ninguém", at=NOON + 2 * HOUR)
    custom_records.change_record(session, pk, {"bairro": "Centro"}, whole=False, actor=viewer_for(ana), now=NOON + DAY)
    attendances.save_attendance(session, world.attendance.id, values={"custom_values": {"litros": 900}}, version=None,
                                actor=viewer_for(ana), now=NOON + 2 * DAY)
    session.commit()
    address = f"/history/entity/{world.entity.id}?kind=custom"
    page = browser.get(address).text
    assert [each.split(" Bairro")[0].split(" Litros")[0] for each in told(page)] == [
        f"Dados Complementares {world.attendance.address}",
        f"Parada de abastecimento #{pk}: Alteração {world.attendance.address}",
        f"Parada de abastecimento #{own}: Inclusão",
        f"Parada de abastecimento #{pk}: Inclusão {world.attendance.address}"]
    assert f'href="{stoppages.root}show/{pk}"' in page
    assert len(told(browser.get(address + "&q=centro").text)) == 2
    assert len(told(browser.get(address + "&day_to=16/03/2026").text)) == 2
    queries.clear()
    browser.get(address)
    few = len(queries)
    for number in range(6):
        add(bairro=f"Bairro {number}", attendance=world.attendance.id, at=NOON + 3 * DAY)
    queries.clear()
    assert len(told(browser.get(address).text)) == 10
    assert len(queries) == few
    with seeding():
        stoppages.menu.active = False
    another_menu("Minhas paradas", records_of=OWN)
    assert len(told(browser.get(address).text)) == 10
    assert [each.split(" 20")[0] for each in told(sign_in(staff("bia")).get(address).text)] == ["Dados Complementares"]
    assert session.scalar(select(CustomRecord.id).where(CustomRecord.id == pk)) == pk
