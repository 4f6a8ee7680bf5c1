"""What is done to a ticket: taken, given up, left pending, set to a situation, closed, deleted; and what that shares.

A ticket is changed by one person at a time: its attendance is locked first. `started` (X-38) rises with the first act
of the Operadora and never falls but by giving up a ticket that was only taken.
"""
from datetime import date, datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...errors import Conflict, Forbidden, Invalid, NotFound, Stale
from ...models.attendance import Attendance, AttendanceKind
from ...models.classification import CLOSED_PHASES, Phase, Scope, Situation
from ...models.company import Department
from ...models.custom_record import OwnerKind
from ...models.identity import UserProfile
from ...models.notification import NotificationKind
from ...models.provider_ticket import ProviderTicket
from ...security.audience import holders
from ...security.permissions import Perm
from ...security.visibility import visible
from .. import central, completeness, custom_values, live_events
from ..attendance_rules import closing_situation, first_situation
from ..attendances import phases_after
from ..log import record
from ..records import assign, require
from ..validity import day_in
from . import holding, mails, owners, rules

CLOSED = _l("This attendance is closed.")
_REFUSED = {"close": _l("This attendance is already closed."),
            "delete": _l("Only attendances that were not started can be deleted.")}
KIND = AttendanceKind.PROVIDER


def locked(session, attendance_id: int, *, version: int | None = None, actor,
           permission: Perm = Perm.TICKET_WRITE) -> ProviderTicket:
    """The ticket, and nobody else's turn to change it. Raises Forbidden, NotFound, Stale, Conflict (C-07)."""
    require(actor, permission)
    central.require_open(session)
    attendance = session.scalar(select(Attendance).where(
        Attendance.id == attendance_id, Attendance.kind == KIND, visible(Attendance, actor))
        .options(joinedload(Attendance.ticket)).with_for_update(of=Attendance))
    if attendance is None or attendance.ticket is None:
        raise NotFound(_l("Attendance not found."))
    if version is not None and attendance.version != version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))
    return attendance.ticket


def open_locked(session, attendance_id: int, **asked) -> ProviderTicket:
    """The same of an open ticket. Raises Conflict where it is closed."""
    ticket = locked(session, attendance_id, **asked)
    if not ticket.attendance.is_open:
        raise Conflict(CLOSED)
    return ticket


def take(session, attendance_id: int, *, actor, now: datetime) -> ProviderTicket:
    """The actor begins to work on it; who has it already goes on. Of two at once the second is told who was first.

    Raises Forbidden (no operator of the central), NotFound, Conflict (closed, or with somebody else).
    """
    ticket = open_locked(session, attendance_id, actor=actor)
    attendance = ticket.attendance
    if attendance.assignee_id == actor.user_id:
        return ticket
    if attendance.assignee_id is not None:
        raise Conflict(_l("This attendance is already with %(name)s."), name=_name(attendance.assignee))
    user = operator(session, actor.user_id, actor=actor)
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        changes = hold(session, ticket, user)
        written(session, ticket, "take", changes, actor=actor, now=now)
    return ticket


def give_up(session, attendance_id: int, *, actor, now: datetime) -> ProviderTicket:
    """The actor leaves it, and it is as it was before he took it ("Desistir", X-37). Raises Conflict where it is not
    his."""
    ticket = open_locked(session, attendance_id, actor=actor)
    attendance = ticket.attendance
    if attendance.assignee_id != actor.user_id:
        raise Conflict(_l("This attendance is not with you: there is nothing to give up."))
    before = ticket.held_from or {}
    situation = session.get(Situation, before["situation_id"]) if "situation_id" in before else None
    if situation is None or situation.phase in CLOSED_PHASES:
        situation = attendance.situation if attendance.phase == Phase.PENDING else first_situation(
            session, Phase.OPEN, KIND)
    department = session.get(Department, before["department_id"]) if before.get("department_id") else (
        None if before else attendance.department)
    with session.no_autoflush:
        changes = assign(attendance, {"assignee": None, "department": department, "situation": situation,
                                      "phase": situation.phase})
        changes |= assign(ticket, {"started": before.get("started", ticket.started)})
        ticket.held_from = None
        written(session, ticket, "give_up", changes, actor=actor, now=now)
    return ticket


