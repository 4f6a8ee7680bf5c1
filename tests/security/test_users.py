"""The register of users: who may give what to whom, and that nobody locks everybody out."""
import re
import threading

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.database import unit_of_work, utc_now
from app.errors import Conflict, Forbidden, Invalid
from app.extensions import db as database
from app.models.identity import PasswordReset
from app.models.log import LogEntry
from app.models.outbox import Outbox
from app.security import passwords
from app.security.permissions import ADMIN, ATTENDANT, CONFIGURATOR, CUSTOMER, SUPERVISOR
from app.security.sync import sync
from app.security.viewer import SYSTEM
from app.services import users
from app.services.grants import viewer_of
from tests.support.apps import fresh_app
from tests.support.clients import PASSWORD


@pytest.fixture
def role(session):
    return lambda name: session.scalar(select(Role).where(Role.name == name))


@pytest.fixture
def chief(make_user, world):
    return make_user("chefe", SUPERVISOR, companies=[world.company])


@pytest.fixture
def ana(make_user, world):
    return make_user("ana", ATTENDANT, companies=[world.company], contact_email="ana@example.com")


def _form(role, world, **values):
    return {"first_name": "Nova", "last_name": "Pessoa", "contact_email": "nova@example.com", "active": "y",
            "locale": "", "roles": [role(ATTENDANT).id], "companies": [world.company.id], **values}


