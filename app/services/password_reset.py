"""Links to choose a password: the forgotten one, and the invitation of a new user.

Single-use and expiring; only the hash of the token is stored; the mail leaves by the outbox.
"""
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from ..errors import Conflict, Invalid
from ..models.identity import PasswordReset, Source, UserProfile
from ..security import passwords, throttle
from ..security.viewer import Viewer
from . import account_mails as mails

RESET_TTL = timedelta(minutes=30)
INVITATION_TTL = timedelta(days=3)
GONE = _l("This link no longer works")


@dataclass(frozen=True)
class Holder:
    """Whose password a link changes."""

    user_id: int
    username: str
    words: tuple[str, ...]  # what the password must not contain

    def as_actor(self) -> Viewer:
        """Who the log names: he who holds the link."""
        return Viewer(user_id=self.user_id, name=" ".join(self.words[1:]), login=self.username)


def ask(session, *, username: str, public_url: str, now: datetime) -> None:
    """"Esqueci a senha": the caller answers the same whether the account exists, is off or has its password elsewhere.
    The link is built on the setting PUBLIC_URL: the Host header is the visitor's."""
    row = session.execute(
        select(User, UserProfile).join(UserProfile, UserProfile.user_id == User.id)
        .where(User.username == username, User.active.is_(True), UserProfile.source == Source.DB,
               UserProfile.contact_email.is_not(None))).one_or_none()
    if row is not None:
        _send(session, *row, ttl=RESET_TTL, public_url=public_url, now=now, invitation=False)


def send_link(session, *, user: User, public_url: str, now: datetime, invitation: bool = False) -> None:
    """The link that a supervisor sends. Raises Conflict where it could not be used."""
    profile = user.profile
    if profile is None or profile.source != Source.DB:
        raise Conflict(_l("This account has its password elsewhere."))
    if not user.active:
        raise Conflict(_l("This user is inactive."))
    if not profile.contact_email:
        raise Conflict(_l("This user has no contact e-mail: fill it in first."), "contact_email")
    _send(session, user, profile, ttl=INVITATION_TTL if invitation else RESET_TTL, public_url=public_url, now=now,
          invitation=invitation)


def _send(session, user, profile, *, ttl, public_url, now, invitation):
    token = secrets.token_urlsafe(32)
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))  # an older link is void
    session.add(PasswordReset(user_id=user.id, token_hash=passwords.fingerprint(token), expires_at=now + ttl))
    mail = mails.invitation if invitation else mails.reset
    mail(session, user, to=profile.contact_email, link=f"{public_url}/reset/{token}", now=now)


def holder(session, *, token: str, now: datetime) -> Holder:
    """Who may choose a password with this token. Raises Invalid when the link is no longer good."""
    user = session.scalar(select(User).join(PasswordReset, PasswordReset.user_id == User.id).where(
        *_good(token, now), User.active.is_(True)))
    if user is None:
        raise Invalid(GONE, "token")
    return Holder(user.id, user.username, (user.username, user.first_name, user.last_name))


def use(session, *, token: str, now: datetime) -> int:
    """Use the link up and return the user's id. The UPDATE makes it single-use under races; it is in the caller's
    transaction, so that a refused password does not burn it. A lock-out of the user name ends. Raises Invalid."""
    user_id = session.scalar(
        update(PasswordReset).execution_options(synchronize_session=False)
        .where(*_good(token, now)).values(used_at=now).returning(PasswordReset.user_id))
    if user_id is None:
        raise Invalid(GONE, "token")
    throttle.forgive_name(session, session.scalar(select(User.username).where(User.id == user_id)))
    return user_id


def _good(token, now):
    return (PasswordReset.token_hash == passwords.fingerprint(token), PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now)
