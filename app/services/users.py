"""The only writers of users and of who holds which role. A user is deactivated, never deleted.

Rules (requirements 1b): nobody grants a permission that he does not hold, only an administrator touches
administrators, one active administrator and one active supervisor always remain (G-02). Whoever may set an address or
send a link could take the account over: for these the user may hold nothing that the actor does not.
"""
import re
import secrets
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from ..errors import Collector, Conflict, Forbidden, Invalid, NotFound, Stale, raise_all
from ..models.company import Company, Department, Unit
from ..models.entity import Entity
from ..models.identity import Source, UserProfile
from ..security import passwords, sessions
from ..security.guard import writing
from ..security.permissions import ADMIN, ATTENDANT, CONFIGURATOR, CUSTOMER, PROVIDER, SUPERVISOR, Perm
from ..security.viewer import SYSTEM
from ..security.visibility import visible
from . import log, password_reset
from .accounts import TARGET, clean_email, clean_locale, clean_name, store_password
from .grants import grants_of, may_grant, pairs_by_role
from .records import assign, get_visible, require

STAFF_ROLES = (ADMIN, SUPERVISOR, CONFIGURATOR, ATTENDANT)
PORTAL_ROLES = (PROVIDER, CUSTOMER)
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")
_LAST = {ADMIN: _l("The last active administrator cannot be removed or deactivated."),
         SUPERVISOR: _l("The last active supervisor cannot be removed or deactivated.")}
ABOVE = _l("This user has permissions that you do not have: ask an administrator to change the e-mail or send a link.")
_PLAIN = ("locale", "department", "entity", "central_operator", "chat_active")


def create(session, values: dict, *, actor, now: datetime, password_hash: str | None = None,
           public_url: str | None = None) -> User:
    """A user who may sign in with the hash of `passwords.accept`, or who is mailed an invitation built on `public_url`.

    `values`: username, first_name, last_name, contact_email, locale, roles, companies, units, department, entity,
    central_operator, chat_active, active. Raises DomainError, InvalidMany with every field's refusal.
    """
    require(actor, Perm.USER_WRITE)
    check = Collector()
    username = check.attempt(_free_username, session, values.get("username"))
    profile = UserProfile(source=Source.DB)
    unused = f"{secrets.token_hex(12)}@users.invalid"  # FAB's e-mail is unique and not null: never shown, never used
    user = User(username=username, active=bool(values.get("active", True)), email=unused, password=password_hash,
                roles=[], created_on=now.replace(tzinfo=None), created_by_fk=actor.user_id,
                changed_on=now.replace(tzinfo=None), changed_by_fk=actor.user_id)
    user.profile = profile
    with session.no_autoflush:
        roles = list(values.get("roles") or ())
        check.attempt(_check_grantable, session, actor, roles)
        changes = {"username": (None, username), "active": (None, user.active)}
        changes |= _assign_names(user, {"first_name": None, "last_name": None, **values}, check)
        changes |= _assign_profile(session, profile, values, check, actor=actor)
        check.errors += _wrong_kind(user, roles)
    if password_hash is None and public_url and not (values.get("contact_email") or "").strip():
        check.errors.append(Invalid(_l("Fill in the e-mail: the link to choose a password goes there."),
                                    "contact_email"))
    raise_all(check.errors)
    changes["roles"] = ([], _names(roles))
    if password_hash is not None:
        profile.password_changed_at = now
    with writing(session):
        user.roles = roles
        session.add(user)
    log.record_id(session, TARGET, user.id, "create", changes, actor=actor, now=now, first=True)
    if password_hash is None and public_url and user.active:
        password_reset.send_link(session, user=user, public_url=public_url, now=now, invitation=True)
    return user


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> User:
    """Change any of what `create` takes but the user name. Raises Stale when `version` is not the stored one, or any
    other DomainError."""
    require(actor, Perm.USER_WRITE)
    kept = _lock_roles(session)  # first: what is read below is what it will be written against
    user = get_visible(session, User, pk, actor)
    check_may_touch(session, actor, user)
    if user.profile is None:
        user.profile = UserProfile(source=Source.DB, version=1)
    if version is not None and version != user.profile.version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))
    check = Collector()
    with session.no_autoflush:
        changes = _assign_names(user, values, check) | _assign_profile(session, user.profile, values, check,
                                                                       actor=actor)
        if "contact_email" in changes:
            check.attempt(_check_not_above, session, actor, user)
        roles = list(values.get("roles", user.roles))
        if _names(roles) != _names(user.roles):
            changing_hands = set(roles) ^ set(user.roles)  # both ways
            check.attempt(_check_grantable, session, actor, changing_hands)
            changes["roles"] = (_names(user.roles), _names(roles))
        active = bool(values.get("active", user.active))
        if active != bool(user.active):
            changes["active"] = (bool(user.active), active)
        check.errors += _wrong_kind(user, roles)
    raise_all(check.errors)
    if not changes:
        return user
    before = _names(user.roles) if user.active else []
    user.changed_on, user.changed_by_fk = now.replace(tzinfo=None), actor.user_id
    with writing(session):
        user.roles, user.active = roles, active
        user.profile.version += 1
    after = _names(roles)
    for name, role_id in kept.items():
        if name in before and not (active and name in after):
            _keep_one(session, name, role_id, "active" if name in after else "roles")
    if "active" in changes and not active:
        sessions.revoke(session, user_id=user.id, now=now, why="disabled")
    log.record_id(session, TARGET, user.id, "update", changes, actor=actor, now=now)
    return user


