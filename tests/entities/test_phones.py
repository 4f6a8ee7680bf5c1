"""Telephones as people type them."""
import pytest

from app import phones
from app.errors import Invalid

pytestmark = pytest.mark.req("B-16")


@pytest.mark.parametrize(("typed", "stored", "shown"), [
    ("(11) 98765-4321", "+5511987654321", "(11) 98765-4321"),
    ("11987654321", "+5511987654321", "(11) 98765-4321"),
    ("1187654321", "+5511987654321", "(11) 98765-4321"),
    ("+55 11 98765 4321", "+5511987654321", "(11) 98765-4321"),
    ("0055 11 98765-4321", "+5511987654321", "(11) 98765-4321"),
    ("0 15 11 98765-4321", "+5511987654321", "(11) 98765-4321"),
    ("(11) 3333-4444", "+551133334444", "(11) 3333-4444"),
    ("(55) 3222-1234", "+555532221234", "(55) 3222-1234"),
    ("0800 123 4567", "+558001234567", "0800 123 4567"),
    ("4004-1234", "+5540041234", "4004-1234"),
    ("+1 415 555 2671", "+14155552671", "+1 415-555-2671"),
])
def test_a_phone_is_stored_in_e164_and_shown_to_people(typed, stored, shown):
    assert phones.parse(typed) == stored
    assert phones.shown(stored) == shown


@pytest.mark.parametrize("typed", [
    "", "abc", "0800-TELEFONE", "98765-4321", "(11) 1234", "+55 11 111", "1" * 60, "(20) 98765-4321"])
def test_what_is_no_phone_is_refused_at_its_field(typed):
    with pytest.raises(Invalid) as refusal:
        phones.parse(typed, field="phones.0.number")
    assert refusal.value.field == "phones.0.number"


@pytest.mark.parametrize("typed", [
    "11987654321", "1187654321", "(11) 98765-4321", "(11) 8765-4321", "+55 11 98765-4321", "551187654321",
    "5511987654321", "011 98765-4321", "015 11 98765-4321", "98765-4321", "8765-4321"])
def test_every_way_to_type_a_phone_finds_the_same_key(typed):
    assert phones.search_digits("+5511987654321") in phones.search_keys(typed)[0]


def test_a_beginning_with_area_code_finds_too():
    for typed in ("119876", "(11) 98765", "11 8765"):
        assert any("1187654321".startswith(key) for key in phones.search_keys(typed)[1])
    assert phones.search_keys("119")[1] == []


def test_a_foreign_phone_is_found_with_its_country_code():
    key = phones.search_digits("+14155552671")
    assert key in phones.search_keys("+1 415 555 2671")[0]
