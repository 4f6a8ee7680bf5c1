"""A record that somebody else saved meanwhile: what one did not touch is his, what both changed is shown and chosen."""
import html
import re

import pytest
from sqlalchemy import select

from app.models.log import LogEntry

from .test_tabs import hidden, keep


@pytest.fixture
def attendance(desk):
    return desk.opened()


@pytest.fixture
def chief(people):
    return people("Supervisor", name="Sueli")


def read(desk, attendance) -> dict:
    """What the page holds that a browser reads now."""
    return {**hidden(desk.page(attendance)), "situation_id": attendance.situation_id,
            "description": attendance.details[0].description, "local_note": attendance.local_note or ""}


def now_at(page, field) -> str:
    """What is said to be stored now at a field, or ""."""
    found = re.search(rf'id="{field}-now"[^>]*>([^<]*)<', page)
    return html.unescape(found[1]).strip() if found else ""


def checked(page) -> str:
    """The label of the situation that is chosen on the page."""
    found = re.search(r'<input[^>]*checked[^>]*name="situation_id"[^>]*>\s*([^<]*)<', page)
    return found[1].strip() if found else ""


def last_changes(attendance, session) -> set:
    entry = session.scalar(select(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == attendance.id).order_by(LogEntry.seq.desc()))
    return set(entry.changes)


@pytest.mark.req("S-62", "S-35", "S-50", "S-60")
def test_fields_that_one_did_not_touch_take_what_was_saved(desk, chief, world, attendance, session):
    mine = read(desk, attendance)
    assert chief.save(attendance, answer="Da Sueli", local_note="Loja 12 confirmada",
                      situation_id=world.situations["in_progress"].id).status_code == 302
    refused = desk.save(attendance, **mine, answer="Da Renata")
    assert refused.status_code == 409
    assert "Sueli Teste alterou este atendimento" in refused.text
    assert "Da Renata</textarea>" in refused.text
    assert now_at(refused.text, "answer") == "Valor gravado agora: Da Sueli"
    assert refused.text.count("Valor gravado agora") == 1
    assert 'value="Loja 12 confirmada"' in refused.text
    assert checked(refused.text) == "Em andamento"
    again = {**hidden(refused.text), "local_note": attendance.local_note}
    assert desk.save(attendance, **again, answer="Da Renata").status_code == 302
    assert (attendance.local_note, attendance.phase) == ("Loja 12 confirmada", "in_progress")
    assert attendance.details[0].answer == "Da Renata"
    assert last_changes(attendance, session) == {"details.1.answer"}


@pytest.mark.req("S-62")
def test_who_typed_elsewhere_saves_and_is_told_what_else_was_changed(desk, chief, world, attendance):
    mine = read(desk, attendance)
    chief.save(attendance, description="Da Sueli", local_note="Loja 12",
               situation_id=world.situations["in_progress"].id)
    assert desk.save(attendance, **mine, answer="Da Renata").status_code == 302
    page = attendance.details[0]
    assert attendance.phase == "in_progress"
    assert (page.description, page.answer, attendance.local_note) == ("Da Sueli", "Da Renata", "Loja 12")
    told = ("Sueli Teste também alterou este registro; fica o que foi gravado em: "
            "Descrição, Observação do local, Situação.")
    assert told in html.unescape(desk.page(attendance))


@pytest.mark.req("S-62")
def test_the_saved_value_can_be_taken_field_by_field(desk, chief, attendance):
    mine = read(desk, attendance)
    chief.save(attendance, answer="Da Sueli", local_note="Loja 12")
    page = desk.save(attendance, **{**mine, "local_note": "Loja 9"}, answer="Da Renata").text
    assert now_at(page, "local_note") == "Valor gravado agora: Loja 12"
    typed = {**desk.typed, **hidden(page), "answer": "Da Renata", "local_note": "Loja 9"}
    to = desk.browser.post(f"/attendances/{attendance.address}", {**typed, "take": "answer"}).headers["Location"]
    assert to.endswith("#answer")
    page = desk.browser.get(to).text
    assert "Da Sueli</textarea>" in page
    assert 'value="Loja 9"' in page
    assert (now_at(page, "answer"), now_at(page, "local_note")) == ("", "Valor gravado agora: Loja 12")
    desk.save(attendance, **hidden(page), answer="Da Sueli", local_note="Loja 9")
    assert (attendance.details[0].answer, attendance.local_note) == ("Da Sueli", "Loja 9")


