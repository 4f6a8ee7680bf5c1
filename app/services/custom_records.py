"""Records of configurators' forms: added and changed behind a menu, by who has it, as far as it allows; never deleted.

A record belongs to the company of its attendance, else of its person, else to one of the actor's. `owner` is who added
it, `department` the one he was in then.
"""
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound
from ..models.attendance import Attendance
from ..models.company import Company
from ..models.custom_record import CustomRecord, OwnerKind
from ..models.entity import Entity
from ..queries import custom_records as reads
from ..queries.catalogue import catalogue
from ..queries.custom_menus import Access, by_form, by_menu
from ..security.permissions import Perm
from ..security.visibility import visible
from . import custom_values, field_index
from .log import expect_log, record
from .records import refuse_stale

VALUES = "values."  # before the key of a field, in refusals
NOT_YOURS = _l("You do not have permission to do this.")


@dataclass(frozen=True)
class Ready:
    """A new record that may be added as it is; or a stored one with what is to be changed of it."""

    access: Access
    kept: dict
    entity: Entity | None
    attendance: Attendance | None = None
    company: Company | None = None
    stored: CustomRecord | None = None
    changes: dict | None = None


def add_record(session, form_id: int, values: dict, *, actor, now: datetime, **where) -> CustomRecord:
    """Add a record of a form with these JSON values by key; `where`, and what is raised, as in `check_new`."""
    ready = check_new(session, form_id, values, actor=actor, now=now, **where)
    return add_checked(session, ready, actor=actor, now=now)


def add_checked(session, ready: Ready, *, import_mark: str | None = None, actor, now: datetime) -> CustomRecord:
    """Add what `check_new` has just answered in this transaction. `import_mark`: what the row of a file said; a form
    has one record of it."""
    access, kept, attendance, entity = ready.access, ready.kept, ready.attendance, ready.entity
    item = CustomRecord(
        form_id=access.form.id, company_id=ready.company.id, owner_id=actor.user_id, department_id=actor.department_id,
        attendance_id=attendance.id if attendance else None, entity_id=entity.id if entity else None, values=kept,
        search_text=field_index.search_text(access.form.every, kept), import_mark=import_mark, created_at=now,
        updated_at=now)
    told = {"form": (None, {"id": access.form.id, "text": access.form.name}), "company": (None, ready.company),
            "attendance": (None, attendance), "entity": (None, entity), "values": ({}, kept)}
    session.add(item)
    record(session, item, "create", {name: pair for name, pair in told.items() if pair[1]}, actor=actor, now=now)
    custom_values.after_save(
        session, OwnerKind.RECORD, item.id, access.form.every, kept, actor=actor, now=now, new=True)
    session.flush()  # constraints and the version speak here, where the form still stands
    return item


def check_new(session, form_id: int, values: dict, *, menu_id: int | None = None, company_id: int | None = None,
              attendance_id: int | None = None, entity_id: int | None = None, access: Access | None = None, actor,
              now: datetime) -> Ready:
    """What `add_record` would write, nothing of it written; behind one menu, else any of the actor's. `access`: what
    lies behind the menu, where it has just been read.

    Raises NotFound (no such menu for him), Forbidden, Conflict (the attendance is closed), InvalidMany with every
    refusal: `values.<key>`, attendance, entity, company.
    """
    access = access or _access(session, form_id, menu_id, actor)
    if not access.adds:
        raise Forbidden(NOT_YOURS)
    errors: list = []
    attendance = _attendance(session, attendance_id, actor, errors)
    entity = _entity(session, attendance.entity_id if attendance else entity_id, attendance, actor, errors)
    company = _company(session, company_id, attendance or entity, actor, errors)
    kept = _values(session, access, values, None, company, errors, actor=actor, now=now)
    return Ready(access, kept, entity, attendance, company)


def change_record(session, record_id: int, values: dict, *, actor, now: datetime, **how) -> CustomRecord:
    """Change a record's values; `how` as in `check_change`, which says what is raised besides Stale."""
    return change_checked(session, check_change(session, record_id, values, actor=actor, now=now, **how), actor=actor,
                          now=now)


def change_checked(session, ready: Ready, *, actor, now: datetime) -> CustomRecord:
    """Change what `check_change` has just answered in this transaction."""
    stored, every, kept, entity = ready.stored, ready.access.form.every, ready.kept, ready.entity
    if not ready.changes:
        return stored
    expect_log(session, stored)
    stored.values, stored.updated_at = kept, now
    stored.entity_id = entity.id if entity else None
    stored.search_text = field_index.search_text(every, kept)
    record(session, stored, "update", ready.changes, actor=actor, now=now)
    custom_values.after_save(session, OwnerKind.RECORD, stored.id, every, kept, actor=actor, now=now)
    session.flush()  # constraints and the version speak here, where the form still stands
    return stored