def set_active(session, pk: int, active: bool, *, actor, now: datetime) -> User:
    """Let a user in again, or shut him out at once: his sessions end. Raises DomainError."""
    return update(session, pk, {"active": active}, actor=actor, now=now)


def set_roles(session, pk: int, roles, *, actor, now: datetime) -> User:
    """Give and take roles. Raises DomainError."""
    return update(session, pk, {"roles": roles}, actor=actor, now=now)


def send_link(session, pk: int, *, public_url: str, actor, now: datetime) -> None:
    """Mail a link to choose a new password: nobody sets the password of somebody else. Raises DomainError."""
    require(actor, Perm.USER_WRITE)
    user = get_visible(session, User, pk, actor)
    check_may_touch(session, actor, user)
    _check_not_above(session, actor, user)
    password_reset.send_link(session, user=user, public_url=public_url, now=now, invitation=user.password is None)
    log.record_id(session, TARGET, user.id, "send_link", {}, actor=actor, now=now)


def set_password(session, pk: int, password_hash: str, *, actor, now: datetime) -> None:
    """For commands: a hash made by `passwords.accept`. Raises DomainError."""
    require(actor, Perm.USER_WRITE)
    user = get_visible(session, User, pk, actor)
    check_may_touch(session, actor, user)
    _check_not_above(session, actor, user)
    store_password(session, user.id, password_hash, actor=actor, now=now)


def create_first_admin(session, username: str, password: str, now: datetime, *, method: str = "scrypt") -> User:
    """The administrator of a new installation. Raises Conflict when an active one exists, Invalid for the password."""
    admin_role_id = _lock_roles(session)[ADMIN]
    if _active_holders(session, admin_role_id):
        raise Conflict(_l("An active administrator already exists."))
    password_hash = passwords.accept(password, about=(username,), method=method)
    values = {"username": username, "first_name": username, "last_name": "-", "locale": None,
              "roles": [session.get(Role, admin_role_id)]}
    return create(session, values, actor=SYSTEM, now=now, password_hash=password_hash)


def join_unit(session, unit: Unit, *, actor, now: datetime) -> None:
    """Make the actor a member of a unit that he has just restricted: else it would be gone from his own eyes.
    An administrator sees every unit, and a job is nobody."""
    user = session.get(User, actor.user_id) if actor.user_id and not actor.admin else None
    if user is None or user.profile is None or unit in user.profile.units:
        return
    changes = assign(user.profile, {"units": [*user.profile.units, unit]})
    user.profile.version += 1
    log.record_id(session, TARGET, user.id, "update", changes, actor=actor, now=now)
    session.flush()  # within the writer's permit to change memberships


def is_admin(user: User) -> bool:
    return any(role.name == ADMIN for role in user.roles)


def check_may_touch(session, actor, user: User) -> None:
    """Raise Forbidden for an administrator's account, unless it is one's own or the actor is an administrator too."""
    if is_admin(user) and not actor.admin and user.id != actor.user_id:
        raise Forbidden(_l("Only an administrator changes an administrator."))


def holds_more(session, actor, user: User) -> bool:
    """Whether the user has a permission that the actor lacks: then his address and his links are not the actor's."""
    return not actor.admin and user.id is not None and bool(grants_of(session, user.id).pairs - actor.permissions)


def _check_not_above(session, actor, user) -> None:
    """The user may hold nothing that the actor does not."""
    if holds_more(session, actor, user):
        raise Forbidden(ABOVE, "contact_email")


