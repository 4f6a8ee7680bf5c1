"""What an attendance must satisfy before it is written; every field's refusal is collected, not only the first.

Values come in by id (`motive_id`) and go out as rows (`motive`): the log has their words, and nothing is read twice.
A record that is opened has no rows yet to be kept in step, so its choices are plain (`choices.Choice`).
"""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from ..errors import Conflict, DomainError, Invalid, InvalidMany, NotFound
from ..models.attendance import Attendance, AttendanceKind
from ..models.classification import CLOSED_PHASES, Cause, Channel, Occurrence, Phase, Scope, Situation
from ..models.company import Company, Unit
from ..models.custom_form import FieldTarget
from ..models.entity import PARTNER, Entity, EntityRole, RoleType, entity_unit
from ..queries.catalogue import catalogue
from ..security.visibility import visible
from . import choices, custom_values
from .attendance_page_rules import NOT_A_CHOICE, REQUIRED, PageRules
from .custom_types import HERE
from .motive_rules import check_closing, check_tree

RECORD_TEXTS = ("title", "local_note")
RECORD_FIELDS = ("role_type_id", "title", "motive_id", "occurrence_id", "cause_id", "unit_id", "local_partner_id",
                 "local_note", "situation_id", "related_id", "custom_values")


def check_opening(session, entity_id, values, detail, *, actor, now, kind):
    """(entity or None, company, record values, page values), ready to be set, and what configurators have defined.

    In the place of their ids may stand `role_type_code` and `channel_code`. Raises NotFound, Conflict (S-06),
    InvalidMany.
    """
    registers = choices.Registers(session, {**values, **detail}, Phase.OPEN, scope_of(kind))
    if code := detail.get("channel_code"):
        detail = {**detail, "channel_id": _coded(registers, Channel, code, "channel")}
    if code := values.get("role_type_code"):
        values = {**values, "role_type_id": _coded(registers, RoleType, code, "role")}
    entity = _entity(session, entity_id, actor) if entity_id is not None else None
    check = _Opening(session, registers, entity, actor, now, kind)
    company = check.place = entity.company if entity else check.company(values.get("company_id"))
    if company is not None and not company.active:
        check.refuse("company_id", _l("This company was switched off: nothing new is opened in it."))
    values = {name: values.get(name) for name in RECORD_FIELDS}
    if entity is None and values["role_type_id"] is None:
        values.pop("role_type_id")
    if values["situation_id"] is None:
        values.pop("situation_id")
        check.put("situation", registers.first_situation or _no_situation())
    check.ready["custom_values"] = {}
    check.record(values)
    page = check.page(None, detail)
    check.done()
    return entity, company, check.ready, page, registers.defined


def check_saving(session, attendance, values, page, detail, *, actor, now) -> tuple[dict, dict]:
    """(record values, page values) ready to be set on an existing record; a `detail` without a `page` is of a new one.

    Raises InvalidMany.
    """
    check = _Saving(session, attendance, attendance.entity, actor, now, attendance.kind)
    check.record({name: values[name] for name in RECORD_FIELDS if name in values})
    ready = check.page(page, detail) if detail is not None else {}
    check.done()
    return check.ready, ready


def check_page(session, attendance, page, detail, *, actor, now) -> dict:
    """The values of one detail page, ready to be set. Raises InvalidMany."""
    check = _Saving(session, attendance, attendance.entity, actor, now, attendance.kind)
    ready = check.page(page, detail)
    check.done()
    return ready


def scope_of(kind: str) -> Scope:
    """Whose situations an attendance of this kind has: the provider central's, or the SAC's."""
    return Scope.PROVIDER if kind == AttendanceKind.PROVIDER else Scope.SAC


def first_situation(session, phase: str, kind: str = AttendanceKind.SAC) -> Situation:
    """The company's first active situation of a phase. Raises Conflict where configurators left none."""
    return session.scalar(select(Situation).where(
        Situation.phase == phase, Situation.active, Situation.scope.in_((scope_of(kind), Scope.BOTH))
    ).order_by(Situation.position, Situation.id).limit(1)) or _no_situation()


