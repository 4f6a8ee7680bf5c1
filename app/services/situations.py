"""Situations ("Situações"): the phase is what the product understands, so that of one in use stays."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from ..errors import Conflict, Invalid
from ..models.attendance import Attendance
from ..models.classification import Phase, Scope, Situation
from ..text import normalise
from . import records

# Computed by the provider central (C-102): a situation of that name would be taken for them.
RESERVED = tuple(map(normalise, ("Prazo Expirado", "Prazo já expirado", "Dentro do prazo")))
NEEDED = (Phase.OPEN, Phase.CLOSED)  # every desk opens and closes attendances
_SAC = Situation.scope.in_((Scope.SAC, Scope.BOTH))


def _check(session, item, _lists, *, actor):
    if normalise(item.name) in RESERVED:
        raise Invalid(_l("This name is reserved: the provider central works it out from the deadline."), field="name")
    state = inspect(item)
    if not state.persistent:
        return
    moved = state.attrs.phase.history.has_changes()
    if moved and session.scalar(select(Attendance.id).where(Attendance.situation_id == item.id).limit(1)) is not None:
        raise Conflict(_l("This situation is used by attendances: its phase cannot change."), field="phase")
    was = (state.attrs.phase.history.deleted or [item.phase])[0]
    if moved or not item.active or item.scope == Scope.PROVIDER:
        _keep_one(session, item, was, "phase" if moved else "active" if not item.active else "scope")


def _keep_one(session, item, phase, field=None):
    """At least one other situation of this phase must stay on offer in the SAC. Raises Conflict."""
    other = select(Situation.id).where(
        Situation.phase == phase, Situation.active, _SAC, Situation.id != item.id).limit(1)
    if phase in NEEDED and session.scalar(other) is None:
        raise Conflict(_l("This is the last active situation of its phase: attendances need one."), field=field)


def _check_delete(session, item, *, actor):
    _keep_one(session, item, item.phase)


service = records.service_for(Situation, check=_check, check_delete=_check_delete)
