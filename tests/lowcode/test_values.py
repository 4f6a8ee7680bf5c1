"""What a configurators' field accepts: one check for every entry (B-20)."""
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.errors import InvalidMany
from app.models.custom_field import FieldType
from app.queries.catalogue import FieldSpec
from app.services import custom_types as types
from app.services import custom_values, field_index
from app.services.custom_values import hidden

pytestmark = pytest.mark.req("B-20")
NOW = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)  # still February in São Paulo
OPTIONS = ({"value": "a", "label": "Água"}, {"value": "b", "label": "Brejo"},
           {"value": "old", "label": "Velho", "active": False})


def field(type_="text", key="f", **values):
    return FieldSpec(id=values.pop("id", 1), form_id=1, key=key, name=key.title(), type=type_, **values)


def checked(fields, given, **more):
    return custom_values.checked(None, fields, given, actor=None, now=NOW, **more)


def refused(fields, given, **more) -> dict:
    with pytest.raises(InvalidMany) as raised:
        checked(fields, given, **more)
    return {error.field: str(error) for error in raised.value.errors}


ACCEPTED = [
    ("text", " Olá\nmundo ", "Olá mundo"), ("long_text", "a\r\nb", "a\nb"), ("integer", -7, -7),
    ("decimal", 1.50, "1.5"), ("decimal", "-0", "0"), ("decimal", "1e3", "1000"), ("money", "10.5", "10.50"),
    ("money", 3, "3.00"), ("date", "2026-02-28", "2026-02-28"),
    ("datetime", "2026-02-28T22:30:00-03:00", "2026-03-01T01:30:00+00:00"), ("boolean", False, False),
    ("choice", "b", "b"), ("choices", ["b", "a", "b"], ["a", "b"]), ("cpf_cnpj", "390.533.447-05", "39053344705"),
    ("cpf_cnpj", "11.222.333/0001-81", "11222333000181"), ("phone", "(11) 98765-4321", "+5511987654321"),
    ("email", " Ana@Exemplo.com ", "Ana@exemplo.com"), ("url", "https://exemplo.com/a", "https://exemplo.com/a")]
WRONG = [
    ("text", 5), ("text", "x" * 301), ("text", "a\0b"), ("long_text", "\ud800"), ("integer", "7"), ("integer", True),
    ("integer", 2**53), ("decimal", "NaN"), ("decimal", "1e15"), ("decimal", "0." + "0" * 30 + "1"),
    ("decimal", "1." + "0" * 70 + "1"), ("decimal", "dez"), ("decimal", True), ("money", "1.234"), ("money", {}),
    ("date", "28/02/2026"), ("date", "2026-02-30"), ("datetime", "2026-02-28T22:30:00"), ("datetime", 5),
    ("boolean", "sim"), ("boolean", 1), ("choice", "old"), ("choice", "z"), ("choice", ["a"]), ("choices", "a"),
    ("choices", ["a", "z"]), ("choices", [1]), ("cpf_cnpj", "390.533.447-06"), ("cpf_cnpj", 39053344705),
    ("phone", "12"), ("email", "ana@exemplo"), ("email", "ana@x."), ("email", "a b@c.d"), ("url", "exemplo.com"),
    ("url", "javascript:alert(1)"), ("url", "https://"), ("person", "1"), ("person", True), ("person", -1),
    ("attachment", 1), ("attachment", [{"name": "x"}])]


@pytest.mark.parametrize(("kind", "given", "kept"), ACCEPTED)
def test_a_value_is_kept_as_its_type_has_it(kind, given, kept):
    assert checked([field(kind, options=OPTIONS)], {"f": given}) == {"f": kept}


def test_every_type_is_tried():
    tried = {kind for kind, *_rest in ACCEPTED} | {"person", "attachment"}  # these need a database
    assert tried == set(FieldType)