def _no_situation():
    raise Conflict(_l("No situation of this kind is registered: ask whoever configures the desk."),
                   field="situation_id")


def closing_situation(session, situation_id: int | None, kind: str = AttendanceKind.SAC) -> Situation:
    """The given situation if it closes, else the first that does."""
    if situation_id is None:
        return first_situation(session, Phase.CLOSED, kind)
    situation = session.get(Situation, situation_id)
    if (situation is None or not situation.active or situation.phase not in CLOSED_PHASES
            or situation.scope not in (scope_of(kind), Scope.BOTH)):
        raise Invalid(_l("Choose a situation that closes the attendance."), field="situation_id")
    return situation


def offered_situations(session, attendance, *, phases) -> list[Situation]:
    """Situations a form offers: active ones of this desk in the given phases, and the record's own."""
    scope = scope_of(attendance.kind if attendance is not None else AttendanceKind.SAC)
    own = Situation.id == attendance.situation_id if attendance is not None else False
    return list(session.scalars(select(Situation).where(or_(own, (
        Situation.active & Situation.scope.in_((scope, Scope.BOTH)) & Situation.phase.in_(list(phases))))
    ).order_by(Situation.position, Situation.id)))


def _coded(registers, model, code, field) -> int:
    row = registers.by_code(model, code)
    if row is None:
        raise Invalid(NOT_A_CHOICE, field=field)
    return row.id


def _entity(session, entity_id, actor) -> choices.Choice:
    entity = choices.entity(session, entity_id, actor)
    if entity is None:
        raise NotFound(_l("Entity not found."))
    if not entity.roles:
        raise Conflict(_l("The entity needs to have a role filled in its registration."), field="role_type_id")
    return entity


