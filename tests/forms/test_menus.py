"""Tab "Menu" of the settings: menus listed, added, changed, moved and deleted through its screen (M-80…M-86)."""
import html
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.errors import Conflict, DomainError, Forbidden, Invalid
from app.models.custom_form import FormGroup
from app.models.dynamic_menu import DynamicMenu
from app.models.log import LogEntry
from app.queries.catalogue import catalogue

from .conftest import refusals

HOME = "/settings/menus/"


@pytest.fixture
def menu(session, act, form):
    """The menu "Visitas" of the form VISIT, in the group "Operação"."""
    return session.get(DynamicMenu, act("menu", "create", {
        "name": "Visitas", "icon": "fa-solid fa-wrench", "form": form, "group_name": "Operação",
        "roles": [], "record_permission": "add", "records_of": "own"}))


def role(session, name) -> str:
    return str(session.scalar(select(Role.id).where(Role.name == name)))


def posted(session, of, /, **values):
    return {"icon": "fa-solid fa-droplet", "name": "Falta de água", "form": str(of.id), "group": "", "active": "y",
            "record_permission": "add_edit", "records_of": "department", "roles": [role(session, "Attendant")],
            **values}


def said_at(response, field) -> str:
    found = re.search(rf'<span class="b-err" id="{field}-err"[^>]*>(.*?)</span>', response.text)
    assert found, re.findall(r'id="(\S+)-err"', response.text)
    return html.unescape(found[1])


def names(response) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'data-row="\d+" data-name="([^"]*)"', response.text)]


@pytest.mark.req("M-76", "M-80", "M-84")
def test_the_tab_lists_the_menus_with_their_state(configurator, act, menu, form):
    act("menu", "create", {"name": "Laudos", "form": form, "active": False})
    page = configurator.get(HOME)
    assert page.status_code == 200
    assert re.search(r'<li class="active"><a href="/settings/menus/" aria-current="page">Menu</a>', page.text)
    assert names(page) == ["Laudos", "Visitas"]  # those of no group first
    assert re.findall(r'data-name="(\w+)"[^>]* data-off', page.text) == ["Laudos"]
    assert page.text.count(">Inativo</span>") == 1


@pytest.mark.req("M-80", "M-84")
def test_without_menus_the_tab_says_what_one_is(configurator):
    page = configurator.get(HOME)
    assert "Nenhum menu ainda" in page.text
    assert f'href="{HOME}add"' in page.text


@pytest.mark.req("M-81", "M-82", "M-83")
def test_a_menu_is_added_with_everything_that_was_chosen(session, configurator, form):
    page = configurator.get(HOME + "add")
    assert re.search(r'id="name" name="name" value=""', page.text)
    answer = configurator.post(HOME + "add", posted(session, form, group="new", group_name="Informações"))
    assert answer.status_code == 302
    menu = session.scalar(select(DynamicMenu).where(DynamicMenu.name == "Falta de água"))
    assert answer.location == f"{HOME}{menu.id}"
    assert (menu.icon, menu.form.name, menu.group.name, menu.active, menu.record_permission, menu.records_of,
            [role.name for role in menu.roles]) == (
        "fa-solid fa-droplet", "Visita técnica", "Informações", True, "add_edit", "department", ["Attendant"])
    spec = catalogue(session).menus[0]
    assert (spec.name, spec.group, spec.role_ids) == ("Falta de água", "Informações", {menu.roles[0].id})
    assert "Falta de água" in configurator.get(answer.location).text


@pytest.mark.req("M-82")
@pytest.mark.parametrize(("wrong", "field"), [
    ({"name": " "}, "name"), ({"name": "x" * 61}, "name"), ({"form": ""}, "form"), ({"form": "999999"}, "form"),
    ({"name": "VISITAS"}, "name"), ({"icon": "x onclick"}, "icon"), ({"record_permission": "all"}, "record_permission"),
    ({"records_of": ""}, "records_of"), ({"group": "9999"}, "group"), ({"group": "new"}, "group_name"),
    ({"group": "new", "group_name": "g" * 61}, "group_name"), ({"roles": ["999999"]}, "roles")])
def test_what_is_not_right_is_told_at_its_field_and_what_was_typed_stays(session, configurator, menu, form, wrong,
                                                                         field):
    answer = configurator.post(HOME + "add", posted(session, form, **{"name": "Outro", **wrong}))
    assert answer.status_code in (409, 422)
    assert said_at(answer, field)
    kept = {"name": "Outro", **wrong}["name"].strip()
    assert f'name="name" value="{kept}"' in answer.text
    assert 'value="department" checked' in answer.text or field == "records_of"
    assert session.scalar(select(DynamicMenu.id).where(DynamicMenu.id != menu.id)) is None
    assert session.scalar(select(FormGroup.id).where(FormGroup.name == "Informações")) is None


