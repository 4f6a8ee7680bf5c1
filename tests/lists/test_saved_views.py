"""Saved views: the address reproduces them, own and shared, the default, and what becomes of what they name."""
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.saved_view import SavedView
from tests.lists.conftest import LIST, by_script, heads, protocols
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("B-40")
SAVE = "/lists/attendances/views"


def saved(browser, name="Minha", query="", columns="protocol,entity", **more):
    """The address of a view just made."""
    answer = by_script(browser, SAVE, {"name": name, "query": query, "columns": columns, **more})
    assert answer.status_code == 200, answer.text
    return answer.json["location"]


def test_a_view_keeps_filters_order_and_columns_and_its_address_shows_them_to_a_colleague(
        browser, world, sign_in, staff):
    address = saved(browser, "Fechados", "phase=closed&order=closed_at&after=xyz&size=50")
    assert parse_qs(urlsplit(address).query) | {"view": None} == {
        "phase": ["closed"], "order": ["closed_at"], "columns": ["protocol,entity"], "view": None}
    page = browser.get(address)
    assert (heads(page), protocols(page)) == (["Protocolo", "Entidade"], [world.closed_attendance.protocol])
    assert ">Fechados</a>" in page.text
    colleague = sign_in(staff("bia")).get(address)
    assert (heads(colleague), protocols(colleague)) == (heads(page), protocols(page))
    assert ">Fechados</a>" not in colleague.text, "the tab is the owner's"


def test_a_name_is_needed_and_used_once_and_what_was_typed_is_refused_at_its_field(browser):
    saved(browser, "Minha")
    for name, words in ((" ", "Dê um nome"), ("minhá", "Você já tem uma visão"), ("x" * 61, "No máximo 60")):
        answer = by_script(browser, SAVE, {"name": name, "query": "", "columns": "protocol"})
        assert (answer.status_code in (409, 422), answer.json["field"]) == (True, "name"), answer.text
        assert words in answer.json["error"]


def test_without_script_the_refusal_is_told_on_the_list(browser):
    answer = browser.post(SAVE, {"name": "", "query": "phase=closed"})
    assert answer.headers["Location"] == f"{LIST}?phase=closed"
    answer = browser.get(answer.headers["Location"])
    assert "Dê um nome à visão." in answer.text
    assert protocols(answer) != []


def test_only_who_may_share_shares_and_colleagues_may_not_change_it(browser, session, sign_in, staff):
    refused = by_script(browser, SAVE, {"name": "Todos", "query": "", "columns": "", "shared": "on"})
    assert (refused.status_code, session.scalar(select(SavedView))) == (403, None)
    boss = sign_in(staff("chefe", "Supervisor"))
    saved(boss, "Da equipe", "phase=pending", shared="on")
    view = session.scalar(select(SavedView))
    page = browser.get(LIST)
    assert "Da equipe" in page.text
    shown = browser.get(f"{LIST}?view={view.id}&phase=pending").text
    assert "Compartilhada por" in shown
    assert "Excluir visão" not in shown
    for action in ("change", "take", "delete"):
        answer = by_script(browser, f"{SAVE}/{view.id}/{action}", {"name": "Minha agora", "query": ""})
        assert answer.status_code == 403, action
    session.expire_all()
    assert session.scalar(select(SavedView.name)) == "Da equipe"


def test_a_view_of_ones_own_is_nobody_elses(browser, session, sign_in, staff):
    saved(browser)
    pk = session.scalar(select(SavedView.id))
    other = sign_in(staff("bia", "Supervisor"))
    for action in ("change", "take", "delete", "default"):
        assert by_script(other, f"{SAVE}/{pk}/{action}", {"name": "Roubada", "query": ""}).status_code == 404
    assert session.scalar(select(SavedView.name)) == "Minha"


