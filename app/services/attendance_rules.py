"""What an attendance must satisfy before it is written; every field's refusal is collected, not only the first."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from ..errors import Conflict, DomainError, Invalid, InvalidMany, NotFound
from ..models.attendance import Attendance, AttendanceKind, Direction
from ..models.classification import (
    CLOSED_PHASES,
    Cause,
    Channel,
    Motive,
    Occurrence,
    Phase,
    Scope,
    Situation,
)
from ..models.company import Company, Unit
from ..models.entity import PARTNER, Entity, EntityContact, EntityRole, RoleType, entity_unit
from ..security.visibility import visible

TEXT_LIMIT = 20_000
LIMITS = {"title": 200, "local_note": 500, "description": TEXT_LIMIT, "answer": TEXT_LIMIT, "note": 500,
          "lot_number": 60, "serial_number": 60}
REQUIRED = _l("This field is required.")
NOT_A_CHOICE = _l("Not a valid choice.")
RECORD_FIELDS = ("role_type_id", "title", "motive_id", "occurrence_id", "cause_id", "unit_id", "local_partner_id",
                 "local_note", "situation_id", "related_id", "custom_values")


def check_opening(session, entity_id, values, detail, *, actor, now, kind):
    """(entity or None, company, values ready to be set). Raises NotFound, Conflict (S-06), InvalidMany."""
    errors: list[DomainError] = []
    values = {name: values.get(name) for name in (*RECORD_FIELDS, "company_id")}
    entity = _entity(session, entity_id, actor) if entity_id is not None else None
    company = entity.company if entity else _company(session, values, actor, errors)
    values.pop("company_id")
    if entity:
        values["role_type_id"] = _role(entity, values["role_type_id"], errors)
    elif values["role_type_id"] and session.get(RoleType, values["role_type_id"]) is None:
        errors.append(Invalid(NOT_A_CHOICE, field="role_type_id"))
    if values["situation_id"] is None:
        values["situation_id"] = first_situation(session, Phase.OPEN).id
    values["custom_values"] = values["custom_values"] or {}
    _record(session, None, entity, values, actor, errors, kind=kind)
    _detail(session, entity, None, detail, now, errors)
    _raise(errors)
    return entity, company, {k: v for k, v in values.items() if v is not None}


def check_saving(session, attendance, values, detail, *, actor, now) -> dict:
    """Values ready to be set. Raises InvalidMany, NotFound."""
    errors: list[DomainError] = []
    values = {name: values[name] for name in RECORD_FIELDS if name in values}
    entity = attendance.entity
    if entity and "role_type_id" in values and values["role_type_id"] != attendance.role_type_id:
        values["role_type_id"] = _role(entity, values["role_type_id"], errors)
    if "situation_id" in values and values["situation_id"] is None:
        errors.append(Invalid(REQUIRED, field="situation_id"))
    _record(session, attendance, entity, values, actor, errors, kind=attendance.kind)
    if detail is not None:
        page = next((row for row in attendance.details if row.page == detail.get("page", 1)), None)
        _detail(session, entity, page, detail, now, errors)
    _raise(errors)
    return values


def check_page(session, attendance, page, detail, *, actor, now) -> None:
    """The values of one detail page. Raises InvalidMany."""
    errors: list[DomainError] = []
    _detail(session, attendance.entity, page, detail, now, errors)
    _raise(errors)


def first_situation(session, phase: str) -> Situation:
    """The company's first active situation of a phase. Raises Conflict where configurators left none."""
    situation = session.scalar(select(Situation).where(
        Situation.phase == phase, Situation.active, Situation.scope.in_((Scope.SAC, Scope.BOTH))
    ).order_by(Situation.position, Situation.id).limit(1))
    if situation is None:
        raise Conflict(_l("No situation of this kind is registered: ask whoever configures the desk."),
                       field="situation_id")
    return situation


def closing_situation(session, situation_id: int | None) -> Situation:
    """The given situation if it closes, else the first that does."""
    if situation_id is None:
        return first_situation(session, Phase.CLOSED)
    situation = session.get(Situation, situation_id)
    if situation is None or not situation.active or situation.phase not in CLOSED_PHASES:
        raise Invalid(_l("Choose a situation that closes the attendance."), field="situation_id")
    return situation


