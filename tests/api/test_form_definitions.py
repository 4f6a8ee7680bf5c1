"""Forms with their fields, where they stand and the menus behind which they are, kept over REST as in the designer."""
import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.models.log import LogEntry
from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR
from tests.forms.conftest import VISIT

pytestmark = pytest.mark.req("G-06", "B-20")
FORMS, DATA, MENUS, GROUPS = (f"/api/v1/{name}" for name in ("custom-forms", "custom-data", "dynamic-menus",
                                                            "form-groups"))
FIELDS = [{**row, "ref": "obs"} if "ref" in row else row for row in VISIT["fields"]]


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def made(keeper):
    answer = keeper.post(FORMS, {**VISIT, "fields": FIELDS})
    assert answer.status_code == 201, answer.text
    return answer.json


def told(answer) -> set[str]:
    assert answer.status_code in (409, 422), answer.text
    return set(answer.json["error"]["fields"])


def actions(session, target, pk):
    return session.scalars(select(LogEntry.action).where(
        LogEntry.target == target, LogEntry.target_id == pk).order_by(LogEntry.seq)).all()


def test_a_form_is_written_whole_and_its_fields_are_known_by_their_keys(keeper, made, session):
    assert (made["slug"], made["version"], [row["title"] for row in made["sections"]]) == (
        "visita-tecnica", 1, ["Local", "Resultado"])
    keys = [row["key"] for row in made["fields"]]
    assert keys == ["no_da_ligacao", "categoria_do_imovel", "vazamentos", "observacoes"]
    assert [option["value"] for option in made["fields"][1]["options"]] == ["residencial", "comercial", "publica"]
    address = f"{FORMS}/{made['id']}"
    assert keeper.get(address).json == made
    fields = [{**made["fields"][2], "name": "Nº de vazamentos"}, made["fields"][0],
              {"name": "Foto", "type": "attachment"}]
    changed = keeper.patch(address, {"version": 1, "fields": fields})
    assert [(row["key"], row["name"]) for row in changed.json["fields"]] == [
        ("vazamentos", "Nº de vazamentos"), ("no_da_ligacao", "Nº da ligação"), ("foto", "Foto")]
    assert (changed.json["name"], changed.json["help"]) == (made["name"], made["help"])
    assert keeper.patch(address, {"version": 1, "name": "Velha"}).status_code == 409
    assert told(keeper.put(address, {"version": 2, "name": "Visita"})) == {"fields"}
    assert keeper.patch(address, {"version": 2, "active": False}).json["active"] is False
    assert keeper.delete(f"{address}?version=3").status_code == 204
    assert actions(session, "custom_form", made["id"]) == ["create", "update", "update", "delete"]


@pytest.mark.parametrize(("values", "fields"), [
    ({"name": " "}, {"name"}), ({"slug": "Com Espaço"}, {"slug"}), ({"fields": [{"name": "A"}]}, {"fields.0.type"}),
    ({"fields": [{"name": " ", "type": "text"}]}, {"fields.0.name"}),
    ({"fields": [{"name": "A", "type": "text", "colour": 1}]}, {"fields.0.colour"}),
    ({"fields": [{"name": "A", "type": "text", "pattern": "("}]}, {"fields.0.pattern"}),
    ({"fields": [{"name": "A", "type": "choice", "options": []}]}, {"fields.0.options"}),
    ({"fields": [{"name": "A", "type": "choice", "options": [{"label": " "}]}]}, {"fields.0.options.0.label"}),
    ({"fields": [{"name": "A", "type": "integer", "minimum": 5, "default": 1}]}, {"fields.0.default"}),
    ({"fields": [{"name": "A", "type": "text"}, {"name": "a", "type": "text"}]}, {"fields.1.name"}),
    ({"sections": [{"key": "a"}]}, {"sections.0.title"})])
def test_each_refusal_is_told_at_its_place(keeper, values, fields):
    assert told(keeper.post(FORMS, {"name": "A", "fields": [], **values})) == fields


def test_what_holds_values_stays(keeper, made, session, seeding, world):
    placed = keeper.post(DATA, {"name": "Imóvel", "target": "entity", "form_id": made["id"]})
    assert placed.status_code == 201, placed.text
    assert (placed.json["form"]["name"], placed.json["person_type"], placed.json["group"], placed.json["position"]) == (
        "Visita técnica", "both", None, 1)
    with seeding():
        world.entity.custom_values = {"vazamentos": 3}
    address = f"{FORMS}/{made['id']}"
    assert told(keeper.patch(address, {"version": 1, "fields": made["fields"][:2]})) == {"fields"}
    assert keeper.delete(address).status_code == 409
    assert keeper.delete(f"{DATA}/{placed.json['id']}").status_code == 409
    other = keeper.post(FORMS, {"name": "Outro", "fields": []}).json
    assert told(keeper.patch(f"{DATA}/{placed.json['id']}", {"version": 1, "form_id": other["id"]})) == {"form_id"}
    assert keeper.patch(f"{DATA}/{placed.json['id']}", {"version": 1, "active": False}).json["position"] == 1
    assert told(keeper.post(DATA, {"name": "Imóvel", "target": "attendance", "form_id": 999})) == {"form_id"}


def test_a_menu_of_a_form_is_for_its_roles_and_under_its_group(keeper, made, session, api, make_user, world):
    role = session.scalar(select(Role).where(Role.name == ATTENDANT))
    group = keeper.post(GROUPS, {"name": "Operação"}).json
    menu = keeper.post(MENUS, {"name": "Visitas", "form_id": made["id"], "group_id": group["id"],
                               "role_ids": [role.id], "record_permission": "add"})
    assert menu.status_code == 201, menu.text
    assert (menu.json["roles"], menu.json["group"]["name"], menu.json["icon"]) == (
        [{"id": role.id, "name": "Atendente"}], "Operação", "fa-solid fa-table-list")
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert [form["slug"] for form in attendant.get("/api/v1/forms").json["items"]] == ["visita-tecnica"]
    address = f"{MENUS}/{menu.json['id']}"
    assert told(keeper.patch(address, {"version": 1, "role_ids": [999], "icon": "bug"})) == {"role_ids", "icon"}
    assert keeper.patch(address, {"version": 1, "role_ids": []}).json["roles"] == []
    assert attendant.get("/api/v1/forms").json["items"] == []
    assert keeper.delete(f"{GROUPS}/{group['id']}").status_code == 409
    renamed = keeper.put(f"{GROUPS}/{group['id']}", {"name": "Campo", "version": 1}).json
    assert (renamed["name"], renamed["position"]) == ("Campo", group["position"])
    assert keeper.delete(address).status_code == 204
    assert keeper.delete(f"{GROUPS}/{group['id']}").status_code == 204
    assert actions(session, "dynamic_menu", menu.json["id"]) == ["create", "update", "delete"]
    assert actions(session, "form_group", group["id"]) == ["create", "update", "delete"]


@pytest.mark.parametrize("url", [FORMS, DATA, MENUS, GROUPS])
def test_who_may_not_on_the_screen_may_not_over_rest(api, make_user, world, url):
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get(url).status_code == 403
    supervisor = api(make_user(None, SUPERVISOR, companies=[world.company]))
    assert supervisor.get(url).status_code == 200
    for method, address in (("post", url), ("put", f"{url}/1"), ("patch", f"{url}/1"), ("delete", f"{url}/1")):
        assert getattr(supervisor, method)(address).status_code == 403
