"""The calculator against an oracle that walks, on random cases, and against answers reckoned by hand."""
import json
import random
from datetime import UTC, date, datetime
from time import perf_counter

import pytest

from app.errors import Invalid
from app.services import deadline_cases, deadlines
from app.services.opening_hours import OpeningHours

from .cases import random_case
from .oracle import due_at

OFFICE = [["08:00", "12:00"], ["13:00", "18:00"]]
WEEK = {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE), "sat": [], "sun": []}
SAO_PAULO, NEW_YORK = "America/Sao_Paulo", "America/New_York"


def case(opened_at, kind, amount, *, week=WEEK, holidays=(), pauses=(), timezone=SAO_PAULO):
    return {"opened_at": opened_at, "rule": {"kind": kind, "amount": amount}, "pauses": [list(x) for x in pauses],
            "calendar": {"timezone": timezone, "week": week, "holidays": list(holidays)}}


def due(*given, **options):
    """The deadline as `flask deadline` writes it."""
    return deadline_cases.answer(json.dumps(case(*given, **options)))["due_at"]


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("kind", "number"), [("calendar_days", 3500), ("business_days", 3500),
                                              ("business_hours", 3000)])
def test_random_cases_are_what_a_walk_finds(kind, number):
    """10,000 cases over two years, in zones with and without a change of clocks."""
    source, waiting = random.Random(f"deadlines {kind}"), 0  # noqa: S311  (made-up data)
    for _ in range(number):
        given = random_case(source, kind)
        expected, found = due_at(given), deadline_cases.of(given).due_at
        waiting += expected is None
        # as instants: Python holds no two zones' times for equal in an hour that comes twice
        assert (found and found.timestamp()) == (expected and expected.timestamp()), given
    assert waiting > number / 100  # pauses that never end are among them


@pytest.mark.req("B-12")
def test_seconds_are_what_a_walk_by_the_second_finds():
    source = random.Random("seconds")  # noqa: S311  (made-up data)
    for _ in range(12):
        opened = datetime(2026, 2, 13, 8, tzinfo=UTC).timestamp() + source.randrange(40_000)
        given = case(datetime.fromtimestamp(opened, UTC).isoformat(), "business_hours", source.choice((0, 0.01, 1.37)))
        assert deadline_cases.of(given).due_at == due_at(given, tick=1), given


@pytest.mark.req("B-12")
def test_the_example_of_the_contract():
    answer = due("2026-02-13T22:10:00-03:00", "business_days", 5, holidays=["2026-02-17"], pauses=[
        ("2026-02-18T10:00:00-03:00", "2026-02-19T09:00:00-03:00"), ("2026-03-01T00:00:00-03:00", None)])
    # Mon 16, (Tue 17 holiday, Wed 18 paused at its end), Thu 19, Fri 20, Mon 23, Tue 24
    assert answer == "2026-02-24T23:59:59-03:00"


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("opened", "kind", "amount", "answer"), [
    ("2026-02-13T10:00:00-03:00", "calendar_days", 1, "2026-02-14T23:59:59-03:00"),
    ("2026-02-13T10:00:00-03:00", "calendar_days", 0, "2026-02-13T23:59:59-03:00"),
    ("2026-02-13T10:00:00-03:00", "business_days", 0, "2026-02-13T23:59:59-03:00"),
    ("2026-02-14T10:00:00-03:00", "business_days", 0, "2026-02-16T23:59:59-03:00"),  # a Saturday does not count
    ("2026-02-14T02:30:00+00:00", "business_days", 1, "2026-02-16T23:59:59-03:00"),  # still Friday there
    ("2026-02-13T10:00:00-03:00", "business_hours", 0, "2026-02-13T10:00:00-03:00"),
    ("2026-02-13T12:00:00-03:00", "business_hours", 0, "2026-02-13T13:00:00-03:00"),  # it closes at 12:00
    ("2026-02-13T18:00:00-03:00", "business_hours", 0, "2026-02-16T08:00:00-03:00"),
    ("2026-02-13T08:00:00-03:00", "business_hours", 4, "2026-02-13T12:00:00-03:00"),  # full when it closes
    ("2026-02-13T08:00:00-03:00", "business_hours", 4.5, "2026-02-13T13:30:00-03:00"),
    ("2026-02-13T17:59:30-03:00", "business_hours", 0.1, "2026-02-16T08:05:30-03:00"),
    ("2026-02-13T08:00:00-03:00", "business_hours", 1.1, "2026-02-13T09:06:00-03:00"),  # and no part of a second more
    ("2026-02-13T10:00:00-03:00", "business_days", 3650, "2040-02-10T23:59:59-03:00"),
])
def test_answers_reckoned_by_hand(opened, kind, amount, answer):
    assert due(opened, kind, amount) == answer


