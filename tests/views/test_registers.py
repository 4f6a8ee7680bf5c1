"""Registers through the screen: list, record page, add, edit, delete, and what each noun refuses."""
import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.models.classification import Cause, Channel, Motive, Occurrence, Situation
from app.models.company import Company, Department, Unit
from app.models.entity import ContactType, RoleType
from app.models.log import LogEntry

REGISTERS = {
    "/motives": "Motivos", "/occurrences": "Ocorrências", "/causes": "Causas", "/situations": "Situações",
    "/channels": "Canais", "/role-types": "Papéis", "/contact-types": "Tipos do Contato",
    "/classifications": "Classificações", "/subclassifications": "Subclassificações",
    "/products": "Produtos", "/product-information": "Informações de produto",
    "/default-motives": "Motivos padrões de ocorrência", "/companies": "Empresas", "/units": "Unidades",
    "/departments": "Setores",
}


@pytest.fixture
def configurator(world, make_user, sign_in):
    return sign_in(make_user("cora", "Configurator", companies=[world.company]))


@pytest.fixture
def admin(world, make_user, sign_in):
    return sign_in(make_user("alba", "Admin"))


@pytest.fixture
def supervisor(world, make_user, sign_in):
    return sign_in(make_user("sue", "Supervisor", companies=[world.company]))


def refused(response, status, field, *words):
    """The answer is this refusal, said at the field, whose control is marked."""
    assert response.status_code == status, response.text[-2000:]
    message = re.search(rf'id="{field}-err".*?</div></div>', response.text, re.S)
    assert message, f"nothing at {field}: " + str(re.findall(r'id="(\S+)-err"', response.text))
    for word in words:
        assert word in message[0], message[0]
    assert re.search(rf'<(input|select|textarea)[^>]*aria-describedby="[^"]*{field}-err[^"]*"[^>]*', response.text)


@pytest.mark.req("G-01", "G-04")
@pytest.mark.parametrize("root", REGISTERS)
def test_each_register_has_a_list_and_a_form_in_portuguese(admin, root):
    page = admin.get(f"{root}/list/")
    assert page.status_code == 200
    assert f">{REGISTERS[root]}</h1>" in page.text
    assert "Quantidade de registros" in page.text
    form = admin.get(f"{root}/add")
    assert form.status_code == 200
    for english in ("Add ", "Edit ", "Required", "Select Value", "List "):
        assert english not in re.sub(r"<[^>]+>", " ", form.text)


@pytest.mark.req("G-01", "G-03", "G-06", "S-66")
def test_a_configurator_keeps_the_motives(configurator, session):
    assert 'name="active"' in configurator.get("/motives/add").text
    assert configurator.post("/motives/add", {"name": "  Elogio ", "active": "y"}).status_code == 302
    motive = session.scalars(select(Motive).where(Motive.name == "Elogio")).one()
    pk = motive.id
    assert motive.active
    assert motive.version == 1
    page = configurator.get("/motives/list/?_flt_0_name=ELOG")
    assert f"/motives/edit/{pk}" in page.text
    assert configurator.get(f"/motives/show/{pk}").status_code == 200
    assert configurator.post(f"/motives/edit/{pk}", {"name": "Elogio", "version": "1"}).status_code == 302
    session.expire_all()
    assert not motive.active
    assert motive.version == 2
    assert configurator.post(f"/motives/delete/{pk}").status_code == 302
    entries = session.scalars(select(LogEntry).where(LogEntry.target == "motive", LogEntry.target_id == pk))
    assert [entry.action for entry in entries] == ["create", "update", "delete"]


@pytest.mark.req("S-66")
def test_a_row_in_use_is_not_deleted_and_says_what_to_do(configurator, world, session):
    answer = configurator.post(f"/motives/delete/{world.motive.id}")
    assert answer.status_code == 409
    assert "pode ser desativado, não excluído" in answer.text
    assert session.get(Motive, world.motive.id) is not None


@pytest.mark.req("S-66")
def test_a_duplicate_name_under_the_same_parent_is_refused_at_its_field(configurator, world, session):
    answer = configurator.post("/occurrences/add", {
        "motive": world.motive.id, "name": "COBRANÇA  INDEVIDA", "active": "y"})
    refused(answer, 409, "name", "Já existe um registro com este nome")
    assert 'value="COBRANÇA  INDEVIDA"' in answer.text
    assert f'<option value="{world.motive.id}" selected>Reclamação</option>' in answer.text
    other = configurator.post("/occurrences/add", {
        "motive": world.other_motive.id, "name": "Cobrança indevida", "active": "y"})
    assert other.status_code == 302
    made = session.scalars(select(Occurrence).where(Occurrence.name_key == "cobranca indevida")).all()
    assert len(made) == 2


