"""The knowledge base over REST."""
import pytest

from app.security.permissions import ATTENDANT, CONFIGURATOR

pytestmark = pytest.mark.req("M-94", "G-06")


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


def test_the_levels_are_added_read_and_deleted_from_below(keeper):
    section = keeper.post("/api/v1/knowledge-sections", {"name": "Rede", "position": 4}).json
    category = keeper.post("/api/v1/knowledge-categories", {"name": "Esgoto", "section_id": section["id"]}).json
    assert category["section"] == {"id": section["id"], "name": "Rede"}
    made = keeper.post("/api/v1/knowledge-items", {
        "title": "Esgoto na rua", "kind": "request", "identification": "anonymous", "category_id": category["id"],
        "return_days": 2})
    assert made.status_code == 201, made.text
    assert made.json == {
        "id": made.json["id"], "title": "Esgoto na rua", "kind": "request", "identification": "anonymous",
        "return_days": 2, "proposed_solution": None, "operator_guidance": None,
        "category": {"id": category["id"], "name": "Esgoto"}, "active": True, "version": 1}
    address = f"/api/v1/knowledge-items/{made.json['id']}"
    changed = keeper.patch(address, {"proposed_solution": "Já vai.", "version": 1})
    assert changed.json["proposed_solution"] == "Já vai."
    held = keeper.delete(f"/api/v1/knowledge-categories/{category['id']}")
    assert held.status_code == 409
    assert "Esta categoria ainda tem itens (1)" in held.json["error"]["message"]
    assert keeper.delete(f"/api/v1/knowledge-sections/{section['id']}").status_code == 409
    for gone in (address, f"/api/v1/knowledge-categories/{category['id']}",
                 f"/api/v1/knowledge-sections/{section['id']}"):
        assert keeper.delete(gone).status_code == 204


@pytest.mark.parametrize(("change", "field"), [
    ({"title": " "}, "title"), ({"kind": "order"}, "kind"), ({"category_id": 999_999}, "category_id"),
    ({"identification": None}, "identification"), ({"return_days": -1}, "return_days"),
    ({"kind": "information", "identification": None, "return_days": None}, "proposed_solution"),
    ({"kind": "information", "return_days": None, "proposed_solution": "A"}, "identification")])
def test_a_refusal_stands_at_its_field(keeper, base, change, field):
    answer = keeper.post("/api/v1/knowledge-items", {
        "title": "A", "kind": "request", "identification": "identified", "return_days": 1,
        "category_id": base["dry"].id, **change})
    assert answer.status_code == 422, answer.text
    assert list(answer.json["error"]["fields"]) == [field]


def test_attendants_read_and_filter(api, make_user, base, world):
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))

    def titles(**asked):
        return [row["title"] for row in attendant.get("/api/v1/knowledge-items", query_string=asked).json["items"]]

    assert titles(q="agua") == ["Água que não chega"]
    assert titles(kind="request", section_id=base["supply"].id) == ["Água que não chega", "Denúncia de ligação"]
    assert titles(category_id=base["copies"].id) == ["Segunda via no portal"]
    assert titles(active="false") == ["Fora de uso"]
    assert attendant.get("/api/v1/knowledge-items?kind=order").status_code == 400
    assert attendant.get("/api/v1/knowledge-sections").json["items"][0]["name"] == "Abastecimento"
    for noun in ("sections", "categories", "items"):
        assert attendant.post(f"/api/v1/knowledge-{noun}", {}).status_code == 403
