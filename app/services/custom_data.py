"""Forms put on the register of persons ("Dados personalizados") and on attendances ("Dados Complementares")."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import select

from ..errors import Conflict, DomainError, Invalid, InvalidMany
from ..models.custom_field import CustomField
from ..models.custom_form import CustomData, CustomForm, FieldTarget, PersonType
from ..models.entity import EntityKind
from ..queries import form_use
from ..queries.catalogue import hold
from ..security.permissions import Perm
from . import field_filling, form_rules, order_of_lists, records
from .form_document import NOT_A_CHOICE, REQUIRED, TOO_LONG
from .form_placing import group_of, pick

NAME_LENGTH = 60
_GIVEN = ("name", "target", "person_type", "active", "position")


class VariableTaken(Conflict):
    """A variable of the form is one of another form in the same place."""


def create(session, values: dict, *, actor, now: datetime) -> CustomData:
    """Put a form somewhere. `values`: name, target (entity, attendance), form, group (or `group_name`, which adds one),
    person_type (individual, company, both; of attendances always both), active, position (last where it is missing).

    Raises Forbidden, Invalid, InvalidMany, Conflict.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    ready = _ready(session, values, None, actor, now)
    ready.setdefault("position", order_of_lists.last(session, CustomData, target=ready.get("target")))
    made = records.create(session, CustomData, ready, actor=actor, now=now, check=_check)
    field_filling.refill(session, made.form_id, actor=actor, now=now)
    return made


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> CustomData:
    """Change it; what `values` leaves out stays. Another form or target only while no value lies under its fields, and
    to no type of person that would lose sight of its values.

    Raises Forbidden, NotFound, Stale, Invalid, InvalidMany, Conflict.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    stored = records.get_visible(session, CustomData, pk, actor)
    before, shown = (stored.form_id, stored.target), stored.active
    ready = _ready(session, values, stored, actor, now)
    moved = (ready["form"].id if ready.get("form") else stored.form_id, ready.get("target", stored.target)) != before
    if moved and _holds_values(session, *before):
        raise Conflict(_l("There are values in its fields: form and place stay. It can be switched off."),
                       field="form" if ready.get("form") is not stored.form and "form" in ready else "target")
    if not moved and stored.target == FieldTarget.ENTITY:
        _refuse_lost_sight(session, stored, ready.get("person_type", stored.person_type))
    kept = records.update(session, CustomData, pk, ready, version=version, actor=actor, now=now, check=_check)
    if moved or kept.active and not shown:
        field_filling.refill(session, kept.form_id, actor=actor, now=now)
    return kept


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Take a form away from where it stands, while no value lies under its fields.

    Raises Forbidden, NotFound, Stale, Conflict.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    records.delete(session, CustomData, pk, version=version, actor=actor, now=now, check=_refuse_values)


def move(session, pk: int, *, before: int | None, actor, now: datetime) -> None:
    """Put it before another one of the same target, at the end without one. Raises Forbidden, NotFound, Invalid."""
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    item = records.get_visible(session, CustomData, pk, actor)
    order_of_lists.move(session, item, before=before, within={"target": item.target}, told={}, actor=actor, now=now)


def _ready(session, values, stored, actor, now) -> dict:
    ready = {name: values[name] for name in _GIVEN if name in values}
    if "name" in ready:
        ready["name"] = " ".join((ready["name"] or "").split()) or None
    errors: list[DomainError] = _wrong(ready, stored)
    for name, wanted in (("form", "form" in values or stored is None),
                         ("group", "group" in values or bool(values.get("group_name")))):
        if not wanted:
            continue
        try:
            ready[name] = (group_of(session, values, stored and stored.group, actor=actor, now=now) if name == "group"
                           else pick(session, CustomForm, values.get("form"), actor, field="form",
                                     stored=stored and stored.form, required=True))
        except DomainError as error:
            errors.append(error)
    if errors:
        raise InvalidMany(errors) if len(errors) > 1 else errors[0]
    if ready.get("target", stored.target if stored else None) == FieldTarget.ATTENDANCE:
        ready["person_type"] = PersonType.BOTH  # whose attendance it is changes nothing of what is asked there
    return ready


def _wrong(values, stored) -> list[DomainError]:
    errors: list[DomainError] = []
    name = values.get("name", stored.name if stored else None)
    if not name:
        errors.append(Invalid(REQUIRED, field="name"))
    elif len(name) > NAME_LENGTH:
        errors.append(Invalid(TOO_LONG, field="name", n=NAME_LENGTH, have=len(name)))
    if values.get("target", stored.target if stored else None) not in tuple(FieldTarget):
        errors.append(Invalid(NOT_A_CHOICE if values.get("target") else REQUIRED, field="target"))
    if "person_type" in values and values["person_type"] not in tuple(PersonType):
        errors.append(Invalid(NOT_A_CHOICE if values["person_type"] else REQUIRED, field="person_type"))
    return errors


def _check(session, item, _lists, *, actor) -> None:
    """No variable of the form is one of another form that stands there already: values lie in one place."""
    form_id = item.form.id if item.form is not None else item.form_id
    keys = set(session.scalars(select(CustomField.key).where(CustomField.form_id == form_id)))
    beside = form_rules.keys_beside(session, form_id, (item.target,))
    both = sorted(keys & beside.keys())
    if both:
        raise VariableTaken(
            _l("The variable %(key)s is already one of “%(name)s”, which stands there too. Duplicate the form: the "
               "copy gets variables of its own."), field="form", key=both[0], name=beside[both[0]])
    if other := next((found for key in sorted(keys) if (found := form_rules.ambiguous(key, beside))), None):
        raise Conflict(form_rules.AMBIGUOUS, field="form", other=other)


def _refuse_values(session, item, *, actor) -> None:
    if _holds_values(session, item.form_id, item.target):
        raise Conflict(_l("There are values in its fields: it can be switched off, not deleted."))


def _refuse_lost_sight(session, item, person_type: str) -> None:
    """Values stay where they can be seen: of persons of the other type they would be on no page any more."""
    before, after = ({kind for kind in EntityKind if each in (PersonType.BOTH, kind)}
                     for each in (item.person_type, person_type))
    lost = before - after
    count = form_use.count_holders(session, item.target, _keys(session, item.form_id), kinds=lost) if lost else 0
    if count:
        raise Conflict(lazy_ngettext(
            "%(num)s person of the other type has values in its fields and would lose sight of them: the type stays. "
            "Choose “Both”, or switch it off.",
            "%(num)s persons of the other type have values in its fields and would lose sight of them: the type stays. "
            "Choose “Both”, or switch it off.", count), field="person_type")


def _holds_values(session, form_id, target) -> bool:
    return form_use.stands_with_values(session, target, _keys(session, form_id))


def _keys(session, form_id):
    return session.scalars(select(CustomField.key).where(CustomField.form_id == form_id)).all()