@pytest.mark.req("S-66", "S-46", "S-47")
def test_an_occurrence_in_use_stays_below_its_motive(configurator, world, session, seeding):
    answer = configurator.post(f"/occurrences/edit/{world.occurrence.id}", {
        "motive": world.other_motive.id, "name": "Cobrança indevida", "active": "y", "version": "1"})
    refused(answer, 409, "motive", "já está em uso")
    with seeding():
        free = Occurrence(name="Solta", motive=world.motive)
        session.add(free)
    pk = free.id
    moved = configurator.post(f"/occurrences/edit/{pk}", {
        "motive": world.other_motive.id, "name": "Solta", "active": "y", "version": "1"})
    assert moved.status_code == 302
    assert session.get(Occurrence, pk).motive_id == world.other_motive.id


@pytest.mark.req("S-45", "S-66")
def test_an_inactive_parent_is_not_offered_but_stays_where_it_is(configurator, world, session, seeding):
    with seeding():
        world.occurrence.active = False
    pk, cause = world.occurrence.id, world.cause.id
    assert configurator.get(f"/lookup/occurrence?q=cobranca&parent={world.motive.id}").json["results"] == []
    refused(configurator.post("/causes/add", {"occurrence": pk, "name": "Nova", "active": "y"}), 422, "occurrence",
            "Escolha inválida")
    page = configurator.get(f"/causes/edit/{cause}").text
    assert f'<option value="{pk}" selected>Cobrança indevida — Reclamação</option>' in page
    kept = configurator.post(f"/causes/edit/{cause}", {
        "occurrence": pk, "name": "Valor menor", "active": "y", "version": "1"})
    assert kept.status_code == 302
    assert session.get(Cause, cause).name == "Valor menor"


@pytest.mark.req("S-66", "S-60")
def test_the_phase_of_a_situation_in_use_cannot_change(configurator, world, session):
    situation = world.situations["closed"]
    form = {"name": situation.name, "phase": "open", "scope": "both", "position": "4", "active": "y",
            "version": str(situation.version)}
    refused(configurator.post(f"/situations/edit/{situation.id}", form), 409, "phase", "a fase não pode mudar")
    assert session.get(Situation, situation.id).phase == "closed"


@pytest.mark.req("S-60")
def test_the_last_open_situation_stays_active(configurator, world):
    situation = world.situations["open"]
    form = {"name": "Aberto", "phase": "open", "scope": "both", "position": "1", "version": str(situation.version)}
    refused(configurator.post(f"/situations/edit/{situation.id}", form), 409, "active", "última situação ativa")


@pytest.mark.req("C-102")
def test_a_situation_does_not_take_the_name_of_a_computed_one(configurator):
    form = {"name": "prazo EXPIRADO", "phase": "open", "scope": "both", "position": "9", "active": "y"}
    refused(configurator.post("/situations/add", form), 422, "name", "reservado")
    refused(configurator.post("/situations/add", {**form, "name": "Em análise", "phase": "nope"}), 422, "phase")
    assert configurator.post("/situations/add", {**form, "name": "Em análise"}).status_code == 302


@pytest.mark.req("S-28", "S-66")
def test_the_channels_of_the_product_are_renamed_or_deactivated_never_deleted(configurator, world, session):
    phone = world.channels["phone"]
    assert configurator.post(f"/channels/delete/{phone.id}").status_code == 409
    form = {"name": "Fone 0800", "icon": "", "position": "1", "active": "y", "version": str(phone.version),
            "code": "hack"}
    assert configurator.post(f"/channels/edit/{phone.id}", form).status_code == 302
    session.expire_all()
    assert (phone.name, phone.code) == ("Fone 0800", "phone")
    new = configurator.post("/channels/add", {"name": "Rádio São João", "position": "30", "active": "y"})
    assert new.status_code == 302
    made = session.scalars(select(Channel).where(Channel.name == "Rádio São João")).one()
    assert made.code == "radio_sao_joao"
    assert configurator.post(f"/channels/delete/{made.id}").status_code == 302


@pytest.mark.req("S-12")
def test_a_role_of_entities_gets_a_code_of_its_own(configurator, session):
    for name in ("Corretor", "Corretor-"):
        assert configurator.post("/role-types/add", {"name": name, "active": "y"}).status_code == 302
    made = session.scalars(select(RoleType).where(RoleType.name.like("Corretor%")).order_by(RoleType.id)).all()
    assert [row.code for row in made] == ["corretor", "corretor_2"]


@pytest.mark.req("P-27")
def test_a_contact_type_is_added_by_a_configurator_and_offered(configurator):
    assert configurator.post("/contact-types/add", {"name": "Almoxarifado", "active": "y"}).status_code == 302
    found = configurator.get("/lookup/contact_type?q=ALMOX").json["results"]
    assert [row["text"] for row in found] == ["Almoxarifado"]


