"""What a person changes in his own account: profile, language, theme, password. Nobody else's rules apply here."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from .. import email_addresses
from ..errors import Conflict, Invalid, NotFound
from ..models.identity import PasswordReset, Source, UserProfile
from ..security import sessions
from ..security.guard import writing
from . import account_mails as mails
from . import log
from .records import assign

THEMES = ("light", "dark", "auto")
LOCALES = ("pt_BR", "en")
TARGET = "ab_user"  # the table that the log names for everything about a user


def set_locale(session, locale: str, *, actor, now: datetime) -> None:
    """The language of the person's screens and mails. Raises Invalid."""
    _change_profile(session, {"locale": clean_locale(locale)}, actor=actor, now=now)


def set_theme(session, theme: str, *, actor, now: datetime) -> None:
    """Light, dark, or as the system says. Raises Invalid."""
    _change_profile(session, {"theme": clean_theme(theme)}, actor=actor, now=now)


def update_profile(session, values: dict, *, actor, now: datetime) -> None:
    """`values`: first_name, last_name, contact_email, locale, theme. The old address is told of a new one, so that a
    change made by somebody else does not go unnoticed; an address once set is not emptied. Raises Invalid."""
    user = _own(session, actor)
    old_email = user.profile.contact_email
    email = clean_email(values.get("contact_email"), stored=old_email)
    if old_email and not email:
        raise Invalid(_l("Fill in another e-mail: links to choose a password go there."), "contact_email")
    names = assign(user, {name: clean_name(values[name], name) for name in ("first_name", "last_name")})
    if names:
        user.changed_on, user.changed_by_fk = now.replace(tzinfo=None), actor.user_id
    changes = names | assign(user.profile, {
        "contact_email": email, "locale": clean_locale(values.get("locale")),
        "theme": clean_theme(values.get("theme"))})
    if changes:
        log.record_id(session, TARGET, user.id, "update", changes, actor=actor, now=now)
    if "contact_email" in changes and old_email:
        mails.email_changed(session, user, to=old_email, now=now)
    session.flush()  # constraints speak here, where the form still stands


def store_password(session, user_id: int, password_hash: str, *, actor, now: datetime, keep: str | None = None) -> None:
    """Write a hash that `passwords.accept` made; the user's other sessions and tokens, and pending links, are void.

    `keep` is the token of the session that stays. Raises Conflict where the password is kept elsewhere.
    """
    user = session.get(User, user_id)
    profile = user.profile
    if profile is None or profile.source != Source.DB:
        raise Conflict(_l("This account has its password elsewhere."))
    with writing(session):
        user.password = password_hash
        profile.password_changed_at = now
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None)))
    sessions.revoke(session, user_id=user_id, now=now, why="password", keep=keep)
    log.record_id(session, TARGET, user_id, "password", {}, actor=actor, now=now)


def end_session(session, session_id: int, *, actor, now: datetime) -> None:
    """End one of the person's own sessions. Raises NotFound for any other."""
    if not sessions.revoke(session, user_id=actor.user_id, now=now, why="ended", only=session_id):
        raise NotFound(_l("Record not found."))
    log.record_id(session, TARGET, actor.user_id, "end_session", {}, actor=actor, now=now)


def end_other_sessions(session, *, keep: str, actor, now: datetime) -> int:
    """End all the person's sessions but the one of the token `keep`; returns how many."""
    ended = sessions.revoke(session, user_id=actor.user_id, now=now, why="ended", keep=keep)
    if ended:
        log.record_id(session, TARGET, actor.user_id, "end_session", {"sessions": (ended, 0)}, actor=actor, now=now)
    return ended


def clean_name(text: str | None, field: str) -> str:
    """A first or last name. Raises Invalid."""
    name = " ".join((text or "").split())
    if not name:
        raise Invalid(_l("This field is required."), field)
    if len(name) > 64:
        raise Invalid(_l("Use at most 64 characters."), field)
    return name


def clean_email(text: str | None, field: str = "contact_email", *, stored: str | None = None) -> str | None:
    """An address, or None; what is `stored` stays as it is, by whatever rules it came. Raises Invalid."""
    if not (text or "").strip():
        return None
    if text.strip() == stored:
        return stored
    return email_addresses.parse(text, field, written_to=True)


def clean_locale(code: str | None) -> str:
    """The key of a language of the product. Raises Invalid."""
    if code not in LOCALES:
        raise Invalid(_l("This language is not available."), "locale")
    return code


def clean_theme(theme: str | None) -> str:
    """light, dark or auto. Raises Invalid."""
    if theme not in THEMES:
        raise Invalid(_l("This theme does not exist."), "theme")
    return theme


def _own(session, actor) -> User:
    user = session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise NotFound(_l("Record not found."))
    if user.profile is None:
        user.profile = UserProfile(source=Source.DB)
    return user


def _change_profile(session, values, *, actor, now):
    user = _own(session, actor)
    changes = assign(user.profile, values)
    if changes:
        log.record_id(session, TARGET, user.id, "update", changes, actor=actor, now=now)
    session.flush()  # constraints speak here, where the form still stands
