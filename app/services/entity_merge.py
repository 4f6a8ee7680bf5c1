"""Two registers of one person made one, and the way back (B-15).

Everything that points to the merged entity is moved to the kept one; the merged one stays, switched off and with its
own name, as the trace that links and logs lead to. `Merge.moved` names each moved row, so that undoing takes back just
these, and only where they still are.
"""
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, insert, or_, select, update

from ..errors import Conflict, Invalid, NotFound
from ..models.alert import Alert
from ..models.appointment import Appointment
from ..models.attendance import Attendance
from ..models.custom_record import CustomRecord, OwnerKind
from ..models.entity import Address, EContact, Entity, EntityContact, EntityRole, Phone, entity_unit
from ..models.identity import UserProfile
from ..models.internal_message import InternalMessage
from ..models.log import LogEntry
from ..models.merge import Merge, NotDuplicate
from ..models.order import Invoice, Order
from ..models.outbox import Outbox
from ..models.provider_account import Batch, Guide, Payment
from ..models.provider_ticket import ProviderTicket, name_tickets
from ..models.survey import SurveyParticipation
from ..security.permissions import Perm
from . import merged_values
from .bulk import insert_dicts
from .log import entry_values, expect_log, heads, record
from .moving import batches, key_of, point, still_at
from .records import get_visible, require

# Every column that points to an entity and what becomes of it; a test compares this with the tables.
MOVED = (Attendance.entity_id, Attendance.local_partner_id, EntityContact.entity_id, EntityContact.related_entity_id,
         Alert.entity_id, Appointment.entity_id, Order.entity_id, Invoice.entity_id, SurveyParticipation.entity_id,
         UserProfile.entity_id, Outbox.entity_id, ProviderTicket.entity_id, InternalMessage.entity_id,
         Batch.provider_id, Guide.provider_id, Payment.provider_id, CustomRecord.entity_id)
OWN_ROWS = {"addresses": Address, "phones": Phone, "econtacts": EContact}  # moved where the kept one has no equal row
STAYS = (Entity.merged_into_id, EntityRole.entity_id, entity_unit.c.entity_id, NotDuplicate.first_id,
         NotDuplicate.second_id)  # roles and units are added to what the kept one has
FIELDS = ("kind", "name", "social_name", "trade_name", "document", "birth_date", "notes")
_SAME = {"addresses": ("street", "number", "complement", "city"), "phones": ("number",), "econtacts": ("value_key",)}


@dataclass(frozen=True)
class Preview:
    """What a merge would do: the fields that differ, and how many rows of each kind would move."""

    kept: Entity
    merged: Entity
    differing: dict[str, tuple]  # field: (of the kept one, of the merged one), both filled
    filled: dict[str, object]  # field: value that the kept one gets, having none
    counts: dict[str, int]  # table.column: rows

    @property
    def two_documents(self) -> bool:
        return "document" in self.differing


def preview(session, kept_id: int, merged_id: int, *, actor) -> Preview:
    """Raises Forbidden, NotFound, and what `merge` would refuse of the pair itself."""
    kept, merged = _pair(session, kept_id, merged_id, actor)
    pairs = {name: (getattr(kept, name), getattr(merged, name)) for name in FIELDS}
    counts = {_name(column): session.scalar(select(func.count()).select_from(column.class_).where(
        _to_move(column, kept, merged))) for column in MOVED}
    return Preview(
        kept, merged, differing={n: p for n, p in pairs.items() if p[0] and p[1] and p[0] != p[1]},
        filled={n: p[1] for n, p in pairs.items() if p[1] and not p[0]}, counts={k: n for k, n in counts.items() if n})