@pytest.mark.req("C-101")
def test_classifications_have_three_levels_and_no_negative_days(configurator, world):
    first = {"name": "Nova", "active": "y"}
    refused(configurator.post("/classifications/add", {**first, "return_days": "-1"}), 422, "return_days",
            "de 0 a 3650")
    refused(configurator.post("/classifications/add", {**first, "return_days": "dois"}), 422, "return_days")
    assert configurator.post("/classifications/add", {**first, "return_days": "5"}).status_code == 302
    level = configurator.get("/lookup/classification?q=nova").json["results"][0]["id"]
    second = {"classification": level, "name": "Segundo nível", "active": "y"}
    assert configurator.post("/subclassifications/add", second).status_code == 302
    below = configurator.get(f"/lookup/subclassification?parent={level}").json["results"]
    assert [row["text"] for row in below] == ["Segundo nível"]
    third = {"subclassification": below[0]["id"], "name": "Motivo padrão A", "return_days": "", "active": "y"}
    assert configurator.post("/default-motives/add", third).status_code == 302
    page = configurator.get(f"/default-motives/list/?_flt_0_subclassification={below[0]['id']}").text
    assert "Motivo padrão A" in page
    assert "Nova" in page


@pytest.mark.req("S-13")
def test_a_company_has_a_valid_cnpj_a_code_and_a_time_zone(admin, session):
    form = {"name": "Nova Empresa", "document": "11.222.333/0001-80", "code": "n3", "timezone": "America/Manaus",
            "active": "y"}
    refused(admin.post("/companies/add", form), 422, "document", "CNPJ inválido")
    refused(admin.post("/companies/add", {**form, "document": "", "code": "n-3"}), 422, "code")
    refused(admin.post("/companies/add", {**form, "document": "", "timezone": "America/Nowhere"}), 422, "timezone")
    assert admin.post("/companies/add", {**form, "document": "12.abc.345/01de-35"}).status_code == 302
    made = session.scalars(select(Company).where(Company.name == "Nova Empresa")).one()
    assert (made.document, made.code, made.timezone) == ("12ABC34501DE35", "N3", "America/Manaus")
    assert "12.ABC.345/01DE-35" in admin.get(f"/companies/show/{made.id}").text
    refused(admin.post("/companies/add", {**form, "name": "Outra", "document": "12ABC34501DE35", "code": ""}), 409,
            "document", "Já existe uma empresa")


def test_two_companies_may_have_no_cnpj(admin, session):
    for name in ("Um", "Dois"):
        form = {"name": name, "document": "  ", "code": "", "timezone": "America/Sao_Paulo", "active": "y"}
        assert admin.post("/companies/add", form).status_code == 302
    assert session.scalars(select(Company.document).where(Company.name.in_(("Um", "Dois")))).all() == [None, None]


def test_departments_form_a_tree_of_one_company(supervisor, world, session):
    top, below = world.department.id, world.child_department.id
    form = {"company": world.company.id, "name": "Financeiro", "parent": below, "active": "y", "version": "1"}
    refused(supervisor.post(f"/departments/edit/{top}", form), 422, "parent", "dentro de si mesmo")
    alien = {"company": world.company.id, "name": "Novo", "parent": world.other_department.id, "active": "y"}
    refused(supervisor.post("/departments/add", alien), 422, "parent", "Escolha inválida")
    good = supervisor.post("/departments/add", {**alien, "parent": top})
    assert good.status_code == 302
    assert session.scalars(select(Department).where(Department.name == "Novo")).one().parent_id == top


@pytest.mark.req("G-01", "G-02")
def test_whoever_restricts_a_unit_is_its_member_and_still_sees_it(supervisor, admin, world, session):
    form = {"company": str(world.company.id), "name": "Sigilo", "restricted": "y", "active": "y"}
    assert supervisor.post("/units/add", form).status_code == 302
    made = session.scalar(select(Unit).where(Unit.name == "Sigilo"))
    edit = f"/units/edit/{world.unit.id}"
    form = {**form, "name": world.unit.name, "version": str(world.unit.version)}
    assert supervisor.post(edit, form).status_code == 302
    for unit in (made, world.unit):
        assert supervisor.get(f"/units/show/{unit.id}").status_code == 200
    member = session.scalar(select(User).where(User.username == "sue"))
    assert {unit.name for unit in member.profile.units} == {"Sigilo", world.unit.name}
    logged = session.scalars(select(LogEntry).where(LogEntry.target == "ab_user", LogEntry.target_id == member.id))
    assert ["units" in entry.changes for entry in logged] == [True, True]
    assert admin.post("/units/add", {**form, "name": "Outra"}).status_code == 302
    root = session.scalar(select(User).where(User.username == "alba"))
    assert root.profile.units == []


