"""Try counters in the database: one truth for form, REST and reset, in every process, no Redis needed.

A try is paid for BEFORE the password is looked at, so that parallel guesses cannot slip through one window.
"""
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, column, delete, or_, text, update

from ..database import UTCDateTime
from ..models.identity import LoginThrottle

WINDOW = timedelta(minutes=15)
# Tries a window. Per user and address is tight; per user alone is wide, so that a stranger cannot shut a colleague out
# with five guesses, yet a botnet gets few guesses at one account.
# Denials of one user of a portal: who errs makes a few, who tries out numbers fills no log.
LIMITS = {"pair": 5, "user": 30, "ip": 60, "denied": 60}

_PAY = text("""
insert into login_throttle (key, window_started_at, tries) values (:key, :now, 1)
on conflict (key) do update set
  tries = case when login_throttle.window_started_at <= :cut then 1 else login_throttle.tries + 1 end,
  window_started_at = case when login_throttle.window_started_at <= :cut then :now
                      else login_throttle.window_started_at end
returning tries, window_started_at
""").bindparams(bindparam("now", type_=UTCDateTime()), bindparam("cut", type_=UTCDateTime())).columns(
    column("tries", Integer), column("window_started_at", UTCDateTime()))


@dataclass(frozen=True)
class Ticket:
    """Whether a try may go on; if not, after how many seconds to come back."""

    allowed: bool
    retry_after: int = 0


def keys(name: str, ip: str) -> dict[str, str]:
    """Names are hashed: people type passwords in the wrong box."""
    who = hashlib.sha256(name.strip().casefold().encode()).hexdigest()[:32]
    return {"pair": f"pair:{who}:{ip}", "user": f"user:{who}", "ip": f"ip:{ip}"}


def pay(session, name: str, ip: str, now: datetime) -> Ticket:
    """Count this try. The caller commits before verifying anything."""
    waits = []
    for scope, key in sorted(keys(name, ip).items()):  # a fixed order: no deadlock
        row = _counted(session, key, now)
        if row.tries > LIMITS[scope]:
            waits.append(row.window_started_at + WINDOW - now)
    return Ticket(False, max(1, int(max(waits).total_seconds()))) if waits else Ticket(True)


def denied_too_often(session, user_id: int, now: datetime) -> int:
    """Count a denial of this user; by how many they are above the limit of the window."""
    return max(0, _counted(session, f"denied:{user_id}", now).tries - LIMITS["denied"])


def forgive(session, name: str, ip: str) -> None:
    """After a success pair and user start again. The address only gets this try back: one good account must not buy
    fresh guesses at others, and a hundred colleagues behind one address must all get in."""
    found = keys(name, ip)
    session.execute(delete(LoginThrottle).where(LoginThrottle.key.in_([found["pair"], found["user"]])))
    session.execute(update(LoginThrottle).where(LoginThrottle.key == found["ip"], LoginThrottle.tries > 0)
                    .values(tries=LoginThrottle.tries - 1))


def forgive_name(session, name: str) -> None:
    """Who has proved by a mailed link that the account is his may try again at once, from wherever he was shut out."""
    found = keys(name, "")
    session.execute(delete(LoginThrottle).where(or_(
        LoginThrottle.key == found["user"], LoginThrottle.key.startswith(found["pair"]))))


def _counted(session, key, now):
    return session.execute(_PAY, {"key": key, "now": now, "cut": now - WINDOW}).one()


def prune(session, now: datetime) -> int:
    """Remove counters whose window is over; returns how many."""
    return session.execute(delete(LoginThrottle).where(LoginThrottle.window_started_at <= now - WINDOW)).rowcount