def merge(session, kept_id: int, merged_id: int, *, take: tuple[str, ...] = (), same_person: bool = False,
          kept_version: int | None = None, merged_version: int | None = None, actor, now: datetime) -> Merge:
    """Make `merged` a part of `kept`; `take` are the fields whose value comes from the merged one, those of
    configurators as `custom_values.<key>`.

    Raises Invalid for a record with itself or of another company, Conflict where one is merged already, where both
    have a valid document and nobody said `same_person`, and where one changed since it was looked at; Forbidden,
    NotFound.
    """
    kept, merged = _pair(session, kept_id, merged_id, actor)
    if (kept_version, merged_version) != (None, None) and (kept.version, merged.version) != (
            kept_version, merged_version):
        raise Conflict(_l("One of the two was changed in the meantime: look at the comparison again."))
    if kept.document and merged.document and not same_person:
        raise Conflict(_l("The two have different CPF/CNPJ. Say that they are the same person to merge them."),
                       field="same_person")
    if unknown := {name for name in take if not name.startswith(merged_values.VALUES)} - set(FIELDS):
        raise Invalid(_l("Not a valid choice."), field=sorted(unknown)[0])
    keys = merged_values.chosen(session, OwnerKind.ENTITY, kept, merged, take)
    with session.no_autoflush:
        moved = {"rows": {}, "mains": {}, "merged": {"active": merged.active, "document": merged.document}}
        before = {name: getattr(kept, name) for name in FIELDS}
        values = {name: getattr(merged, name) for name in FIELDS
                  if getattr(merged, name) and (name in take or not before[name])}
        own = _own_rows(kept, merged)
        expect_log(session, kept, merged)
    if "document" in values and merged.document:
        merged.document = None  # unique in the company: it is let go before the other takes it
        session.flush()
    changes = {name: (before[name], value) for name, value in values.items() if before[name] != value}
    for name, value in values.items():
        setattr(kept, name, value)
    moved["fields"] = {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()}
    held = kept.custom_values
    taken, replaced = merged_values.take(kept, merged, keys)
    if taken:
        changes["custom_values"] = (held, kept.custom_values)
    moved |= {"custom_taken": taken, "custom_before": replaced}
    kept.updated_at = merged.updated_at = now
    merged.active, merged.merged_into_id = False, kept.id
    for name, rows in own.items():
        ids = [row.id for row in rows]
        moved["rows"][_name(OWN_ROWS[name].entity_id)] = ids
        moved["mains"][OWN_ROWS[name].__tablename__] = [row.id for row in rows if row.is_main]
    has_main = {name: any(row.is_main for row in getattr(kept, name)) for name in own}
    told = {name: len(ids) for name, ids in moved["rows"].items() if ids}
    record(session, merged, "merged", {"merged_into": (None, kept)}, actor=actor, now=now)
    record(session, kept, "merge", {"merged": (None, merged), **changes, "moved": (None, told)}, actor=actor, now=now)
    session.flush()  # merged and kept are written before their rows move
    merged_values.follow(session, OwnerKind.ENTITY, kept, taken, replaced, old=merged, new=kept, actor=actor, now=now)
    for name, model in OWN_ROWS.items():
        if has_main[name]:  # one main row an entity
            _lower(session, model, moved["mains"][model.__tablename__])
        point(session, model.entity_id, moved["rows"][_name(model.entity_id)], kept.id)
    _add_roles_and_units(session, kept, merged, moved)
    for column in MOVED:
        ids = list(session.scalars(select(key_of(column)).where(_to_move(column, kept, merged))))
        point(session, column, ids, kept.id)
        moved["rows"][_name(column)] = ids
    name_tickets(session.connection(), kept)
    _tell_attendances(session, moved["rows"]["attendance.entity_id"], merged, kept, "merge", actor, now)
    made = Merge(kind="entity", kept_id=kept.id, merged_id=merged.id, moved=moved, at=now, by_id=actor.user_id)
    expect_log(session, made)
    session.add(made)
    session.flush()  # before what was read is let go
    session.expire_all()
    return made