def check_change(session, record_id: int, values: dict, *, form_id: int | None = None, menu_id: int | None = None,
                 version: int | None = None, whole: bool = True, actor, now: datetime, **links) -> Ready:
    """What `change_record` would write. `whole`: what is left out is emptied. `entity_id`, where given, is the record's
    person from now on, unless it belongs to an attendance.

    Raises NotFound, Forbidden, Stale, Conflict and InvalidMany as `check_new`.
    """
    stored = session.get(CustomRecord, record_id)
    if stored is None or form_id not in (None, stored.form_id):
        raise NotFound(_l("Record not found."))
    access = _access(session, stored.form_id, menu_id, actor)
    if reads.find(session, actor, access, record_id) is None:
        raise NotFound(_l("Record not found."))
    if access.editing is None or reads.find(session, actor, access.editing, record_id) is None:
        raise Forbidden(NOT_YOURS)
    refuse_stale(stored, version)
    _refuse_closed(stored.attendance, actor)
    errors, before = [], dict(stored.values or {})
    changes, entity = {}, stored.entity
    if "entity_id" in links and stored.attendance_id is None and links["entity_id"] != stored.entity_id:
        entity = _entity(session, links["entity_id"], None, actor, errors)
        if entity is not None and entity.company_id != stored.company_id:
            errors.append(Invalid(_l("This person is of another company."), field="entity"))
        changes["entity"] = (stored.entity, entity)
    kept = _values(session, access, values, before, stored.company, errors, actor=actor, now=now, whole=whole)
    differs = [key for key in {**before, **kept} if before.get(key) != kept.get(key)]
    if differs:
        changes["values"] = ({key: before.get(key) for key in differs}, {key: kept.get(key) for key in differs})
    return Ready(access, kept, entity, stored=stored, changes=changes)


# ---- pieces

def _access(session, form_id, menu_id, actor) -> Access:
    defined = catalogue(session)
    access = by_menu(defined, actor, menu_id) if menu_id else by_form(defined, actor, form_id)
    if access is None or access.form.id != form_id:
        raise NotFound(_l("Record not found."))
    return access


def _attendance(session, pk, actor, errors) -> Attendance | None:
    if pk is None:
        return None
    attendance = session.scalar(select(Attendance).where(Attendance.id == pk, visible(Attendance, actor)))
    if attendance is None:
        errors.append(Invalid(_l("There is no attendance with this number."), field="attendance"))
    else:
        _refuse_closed(attendance, actor)
    return attendance


def _refuse_closed(attendance, actor) -> None:
    """What was told of a closed attendance is changed by who could reopen it."""
    if attendance is not None and not attendance.is_open and not actor.may(Perm.ATTENDANCE_REOPEN):
        raise Conflict(_l("This attendance is closed."), field="attendance")


def _entity(session, pk, attendance, actor, errors) -> Entity | None:
    if pk is None:
        return None
    seen = Entity.active if attendance is None else Entity.id == pk  # that of an attendance is not chosen
    entity = session.scalar(select(Entity).where(Entity.id == pk, seen, visible(Entity, actor)))
    if entity is None:
        errors.append(Invalid(_l("Not a valid choice."), field="entity"))
    return entity


def _company(session, pk, of, actor, errors) -> Company | None:
    if of is not None:
        return session.get(Company, of.company_id)
    mine = select(Company).where(Company.active, visible(Company, actor)).order_by(Company.id)
    found = session.scalars(mine.where(Company.id == pk) if pk is not None else mine.limit(2)).all()
    if len(found) == 1:
        return found[0]
    errors.append(Invalid(_l("Not a valid choice.") if pk is not None else _l("Choose the company."), field="company"))
    return None


def _values(session, access, given, stored, company, errors, *, actor, now, whole=True) -> dict:
    """The values to be stored, nothing of what holds nothing. Raises every refusal so far with theirs."""
    kept: dict = {}
    try:
        zone = {"timezone": company.timezone} if company is not None else {}
        kept = custom_values.checked(session, access.form.every, given, stored=stored, actor=actor, whole=whole,
                                     now=now, prefix=VALUES, **zone)
    except InvalidMany as refused:
        errors += refused.errors
    if errors:
        raise InvalidMany(errors)
    return {key: value for key, value in kept.items() if value is not None}