@pytest.mark.parametrize(("kind", "given"), WRONG)
def test_what_is_not_of_the_type_is_refused_at_its_key(kind, given):
    assert refused([field(kind, options=OPTIONS)], {"f": given}, prefix="at.").keys() == {"at.f"}


LIMITS = [
    ("integer", {"minimum": 1, "maximum": 5}, [1, 5], [0, 6]),
    ("decimal", {"minimum": "0.5", "maximum": "2.25"}, ["0.5", "2.25"], ["0.4999", "2.26"]),
    ("money", {"maximum": "1000.00"}, ["1000"], ["1000.01"]),
    ("date", {"minimum": "2026-01-01", "maximum": "2026-12-31"}, ["2026-01-01"], ["2025-12-31", "2027-01-01"]),
    ("datetime", {"maximum": "2026-01-01T03:00:00+00:00"}, ["2026-01-01T00:00:00-03:00"],
     ["2026-01-01T00:01:00-03:00"]),
    ("text", {"minimum": 2, "maximum": 3}, ["ab", "abc"], ["a", "abcd"]),
    ("choices", {"minimum": 2}, [["a", "b"]], [["a"]]), ("choices", {"maximum": 1}, [["a"]], [["a", "b"]]),
    ("text", {"pattern": "[A-Z]{2}[0-9]+"}, ["AB1"], ["AB", "xAB1", "AB1x"])]


@pytest.mark.parametrize(("kind", "rules", "right", "wrong"), LIMITS)
def test_limits_and_patterns_hold(kind, rules, right, wrong):
    spec = field(kind, options=OPTIONS, **rules)
    for value in right:
        assert checked([spec], {"f": value})["f"] is not None
    for value in wrong:
        assert refused([spec], {"f": value}).keys() == {"f"}


def test_a_pattern_says_what_it_wants():
    assert refused([field(pattern="[0-9]+", pattern_help="Só números.")], {"f": "x"}) == {"f": "Só números."}


def test_a_pattern_that_would_hang_other_engines_answers_at_once():
    begun = time.perf_counter()
    assert refused([field("long_text", pattern="(a+)+$")], {"f": "a" * 9_000 + "b"})
    assert time.perf_counter() - begun < 1
    for bad in ("(", r"(a)\1", "(?<=a)b"):
        with pytest.raises(ValueError, match=r"."):
            types.pattern(bad)


@pytest.mark.parametrize(("mask", "typed", "kept"), [
    ("999-AA", "123ab", "123-ab"), ("999-AA", "123-ab", "123-ab"), ("**/9", "é1/2", "é1/2"),
    ("+55 99", "12", "+55 12")])
def test_a_mask_is_put_on_what_was_typed(mask, typed, kept):
    assert checked([field(mask=mask)], {"f": typed}) == {"f": kept}


@pytest.mark.parametrize("typed", ["12ab", "123-a", "123-abc", "abc-12", "١23ab"])
def test_what_does_not_fit_the_mask_is_refused(typed):
    assert refused([field(mask="999-AA")], {"f": typed}) == {"f": "Fill it in like this: 123-AB"}


def test_required_fields_are_asked_of_a_new_record_and_all_refusals_come_at_once():
    fields = [field(required=True), field("integer", "n"), field("boolean", "b", required=True)]
    assert refused(fields, {"n": "x", "z": 1}).keys() == {"f", "n", "z", "b"}
    assert checked(fields, {"f": "x", "b": False}) == {"f": "x", "b": False}


def test_a_patch_asks_only_for_what_it_touches():
    fields = [field(required=True), field("integer", "n")]
    assert checked(fields, {"n": 2}, stored={}, whole=False) == {"n": 2}
    assert refused(fields, {"f": " "}, stored={"f": "x"}, whole=False).keys() == {"f"}
    assert checked(fields, {"n": None}, stored={"f": "x", "n": 1}, whole=False) == {"f": "x", "n": None}
    assert checked(fields, {"f": "y"}, stored={"f": "x", "n": 1}) == {"f": "y", "n": None}


