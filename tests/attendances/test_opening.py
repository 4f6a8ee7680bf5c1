"""Opening a SAC attendance on the record page."""
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.database import utc_now
from app.models.attendance import Attendance
from app.models.log import LogEntry
from app.security.viewer import SYSTEM
from app.services import settings
from tests.support.clock import NOON


def count(session):
    return session.scalar(select(func.count()).select_from(Attendance))


@pytest.mark.req("S-01", "S-08", "S-10", "S-62", "M-03")
def test_confirming_opens_the_attendance_and_shows_its_protocol(desk):
    response = desk.open()
    assert response.status_code == 302
    page = desk.browser.get(response.headers["Location"])
    protocol = re.search(r'id="protocol-number">([^<]+)<', page.text)[1]
    assert re.fullmatch(r"\d{4}-\d{10}", protocol)
    assert f'value="{desk.session.scalar(select(Attendance.id).where(Attendance.protocol == protocol))}"' in page.text


@pytest.mark.req("S-09")
def test_blocks_stand_in_the_order_of_the_manual(desk, world):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    titles = ["Dados do atendimento", "Dados cadastrais da entidade", "Detalhes do atendimento",
              "Categoria do atendimento", "Informações do detalhe", "Situação do atendimento", "Confirmar"]
    places = [page.index(f">{title}") if title != "Confirmar" else page.index('id="confirm"') for title in titles]
    assert places == sorted(places)


@pytest.mark.req("S-11", "S-13", "S-26")
def test_the_record_shows_entity_company_and_main_registration_data(desk, world):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert f'id="given-entity" value="{world.entity.id}"' in page
    assert "Azul</option>" in page
    assert "(11) 98765-4321" in page
    assert "ana@example.com" in page
    assert "Rua das Flores, 10" in page


@pytest.mark.req("S-26")
def test_without_a_main_phone_none_is_shown(desk, world, session, seeding):
    with seeding():
        world.entity.phones[0].is_main = False
    session.commit()
    assert "98765-4321" not in desk.browser.get(f"/attendances/new?entity={world.entity.id}").text


@pytest.mark.req("S-12")
def test_the_only_role_of_the_entity_is_chosen_already(desk, world):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert f'<option selected value="{world.role_types["customer"].id}">' in page


@pytest.mark.req("S-12")
def test_a_role_that_the_entity_does_not_have_is_refused_at_its_field(desk, world, error_at):
    response = desk.open(role_type_id=world.role_types["provider"].id)
    assert response.status_code == 422
    assert "não tem este papel" in error_at(response.text, "role_type_id")


@pytest.mark.req("S-06")
def test_an_entity_without_a_role_gets_no_attendance(desk, world, session):
    before = count(session)
    page = desk.browser.get(f"/attendances/new?entity={world.without_role.id}")
    for response in (page, desk.open(world.without_role)):
        assert response.status_code == 409
        assert "A entidade precisa ter um papel preenchido no cadastro." in response.text
    assert count(session) == before


@pytest.mark.req("S-28", "S-32", "S-45")
def test_every_missing_field_is_said_beside_it_and_what_was_typed_stays(desk, session, error_at):
    before = count(session)
    nothing = dict.fromkeys(("channel_id", "motive_id", "occurrence_id", "cause_id"), "")
    response = desk.open(**nothing, description="  ", answer="Já orientado")
    assert response.status_code == 422
    for field in ("channel_id", "motive_id", "description"):
        assert error_at(response.text, field) == "Este campo é obrigatório."
    assert "Já orientado</textarea>" in response.text
    assert count(session) == before


@pytest.mark.req("S-46", "S-47")
@pytest.mark.parametrize(("field", "message"), [
    ("occurrence_id", "Esta ocorrência não pertence ao motivo escolhido."),
    ("cause_id", "Esta causa não pertence à ocorrência escolhida.")])
def test_a_child_of_another_parent_is_refused_even_when_forged(desk, world, error_at, field, message):
    other = {"occurrence_id": world.other_occurrence.id, "cause_id": world.other_cause.id}[field]
    changes = {field: other} | ({"cause_id": ""} if field == "occurrence_id" else {})
    response = desk.open(**changes)
    assert response.status_code == 422
    assert error_at(response.text, field) == message


