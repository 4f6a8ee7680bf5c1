"""Detail pages one after the other: adding, turning, who answered each, and what is refused."""
import re

import pytest
from sqlalchemy import delete, select

from app.errors import Conflict
from app.models.attendance import Attendance
from app.models.desk import Draft
from app.models.log import LogEntry
from app.services import attendances
from tests.support.clock import NOON

SAVE_FIRST = "Salve o detalhe atual antes de incluir outro."


def add(desk, attendance, action="detail", **changes):
    """Post the form of the page to be added, as it is after reading `?page=new` and typing."""
    data = {**desk.typed, "request_key": "page-2", "version": attendance.version, "description": "Ligou de novo.",
            "action": action, **changes}
    return desk.post(f"/attendances/{attendance.address}?page=new", data)


def place(html):
    return re.search(r'id="detail-place">([^<]+)<', html)[1]


def turns(html):
    """{label: whether it can be pressed} of the two ends of control 2."""
    return {label: not re.search(rf'aria-disabled="true" aria-label="{label}"', html)
            for label in ("Detalhe anterior", "Próximo detalhe")}


@pytest.mark.req("S-40")
def test_a_new_attendance_has_one_page(desk, world):
    assert place(desk.browser.get(f"/attendances/new?entity={world.entity.id}").text) == "1/1"
    html = desk.page(desk.opened())
    assert place(html) == "1/1"
    assert turns(html) == {"Detalhe anterior": False, "Próximo detalhe": False}


@pytest.mark.req("S-37", "S-40", "S-41")
def test_the_page_to_be_added_is_empty_and_saved_with_the_next_number(desk, world):
    attendance = desk.opened(answer="Estorno pedido")
    blank = desk.page(attendance, "new")
    assert place(blank) == "2/2"
    assert "Cobraram" not in blank
    assert "Estorno pedido" not in blank
    assert len(attendance.details) == 1
    response = add(desk, attendance, channel_id=world.channels["email"].id)
    assert response.headers["Location"] == f"/attendances/{attendance.address}?page=2#block-3"
    second = desk.page(attendance, 2)
    assert "Ligou de novo.</textarea>" in second
    assert place(second) == "2/2"
    assert place(desk.page(attendance)) == "1/2"
    assert attendance.channel.code == "phone"  # the record's own is that of its first page


@pytest.mark.req("S-33", "S-34", "S-37")
def test_each_page_has_its_own_attendant_and_answer_date(desk, people):
    attendance = desk.opened()
    other = people("Attendant", name="Davi")
    assert add(other, attendance, answer="Estorno feito").status_code == 302
    first, second = attendance.details
    assert (first.answered_at, second.answered_at is None) == (None, False)
    assert 'id="given-attendant" value="Davi Teste"' in desk.page(attendance, 2)
    assert 'id="given-attendant" value="Renata Teste"' in desk.page(attendance)
    assert re.search(r'id="given-answered" value=""', desk.page(attendance))
    assert re.search(r'id="given-answered" value="\d\d/\d\d/\d{4}', desk.page(attendance, 2))


@pytest.mark.req("S-38")
def test_an_unsaved_page_must_be_saved_before_another_is_added(desk, session):
    attendance = desk.opened()
    refused = desk.save(attendance, action="another", description="Meia frase")
    assert refused.status_code == 409
    assert SAVE_FIRST in refused.text
    assert "Meia frase</textarea>" in refused.text
    assert len(attendance.details) == 1
    assert desk.save(attendance, action="detail", description="Meia frase").status_code == 302
    onward = desk.save(attendance, action="another", description="Meia frase")
    assert onward.headers["Location"] == f"/attendances/{attendance.address}?page=new#block-3"


@pytest.mark.req("S-38")
def test_the_page_to_be_added_is_itself_unsaved(desk):
    attendance = desk.opened()
    refused = add(desk, attendance, action="another")
    assert refused.status_code == 409
    assert SAVE_FIRST in refused.text
    assert "Ligou de novo.</textarea>" in refused.text


@pytest.mark.req("S-38")
@pytest.mark.parametrize("changed", [{"answer": "Dito"}, {"lot_number": "L1"}, {"direction": "active"},
                                     {"expires_on": "2027-01-01"}, {"received_at": "2026-01-10T09:30"}])