def test_what_is_retired_stays_while_nobody_changes_it():
    fields = [field("choice", options=OPTIONS), field("choices", "many", options=OPTIONS),
              field(key="gone", active=False, required=True)]
    stored = {"f": "old", "many": ["old", "lost"], "gone": "x", "of_a_form_removed": 1}
    assert checked(fields, {"f": "old", "many": ["a", "lost", "old"]}, stored=stored) == {
        **stored, "many": ["a", "old", "lost"]}
    assert checked(fields, {"gone": "x"}, stored=stored, whole=False) == stored
    assert refused(fields, {"gone": "y"}, stored=stored, whole=False).keys() == {"gone"}
    assert refused(fields, {"f": "old"}, stored={"f": "a"}).keys() == {"f"}


def test_a_rule_that_came_later_does_not_reach_what_was_there():
    spec = field(pattern="[0-9]+", maximum=2)
    assert checked([spec], {"f": "abc"}, stored={"f": "abc"}) == {"f": "abc"}
    assert checked([field("decimal")], {"f": 2.5}, stored={"f": "2.50"}) == {"f": "2.50"}


def test_defaults_are_of_new_records_and_of_what_was_left_out():
    fields = [field(default="oi"), field("date", "d", default="today"), field("datetime", "m", default="now"),
              field("choice", "c", options=OPTIONS, default="old")]
    assert checked(fields, {}) == {"f": "oi", "d": "2026-02-28", "m": "2026-03-01T01:30:00+00:00"}
    assert checked(fields, {"f": None, "d": "2026-01-01", "m": None}) == {"d": "2026-01-01"}
    assert checked(fields, {}, stored={}, whole=False) == {}


def test_a_mask_and_a_retired_option_are_told_by_what_a_person_knows():
    assert refused([field(mask="999.999-9")], {"f": "12"}) == {"f": "Fill it in like this: 123.456-7"}
    assert refused([field(mask="AAA-9*99")], {"f": "12"}) == {"f": "Fill it in like this: ABC-1234"}
    for kind, value in (("choice", "old"), ("choices", ["a", "old"])):
        assert refused([field(kind, options=OPTIONS)], {"f": value}) == {"f": "The option “Velho” is no longer in use."}


A = field("choice", "a", options=OPTIONS)
B = field("integer", "b", required=True, shown_if={"field": "a", "in": ["b"]})
C = field("text", "c", required=True, shown_if={"field": "b", "filled": True})


def test_a_hidden_field_is_neither_asked_for_nor_kept_and_what_is_given_for_it_is_refused():
    assert checked([A, B, C], {"a": "a", "b": None, "c": " "}) == {"a": "a"}
    told = {"b": "This field exists only where “A” is: Brejo. Leave it empty.",
            "c": "This field exists only where “B” is filled in: leave it empty."}
    assert refused([A, B, C], {"a": "a", "b": 3, "c": "x"}) == told
    assert refused([A, B, C], {"a": "a", "b": "wrong"}) == {"b": told["b"]}
    both = {"stored": {"a": "b", "b": 1, "c": "x"}, "whole": False}
    assert refused([A, B, C], {"a": "a", "b": 1}, **both) == {"b": told["b"]}
    assert refused([A, B, C], {"a": "a"}, said={"b"}, **both) == {"b": told["b"]}
    assert refused([A, B, C], {"a": "b"}).keys() == {"b"}
    assert refused([A, B, C], {"a": "b", "b": 0}).keys() == {"c"}
    assert checked([A, B, C], {"a": "a"}, stored={"a": "b", "b": 1, "c": "x"}, whole=False) == {
        "a": "a", "b": None, "c": None}
    assert refused([A, B, C], {"a": "b"}, stored={"a": "a"}, whole=False).keys() == {"b"}


