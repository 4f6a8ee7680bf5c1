"""Alerts of an entity, and the priorities that colour them (S-25, S-68)."""
from datetime import datetime

from flask_babel import lazy_gettext as _l

from .. import colours
from ..errors import Invalid, InvalidMany
from ..models.alert import Alert, AlertPriority
from ..security.permissions import Perm
from . import records
from .records import is_changed, related_id, require

LONGEST = Alert.__table__.c.text.type.length


def _check_priority(_session, item, _lists, *, actor):
    item.colour = colours.check(item.colour)


priorities = records.service_for(AlertPriority, check=_check_priority)


def create(session, values: dict, *, actor, now: datetime) -> Alert:
    """Warn about an entity: `entity` or `entity_id`, `priority` or `priority_id`, `text`, `valid_from`, `valid_until`
    (days in the time zone of the entity's company, both included; empty: open) and `active`.

    Raises Forbidden and InvalidMany.
    """
    require(actor, Perm.ALERT_WRITE)
    return records.create(session, Alert, values, actor=actor, now=now, check=_check)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Alert:
    """Change an alert. Raises as create, NotFound and Stale."""
    require(actor, Perm.ALERT_WRITE)
    return records.update(session, Alert, pk, values, version=version, actor=actor, now=now, check=_check)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove an alert; its text stays in the log. Raises Forbidden, NotFound, Stale."""
    require(actor, Perm.ALERT_WRITE)
    records.delete(session, Alert, pk, version=version, actor=actor, now=now)


def _check(session, item, _lists, *, actor):
    item.text = (item.text or "").replace("\r\n", "\n").strip()
    refused = []
    if not item.text:
        refused.append(Invalid(_l("This field is required."), field="text"))
    elif len(item.text) > LONGEST:
        refused.append(Invalid(_l("At most %(number)s characters."), field="text", number=LONGEST))
    for name in ("entity", "priority"):
        if related_id(item, name) is None:
            refused.append(Invalid(_l("This field is required."), field=name))
    if item.valid_from and item.valid_until and item.valid_until < item.valid_from:
        refused.append(Invalid(_l("The validity cannot end before it begins."), field="valid_until"))
    if is_changed(item, "priority"):  # an inactive one stays on the alert that has it
        priority = session.get(AlertPriority, related_id(item, "priority") or 0)
        if priority is not None and not priority.active:
            refused.append(Invalid(_l("This priority is offered no more."), field="priority"))
    if refused:
        raise InvalidMany(refused)