def _check_grantable(session, actor, roles) -> None:
    held = pairs_by_role(session)
    if not all(may_grant(role, held[role.id], actor) for role in roles):
        raise Forbidden(_l("You cannot give or take a role with permissions that you do not have."), "roles")


def _wrong_kind(user, roles):
    """Staff belong to companies; a user of the portal belongs to one entity and holds no role of the staff."""
    names, profile = {role.name for role in roles}, user.profile
    of_portal = bool(names) and names <= set(PORTAL_ROLES)
    if not names:
        yield Invalid(_l("Choose at least one role."), "roles")
    if profile.entity is not None and names & set(STAFF_ROLES):
        yield Invalid(_l("A user of the portal (with an entity) cannot have a role of the staff."), "roles")
    if profile.entity is None and of_portal:
        yield Invalid(_l("Choose the entity whose records this user of the portal sees."), "entity")
    if profile.entity is not None and not profile.companies:
        profile.companies = [profile.entity.company]
    if not profile.companies and not of_portal and ADMIN not in names:
        yield Invalid(_l("Choose at least one company."), "companies")


def _assign_names(user, values, check) -> dict:
    """Set the names that `values` brings; {name: (old, new)}."""
    clean = {name: check.attempt(clean_name, values[name], name) for name in ("first_name", "last_name")
             if name in values}
    return assign(user, clean)


def _assign_profile(session, profile, values, check, *, actor) -> dict:
    """Set what `values` brings of the profile; {name: (old, new)}. Rows the actor may not see stay as they are."""
    wanted = {name: values[name] for name in _PLAIN if name in values}
    if "contact_email" in values:
        wanted["contact_email"] = check.attempt(clean_email, values["contact_email"],
                                                stored=profile.contact_email)
    if "locale" in wanted:
        wanted["locale"] = check.attempt(clean_locale, wanted["locale"]) if wanted["locale"] else None
    for name, model in (("department", Department), ("entity", Entity)):
        if wanted.get(name) is not None and wanted[name] is not getattr(profile, name):
            check.attempt(_need_visible, session, model, [wanted[name]], actor, name)
    for name, model in (("companies", Company), ("units", Unit)):
        if name in values:
            chosen, present = list(values[name] or ()), list(getattr(profile, name))
            check.attempt(_need_visible, session, model, [row for row in chosen if row not in present], actor, name)
            hidden = [row for row in present if row.id not in _seen(session, model, present, actor)]
            wanted[name] = hidden + [row for row in chosen if row not in hidden]
    return assign(profile, wanted)


def _need_visible(session, model, rows, actor, field) -> None:
    if {row.id for row in rows} - _seen(session, model, rows, actor):
        raise Invalid(_l("Not a valid choice."), field)


def _seen(session, model, rows, actor) -> set[int]:
    ids = [row.id for row in rows]
    return set(session.scalars(select(model.id).where(model.id.in_(ids), visible(model, actor)))) if ids else set()


def _free_username(session, typed) -> str:
    """The name as it is stored, in small letters. Raises Invalid, or Conflict when it is taken."""
    name = (typed or "").strip().lower()
    if not name:
        raise Invalid(_l("This field is required."), "username")
    if not _NAME.fullmatch(name):
        raise Invalid(_l("Use 3 to 64 letters without accents, digits, dots, hyphens, underlines, plus signs or @."),
                      "username")
    if session.scalar(select(User.id).where(func.lower(User.username) == name)):
        raise Conflict(_l("There is already a user with this name."), "username")
    return name


def _lock_roles(session) -> dict[str, int]:
    """Lock the roles that somebody must always hold, {name: id}: two people who shut each other out take turns
    (SQLite: the unit of work does)."""
    rows = session.execute(select(Role.name, Role.id).where(Role.name.in_(_LAST)).order_by(Role.id).with_for_update())
    found = dict(rows.tuples().all())
    if ADMIN not in found:
        raise NotFound(_l("The role of administrators is missing: run flask sync."))
    return found


def _active_holders(session, role_id) -> int:
    return session.scalar(select(func.count()).select_from(assoc_user_role).join(
        User, User.id == assoc_user_role.c.user_id).where(
        assoc_user_role.c.role_id == role_id, User.active.is_(True)))


def _keep_one(session, name, role_id, field) -> None:
    session.flush()  # the count below reads the table
    if not _active_holders(session, role_id):
        raise Conflict(_LAST[name], field)


def _names(roles) -> list[str]:
    return sorted(role.name for role in roles)