@pytest.mark.req("S-29")
def test_direction_is_receptive_unless_chosen(desk):
    assert desk.opened(direction=None).direction == "receptive"
    assert desk.opened(direction="active", request_key="k2").direction == "active"


@pytest.mark.req("S-29")
def test_an_unknown_direction_is_refused(desk):
    assert desk.open(direction="sideways").status_code == 422


@pytest.mark.req("S-30")
def test_a_receipt_in_the_future_is_refused(desk, error_at):
    response = desk.open(received_at="2999-01-01T10:00")
    assert response.status_code == 422
    assert "não pode estar no futuro" in error_at(response.text, "received_at")


@pytest.mark.req("S-30")
def test_the_date_of_receipt_is_local_time(desk):
    attendance = desk.opened(received_at="2026-01-10T09:30")
    assert attendance.received_at.isoformat() == "2026-01-10T12:30:00+00:00"
    assert 'value="10/01/2026 09:30"' in desk.page(attendance)


@pytest.mark.req("S-31", "S-43", "S-34", "S-51")
def test_opening_date_and_attendant_are_the_systems(desk):
    attendance = desk.opened()
    page = desk.page(attendance)
    assert attendance.opened_by.first_name == "Renata"
    assert "Renata Teste" in page
    assert attendance.details[0].opened_at == attendance.opened_at
    assert re.search(r'id="given-opened" value="\d\d/\d\d/\d{4} \d\d:\d\d"', page)


@pytest.mark.req("S-33", "S-35")
def test_the_answer_date_is_filled_by_the_first_answer_and_kept(desk, session):
    attendance = desk.opened(answer="Estorno pedido")
    first = attendance.details[0].answered_at
    assert first is not None
    assert desk.save(attendance, answer="Estorno feito").status_code == 302
    assert attendance.details[0].answer == "Estorno feito"
    assert attendance.details[0].answered_at == first


@pytest.mark.req("S-36")
def test_only_contacts_of_the_entity_are_offered_and_taken(desk, world, error_at):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert "Helena" in page
    assert "Beatriz" not in page
    response = desk.open(contact_id=world.provider.contacts[0].id)
    assert response.status_code == 422
    assert "não é desta entidade" in error_at(response.text, "contact_id")
    assert desk.opened(contact_id=world.entity.contacts[0].id).details[0].contact.name == "Helena"


@pytest.mark.req("S-48")
def test_only_units_linked_to_the_entity_are_offered_and_taken(desk, world, error_at):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert "Centro</option>" in page
    assert "Ouvidoria" not in page
    response = desk.open(unit_id=world.restricted_unit.id)
    assert response.status_code == 422
    assert "não está vinculada" in error_at(response.text, "unit_id")


@pytest.mark.req("S-15")
def test_a_related_attendance_is_linked_from_both_sides(desk):
    first = desk.opened()
    second = desk.opened(related_id=first.protocol, request_key="k2")
    assert second.related_id == first.id
    assert f">{second.protocol}</a>" in desk.page(first)


@pytest.mark.req("S-15")
def test_an_unknown_or_own_number_is_no_related_attendance(desk, world, error_at):
    response = desk.open(related_id="2026-9999999999")
    assert response.status_code == 422
    assert "Não existe atendimento" in error_at(response.text, "related_id")
    assert desk.open(related_id=world.other_attendance.protocol).status_code == 422
    attendance = desk.opened()
    response = desk.save(attendance, related_id=attendance.protocol)
    assert response.status_code == 422
    assert "com ele mesmo" in error_at(response.text, "related_id")


@pytest.mark.req("S-49")
def test_only_a_partner_can_be_the_place(desk, world, error_at):
    assert desk.opened(local_partner_id=world.partner.id).local_partner.name == "Mercado Bonfim"
    response = desk.open(local_partner_id=world.second_entity.id, request_key="k2")
    assert response.status_code == 422
    assert "papel de parceiro" in error_at(response.text, "local_partner_id")


