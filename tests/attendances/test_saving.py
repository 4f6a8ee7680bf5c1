"""Changing an attendance: stale saves, closing and reopening, the detail page alone, drafts."""
import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.models.attendance import Attendance
from app.models.desk import Draft
from app.models.log import LogEntry


def actions_on(attendance, session):
    return session.scalars(select(LogEntry.action).where(
        LogEntry.target == "attendance", LogEntry.target_id == attendance.id).order_by(LogEntry.seq)).all()


@pytest.mark.req("S-41")
def test_saving_the_detail_keeps_it_and_nothing_else(desk, world):
    attendance = desk.opened()
    response = desk.save(attendance, action="detail", description="Outra conversa", motive_id=world.other_motive.id,
                         occurrence_id="", cause_id="")
    assert response.status_code == 302
    assert "Outra conversa</textarea>" in desk.page(attendance)
    assert attendance.motive_id == world.motive.id


@pytest.mark.req("S-51", "S-52")
def test_the_changing_attendant_is_the_last_who_changed_it(desk, people):
    attendance = desk.opened()
    assert "Atendente alteração" in desk.page(attendance)
    assert attendance.changed_by is None
    other = people("Attendant", name="Davi")
    assert other.save(attendance, description="Corrigido").status_code == 302
    page = desk.page(attendance)
    assert re.search(r"Atendente abertura</dt><dd>Renata Teste", page)
    assert re.search(r"Atendente alteração</dt><dd>Davi Teste", page)


@pytest.mark.req("S-31", "S-43")
def test_the_opening_date_never_changes(desk):
    attendance = desk.opened()
    before = attendance.opened_at
    desk.save(attendance, description="Corrigido")
    assert attendance.opened_at == before


def test_a_save_without_changes_writes_nothing(desk, session):
    attendance = desk.opened()
    version = attendance.version
    assert desk.save(attendance).status_code == 302
    assert attendance.version == version
    assert actions_on(attendance, session) == ["create"]


def test_a_stale_save_is_turned_away_and_shows_both_values(desk, people):
    attendance = desk.opened()
    old = attendance.version
    assert people("Attendant", name="Davi").save(attendance, description="Do Davi").status_code == 302
    response = desk.save(attendance, version=old, description="Da Renata")
    assert response.status_code == 409
    assert "Da Renata</textarea>" in response.text
    assert 'id="description-now">Valor gravado agora: Do Davi ' in response.text
    assert "Davi Teste alterou este atendimento" in response.text
    assert attendance.details[0].description == "Do Davi"
    version = re.search(r'name="version"[^>]*value="(\d+)"', response.text)[1]
    assert int(version) == attendance.version
    assert desk.save(attendance, version=version, description="Da Renata").status_code == 302
    assert attendance.details[0].description == "Da Renata"


@pytest.mark.req("S-44", "S-60")
def test_a_closing_situation_fills_the_closing_date(desk, world):
    attendance = desk.opened()
    assert desk.save(attendance, situation_id=world.situations["closed"].id).status_code == 302
    assert attendance.closed_at is not None
    shown = re.search(r"Data fechamento</dt><dd>([^<]*)<", desk.page(attendance))[1]
    assert attendance.closed_at.strftime("%Y") in shown


def test_an_attendant_cannot_change_or_reopen_a_closed_one(desk, world):
    attendance = desk.opened(situation_id=world.situations["closed"].id)
    assert "só um supervisor pode reabri-lo" in desk.page(attendance)
    response = desk.save(attendance, situation_id=world.situations["in_progress"].id)
    assert response.status_code == 403
    assert desk.save(attendance, description="Mudei").status_code == 409
    assert attendance.phase == "closed"


@pytest.mark.req("S-44")
def test_a_supervisor_reopens_and_the_closing_date_is_cleared(desk, people, world, session):
    attendance = desk.opened(situation_id=world.situations["closed"].id)
    boss = people("Supervisor")
    assert boss.save(attendance, situation_id=world.situations["in_progress"].id).status_code == 302
    assert attendance.closed_at is None
    assert attendance.phase == "in_progress"
    assert actions_on(attendance, session) == ["create", "reopen"]


def test_a_record_in_progress_cannot_go_back_to_open(desk, world, error_at):
    attendance = desk.opened()
    desk.save(attendance, situation_id=world.situations["in_progress"].id)
    response = desk.save(attendance, situation_id=world.situations["open"].id)
    assert response.status_code == 409


def test_what_was_typed_comes_back_after_a_reload_and_another_sign_in(desk, world, session, sign_in):
    answer = desk.browser.post("/attendances/draft", json={
        "entity_id": world.entity.id, "values": {
            "description": ["Pela metade"], "channel_id": [str(world.channels["chat"].id)]}})
    assert answer.status_code == 200
    again = sign_in(session.get(User, session.scalar(select(Draft.user_id))))
    page = again.get(f"/attendances/new?entity={world.entity.id}").text
    assert "Pela metade</textarea>" in page
    assert "foi recuperado" in page
    assert f"{answer.json['kept_at']}, ainda não confirmado" in page  # the desk's clock, wherever the browser is


def test_confirming_or_discarding_drops_the_draft(desk, world, session):
    def keep():
        return desk.browser.post("/attendances/draft", json={
            "entity_id": world.entity.id, "values": {"description": ["Pela metade"]}})
    keep()
    desk.opened()
    assert session.scalar(select(Draft)) is None
    keep()
    desk.browser.post("/attendances/draft/discard", {"entity_id": world.entity.id})
    assert session.scalar(select(Draft)) is None
    assert "Pela metade" not in desk.browser.get(f"/attendances/new?entity={world.entity.id}").text


