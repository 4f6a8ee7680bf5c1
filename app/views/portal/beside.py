"""The list "Em aberto" that stands beside a form or a conversation of the portal."""
from flask import g

from ...database import utc_now
from ...extensions import db
from ...queries import portal as reads
from . import words


def shown(tickets) -> list:
    """Rows of a list with when each was last written to: one query."""
    now, said = utc_now(), reads.last_said(db.session, tickets)
    return [words.contact(ticket, now=now, said=said.get(ticket.attendance_id)) for ticket in tickets]


def beside(current=None) -> dict:
    """What the template `portal/frame.html` asks: the first open contacts, how many there are, which one is shown."""
    found = reads.open_contacts(db.session, g.viewer, size=reads.BESIDE)
    return {"open_rows": shown(found.rows), "more_open": found.next is not None,
            "open_count": reads.count_open(db.session, g.viewer), "current": current}