def undo(session, merge_id: int, *, actor, now: datetime) -> Merge:
    """Take a merge back: what was moved and is still there returns, fields that nobody changed since are as before.

    Raises Forbidden, NotFound, Conflict where it was undone, or where the kept one itself was merged since.
    """
    require(actor, Perm.ENTITY_MERGE)
    done = get_visible(session, Merge, merge_id, actor)
    if done.kind != "entity":
        raise NotFound(_l("Record not found."))
    if done.undone_at is not None:
        raise Conflict(_l("This merge was already undone."))
    kept = get_visible(session, Entity, done.kept_id, actor)
    merged = get_visible(session, Entity, done.merged_id, actor)
    if kept.merged_into_id is not None or merged.merged_into_id != kept.id:
        raise Conflict(_l("One of the two was merged again since: undo the later merge first."))
    moved, changes = done.moved, {}
    expect_log(session, kept, merged, done)
    for name, (old, new) in moved["fields"].items():
        if _plain(getattr(kept, name)) == new:
            changes[name] = (getattr(kept, name), _typed(name, old))
            setattr(kept, name, changes[name][1])
    held = kept.custom_values
    gone, back = merged_values.give_back(kept, moved.get("custom_taken", {}), moved.get("custom_before", {}))
    if gone:
        changes["custom_values"] = (held, kept.custom_values)
    kept.updated_at = merged.updated_at = now
    record(session, kept, "unmerge", {"merged": (merged, None), **changes}, actor=actor, now=now)
    session.flush()  # the document is free before the other takes it back
    if moved["merged"]["document"] != kept.document:
        merged.document = moved["merged"]["document"]
    merged.active, merged.merged_into_id = moved["merged"]["active"], None
    record(session, merged, "unmerge", {"merged_into": (kept, None)}, actor=actor, now=now)
    session.flush()  # the constraints of the merged one speak here
    merged_values.follow(session, OwnerKind.ENTITY, kept, gone, back, old=kept, new=merged, actor=actor, now=now)
    for column in (*MOVED, *(model.entity_id for model in OWN_ROWS.values()), EntityRole.entity_id):
        ids = still_at(session, column, moved["rows"].get(_name(column), []), kept.id)
        if column.class_ in OWN_ROWS.values():
            _lower(session, column.class_, ids)
        point(session, column, ids, merged.id)
        if column is ProviderTicket.entity_id:
            name_tickets(session.connection(), merged)
        if column is Attendance.entity_id:
            _tell_attendances(session, ids, kept, merged, "unmerge", actor, now)
    for model in OWN_ROWS.values():
        mains = moved["mains"].get(model.__tablename__, [])
        session.execute(update(model).where(model.id.in_(mains), model.entity_id == merged.id).values(is_main=True)
                        .execution_options(synchronize_session=False))
    if moved["units"]:
        session.execute(delete(entity_unit).where(
            entity_unit.c.entity_id == kept.id, entity_unit.c.unit_id.in_(moved["units"])))
    done.undone_at, done.undone_by_id = now, actor.user_id
    session.flush()  # before what was read is let go
    session.expire_all()
    return done


def say_different(session, first_id: int, second_id: int, *, actor, now: datetime) -> None:
    """These two are not the same person: they are suggested no more. Raises Forbidden, NotFound, Invalid."""
    require(actor, Perm.ENTITY_MERGE)
    if first_id == second_id:
        raise Invalid(_l("Choose two different records."))
    first, second = (get_visible(session, Entity, pk, actor) for pk in sorted((first_id, second_id)))
    if session.get(NotDuplicate, (first.id, second.id)) is None:
        said = NotDuplicate(first_id=first.id, second_id=second.id, said_by_id=actor.user_id, said_at=now)
        record(session, first, "different", {"different_from": (None, second)}, actor=actor, now=now, children=[said])
        session.add(said)
        session.flush()  # a pair said twice at once speaks here


# ---- pieces