@pytest.mark.req("S-57", "S-58")
def test_an_expiry_before_manufacture_is_refused(desk, error_at):
    response = desk.open(manufactured_on="2026-05-02", expires_on="2026-05-01")
    assert response.status_code == 422
    assert "não pode ser anterior" in error_at(response.text, "expires_on")


@pytest.mark.req("S-60")
def test_the_first_open_situation_is_the_default(desk, world):
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    chosen = re.search(r'<input checked[^>]*name="situation_id"[^>]*value="(\d+)"', page)
    assert chosen
    assert int(chosen[1]) == world.situations["open"].id


@pytest.mark.req("S-44", "S-62")
def test_a_closing_situation_closes_at_once(desk, world):
    attendance = desk.opened(situation_id=world.situations["closed"].id)
    assert attendance.phase == "closed"
    assert attendance.closed_at == attendance.opened_at


@pytest.mark.req("S-62")
def test_a_second_click_on_confirm_gives_the_same_attendance(desk, session):
    before = count(session)
    first, second = desk.open(), desk.open()
    assert first.headers["Location"] == second.headers["Location"]
    assert count(session) == before + 1


@pytest.mark.req("G-06")
def test_a_post_without_token_opens_nothing(desk, world, session):
    before = count(session)
    response = desk.browser.post(f"/attendances/new?entity={world.entity.id}", desk.typed, csrf=False)
    assert response.status_code == 400
    assert count(session) == before


@pytest.mark.req("G-06")
def test_script_tags_are_shown_as_text(desk):
    page = desk.page(desk.opened(description="<script>alert(1)</script> =cmd()"))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_text_that_is_too_long_is_refused_with_its_length(desk, error_at):
    response = desk.open(description="x" * 20_001)
    assert response.status_code == 422
    assert error_at(response.text, "description") == "No máximo 20000 caracteres; há 20001."


def test_opening_is_logged_with_the_words_of_the_day(desk, session):
    attendance = desk.opened()
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "attendance", LogEntry.target_id == attendance.id))
    assert entry.action == "create"
    assert entry.changes["motive"][1]["text"] == "Reclamação"
    assert entry.changes["details.1.description"][1].startswith("Cobraram duas vezes.\n")


@pytest.mark.req("M-03")
def test_numbers_follow_each_other_without_a_gap_even_after_a_refusal(desk):
    first = desk.opened()
    assert desk.open(description="", request_key="k2").status_code == 422
    second = desk.opened(request_key="k3")
    assert int(second.protocol[-10:]) == int(first.protocol[-10:]) + 1


def test_the_protocol_follows_the_mask_that_configurators_chose(desk, session, app):
    settings.set_setting(session, "protocol_mask", "EMPAAAA-NNNNNN", actor=SYSTEM, now=NOON)
    session.commit()
    assert re.fullmatch(r"AZ\d{4}-\d{6}", desk.opened().protocol)


@pytest.mark.req("S-34")
def test_the_page_names_who_opened_it_not_who_looks(desk, people):
    attendance = desk.opened()
    other = people("Attendant", name="Davi")
    assert "Renata Teste" in other.page(attendance)


def test_the_receipt_a_minute_ago_is_taken(desk):
    ago = (utc_now() - timedelta(minutes=1)).astimezone(ZoneInfo("America/Sao_Paulo"))
    assert desk.opened(received_at=ago.strftime("%Y-%m-%dT%H:%M")).received_at is not None


def test_nothing_new_is_opened_in_a_company_that_was_switched_off(desk, world, session, seeding, error_at):
    with seeding():
        world.company.active = False
    session.commit()
    response = desk.open()
    assert response.status_code == 422
    assert "foi desativada" in error_at(response.text, "company_id")


def test_a_digit_that_is_no_number_is_refused_and_breaks_nothing(desk, error_at):
    assert desk.open(channel_id="²").status_code == 422
    assert "Não existe atendimento" in error_at(desk.open(related_id="²").text, "related_id")
    attendance = desk.opened()
    assert desk.browser.get(f"/attendances/{attendance.protocol}?page=²").status_code == 404
    assert desk.browser.post("/attendances/draft", json={"entity_id": "²", "values": {}}).status_code == 404