def test_a_name_that_no_field_has_takes_nothing(desk, chief, attendance):
    mine = read(desk, attendance)
    chief.save(attendance, answer="Da Sueli")
    page = desk.save(attendance, **mine, answer="Da Renata").text
    for name in ("version", "csrf_token", "x", "<b>"):
        typed = {**desk.typed, **hidden(page), "answer": "Da Renata", "take": name}
        to = desk.browser.post(f"/attendances/{attendance.address}", typed).headers["Location"]
        assert "Da Renata</textarea>" in desk.browser.get(to).text


@pytest.mark.req("S-62")
def test_what_is_stored_stays_in_sight_when_the_second_save_is_refused(desk, chief, attendance, error_at):
    mine = read(desk, attendance)
    chief.save(attendance, answer="Da Sueli")
    page = desk.save(attendance, **mine, answer="Da Renata").text
    again = desk.save(attendance, **hidden(page), answer="Da Renata", motive_id="", occurrence_id="", cause_id="")
    assert again.status_code == 422
    assert error_at(again.text, "motive_id") == "Este campo é obrigatório."
    assert now_at(again.text, "answer") == "Valor gravado agora: Da Sueli"
    kept = {**hidden(again.text), "answer": "Da Renata e mais"}
    keep(desk, {"attendance_id": attendance.id, "page": 1}, kept, **desk.typed)
    assert now_at(desk.page(attendance), "answer") == "Valor gravado agora: Da Sueli"


@pytest.mark.req("S-62")
def test_a_draft_of_an_older_version_comes_back_over_what_was_saved(desk, chief, world, attendance):
    mine = read(desk, attendance)
    keep(desk, {"attendance_id": attendance.id, "page": 1}, mine, **{**desk.typed, "answer": "Pela metade"})
    chief.save(attendance, local_note="Loja 12", situation_id=world.situations["in_progress"].id)
    page = desk.page(attendance)
    assert "Pela metade</textarea>" in page
    assert 'value="Loja 12"' in page
    assert checked(page) == "Em andamento"
    assert "Valor gravado agora" not in page
    desk.save(attendance, **hidden(page), answer="Pela metade", local_note="Loja 12")
    assert (attendance.local_note, attendance.phase) == ("Loja 12", "in_progress")


@pytest.mark.req("S-41", "S-62")
def test_a_detail_is_saved_whatever_was_changed_in_the_record_and_that_is_shown_after(desk, chief, attendance):
    mine = read(desk, attendance)
    chief.save(attendance, local_note="Loja 12")
    typed = {**mine, "local_note": "Loja 9", "answer": "Da Renata"}
    assert desk.save(attendance, action="detail", **typed).status_code == 302
    assert (attendance.details[0].answer, attendance.local_note) == ("Da Renata", "Loja 12")
    page = desk.page(attendance)
    assert 'value="Loja 9"' in page
    assert now_at(page, "local_note") == "Valor gravado agora: Loja 12"
    assert "em outra aba" not in page


@pytest.mark.req("S-62")
def test_what_was_closed_meanwhile_is_not_written_over(desk, chief, world, attendance):
    mine = read(desk, attendance)
    chief.save(attendance, situation_id=world.situations["closed"].id)
    refused = desk.save(attendance, **mine, answer="Tarde demais")
    assert refused.status_code == 409
    assert "encerrou este atendimento enquanto" in refused.text
    assert "Tarde demais</textarea>" in refused.text
    assert attendance.details[0].answer is None
