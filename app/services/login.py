"""What every password sign-in does, by form or REST: count the try, read who it is about, decide, record.

The steps are apart because no transaction may be open while a password is hashed or a directory is asked; the
SecurityManager runs them in order (`AppSecurityManager.authenticate`).
"""
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from ..models.identity import LoginAttempt, Source, UserProfile
from ..security import passwords, throttle

log = logging.getLogger(__name__)


class SourceDown(Exception):
    """The directory did not answer: not the user's fault."""


# Where a password is checked, by the user's source: (user name, password) -> whether it fits; may raise SourceDown.
# "db" is checked here; a deployment that has a directory registers its verifier under "ldap".
VERIFIERS: dict[str, Callable[[str, str], bool]] = {}


@dataclass(frozen=True)
class Candidate:
    """The account a typed name belongs to, as plain values: the transaction that read it is over."""

    user_id: int
    password_hash: str | None
    active: bool
    source: str
    totp_secret: str | None


@dataclass(frozen=True)
class Outcome:
    """ok, or why not: unknown, wrong, inactive, down, limited. All but ok and limited get the same answer."""

    name: str
    user_id: int | None = None
    retry_after: int = 0  # seconds, where limited


def normal_name(typed: str) -> str:
    """User names are stored in small letters, so that a phone's first capital does not matter."""
    return typed.strip().lower()[:128]


def begin(session, username: str, *, ip: str, now: datetime) -> tuple[throttle.Ticket, Candidate | None]:
    """Pay for the try and read the account; the caller commits before it verifies anything."""
    ticket = throttle.pay(session, username, ip, now)
    row = session.execute(
        select(User.id, User.password, User.active, UserProfile.source, UserProfile.totp_secret)
        .outerjoin(UserProfile, UserProfile.user_id == User.id).where(User.username == username)).one_or_none()
    if row is None:
        return ticket, None
    return ticket, Candidate(row.id, row.password, bool(row.active), row.source or Source.DB, row.totp_secret)


def decide(candidate: Candidate | None, username: str, password: str, *, hash_method: str) -> Outcome:
    """Verify the password: always exactly one hash of the configured method, whoever it is. No transaction is open."""
    source = candidate.source if candidate else Source.DB
    stored = candidate.password_hash if candidate and source == Source.DB else None
    fits = passwords.verify(stored, password, hash_method)
    if source in VERIFIERS:
        try:
            fits = VERIFIERS[source](username, password)
        except SourceDown:
            log.exception("the directory of source %s did not answer", source)
            return Outcome("down", candidate.user_id)
    if candidate is None:
        return Outcome("unknown")
    if not fits:  # includes a user of another sign-in, who has no password here
        return Outcome("wrong", candidate.user_id)
    return Outcome("ok" if candidate.active else "inactive", candidate.user_id)


def conclude(session, outcome: Outcome, *, username: str, via: str, ip: str, user_agent: str, now: datetime) -> None:
    """Record what became of the try; a success gives the counters back."""
    if outcome.name == "ok":
        throttle.forgive(session, username, ip)
    session.add(LoginAttempt(at=now, username=username, user_id=outcome.user_id, via=via, outcome=outcome.name,
                             ip=ip[:45], user_agent=user_agent[:200]))
    if outcome.name != "ok":
        log.warning("sign-in refused: %s by %s from %s", outcome.name, via, ip)  # for fail2ban and the like


def note_denied(session, viewer, asked: str, *, via: str, ip: str, user_agent: str, now: datetime) -> None:
    """Record that a user of a portal asked for what is not his, or not there: who forges ids looks for others' rows.

    The first above the limit of a window is recorded as such; what follows in it is not, so that nobody fills the log.
    """
    above = throttle.denied_too_often(session, viewer.user_id, now)
    if above > 1:
        return
    outcome = "limited" if above else "denied"
    session.add(LoginAttempt(at=now, username=viewer.login[:128], user_id=viewer.user_id, via=via, outcome=outcome,
                             ip=ip[:45], user_agent=user_agent[:200], asked=asked[:200]))


def note_sign_in(session, user_id: int, *, now: datetime) -> None:
    """The "last login" that the register of users shows."""
    session.execute(update(User).execution_options(synchronize_session=False).where(User.id == user_id).values(
        last_login=now.replace(tzinfo=None), login_count=func.coalesce(User.login_count, 0) + 1))
