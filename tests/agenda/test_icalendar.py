"""The text for calendar programs, as RFC 5545 has it: whatever people wrote stays inside its property."""
from datetime import UTC, datetime, timedelta

import pytest

from app.icalendar import LINE, Event, calendar, escape, fold

START = datetime(2026, 3, 16, 12, 30, tzinfo=UTC)

pytestmark = pytest.mark.req("S-19")


def event(**values) -> Event:
    return Event(**{"uid": "1@desk", "stamp": START, "start": START, "end": START + timedelta(hours=1),
                    "summary": "Visita", **values})


def properties(text) -> list[str]:
    """The content lines, unfolded."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_an_event_is_told_in_utc_with_its_alarm():
    assert properties(calendar([event(location="Sala 2", alarm_minutes=15)], product="-//Desk//PT")) == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Desk//PT", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "BEGIN:VEVENT",
        "UID:1@desk", "DTSTAMP:20260316T123000Z", "DTSTART:20260316T123000Z", "DTEND:20260316T133000Z",
        "SUMMARY:Visita", "STATUS:CONFIRMED", "LOCATION:Sala 2", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M",
        "DESCRIPTION:Visita", "END:VALARM", "END:VEVENT", "END:VCALENDAR"]


def test_what_is_cancelled_says_so_and_rings_no_more():
    told = properties(calendar([event(cancelled=True, alarm_minutes=15)], product="x"))
    assert "STATUS:CANCELLED" in told
    assert "BEGIN:VALARM" not in told


@pytest.mark.parametrize("text", [
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT", "x\nATTACH:http://a", "x\rATTACH:http://a", "a;b,c\\n", "a\0b\x1bc\x7fd",
    "x\\\nATTACH:y"])
def test_no_text_begins_a_property_of_its_own(text):
    told = properties(calendar([event(summary=text, location=text, description=text)], product="x"))
    names = [line.partition(":")[0] for line in told]
    assert names.count("BEGIN") == 2
    assert "ATTACH" not in names
    assert all(ord(c) >= 32 and c != "\x7f" for line in told for c in line)


def test_signs_of_the_format_are_escaped():
    assert escape("a;b,c\\d\ne") == "a\\;b\\,c\\\\d\\ne"


@pytest.mark.parametrize("text", ["x" * 400, "ção" * 90, "😀" * 60, "x" * 74 + "é", "x" * LINE])
def test_a_long_line_is_folded_at_75_octets_and_no_character_is_cut(text):
    pieces = fold(text).split("\r\n")
    assert all(len(piece.encode()) <= LINE for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