@pytest.mark.req("M-82")
def test_what_is_told_of_a_saved_menu_is_true_without_roles_too(session, configurator, form):
    for roles, told in (([role(session, "Attendant")], "Ele aparece para esses papéis já na próxima página."),
                        ([], "Menu salvo. Sem nenhum papel, ninguém o vê.")):
        answer = configurator.post(HOME + "add", posted(session, form, name=f"Menu {len(roles)}", roles=roles))
        assert told in configurator.get(answer.location).text


@pytest.mark.req("M-82")
def test_name_and_form_missing_are_told_together(session, configurator, form):
    answer = configurator.post(HOME + "add", posted(session, form, name="", form=""))
    assert said_at(answer, "name") == said_at(answer, "form") == "Este campo é obrigatório."


@pytest.mark.req("M-85", "M-86")
def test_edit_shows_the_values_and_saving_changes_them_everywhere(session, configurator, menu, form, record):
    record(form, {"vazamentos": 1})
    page = configurator.get(f"{HOME}{menu.id}")
    assert 'name="name" value="Visitas"' in page.text
    assert 'value="fa-solid fa-wrench" aria-label="Ferramenta" checked' in page.text
    assert 'value="own" checked' in page.text
    assert 'value="add" checked' in page.text
    answer = configurator.post(f"{HOME}{menu.id}", posted(session, form, name="Vistorias", version=menu.version))
    assert answer.status_code == 302
    assert [each.name for each in catalogue(session).menus] == ["Vistorias"]
    assert configurator.get(f"{HOME}{menu.id}").status_code == 200
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "dynamic_menu", LogEntry.action == "update"))
    assert entry.changes["name"][:2] == ["Visitas", "Vistorias"]


@pytest.mark.req("M-86")
def test_a_menu_that_somebody_else_changed_is_not_overwritten_unseen(session, act, configurator, menu, form):
    version = menu.version
    act("menu", "update", menu.id, {"name": "Do colega", "records_of": "all"})
    answer = configurator.post(f"{HOME}{menu.id}", posted(session, form, name="Meu", version=version))
    assert answer.status_code == 409
    assert said_at(answer, "name") == "Valor gravado agora: Do colega"
    assert said_at(answer, "records_of") == "Valor gravado agora: Todos"
    assert 'name="name" value="Meu"' in answer.text
    again = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert configurator.post(f"{HOME}{menu.id}", posted(session, form, name="Meu", version=again)).status_code == 302


@pytest.mark.req("M-83")
def test_the_order_is_that_of_the_list_and_others_who_edit_go_on(session, act, configurator, menu, form):
    ids = [act("menu", "create", {"name": name, "form": form, "group": menu.group_id}) for name in ("B", "C", "D")]
    version = session.get(DynamicMenu, ids[0]).version
    sent = {"before": menu.id, "group": menu.group_id}
    assert configurator.post(f"{HOME}{ids[2]}/move", json=sent).status_code == 200
    assert [each.name for each in catalogue(session).menus] == ["D", "Visitas", "B", "C"]
    assert configurator.post(f"{HOME}{menu.id}/move", json={"before": None, "group": None}).status_code == 200
    found = [(each.name, each.group) for each in catalogue(session).menus]
    assert found == [("Visitas", None), ("D", "Operação"), ("B", "Operação"), ("C", "Operação")]
    session.expire_all()
    assert session.get(DynamicMenu, ids[0]).version == version
    moved = session.scalars(select(LogEntry).where(LogEntry.target == "dynamic_menu", LogEntry.action == "update"))
    assert {each.target_id: each.changes["position"][:2] for each in moved} == {ids[2]: [4, 1], menu.id: [None, 1]}
    for wrong in ({"before": "x", "group": None}, {"before": True}, [1]):
        assert configurator.post(f"{HOME}{menu.id}/move", json=wrong).status_code == 400
    assert configurator.post(f"{HOME}{menu.id}/move", json={"before": 999_999, "group": None}).status_code == 422


@pytest.mark.req("M-83")
def test_a_group_that_its_last_menu_left_stays_in_the_list_and_takes_it_back(session, act, configurator, menu, form):
    def blocks():
        return re.findall(r'data-(?:head data-group="\d+"|row="\d+") data-name="([^"]*)"', configurator.get(HOME).text)
    group, other = menu.group_id, act("group", "create", {"name": "Campo"})
    act("group", "create", {"name": "Antigo", "active": False})
    assert blocks() == ["Operação", "Visitas", "Campo"]  # where nothing stands yet too, but what is not in use
    assert configurator.post(f"{HOME}{menu.id}/move", json={"before": None, "group": other}).status_code == 200
    assert blocks() == ["Operação", "Campo", "Visitas"]
    assert configurator.post(f"{HOME}{menu.id}/move", json={"before": None, "group": group}).status_code == 200
    assert blocks() == ["Operação", "Visitas", "Campo"]
    act("menu", "create", {"name": "Laudos", "form": form, "group": other})
    act("group", "update", other, {"active": False})
    assert blocks() == ["Operação", "Visitas", "Campo", "Laudos"]
    page = configurator.get(HOME).text
    assert "A ordem vale na hora, sem salvar." in page
    assert "Nada é publicado antes de salvar" not in page


