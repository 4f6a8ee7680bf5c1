"""Alerts as the desk sees them: the icon, the texts, the register, and everything that is refused."""
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.alert import Alert, AlertPriority
from app.models.log import LogEntry
from app.services import seed
from tests.support.world import add_entity

RED, AMBER, BLUE = "b-colour-red", "b-colour-amber", "b-colour-blue"


def icon(html) -> str:
    """The tool "Alertas" of the record's bar: its tag with its text."""
    bar = re.search(r'role="toolbar".*?\n</div>', html, re.S)[0]
    found = [tag for tag in re.findall(r"<(?:a|button) .*?</(?:a|button)>", bar, re.S) if "fa-bell" in tag]
    assert len(found) == 1
    return found[0]


def record(browser, world) -> str:
    answer = browser.get(f"/attendances/{world.attendance.protocol}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.req("S-25", "S-68")
def test_an_alert_written_for_an_entity_colours_its_icon_and_is_read_behind_it(browser, world, priorities, session):
    assert "b-colour" not in icon(record(browser, world))
    answer = browser.post(f"/alerts/add?entity={world.entity.id}", {
        "entity": world.entity.id, "priority": priorities["Alta"].id, "text": "Só falar com a filha.\r\nÉ surda.",
        "valid_from": "", "valid_until": "", "active": "y"})
    assert answer.status_code == 302
    page = record(browser, world)
    assert RED in icon(page)
    assert "b-on-white" in icon(page)
    assert "1 alerta" in icon(page)
    assert "Alta" in icon(page), "not by colour alone"
    dialog = re.search(r'<dialog[^>]* id="alerts".*?</dialog>', page, re.S)[0]
    assert "Só falar com a filha.\nÉ surda." in dialog
    assert "por Renata Teste (renata)" in dialog
    assert "sem prazo" in dialog


@pytest.mark.req("S-25", "S-68")
def test_of_several_the_highest_priority_gives_the_colour_and_comes_first(browser, world, warn, priorities, session,
                                                                         seeding):
    warn("Baixa", "Prefere e-mail")
    warn("Média", "Cliente estratégico")
    page = record(browser, world)
    assert AMBER in icon(page)
    assert "b-on-black" in icon(page)
    assert "2 alertas" in icon(page)
    assert page.index("Cliente estratégico") < page.index("Prefere e-mail")
    with seeding():
        priorities["Baixa"].position = -1
    assert BLUE in icon(record(browser, world)), "the order of the register decides, not the name"


@pytest.mark.req("S-25")
@pytest.mark.parametrize(("start", "end", "active", "shown"), [
    (None, None, True, True), (0, 0, True, True), (-5, 5, True, True), (None, -1, True, False),
    (1, None, True, False), (None, None, False, False)])
def test_only_what_is_active_and_holds_today_counts(browser, world, warn, today, start, end, active, shown):
    warn("Alta", "Dívida em juízo", active=active, valid_from=None if start is None else today(start),
         valid_until=None if end is None else today(end))
    page = record(browser, world)
    assert (RED in icon(page)) is shown
    assert ("Dívida em juízo" in page) is shown
    new = browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert ("Dívida em juízo" in new) is shown


@pytest.mark.req("S-25")
def test_a_new_attendance_begins_with_the_alerts_and_the_entity_shows_them(browser, world, warn, today):
    warn("Alta", "Ligar só à tarde", valid_until=today(3))
    new = browser.get(f"/attendances/new?entity={world.entity.id}").text
    assert 'id="alerts-first"' in new
    assert "Ligar só à tarde" in new
    assert f"até {today(3):%d/%m/%Y}" in new
    shown = browser.get(f"/entities/show/{world.entity.id}").text
    assert "Ligar só à tarde" in shown
    assert RED in shown
    assert 'id="alerts-first"' not in record(browser, world), "there the icon has them"


@pytest.mark.req("S-25")
def test_an_entity_without_alerts_has_a_neutral_icon_that_leads_where_one_is_written(browser, world):
    tag = icon(record(browser, world))
    assert "b-colour" not in tag
    assert 'id="alerts"' not in record(browser, world)
    page = browser.get(re.search(r'href="([^"]+)"', tag)[1].replace("&amp;", "&")).text
    assert "Nenhum alerta em vigor" in page
    assert f"/alerts/add?entity={world.entity.id}" in page


@pytest.mark.req("S-68")
def test_the_page_of_an_entity_has_what_holds_and_below_it_what_is_over(browser, world, warn, today):
    warn("Baixa", "Em vigor")
    warn("Alta", "Passado", valid_until=today(-1))
    warn("Alta", "Desligado", active=False)
    warn("Alta", "De outra pessoa", entity=world.second_entity)
    page = browser.get(f"/alerts/entity/{world.entity.id}").text
    assert page.index("Em vigor") < page.index("Vencidos, futuros ou inativos") < page.index("Passado")
    assert "Desligado" in page
    assert "De outra pessoa" not in page


@pytest.mark.req("S-68")
def test_an_alert_is_changed_and_deleted_and_its_log_says_so(browser, world, warn, session, priorities):
    alert = warn("Baixa", "Texto velho")
    answer = browser.post(f"/alerts/edit/{alert.id}?return=/alerts/entity/{world.entity.id}", {
        "priority": priorities["Alta"].id, "text": "Texto novo", "active": "y", "version": alert.version})
    assert answer.headers["Location"] == f"/alerts/entity/{world.entity.id}"
    assert "Texto novo" in browser.get("/alerts/list/").text
    log = browser.get(f"/logs/alert/{alert.id}").text
    assert "Texto velho" in log
    assert "Texto do alerta" in log
    assert browser.post(f"/alerts/delete/{alert.id}").status_code == 302
    assert session.scalar(select(Alert)) is None
    assert session.scalar(select(LogEntry.action).where(LogEntry.target == "alert", LogEntry.action == "delete"))


@pytest.mark.req("S-68")
@pytest.mark.parametrize(("change", "said"), [
    ({"text": " \r\n "}, "Campo obrigatório."), ({"text": "x" * 1001}, "1000"),
    ({"priority": ""}, "Campo obrigatório."), ({"priority": "999"}, "Escolha inválida."), ({"entity": ""},
                                                                                           "Campo obrigatório."),
    ({"valid_from": "2026-03-02", "valid_until": "2026-03-01"}, "A validade não pode terminar antes de começar."),
    ({"valid_until": "amanhã"}, "Digite uma data que existe, como dd/mm/aaaa.")])
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(browser, world, priorities, session, change, said):
    values = {"entity": world.entity.id, "priority": priorities["Alta"].id, "text": "Aviso", "active": "y"}
    answer = browser.post("/alerts/add", {**values, **change})
    assert answer.status_code in (409, 422)
    field = list(change)[-1]
    assert said in re.search(rf'id="{field}-err"[^>]*>(.*?)</div>\s*</div>', answer.text, re.S)[1]
    if "text" not in change:
        assert "Aviso" in answer.text
    assert session.scalar(select(Alert)) is None


@pytest.mark.req("S-68")
def test_a_priority_that_is_offered_no_more_stays_where_it_is(browser, world, warn, priorities, seeding):
    alert = warn("Alta", "Antigo")
    with seeding():
        priorities["Alta"].active = False
    refused = browser.post("/alerts/add", {"entity": world.entity.id, "priority": priorities["Alta"].id, "text": "Novo",
                                           "active": "y"})
    assert refused.status_code == 422
    kept = browser.post(f"/alerts/edit/{alert.id}", {"priority": priorities["Alta"].id, "text": "Antigo mudado",
                                                     "active": "y", "version": alert.version})
    assert kept.status_code == 302
    assert RED in icon(record(browser, world))


@pytest.mark.req("S-68", "S-25")
def test_alerts_of_another_company_do_not_exist(browser, world, warn, session):
    alert = warn("Alta", "Assunto da Verde", entity=world.other_entity)
    assert "Assunto da Verde" not in browser.get("/alerts/list/").text
    for path in (f"/alerts/show/{alert.id}", f"/alerts/edit/{alert.id}", f"/alerts/entity/{world.other_entity.id}",
                 "/alerts/entity/abc", "/alerts/entity/" + "9" * 30):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/alerts/delete/{alert.id}").status_code == 404
    refused = browser.post("/alerts/add", {"entity": world.other_entity.id, "priority": alert.priority_id, "text": "x",
                                           "active": "y"})
    assert refused.status_code == 422
    assert session.scalar(select(Alert.text)) == "Assunto da Verde"


def test_an_alert_is_text_and_never_markup(browser, world, warn, priorities, seeding):
    with seeding():
        priorities["Alta"].name = "<b>Alta</b>"
    warn("Alta", "<script>alert(1)</script>")
    for path in ("/alerts/list/", f"/alerts/entity/{world.entity.id}", f"/attendances/{world.attendance.protocol}"):
        page = browser.get(path).text
        assert "<script>alert(1)" not in page
        assert "<b>Alta" not in page


@pytest.mark.req("S-68")
def test_a_configurator_keeps_the_priorities_and_an_attendant_does_not(sign_in, make_user, world, browser, session):
    keeper = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    page = keeper.get("/alert-priorities/add").text
    assert page.count('type="radio"') == 9
    assert keeper.post("/alert-priorities/add", {"name": "Urgente", "colour": "#6b3fa0", "position": "0",
                                                 "active": "y"}).status_code == 302
    made = session.scalar(select(AlertPriority).order_by(AlertPriority.id.desc()).limit(1))
    assert (made.name, made.colour) == ("Urgente", "#6b3fa0")
    listed = keeper.get("/alert-priorities/list/").text
    assert "b-colour-purple" in listed
    assert "Roxo" in listed
    assert "#6b3fa0" not in keeper.get(f"/logs/alert_priority/{made.id}").text
    assert browser.get("/alert-priorities/add").status_code == 403
    assert keeper.get("/alerts/list/").status_code == 403, "alerts are the desk's"


@pytest.mark.req("S-68")
@pytest.mark.parametrize("colour", ["", "#ff0000", "red"])
def test_a_colour_outside_of_the_palette_is_refused(sign_in, make_user, world, session, colour):
    keeper = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    answer = keeper.post("/alert-priorities/add", {"name": "Urgente", "colour": colour, "position": "0", "active": "y"})
    assert answer.status_code == 422
    assert 'id="colour-err"' in answer.text
    assert session.scalars(select(AlertPriority.name)).all() == list(seed.PRIORITIES)


@pytest.mark.req("S-68")
def test_a_priority_in_use_stays(sign_in, make_user, world, warn, priorities, session):
    warn("Alta", "Aviso")
    keeper = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    answer = keeper.post(f"/alert-priorities/delete/{priorities['Alta'].id}")
    assert answer.status_code == 409
    assert "pode ser desativado" in answer.text


def test_a_portal_user_sees_no_alerts(sign_in, make_user, world, warn):
    warn("Alta", "Inadimplente")
    customer = sign_in(make_user("ana.c", "Customer", entity=world.entity))
    assert customer.get(f"/alerts/entity/{world.entity.id}").status_code == 403
    assert "Inadimplente" not in customer.get("/portal/").text


@pytest.mark.req("S-25")
def test_the_day_is_that_of_the_company(session, seeding, world, viewer_for, attendant, warn):
    """Half past eleven at night in São Paulo is already tomorrow in UTC, and still before that in Rio Branco."""
    from datetime import UTC, date, datetime

    from app.queries import alerts as reads

    warn("Alta", "Hoje", valid_until=date(2026, 3, 16))
    viewer, late = viewer_for(attendant), datetime(2026, 3, 17, 2, 30, tzinfo=UTC)
    assert len(reads.current(session, viewer, world.entity, now=late)) == 1
    assert reads.current(session, viewer, world.entity, now=late + timedelta(hours=1)) == []
    with seeding():
        world.company.timezone = "America/Rio_Branco"
    assert len(reads.current(session, viewer, world.entity, now=late + timedelta(hours=2))) == 1
    with seeding():
        other = add_entity(session, world.company, "Sem Alerta")
    assert reads.current(session, viewer, other, now=late) == []


def test_a_new_installation_has_three_priorities_and_what_a_company_made_of_them_stays(session):
    """`flask sync` plants them where there is none, so that the first alert can be written."""
    from app.database import utc_now

    rows = session.scalars(select(AlertPriority).order_by(AlertPriority.position)).all()
    assert {row.name: row.colour for row in rows} == seed.PRIORITIES
    assert seed.plant(session, now=utc_now()) == []
