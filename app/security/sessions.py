"""Server-side sessions: what makes a cookie, a token or a stream good is a row, read in one query."""
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import bindparam, select, update

from ..database import PLAN_FOR_VALUES
from ..models.identity import UserProfile, UserSession
from .held import held_by, pairs_in, roles_in
from .viewer import Viewer

COOKIE_KEY = "sid"
BATCH = 500
TOUCH_EVERY = timedelta(seconds=60)  # last_seen_at is written at most once a minute


@dataclass(frozen=True)
class Limits:
    """How long a session lives without a request, and at most."""

    idle: timedelta
    absolute: timedelta

    @classmethod
    def from_config(cls, config) -> "Limits":
        return cls(timedelta(minutes=config["SESSION_IDLE_MINUTES"]), timedelta(hours=config["SESSION_ABSOLUTE_HOURS"]))


@dataclass(frozen=True)
class Profile:
    """Of a person's profile, what every request asks."""

    locale: str | None
    theme: str


@dataclass(frozen=True)
class LiveSession:
    """A good session and whose it is, with what he holds now: plain values, read anew by each request."""

    id: int
    kind: str
    last_seen_at: datetime
    viewer: Viewer
    profile: Profile | None


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()  # 256 random bits: a fast hash is enough


def issue(session, *, user_id: int, kind: str, ip: str, user_agent: str, now: datetime) -> str:
    """A new session (`kind` web or api); the token is returned once and only its hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(UserSession(token_hash=token_hash(token), user_id=user_id, kind=kind, created_at=now, last_seen_at=now,
                            ip=ip[:45], user_agent=user_agent[:200]))
    return token


def live(now: datetime, limits: Limits) -> tuple:
    """The one definition of a good session, for pages, API and streams."""
    return _live(now - limits.idle, now - limits.absolute)


_SESSION, _USER, _PROFILE = UserSession.__table__.c, User.__table__.c, UserProfile.__table__.c


def _live(seen_after, begun_after) -> tuple:
    return (_SESSION.revoked_at.is_(None), _SESSION.last_seen_at > seen_after, _SESSION.created_at > begun_after,
            _USER.active.is_(True))


_LIVE_SESSIONS = (  # made once: every request asks it
    select(_SESSION.id, _SESSION.token_hash, _SESSION.kind, _SESSION.last_seen_at, _USER.id.label("user_id"),
           _USER.username, _USER.first_name, _USER.last_name, _PROFILE.entity_id, _PROFILE.department_id,
           _PROFILE.locale, _PROFILE.theme,
           *(column.label(name) for name, column in zip(("pairs", "admin", "roles"), held_by(_USER.id), strict=True)))
    .join_from(UserSession.__table__, User.__table__, _USER.id == _SESSION.user_id)
    .outerjoin(UserProfile.__table__, _PROFILE.user_id == _USER.id)
    .where(*_live(bindparam("seen_after"), bindparam("begun_after"))))
_OF_TOKEN = _LIVE_SESSIONS.where(_SESSION.token_hash == bindparam("hash"))
_OF_HASHES = _LIVE_SESSIONS.where(_SESSION.token_hash.in_(bindparam("hashes", expanding=True)))
_TO_READ = _OF_TOKEN.add_columns(PLAN_FOR_VALUES)


def check(session, token: str, *, now: datetime, limits: Limits, reading: bool = False) -> LiveSession | None:
    """The live session of a token with its person, in one query. `reading`: nothing but lists and records follows."""
    planned = reading and session.get_bind().dialect.name == "postgresql"
    row = session.connection().execute(_TO_READ if planned else _OF_TOKEN, {
        "hash": token_hash(token), **_since(now, limits)}).first()
    return None if row is None else _session(row)


def _since(now, limits) -> dict:
    return {"seen_after": now - limits.idle, "begun_after": now - limits.absolute}


def _session(row) -> LiveSession:
    viewer = Viewer(user_id=row.user_id, name=f"{row.first_name} {row.last_name}".strip(), login=row.username,
                    entity_id=row.entity_id, admin=bool(row.admin), permissions=pairs_in(row.pairs),
                    department_id=row.department_id, role_ids=roles_in(row.roles))
    profile = Profile(row.locale, row.theme) if row.theme is not None else None
    return LiveSession(row.id, row.kind, row.last_seen_at, viewer, profile)


def own(session, user_id: int, *, now: datetime, limits: Limits) -> list[UserSession]:
    """The live sessions of a person, the last used first."""
    return list(session.scalars(
        select(UserSession).join(UserSession.user).where(UserSession.user_id == user_id, *live(now, limits))
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())))


def check_many(session, hashes, *, now: datetime, limits: Limits) -> dict[str, LiveSession]:
    """The same for the streams of a process, by the hashes of their tokens: a query for every BATCH of them."""
    hashes, found = list(hashes), {}
    for at in range(0, len(hashes), BATCH):
        rows = session.execute(_OF_HASHES, {"hashes": hashes[at:at + BATCH], **_since(now, limits)})
        found |= {row.token_hash: _session(row) for row in rows}
    return found


def why_ended(session, token: str, *, now: datetime, limits: Limits) -> str | None:
    """Why the session of this token is over: idle, absolute, password, ended, disabled… None: unknown, or it is not."""
    row = session.scalar(select(UserSession).where(UserSession.token_hash == token_hash(token)))
    if row is None:
        return None
    if row.revoked_at is not None:
        return row.revoked_why
    if row.created_at <= now - limits.absolute:
        return "absolute"
    return "idle" if row.last_seen_at <= now - limits.idle else None


def is_due(row: LiveSession, now: datetime) -> bool:
    """Whether `touch` would write."""
    return now - row.last_seen_at >= TOUCH_EVERY


def touch(session, session_id: int, now: datetime) -> None:
    """Note the use of a session. Guarded in SQL, so that parallel requests write once and the dead stay dead."""
    session.execute(update(UserSession).execution_options(synchronize_session=False).where(
        UserSession.id == session_id, UserSession.last_seen_at <= now - TOUCH_EVERY, UserSession.revoked_at.is_(None),
    ).values(last_seen_at=now))


def revoke(session, *, user_id: int, now: datetime, why: str, only: int | None = None, keep: str | None = None) -> int:
    """End one session (`only`=id), all, or all but the caller's (`keep`=token). Scoped to the user: no guessing ids."""
    query = update(UserSession).execution_options(synchronize_session=False).where(
        UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if only is not None:
        query = query.where(UserSession.id == only)
    if keep is not None:
        query = query.where(UserSession.token_hash != token_hash(keep))
    return session.execute(query.values(revoked_at=now, revoked_why=why)).rowcount