def test_nobody_keeps_drafts_of_forms_he_may_not_open(desk, world):
    for data in ({"attendance_id": world.other_attendance.id}, {"entity_id": world.other_entity.id}, {}):
        assert desk.browser.post("/attendances/draft", json={**data, "values": {}}).status_code == 404


@pytest.mark.req("S-14")
def test_complementary_fields_are_filled_and_kept(desk, session, seeding):
    from app.models.custom_field import CustomField
    from tests.support.forms import placed
    with seeding():
        session.add_all(placed("attendance", CustomField(key="coupon", name="Cupom")))
    session.commit()
    attendance = desk.opened(x_coupon="55120")
    assert attendance.custom_values == {"coupon": "55120"}
    assert 'value="55120"' in desk.page(attendance)


@pytest.mark.req("S-14")
def test_without_a_configured_field_the_block_says_so(desk, world):
    assert "Nenhum campo complementar" in desk.browser.get(f"/attendances/new?entity={world.entity.id}").text


@pytest.mark.parametrize("path", ["/attendances/2026-9999999999", "/attendances/id-999999", "/attendances/id-x"])
def test_an_unknown_protocol_is_a_page_with_the_search_box(desk, path):
    response = desk.browser.get(path)
    assert response.status_code == 404
    assert 'role="search"' in response.text


def test_a_record_of_another_company_or_a_restricted_unit_does_not_exist(desk, world):
    for attendance in (world.other_attendance, world.restricted_attendance):
        assert desk.browser.get(f"/attendances/{attendance.protocol}").status_code == 404
        assert desk.browser.post(f"/attendances/id-{attendance.id}", {"version": 1}).status_code == 404


def test_a_member_of_the_restricted_unit_sees_its_records(world, people):
    member = people("Attendant", units=[world.restricted_unit])
    assert "Segredo da ouvidoria" in member.page(world.restricted_attendance)


@pytest.mark.req("S-01")
def test_who_may_only_read_gets_no_buttons_and_no_save(world, session, people, make_user, sign_in):
    reader = people("Configurator")
    assert reader.browser.get(f"/attendances/{world.attendance.protocol}").status_code in (302, 403)


def test_the_last_change_wins_only_knowingly(desk, session):
    attendance = desk.opened()
    assert desk.save(attendance, version=0, description="Sem versão").status_code == 409
    assert session.scalar(select(Attendance.version).where(Attendance.id == attendance.id)) == attendance.version


@pytest.mark.req("S-39", "S-40")
def test_pages_added_by_another_system_are_read_and_saved_by_their_number(desk, world, api, staff):
    attendance = desk.opened()
    added = api(staff("Attendant")).post(f"/api/v1/attendances/{attendance.protocol}/details", {
        "channel": "email", "description": "Mandou a foto"})
    assert added.status_code == 201
    first = desk.page(attendance)
    assert ">1/2<" in first
    assert "Mandou a foto" not in first
    second = desk.browser.get(f"/attendances/{attendance.protocol}?page=2").text
    assert ">2/2<" in second
    assert "Mandou a foto</textarea>" in second
    desk.browser.post(f"/attendances/{attendance.protocol}?page=2", {
        **desk.typed, "version": attendance.version, "description": "Mandou duas fotos", "action": "detail"})
    assert [page.description for page in attendance.details][1] == "Mandou duas fotos"
    assert attendance.details[0].description.startswith("Cobraram")
    assert desk.browser.get(f"/attendances/{attendance.protocol}?page=3").status_code == 404


def test_saving_the_detail_keeps_the_rest_of_what_was_typed_as_a_draft(desk, world):
    attendance = desk.opened()
    desk.save(attendance, action="detail", description="Só a conversa", local_note="Na entrada")
    page = desk.page(attendance)
    assert attendance.local_note is None
    assert 'value="Na entrada"' in page
    assert "foi recuperado" in page
    assert desk.save(attendance, description="Só a conversa", local_note="Na entrada").status_code == 302
    assert attendance.local_note == "Na entrada"


@pytest.mark.req("S-33")
def test_without_an_answer_there_is_no_answer_date(desk):
    attendance = desk.opened(answer="Feito")
    desk.save(attendance, answer="")
    assert attendance.details[0].answered_at is None


@pytest.mark.req("S-30")
def test_a_year_that_is_a_slip_of_the_finger_is_refused(desk, error_at):
    assert "Confira o ano" in error_at(desk.open(received_at="0026-03-01T10:00").text, "received_at")


def test_a_draft_brought_back_in_a_second_tab_opens_an_attendance_of_its_own(desk, world):
    desk.browser.post("/attendances/draft", json={"entity_id": world.entity.id, "values": {
        name: [str(value)] for name, value in desk.typed.items()}})
    second_tab = desk.browser.get(f"/attendances/new?entity={world.entity.id}").text
    key = re.search(r'name="request_key"[^>]*value="([^"]+)"', second_tab)[1]
    first, second = desk.opened(), desk.opened(request_key=key, description="Outro assunto")
    assert first.id != second.id


@pytest.mark.req("S-41", "S-14")
def test_a_file_in_a_field_of_configurators_leaves_no_draft_behind_a_saved_detail(desk, session, seeding):
    from app.models.custom_field import CustomField, FieldType
    from tests.lowcode.test_every_type import sent
    from tests.support.forms import placed
    with seeding():
        session.add_all(placed("attendance", CustomField(
            key="photos", name="Fotos do produto", type=FieldType.ATTACHMENT)))
    session.commit()
    file = str(sent(desk.browser))
    attendance = desk.opened(x_photos=["", file])
    assert desk.save(attendance, action="detail", description="Outra conversa", x_photos=["", file]).status_code == 302
    assert session.scalar(select(Draft)) is None
    assert "foi recuperado" not in desk.page(attendance)
