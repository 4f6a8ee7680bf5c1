"""The register of entities on screen: one box, two forms, masks, warnings."""
import html
import re

import pytest
from sqlalchemy import insert, select

from app.models.custom_field import CustomField
from app.models.entity import Entity, EntityRole, Phone
from app.models.log import LogEntry
from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR
from tests.support.forms import placed
from tests.support.world import add_entity

LIST, ADD = "/entities/list/", "/entities/add"


@pytest.fixture
def browser(make_user, sign_in, world):
    """An attendant of Azul."""
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def supervisor(make_user, sign_in, world):
    return sign_in(make_user(None, SUPERVISOR, companies=[world.company]))


@pytest.fixture
def no_reveal(session, make_user, sign_in, world, seeding):
    """A person who keeps entities and may not see documents."""
    from flask_appbuilder.security.sqla.models import PermissionView, Role

    with seeding():
        role = Role(name="Balconista")
        attendant = session.scalar(select(Role).where(Role.name == ATTENDANT))
        role.permissions = [each for each in attendant.permissions if each.view_menu.name != "document"]
        session.add(role)
    assert session.scalars(select(PermissionView)).first()
    return sign_in(make_user(None, "Balconista", companies=[world.company]))


def text(response) -> str:
    """What a person reads of a page."""
    page = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def refused_fields(response) -> set[str]:
    return set(re.findall(r'id="([^"]+)-err"', response.text))


def version(response) -> str:
    return re.search(r'name="version" value="(\d+)"', response.text)[1]


@pytest.mark.req("S-03", "B-16")
@pytest.mark.parametrize("typed", ["joao", "153.509.460-56", "15350946056", "(21) 3210-5678", "joao@ex"])
def test_the_box_finds_by_name_document_phone_or_email(browser, typed):
    page = browser.get(LIST, query_string={"q": typed})
    assert "João Pereira" in page.text
    assert "Ana Lúcia" not in page.text
    assert "•••.509.460-••" in page.text
    assert "(21) 3210-5678" in page.text


@pytest.mark.req("S-04")
def test_nothing_found_says_so(browser):
    assert "Nenhum registro encontrado" in text(browser.get(LIST, query_string={"q": "ninguém assim"}))