def test_rename_take_over_and_delete(browser, session, world):
    address = saved(browser, "Minha", "phase=closed")
    pk = session.scalar(select(SavedView.id))
    by_script(browser, f"{SAVE}/{pk}/change", {"name": "Outra", "query": ""})
    changed = address.replace("phase=closed", "phase=open")
    page = browser.get(changed)
    assert "Diferente da visão salva" in page.text
    assert ">Outra</a>" in page.text
    taken = by_script(browser, f"{SAVE}/{pk}/take", {"query": urlsplit(changed).query, "columns": "protocol"})
    page = browser.get(taken.json["location"])
    assert "Diferente da visão salva" not in page.text
    assert (protocols(page), heads(page)) == ([world.attendance.protocol], ["Protocolo"])
    assert by_script(browser, f"{SAVE}/{pk}/delete", {"query": ""}).json["location"] == f"{LIST}?view=all"
    assert session.scalar(select(SavedView)) is None
    assert [each.action for each in session.scalars(select(LogEntry).where(
        LogEntry.target == "saved_view").order_by(LogEntry.seq))] == ["create", "update", "update", "delete"]


def test_the_list_begins_with_the_default_view_and_all_is_one_tab_away(browser, session, world):
    address = saved(browser, "Minha", "phase=closed", default="on")
    begun = browser.get(LIST)
    assert (begun.status_code, begun.headers["Location"]) == (302, address)
    assert world.attendance.protocol in protocols(browser.get(f"{LIST}?view=all"))
    pk = session.scalar(select(SavedView.id))
    by_script(browser, f"{SAVE}/{pk}/no-default", {"query": ""})
    assert browser.get(LIST).status_code == 200
    by_script(browser, f"{SAVE}/{pk}/default", {"query": ""})
    by_script(browser, f"{SAVE}/{pk}/delete", {"query": ""})
    assert browser.get(LIST).status_code == 200


@pytest.mark.req("B-38")
def test_a_deleted_label_or_situation_does_not_break_the_view_and_the_loss_is_told(
        browser, session, seeding, world, labels):
    address = saved(browser, "Com etiqueta", f"label={labels['VIP'].id}&phase=open&situation=999999")
    with seeding():
        session.delete(labels["VIP"])
    session.commit()
    page = browser.get(address)
    assert page.status_code == 200
    assert "Situação, Etiquetas" in page.text
    assert protocols(page) == [world.attendance.protocol]
    unsaved = browser.get(f"{LIST}?situation=999999")
    assert unsaved.status_code == 422, "of an address that is no view nothing is guessed"


def test_an_address_never_leads_elsewhere(browser):
    for query in ("//evil.example/", "next=//evil.example", "view=1%0d%0aX: y"):
        answer = browser.post("/lists/attendances/size", {"size": "50", "query": query})
        assert urlsplit(answer.headers["Location"]).path == LIST
        assert not urlsplit(answer.headers["Location"]).netloc


def test_of_a_list_one_may_not_read_there_is_nothing_to_keep(sign_in, staff):
    configurator = sign_in(staff("conf", "Configurator"))
    assert by_script(configurator, SAVE, {"name": "x", "query": ""}).status_code == 403
    assert by_script(configurator, "/lists/unknown/views", {"name": "x", "query": ""}).status_code == 404


def test_entities_have_their_own_views(browser, session):
    answer = by_script(browser, "/lists/entities/views", {
        "name": "Inativas", "query": "_flt_0_active=n&psize_EntityView=50", "columns": "name,company"})
    page = browser.get(answer.json["location"])
    assert "Inativas" in page.text
    assert session.scalar(select(SavedView.query)) == "_flt_0_active=n"
    assert "Inativas" not in browser.get(LIST).text


def test_a_view_made_by_one_company_shows_another_only_its_own(browser, sign_in, make_user, world, session, seeding):
    boss = sign_in(make_user("chefe", "Supervisor", companies=[world.company]))
    address = saved(boss, "Abertos", "phase=open", shared="on")
    with seeding():
        green = add_attendance(session, world, world.other_entity, protocol="2026000999")
    stranger = sign_in(make_user("verde", "Attendant", companies=[world.other_company]))
    assert set(protocols(stranger.get(address))) == {green.protocol, world.other_attendance.protocol}
