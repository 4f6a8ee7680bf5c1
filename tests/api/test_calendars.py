"""Calendars and e-mail templates kept over REST, as on the screens."""
import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.security.permissions import ATTENDANT, CONFIGURATOR

pytestmark = pytest.mark.req("G-06", "B-12")
URL, TEMPLATES = "/api/v1/calendars", "/api/v1/email-templates"
WEEK = {"mon": [["08:00", "12:00"], ["13:00", "18:00"]], "fri": [["8:00", "12:00"]]}
DAYS_OFF = [{"day": "2026-06-24", "name": "São João", "recurring": True}, {"day": "2026-12-30", "name": "Balanço"}]


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def made(keeper):
    answer = keeper.post(URL, {"name": "Caruaru", "week": WEEK, "state": "PE", "holidays": DAYS_OFF})
    assert answer.status_code == 201, answer.text
    return answer.json


def entries(session, target, pk):
    return session.scalars(select(LogEntry).where(
        LogEntry.target == target, LogEntry.target_id == pk).order_by(LogEntry.seq)).all()


def test_a_calendar_has_its_intervals_and_its_own_days_off(keeper, made, session):
    assert (made["timezone"], made["national"], made["state"], made["version"]) == ("America/Sao_Paulo", True, "PE", 1)
    assert made["week"]["mon"] == [["08:00", "12:00"], ["13:00", "18:00"]]
    assert (made["week"]["fri"], made["week"]["sun"]) == ([["08:00", "12:00"]], [])
    assert [(row["day"], row["name"], row["recurring"]) for row in made["holidays"]] == [
        ("2026-06-24", "São João", True), ("2026-12-30", "Balanço", False)]
    assert keeper.get(f"{URL}/{made['id']}").json == made
    assert keeper.get(f"{URL}?q=caruaru").json["items"] == [made]
    entry = entries(session, "calendar", made["id"])[0]
    assert (entry.action, [row["name"] for row in entry.changes["holidays"][1]]) == ("create", ["São João", "Balanço"])


def test_what_is_left_out_of_a_change_stays_and_a_day_off_is_kept_by_its_id(keeper, made, session):
    address = f"{URL}/{made['id']}"
    renamed = keeper.patch(address, {"name": "Agreste", "version": 1}).json
    assert (renamed["name"], renamed["week"], renamed["holidays"]) == ("Agreste", made["week"], made["holidays"])
    kept, gone = made["holidays"]
    changed = keeper.patch(address, {"version": 2, "week": {"tue": [["00:00", "24:00"]]}, "holidays": [
        {**kept, "name": "Festa de São João"}]}).json
    assert (changed["week"]["mon"], changed["week"]["tue"]) == ([], [["00:00", "24:00"]])
    assert changed["holidays"] == [{**kept, "name": "Festa de São João"}]
    refused = keeper.patch(address, {"version": 3, "holidays": [gone]})
    assert refused.json["error"]["fields"].keys() == {"holidays.0"}
    assert keeper.patch(address, {"name": "Velho", "version": 1}).status_code == 409
    whole = keeper.put(address, {"name": "Agreste", "week": WEEK, "version": 3}).json
    assert (whole["holidays"], whole["state"]) == ([], None)
    assert [entry.action for entry in entries(session, "calendar", made["id"])] == ["create", *["update"] * 3]


@pytest.mark.parametrize(("values", "field"), [
    ({"week": {}}, "week"), ({"week": {"mon": [["18:00", "08:00"]]}}, "week"), ({"week": {"dom": []}}, "week.dom"),
    ({"week": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "week"), ({"week": None}, "week"),
    ({"timezone": "Mars/Phobos"}, "timezone"), ({"state": "XX"}, "state"), ({"name": " "}, "name"),
    ({"holidays": [{"day": "2026-06-24", "name": " "}]}, "holidays.0.name"),
    ({"holidays": [{"day": "24/06/2026", "name": "A"}]}, "holidays.0.day"),
    ({"holidays": [DAYS_OFF[0], DAYS_OFF[0]]}, "holidays.1.day")])
def test_what_is_wrong_with_a_calendar_is_told_at_its_field(keeper, values, field):
    refused = keeper.post(URL, {"name": "A", "week": WEEK, **values})
    assert refused.status_code == 422, refused.text
    assert field in refused.json["error"]["fields"]


def test_a_calendar_in_use_stays_and_another_goes(keeper, made, session, seeding, world):
    address = f"{URL}/{made['id']}"
    with seeding():
        world.classification.calendar_id = made["id"]
    assert keeper.delete(address).status_code == 409
    with seeding():
        world.classification.calendar_id = None
    assert keeper.delete(f"{address}?version=7").status_code == 409
    assert keeper.delete(f"{address}?version=1").status_code == 204
    assert keeper.get(address).status_code == 404


def test_a_classification_counts_its_return_by_a_calendar(keeper, made):
    url, values = "/api/v1/provider-classifications", {"name": "Contrato", "return_hours": "12.5"}
    assert keeper.post(url, values).json["error"]["fields"].keys() == {"calendar_id"}
    kept = keeper.post(url, {**values, "calendar_id": made["id"]}).json
    assert (float(kept["return_hours"]), kept["return_days"], kept["calendar"]["name"], kept["counting"]) == (
        12.5, None, "Caruaru", "calendar_days")
    address = f"{url}/{kept['id']}"
    both = keeper.patch(address, {"version": 1, "return_days": 2})
    assert both.json["error"]["fields"].keys() == {"return_hours"}
    changed = keeper.patch(address, {
        "version": 1, "return_days": 2, "return_hours": None, "counting": "business_days"}).json
    assert (changed["return_hours"], changed["return_days"], changed["counting"]) == (None, 2, "business_days")
    for hours in ("0.125", -1, 10_000, "NaN", "x"):
        assert keeper.patch(address, {"version": 2, "return_days": None, "return_hours": hours}).status_code == 422
    below = keeper.post("/api/v1/subclassifications", {
        "name": "Reajuste", "classification_id": kept["id"], "return_hours": 4})
    assert (below.status_code, float(below.json["return_hours"])) == (201, 4.0)
    assert keeper.patch(address, {"version": 2, "calendar_id": None, "counting": "calendar_days"}).json["error"][
        "fields"].keys() == {"calendar_id"}


def test_a_template_is_kept_by_the_rules_of_its_variables(keeper, session):
    values = {"name": "Retorno", "subject": "Protocolo {{protocolo}}", "body": "Olá, {{primeiro_nome}}."}
    made = keeper.post(TEMPLATES, values).json
    assert made == {**values, "id": made["id"], "active": True, "version": 1}
    address = f"{TEMPLATES}/{made['id']}"
    refused = keeper.patch(address, {"version": 1, "subject": "{{senha}}", "body": "{{nome"})
    assert (refused.status_code, refused.json["error"]["fields"].keys()) == (422, {"subject", "body"})
    assert keeper.patch(address, {"version": 1, "body": " "}).json["error"]["fields"] == {
        "body": "Este campo é obrigatório."}
    assert keeper.patch(address, {"version": 1, "body": "Oi"}).json["version"] == 2
    assert keeper.delete(address).status_code == 204
    assert [entry.action for entry in entries(session, "email_template", made["id"])] == ["create", "update", "delete"]


@pytest.mark.parametrize("url", [URL, TEMPLATES])
def test_who_may_not_on_the_screen_may_not_over_rest(api, make_user, made, world, url):
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get(url).status_code == 200
    for method in ("post", "patch", "put", "delete"):
        address = url if method == "post" else f"{url}/{made['id']}"
        assert getattr(attendant, method)(address).status_code == 403
