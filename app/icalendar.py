"""A calendar as RFC 5545 has it: just what an export of appointments needs."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75  # octets of a content line, its break not counted


@dataclass(frozen=True)
class Event:
    """One VEVENT; instants are aware, texts as people wrote them."""

    uid: str
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    location: str | None = None
    description: str | None = None
    cancelled: bool = False
    alarm_minutes: int | None = None  # before the start


def calendar(events: Iterable[Event], *, product: str) -> str:
    """The whole text, with CRLF."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{escape(product)}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for event in events:
        lines += _event(event)
    return "".join(f"{fold(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def escape(text: str) -> str:
    """A TEXT value: nothing in it can end the line or the value, and so begin a property of its own."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c == "\n" or c == "\t" or (c >= " " and c != "\x7f"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> str:
    """The line in pieces of at most LINE octets; no character is cut in two."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LINE:
            pieces.append(piece)
            piece, size = "", 1  # the blank that a continued line begins with
        piece, size = piece + character, size + octets
    return "\r\n ".join([*pieces, piece])


def _event(event: Event) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{escape(event.uid)}", f"DTSTAMP:{_instant(event.stamp)}",
             f"DTSTART:{_instant(event.start)}", f"DTEND:{_instant(event.end)}", f"SUMMARY:{escape(event.summary)}",
             f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"]
    if event.location:
        lines.append(f"LOCATION:{escape(event.location)}")
    if event.description:
        lines.append(f"DESCRIPTION:{escape(event.description)}")
    if event.alarm_minutes is not None and not event.cancelled:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-PT{event.alarm_minutes}M",
                  f"DESCRIPTION:{escape(event.summary)}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
