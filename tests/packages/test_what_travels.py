"""Every part is exported, wiped and brought back to the same hash; twins, secrets, what one may not touch."""
import io
import json

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.database import unit_of_work
from app.models.company import Department
from app.models.desk import Setting
from app.models.email_template import EmailTemplate
from app.models.external_service import ExternalService
from app.models.label import Label
from app.models.log import LogEntry
from app.models.package_import import PackageImport
from app.models.script import Script
from app.models.survey import Survey, SurveyQuestion
from app.models.web_menu import WebMenu, WebMenuRule
from app.security.viewer import SYSTEM
from app.services import external_service, roles, settings
from app.services.demo.forms import FOLDER
from app.services.packages import document, importing, reading
from app.services.packages.parts import PARTS
from tests.packages.conftest import changed
from tests.support.clock import NOON

pytestmark = pytest.mark.req("B-21")
KEYS = ["a-key-of-the-installation-that-is-long-enough"]
SERVICE = {"name": "ERP", "url": "https://erp.example.com/clientes/{document}", "method": "GET", "auth": "bearer",
           "secret": "segredo-do-erp", "headers": [["Accept-Language", "pt-BR"]], "seconds": 4, "active": True}


@pytest.fixture
def service(session, world):
    """An active external service with its secret and a mapping."""
    with unit_of_work(session):
        made = external_service.save(session, None, SERVICE, keys=KEYS, allow_private=False, actor=SYSTEM, now=NOON)
        rows = [{"variable": "cliente.nome", "person_field": "name"},
                {"variable": "nascido", "person_field": "birth_date"}]
        external_service.save_mappings(session, made.id, rows, offered=external_service.FILLED, actor=SYSTEM, now=NOON)
    return made


@pytest.fixture
def twins(session, seeding, world):
    """Three scripts of one title: of two departments, and two that only their text tells apart."""
    with seeding():
        other = Department(name="Ouvidoria", company=world.company)
        session.add_all([Script(title="Boas-vindas", body=body, departments=[of]) for body, of in (
            ("SAC", world.department), ("Ouvidoria", other), ("Ouvidoria, à tarde", other))])
    session.commit()


@pytest.fixture
def all_of_it(session, seeding, world, bring, service, twins):
    """At least one row of each part."""
    for name in ("saneamento", "laticinios"):
        bring((FOLDER / f"{name}.json").read_bytes())
    with unit_of_work(session):
        role = roles.create(session, {"name": "Triagem", "permissions": ["use portal"]}, actor=SYSTEM, now=NOON)
        settings.set_setting(session, "attention_days", 3, actor=SYSTEM, now=NOON)
    with seeding():
        menu = session.scalar(select(WebMenu).where(WebMenu.code == "fale_conosco"))
        menu.released, menu.rules = False, [WebMenuRule(role_id=role.id, released=True)]
        session.add_all([
            Label(name="Urgente", colour="#b3261e"), EmailTemplate(name="Retorno", subject="Oi", body="Até já"),
            Survey(name="Pós-atendimento", kind="satisfaction", description="Curta", questions=[
                SurveyQuestion(position=1, text="De 0 a 10?", options=[], type="nps", required=True),
                SurveyQuestion(position=2, text="Por qual canal?", type="choice", options=["Voz", "Chat"]),
                SurveyQuestion(position=3, text="Antiga", type="text", options=[], active=False)])])
    session.commit()


def wiped(session, seeding):
    """How many rows of each part could be taken away; what records refer to stays."""
    gone = dict.fromkeys((part.name for part in PARTS), 0)
    with seeding():
        session.execute(delete(Setting))
        gone["parameters"] = 1
        for part in reversed(PARTS):
            if part.name == "parameters":
                continue
            for row in session.scalars(select(part.model).order_by(part.model.id.desc())).all():
                if getattr(row, "name", "") in roles.OWN_ROLES:
                    continue  # which no installation is without
                try:
                    with session.begin_nested():
                        session.delete(row)
                        session.flush()
                    gone[part.name] += 1
                except IntegrityError:  # in use
                    continue
    session.commit()
    return gone


def test_each_part_comes_back_to_the_same_hash(session, seeding, all_of_it, exported, bring):
    before = exported()
    sent = document.load(before).content
    assert {part.name for part in PARTS} == {name for name, entries in sent.items() if entries}
    gone = wiped(session, seeding)
    assert [name for name, count in gone.items() if not count] == []
    assert document.load(exported()).digest != document.load(before).digest
    bring(before)
    assert document.load(exported()).digest == document.load(before).digest


