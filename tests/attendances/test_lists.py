"""Finding the entity, its attendances by situation, and the list of all under filters."""
import re

import pytest

from tests.support.clock import DAY, NOON
from tests.support.world import add_attendance


@pytest.mark.req("S-02")
def test_the_side_menu_leads_to_the_search(desk):
    page = desk.browser.get("/attendances/").text
    assert 'href="/attendances/"' in page
    assert "NOME/RAZÃO SOCIAL ou CPF/CNPJ" in page


@pytest.mark.req("S-03", "S-05")
@pytest.mark.parametrize("typed", ["conceicao ANA", "529.982.247-25", "52998224725"])
def test_the_entity_is_found_by_name_or_document_with_sac_beside_it(desk, world, typed):
    page = desk.browser.get("/attendances/", query_string={"entity": typed}).text
    assert "Ana Lúcia Conceição" in page
    assert f'href="/attendances/entity/{world.entity.id}"' in page
    assert "João Pereira" not in page


@pytest.mark.req("S-04")
def test_no_match_says_so_and_offers_no_sac(desk):
    page = desk.browser.get("/attendances/?entity=ninguém").text
    assert "Nenhum registro encontrado." in page
    assert "SAC: " not in page


@pytest.mark.req("S-03")
def test_a_blank_search_lists_all_of_the_own_company_only(desk):
    page = desk.browser.get("/attendances/?entity=").text
    assert "João Pereira" in page
    assert "Zilda Alheia" not in page


@pytest.mark.req("S-07", "S-61")
def test_the_entitys_attendances_are_grouped_by_situation_zeros_too(desk, world):
    page = desk.browser.get(f"/attendances/entity/{world.second_entity.id}").text
    assert world.closed_attendance.protocol in page
    assert world.restricted_attendance.protocol not in page
    for situation in world.situations.values():
        assert situation.name in page
    assert 'Cancelado <b class="b-num">0</b>' in page


@pytest.mark.req("S-07", "S-08")
def test_an_entity_without_attendances_has_an_empty_list_and_include(desk, world):
    page = desk.browser.get(f"/attendances/entity/{world.provider.id}").text
    assert "ainda não tem atendimentos" in page
    assert f"/attendances/new?entity={world.provider.id}" in page


@pytest.mark.req("S-61")
def test_a_situation_shows_only_its_attendances(desk, world):
    chosen = world.situations["pending"].id
    page = desk.browser.get(f"/attendances/entity/{world.second_entity.id}?situation={chosen}").text
    assert world.closed_attendance.protocol not in page


@pytest.mark.req("S-06")
def test_the_list_of_an_entity_without_role_explains_and_has_no_include(desk, world):
    page = desk.browser.get(f"/attendances/entity/{world.without_role.id}").text
    assert "A entidade precisa ter um papel preenchido no cadastro." in page
    assert f"/attendances/new?entity={world.without_role.id}" not in page


@pytest.fixture
def many(world, session, seeding):
    """Sixty attendances over sixty days, some by chat."""
    with seeding():
        for n in range(60):
            made = add_attendance(session, world, world.entity, protocol=f"2025-{n:010d}",
                                  opened_at=NOON - (100 + n) * DAY)
            if n % 3 == 0:
                made.channel = made.details[0].channel = world.channels["chat"]
    session.commit()


def protocols(page):
    return re.findall(r'b-mono" href="/attendances/([^"]+)"', page)


def test_the_whole_list_is_walked_page_by_page_without_loss_or_repeat(desk, world, many):
    seen, url = [], "/attendances/list?size=25"
    while url:
        page = desk.browser.get(url).text
        seen += protocols(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = following and "/attendances/list" + following[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 62
    assert world.other_attendance.protocol not in seen


@pytest.mark.req("S-28", "S-61")
def test_filters_narrow_the_list_and_hold_together(desk, world, many):
    def found(**query):
        return protocols(desk.browser.get("/attendances/list", query_string={"size": 200, **query}).text)

    assert len(found(channel=world.channels["chat"].id)) == 20
    assert found(phase="closed") == [world.closed_attendance.protocol]
    assert found(q="2025-0000000007") == ["2025-0000000007"]
    assert found(q="pereira", situation=world.situations["closed"].id) == [world.closed_attendance.protocol]
    assert found(motive=world.motive.id) == [world.attendance.protocol]
    assert found(motive=world.other_motive.id) == []
    assert found(opened_from="2026-03-16", opened_to="2026-03-16") == [world.attendance.protocol]


@pytest.mark.req("S-28", "S-45", "S-46")
def test_a_path_down_the_tree_is_honoured_at_every_step_and_one_that_is_none_finds_nothing(
        desk, world, many, session, seeding):
    def found(**query):
        return protocols(desk.browser.get("/attendances/list", query_string={"size": 200, **query}).text)

    motive, occurrence, cause = world.motive.id, world.occurrence.id, world.cause.id
    with seeding():
        world.attendance.occurrence, world.attendance.cause = world.occurrence, world.cause
    session.commit()
    mine = [world.attendance.protocol]
    assert found(motive=motive, occurrence=occurrence) == mine
    assert found(motive=motive, occurrence=occurrence, cause=cause) == found(motive=motive, cause=cause) == mine
    other = world.other_motive.id
    assert found(motive=other, occurrence=occurrence) == found(motive=other, occurrence=occurrence, cause=cause) == []
    assert found(motive=motive, occurrence=world.other_occurrence.id, cause=cause) == []
    assert found(motive=motive, occurrence=occurrence, cause=10**9) == []


@pytest.mark.parametrize(("query", "status"), [
    ("opened_from=2026-02-02&opened_to=2026-02-01", 422), ("opened_from=ontem", 422), ("after=zzz", 400),
    ("order=entity", 400), ("situation=abc", 422), ("phase=nova", 422)])
def test_a_filter_that_cannot_be_read_is_refused(desk, query, status):
    assert desk.browser.get(f"/attendances/list?{query}").status_code == status


def test_wildcards_in_a_name_are_plain_characters(desk, many):
    assert protocols(desk.browser.get("/attendances/list?q=%25%25%25").text) == []


@pytest.mark.parametrize("url", ["/attendances/list?size=50", "/attendances/?entity="])
def test_the_number_of_queries_does_not_grow_with_the_rows(desk, world, many, queries, url):
    desk.browser.get(url)
    queries.clear()
    desk.browser.get(url.replace("50", "5"))
    few = len(queries)
    queries.clear()
    desk.browser.get(url)
    assert len(queries) == few
