"""Once a minute, an anchor over what was logged since the last one."""
from datetime import timedelta

from sqlalchemy import select

from ..database import unit_of_work, utc_now
from ..models.log import AuditAnchor
from ..services import audit
from .alone import try_alone

SHORTEST_GAP = timedelta(seconds=50)  # of several processes with a clock of a minute each, one a minute finds work


def anchor_log(session) -> int:
    """Anchor what has no anchor yet and return the number of entries; 0 where another process just did."""
    anchored = 0
    while True:
        with unit_of_work(session):
            now = utc_now()
            if not try_alone(session, "anchor") or (not anchored and _is_fresh(session, now)):
                return anchored
            new = audit.anchor(session, now)
            if new is None:
                return anchored
            anchored += new.entries
            if new.entries < audit.ENTRIES_PER_ANCHOR:
                return anchored


def _is_fresh(session, now) -> bool:
    newest = session.execute(
        select(AuditAnchor.at, AuditAnchor.entries).order_by(AuditAnchor.id.desc()).limit(1)).first()
    if newest is None or newest.entries == audit.ENTRIES_PER_ANCHOR:  # a full one: there is more to do
        return False
    return newest.at <= now < newest.at + SHORTEST_GAP  # one from the future: the clock was set back
