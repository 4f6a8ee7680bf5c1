"""Scripts of attendance (M-60, M-90 to M-93): for whom they are, and the {{variables}} in their text."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from ..errors import Forbidden, Invalid, InvalidMany
from ..models.company import Department
from ..models.script import Script, ScriptKind
from ..security.visibility import visible
from ..text import lines
from . import email_templates, records

LONGEST = 20_000  # characters of a text
VARIABLES = {**email_templates.VARIABLES, "atendente": _l("Who attends")}


def create(session, values: dict, *, actor, now: datetime) -> Script:
    """Keep a script: `title`, `departments` (rows), `body`, `position`, `active`. Raises InvalidMany."""
    return records.create(session, Script, _clean(values), actor=actor, now=now, check=_check)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Script:
    """Change a script. Raises as create, NotFound, Stale, and Forbidden for one of departments one may not see."""
    return records.update(session, Script, pk, _clean(values), version=version, actor=actor, now=now, check=_check)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a script; its text stays in the log. Raises NotFound, Stale, Forbidden."""
    records.delete(session, Script, pk, version=version, actor=actor, now=now, check=_check_whole)


def filled(script: Script, *, attendance=None, entity=None, reader: str, moment) -> str:
    """The text for this attendance, or for one that is about to be opened for `entity`; `moment` writes an instant.

    In the place of a variable that stands for nothing yet there is a dash with its name: the reader sees what is
    missing.
    """
    if attendance is not None:
        values = email_templates.values_for(attendance, sender=reader, moment=moment)
    else:
        values = {**email_templates.values_of(entity), "atendente": reader,
                  "empresa": str(entity.company) if entity is not None else ""}
    return email_templates.fill(script.body or "", {
        name: values.get(name) or f"— ({name.replace('_', ' ')})" for name in VARIABLES})


def _clean(values) -> dict:
    return {**values, "body": lines(values["body"])} if "body" in values else values


def _check(session, item, _lists, *, actor):
    _check_whole(session, item, actor=actor)
    refused = []
    if not (item.title or "").strip():
        refused.append(Invalid(_l("This field is required."), field="title"))
    if not item.departments:
        refused.append(Invalid(_l("Choose at least one department."), field="departments"))
    elif added := [row.id for row in inspect(item).attrs.departments.history.added or ()]:
        offered = session.scalars(select(Department.id).where(
            Department.id.in_(added), Department.active, visible(Department, actor))).all()
        if len(offered) < len(set(added)):
            refused.append(Invalid(_l("Not a valid choice."), field="departments"))
    if item.active is None:
        refused.append(Invalid(_l("This field is required."), field="active"))
    if item.body:
        refused += _text_refusals(item.body)
    elif item.kind != ScriptKind.TREE:
        refused.append(Invalid(_l("This field is required."), field="body"))
    if refused:
        raise InvalidMany(refused)


def _text_refusals(body):
    if len(body) > LONGEST:
        return [Invalid(_l("At most %(number)s characters."), field="body", number=LONGEST)]
    try:
        email_templates.check_text("body", body)
    except Invalid as error:
        return [error]
    return []


def _check_whole(session, item, *, actor):
    """Of a script that others use as well nothing is changed by who does not see them."""
    state = inspect(item)
    if not state.persistent:
        return
    _loaded, history = item.departments, state.attrs.departments.history  # of an unloaded list there is none
    stored = [row.id for row in (*(history.unchanged or ()), *(history.deleted or ()))]
    seen = session.scalars(select(Department.id).where(Department.id.in_(stored), visible(Department, actor))).all()
    if len(seen) < len(set(stored)):
        raise Forbidden(_l("This script is also of departments that you do not see: ask who sees them all."))
