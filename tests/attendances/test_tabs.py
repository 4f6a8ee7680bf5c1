"""One person with two tabs on one record or form: each keeps its own draft, and none conflicts with the other."""
import html
import re

import pytest
from sqlalchemy import select

from app.models.desk import Draft
from tests.support.world import add_entity

SAVE_REFUSED = "O registro não foi salvo. Confira os campos marcados."


def hidden(page) -> dict:
    """What a tab carries of the page it read."""
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
             for name in ("tab", "begun", "base", "both", "version")}
    return {name: html.unescape(each[1]) for name, each in found.items() if each}


def keep(desk, data, tab, **values):
    answer = desk.browser.post("/attendances/draft", json={
        **data, "tab": tab["tab"], "values": {name: [str(value)] for name, value in {**tab, **values}.items()}})
    assert answer.status_code == 200


def test_two_tabs_that_type_different_fields_are_both_saved(desk):
    attendance = desk.opened()
    first, second = hidden(desk.page(attendance)), hidden(desk.page(attendance))
    assert first["tab"] != second["tab"]
    assert desk.save(attendance, **first, description="De uma aba").status_code == 302
    stale = {"description": "Cobraram duas vezes.\r\nQuer o dinheiro de volta."}
    assert desk.save(attendance, **second, **stale, answer="Da outra aba", action="detail").status_code == 302
    page = attendance.details[0]
    assert (page.description, page.answer) == ("De uma aba", "Da outra aba")


def test_two_tabs_that_type_in_one_field_are_told_it_was_another_tab(desk):
    attendance = desk.opened()
    first, second = hidden(desk.page(attendance)), hidden(desk.page(attendance))
    desk.save(attendance, **first, description="De uma aba")
    refused = desk.save(attendance, **second, description="Da outra aba")
    assert refused.status_code == 409
    assert "Você salvou este atendimento em outra aba" in refused.text
    assert "Valor gravado agora: De uma aba" in html.unescape(refused.text)
    again = hidden(refused.text)
    assert desk.save(attendance, **again, description="Da outra aba").status_code == 302
    assert attendance.details[0].description == "Da outra aba"


def test_rows_that_are_called_alike_are_told_apart(desk, seeding, session, world):
    with seeding():
        namesake = add_entity(session, world.company, "Mercado Bonfim", role=world.role_types["partner"])
    attendance = desk.opened(local_partner_id=world.partner.id)
    first, second = hidden(desk.page(attendance)), hidden(desk.page(attendance))
    assert desk.save(attendance, **first, local_partner_id=namesake.id).status_code == 302
    assert desk.save(attendance, **second, local_partner_id=world.partner.id, answer="Só isto").status_code == 302
    assert (attendance.local_partner_id, attendance.details[0].answer) == (namesake.id, "Só isto")


def test_a_refused_closing_is_told_once(desk, seeding, world):
    attendance = desk.opened(occurrence_id="", cause_id="")
    with seeding():
        world.motive.complete_to_close = True
    refused = desk.save(attendance, situation_id=world.situations["closed"].id)
    assert SAVE_REFUSED in refused.text
    assert 'id="occurrence_id-err"' in refused.text
    later = desk.page(attendance)
    assert "foi recuperado" in later
    assert SAVE_REFUSED not in later
    assert 'id="occurrence_id-err"' not in later


def test_a_base_of_ones_own_invention_is_no_way_round_a_conflict(desk):
    attendance = desk.opened()
    mine = hidden(desk.page(attendance))
    desk.save(attendance, **mine, description="De uma aba")
    for base in ("", "x", "[]", "7", '{"description": 7}', '{"answer": "2026-01-01"}'):
        assert desk.save(attendance, **{**mine, "base": base}, description="Outra").status_code == 409


def test_each_tab_keeps_its_own_draft_and_a_save_forgets_only_its_own(desk, world, session):
    attendance = desk.opened()
    first, second = hidden(desk.page(attendance)), hidden(desk.page(attendance))
    keep(desk, {"attendance_id": attendance.id, "page": 1}, first, answer="De uma aba")
    keep(desk, {"attendance_id": attendance.id, "page": 1}, second, answer="Da outra aba")
    where = f"/attendances/{attendance.address}?tab="
    assert "De uma aba</textarea>" in desk.browser.get(where + first["tab"]).text
    assert "Da outra aba</textarea>" in desk.browser.get(where + second["tab"]).text
    assert desk.save(attendance, **first, answer="De uma aba").status_code == 302
    assert session.scalars(select(Draft.tab)).all() == [second["tab"]]


def test_a_draft_that_went_on_in_another_tab_goes_with_its_save(desk, world, session):
    where, form = f"/attendances/new?entity={world.entity.id}", {"entity_id": world.entity.id}
    keep(desk, form, hidden(desk.browser.get(where).text), description="Pela metade")
    second = hidden(desk.browser.get(where).text)
    keep(desk, form, second, description="Pela metade e mais")
    assert len(session.scalars(select(Draft)).all()) == 2
    desk.opened(**{name: second[name] for name in ("tab", "begun")})
    assert session.scalar(select(Draft)) is None
    assert "Pela metade" not in desk.browser.get(where).text


@pytest.mark.parametrize("tab", ["x" * 33, "a@b", "Á", 7, None, ["a"]])
def test_the_name_of_a_tab_is_checked(desk, world, session, tab):
    answer = desk.browser.post("/attendances/draft", json={"entity_id": world.entity.id, "tab": tab, "values": {}})
    assert answer.status_code == 200
    assert session.scalar(select(Draft.tab)) == ""


def test_a_refused_draft_that_comes_back_later_says_so_and_can_be_discarded(desk, world):
    where = f"/attendances/new?entity={world.entity.id}"
    tab = hidden(desk.browser.get(where).text)
    refused = desk.open(tab=tab["tab"], begun="", description="", answer="Que fica")
    assert refused.status_code == 422
    assert "foi recuperado" not in refused.text  # it stands there with what was wrong, nothing is brought back
    later = desk.browser.get(where).text
    assert "Que fica</textarea>" in later
    assert "foi recuperado" in later
    assert "Descartar rascunho" in later
    assert SAVE_REFUSED not in later, "nobody refused anything on this visit"
    assert 'class="b-err"' not in later
    desk.browser.post("/attendances/draft/discard", {"entity_id": world.entity.id})
    assert "Que fica" not in desk.browser.get(where).text