def test_a_unit_of_a_company_of_others_cannot_be_made(supervisor, world, session):
    form = {"company": world.other_company.id, "name": "Invasora", "active": "y"}
    refused(supervisor.post("/units/add", form), 422, "company", "Escolha inválida")
    assert session.scalar(select(Unit).where(Unit.name == "Invasora")) is None


@pytest.mark.req("G-01")
def test_an_attendant_reads_the_tables_and_changes_none(world, make_user, sign_in):
    attendant = sign_in(make_user("ana", "Attendant", companies=[world.company]))
    page = attendant.get("/motives/list/")
    assert page.status_code == 200
    assert "/motives/add" not in page.text
    assert "/motives/edit/" not in page.text
    assert attendant.get("/motives/add").status_code == 403
    assert attendant.post(f"/motives/edit/{world.motive.id}", {"name": "X", "version": "1"}).status_code == 403
    assert attendant.post(f"/motives/delete/{world.motive.id}").status_code == 403


@pytest.mark.req("G-03", "M-03")
def test_the_protocol_mask_is_a_parameter_with_a_form_of_its_own(configurator, session):
    page = configurator.get("/parameters/")
    assert "AAAA-NNNNNNNNNN" in page.text
    bad = configurator.post("/parameters/protocol_mask", {"value": "NN"})
    refused(bad, 422, "value")
    assert 'value="NN"' in bad.text
    assert configurator.post("/parameters/protocol_mask", {"value": "AAAANNNNNN"}).status_code == 302
    assert "AAAANNNNNN" in configurator.get("/parameters/").text
    assert configurator.get("/parameters/nada").status_code == 404
    entry = session.scalars(select(LogEntry).where(LogEntry.target == "setting")).one()
    assert entry.changes["value"][1] == "AAAANNNNNN"


@pytest.mark.req("G-03")
def test_who_may_only_read_the_parameters_is_told_who_changes_them(sign_in, make_user, world, configurator):
    told = "Você pode ler os parâmetros, não alterar. Quem pode: Administrador, Configurador."
    page = sign_in(make_user("sofia", "Supervisor", companies=[world.company])).get("/parameters/").text
    assert told in page
    assert "/parameters/protocol_mask" not in page
    assert "Você pode ler os parâmetros" not in configurator.get("/parameters/").text


def test_time_zones_are_listed_by_their_cities_in_the_language_of_the_page(configurator, admin, world):
    page = admin.get(f"/companies/edit/{world.company.id}").text
    for name in ("São Paulo", "Belém", "Maceió", "Cuiabá", "Araguaína", "Santarém", "Eirunepé", "Fernando de Noronha"):
        assert f">{name}</option>" in page
    assert "Sao Paulo" not in page
    assert "São Paulo" in configurator.get("/companies/list/").text
    assert ">Belém</option>" in configurator.get("/calendars/add").text


def test_a_time_zone_without_a_city_is_listed_by_its_own_name(admin, session, seeding, world):
    with seeding():
        world.company.timezone = "Factory"  # one of the operating system's, which a package or REST may bring
    assert "Factory" in admin.get("/companies/list/").text
    assert "Factory" in admin.get(f"/companies/edit/{world.company.id}").text


def test_a_new_record_never_inherits_the_log_of_a_deleted_one(configurator, session):
    for name in ("Um", "Dois"):
        assert configurator.post("/contact-types/add", {"name": name, "active": "y"}).status_code == 302
        kept = session.scalar(select(ContactType).where(ContactType.name == name))
        if name == "Um":
            first = kept.id
            assert configurator.post(f"/contact-types/delete/{first}").status_code == 302
    assert kept.id != first


@pytest.mark.req("B-13")
@pytest.mark.parametrize("mask", [
    "AAAA-NNN", "S-AAAA-NNNNNN", "AAAA-NNNNNN-", "NNNNNN", "AAAA-NNNN-NNNN", "EMPAAAA-NNNNNN"])
def test_a_mask_that_makes_poor_protocols_is_refused(configurator, world, session, seeding, mask):
    with seeding():
        world.company.code = None
    session.commit()
    assert configurator.post("/parameters/protocol_mask", {"value": mask}).status_code == 422


@pytest.mark.req("B-13")
def test_letters_of_a_mask_stay_as_typed(configurator):
    assert configurator.post("/parameters/protocol_mask", {"value": "ANO-AAAA-NNNNNN"}).status_code == 302


def test_a_page_beyond_the_last_shows_the_last(configurator, session, seeding):
    with seeding():
        session.add_all([ContactType(name=f"Tipo {n:02}") for n in range(12)])
    session.commit()
    page = configurator.get("/contact-types/list/?psize_ContactTypeView=10&page_ContactTypeView=9").text
    assert "Tipo 11" in page
