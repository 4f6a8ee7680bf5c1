"""Roles: check boxes in groups; nobody gives what he does not hold."""
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.database import utc_now
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models.log import LogEntry
from app.security import labels
from app.security.permissions import ADMIN, ATTENDANT, CONFIGURATOR, SUPERVISOR, Perm
from app.services import roles


@pytest.fixture
def role(session):
    return lambda name: session.scalar(select(Role).where(Role.name == name))


@pytest.fixture
def chief(make_user, world):
    return make_user("chefe", SUPERVISOR, companies=[world.company])


def _texts(role):
    return sorted(map(str, roles.permissions_of(role)))


def test_every_permission_has_a_label_and_a_meaning_once():
    named = [permission for _group, each in labels.PERMISSIONS for permission in each]
    assert sorted(named) == sorted(Perm)
    assert len(named) == len(set(named))


@pytest.mark.req("G-02")
def test_a_supervisor_makes_a_role_of_what_he_holds(sign_in, chief, role, session):
    browser = sign_in(chief)
    page = browser.get("/roles/add").text
    assert "Revelar documentos" in page
    assert "Ver o CPF ou CNPJ inteiro" in page
    answer = browser.post("/roles/add", {"name": "Consulta", "permissions": ["read attendance", "read entity"]})
    assert answer.status_code == 302
    assert _texts(role("Consulta")) == ["read attendance", "read entity"]
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "ab_role"))
    assert entry.action == "create"
    assert entry.actor_id == chief.id
    assert entry.changes["permissions"][1] == ["read attendance", "read entity"]


@pytest.mark.req("G-02")
def test_a_permission_granted_opens_the_screen_at_the_next_request(sign_in, make_user, chief, role, world):
    browser = sign_in(make_user("ana", ATTENDANT, companies=[world.company]))
    his = sign_in(chief)
    attendant = role(ATTENDANT)
    granted = _texts(attendant)
    assert browser.get("/users/list/").status_code == 403
    assert his.post(f"/roles/edit/{attendant.id}", {"permissions": [*granted, "read user"]}).status_code == 302
    assert browser.get("/users/list/").status_code == 200
    assert "/users/list/" in browser.get("/account/").text  # in the menu too
    assert his.post(f"/roles/edit/{attendant.id}", {"permissions": granted}).status_code == 302
    assert browser.get("/users/list/").status_code == 403


@pytest.mark.req("G-02")
def test_what_the_supervisor_does_not_hold_he_neither_gives_nor_takes(sign_in, chief, role, session, viewer_for):
    browser, configurator = sign_in(chief), role(CONFIGURATOR)
    before = _texts(configurator)
    given = browser.post("/roles/add", {"name": "Trama", "permissions": ["write setting"]})
    assert given.status_code in (403, 422)
    assert role("Trama") is None
    assert browser.post(f"/roles/edit/{configurator.id}", {"permissions": before[:1]}).status_code == 302
    session.expire_all()
    assert {"write classification", "write setting"} <= set(_texts(configurator))  # disabled boxes stay as they were
    for wanted in (["write setting"], [str(Perm.ALL_COMPANIES)]):
        with pytest.raises(Forbidden):
            roles.create(session, {"name": "Trama", "permissions": wanted}, actor=viewer_for(chief), now=utc_now())
        session.rollback()
    with pytest.raises(NotFound):  # he does not even see it
        roles.update(session, role(ADMIN).id, {"permissions": []}, actor=viewer_for(chief), now=utc_now())


def test_administrators_always_hold_everything(sign_in, make_user, role):
    refused = sign_in(make_user("raiz", ADMIN)).post(f"/roles/edit/{role(ADMIN).id}", {"permissions": ["read user"]})
    assert refused.status_code == 403
    assert "Administradores têm sempre todas as permissões." in refused.text


def test_the_roles_of_the_product_keep_name_and_place(sign_in, make_user, role, session, viewer_for):
    root = make_user("raiz", ADMIN)
    browser, attendant = sign_in(root), role(ATTENDANT)
    assert 'data-confirm="Excluir' not in browser.get(f"/roles/show/{attendant.id}").text
    assert browser.post(f"/roles/delete/{attendant.id}").status_code == 409
    browser.post(f"/roles/edit/{attendant.id}", {"name": "Outro nome", "permissions": _texts(attendant)})
    session.expire_all()
    assert attendant.name == ATTENDANT
    with pytest.raises(Conflict):
        roles.update(session, attendant.id, {"name": "Outro"}, actor=viewer_for(root), now=utc_now())


def test_a_role_in_use_is_not_deleted_and_names_are_unique(sign_in, make_user, role, session, seeding, viewer_for):
    root = make_user("raiz", ADMIN)
    browser = sign_in(root)
    browser.post("/roles/add", {"name": "Consulta", "permissions": ["use account"]})
    again = browser.post("/roles/add", {"name": "consulta", "permissions": ["use account"]})
    assert again.status_code == 409
    assert "Já existe um perfil com este nome." in again.text
    user = make_user("ana", "Consulta")
    kept = browser.post(f"/roles/delete/{role('Consulta').id}")
    assert kept.status_code == 409
    assert "Há usuários com este perfil" in kept.text
    with seeding():
        user.roles = []
    assert browser.post(f"/roles/delete/{role('Consulta').id}").status_code == 302
    assert role("Consulta") is None


def test_a_permission_that_does_not_exist_is_refused(session, make_user, viewer_for):
    with pytest.raises(Invalid):
        roles.create(session, {"name": "X", "permissions": ["fly moon"]}, actor=viewer_for(make_user("raiz", ADMIN)),
                     now=utc_now())


def test_role_names_are_shown_in_portuguese(sign_in, make_user):
    page = sign_in(make_user("raiz", ADMIN)).get("/roles/list/").text
    for label in ("Administrador", "Atendente", "Configurador", "Prestador", "Cliente", "Perfis de acesso"):
        assert label in page


@pytest.mark.parametrize("name", ["GESTÃO  de filas", "gestao de filas", "Administrador", "SUPERVISOR", "atendente",
                                  "Attendant", "Administrator"])
def test_no_two_roles_look_alike(sign_in, chief, role, name):
    browser = sign_in(chief)
    assert browser.post("/roles/add", {"name": "Gestão de Filas", "permissions": ["read entity"]}).status_code == 302
    again = browser.post("/roles/add", {"name": name, "permissions": ["read entity"]})
    assert again.status_code == 409
    assert "Já existe um perfil com este nome." in again.text
    own = role("Gestão de Filas").id
    form = {"name": "gestão de filas", "permissions": ["read entity"]}
    assert browser.post(f"/roles/edit/{own}", form).status_code == 302  # his own name in other letters


def test_a_new_role_begins_with_the_own_account_and_none_is_left_without_a_permission(sign_in, chief, role):
    browser = sign_in(chief)
    ticked = re.findall(r'<input[^>]*name="permissions"[^>]*value="([^"]+)" checked', browser.get("/roles/add").text)
    assert ticked == ["use account"]
    empty = browser.post("/roles/add", {"name": "Vazio", "permissions": []})
    assert empty.status_code == 422
    assert "Escolha ao menos uma permissão" in empty.text
    assert 'value="Vazio"' in empty.text
    assert role("Vazio") is None
    browser.post("/roles/add", {"name": "Consulta", "permissions": ["read entity"]})
    kept = role("Consulta")
    assert _texts(kept) == ["read entity"]
    assert browser.post(f"/roles/edit/{kept.id}", {"name": "Consulta", "permissions": []}).status_code == 422