def test_any_field_of_the_page_counts_as_unsaved(desk, changed):
    attendance = desk.opened()
    assert desk.save(attendance, action="another", **changed).status_code == 409


def test_what_was_typed_of_the_record_goes_along_to_the_new_page(desk, session):
    attendance = desk.opened()
    response = desk.save(attendance, action="another", local_note="Na entrada")
    assert response.status_code == 302
    html = desk.browser.get(response.headers["Location"]).text
    assert 'value="Na entrada"' in html
    assert "Cobraram" not in html
    assert session.scalars(select(Draft.key)).all() == [f"attendance:{attendance.id}:new"]


@pytest.mark.req("S-39")
def test_pages_are_turned_and_end_where_they_end(desk):
    attendance = desk.opened()
    for number in (2, 3):
        assert add(desk, attendance, request_key=f"page-{number}", description=f"Conversa {number}").status_code == 302
    assert [page.page for page in attendance.details] == [1, 2, 3]
    ends = [turns(desk.page(attendance, number)) for number in (1, 2, 3)]
    assert [(end["Detalhe anterior"], end["Próximo detalhe"]) for end in ends] == [
        (False, True), (True, True), (True, False)]
    assert 'href="?page=3#block-3" aria-label="Próximo detalhe"' in desk.page(attendance, 2)