def test_who_is_shown_follows_a_chain_and_a_circle_hides_nothing():
    assert hidden([A, B, C], {"a": "b", "b": 1}) == set()
    assert hidden([A, B, C], {"a": "a", "b": 1}) == {"b", "c"}
    round_ = [replace(A, shown_if={"field": "c", "filled": True}), B, C]
    assert hidden(round_, {"a": "b", "b": 1, "c": "x"}) == set()
    assert hidden([replace(A, active=False), B], {}) == set()  # nobody could answer it any more
    money = field("money", "m")
    assert hidden([money, replace(B, shown_if={"field": "m", "in": [2.5]})], {"m": "2.50"}) == set()
    several = field("choices", "s")
    assert hidden([several, replace(B, shown_if={"field": "s", "in": ["x"]})], {"s": ["y", "x"]}) == set()


NUMBERS = some.one_of(
    some.integers(-types.WHOLE_LIMIT, types.WHOLE_LIMIT),
    some.decimals(-10**14, 10**14, places=4, allow_nan=False))


@settings(deadline=None)  # other work on the machine is no failure
@given(some.lists(NUMBERS, min_size=2, max_size=20))
def test_keys_of_numbers_sort_as_numbers_do(numbers):
    spec = field("decimal")
    keys = {number: field_index.sort_key(spec, str(number)) for number in numbers}
    assert [Decimal(n) for n in sorted(numbers, key=keys.get)] == sorted(Decimal(n) for n in numbers)
    assert len({len(key) for key in keys.values()}) == 1
    assert (keys[numbers[0]] == keys[numbers[1]]) == (numbers[0] == numbers[1])


@settings(deadline=None)  # other work on the machine is no failure
@given(some.lists(some.dates(), min_size=2), some.lists(some.datetimes(
    min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 30), timezones=some.timezones()), min_size=2))  # noqa: DTZ001
def test_keys_of_dates_sort_as_dates_do(days, moments):
    day_key = {day: field_index.sort_key(field("date"), day.isoformat()) for day in days}
    assert sorted(days, key=day_key.get) == sorted(days)
    stored = [types.read(field("datetime"), moment.isoformat()) for moment in moments]
    keys = [field_index.sort_key(field("datetime"), each) for each in stored]
    assert [datetime.fromisoformat(each) for _key, each in sorted(zip(keys, stored, strict=True))] == sorted(
        datetime.fromisoformat(each) for each in stored)


@settings(deadline=None)  # other work on the machine is no failure
@given(some.text(max_size=400))
def test_a_key_is_never_longer_than_its_column(text):
    assert len(field_index.sort_key(field(), text) or "") <= field_index.LENGTH


def test_keys_compare_as_people_do():
    assert field_index.sort_key(field(), "Água") == field_index.sort_key(field(), " agua ")
    assert field_index.sort_key(field("boolean"), False) < field_index.sort_key(field("boolean"), True)
    assert field_index.sort_key(field("person"), 9) < field_index.sort_key(field("person"), 10)
    assert field_index.rows(field("choices"), ["a", "b"]) == ["a", "b"]
    assert field_index.rows(field("choices"), []) == (None,)
    assert field_index.sort_key(field("integer"), "not a number") is None


def test_words_of_a_record_are_found_as_they_are_typed():
    fields = [field(key="t", searchable=True), field("choice", "c", options=OPTIONS, searchable=True),
              field("money", "m", searchable=True), field("date", "d", searchable=True), field(key="not"),
              field("phone", "p", searchable=True), field("attachment", "x", searchable=True)]
    words = field_index.search_text(fields, {
        "t": "D'Ávila", "c": "a", "m": "1234.50", "d": "2026-02-28", "not": "secret", "p": "+5511987654321",
        "x": [{"id": 1, "name": "Contrato.pdf"}]})
    for wanted in ("davila", "agua", "1234 50", "28 02 2026", "1187654321", "contratopdf"):
        assert wanted in words
    assert "secret" not in words
