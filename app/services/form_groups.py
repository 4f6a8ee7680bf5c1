"""Headings under which menus and forms stand together ("Grupos")."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from ..errors import Invalid
from ..models.custom_form import FormGroup
from ..queries.catalogue import hold
from ..security.permissions import Perm
from . import records
from .form_document import REQUIRED, TOO_LONG

NAME_LENGTH = 60


def create(session, values: dict, *, actor, now: datetime) -> FormGroup:
    """Add a group. `values`: name, position (last where it is missing), active. Raises Forbidden, Invalid, Conflict."""
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    values = _ready(values)
    if values.get("position") is None:
        values["position"] = (session.scalar(select(func.max(FormGroup.position))) or 0) + 1
    return records.create(session, FormGroup, values, actor=actor, now=now, check=_check)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> FormGroup:
    """Rename, move or switch off a group. Raises Forbidden, NotFound, Stale, Invalid, Conflict."""
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    return records.update(session, FormGroup, pk, _ready(values), version=version, actor=actor, now=now, check=_check)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a group under which nothing stands. Raises Forbidden, NotFound, Stale; Conflict by its foreign keys."""
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    records.delete(session, FormGroup, pk, version=version, actor=actor, now=now)


def _ready(values) -> dict:
    values = {name: values[name] for name in ("name", "position", "active") if name in values}
    if "name" in values:
        values["name"] = " ".join((values["name"] or "").split()) or None
    return values


def _check(_session, group, _lists, *, actor) -> None:
    if not group.name:
        raise Invalid(REQUIRED, field="name")
    if len(group.name) > NAME_LENGTH:
        raise Invalid(TOO_LONG, field="name", n=NAME_LENGTH, have=len(group.name))
    if group.position is None or not 0 <= group.position < 2**31:
        raise Invalid(_l("A whole number from 0 on."), field="position")
