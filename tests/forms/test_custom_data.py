"""Tab "Dados personalizados": forms put on persons and attendances (M-87, M-88); register "Grupos"."""
import re

import pytest
from sqlalchemy import select

from app.errors import Conflict, DomainError
from app.models.custom_form import CustomData, FormGroup
from app.models.entity import EntityKind
from app.queries.catalogue import catalogue

from .conftest import refusals
from .test_menus import said_at

HOME = "/settings/custom-data/"


def posted(of, /, **values):
    return {"name": "Imóvel", "form": str(of.id), "group": "", "target": "entity", "person_type": "company",
            "active": "y", **values}


@pytest.mark.req("M-87", "M-88")
def test_custom_data_is_added_listed_and_changed(session, configurator, form):
    assert "Nenhum dado personalizado ainda" in configurator.get(HOME).text
    assert configurator.get(HOME + "add").status_code == 200
    answer = configurator.post(HOME + "add", posted(form, group="new", group_name="Cadastro"))
    assert answer.status_code == 302
    item = session.scalar(select(CustomData))
    assert (item.name, item.form.name, item.group.name, item.person_type, item.target, item.active) == (
        "Imóvel", "Visita técnica", "Cadastro", "company", "entity", True)
    page = configurator.get(HOME)
    assert re.search(r'data-row="\d+" data-name="Imóvel"', page.text)
    assert "Pessoa jurídica" in page.text
    page = configurator.get(f"{HOME}{item.id}")
    assert 'value="company" checked' in page.text
    answer = configurator.post(f"{HOME}{item.id}", posted(form, name="Casa", person_type="both", version=item.version))
    assert answer.status_code == 302
    assert [(each.name, each.person_type) for each in catalogue(session).data] == [("Casa", "both")]


@pytest.mark.req("M-88")
@pytest.mark.parametrize(("wrong", "field"), [
    ({"name": ""}, "name"), ({"form": ""}, "form"), ({"person_type": ""}, "person_type"), ({"target": "x"}, "target"),
    ({"person_type": "dog"}, "person_type"), ({"name": "imovel"}, "name"), ({"group": "77"}, "group")])
def test_what_is_missing_or_wrong_is_told_at_its_field(session, act, configurator, form, wrong, field):
    act("data", "create", {"name": "Imóvel", "target": "entity", "form": act("form", "create", {
        "name": "Outro", "fields": []}), "person_type": "both"})
    answer = configurator.post(HOME + "add", posted(form, **{"name": "Novo", **wrong}))
    assert answer.status_code in (409, 422)
    assert said_at(answer, field)
    assert len(session.scalars(select(CustomData)).all()) == 1


@pytest.mark.req("M-88", "S-14")
def test_person_types_and_states_decide_where_it_stands(session, act, form):
    pk = act("data", "create", {"name": "A", "target": "entity", "form": form, "person_type": "company"})
    found = catalogue(session)
    assert [each.name for each in found.on("entity", EntityKind.COMPANY)] == ["A"]
    assert found.on("entity", EntityKind.INDIVIDUAL) == []
    act("data", "update", pk, {"active": False})
    assert catalogue(session).on("entity") == []
    of_attendance = act("data", "create", {"name": "A", "target": "attendance", "form": form, "person_type": "company"})
    assert session.get(CustomData, of_attendance).person_type == "both"
    assert catalogue(session).fields("attendance")[0].key == "no_da_ligacao"


@pytest.mark.req("M-88")
def test_one_form_stands_once_on_a_target(act, configurator, form):
    act("data", "create", {"name": "A", "target": "entity", "form": form})
    answer = configurator.post(HOME + "add", posted(form))
    assert answer.status_code == 409
    assert said_at(answer, "form")


