"""One's own agenda as an iCalendar text (RFC 5545)."""
from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app

from ...icalendar import Event, calendar
from ...models.appointment import AppointmentState
from ...queries import agenda as reads

BACK, AHEAD = timedelta(days=31), timedelta(days=366)


def own_calendar(session, viewer, *, now) -> str:
    """The viewer's appointments from a month ago to a year from now."""
    scope = reads.Scope(operator_id=viewer.user_id)
    rows = reads.between(session, viewer, scope, now - BACK, now + AHEAD)[:reads.MOST]
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname
    return calendar((Event(
        uid=f"appointment-{row.id}@{host}", stamp=row.updated_at or now, start=row.starts_at, end=row.ends_at,
        summary=f"{row.subject} ({row.entity})", location=row.place, description=row.notes,
        cancelled=row.state == AppointmentState.CANCELLED, alarm_minutes=row.reminder_minutes)
        for row in rows), product="-//Balcão//Agenda//PT")
