"""Registers that may be of one person: while a new one is typed, and all there are, by what they share (B-15)."""
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, union
from sqlalchemy.orm import aliased

from .. import documents, phones
from ..models.attendance import Attendance
from ..models.entity import EContact, Entity, Phone
from ..models.merge import Merge, NotDuplicate
from ..security.visibility import visible
from ..text import normalise
from . import search

SUGGESTED = 5
GROUPS = 15  # on a page
IN_GROUP = 10  # entities shown of a group: a number that hundreds share is a switchboard
REASONS = ("phone", "email", "name")
LONGEST = 200


@dataclass(frozen=True)
class Group:
    """Entities of one company that share a phone, an e-mail or a name."""

    company_id: int
    value: str
    entities: list[Entity]


def similar(session, viewer, *, name="", document="", phone="", email="", but: int | None = None) -> list[Entity]:
    """The entities one may see that what is typed in a form may be: the same document, phone, e-mail or whole name."""
    parts = []
    if (clean := documents.clean(document[:LONGEST])) and len(clean) >= 11:
        parts.append(select(Entity.id).where(Entity.document == clean))
    if number := phones.parsed(phone[:LONGEST]):
        parts.append(select(Phone.entity_id).where(Phone.search_digits == phones.search_digits(number)))
    if "@" in email:
        parts.append(select(EContact.entity_id).where(EContact.value_key == email[:LONGEST].strip().lower()))
    if " " in (key := normalise(name[:LONGEST])):
        parts.append(select(Entity.id).where(Entity.name_key == key))
    if not parts:
        return []
    same = parts[0] if len(parts) == 1 else union(*parts)
    ids = session.scalars(select(Entity.id).where(
        Entity.id.in_(same), search.scope(session, viewer), Entity.id != (but or 0))
        .order_by(Entity.name_key, Entity.id).limit(SUGGESTED))
    return search.load(session, list(ids))


def groups(session, viewer, reason: str, *, after: tuple[str, int] | None = None) -> tuple[list[Group], tuple | None]:
    """(a page of groups that share `reason`, the key of the next page), in the order of what is shared.

    Pairs that somebody said are different do not make a group of their own. `after` is (value, company).
    """
    value, source = {
        "phone": (Phone.search_digits, select(Phone.search_digits).join(Entity, Entity.id == Phone.entity_id)),
        "email": (EContact.value_key, select(EContact.value_key).join(Entity, Entity.id == EContact.entity_id)),
        "name": (Entity.name_key, select(Entity.name_key)),
    }[reason]
    scope = search.scope(session, viewer)
    query = (source.add_columns(Entity.company_id).where(scope, value != "").group_by(value, Entity.company_id)
             .having(func.count(Entity.id.distinct()) > 1).order_by(value, Entity.company_id))
    if after is not None:
        query = query.where(or_(value > after[0], and_(value == after[0], Entity.company_id > after[1])))
    found, key = [], None
    rows = session.execute(query.limit(GROUPS + 1)).all()
    for shared, company_id in rows[:GROUPS]:
        found.append(_group(session, scope, reason, shared, company_id))
    if len(rows) > GROUPS:
        key = tuple(rows[GROUPS - 1])
    return [group for group in found if group is not None], key


def _group(session, scope, reason, shared, company_id):
    holds = {"phone": Entity.id.in_(select(Phone.entity_id).where(Phone.search_digits == shared)),
             "email": Entity.id.in_(select(EContact.entity_id).where(EContact.value_key == shared)),
             "name": Entity.name_key == shared}[reason]
    ids = list(session.scalars(select(Entity.id).where(scope, holds, Entity.company_id == company_id)
                               .order_by(Entity.id).limit(IN_GROUP)))
    said = set(map(tuple, session.execute(select(NotDuplicate.first_id, NotDuplicate.second_id).where(
        NotDuplicate.first_id.in_(ids), NotDuplicate.second_id.in_(ids)))))
    pairs = {(one, other) for at, one in enumerate(ids) for other in ids[at + 1:]} - said
    left = [pk for pk in ids if any(pk in pair for pair in pairs)]
    return Group(company_id, shared, search.load(session, left)) if left else None


def merges_of(session, entity_id: int) -> list[tuple[Merge, Entity]]:
    """What was merged into an entity, the newest first, with the entities that they were."""
    other = aliased(Entity)
    rows = session.execute(select(Merge, other).join(other, other.id == Merge.merged_id).where(
        Merge.kind == "entity", Merge.kept_id == entity_id).order_by(Merge.id.desc()).limit(50))
    return [tuple(row) for row in rows]


def merges_of_attendance(session, viewer, attendance_id: int) -> list[tuple[Merge, Attendance]]:
    """What was merged into an attendance, the newest first."""
    rows = session.execute(select(Merge, Attendance).join(Attendance, Attendance.id == Merge.merged_id).where(
        Merge.kind == "attendance", Merge.kept_id == attendance_id, visible(Attendance, viewer))
        .order_by(Merge.id.desc()).limit(50))
    return [tuple(row) for row in rows]
