"""One change to many attendances: each by its own rules, with its own log entry; what is refused holds up no other."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from ..errors import Conflict, DomainError, Invalid, NotFound
from ..models.attendance import Attendance
from ..models.classification import CLOSED_PHASES, OPEN_PHASES, Phase, Situation
from ..models.label import Label
from ..models.notification import NotificationKind
from ..security.permissions import Perm
from ..security.visibility import visible
from . import assignment, attendances, labels
from .records import require
from .tickets import owners

MOST = 200  # in one request; more is a job
ACTIONS = ("forward", "situation", "labels")
CONFLICT = _l("Somebody else changed this record while you were editing it.")


@dataclass
class Outcome:
    """What became of the rows: how many are done, and of each other its number, address and reason."""

    done: int = 0
    refused: list[dict] = field(default_factory=list)
    lost: dict[int, int] = field(default_factory=dict)  # user -> attendances taken from him, or done


def change(session, action: str, rows: Iterable[tuple[int, int | None]], values: dict, *, actor, now: datetime,
           key: str | None = None) -> Outcome:
    """Do `action` to every (id, version) of `rows` and tell those concerned once.

    `values`: operator_id, department_id, reason of "forward"; situation_id of "situation", and `sure`: closing or
    reopening was asked about; add, remove (ids) of "labels". Raises Forbidden and Invalid where nothing could be done
    to any row.
    """
    rows = list(dict(rows).items())
    if not rows:
        raise Invalid(_l("Choose at least one record."))
    if len(rows) > MOST:
        raise Invalid(_l("At most %(n)s records at once."), n=MOST)
    outcome = each(session, rows, prepared(session, action, values, actor=actor, now=now), actor=actor)
    tell(session, action, values, outcome, key=key or f"{actor.user_id}:{now.isoformat()}", actor=actor, now=now)
    return outcome


def prepared(session, action: str, values: dict, *, actor, now: datetime) -> Callable:
    """What does the action to one row, (id, version, outcome), with everything checked that is the same for all."""
    require(actor, Perm.ATTENDANCE_WRITE)
    if action == "forward":
        to = assignment.receiver(session, operator_id=values.get("operator_id"), reason=values.get("reason"),
                                 department_id=values.get("department_id"), actor=actor)

        def forward(pk, version, outcome):
            _attendance, previous = assignment.hand_over(session, pk, to, version=version, actor=actor, now=now)
            if previous is not None:
                outcome.lost[previous.id] = outcome.lost.get(previous.id, 0) + 1
        return forward
    if action == "situation":
        return _to_situation(session, offered_situation(session, values.get("situation_id")),
                             bool(values.get("sure")), actor=actor, now=now)
    add, remove = (tuple(values.get(name) or ()) for name in ("add", "remove"))
    if action != "labels" or not (add or remove):
        raise Invalid(_l("Choose at least one label."), field="add")
    if len(set(session.scalars(select(Label.id).where(Label.id.in_(add), Label.active)))) < len(set(add)):
        raise Invalid(_l("This label is not offered any more."), field="add")
    return lambda pk, version, _outcome: labels.change(
        session, pk, add=add, remove=remove, version=version, actor=actor, now=now)


def offered_situation(session, situation_id) -> Situation:
    """The situation to which attendances may go. Raises Invalid at situation_id."""
    situation = session.get(Situation, situation_id) if situation_id is not None else None
    if situation is None or not situation.active:
        raise Invalid(_l("Choose the new situation."), field="situation_id")
    return situation


def asked_phases(situation: Situation, *, actor) -> tuple[Phase, ...]:
    """Attendances in these phases go to the situation only when the person was asked: it would close them, or reopen
    them for who may. What one may not reopen is refused without a question."""
    if situation.phase in CLOSED_PHASES:
        return OPEN_PHASES
    return tuple(phase for phase in CLOSED_PHASES if situation.phase in attendances.phases_after(phase, actor=actor))


def _to_situation(session, situation, sure, *, actor, now) -> Callable:
    unasked = () if sure else asked_phases(situation, actor=actor)

    def to_situation(pk, version, outcome):
        if unasked and session.scalar(select(Attendance.phase).where(Attendance.id == pk)) in unasked:
            raise Conflict(_l("Somebody closed or reopened this attendance meanwhile: look at it first."))
        attendances.save_attendance(session, pk, version=version, values={"situation_id": situation.id},
                                    lost=outcome.lost, actor=actor, now=now)
    return to_situation


def each(session, rows: list[tuple[int, int | None]], act: Callable, *, actor, numbers: Callable | None = None
         ) -> Outcome:
    """Do it to every row, each in a savepoint of its own.

    `numbers(session, ids, actor)` -> [(id, number, address)] of the rows the actor sees.
    """
    found = (numbers or _numbers)(session, [pk for pk, _version in rows], actor)
    numbers = {pk: (text, address) for pk, text, address in found}
    outcome = Outcome()
    for pk, version in sorted(rows, key=lambda row: row[0]):  # one order for all: nobody waits in a circle
        try:
            with session.begin_nested():
                if pk not in numbers:  # nothing is told of what one may not see
                    raise NotFound(_l("Attendance not found."))
                act(pk, version, outcome)
            outcome.done += 1
        except (DomainError, StaleDataError, IntegrityError) as refusal:
            number, address = numbers.get(pk, (f"#{pk}", None))
            reason = str(refusal) if isinstance(refusal, DomainError) else str(CONFLICT)
            outcome.refused.append({"id": pk, "number": number, "address": address, "reason": reason})
    place = {pk: n for n, (pk, _version) in enumerate(rows)}
    outcome.refused.sort(key=lambda row: place[row["id"]])  # told in the order they were asked for
    return outcome


def tell(session, action, values, outcome: Outcome, *, key: str, actor, now: datetime) -> None:
    """One line for who was given attendances and one for each who lost some, or whose tickets were closed or left
    pending, however many they are."""
    if action == "situation" and outcome.lost:
        kind = owners.of_phase(session.get(Situation, values["situation_id"]).phase)
        owners.tell_of_many(session, kind, outcome.lost, key=key, actor=actor, now=now)
    if action != "forward" or not outcome.done:
        return
    people = {user.id: user for user in session.scalars(select(assignment.User).where(
        assignment.User.id.in_([*outcome.lost, values.get("operator_id") or 0])))}
    assignment.tell(session, f"assigned:{key}", NotificationKind.ASSIGNED, people.get(values.get("operator_id")),
                    {"count": outcome.done, "reason": values.get("reason")}, actor=actor, now=now)
    for user_id, count in outcome.lost.items():
        assignment.tell(session, f"transferred:{key}", NotificationKind.TRANSFERRED, people.get(user_id),
                        {"count": count, "reason": values.get("reason")}, actor=actor, now=now)


def _numbers(session, ids, actor):
    found = session.execute(select(Attendance.id, Attendance.protocol).where(
        Attendance.id.in_(ids), visible(Attendance, actor)))
    return [(pk, protocol or f"#{pk}", protocol or f"id-{pk}") for pk, protocol in found]
