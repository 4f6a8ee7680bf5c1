""""Logs" of a record: who, when, what, old and new, newest first, of any record one may see."""
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.models.identity import LoginAttempt
from app.services import accounts, records, roles, users
from tests.support.clock import NOON


def lines(page) -> list[list[str]]:
    """The text of every row of the table of the log."""
    rows = re.findall(r"<tr>(.*?)</tr>", re.search(r'<table class="table b-log">.*?</table>', page.text, re.S)[0], re.S)
    return [[re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
            for row in rows[1:]]


@pytest.mark.req("G-06", "C-99")
def test_the_log_tells_who_when_what_old_and_new(world, make_user, sign_in):
    browser = sign_in(make_user("cora", "Configurator", companies=[world.company], name="Cora"))
    pk = world.situations["pending"].id
    form = {"name": "Aguardando", "phase": "in_progress", "scope": "both", "position": "3"}
    situation = world.situations["pending"]
    saved = browser.post(f"/situations/edit/{pk}", {**form, "active": "y", "version": str(situation.version)})
    assert saved.status_code == 302, saved.text[-1500:]
    record = browser.get(f"/situations/show/{pk}")
    assert f'href="/logs/situation/{pk}"' in record.text
    page = browser.get(f"/logs/situation/{pk}")
    newest = lines(page)
    assert newest[0][1:4] == ["Cora Teste (cora)", "Alteração", "Situação"]
    assert newest[0][5] == "Aguardando"
    assert ["Fase", "Pendente", "Em andamento"] in [row[-3:] for row in newest]
    assert re.match(r"\d\d/\d\d/\d{4} \d\d:\d\d", newest[0][0])


@pytest.mark.req("G-06")
def test_who_takes_the_name_of_another_is_still_told_by_his_user_name(world, make_user, sign_in):
    browser = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    name = {"first_name": "Chefe", "last_name": "x" * 64, "locale": "pt_BR", "theme": "auto"}
    assert browser.post("/account/profile", name).status_code == 302
    browser.post("/contact-types/add", {"name": "Breve", "active": "y"})
    pk = browser.get("/lookup/contact_type?q=breve").json["results"][0]["id"]
    assert lines(browser.get(f"/logs/contact_type/{pk}"))[0][1] == f"Chefe {'x' * 64} (cora)"


def test_the_log_of_what_one_may_not_see_does_not_exist(world, make_user, sign_in, client):
    supervisor = sign_in(make_user("sue", "Supervisor", companies=[world.company]))
    assert supervisor.get(f"/logs/unit/{world.unit.id}").status_code == 200
    assert supervisor.get(f"/logs/unit/{world.other_unit.id}").status_code == 404
    assert supervisor.get(f"/logs/entity/{world.other_entity.id}").status_code == 404
    assert supervisor.get("/logs/unit/999999").status_code == 404
    assert supervisor.get("/logs/nothing/1").status_code == 404
    assert supervisor.get(f"/logs/unit/{world.unit.id}?before=x").status_code == 400
    configurator = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    assert configurator.get(f"/logs/entity/{world.entity.id}").status_code in (403, 404)
    portal = sign_in(make_user("zoe", "Customer", entity=world.entity))
    assert portal.get(f"/logs/entity/{world.entity.id}").status_code == 403
    assert client().get(f"/logs/unit/{world.unit.id}").status_code == 302


def test_documents_are_masked_in_the_log(world, session, make_user, sign_in, viewer_for):
    ana = make_user("ana", "Attendant", companies=[world.company])
    records.update(session, type(world.entity), world.entity.id, {"document": "39053344705"}, actor=viewer_for(ana),
                   now=NOON)
    session.commit()
    page = sign_in(ana).get(f"/logs/entity/{world.entity.id}")
    assert page.status_code == 200
    assert "•••.982.247-••" in page.text
    assert "52998224725" not in page.text
    assert "39053344705" not in page.text


def test_a_long_log_is_read_by_key(world, session, make_user, sign_in, viewer_for):
    cora = make_user("cora", "Configurator", companies=[world.company])
    for number in range(60):
        records.update(session, type(world.motive), world.motive.id, {"name": f"Nome {number}"},
                       actor=viewer_for(cora), now=NOON)
    session.commit()
    browser = sign_in(cora)
    first = browser.get(f"/logs/motive/{world.motive.id}")
    assert len(lines(first)) == 50
    older = re.search(r'href="(/logs/motive/\d+\?before=\d+)"', first.text)[1]
    second = browser.get(older)
    assert len(lines(second)) == 10
    assert lines(first)[0][-1] == "Nome 59"
    assert lines(second)[0][-1] == "Nome 9"


def test_what_is_deleted_keeps_its_log_for_who_sees_everything(world, session, make_user, sign_in):
    cora, alba = make_user("cora", "Configurator", companies=[world.company]), make_user("alba", "Admin")
    browser = sign_in(cora)
    browser.post("/contact-types/add", {"name": "Breve", "active": "y"})
    pk = browser.get("/lookup/contact_type?q=breve").json["results"][0]["id"]
    assert browser.post(f"/contact-types/delete/{pk}").status_code == 302
    assert browser.get(f"/logs/contact_type/{pk}").status_code == 404
    page = sign_in(alba).get(f"/logs/contact_type/{pk}")
    assert page.status_code == 200
    assert "Exclusão" in page.text
    assert "Breve" in page.text


def test_no_heading_shows_a_code(world, session, make_user, sign_in):
    sue = make_user("sue", "Supervisor", companies=[world.company])
    browser = sign_in(sue)
    attempt = session.scalar(select(LoginAttempt.id).where(LoginAttempt.username == "sue"))
    for page in (f"/security-log/show/{attempt}", f"/logs/login_attempt/{attempt}"):
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", browser.get(page).text)[1]
        assert re.search(r"sue · \d\d/\d\d/\d{4} \d\d:\d\d$", heading), heading
    attendant = session.scalar(select(Role.id).where(Role.name == "Attendant"))
    for page in (f"/roles/show/{attendant}", f"/logs/ab_role/{attendant}"):
        assert re.search(r"<h1[^>]*>(.*?)</h1>", browser.get(page).text)[1].endswith("Atendente")


@pytest.mark.req("G-06")
def test_the_log_of_users_and_roles_speaks_portuguese(world, session, make_user, sign_in, viewer_for):
    root = make_user("raiz", "Admin")
    ana = make_user("ana", "Attendant", companies=[world.company], contact_email="ana@example.com")
    actor, configurator = viewer_for(root), session.scalar(select(Role).where(Role.name == "Configurator"))
    role = roles.create(session, {"name": "Consulta", "permissions": ["read entity", "use account"]}, actor=actor,
                        now=NOON)
    users.update(session, ana.id, {
        "contact_email": "a@example.com", "locale": "en", "roles": [configurator], "central_operator": True,
        "chat_active": True, "companies": [world.company, world.other_company], "department": world.department,
    }, actor=actor, now=NOON)
    users.send_link(session, ana.id, public_url="https://sac.example", actor=actor, now=NOON)
    accounts.store_password(session, ana.id, "x", actor=viewer_for(ana), now=NOON)
    accounts.set_theme(session, "dark", actor=viewer_for(ana), now=NOON)
    session.commit()
    browser = sign_in(root)
    told = lines(browser.get(f"/logs/ab_user/{ana.id}"))
    assert {row[2] for row in told if len(row) > 3} == {
        "Senha trocada", "Link para escolher a senha enviado", "Alteração"}
    assert {tuple(row[-3:]) for row in told if row[-1]} >= {
        ("Perfis de acesso", "Atendente", "Configurador"), ("Idioma", "—", "English"),
        ("E-mail de contato", "ana@example.com", "a@example.com"), ("Tema", "Automático", "Escuro"),
        ("Operador da central do prestador", "Não", "Sim"), ("Setor", "—", "Financeiro"),
        ("Empresas", "Azul", "Azul; Verde")}
    granted = next(row for row in lines(browser.get(f"/logs/ab_role/{role.id}")) if row[-3] == "Permissões")
    assert granted[-1] == "Ver entidades; Conta própria"