def test_scripts_of_one_title_travel_and_are_told_apart(session, seeding, twins, exported, bring, take_back):
    before = exported("scripts", "departments")
    _pk, outcome = bring(before)
    assert (outcome.changes, outcome.same > 2) == ([], True)
    with seeding():
        for script in session.scalars(select(Script)):
            session.delete(script)
    session.commit()
    pk, outcome = bring(before)
    assert sorted(each.path for each in outcome.changes) == [
        ("Boas-vindas", "Azul › Financeiro"), ("Boas-vindas", "Azul › Ouvidoria"),
        ("Boas-vindas", "Azul › Ouvidoria", "2")]
    assert exported("scripts", "departments") == before

    def other_text(parts):
        next(each for each in parts["scripts"] if each["body"] == "SAC")["body"] = "SAC de novo"
    second, outcome = bring(changed(before, other_text))
    assert [(each.path, each.action, each.before) for each in outcome.changes] == [
        (("Boas-vindas", "Azul › Financeiro"), "update", {"body": "SAC"})]
    take_back(second)
    assert exported("scripts", "departments") == before
    take_back(pk)
    assert session.scalars(select(Script)).all() == []


def test_a_script_that_is_alone_is_known_by_its_title_whatever_its_departments(session, seeding, world, twins, exported,
                                                                              bring):
    with seeding():
        session.execute(delete(Script).where(Script.body != "SAC"))
    session.commit()

    def moved(parts):
        parts["scripts"][0]["departments"] = [["Ouvidoria"]]
    _pk, outcome = bring(changed(exported("scripts"), moved))
    assert [(each.path, each.action, list(each.after)) for each in outcome.changes] == [
        (("Boas-vindas",), "update", ["departments"])]


def test_a_question_that_changes_keeps_its_answers_and_one_that_is_gone_is_told(session, all_of_it, exported, bring):
    survey = session.scalar(select(Survey))
    ids = {question.text: question.id for question in survey.questions}

    def less(parts):
        (entry,) = parts["surveys"]
        entry["questions"] = [{**each, "required": True} for each in entry["questions"] if each["text"] != "Antiga"]
    _pk, outcome = bring(changed(exported("surveys"), less))
    session.expire_all()
    assert {question.text: question.id for question in survey.questions} == {
        text: pk for text, pk in ids.items() if text != "Antiga"}
    from app.services.packages import told
    said = [(each.label, each.new) for each in told.differences(outcome.changes[0])]
    assert said[-1][1] == "—"


def test_the_external_service_travels_without_its_secret_and_waits_for_it(session, seeding, service, exported, bring,
                                                                         world, sign_in, make_user):
    data = exported("external_service")
    (entry,) = json.loads(data)["parts"]["external_service"]
    assert "secret" not in entry
    assert "active" not in entry
    assert b"segredo-do-erp" not in data
    with seeding():
        session.delete(session.get(ExternalService, service.id))
    session.commit()
    keeper = sign_in(make_user("cleo", "Configurator", companies=[world.company]))
    pk, _outcome = bring(data)
    session.expire_all()
    stored = session.scalar(select(ExternalService))
    assert (stored.active, stored.secret, len(stored.mappings)) == (False, None, 2)
    assert exported("external_service") == data
    for address in ("/settings/service/", f"/settings/packages/{pk}"):
        assert "sem o segredo" in keeper.get(address).text
    form = {"name": "ERP", "url": SERVICE["url"], "method": "GET", "auth": "bearer", "seconds": "4", "active": "y",
            "version": str(stored.version), "headers": ""}
    refused = keeper.post("/settings/service/", form)
    assert refused.status_code == 422
    assert 'name="secret"' in refused.text
    assert keeper.post("/settings/service/", {**form, "secret": "outro"}).status_code == 302
    session.expire_all()
    assert stored.active
    assert "sem o segredo" not in keeper.get("/settings/service/").text


@pytest.mark.parametrize(("name", "value", "kept"), [
    ("seconds", 9, True), ("url", "https://erp.example.com/v2/{document}", True),
    ("url", "https://outro.example.com/{document}", False), ("auth", "header", False)])
def test_a_secret_that_is_here_goes_along_to_no_other_host(session, service, exported, bring, take_back, name, value,
                                                           kept):
    before = exported("external_service")

    def act(parts):
        parts["external_service"][0] |= {name: value, "name": "Outro nome", "key_header": "X-Key"}
    sealed = service.secret
    pk, _outcome = bring(changed(before, act))
    session.expire_all()
    assert (service.active, service.secret) == ((True, sealed) if kept else (False, None))
    take_back(pk)
    session.expire_all()
    assert exported("external_service") == before
    assert (service.active, service.secret) == (True, sealed)


def moved(parts):
    parts["external_service"][0]["url"] = "https://outro.example.com/{document}"