def named(session, changes: dict) -> dict:
    """Foreign keys as {id, text} in the log, so that it still says something when the row is gone."""
    models = {"role_type_id": RoleType, "motive_id": Motive, "occurrence_id": Occurrence, "cause_id": Cause,
              "unit_id": Unit, "local_partner_id": Entity, "situation_id": Situation, "related_id": Attendance,
              "channel_id": Channel, "contact_id": EntityContact}
    out = {}
    for name, (old, new) in changes.items():
        model = models.get(name.rsplit(".", 1)[-1])
        if model is None:
            out[name] = (old, new)
        else:
            pair = [session.get(model, pk) if pk is not None else None for pk in (old, new)]
            out[name.removesuffix("_id")] = tuple(pair)
    return out


# ---- pieces

def _raise(errors) -> None:
    if errors:
        raise InvalidMany(errors) if len(errors) > 1 else errors[0]


def _entity(session, entity_id, actor) -> Entity:
    """The entity with its roles and company in one query."""
    entity = session.scalars(select(Entity).options(joinedload(Entity.company), joinedload(Entity.roles)).where(
        Entity.id == entity_id, visible(Entity, actor))).unique().one_or_none()
    if entity is None:
        raise NotFound(_l("Entity not found."))
    if not entity.active_roles:
        raise Conflict(_l("The entity needs to have a role filled in its registration."), field="role_type_id")
    return entity


def _company(session, values, actor, errors) -> Company | None:
    """Of an attendance without a person: the one given, else the actor's only one."""
    mine = select(Company).where(visible(Company, actor), Company.active).order_by(Company.id)
    if values["company_id"] is not None:
        company = session.scalar(mine.where(Company.id == values["company_id"]))
        if company is None:
            errors.append(Invalid(NOT_A_CHOICE, field="company_id"))
        return company
    companies = session.scalars(mine.limit(2)).all()
    if len(companies) != 1:
        errors.append(Invalid(REQUIRED, field="company_id"))
        return None
    return companies[0]


def _role(entity, role_type_id, errors) -> int | None:
    own = [row.role_type_id for row in entity.active_roles]
    if role_type_id is None and len(own) == 1:
        return own[0]
    if role_type_id is None:
        errors.append(Invalid(REQUIRED, field="role_type_id"))
    elif role_type_id not in own:
        errors.append(Invalid(_l("The entity does not have this role."), field="role_type_id"))
    return role_type_id


def _record(session, attendance, entity, values, actor, errors, *, kind) -> None:
    for name in ("title", "local_note"):
        _length(name, values.get(name), errors)
    _tree(session, attendance, values, errors, required=kind == AttendanceKind.SAC)
    _situation(session, attendance, values, errors)
    if _changes(attendance, values, "unit_id"):
        linked = select(Unit.id).join(entity_unit, entity_unit.c.unit_id == Unit.id).where(
            Unit.id == values["unit_id"], entity_unit.c.entity_id == (entity.id if entity else None),
            visible(Unit, actor))
        if session.scalar(linked) is None:
            errors.append(Invalid(_l("The unit is not linked to the entity."), field="unit_id"))
    if _changes(attendance, values, "local_partner_id"):
        partner = exists().where(EntityRole.entity_id == Entity.id, EntityRole.active,
                                 EntityRole.role_type_id == RoleType.id, RoleType.code == PARTNER)
        if session.scalar(select(Entity.id).where(
                Entity.id == values["local_partner_id"], partner, visible(Entity, actor))) is None:
            errors.append(Invalid(_l("Choose an entity with the role of partner."), field="local_partner_id"))
    if _changes(attendance, values, "related_id"):
        if attendance is not None and values["related_id"] == attendance.id:
            errors.append(Invalid(_l("An attendance cannot be related to itself."), field="related_id"))
        elif session.scalar(select(Attendance.id).where(
                Attendance.id == values["related_id"], visible(Attendance, actor))) is None:
            errors.append(Invalid(_l("There is no attendance with this number."), field="related_id"))


def _changes(attendance, values, name) -> bool:
    """A value is given that the record does not have yet: what was once chosen may stay when it is switched off."""
    value = values.get(name)
    return value is not None and (attendance is None or getattr(attendance, name) != value)


