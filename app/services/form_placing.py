"""What menus and "Dados personalizados" choose alike: a form, and a group that may be added in the same act."""
from sqlalchemy import select

from ..errors import Invalid
from ..models.custom_form import FormGroup
from ..security.visibility import visible
from ..text import normalise
from . import form_groups
from .form_document import NOT_A_CHOICE, REQUIRED


def pick(session, model, given, actor, *, field: str, stored=None, required=False):
    """The row that `given` is or names by id; one that is switched off only where it is the stored one already.
    Raises Invalid at the field."""
    pk = getattr(given, "id", given)
    if pk in (None, ""):
        if required:
            raise Invalid(REQUIRED, field=field)
        return None
    if type(pk) is not int:
        raise Invalid(NOT_A_CHOICE, field=field)
    if stored is not None and pk == stored.id:
        return stored
    row = session.scalar(select(model).where(model.id == pk, model.active, visible(model, actor)))
    if row is None:
        raise Invalid(NOT_A_CHOICE, field=field)
    return row


def group_of(session, values: dict, stored, *, actor, now) -> FormGroup | None:
    """The group of `values`: `group`, or the one called `group_name`, added where there is none. None is no group."""
    name = " ".join((values.get("group_name") or "").split())
    if not name:
        return pick(session, FormGroup, values.get("group"), actor, field="group", stored=stored)
    there = session.scalar(select(FormGroup).where(FormGroup.name_key == normalise(name)))
    if there is not None:
        return there
    try:
        return form_groups.create(session, {"name": name}, actor=actor, now=now)
    except Invalid as error:
        raise Invalid(error.message, field="group_name", **error.params) from error