def _edit(browser, user, values):
    """Open the form of a user and post it with these values."""
    page = browser.get(f"/users/edit/{user.id}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return browser.post(f"/users/edit/{user.id}", {"version": version, **values})


def _entries(session, user):
    return session.scalars(select(LogEntry).where(LogEntry.target == "ab_user", LogEntry.target_id == user.id)
                           .order_by(LogEntry.seq)).all()


@pytest.mark.req("G-02")
def test_a_supervisor_invites_a_user_who_chooses_his_password(sign_in, client, chief, role, world, session):
    browser = sign_in(chief)
    answer = browser.post("/users/add", _form(role, world, username="Nova.Pessoa"))
    assert answer.status_code == 302
    user = session.scalar(select(User).where(User.username == "nova.pessoa"))
    assert user.password is None
    assert user.email.endswith("@users.invalid")
    assert [row.name for row in user.profile.companies] == ["Azul"]
    mail = session.scalar(select(Outbox).where(Outbox.recipient == "nova@example.com"))
    assert mail.subject == "Balcão: escolha sua senha"
    token = next(line for line in mail.body.splitlines() if "/reset/" in line).rsplit("/", 1)[1]
    assert client().post(f"/reset/{token}", {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client().login("nova.pessoa").status_code == 302
    entry = _entries(session, user)[0]
    assert entry.action == "create"
    assert entry.actor_id == chief.id
    assert entry.changes["roles"][1] == [ATTENDANT]


@pytest.mark.parametrize(("values", "sentence"), [
    ({"username": ""}, "Preencha este campo."),
    ({"username": "joão silva"}, "Use de 3 a 64 letras"),
    ({"username": "ana"}, "Já existe um usuário com este nome."),
    ({"contact_email": "isto não é"}, "E-mail inválido"),
    ({"contact_email": "bia@x"}, "E-mail inválido"),
    ({"contact_email": ""}, "Preencha este campo."),
    ({"roles": []}, "Escolha ao menos um perfil."),
    ({"companies": []}, "Escolha ao menos uma empresa."),
])
def test_a_refusal_is_a_sentence_at_its_field_and_what_was_typed_stays(
        sign_in, chief, ana, role, world, values, sentence):
    answer = sign_in(chief).post("/users/add", _form(role, world, **{"username": "outra", **values}))
    assert answer.status_code in (409, 422)
    assert sentence in answer.text
    assert 'value="Pessoa"' in answer.text


def test_everything_that_is_wrong_of_a_new_user_is_told_at_once(sign_in, chief, ana, role, world):
    wrong = _form(role, world, username="ana", contact_email="bia@x", roles=[], companies=[], last_name="")
    page = sign_in(chief).post("/users/add", wrong).text
    for field, sentence in (("username", "Já existe um usuário com este nome."), ("contact_email", "E-mail inválido"),
                            ("roles", "Escolha ao menos um perfil."), ("companies", "Escolha ao menos uma empresa."),
                            ("last_name", "Preencha este campo.")):
        assert re.search(rf'id="{field}-err"[^>]*>(?:(?!</div></div>).)*{sentence}', page, re.S), field
        assert page.count(sentence) == 1, field


def test_the_company_is_asked_with_the_rest_and_the_only_one_is_ticked(sign_in, make_user, chief, role, world):
    browser = sign_in(chief)
    page = browser.get("/users/add").text
    assert re.search(r'for="companies">Empresas <span class="b-req"', page)
    box = r'name="companies" value="(\d+)" checked'
    assert re.findall(box, page) == [str(world.company.id)]
    refused = browser.post("/users/add", _form(role, world, username="", companies=[]))
    assert refused.status_code == 422
    assert "Preencha este campo." in refused.text
    assert "Escolha ao menos uma empresa." in refused.text
    two = make_user("duas", SUPERVISOR, companies=[world.company, world.other_company])
    assert not re.findall(box, sign_in(two).get("/users/add").text)
    root = sign_in(make_user("raiz", ADMIN))
    alone = _form(role, world, username="raiz2", companies=[], roles=[role(ADMIN).id])
    assert root.post("/users/add", alone).status_code == 302  # an administrator needs none


@pytest.mark.req("G-02")
def test_an_address_that_was_taken_by_older_rules_stays_and_is_written_to(sign_in, make_user, chief, role, world,
                                                                          session):
    user = make_user("beto", ATTENDANT, companies=[world.company], contact_email="beto@empresa.local")
    changed = _form(role, world, first_name="Roberto", contact_email="beto@empresa.local")
    assert _edit(sign_in(chief), user, changed).status_code == 302
    mine = sign_in(user).post("/account/profile", {
        "first_name": "Beto", "last_name": "Pessoa", "contact_email": "beto@empresa.local", "locale": "pt_BR",
        "theme": "dark"})
    assert mine.status_code == 302
    changed = _edit(sign_in(chief), user, _form(role, world, contact_email="outro@empresa.local"))
    assert changed.status_code == 422  # what is typed now has today's rules
    assert sign_in(chief).post(f"/users/action/send_link/{user.id}").status_code == 302
    assert session.scalar(select(Outbox.id).where(Outbox.recipient == "beto@empresa.local"))



@pytest.mark.req("G-02")
def test_a_supervisor_can_neither_give_admin_nor_raise_himself_nor_touch_an_administrator(
        sign_in, make_user, chief, ana, role, world, session):
    root = make_user("raiz", ADMIN, companies=[world.company])
    browser = sign_in(chief)
    for user, names in ((ana, (ADMIN,)), (ana, (CONFIGURATOR,)), (chief, (ADMIN, SUPERVISOR))):
        answer = _edit(browser, user, _form(role, world, roles=[role(name).id for name in names]))
        assert answer.status_code in (403, 422), names
    for path in ("edit", "show"):
        assert browser.get(f"/users/{path}/{root.id}").status_code == 404
    assert browser.post(f"/users/edit/{root.id}", _form(role, world)).status_code == 404
    assert browser.post(f"/users/action/send_link/{root.id}").status_code == 404
    assert ">raiz<" not in browser.get("/users/list/").text
    session.expire_all()
    assert [row.name for row in ana.roles] == [ATTENDANT]
    assert [row.name for row in chief.roles] == [SUPERVISOR]
    assert [row.name for row in root.roles] == [ADMIN]


@pytest.mark.req("G-02")
def test_the_service_refuses_what_the_form_does_not_offer(session, make_user, chief, ana, role, world, viewer_for):
    actor, now = viewer_for(chief), utc_now()
    make_user("raiz", ADMIN, companies=[world.company])
    with pytest.raises(Forbidden):
        users.set_roles(session, ana.id, [role(ADMIN)], actor=actor, now=now)
    session.rollback()
    with pytest.raises(Forbidden):
        users.set_roles(session, ana.id, [role(ATTENDANT), role(CONFIGURATOR)], actor=actor, now=now)
    session.rollback()
    with pytest.raises(Forbidden):
        users.set_active(session, chief.id, False, actor=viewer_for(ana), now=now)
    session.rollback()
    with pytest.raises(Invalid):
        users.update(session, ana.id, {"companies": [world.company, world.other_company]}, actor=actor, now=now)


@pytest.mark.req("G-02")
def test_who_holds_more_than_the_supervisor_keeps_his_address_and_his_roles(
        sign_in, make_user, chief, role, world, session):
    """Otherwise a supervisor would send himself the link to a configurator's account."""
    caio = make_user("caio", CONFIGURATOR, companies=[world.company], contact_email="caio@example.com")
    browser = sign_in(chief)
    taken = _edit(browser, caio, _form(role, world, roles=[], contact_email="chefe@example.com"))
    assert taken.status_code == 403
    assert "Este usuário tem permissões que você não tem" in taken.text
    browser.post(f"/users/action/send_link/{caio.id}")
    assert session.scalar(select(PasswordReset)) is None
    renamed = _form(role, world, roles=[], first_name="Caio", contact_email="caio@example.com")
    assert _edit(browser, caio, renamed).status_code == 302
    session.expire_all()
    assert caio.first_name == "Caio"
    assert [row.name for row in caio.roles] == [CONFIGURATOR]


def test_companies_and_units_that_the_supervisor_does_not_see_stay(sign_in, make_user, chief, role, world, session):
    both = make_user("ambas", ATTENDANT, companies=[world.company, world.other_company],
                     units=[world.restricted_unit, world.other_unit])
    browser = sign_in(chief)
    assert "Verde" not in browser.get(f"/users/edit/{both.id}").text
    assert _edit(browser, both, _form(role, world)).status_code == 302
    session.expire_all()
    assert {row.name for row in both.profile.companies} == {"Azul", "Verde"}
    assert {row.name for row in both.profile.units} == {"Ouvidoria", "Matriz Verde"}


@pytest.mark.req("G-02")
def test_users_of_another_company_do_not_exist_for_a_supervisor(sign_in, make_user, chief, role, world):
    far = make_user("longe", ATTENDANT, companies=[world.other_company])
    browser = sign_in(chief)
    assert browser.get(f"/users/edit/{far.id}").status_code == 404
    assert browser.post(f"/users/edit/{far.id}", _form(role, world)).status_code == 404
    assert "longe" not in browser.get("/users/list/").text


@pytest.mark.req("G-02")
def test_a_change_of_role_holds_from_the_next_request(sign_in, chief, ana, role, world):
    his, hers = sign_in(chief), sign_in(ana)
    assert hers.get("/users/list/").status_code == 403
    values = _form(role, world, contact_email="ana@example.com")
    assert _edit(his, ana, {**values, "roles": [role(SUPERVISOR).id]}).status_code == 302
    assert hers.get("/users/list/").status_code == 200
    assert _edit(his, ana, values).status_code == 302
    assert hers.get("/users/list/").status_code == 403


def test_a_deactivated_user_is_out_at_once_and_stays_out_when_let_in_again(
        sign_in, api, chief, ana, role, world, session):
    his, hers, caller = sign_in(chief), sign_in(ana), api(ana)
    off = {k: v for k, v in _form(role, world, contact_email="ana@example.com").items() if k != "active"}
    assert _edit(his, ana, off).status_code == 302
    assert hers.get("/account/").status_code == 302
    assert caller.post("/api/v1/security/logout").status_code == 401
    assert _edit(his, ana, {**off, "active": "y"}).status_code == 302
    assert hers.get("/account/").status_code == 302
    assert [entry.action for entry in _entries(session, ana)] == ["update", "update"]
    assert _entries(session, ana)[0].changes["active"][:2] == [True, False]


def test_users_are_never_deleted_and_nobody_sees_a_password(sign_in, chief, ana, app):
    browser = sign_in(chief)
    assert browser.post(f"/users/delete/{ana.id}").status_code in (404, 405)
    for path in (f"/users/show/{ana.id}", f"/users/edit/{ana.id}", "/users/add"):
        page = browser.get(path).text
        assert 'type="password"' not in page
        assert ana.password not in page
        assert "users.invalid" not in page


def test_a_link_is_sent_instead_of_setting_a_password(sign_in, chief, ana, session):
    browser = sign_in(chief)
    assert "Enviar link para escolher a senha" in browser.get(f"/users/show/{ana.id}").text
    assert browser.post(f"/users/action/send_link/{ana.id}").status_code == 302
    assert session.scalar(select(Outbox.recipient)) == "ana@example.com"
    assert [entry.action for entry in _entries(session, ana)] == ["send_link"]


def test_what_is_refused_of_a_user_who_holds_more_is_not_offered(sign_in, make_user, chief, ana, world, session):
    above = make_user("cora", CONFIGURATOR, companies=[world.company], contact_email="cora@example.com")
    browser, reason = sign_in(chief), "Este usuário tem permissões que você não tem"
    page = browser.get(f"/users/show/{above.id}").text
    assert reason in page
    assert "action/send_link" not in page
    page = browser.get(f"/users/edit/{above.id}").text
    assert reason in page
    assert re.search(r'<input[^>]*name="contact_email"[^>]*readonly', page)
    for path in ("show", "edit"):
        assert reason not in browser.get(f"/users/{path}/{ana.id}").text
        assert reason not in sign_in(make_user(None, ADMIN)).get(f"/users/{path}/{above.id}").text


def test_a_stale_form_is_turned_away_with_both_values(sign_in, chief, ana, role, world):
    browser = sign_in(chief)
    values = _form(role, world, contact_email="ana@example.com", version=ana.version)
    assert browser.post(f"/users/edit/{ana.id}", {**values, "last_name": "Primeira"}).status_code == 302
    stale = browser.post(f"/users/edit/{ana.id}", {**values, "last_name": "Segunda"})
    assert stale.status_code == 409
    assert 'value="Segunda"' in stale.text
    assert "Primeira" in stale.text


def test_a_user_of_the_portal_needs_his_entity_and_no_role_of_the_staff(sign_in, make_user, role, world, session):
    browser = sign_in(make_user("raiz", ADMIN))
    portal = _form(role, world, username="cliente1", roles=[role(CUSTOMER).id], companies=[])
    without = browser.post("/users/add", portal)
    assert without.status_code == 422
    assert "Escolha a entidade" in without.text
    mixed = browser.post("/users/add", {**portal, "entity": world.entity.id, "roles": [role(ATTENDANT).id]})
    assert mixed.status_code == 422
    assert "não pode ter perfil da equipe" in mixed.text
    assert browser.post("/users/add", {**portal, "entity": world.entity.id}).status_code == 302
    user = session.scalar(select(User).where(User.username == "cliente1"))
    assert user.profile.entity_id == world.entity.id
    assert [row.name for row in user.profile.companies] == ["Azul"]


def test_an_attendant_reaches_no_page_of_the_register(sign_in, ana):
    browser = sign_in(ana)
    for path in ("/users/list/", "/users/add", f"/users/edit/{ana.id}", "/roles/list/", "/roles/add"):
        assert browser.get(path).status_code == 403


# ---- the last administrator


@pytest.mark.req("G-02")
def test_the_last_active_administrator_cannot_be_removed_or_deactivated(
        session, make_user, role, viewer_for, sign_in, world):
    root = make_user("raiz", ADMIN)
    make_user("raiz2", ADMIN, active=False)  # an inactive one does not count
    actor, now = viewer_for(root), utc_now()
    with pytest.raises(Conflict):
        users.set_active(session, root.id, False, actor=actor, now=now)
    session.rollback()
    with pytest.raises(Conflict):
        users.update(session, root.id, {"roles": [role(ATTENDANT)], "companies": [world.company]}, actor=actor, now=now)
    session.rollback()
    values = _form(role, world, roles=[role(ADMIN).id])
    values.pop("active")
    refused = _edit(sign_in(root), root, values)
    assert refused.status_code == 409
    assert "O último administrador ativo não pode ser removido nem desativado." in refused.text


@pytest.mark.req("G-02")
def test_the_last_active_supervisor_cannot_be_removed_or_deactivated(sign_in, make_user, chief, role, world, session):
    make_user("chefe2", SUPERVISOR, companies=[world.company], active=False)  # an inactive one does not count
    root = make_user("raiz", ADMIN)
    sentence = "O último supervisor ativo não pode ser removido nem desativado."
    off = {k: v for k, v in _form(role, world, roles=[role(SUPERVISOR).id]).items() if k != "active"}
    for browser in (sign_in(chief), sign_in(root)):
        for values in (off, _form(role, world, roles=[role(ATTENDANT).id])):
            refused = _edit(browser, chief, values)
            assert refused.status_code == 409
            assert sentence in refused.text
    session.expire_all()
    assert chief.active
    assert [row.name for row in chief.roles] == [SUPERVISOR]
    make_user("chefe3", SUPERVISOR, companies=[world.company])
    assert _edit(sign_in(root), chief, off).status_code == 302


@pytest.mark.req("G-02")
def test_two_administrators_who_deactivate_each_other_at_once_leave_one(databases):
    with fresh_app(databases) as app:
        with app.app_context():
            with unit_of_work(database.session) as session:
                sync(session)
            ids = [_administrator(name) for name in ("raiz1", "raiz2")]
        for _round in range(4):
            outcomes, barrier = [], threading.Barrier(2)

            def deactivate(mine, other, outcomes=outcomes, barrier=barrier):
                with app.app_context():
                    actor = viewer_of(database.session, database.session.get(User, mine))
                    database.session.rollback()
                    barrier.wait()
                    try:
                        with unit_of_work(database.session) as session:
                            users.set_active(session, other, False, actor=actor, now=utc_now())
                        outcomes.append("done")
                    except Conflict:
                        outcomes.append("refused")
            threads = [threading.Thread(target=deactivate, args=pair) for pair in (ids, ids[::-1])]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(outcomes) == ["done", "refused"]
            with app.app_context():
                for pk in ids:
                    with unit_of_work(database.session) as session:
                        users.set_active(session, pk, True, actor=SYSTEM, now=utc_now())


def _administrator(name):
    with unit_of_work(database.session) as session:
        role = session.scalar(select(Role).where(Role.name == ADMIN))
        user = users.create(session, {"username": name, "first_name": name, "last_name": "X", "roles": [role]},
                            actor=SYSTEM, now=utc_now(), password_hash=passwords.make(PASSWORD, "pbkdf2:sha256:1"))
        return user.id


def test_the_first_administrator_is_made_once_and_keeps_the_policy(session):
    with pytest.raises(Invalid):
        users.create_first_admin(session, "raiz", "password123", utc_now(), method="pbkdf2:sha256:1")
    session.rollback()
    users.create_first_admin(session, "raiz", PASSWORD, utc_now(), method="pbkdf2:sha256:1")
    session.commit()
    with pytest.raises(Conflict):
        users.create_first_admin(session, "raiz2", PASSWORD, utc_now(), method="pbkdf2:sha256:1")


def test_no_other_way_writes_users_or_roles(session, make_user, role, app):
    """FAB's own writers and a careless script stop at the second wall."""
    user = make_user("ana", ATTENDANT)
    user.roles = [role(ADMIN)]
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
    user.active = False
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
    app.appbuilder.sm.add_user("intruso", "i", "i", "i@example.com", role(ADMIN), "segredo")
    session.rollback()
    assert session.scalar(select(User).where(User.username == "intruso")) is None
    session.delete(user)
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