@pytest.mark.req("S-03")
def test_a_blank_search_lists_all_in_pages(browser, session, world):
    session.execute(insert(Entity), [
        {"company_id": world.company.id, "name": f"Pessoa {i:03}", "name_key": f"pessoa {i:03}",
         "search_text": f"pessoa {i:03}"} for i in range(60)])
    first = browser.get(LIST, query_string={"q": "", "psize_EntityView": "25"})
    following = re.search(r'href="([^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    second = browser.get(following)
    assert "Pessoa 021" in first.text
    assert "Pessoa 022" in second.text
    narrowed = browser.get(LIST, query_string={"q": "pessoa", "psize_EntityView": "25"})
    following = re.search(r'href="([^"]+)" rel="next"', narrowed.text)[1].replace("&amp;", "&")
    assert "q=pessoa" in following
    assert "Pessoa 025" in browser.get(following).text
    assert browser.get(LIST, query_string={"q": "pessoa", "after_EntityView": "x"}).status_code == 400


@pytest.mark.req("S-03")
def test_a_row_tells_the_main_phone_and_the_active_roles(browser, session, world, seeding):
    with seeding():
        one = add_entity(session, world.company, "Vera Rios", role=world.role_types["partner"], phone="+551132105678")
        one.roles += [EntityRole(role_type=world.role_types["customer"]),
                      EntityRole(role_type=world.role_types["provider"], active=False)]
        one.phones.append(Phone(number="+551132109999", search_digits="1132109999"))
        add_entity(session, world.company, "Vera Só")
    for asked in ({"q": "vera"}, {"_flt_0_roles": world.role_types["partner"].id}):
        shown = text(browser.get(LIST, query_string=asked))
        assert "(11) 3210-5678 Cliente, Parceiro Sim" in shown
        assert "3210-9999" not in shown
    assert "Vera Só" in text(browser.get(LIST, query_string={"q": "vera"}))
    answer = browser.get("/lists/entities/export.csv", query_string={"q": "vera rios"})
    assert "(11) 3210-5678;;Cliente, Parceiro" in answer.text


def test_the_box_and_the_filters_narrow_together(browser, world):
    partner, customer = world.role_types["partner"].id, world.role_types["customer"].id
    assert "João Pereira" in browser.get(LIST, query_string={"q": "joao", "_flt_0_roles": customer}).text
    assert "João Pereira" not in browser.get(LIST, query_string={"q": "joao", "_flt_0_roles": partner}).text
    companies = browser.get(LIST, query_string={"_flt_0_kind": "company"})
    assert "Clínica Boa Vista" in companies.text
    assert "João Pereira" not in companies.text


def test_rows_of_another_company_do_not_exist(browser, world):
    assert "Zilda" not in browser.get(LIST, query_string={"q": "zilda"}).text
    pk = world.other_entity.id
    for address in (f"/entities/show/{pk}", f"/entities/edit/{pk}", f"/entities/simple/{pk}"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"/entities/{pk}/reveal").status_code == 404
    assert browser.post(f"/entities/simple/{pk}", {"name": "X", "phone": "11987654321"}).status_code == 404


@pytest.mark.req("S-17", "S-27")
def test_the_complete_form_saves_rows_and_swaps_the_main_phone(browser, session, world):
    pk, role = world.provider.id, world.provider.roles[0]
    contact, phone = world.provider.contacts[0], world.provider.phones[0]
    page = browser.get(f"/entities/edit/{pk}?return=/attendances/entity/{pk}")
    for label in ("Identificação", "Papéis", "Endereços", "Telefones", "E-contacts", "Relacionado com", "Unidades",
                  "Observações", "Tipo do Contato", "Cargo", "Fone", "Fax", "Celular", "Email", "Principal",
                  "NOME/RAZÃO SOCIAL", "CPF/CNPJ"):
        assert label in page.text, label
    form = {
        "version": version(page), "kind": "company", "name": "Clínica Boa Vista S.A.", "active": "y",
        "roles-0-id": role.id, "roles-0-role_type": role.role_type_id, "roles-0-active": "y",
        "phones-0-id": phone.id, "phones-0-kind": "landline", "phones-0-number": "(11) 3333-4444",
        "phones-3-kind": "mobile", "phones-3-number": "11 97777-8888", "phones-3-is_main": "y",
        "addresses-0-street": "Av. Brasil", "addresses-0-cep": "01310-100", "addresses-0-state": "SP",
        "econtacts-0-kind": "site", "econtacts-0-value": "boavista.example.com", "econtacts-0-is_main": "y",
        "contacts-0-id": contact.id, "contacts-0-name": "Beatriz Souza", "contacts-0-job_title": "Diretora",
        "contacts-0-active": "y", "contacts-0-contact_type": world.contact_type.id,
        "contacts-0-related_entity": world.entity.id, "unit_rows-0-unit": world.unit.id}
    response = browser.post(f"/entities/edit/{pk}?return=/attendances/entity/{pk}", form)
    assert (response.status_code, response.location) == (302, f"/attendances/entity/{pk}")
    session.expire_all()
    provider = session.get(Entity, pk)
    assert provider.main_phone.number == "+5511977778888"
    assert provider.document == "45723174000110"
    assert str(provider.main_econtact) == "https://boavista.example.com"
    assert (provider.contacts[0].job_title, provider.contacts[0].related_entity_id) == ("Diretora", world.entity.id)
    assert provider.units == [world.unit]
    assert "Matriz" not in browser.get(f"/entities/show/{pk}").text


@pytest.mark.req("M-25")
def test_refusals_stand_at_their_rows_and_what_was_typed_stays(browser, session):
    response = browser.post(ADD, {
        "kind": "individual", "name": "Nova <script>alert(1)</script>", "document": "111.111.111-11", "active": "y",
        "phones-0-kind": "mobile", "phones-0-number": "11 98888-0000", "phones-1-kind": "mobile",
        "phones-1-number": "123", "econtacts-0-kind": "email", "econtacts-0-value": "joana@",
        "contacts-0-name": "Só o nome", "contacts-0-active": "y"})
    assert response.status_code == 422
    assert refused_fields(response) >= {
        "document", "phones-1-number", "econtacts-0-value", "contacts-0-job_title"}
    for typed in ('value="123"', 'value="11 98888-0000"', 'value="joana@"', 'value="111.111.111-11"',
                  "Nova &lt;script&gt;"):
        assert typed in response.text
    assert "CPF inválido." in response.text
    assert "Preencha ao menos um dos campos: Cargo, Fone, Fax, Celular ou Email." in response.text
    assert session.scalar(select(Entity.id).where(Entity.name.startswith("Nova"))) is None


def test_forged_ids_of_another_company_are_refused(browser, session, world, seeding):
    with seeding():
        far = add_entity(session, world.other_company, "Longe", phone="+5511912345678")
    base = {"kind": "individual", "name": "Ana", "active": "y"}
    for forged in ({"unit_rows-0-unit": world.other_unit.id},
                   {"contacts-0-name": "X", "contacts-0-email": "x@example.com", "contacts-0-related_entity": far.id},
                   {"phones-0-id": far.phones[0].id, "phones-0-number": "11 98888-0000"},
                   {"roles-0-role_type": "999999"}):
        page = browser.get(f"/entities/edit/{world.entity.id}")
        response = browser.post(f"/entities/edit/{world.entity.id}", {**base, "version": version(page), **forged})
        assert response.status_code == 422, forged
    response = browser.post(ADD, {**base, "company": world.other_company.id})
    assert response.status_code in (302, 422)
    theirs = session.scalars(select(Entity.name).where(Entity.company_id == world.other_company.id)).all()
    assert "Ana" not in theirs


def test_an_entity_related_to_itself_is_refused_at_its_row(browser, world):
    pk = world.entity.id
    page = browser.get(f"/entities/edit/{pk}")
    response = browser.post(f"/entities/edit/{pk}", {
        "version": version(page), "kind": "individual", "name": "Ana", "active": "y", "contacts-0-name": "Eu",
        "contacts-0-email": "eu@example.com", "contacts-0-active": "y", "contacts-0-related_entity": pk})
    assert response.status_code == 422
    assert "contacts-0-related_entity" in refused_fields(response)
    assert "Uma entidade não pode ser relacionada" in response.text


@pytest.mark.req("S-16", "W-24")
def test_the_short_form_changes_the_main_phone_and_goes_back(browser, session, world):
    pk = world.entity.id
    address = f"/entities/simple/{pk}?return=/attendances/{world.attendance.protocol}"
    page = browser.get(address)
    assert 'value="(11) 98765-4321"' in page.text
    response = browser.post(address, {
        "version": version(page), "name": "Ana Lúcia", "phone": "11 95555-4444", "email": "ana@example.com",
        "roles": [world.role_types["customer"].id, world.role_types["partner"].id]})
    assert (response.status_code, response.location) == (302, f"/attendances/{world.attendance.protocol}")
    session.expire_all()
    entity = session.get(Entity, pk)
    assert entity.main_phone.number == "+5511955554444"
    assert entity.document == "52998224725"
    assert sorted(str(row) for row in entity.active_roles) == ["Cliente", "Parceiro"]


@pytest.mark.req("W-24")
def test_the_short_form_asks_for_name_and_phone(browser, session):
    response = browser.post("/entities/simple/add", {"name": "Só Nome", "phone": " "})
    assert response.status_code == 422
    assert refused_fields(response) == {"phone"}
    assert 'value="Só Nome"' in response.text
    response = browser.post("/entities/simple/add", {"name": "Nome e Fone", "phone": "(11) 96666-5555"})
    assert response.status_code == 302
    assert session.scalar(select(Entity.kind).where(Entity.name == "Nome e Fone")) == "individual"


@pytest.mark.req("W-24")
def test_the_complete_form_begins_with_what_was_typed_in_the_short_one(browser, session, world):
    roles = [world.role_types[code].id for code in ("customer", "provider")]
    typed = {"name": "Água Nova", "phone": "(11) 96666-5555", "email": "agua@example.com", "roles": roles,
             "document": "45.723.174/0001-10"}
    page = browser.get("/entities/add", query_string=typed).text
    for name, value in (("name", typed["name"]), ("phones-0-number", typed["phone"]), ("document", typed["document"]),
                        ("econtacts-0-value", typed["email"])):
        box = re.search(rf'<input[^>]+\bname="{name}"[^>]*>', page)[0]
        assert html.unescape(re.search(r'value="([^"]*)"', box)[1]) == value
        assert "readonly" not in box
    for place, role in enumerate(roles):
        assert re.search(rf'name="roles-{place}-role_type"[^>]*>(?:(?!</select>).)*value="{role}" selected', page, re.S)
    assert re.search(r'<option selected value="company"|value="company" selected', page)
    assert browser.get("/entities/add?roles=abc&roles=99999&company=x").status_code == 200


@pytest.mark.req("S-03", "S-04")
@pytest.mark.parametrize("typed", ["x", "12", "x y"])
def test_of_too_few_letters_it_is_not_said_that_nobody_is_registered(browser, world, typed):
    for address, name in (("/attendances/", "entity"), ("/entities/list/", "q"), ("/search", "q")):
        if address == "/search" and typed == "12":
            continue  # there it may be the number of an attendance
        page = browser.get(address, query_string={name: typed}).text
        assert "Digite ao menos duas letras ou três números" in page
        assert "<b>Nenhum registro encontrado" not in page


@pytest.mark.req("W-24", "M-25")
def test_a_known_phone_is_a_warning_that_can_be_confirmed(browser, session, world):
    form = {"name": "Irmã da Ana", "phone": "11 8765-4321"}
    response = browser.post("/entities/simple/add", form)
    assert response.status_code == 409
    assert "Já existe Ana Lúcia Conceição com (11) 98765-4321" in response.text
    assert f'href="/entities/show/{world.entity.id}"' in response.text
    assert session.scalar(select(Entity.id).where(Entity.name == "Irmã da Ana")) is None
    assert browser.post("/entities/simple/add", {**form, "confirmed": "1"}).status_code == 302
    full = {"kind": "individual", "name": "Prima", "active": "y", "econtacts-0-kind": "email",
            "econtacts-0-value": "ANA@example.com"}
    assert browser.post(ADD, full).status_code == 409
    assert browser.post(ADD, {**full, "confirmed": "1"}).status_code == 302


@pytest.mark.req("M-25")
def test_a_known_document_is_refused_with_a_link_to_its_owner(browser, world):
    response = browser.post("/entities/simple/add", {
        "name": "Cópia", "phone": "11 96666-5555", "document": "529.982.247-25", "confirmed": "1"})
    assert response.status_code == 409
    assert refused_fields(response) == {"document"}
    assert "Já existe uma entidade com este CPF/CNPJ: Ana Lúcia Conceição." in response.text
    assert f'href="/entities/show/{world.entity.id}"' in response.text
    assert 'name="confirmed"' not in response.text


def test_an_address_of_elsewhere_is_no_way_back(browser, world):
    for hostile in ("//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)"):
        response = browser.post(f"/entities/simple/{world.entity.id}?return={hostile}", {
            "version": world.entity.version, "name": world.entity.name, "phone": "11987654321"})
        assert response.status_code == 302
        assert "evil" not in response.location
        assert response.location.startswith("/")


@pytest.mark.req("B-16")
def test_a_document_is_masked_on_every_page_and_read_only_in_forms(browser, no_reveal, world):
    pk = world.entity.id
    for person in (browser, no_reveal):
        for address in (LIST, f"{LIST}?q=52998224725", f"/entities/show/{pk}", f"/entities/edit/{pk}",
                        f"/entities/simple/{pk}", f"/logs/entity/{pk}", "/lookup/entity?q=52998224725"):
            page = person.get(address)
            assert page.status_code == 200, address
            shown = page.text.replace("q=52998224725", "").replace('value="52998224725"', "")
            assert "529.982.247-25" not in shown, address
            assert "52998224725" not in shown, address
    box = re.search(r"<input[^>]+data-masked[^>]*>", browser.get(f"/entities/edit/{pk}").text)[0]
    assert "readonly" in box
    assert " name=" not in box
    assert "data-reveal" in browser.get(f"/entities/show/{pk}").text
    assert "data-reveal" not in no_reveal.get(f"/entities/show/{pk}").text
    assert "data-reveal" not in no_reveal.get(f"/entities/edit/{pk}").text


@pytest.mark.req("B-16", "B-19")
def test_each_reveal_is_logged_and_needs_its_permission(browser, no_reveal, session, world):
    pk = world.entity.id
    answer = browser.post(f"/entities/{pk}/reveal")
    assert answer.json == {"document": "529.982.247-25"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert no_reveal.post(f"/entities/{pk}/reveal").status_code == 403
    assert browser.get(f"/entities/{pk}/reveal").status_code == 405
    assert browser.post(f"/entities/{pk}/reveal", csrf=False).status_code == 400
    actions = session.scalars(select(LogEntry.action).where(LogEntry.target == "entity", LogEntry.target_id == pk))
    assert list(actions) == ["reveal"]


def test_who_may_not_see_a_document_cannot_overwrite_it(no_reveal, session, world):
    pk = world.entity.id
    page = no_reveal.get(f"/entities/simple/{pk}")
    response = no_reveal.post(f"/entities/simple/{pk}", {
        "version": version(page), "name": "Ana", "phone": "11987654321", "document": "390.533.447-05"})
    assert response.status_code == 403
    assert "document" in refused_fields(response)
    session.expire_all()
    assert session.get(Entity, pk).document == "52998224725"


def test_a_stale_save_shows_what_is_stored_and_never_the_document(browser, session, world, seeding):
    pk = world.entity.id
    old = version(browser.get(f"/entities/edit/{pk}"))
    with seeding():
        world.entity.name, world.entity.document = "Ana de Outro", "39053344705"
    for address, form in ((f"/entities/edit/{pk}", {"kind": "individual", "active": "y"}),
                          (f"/entities/simple/{pk}", {"phone": "11987654321"})):
        response = browser.post(address, {"version": old, "name": "Ana Minha", **form})
        assert response.status_code == 409
        assert 'value="Ana Minha"' in response.text
        assert "Valor gravado agora: Ana de Outro" in response.text
        assert "39053344705" not in response.text
        assert "390.533.447-05" not in response.text


def test_delete_is_for_who_may_and_refused_with_a_sentence_when_in_use(browser, supervisor, session, world):
    pk = world.entity.id
    assert browser.post(f"/entities/delete/{pk}").status_code == 403
    response = supervisor.post(f"/entities/delete/{pk}")
    assert response.status_code == 409
    assert "pode ser desativada, não excluída" in response.text
    free = world.provider.id
    assert supervisor.post(f"/entities/delete/{free}").status_code == 302
    session.expire_all()
    assert session.get(Entity, free) is None


def test_who_configures_sees_no_entity(make_user, sign_in, world):
    configurator = sign_in(make_user(None, CONFIGURATOR, companies=[world.company]))
    for address in (LIST, f"/entities/show/{world.entity.id}", ADD, "/lookup/entity"):
        assert configurator.get(address).status_code == 403


@pytest.mark.req("B-16")
def test_the_picker_finds_as_the_box_does(browser, session, world, seeding):
    answer = browser.get("/lookup/entity", query_string={"q": "PEREIRA joao"})
    assert [row["text"] for row in answer.json["results"]] == ["João Pereira · •••.509.460-••"]
    with seeding():
        world.second_entity.active = False
    assert browser.get("/lookup/entity", query_string={"q": "joao"}).json["results"] == []
    assert browser.get("/lookup/entity", query_string={"q": "zilda"}).json["results"] == []


@pytest.mark.req("B-16")
def test_the_social_name_is_the_one_shown(browser, session, world, seeding):
    with seeding():
        world.entity.social_name = "Lia Conceição"
    page = browser.get(LIST, query_string={"q": "lia"})
    assert "Lia Conceição" in page.text
    assert ">Ana Lúcia Conceição<" not in page.text


def test_fields_of_configurators_stand_in_the_complete_form(browser, session, world, seeding):
    with seeding():
        session.add_all(placed("entity", CustomField(name="Carteirinha", key="card")))
    pk = world.entity.id
    page = browser.get(f"/entities/edit/{pk}")
    assert "Dados do cadastro" in page.text
    response = browser.post(f"/entities/edit/{pk}", {
        "version": version(page), "kind": "individual", "name": "Ana", "active": "y", "x_card": "123-X"})
    assert response.status_code == 302
    session.expire_all()
    assert session.get(Entity, pk).custom_values == {"card": "123-X"}
    assert "123-X" in browser.get(f"/entities/show/{pk}").text


def test_a_page_of_the_list_costs_a_fixed_number_of_queries(browser, session, world, seeding, queries):
    browser.get(LIST)
    counts = []
    for more in (0, 15):
        with seeding():
            for i in range(more):
                add_entity(session, world.company, f"Mais {i}", role=world.role_types["customer"],
                           phone=f"+55119{i:08}", email=f"mais{i}@example.com")
        queries.clear()
        browser.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.req("S-04", "W-24")
@pytest.mark.parametrize(("typed", "field"), [
    ("(11) 96666-5555", "phone"), ("11955554444", "phone"), ("3210-5678", "phone"), ("529.982.247-25", "document"),
    ("52998224725", "document"), ("529.982.247-26", "document"), ("45.723.174/0001-10", "document"),
    ("joana@example.com", "email"), ("Joana D'Ávila", "name"), ("Bar 22", "name")])
def test_what_was_searched_for_stands_in_its_field_of_the_short_form(browser, typed, field):
    found = browser.get("/attendances/", query_string={"entity": typed})
    link = re.search(r'href="(/entities/simple/add[^"]*)"', found.text)[1]
    page = browser.get(html.unescape(link))
    boxes = {name: re.search(rf'<input[^>]+\bname="{name}"[^>]*>', page.text)[0]
             for name in ("name", "phone", "email", "document")}
    given = html.unescape(re.search(r'value="([^"]*)"', boxes.pop(field))[1])
    assert given == typed
    assert all('value=""' in box for box in boxes.values())


@pytest.mark.req("S-04")
def test_registering_is_offered_below_results_too_to_who_may(browser, make_user, sign_in, world):
    page = browser.get("/attendances/", query_string={"entity": "joao"})
    assert "João Pereira" in page.text
    assert 'href="/entities/simple/add?typed=joao"' in page.text


@pytest.mark.req("W-24", "S-07")
def test_a_new_person_is_a_customer_and_can_be_attended_at_once(browser, session, world):
    page = browser.get("/entities/simple/add")
    role = world.role_types["customer"].id
    assert re.search(rf'name="roles" value="{role}" checked', page.text)
    assert "quem não tem telefone é registrado pelo cadastro completo" in page.text
    complete = page.text.index('<a href="/entities/add" data-carry="name phone email document roles company">')
    assert complete < page.text.index('name="name"'), "no link stands between two fields"
    form = {"name": "Nova Pessoa", "phone": "(11) 96666-5555", "roles": [role]}
    response = browser.post("/entities/simple/add", form)
    pk = session.scalar(select(Entity.id).where(Entity.name == "Nova Pessoa"))
    assert (response.status_code, response.location) == (302, f"/entities/show/{pk}")
    page = browser.get(response.location)
    assert f'Registro incluído. <a class="btn btn-default btn-xs" href="/attendances/entity/{pk}">SAC</a>' in page.text
    response = browser.post("/entities/simple/add?return=/attendances/", {**form, "confirmed": "1"})
    assert response.location == "/attendances/"


@pytest.mark.req("W-24", "M-25")
def test_the_short_form_says_all_that_is_wrong_at_once(browser, session):
    wrong = {"name": "Rui", "phone": "123", "email": "rui@", "document": "529.982.247-26"}
    assert refused_fields(browser.post("/entities/simple/add", wrong)) == {"phone", "email", "document"}
    response = browser.post("/entities/simple/add", {**wrong, "name": "", "phone": "", "document": "12"})
    assert refused_fields(response) == {"name", "phone", "email", "document"}
    assert response.text.count("Este campo é obrigatório.") == 2
    assert session.scalar(select(Entity.id).where(Entity.name == "Rui")) is None
