"""Opening an attendance: all is checked, then three rows are written: the record, its first page and the log entry.

It is what a desk does most, and all day: the rows go in as plain values, without the ORM's bookkeeping for objects that
nobody changes again. The tables' own defaults and constraints hold as for any other row.
"""
from datetime import datetime
from functools import cache
from types import SimpleNamespace

from sqlalchemy import insert, inspect
from sqlalchemy.orm import MANYTOONE

from ..models.attendance import Attendance, AttendanceDetail, AttendanceKind
from ..models.classification import CLOSED_PHASES
from ..models.custom_form import FieldTarget
from ..models.custom_record import OwnerKind
from ..security.permissions import Perm
from . import attendance_rules as rules
from . import custom_values
from .log import record_id
from .protocols import next_protocol
from .records import require

_INSERT = {model: insert(model.__table__).returning(model.__table__.c.id) for model in (Attendance, AttendanceDetail)}


def open_attendance(session, *, entity_id: int | None, values: dict, detail: dict, actor, now: datetime,
                    kind: str = AttendanceKind.SAC, permission: Perm = Perm.ATTENDANCE_WRITE, numbered: bool = True,
                    told: dict | None = None) -> SimpleNamespace:
    """Open an attendance with its first detail page and, unless `numbered` is False, give it a protocol.

    `values`: role_type_id, title, motive_id, occurrence_id, cause_id, unit_id, local_partner_id, local_note,
    situation_id, related_id, company_id (only without an entity), custom_values. `detail`: channel_id, direction,
    received_at, description, answer, contact_id, product_id, information_ids, note, lot_number, serial_number,
    manufactured_on, expires_on. Blank values may be left out; in the place of their ids may stand role_type_code and
    channel_code. `permission` is what the actor must hold, `told` {name: value} is what the log says besides.
    Returns what was written by the names of Attendance: columns, and the rows chosen.
    Raises Conflict where the entity has no role (S-06), InvalidMany with every field's message, NotFound.
    """
    require(actor, permission)
    entity, company, values, page, defined = rules.check_opening(
        session, entity_id, values, detail, actor=actor, now=now, kind=kind)
    if page.get("answer"):
        page["answered_at"] = now
    changes = _told(values) | {f"details.1.{name}": pair for name, pair in _told(page).items()}
    values |= {"entity": entity, "company": company, "kind": kind,
               "closed_at": now if values["phase"] in CLOSED_PHASES else None,
               "protocol": None}
    if numbered:
        values["protocol"] = next_protocol(session, company=company, opened_at=now)  # the last step before writing
    changes |= _told({name: values[name] for name in ("protocol", "entity", "company", "kind", "closed_at")})
    changes |= _told(told or {})
    values |= {name: page.get(name) for name in ("channel", "direction", "received_at")}  # the record's: of its page 1
    values |= {"opened_at": now, "opened_by_id": actor.user_id, "created_at": now, "updated_at": now, "version": 1}
    pk = _write(session, Attendance, values)
    _write(session, AttendanceDetail, {
        **page, "attendance_id": pk, "page": 1, "opened_at": now, "operator_id": actor.user_id})
    custom_values.after_save(session, OwnerKind.ATTENDANCE, pk, defined.of_record(FieldTarget.ATTENDANCE),
                             values["custom_values"], actor=actor, now=now, new=True)
    record_id(session, Attendance.__tablename__, pk, "create", changes, actor=actor, now=now, first=True)
    return SimpleNamespace(**values | _columns(Attendance, values), id=pk)


def _told(values) -> dict:
    """What the log says of new values: {name: (what was, value)}, rows by id and name."""
    told = {name: (None, {"id": value.id, "text": str(value)} if hasattr(value, "id") else value)
            for name, value in values.items() if value is not None and not isinstance(value, list)}
    told |= {name: ([], value) for name, value in values.items() if isinstance(value, list) and value}
    if not values.get("custom_values"):
        told.pop("custom_values", None)
    return told


def _write(session, model, values) -> int:
    """A row, and what is linked to it by tables of their own; its id."""
    pk = session.execute(_INSERT[model], _columns(model, values)).scalar_one()
    for name, (table, own, others) in _lists(model).items():
        if values.get(name):
            session.execute(insert(table), [{own: pk, others: row.id} for row in values[name]])
    return pk


def _columns(model, values) -> dict:
    """The values by column: of a row that was chosen, its id."""
    links, lists = _links(model), _lists(model)
    return {links.get(name, name): value.id if name in links and value is not None else value
            for name, value in values.items() if name not in lists}


@cache
def _links(model) -> dict[str, str]:
    """{many-to-one relationship: its column}."""
    return {relation.key: relation.local_remote_pairs[0][0].name for relation in inspect(model).relationships
            if relation.direction is MANYTOONE}


@cache
def _lists(model) -> dict[str, tuple]:
    """{many-to-many relationship: (its table, the column of this row, the column of the others)}."""
    return {relation.key: (relation.secondary, relation.synchronize_pairs[0][1].name,
                           relation.secondary_synchronize_pairs[0][1].name)
            for relation in inspect(model).relationships if relation.secondary is not None}
