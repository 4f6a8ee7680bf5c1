"""Tokens by which another system calls REST in a person's name (B-30): never more than the person may himself."""
import hashlib
import secrets
from datetime import datetime, timedelta

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from ..errors import Conflict, Invalid, InvalidMany
from ..models.api_token import ApiToken
from ..security.permissions import Perm
from .grants import viewer_of
from .log import record
from .records import get_visible, require

PREFIX = "blc_"  # tells a token from a JWT, and to whoever finds it what it is
SHOWN = 10  # letters of it that stay readable
MOST = 20  # live tokens a person
TOUCH_EVERY = timedelta(minutes=1)
# What a token may be allowed; everything else needs a person at the screen.
SCOPES = (
    Perm.ATTENDANCE_READ, Perm.ATTENDANCE_WRITE, Perm.ATTENDANCE_REOPEN, Perm.ATTENDANCE_MERGE, Perm.ENTITY_READ,
    Perm.ENTITY_WRITE, Perm.ENTITY_MERGE, Perm.CLASSIFICATION_READ, Perm.CLASSIFICATION_WRITE,
    Perm.STRUCTURE_READ, Perm.STRUCTURE_WRITE, Perm.COMPANY_READ, Perm.COMPANY_WRITE, Perm.PORTAL_USE,
    Perm.ALERT_READ, Perm.ALERT_WRITE, Perm.APPOINTMENT_READ, Perm.APPOINTMENT_WRITE, Perm.ORDER_READ, Perm.ORDER_WRITE,
    Perm.PROVIDER_ACCOUNT_READ, Perm.PROVIDER_ACCOUNT_WRITE, Perm.TICKET_API, Perm.TICKET_READ, Perm.TICKET_WRITE,
    Perm.CUSTOM_RECORD_READ, Perm.CUSTOM_RECORD_WRITE, Perm.RECLASSIFY, Perm.SURVEY_ANSWER, Perm.EMAIL_SEND,
    Perm.WEB_MENU_READ, Perm.WEB_MENU_WRITE, Perm.CUSTOM_FORM_READ, Perm.CUSTOM_FORM_WRITE,
    Perm.SETTING_READ, Perm.SETTING_WRITE, Perm.LOG_READ, Perm.LIST_EXPORT, Perm.OWN_ACCOUNT, Perm.ALL_COMPANIES)


def issue(session, *, name: str, scopes: list[str], days: int | None, actor, now: datetime) -> tuple[ApiToken, str]:
    """A new token and its text, which is told this once. `days` until it ends; None: it does not.

    Raises Forbidden, InvalidMany (a blank name, no scope, a scope one has not), Conflict (too many).
    """
    require(actor, Perm.TOKEN_USE)
    name, errors = (name or "").strip(), []
    allowed = {str(scope) for scope in SCOPES if actor.may(scope)}
    if not name or len(name) > 100:
        errors.append(Invalid(_l("Give the token a name of up to 100 characters."), field="name"))
    if not scopes:
        errors.append(Invalid(_l("Choose at least one permission."), field="scopes"))
    elif set(scopes) - allowed:
        errors.append(Invalid(_l("Not a valid choice."), field="scopes"))
    if days is not None and not 1 <= days <= 3650:
        errors.append(Invalid(_l("Choose a validity of 1 to 3650 days."), field="days"))
    if errors:
        raise InvalidMany(errors)
    if len(own(session, actor=actor, now=now)) >= MOST:
        raise Conflict(_l("You have %(n)s tokens in use: revoke one first."), n=MOST)
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(user_id=actor.user_id, name=name, prefix=text[:SHOWN], token_hash=_hash(text), created_at=now,
                     scopes=sorted(set(scopes)), expires_at=now + timedelta(days=days) if days else None)
    session.add(token)
    record(session, token, "create", {"name": (None, name), "scopes": (None, token.scopes),
                                      "expires_at": (None, token.expires_at)}, actor=actor, now=now)
    return token, text


def revoke(session, pk: int, *, actor, now: datetime) -> None:
    """End one's own token for good; a second time changes nothing. Raises NotFound."""
    token = get_visible(session, ApiToken, pk, actor)
    if token.revoked_at is None:
        token.revoked_at = now
        record(session, token, "revoke", {"revoked_at": (None, now)}, actor=actor, now=now)


def own(session, *, actor, now: datetime) -> list[ApiToken]:
    """The person's tokens that are still good, the newest first."""
    return list(session.scalars(select(ApiToken).where(ApiToken.user_id == actor.user_id, *_live(now))
                                .order_by(ApiToken.id.desc())))


def check(session, text: str, *, now: datetime):
    """(token row, Viewer with what both the person holds now and the token allows), or None for a token that is not
    good or whose person may no longer come in or use tokens."""
    token = session.scalar(select(ApiToken).join(User, User.id == ApiToken.user_id).where(
        ApiToken.token_hash == _hash(text), User.active, *_live(now)))
    if token is None:
        return None
    viewer = viewer_of(session, token.user)
    if not viewer.may(Perm.TOKEN_USE):
        return None
    return token, viewer.limited(frozenset(Perm(scope).pair for scope in token.scopes if scope in set(map(str, Perm))))


def is_due(token: ApiToken, now: datetime) -> bool:
    """Whether `touch` would write."""
    return token.last_used_at is None or now - token.last_used_at >= TOUCH_EVERY


def touch(session, pk: int, now: datetime) -> None:
    """Note the use of a token, at most once a minute."""
    session.execute(update(ApiToken).where(ApiToken.id == pk).values(last_used_at=now)
                    .execution_options(synchronize_session=False))


def _live(now):
    return ApiToken.revoked_at.is_(None), (ApiToken.expires_at.is_(None) | (ApiToken.expires_at > now))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()  # 256 random bits: a fast hash is enough
