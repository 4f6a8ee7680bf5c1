"""Bodies of the registers over REST, and how their ids become the rows that services are given, as on the screens."""
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, validate
from sqlalchemy import inspect, select

from ..errors import DomainError, Invalid
from ..models.classification import Counting, Phase, Scope
from ..models.knowledge import Identification, KnowledgeKind
from ..security.visibility import visible
from ..services import email_templates, knowledge, scripts
from ..services.refusals import REFUSALS, refusal
from . import schemas
from .base import actor

_PLACE = validate.Range(min=0, max=2**31 - 1, error=schemas.NOT_VALID)
_DAYS = validate.Range(min=0, max=3650, error=_l("Type a number of days from 0 to 3650."))


class Named(schemas.Body):
    """What every register has."""

    name = schemas.text(200, required=True)
    active = schemas.flag(load_default=True)


class Placed(Named):
    position = schemas.whole(load_default=0, validate=_PLACE)


def place():
    """The place of a row among others, where its service chooses one: the last, or that it has."""
    return schemas.whole(validate=_PLACE, metadata={"description": "By default the last, or where it is"})


class AddProduct(Named):
    code = schemas.text(40, required=True)
    description = schemas.text(2_000)


class AddProductInformation(schemas.Body):
    title = schemas.text(200, required=True)
    text = schemas.text(20_000, required=True)
    product_id = schemas.whole(required=True)
    motive_id = schemas.whole(required=True)
    occurrence_id = schemas.whole()
    active = schemas.flag(load_default=True)


class Lasting(Named):
    """A level of a tree of classification; both days count."""

    valid_from = schemas.day()
    valid_until = schemas.day()


class AddMotive(Lasting):
    complete_to_close = schemas.flag(load_default=False)


class AddOccurrence(Lasting):
    motive_id = schemas.whole(required=True)


class AddCause(Lasting):
    occurrence_id = schemas.whole(required=True)


def _hours(value) -> None:
    if not 0 <= value <= 9999:
        raise ValidationError(_l("Type a number of hours from 0 to 9999."))
    if value.normalize().as_tuple().exponent < -2:
        raise ValidationError(schemas.NOT_VALID)


class Timed(Lasting):
    return_days = schemas.whole(validate=_DAYS)
    return_hours = schemas.amount(validate=_hours, metadata={
        "description": "Open hours of the classification's calendar; in the place of days"})


class AddProviderClassification(Timed):
    counting = schemas.choice(*Counting, load_default=Counting.CALENDAR_DAYS.value)
    calendar_id = schemas.whole()
    complete_to_close = schemas.flag(load_default=False)


class AddSubclassification(Timed):
    classification_id = schemas.whole(required=True)


class AddDefaultMotive(Timed):
    subclassification_id = schemas.whole(required=True)


class AddLabel(Placed):
    colour = schemas.text(7, required=True)


class AddSituation(Placed):
    phase = schemas.choice(*Phase, required=True)
    scope = schemas.choice(*Scope, load_default=Scope.BOTH.value)


class AddChannel(Placed):
    icon = schemas.text(60)


class AddRole(Named):
    pass


class AddContactType(Named):
    pass


class AddAlertPriority(AddLabel):
    pass


class AddCompany(Named):
    document = schemas.text(30)
    code = schemas.text(8)
    timezone = schemas.text(60, load_default="America/Sao_Paulo")


class AddUnit(Named):
    company_id = schemas.whole(required=True)
    restricted = schemas.flag(load_default=False)


class AddDepartment(Named):
    company_id = schemas.whole(required=True)
    parent_id = schemas.whole()


class AddScript(schemas.Body):
    title = schemas.text(200, required=True)
    body = schemas.text(scripts.LONGEST, required=True)
    department_ids = schemas.several(schemas.whole(), 300, required=True)
    position = schemas.whole(load_default=0, validate=_PLACE)
    active = schemas.flag(load_default=True)