@pytest.mark.req("B-12")
def test_a_day_that_ends_in_a_pause_is_not_counted_and_one_that_ends_as_it_stops_is():
    opened, midnight = "2026-02-11T10:00:00-03:00", "2026-02-13T00:00:00-03:00"  # the end of Thursday 12
    for pause, answer in (((midnight, "2026-02-13T00:00:01-03:00"), "2026-02-13"),
                          (("2026-02-12T09:00:00-03:00", midnight), "2026-02-12"),
                          (("2026-02-12T09:00:00-03:00", "2026-02-13T00:00:01-03:00"), "2026-02-13"),
                          (("2026-02-13T00:00:01-03:00", None), "2026-02-12"), ((midnight, None), None)):
        found = due(opened, "business_days", 1, pauses=[pause])
        assert (found and found[:10]) == answer, pause


@pytest.mark.req("B-12")
def test_pauses_that_overlap_count_once():
    answer = due("2026-02-11T08:00:00-03:00", "business_hours", 6, pauses=[
        ("2026-02-11T10:00:00-03:00", "2026-02-11T15:00:00-03:00"),
        ("2026-02-11T09:00:00-03:00", "2026-02-11T11:00:00-03:00"),
        ("2026-02-11T15:00:00-03:00", "2026-02-11T16:00:00-03:00")])
    assert answer == "2026-02-12T11:00:00-03:00"  # 8 to 9, 16 to 18, and three hours of Thursday


@pytest.mark.req("B-12")
def test_an_open_pause_holds_the_clock_only_from_where_it_begins():
    opened = "2026-02-11T08:00:00-03:00"
    assert due(opened, "business_hours", 2, pauses=[("2026-02-11T10:00:00-03:00", None)]) == "2026-02-11T10:00:00-03:00"
    assert due(opened, "business_hours", 2, pauses=[("2026-02-11T09:59:59-03:00", None)]) is None
    assert due(opened, "business_hours", 0, pauses=[("2026-02-10T09:00:00-03:00", None)]) is None


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("timezone", "opened", "kind", "amount", "week", "answer"), [
    # São Paulo, 4 November 2018: 00:00 is 01:00; 17 February 2018: 24:00 is 23:00 again
    (SAO_PAULO, "2018-11-03T12:00:00-03:00", "calendar_days", 0, WEEK, "2018-11-03T23:59:59-03:00"),
    (SAO_PAULO, "2018-11-03T12:00:00-03:00", "calendar_days", 1, WEEK, "2018-11-04T23:59:59-02:00"),
    (SAO_PAULO, "2018-02-17T12:00:00-02:00", "calendar_days", 0, WEEK, "2018-02-17T23:59:59-03:00"),
    (SAO_PAULO, "2018-11-03T22:00:00-03:00", "business_hours", 3, {"sat": [["00:00", "24:00"]],
                                                                   "sun": [["00:00", "24:00"]]},
     "2018-11-04T02:00:00-02:00"),
    (SAO_PAULO, "2018-02-17T22:00:00-02:00", "business_hours", 3, {"sat": [["00:00", "24:00"]]},
     "2018-02-18T00:00:00-03:00"),  # the third hour ends with the day of 25 hours
    # New York, 8 March 2026: 02:00 is 03:00; 1 November 2026: 02:00 is 01:00 again
    (NEW_YORK, "2026-03-08T00:00:00-05:00", "business_hours", 3, {"sun": [["01:00", "06:00"]]},
     "2026-03-08T05:00:00-04:00"),
    (NEW_YORK, "2026-11-01T00:00:00-04:00", "business_hours", 3, {"sun": [["01:00", "06:00"]]},
     "2026-11-01T03:00:00-05:00"),
    (NEW_YORK, "2026-10-30T12:00:00-04:00", "business_days", 1, WEEK, "2026-11-02T23:59:59-05:00"),
    # an interval that begins in the hour that does not exist opens when it is over
    (NEW_YORK, "2026-03-08T00:00:00-05:00", "business_hours", 0, {"sun": [["02:30", "06:00"]]},
     "2026-03-08T03:00:00-04:00"),
])
def test_days_on_which_clocks_change(timezone, opened, kind, amount, week, answer):
    assert due(opened, kind, amount, week=week, timezone=timezone) == answer