def test_a_secret_that_waits_for_the_undo_is_shown_nowhere_and_gone_with_it(session, service, exported, make_user,
                                                                          sign_in, world):
    keeper = sign_in(make_user("cleo", "Configurator", companies=[world.company]))
    sealed = service.secret
    sent = keeper.post("/settings/packages/", {"file": (
        io.BytesIO(changed(exported("external_service"), moved)), "p.json")}, content_type="multipart/form-data")
    assert keeper.post(f"{sent.location}/import", {"part": ["external_service"]}).status_code == 302
    package = session.scalar(select(PackageImport))
    assert package.changes[0]["held"]["secret"] == sealed
    assert "segredo-do-erp" not in json.dumps(package.changes)
    shown = [keeper.get(address).text for address in (
        sent.location, f"{sent.location}/file", "/settings/packages/", "/settings/service/")]
    shown += [json.dumps(entry.changes) for entry in session.scalars(select(LogEntry))]
    assert [text for text in shown if sealed in text or "segredo-do-erp" in text] == []
    assert "sem o segredo" in shown[0]
    assert keeper.post(f"{sent.location}/undo").status_code == 302
    session.expire_all()
    assert (service.active, service.secret) == (True, sealed)
    assert "held" not in package.changes[0]
    assert "sem o segredo" not in keeper.get("/settings/service/").text


def test_undoing_leads_a_secret_to_no_other_host_than_it_was_for(session, seeding, service, exported, bring, take_back):
    def header(parts):
        parts["external_service"][0] |= {"auth": "header", "key_header": "X-Key"}
    pk, _outcome = bring(changed(exported("external_service"), header))
    with seeding():
        session.get(ExternalService, service.id).url = "https://outro.example.com/{document}"
    session.commit()
    take_back(pk)
    session.expire_all()
    assert (service.auth, service.active, service.secret) == ("bearer", False, None)


@pytest.mark.parametrize("spoil", [
    lambda entry: entry.update(url="ftp://erp"), lambda entry: entry.update(secret="x"),
    lambda entry: entry.update(headers=[["Cookie", "a=b"]]), lambda entry: entry.update(headers=[["so"]]),
    lambda entry: entry["mappings"].append({"variable": "x", "person_field": "nada"}),
    lambda entry: entry["mappings"].append({"variable": "x", "person_field": "name"})])
def test_what_breaks_a_rule_of_the_service_is_refused(session, service, exported, bring, spoil):
    before = exported("external_service")
    with pytest.raises(importing.Refused):
        bring(changed(before, lambda parts: spoil(parts["external_service"][0])))
    assert exported("external_service") == before


def test_rules_of_single_users_stay_where_the_users_are(session, seeding, all_of_it, world, make_user, exported, bring):
    person = make_user("prest", "Provider", companies=[world.company], entity=world.entity)
    menu = session.scalar(select(WebMenu).where(WebMenu.code == "fale_conosco"))
    with seeding():
        session.add(WebMenuRule(menu_id=menu.id, user_id=person.id, released=True))
    session.commit()
    data = exported("web_menus")
    assert [set(rule) for rule in json.loads(data)["parts"]["web_menus"][0]["rules"]] == [{"role", "released"}]

    def none(parts):
        parts["web_menus"][0] |= {"rules": [], "released": True}
    bring(changed(data, none))
    session.expire_all()
    assert [rule.user_id for rule in menu.rules] == [person.id]
    assert menu.released


def test_changes_of_parts_that_one_may_not_read_are_shown_to_nobody_else(session, twins, make_user, sign_in, world,
                                                                        exported, bring):
    boss, conf = (sign_in(make_user(name, role, companies=[world.company])) for name, role in (
        ("boss", "Supervisor"), ("conf", "Configurator")))

    def act(parts):
        parts["roles"] = [{"name": "Papel secreto", "permissions": ["read entity"]}]
        parts["motives"] = [{"name": "Esgoto"}]
    with unit_of_work(session):
        package = importing.receive(session, changed(exported("motives"), act), actor=SYSTEM, now=NOON)
        session.flush()
        pk = package.id
    address = f"/settings/packages/{pk}"
    for query in ("", "?part=roles&part=motives"):
        page = conf.get(address + query).text
        assert "Papel secreto" not in page
        assert "Perfis de acesso" in page  # that it is in the package is said
        assert "Esgoto" in page
    refused = conf.post(f"{address}/import", {"part": ["roles", "motives"]})
    assert refused.status_code == 409
    assert "Perfis de acesso: Você não pode alterar esta parte" in refused.text
    assert "Papel secreto" not in refused.text
    with unit_of_work(session):
        importing.bring(session, pk, actor=SYSTEM, now=NOON)
    page = conf.get(address).text
    assert "Papel secreto" not in page
    assert "que você não pode ver" in page
    assert "Papel secreto" in boss.get(address).text
    undone = conf.post(f"{address}/undo")
    assert undone.status_code == 409
    assert "Papel secreto" not in undone.text
    assert reading.content(session, ["roles"])["roles"]