def leave_pending(session, attendance_id: int, *, version: int | None = None, quiet: bool = False, actor,
                  now: datetime) -> ProviderTicket:
    """It was not finished ("Chamado pendente"); the colleague who has it is told unless `quiet`. Raises Conflict
    (closed, or pending already)."""
    ticket = open_locked(session, attendance_id, version=version, actor=actor)
    if ticket.attendance.phase == Phase.PENDING:
        raise Conflict(_l("This attendance is already pending."))
    return _left_pending(session, ticket, first_situation(session, Phase.PENDING, KIND), quiet, actor=actor, now=now)


def set_situation(session, attendance_id: int, situation_id: int, *, version: int | None = None, public_url: str,
                  actor, now: datetime) -> ProviderTicket:
    """Any situation of the central; one that closes, closes. Raises Conflict, Invalid at situation_id."""
    situation = session.get(Situation, situation_id) if situation_id is not None else None
    if situation is None or not situation.active or situation.scope == Scope.SAC:
        raise Invalid(rules.NOT_A_CHOICE, field="situation_id")
    if situation.phase in CLOSED_PHASES:
        return close(session, attendance_id, situation_id=situation_id, version=version, public_url=public_url,
                     actor=actor, now=now)
    ticket = locked(session, attendance_id, version=version, actor=actor)
    if situation.phase not in phases_after(ticket.attendance.phase, actor=actor):
        raise (Conflict(_l("The attendance cannot go from its situation to this one."), field="situation_id")
               if ticket.attendance.is_open
               else Forbidden(_l("This attendance is closed; only a supervisor can reopen it."), field="situation_id"))
    if situation.phase == Phase.PENDING and ticket.attendance.is_open and ticket.attendance.phase != Phase.PENDING:
        return _left_pending(session, ticket, situation, actor=actor, now=now)
    action = "update" if ticket.attendance.is_open else "reopen"
    return _to(session, ticket, situation, action, actor=actor, now=now)


def close(session, attendance_id: int, *, situation_id: int | None = None, version: int | None = None,
          said: str = "", quiet: bool = False, public_url: str, actor, now: datetime) -> ProviderTicket:
    """Finish it with this closing situation, else the first one ("Encerrar atendimento"); the provider is told, with
    the answer that was `said` for it (`closing.close`), and the colleague who has it unless `quiet`.

    Raises Conflict where it is closed already, Invalid at situation_id: no situation that closes, or a motive that is
    demanded, and at message: an answer that is (B-23; cancelling demands none).
    """
    ticket = locked(session, attendance_id, version=version, actor=actor)
    if not ticket.attendance.is_open:
        raise Conflict(_REFUSED["close"])
    situation = closing_situation(session, situation_id, KIND)
    if situation.phase == Phase.CLOSED and (
            missing := completeness.of_ticket(session, ticket, day=_today(ticket, now), answer_at="message")):
        raise missing
    _to(session, ticket, situation, "close", actor=actor, now=now)
    mails.closed(session, ticket, said, public_url=public_url, now=now)
    if not quiet:
        owners.tell(session, ticket, NotificationKind.CLOSED, text=said, actor=actor, now=now)
    return ticket


def classify(session, attendance_id: int, values: dict, *, version: int | None = None, actor,
             now: datetime) -> ProviderTicket:
    """Another classification, subclassification or motive; the deadline stays the one of the opening (C-67).

    Raises Conflict (closed), Invalid or InvalidMany.
    """
    ticket = open_locked(session, attendance_id, version=version, actor=actor)
    kept = {"classification_id": ticket.classification_id, "subclassification_id": ticket.subclassification_id,
            "motive_id": ticket.default_motive_id}
    classification, sub, motive = rules.check_tree(session, values, kept=kept, day=_today(ticket, now))
    with session.no_autoflush:
        changes = {name: (str(getattr(ticket, name) or "") or None, str(new) if new is not None else None)
                   for name, new in (("classification", classification), ("subclassification", sub),
                                     ("default_motive", motive))
                   if getattr(ticket, f"{name}_id") != (new.id if new is not None else None)}
        ticket.classification_id, ticket.subclassification_id = classification.id, sub.id
        ticket.default_motive_id = motive.id if motive is not None else None
        if changes:
            written(session, ticket, "update", changes, actor=actor, now=now)
    return ticket