@pytest.mark.req("S-37")
def test_a_second_click_adds_no_second_page(desk):
    attendance = desk.opened()
    version = attendance.version
    first, second = (add(desk, attendance, version=version) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(attendance.details) == 2


@pytest.mark.req("S-37")
def test_two_who_add_at_once_get_a_page_each(desk, people):
    attendance = desk.opened()
    version = attendance.version
    other = people("Attendant", name="Davi")
    assert add(other, attendance, version=version, description="Do Davi").status_code == 302
    assert add(desk, attendance, version=version, description="Da Renata").status_code == 302
    assert [page.description for page in attendance.details][1:] == ["Do Davi", "Da Renata"]


@pytest.mark.req("S-37", "S-62")
def test_confirming_saves_the_record_and_its_new_page_in_one_entry(desk, world, session):
    attendance = desk.opened()
    response = add(desk, attendance, action="confirm", situation_id=world.situations["closed"].id, answer="Feito")
    assert response.headers["Location"].endswith("?page=2")
    assert attendance.phase == "closed"
    entry = session.scalars(select(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == attendance.id).order_by(LogEntry.seq)).all()[-1]
    assert entry.action == "close"
    assert {"details.2.description", "details.2.answer", "situation"} <= set(entry.changes)


@pytest.mark.req("S-62")
def test_a_new_page_without_its_fields_saves_nothing(desk, world, error_at):
    attendance = desk.opened()
    response = add(desk, attendance, action="confirm", description=" ", channel_id="",
                   situation_id=world.situations["pending"].id)
    assert response.status_code == 422
    for field in ("description", "channel_id"):
        assert error_at(response.text, field) == "Este campo é obrigatório."
    assert attendance.phase == "open"
    assert len(attendance.details) == 1


@pytest.mark.req("S-37")
def test_a_closed_attendance_takes_no_new_page(desk, world, people, session, viewer_for, staff):
    attendance = desk.opened(situation_id=world.situations["closed"].id)
    response = desk.browser.get(desk.browser.get(f"/attendances/{attendance.address}?page=new").headers["Location"])
    assert "Este atendimento está encerrado." in response.text
    assert place(response.text) == "1/1"
    for boss, action in ((desk, "detail"), (people("Supervisor"), "detail"), (people("Supervisor"), "confirm")):
        assert add(boss, attendance, action=action).status_code in (302, 303)
        assert len(attendance.details) == 1
    with pytest.raises(Conflict):
        attendances.save_attendance(
            session, attendance.id, version=None, actor=viewer_for(staff("Supervisor")), now=NOON,
            values={"situation_id": world.situations["in_progress"].id},
            detail={"page": None, "channel_id": world.channels["phone"].id, "description": "Mais"})


def test_the_draft_of_a_new_page_is_its_own(desk):
    attendance = desk.opened()
    kept = desk.browser.post("/attendances/draft", json={
        "attendance_id": attendance.id, "page": "new", "values": {"description": ["Pela metade"]}})
    assert kept.status_code == 200
    assert "Pela metade</textarea>" in desk.page(attendance, "new")
    assert "Pela metade" not in desk.page(attendance)
    desk.browser.post("/attendances/draft/discard", {"attendance_id": attendance.id, "page": "new"})
    assert "Pela metade" not in desk.page(attendance, "new")


# ---- what is refused is read by another request, so that nothing is sent twice

def test_a_refusal_sends_the_browser_to_read_it_and_keeps_what_was_typed(desk, world):
    where = f"/attendances/new?entity={world.entity.id}"
    answer = desk.browser.post(where, {**desk.typed, "description": "", "answer": "Que fica"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == where + "&refused=1"
    first = desk.browser.get(answer.headers["Location"])
    assert first.status_code == 422
    assert "Confira os campos marcados" in first.text
    again = desk.browser.get(where)  # back in the history, a reload, another day
    assert again.status_code == 200
    assert "Que fica</textarea>" in again.text
    assert desk.open(answer="Que fica").status_code == 302
    assert "Que fica" not in desk.browser.get(where).text


def test_what_is_too_long_to_be_kept_is_refused_on_the_spot(desk, session, error_at):
    attendance = desk.opened()
    response = desk.browser.post(f"/attendances/{attendance.address}", {
        **desk.typed, "version": attendance.version, "description": "x" * 70_000, "action": "confirm"})
    assert response.status_code == 422
    assert "No máximo 20000 caracteres" in error_at(response.text, "description")
    assert session.scalar(select(Draft)) is None


def test_nobody_puts_refusals_into_his_own_drafts(desk, world):
    desk.browser.post("/attendances/draft", json={"entity_id": world.entity.id, "values": {
        "description": ["Texto"], "!refused": {"errors": 7, "loose": 7}}})
    page = desk.browser.get(f"/attendances/new?entity={world.entity.id}&refused=1")
    assert page.status_code == 200
    assert "Texto</textarea>" in page.text


def test_what_was_typed_on_a_record_that_is_gone_is_shown_to_be_copied(desk, session, seeding):
    attendance = desk.opened()
    address, version = attendance.address, attendance.version
    with seeding():
        session.execute(delete(Attendance).where(Attendance.id == attendance.id))
        session.expire_all()
    response = desk.browser.post(f"/attendances/{address}", {
        **desk.typed, "version": version, "description": "Meia hora de texto", "action": "confirm"})
    assert response.status_code == 404
    assert "foi excluído enquanto você o editava" in response.text
    assert "Meia hora de texto" in response.text
    assert str(desk.typed["motive_id"]) not in re.findall(r"<li>([^<]*)</li>", response.text)


def test_what_was_chosen_may_stay_when_it_is_switched_off(desk, world, seeding, session):
    attendance = desk.opened()
    with seeding():
        world.motive.active = world.occurrence.active = world.cause.active = False
    session.commit()
    response = desk.save(attendance, description="Corrigido")
    assert response.status_code == 302
    assert attendance.details[0].description == "Corrigido"
    assert desk.open(request_key="k2").status_code == 422


@pytest.mark.req("S-63", "S-64")
def test_the_conclusion_bar_leads_to_the_entitys_orders_and_to_a_new_attendance(desk, world):
    bar = re.search(r'aria-label="Botões de conclusão".*?</footer>', desk.page(world.attendance), re.S)[0]
    links = {re.sub(r"<[^>]+>", "", text).strip(): href for href, text in re.findall(
        r'<a class="btn btn-default"[^>]*? href="([^"]+)">(.*?)</a>', bar)}
    surveys = f"/surveys/entity/{world.entity.id}?attendance={world.attendance.address}"
    sales = f"/orders/entity/{world.entity.id}?return=/attendances/{world.attendance.address}"
    assert links == {"Pesquisa": surveys, "Vendas": sales,
                     "Novo": f"/attendances/new?entity={world.entity.id}"}
    for link in links.values():
        assert desk.browser.get(link).status_code == 200