class AddEmailTemplate(Named):
    subject = schemas.text(200, required=True)
    body = schemas.text(email_templates.LONGEST_BODY, required=True, metadata={
        "description": "Variables stand between two braces, such as {{protocolo}}"})


class AddKnowledgeSection(Placed):
    pass


class AddKnowledgeCategory(Placed):
    section_id = schemas.whole(required=True)


class AddKnowledgeItem(schemas.Body):
    category_id = schemas.whole(required=True)
    title = schemas.text(200, required=True)
    kind = schemas.choice(*KnowledgeKind, required=True)
    identification = schemas.choice(*Identification)
    return_days = schemas.whole(validate=_DAYS)
    proposed_solution = schemas.text(knowledge.LONGEST)
    operator_guidance = schemas.text(knowledge.LONGEST)
    active = schemas.flag(load_default=True)


def put_of(add: schemas.Body) -> schemas.Body:
    """The body of a PUT: the whole row, and the version as it was read."""
    name = f"Put{type(add).__name__.removeprefix('Add')}"
    return type(name, (type(add),), {"version": schemas.whole(required=True)})()


def values(session, model, data: dict, pk: int | None = None) -> dict:
    """The values with rows in the place of ids. Raises Invalid for one that the caller does not see, or that is off and
    not there already."""
    found, relations = {}, inspect(model).relationships
    for name, value in data.items():
        if name == "version":
            continue
        if name.endswith("_ids"):
            several = relations[name.removesuffix("_ids") + "s"]
            found[several.key] = _rows(session, model, several, value, pk, name)
            continue
        relation = relations.get(name.removesuffix("_id")) if name.endswith("_id") else None
        if relation is None:
            found[name] = (value.strip() or None) if isinstance(value, str) else value
            continue
        target, row = relation.mapper.class_, None
        if value is not None:
            row = session.scalar(select(target).where(target.id == value, visible(target, actor())))
            stored = pk and session.scalar(select(getattr(model, name)).where(model.id == pk))
            if row is None or not (row.active or stored == value):
                raise Invalid(_l("Not a valid choice."), field=name)
        found[relation.key] = row
    if "name" in found and not found["name"]:
        raise Invalid(schemas.REQUIRED, field="name")
    return found


def _rows(session, model, relation, ids, pk, field) -> list:
    """The rows with these ids that the caller sees, each active or there already."""
    target, item = relation.mapper.class_, session.get(model, pk) if pk else None
    stored = {row.id: row for row in getattr(item, relation.key)} if item is not None else {}
    seen = session.scalars(select(target).where(target.id.in_(ids or ()), target.active, visible(target, actor())))
    offered = {**{row.id: row for row in seen}, **stored}
    if any(each not in offered for each in ids or ()):
        raise Invalid(_l("Not a valid choice."), field=field)
    return [offered[each] for each in dict.fromkeys(ids or ())]


def refused_at(model, add, call):
    """What `call` answers; its refusals at the names of the body `add`."""
    try:
        return call()
    except REFUSALS as raised:
        error = refusal(raised)
    relations = inspect(model).relationships
    for each in getattr(error, "errors", [error]):
        each.field = _as_given(each.field or "", add, relations) or None
    raise error


def _as_given(field: str, add: schemas.Body, relations) -> str:
    """A field of the service as the body names it: `motive` is `motive_id`, `rules.2.role` is `rules.2.role_id`."""
    *path, last = field.split(".")
    if path:
        inner = getattr(getattr(add.fields.get(path[0]), "inner", None), "schema", None)
        return f"{field}_id" if inner is not None and f"{last}_id" in inner.fields else field
    if last not in relations or last in add.fields:
        return field
    return last.removesuffix("s") + "_ids" if relations[last].uselist else f"{last}_id"


def deleted(call) -> None:
    """What hangs on the row is told in words."""
    try:
        call()
    except DomainError:
        raise
    except REFUSALS as raised:
        raise refusal(raised, deleting=True) from raised