def delete(session, attendance_id: int, *, actor, now: datetime) -> None:
    """Remove a ticket that nobody has started; its log stays. Raises Forbidden, NotFound, Conflict (C-94)."""
    ticket = locked(session, attendance_id, actor=actor, permission=Perm.TICKET_DELETE)
    attendance = ticket.attendance
    if refused := foreseen("delete", closed=not attendance.is_open, started=ticket.started,
                           held=attendance.assignee_id is not None):
        raise Conflict(refused)
    was = {name: (getattr(attendance, name), None) for name in ("protocol", "title", "entity", "situation")}
    record(session, attendance, "delete", {**was, "number": (ticket.number, None)}, actor=actor, now=now,
           children=[ticket, *attendance.details, *ticket.pauses])
    session.delete(attendance)
    session.flush()  # a foreign key in use speaks here
    custom_values.after_delete(session, OwnerKind.ATTENDANCE, attendance_id, now=now)
    live_events.tell(session, kind="ticket.deleted", audience=holders(Perm.TICKET_READ), now=now)


def foreseen(action: str, *, closed: bool, started: bool, held: bool):
    """Why such a ticket is refused "close", "pending", "forward" or "delete" whatever is said with it, else None."""
    if action == "delete":
        return _REFUSED["delete"] if started or closed or held else None  # held: given on the record's page
    return _REFUSED.get(action, CLOSED) if closed else None


# ---- pieces

def operator(session, user_id: int, *, actor, field: str | None = None) -> User:
    """A person who works in the central (C-103). Raises Forbidden of oneself, Invalid of somebody else."""
    user = session.scalar(select(User).join(UserProfile, UserProfile.user_id == User.id).where(
        User.id == user_id, User.active, UserProfile.central_operator, UserProfile.entity_id.is_(None),
        visible(User, actor)))
    if user is not None:
        return user
    if user_id == actor.user_id:
        raise Forbidden(_l("You are not linked to the provider central: ask a supervisor to link you."))
    raise Invalid(_l("Choose an active operator of the provider central."), field=field)


def hold(session, ticket: ProviderTicket, user: User) -> dict:
    """`user` works on it from now on: in progress, started, in his department where it has none. What changed."""
    attendance = ticket.attendance
    if attendance.assignee is None:
        holding.remember(ticket)
    values = {"assignee": user}
    if attendance.department is None and user.profile and user.profile.department is not None and (
            user.profile.department.company_id == attendance.company_id):
        values["department"] = user.profile.department
    if attendance.phase in (Phase.OPEN, Phase.PENDING):
        situation = first_situation(session, Phase.IN_PROGRESS, KIND)
        values |= {"situation": situation, "phase": situation.phase}
    return assign(attendance, values) | assign(ticket, {"started": True})


def written(session, ticket: ProviderTicket, action: str, changes: dict, *, actor, now: datetime, children=()) -> None:
    """The log entry of what was set, and the rows themselves."""
    attendance = ticket.attendance
    attendance.changed_by_id, attendance.updated_at = actor.user_id, now
    record(session, attendance, action, changes, actor=actor, now=now, children=[ticket, *children])
    session.flush()  # constraints and the version speak here
    session.refresh(ticket)  # its copies follow the attendance


def _left_pending(session, ticket, situation, quiet=False, *, actor, now) -> ProviderTicket:
    _to(session, ticket, situation, "pending", actor=actor, now=now)
    if not quiet:
        owners.tell(session, ticket, NotificationKind.PENDING, actor=actor, now=now)
    return ticket


def _to(session, ticket, situation, action, *, actor, now) -> ProviderTicket:
    attendance = ticket.attendance
    with session.no_autoflush:
        values = {"situation": situation, "phase": situation.phase}
        closes = situation.phase in CLOSED_PHASES
        if closes != (attendance.closed_at is not None):
            values["closed_at"] = now if closes else None
        changes = assign(attendance, values)
        changes |= holding.follow(session, attendance, changes, actor=actor, now=now)
        written(session, ticket, action, changes, actor=actor, now=now)
    return ticket


def _today(ticket, now: datetime) -> date:
    return day_in(ticket.attendance.company.timezone, now)


def _name(user: User | None) -> str:
    return f"{user.first_name} {user.last_name}".strip() if user is not None else ""
