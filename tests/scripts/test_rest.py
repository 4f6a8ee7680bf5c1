"""Scripts over REST: read by those to whom they are offered, written by who keeps them."""
import pytest

from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR

pytestmark = pytest.mark.req("G-06")


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.mark.req("M-90", "M-92")
def test_a_script_is_added_changed_and_deleted(keeper, world):
    given = {"title": "Boas-vindas", "body": "Bom dia.\r\nPois não?", "department_ids": [world.department.id]}
    made = keeper.post("/api/v1/scripts", given)
    assert made.status_code == 201, made.text
    assert made.json == {
        "id": made.json["id"], "title": "Boas-vindas", "kind": "text", "body": "Bom dia.\nPois não?", "position": 0,
        "active": True, "version": 1, "departments": [{"id": world.department.id, "name": "Financeiro"}]}
    address = f"/api/v1/scripts/{made.json['id']}"
    both = [world.department.id, world.child_department.id]
    changed = keeper.patch(address, {"department_ids": both, "active": False, "version": 1})
    assert [each["name"] for each in changed.json["departments"]] == ["Cobrança", "Financeiro"]
    assert (changed.json["active"], changed.json["body"]) == (False, "Bom dia.\nPois não?")
    assert keeper.patch(address, {"position": 3, "version": 1}).status_code == 409
    assert keeper.put(address, {**given, "version": changed.json["version"]}).json["active"] is True
    assert keeper.delete(address).status_code == 204


@pytest.mark.req("M-92")
@pytest.mark.parametrize(("change", "field"), [
    ({"title": " "}, "title"), ({"body": ""}, "body"), ({"department_ids": []}, "department_ids"),
    ({"department_ids": [999_999]}, "department_ids"), ({"department_ids": None}, "department_ids"),
    ({"body": "{{segredo}}"}, "body"), ({"kind": "tree"}, "kind"), ({"position": -1}, "position")])
def test_a_refusal_stands_at_its_field(keeper, world, change, field):
    given = {"title": "A", "body": "B", "department_ids": [world.department.id], **change}
    answer = keeper.post("/api/v1/scripts", given)
    assert answer.status_code == 422, answer.text
    assert list(answer.json["error"]["fields"]) == [field]


@pytest.mark.req("M-93", "G-03")
def test_each_reads_what_is_his(api, make_user, keeper, scripts, world):
    def titles(caller, query=""):
        return [row["title"] for row in caller.get(f"/api/v1/scripts{query}").json["items"]]

    attendant = api(make_user(None, ATTENDANT, companies=[world.company], department=world.child_department))
    assert titles(attendant) == ["Cobrança em atraso", "Saudação"]
    assert titles(attendant, "?q=BOM+dia") == ["Saudação"]
    assert attendant.get(f"/api/v1/scripts/{scripts['beside'].id}").status_code == 404
    assert attendant.post("/api/v1/scripts", {}).status_code == 403
    assert titles(keeper) == ["Antiga", "Cobrança em atraso", "Entrega", "Saudação"]
    assert titles(keeper, "?active=false") == ["Antiga"]
    assert keeper.get(f"/api/v1/scripts/{scripts['other'].id}").status_code == 404
    other = {"title": "A", "body": "B", "department_ids": [world.other_department.id]}
    assert keeper.post("/api/v1/scripts", other).json["error"]["fields"] == {"department_ids": "Opção inválida."}
    boss = api(make_user(None, SUPERVISOR, companies=[world.company]))
    assert titles(boss) == titles(keeper)
    assert boss.post("/api/v1/scripts", {}).status_code == 403