def _tree(session, attendance, values, errors, *, required) -> None:
    """Motive, occurrence, cause: each below the one above, whatever was posted (S-45 to S-47)."""
    given = [n for n in ("motive_id", "occurrence_id", "cause_id") if n in values]
    if not given:
        return
    motive, occurrence, cause = (
        values.get(n, getattr(attendance, n, None)) for n in ("motive_id", "occurrence_id", "cause_id"))
    if motive is None and required:
        errors.append(Invalid(REQUIRED, field="motive_id"))
    if occurrence is not None and motive is None or cause is not None and occurrence is None:
        field = "occurrence_id" if motive is None else "cause_id"
        errors.append(Invalid(_l("Choose the level above first."), field=field))
        return
    rows = ((Motive, "motive_id", motive, None, None),
            (Occurrence, "occurrence_id", occurrence, Occurrence.motive_id, motive),
            (Cause, "cause_id", cause, Cause.occurrence_id, occurrence))
    wrong = {"occurrence_id": _l("This occurrence does not belong to the chosen motive."),
             "cause_id": _l("This cause does not belong to the chosen occurrence."), "motive_id": NOT_A_CHOICE}
    kept = {n: getattr(attendance, n, None) for n in ("motive_id", "occurrence_id", "cause_id")}
    for model, name, pk, parent_column, parent in rows:
        if pk is None:
            continue
        row = session.get(model, pk)
        if row is None or parent_column is not None and getattr(row, parent_column.key) != parent:
            errors.append(Invalid(wrong[name], field=name))
        elif not row.active and kept[name] != pk:
            errors.append(Invalid(_l("This option was switched off."), field=name))


def _situation(session, attendance, values, errors) -> None:
    pk = values.get("situation_id")
    if pk is None:
        return
    situation = session.get(Situation, pk)
    kept = attendance is not None and attendance.situation_id == pk
    if situation is None or (not kept and (not situation.active or situation.scope == Scope.PROVIDER)):
        errors.append(Invalid(NOT_A_CHOICE, field="situation_id"))
        return
    values["phase"] = situation.phase


def _detail(session, entity, page, detail, now: datetime, errors) -> None:
    if detail.get("direction") not in (None, "", *Direction):
        errors.append(Invalid(NOT_A_CHOICE, field="direction"))
    if detail.get("channel_id") is None:
        errors.append(Invalid(REQUIRED, field="channel_id"))
    else:
        channel = session.get(Channel, detail["channel_id"])
        kept = page is not None and page.channel_id == detail["channel_id"]
        if channel is None or not (channel.active or kept):
            errors.append(Invalid(NOT_A_CHOICE, field="channel_id"))
    if not (detail.get("description") or "").strip():
        errors.append(Invalid(REQUIRED, field="description"))
    for name in ("description", "answer", "note", "lot_number", "serial_number"):
        _length(name, detail.get(name), errors)
    _product_dates(detail, now, errors)
    received = detail.get("received_at")
    if received is not None and received > now:
        errors.append(Invalid(_l("The date of receipt cannot be in the future."), field="received_at"))
    contact_id = detail.get("contact_id")
    if contact_id is not None and not (page is not None and page.contact_id == contact_id):
        contact = session.get(EntityContact, contact_id)
        if contact is None or entity is None or contact.entity_id != entity.id or not contact.active:
            errors.append(Invalid(_l("The contact is not one of this entity's."), field="contact_id"))


def _product_dates(detail, now: datetime, errors) -> None:
    made, expires = detail.get("manufactured_on"), detail.get("expires_on")
    if made and made > now.date():
        errors.append(Invalid(_l("The date of manufacture cannot be in the future."), field="manufactured_on"))
    if made and expires and expires < made:
        errors.append(Invalid(_l("The expiry date cannot be before manufacture."), field="expires_on"))


def _length(name, value, errors) -> None:
    if value and len(value) > LIMITS[name]:
        errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field=name, n=LIMITS[name],
                              have=len(value)))


def offered_situations(session, attendance, *, phases) -> list[Situation]:
    """Situations a form offers: active ones of this desk in the given phases, and the record's own."""
    own = Situation.id == attendance.situation_id if attendance is not None else False
    return list(session.scalars(select(Situation).where(or_(own, (
        Situation.active & Situation.scope.in_((Scope.SAC, Scope.BOTH)) & Situation.phase.in_(list(phases))))
    ).order_by(Situation.position, Situation.id)))