@pytest.mark.req("B-12")
def test_the_end_of_a_day_is_24_00_and_days_without_a_gap_run_on():
    night = {name: [["22:00", "24:00"], ["00:00", "02:00"]] for name in ("mon", "tue")}
    assert due("2026-02-16T23:00:00-03:00", "business_hours", 2, week=night) == "2026-02-17T01:00:00-03:00"


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("options", "words"), [
    ({"week": {}}, "never opens"), ({"week": {"mon": []}}, "never opens"),
    ({"week": {"mon": [["08:00", "12:00"], ["11:59", "18:00"]]}}, "overlap"),
    ({"week": {"mon": [["18:00", "08:00"]]}}, "ends before it starts"),
    ({"week": {"mon": [["08:00", "08:00"]]}}, "ends before it starts"),
    ({"week": {"mon": [["08:00", "24:01"]]}}, "not a time"), ({"week": {"mon": [["8h", "9h"]]}}, "not a time"),
    ({"week": {"mon": ["08:00"]}}, "two times"), ({"week": {"monday": []}}, "mon, tue"), ({"week": []}, "mon, tue"),
    ({"timezone": "America/Atlantis"}, "time zone"), ({"timezone": "../etc/passwd"}, "time zone"),
    ({"timezone": None}, "time zone"), ({"holidays": ["17/02/2026"]}, "list of days"),
    ({"pauses": [("2026-02-19T09:00:00-03:00", "2026-02-18T09:00:00-03:00")]}, "ends before"),
    ({"pauses": [("2026-02-19T09:00:00", None)]}, "offset"), ({"pauses": [("2026-02-19",)]}, "list of pairs"),
])
@pytest.mark.parametrize("kind", deadlines.Kind)
def test_what_is_no_calendar_or_no_pause_is_refused(options, words, kind):
    with pytest.raises(Invalid, match=words):
        due("2026-02-13T22:10:00-03:00", kind, 1, **options)


@pytest.mark.req("B-12")
@pytest.mark.parametrize(("opened", "kind", "amount", "words"), [
    ("2026-02-13T22:10:00-03:00", "fortnights", 1, "calendar_days"), ("2026-02-13T22:10:00-03:00", ["x"], 1, "rule"),
    ("2026-02-13T22:10:00-03:00", "business_days", -1, "negative"),
    ("2026-02-13T22:10:00-03:00", "business_hours", -0.5, "negative"),
    ("2026-02-13T22:10:00-03:00", "business_days", 1.5, "Only hours"),
    ("2026-02-13T22:10:00-03:00", "business_days", True, "number"),
    ("2026-02-13T22:10:00-03:00", "business_days", "5", "number"),
    ("2026-02-13T22:10:00-03:00", "business_hours", float("nan"), "number"),
    ("2026-02-13T22:10:00-03:00", "business_hours", float("inf"), "number"),
    ("2026-02-13T22:10:00-03:00", "calendar_days", 3651, "At most"),
    ("2026-02-13T22:10:00-03:00", "business_hours", 10 ** 30, "At most"),
    ("2026-02-13T22:10:00", "business_days", 1, "offset"), ("amanhã", "business_days", 1, "offset"),
    (5, "business_days", 1, "offset"), ("0226-02-13T22:10:00-03:00", "business_days", 1, "out of reach"),
])
def test_what_is_no_rule_or_no_opening_is_refused(opened, kind, amount, words):
    with pytest.raises(Invalid, match=words):
        due(opened, kind, amount)


@pytest.mark.req("B-12")
@pytest.mark.parametrize("amount", [5_000, 87_600])
def test_a_deadline_in_another_age_is_refused(amount):
    with pytest.raises(Invalid, match="hundred years"):
        due("2026-02-13T22:10:00-03:00", "business_hours", amount, week={"mon": [["08:00", "08:00:10"]]})


@pytest.mark.req("B-12")
def test_reckoning_takes_no_walk():
    """A hundred times the amount costs about the same: at 3,650 days a walk would take two hundred times as long."""
    hours = OpeningHours(SAO_PAULO, WEEK, {date(year, 12, 25): "Natal" for year in range(2020, 2045)})
    opened = datetime(2026, 2, 13, 22, 10, tzinfo=UTC)

    def seconds(amount):
        rule, best = deadlines.checked_rule("business_days", amount), 1
        for _ in range(20):
            began = perf_counter()
            for _ in range(50):
                deadlines.reckon(hours, rule, opened)
            best = min(best, perf_counter() - began)
        return best
    seconds(3650)
    assert seconds(3650) < 5 * seconds(20)
