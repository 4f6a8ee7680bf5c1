"""System parameters read and set over REST, as on the screen."""
import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.security.permissions import ATTENDANT, CONFIGURATOR
from app.services.settings import PARAMETERS, get_setting

pytestmark = [pytest.mark.req("G-06"), pytest.mark.req("C-07")]
URL = "/api/v1/settings"


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


def test_every_parameter_is_read_with_what_it_may_be(keeper):
    rows = {row["key"]: row for row in keeper.get(URL).json["items"]}
    assert rows.keys() == PARAMETERS.keys()
    assert rows["uses_crm"]["value"] is False
    assert [rows["attention_days"][name] for name in ("value", "least", "most")] == [1, 0, 60]
    assert rows["close_attendance_with"]["choices"] == ["none", "motive", "occurrence", "cause"]
    assert keeper.get(f"{URL}/uses_crm").json == rows["uses_crm"]
    assert keeper.get(f"{URL}/SECRET_KEY").status_code == 404


@pytest.mark.parametrize(("key", "value"), [
    ("uses_crm", True), ("attention_days", 3), ("close_attendance_with", "motive"), ("protocol_mask", "AAAA-NNNNNNNN")])
def test_what_is_set_holds_and_stands_in_the_log(keeper, session, key, value):
    answer = keeper.put(f"{URL}/{key}", {"value": value})
    assert (answer.status_code, answer.json["value"]) == (200, value), answer.text
    assert get_setting(session, key) == value
    entry = session.scalars(select(LogEntry).where(LogEntry.target == "setting").order_by(LogEntry.id.desc())).first()
    assert entry.changes["value"][1] == value


@pytest.mark.parametrize(("key", "value"), [
    ("uses_crm", 1), ("uses_crm", "yes"), ("attention_days", "3"), ("attention_days", True), ("attention_days", 61),
    ("attention_days", None), ("attention_days", [3]), ("close_attendance_with", "all"), ("close_attendance_with", {}),
    ("protocol_mask", 5), ("protocol_mask", "AAAA"), ("protocol_mask", "x" * 201), ("upload_limit", 200)])
def test_what_it_may_not_be_is_refused_at_the_value(keeper, session, key, value):
    before = get_setting(session, key)
    refused = keeper.put(f"{URL}/{key}", {"value": value})
    assert (refused.status_code, refused.json["error"]["fields"].keys()) == (422, {"value"}), refused.text
    assert get_setting(session, key) == before


def test_only_who_may_on_the_screen_may_over_rest(api, make_user, world, keeper):
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get(URL).status_code == 403
    assert attendant.put(f"{URL}/uses_crm", {"value": True}).status_code == 403
    assert keeper.put(f"{URL}/SECRET_KEY", {"value": "x"}).status_code == 404