@pytest.mark.req("M-83", "M-86")
def test_a_menu_is_deleted_only_while_its_records_stay_reachable(session, act, configurator, menu, form, record):
    record(form, {})
    answer = configurator.post(f"{HOME}{menu.id}/delete")
    assert answer.status_code == 409
    assert "pode ser desativado, não excluído" in answer.text
    assert f'<meta name="address" content="{HOME}{menu.id}">' in answer.text  # what is read again is no deletion
    with pytest.raises(Conflict):
        act("menu", "update", menu.id, {"form": act("form", "create", {"name": "Outro", "fields": []})})
    act("menu", "create", {"name": "Segundo", "form": form})
    pk = menu.id
    assert configurator.post(f"{HOME}{pk}/delete").status_code == 302
    session.expunge_all()
    assert session.get(DynamicMenu, pk) is None
    assert names(configurator.get(HOME)) == ["Segundo"]


@pytest.mark.req("M-82", "M-83")
def test_a_form_or_group_that_is_switched_off_is_chosen_no_more_and_stays_where_it_is(session, act, menu, form):
    act("form", "update", form.id, {"active": False})
    act("group", "update", menu.group_id, {"active": False})
    act("menu", "update", menu.id, {"name": "Ainda", "form": form.id, "group": menu.group_id})
    with pytest.raises(DomainError) as raised:
        act("menu", "create", {"name": "Novo", "form": form.id, "group": menu.group_id})
    assert list(refusals(raised)) == ["form", "group"]


@pytest.mark.req("M-82")
def test_roles_that_one_does_not_see_stay(session, act, menu, make_user, world, viewer_for):
    admin, attendant = (int(role(session, name)) for name in ("Admin", "Attendant"))
    act("menu", "update", menu.id, {"roles": [admin, attendant]})
    configurator = viewer_for(make_user("cora", "Configurator", companies=[world.company]))
    act("menu", "update", menu.id, {"roles": []}, actor=configurator)
    assert [each.id for each in session.get(DynamicMenu, menu.id).roles] == [admin]
    with pytest.raises(Invalid):
        act("menu", "create", {"name": "X", "form": menu.form_id, "roles": [admin]}, actor=configurator)


@pytest.mark.req("M-80", "M-81")
def test_who_only_reads_sees_everything_and_saves_nothing(session, supervisor, act, menu, form, make_user, world,
                                                          sign_in, viewer_for):
    page = supervisor.get(f"{HOME}{menu.id}")
    assert page.status_code == 200
    assert "Salvar" not in page.text.split('id="menu-title"')[1]
    assert 'name="name" value="Visitas"' in page.text
    assert "data-grip" not in page.text
    assert supervisor.get(HOME + "add").status_code == 403
    for address in ("add", str(menu.id), f"{menu.id}/delete"):
        assert supervisor.post(HOME + address, posted(session, form)).status_code == 403
    attendant = make_user("ana", "Attendant", companies=[world.company])
    assert sign_in(attendant).get(HOME).status_code == 403
    with pytest.raises(Forbidden):
        act("menu", "create", {"name": "X", "form": form}, actor=viewer_for(attendant))


@pytest.mark.req("M-84")
def test_two_hundred_menus_are_read_in_a_fixed_number_of_queries(act, configurator, menu, form, queries):
    configurator.get(HOME)
    queries.clear()
    configurator.get(HOME)
    few = len(queries)
    for number in range(60):
        act("menu", "create", {"name": f"Menu {number}", "form": form, "group": menu.group_id})
    configurator.get(HOME)
    queries.clear()
    page = configurator.get(HOME)
    assert len(queries) <= few
    assert len(names(page)) == 61
    assert 'id="find-menu"' in page.text


@pytest.mark.req("M-82", "M-86")
def test_the_log_of_a_menu_says_it_in_words(configurator, act, menu, session):
    act("menu", "update", menu.id, {"records_of": "all", "roles": [int(role(session, "Attendant"))], "active": False})
    page = configurator.get(f"/logs/dynamic_menu/{menu.id}")
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    for words in ("Registros de", "Próprios", "Todos", "Papéis com acesso", "Atendente", "Ferramenta"):
        assert words in text, words
    assert f'href="{HOME}{menu.id}"' in page.text