def _pair(session, kept_id, merged_id, actor) -> tuple[Entity, Entity]:
    require(actor, Perm.ENTITY_MERGE)
    if kept_id == merged_id:
        raise Invalid(_l("A record cannot be merged into itself."))
    locked = {row.id: row for row in (get_visible(session, Entity, pk, actor) for pk in sorted((kept_id, merged_id)))}
    session.execute(select(Entity.id).where(Entity.id.in_(locked)).order_by(Entity.id).with_for_update())
    kept, merged = locked[kept_id], locked[merged_id]
    for entity in (kept, merged):
        if entity.merged_into_id is not None:
            raise Conflict(_l("%(name)s was already merged into another record."), name=entity.shown_name)
    if kept.company_id != merged.company_id:
        raise Invalid(_l("The two belong to different companies."))
    return kept, merged


def _to_move(column, kept, merged):
    """Rows whose `column` would point to the kept one; what it has already stays with the merged one."""
    where = column == merged.id
    if column is EntityContact.entity_id:  # nobody is a contact of himself
        return where & or_(EntityContact.related_entity_id.is_(None), EntityContact.related_entity_id != kept.id)
    if column is EntityContact.related_entity_id:
        return where & (EntityContact.entity_id != kept.id)
    if column in (Batch.provider_id, Payment.provider_id):  # a number is one of a provider's
        number = column.class_.number if column is Batch.provider_id else column.class_.document
        return where & number.not_in(select(number).where(column == kept.id).correlate(None))
    if column is SurveyParticipation.entity_id:
        takes_part = select(SurveyParticipation.survey_id).where(
            SurveyParticipation.entity_id == kept.id, SurveyParticipation.attendance_id.is_(None))
        return where & or_(SurveyParticipation.attendance_id.is_not(None),
                           SurveyParticipation.survey_id.not_in(takes_part.correlate(None)))
    return where


def _name(column) -> str:
    return f"{column.class_.__tablename__}.{column.key}"


def _own_rows(kept, merged) -> dict[str, list]:
    """Phones, e-contacts and addresses of the merged one that the kept one has not."""
    def key(name, row):
        return tuple(str(getattr(row, column) or "").lower() for column in _SAME[name])

    have = {name: {key(name, row) for row in getattr(kept, name)} for name in OWN_ROWS}
    return {name: [row for row in getattr(merged, name) if key(name, row) not in have[name]] for name in OWN_ROWS}


def _lower(session, model, ids) -> None:
    if ids:
        session.execute(update(model).where(model.id.in_(ids)).values(is_main=False)
                        .execution_options(synchronize_session=False))


def _add_roles_and_units(session, kept, merged, moved) -> None:
    held = select(EntityRole.role_type_id).where(EntityRole.entity_id == kept.id)
    ids = list(session.scalars(select(EntityRole.id).where(
        EntityRole.entity_id == merged.id, EntityRole.role_type_id.not_in(held))))
    point(session, EntityRole.entity_id, ids, kept.id)
    moved["rows"]["entity_role.entity_id"] = ids
    units = entity_unit.c
    linked = select(units.unit_id).where(units.entity_id == kept.id)
    moved["units"] = list(session.scalars(select(units.unit_id).where(
        units.entity_id == merged.id, units.unit_id.not_in(linked))))
    if moved["units"]:
        session.execute(insert(entity_unit), [{"entity_id": kept.id, "unit_id": pk} for pk in moved["units"]])


def _tell_attendances(session, ids, old, new, action, actor, now) -> None:
    """An entry in the log of each attendance that now belongs to another entity: many at once."""
    changes = {"entity": ({"id": old.id, "text": str(old)}, {"id": new.id, "text": str(new)})}
    for part in batches(ids):
        previous = heads(session, "attendance", part)
        insert_dicts(session, LogEntry, [
            entry_values("attendance", pk, action, changes, actor=actor, now=now, previous=previous.get(pk, (0, "")))
            for pk in part])


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _typed(name, value):
    if name == "birth_date" and value:
        return datetime.fromisoformat(value).date()
    return value