@pytest.mark.req("M-88")
def test_where_values_lie_form_and_place_stay_and_nothing_is_deleted(session, act, configurator, form, world, seeding):
    pk = act("data", "create", {"name": "A", "target": "entity", "form": form, "person_type": "both"})
    other = act("form", "create", {"name": "Outro", "fields": []})
    with seeding():
        world.entity.custom_values = {"vazamentos": 3}
    for change in ({"form": other}, {"target": "attendance"}):
        with pytest.raises(Conflict) as raised:
            act("data", "update", pk, change)
        assert list(refusals(raised)) == list(change)
    answer = configurator.post(f"{HOME}{pk}/delete")
    assert answer.status_code == 409
    assert "pode ser desativado, não excluído" in answer.text
    with seeding():
        world.entity.custom_values = {"vazamentos": None}
    act("data", "update", pk, {"form": other})
    assert configurator.post(f"{HOME}{pk}/delete").status_code == 302
    assert session.get(CustomData, pk) is None


@pytest.mark.req("M-88", "S-14")
def test_persons_of_the_other_type_do_not_lose_sight_of_their_values(session, act, configurator, form, world, seeding):
    pk = act("data", "create", {"name": "A", "target": "entity", "form": form, "person_type": "individual"})
    item = session.get(CustomData, pk)
    with seeding():
        world.entity.custom_values = {"vazamentos": 3}
    assert world.entity.kind == EntityKind.INDIVIDUAL
    session.commit()
    answer = configurator.post(f"{HOME}{pk}", posted(form, name="B", person_type="company", version=item.version))
    assert answer.status_code == 409
    assert said_at(answer, "person_type")
    assert "1 pessoa do outro tipo tem valores nestes campos" in answer.text
    assert 'value="company" checked' in answer.text  # as it was chosen
    session.expire_all()
    assert (item.name, item.person_type) == ("A", "individual")
    act("data", "update", pk, {"person_type": "both"})  # nobody loses sight
    with pytest.raises(Conflict) as raised:
        act("data", "update", pk, {"person_type": "company"})
    assert list(refusals(raised)) == ["person_type"]
    act("data", "update", pk, {"person_type": "individual"})
    with seeding():
        world.entity.custom_values = {"vazamentos": None}
    act("data", "update", pk, {"person_type": "company"})


@pytest.mark.req("M-88")
def test_the_order_of_one_target_leaves_the_other(session, act, configurator):
    forms = [act("form", "create", {"name": name, "fields": []}) for name in "ABC"]
    first, second, third = (act("data", "create", {"name": str(pk), "target": "entity", "form": pk}) for pk in forms)
    lone = act("data", "create", {"name": "Só", "target": "attendance", "form": forms[0]})
    assert configurator.post(f"{HOME}{third}/move", json={"before": first}).status_code == 200
    order = [each.id for each in catalogue(session).data if each.target == "entity"]
    assert order == [third, first, second]
    assert configurator.post(f"{HOME}{lone}/move", json={"before": first}).status_code == 422


@pytest.mark.req("M-87")
def test_who_only_reads_opens_it_and_saves_nothing(supervisor, act, form):
    pk = act("data", "create", {"name": "A", "target": "entity", "form": form})
    assert supervisor.get(f"{HOME}{pk}").status_code == 200
    assert supervisor.post(f"{HOME}{pk}", posted(form)).status_code == 403
    assert supervisor.get(f"/logs/custom_data/{pk}").status_code == 200


@pytest.mark.req("M-82", "M-88", "G-01")
def test_groups_are_a_register(session, configurator, act, form):
    page = configurator.get("/settings/groups/list/")
    assert ">Grupos</h1>" in page.text
    assert configurator.post("/settings/groups/add", {"name": "Operação", "active": "y"}).status_code == 302
    group = session.scalar(select(FormGroup))
    assert (group.name, group.position) == ("Operação", 1)
    assert configurator.post("/settings/groups/add", {"name": "operacao", "active": "y"}).status_code == 409
    act("menu", "create", {"name": "Visitas", "form": form, "group": group.id})
    answer = configurator.post(f"/settings/groups/delete/{group.id}")
    assert answer.status_code == 409
    assert "desativado" in answer.text
    with pytest.raises(DomainError):
        act("group", "create", {"name": " "})