class _Check(PageRules):
    """One look at what was asked; `ready` is what may be written, `errors` what may not."""

    def __init__(self, session, attendance: Attendance | None, entity, actor, now: datetime, kind: str):
        self.session, self.attendance, self.entity = session, attendance, entity
        self.actor, self.now, self.kind = actor, now, kind
        self.place = None  # the company in which one is opened
        self.errors: list[DomainError] = []
        self.ready: dict = {}

    def done(self) -> None:
        if self.errors:
            raise InvalidMany(self.errors) if len(self.errors) > 1 else self.errors[0]

    def refuse(self, field, message, **params) -> None:
        self.errors.append(Invalid(message, field=field, **params))

    def put(self, name, value) -> None:
        self.ready[name] = value
        if name == "situation":
            self.ready["phase"] = value.phase

    def kept(self, field):
        """The id that the record has already: what was once chosen may stay when it is switched off."""
        return getattr(self.attendance, field, None)

    def company(self, company_id) -> Company | None:
        """Of an attendance without a person: the one given, else the actor's only one."""
        mine = select(Company).where(visible(Company, self.actor), Company.active).order_by(Company.id)
        if company_id is not None:
            mine = mine.where(Company.id == company_id)
        companies = self.session.scalars(mine.limit(2)).all()
        if len(companies) == 1:
            return companies[0]
        self.refuse("company_id", REQUIRED if company_id is None else NOT_A_CHOICE)
        return None

    # ---- the record

    def record(self, values) -> None:
        for name in RECORD_TEXTS:
            if name in values:
                self.length(name, values[name])
                self.ready[name] = values[name]
        if values.get("custom_values") is not None:
            self.custom(values["custom_values"])
        if "role_type_id" in values:
            self.role(values["role_type_id"])
        self.tree(values)
        if "situation_id" in values:
            self.situation(values["situation_id"])
        for field, find, message in (
                ("unit_id", self.linked_unit, _l("The unit is not linked to the entity.")),
                ("local_partner_id", self.partner, _l("Choose an entity with the role of partner.")),
                ("related_id", self.related, _l("There is no attendance with this number."))):
            if field in values:
                self.choice(field, values[field], find, message)
        check_closing(self)

    def custom(self, given) -> None:
        """What configurators ask of an attendance, where the form that has it was filled."""
        of = self.attendance if self.attendance is not None else self.entity
        try:
            self.ready["custom_values"] = custom_values.checked(
                self.session, self.defined().of_record(FieldTarget.ATTENDANCE), given,
                stored=None if self.attendance is None else self.attendance.custom_values or {},
                whole=self.attendance is None, actor=self.actor, now=self.now, prefix="custom_values.",
                timezone=of.company.timezone if of is not None else HERE)
        except InvalidMany as error:
            self.errors += error.errors

    def defined(self):
        return catalogue(self.session)

    def choice(self, field, pk, find, message) -> None:
        """An optional row: none, the one that is there already, or one that `find` answers."""
        if pk is not None and pk == self.kept(field):
            return
        row = find(pk) if pk is not None else None
        if pk is not None and row is None:
            self.refuse(field, message)
        else:
            self.put(field.removesuffix("_id"), row)

    def role(self, pk) -> None:
        """One of the entity's own active roles; the only one where none is said (S-12)."""
        if self.entity is None:
            self.choice("role_type_id", pk, lambda pk: self.row(RoleType, pk), NOT_A_CHOICE)
            return
        if pk is not None and pk == self.kept("role_type_id"):
            return
        own = self.roles()
        if pk is None and len(own) == 1:
            pk = next(iter(own))
        if pk is None:
            self.refuse("role_type_id", REQUIRED)
        elif pk not in own:
            self.refuse("role_type_id", _l("The entity does not have this role."))
        else:
            self.put("role_type", own[pk])

    def tree(self, values) -> None:
        """Motive, occurrence, cause."""
        check_tree(self, values)

    def situation(self, pk) -> None:
        if pk is None:
            self.refuse("situation_id", REQUIRED)
            return
        situation = self.row(Situation, pk)
        offered = (situation is not None and situation.active
                   and situation.scope in (scope_of(self.kind), Scope.BOTH))
        if situation is not None and (offered or pk == self.kept("situation_id")):
            self.put("situation", situation)
        else:
            self.refuse("situation_id", NOT_A_CHOICE)

    def linked_unit(self, pk):
        return self.session.scalar(
            select(Unit).join(entity_unit, entity_unit.c.unit_id == Unit.id).where(
                Unit.id == pk, entity_unit.c.entity_id == (self.entity.id if self.entity else None),
                visible(Unit, self.actor)))

    def partner(self, pk):
        role = exists().where(EntityRole.entity_id == Entity.id, EntityRole.active,
                              EntityRole.role_type_id == RoleType.id, RoleType.code == PARTNER)
        return self.session.scalar(select(Entity).where(Entity.id == pk, role, visible(Entity, self.actor)))

    def related(self, pk):
        if self.attendance is not None and pk == self.attendance.id:
            raise Invalid(_l("An attendance cannot be related to itself."), field="related_id")
        return self.session.scalar(select(Attendance).where(Attendance.id == pk, visible(Attendance, self.actor)))


class _Opening(_Check):
    """Of a record that is not there yet."""

    def __init__(self, session, registers: choices.Registers, entity, actor, now, kind):
        super().__init__(session, None, entity, actor, now, kind)
        self.registers = registers

    def row(self, model, pk):
        """A row that may be chosen."""
        return self.registers.find(model, pk) if model in choices.REGISTERS else self.session.get(model, pk)

    def defined(self):
        return self.registers.defined

    def roles(self) -> dict:
        """{id of the role type: the role type} of what the entity is now."""
        return self.entity.roles


class _Saving(_Check):
    """Of a record whose rows are loaded: what is chosen takes their place."""

    def row(self, model, pk):
        return self.session.get(model, pk)

    def tree(self, values) -> None:
        if values.get("cause_id") is not None:  # one query for the three; the rows hold each other
            below = joinedload(Cause.occurrence).joinedload(Occurrence.motive)
            self.held = self.session.get(Cause, values["cause_id"], options=[below])
        super().tree(values)

    def roles(self) -> dict:
        return {row.role_type_id: row.role_type for row in self.entity.active_roles}
