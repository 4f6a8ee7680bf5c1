"""Records of configurators' forms: added and changed behind a menu, by who has it, as far as it allows; never deleted.

A record belongs to the company of its attendance, else of its person, else to one of the actor's. `owner` is who added
it, `department` the one he was in then.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from ..errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound
from ..models.attendance import Attendance
from ..models.company import Company
from ..models.custom_record import CustomRecord, OwnerKind
from ..models.entity import Entity
from ..queries import custom_records as reads
from ..queries.catalogue import catalogue
from ..queries.custom_menus import Access, by_form, by_menu
from ..security.permissions import Perm
from . import custom_values, field_index
from .bulk import insert_dicts, reserve_ids
from .log import expect_log, record, record_many
from .record_links import Links
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
    item = CustomRecord(**_columns(ready, actor, now), import_mark=import_mark)
    session.add(item)
    record(session, item, "create", _told(ready), actor=actor, now=now)
    custom_values.after_save(session, OwnerKind.RECORD, item.id, ready.access.form.every, ready.kept, actor=actor,
                             now=now, new=True)
    session.flush()  # constraints and the version speak here, where the form still stands
    return item


def add_many_checked(session, ready: Sequence[tuple[Ready, str]], *, actor, now: datetime) -> None:
    """The same for many of one form, (what `check_new` has answered, import mark) each, by a few statements. None of
    them holds files: those are bound to one record at a time."""
    ids = reserve_ids(session, CustomRecord, len(ready))
    insert_dicts(session, CustomRecord, [
        {"id": pk, **_columns(each, actor, now), "import_mark": mark, "version": 1}
        for pk, (each, mark) in zip(ids, ready, strict=True)])
    record_many(session, CustomRecord.__tablename__, {
        pk: _told(each) for pk, (each, _mark) in zip(ids, ready, strict=True)}, "create", actor=actor, now=now,
        first=True)
    field_index.add_many(session, OwnerKind.RECORD, ready[0][0].access.form.every, (
        (pk, each.kept) for pk, (each, _mark) in zip(ids, ready, strict=True)))


def _columns(ready: Ready, actor, now) -> dict:
    form, kept = ready.access.form, ready.kept
    return {"form_id": form.id, "company_id": ready.company.id, "owner_id": actor.user_id,
            "department_id": actor.department_id, "attendance_id": ready.attendance.id if ready.attendance else None,
            "entity_id": ready.entity.id if ready.entity else None, "values": kept,
            "search_text": field_index.search_text(form.every, kept), "created_at": now, "updated_at": now}


def _told(ready: Ready) -> dict:
    """What the log says of a new record."""
    form = ready.access.form
    told = {"form": (None, {"id": form.id, "text": form.name}), "company": (None, ready.company),
            "attendance": (None, ready.attendance), "entity": (None, ready.entity), "values": ({}, ready.kept)}
    return {name: pair for name, pair in told.items() if pair[1]}


def check_new(session, form_id: int, values: dict, *, menu_id: int | None = None, company_id: int | None = None,
              attendance_id: int | None = None, entity_id: int | None = None, access: Access | None = None,
              links: Links | None = None, actor, now: datetime) -> Ready:
    """What `add_record` would write, nothing of it written; behind one menu, else any of the actor's. `access`: what
    lies behind the menu, and `links`: what records name, where they have just been read.

    Raises NotFound (no such menu for him), Forbidden, Conflict (the attendance is closed), InvalidMany with every
    refusal: `values.<key>`, attendance, entity, company.
    """
    access = access or _access(session, form_id, menu_id, actor)
    if not access.adds:
        raise Forbidden(NOT_YOURS)
    errors: list = []
    links = links or Links(session, attendances=[attendance_id], entities=[entity_id], actor=actor)
    attendance = _attendance(links, attendance_id, actor, errors)
    entity = _entity(links, attendance.entity_id if attendance else entity_id, attendance, errors)
    company = _company(links, company_id, attendance or entity, errors)
    kept = _values(session, access, values, None, company, errors, persons=links.persons, actor=actor, now=now)
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
                 version: int | None = None, actor, now: datetime, **how) -> Ready:
    """What `change_record` would write; `how` as in `check_found`.

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
    return check_found(session, stored, values, access=access, actor=actor, now=now, **how)


def check_found(session, stored: CustomRecord, values: dict, *, access: Access, whole: bool = True,
                links: Links | None = None, said=(), actor, now: datetime, **given) -> Ready:
    """What `change_record` would write of a record that was just found behind menus that allow changing it. `whole`:
    what is left out is emptied. `said`: keys of values that were given as they are stored. `entity_id`, where given, is
    the record's person from now on, unless it belongs to an attendance. `links`, and what is raised, as in `check_new`.
    """
    _refuse_closed(stored.attendance, actor)
    links = links or Links(session, entities=[given.get("entity_id")], actor=actor)
    errors, before = [], dict(stored.values or {})
    changes, entity = {}, stored.entity
    if "entity_id" in given and stored.attendance_id is None and given["entity_id"] != stored.entity_id:
        entity = _entity(links, given["entity_id"], None, errors)
        if entity is not None and entity.company_id != stored.company_id:
            errors.append(Invalid(_l("This person is of another company."), field="entity"))
        changes["entity"] = (stored.entity, entity)
    kept = _values(session, access, values, before, stored.company, errors, persons=links.persons, actor=actor, now=now,
                   whole=whole, said=said)
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


def _attendance(links, pk, actor, errors) -> Attendance | None:
    if pk is None:
        return None
    attendance = links.attendance(pk)
    if attendance is None:
        errors.append(Invalid(_l("There is no attendance with this number."), field="attendance"))
    else:
        _refuse_closed(attendance, actor)
    return attendance


def _refuse_closed(attendance, actor) -> None:
    """What was told of a closed attendance is changed by who could reopen it."""
    if attendance is not None and not attendance.is_open and not actor.may(Perm.ATTENDANCE_REOPEN):
        raise Conflict(_l("This attendance is closed."), field="attendance")


def _entity(links, pk, attendance, errors) -> Entity | None:
    if pk is None:
        return None
    entity = links.entity(pk, chosen=attendance is None)  # that of an attendance is not chosen
    if entity is None:
        errors.append(Invalid(_l("Not a valid choice."), field="entity"))
    return entity


def _company(links, pk, of, errors) -> Company | None:
    company = links.company(pk, of)
    if company is None:
        errors.append(Invalid(_l("Not a valid choice.") if pk is not None else _l("Choose the company."),
                              field="company"))
    return company


def _values(session, access, given, stored, company, errors, *, persons, actor, now, whole=True, said=()) -> dict:
    """The values to be stored, nothing of what holds nothing. Raises every refusal so far with theirs."""
    kept: dict = {}
    try:
        zone = {"timezone": company.timezone} if company is not None else {}
        kept = custom_values.checked(session, access.form.every, given, stored=stored, actor=actor, whole=whole,
                                     now=now, prefix=VALUES, persons=persons, said=said, **zone)
    except InvalidMany as refused:
        errors += refused.errors
    if errors:
        raise InvalidMany(errors)
    return {key: value for key, value in kept.items() if value is not None}
