"""What is stored under configurators' fields: before a field, an option, a form or a menu goes, it is asked here.

The JSON of records, persons and attendances is the truth. Each question is one statement a table, of records only those
of the form (their index by form), of persons and attendances only where the form stands on them; EXISTS ends at the
first value. Only "nobody" has to read all: a second or two of a million, asked where something is taken away.
"""
from collections.abc import Collection, Iterable

from sqlalchemy import case, exists, func, or_, select

from ..models.attendance import Attendance
from ..models.custom_form import CustomData, FieldTarget
from ..models.custom_record import CustomRecord
from ..models.dynamic_menu import DynamicMenu
from ..models.entity import Entity

_ON = {FieldTarget.ENTITY: Entity, FieldTarget.ATTENDANCE: Attendance}


def has_records(session, form_id: int) -> bool:
    """Whether anything was recorded behind a menu of the form, by anybody."""
    return session.scalar(select(CustomRecord.id).where(CustomRecord.form_id == form_id).limit(1)) is not None


def count_records(session, form_id: int) -> int:
    """How many records lie behind the menus of the form."""
    return session.scalar(select(func.count()).select_from(CustomRecord).where(CustomRecord.form_id == form_id))


def has_menus(session, form_id: int, *, but: int | None = None) -> bool:
    """Whether a menu leads to the records of the form, besides the one with the id `but`."""
    return session.scalar(select(DynamicMenu.id).where(
        DynamicMenu.form_id == form_id, DynamicMenu.id.is_distinct_from(but)).limit(1)) is not None


def filled(session, form_id: int, keys: Collection[str]) -> set[str]:
    """Those of the keys under which some record, person or attendance holds a value."""
    left, found = sorted(keys), set()
    for column, where in _hosts(session, form_id):
        left = [key for key in left if key not in found]
        if left:
            row = session.execute(select(*(_holds(column, key, where) for key in left))).one()
            found.update(key for key, held in zip(left, row, strict=True) if held)
    return found


def stands_with_values(session, target: str, keys: Iterable[str]) -> bool:
    """Whether some person (or attendance) holds a value under one of these keys."""
    keys, column = list(keys), _ON[FieldTarget(target)].custom_values
    return bool(keys) and session.scalar(select(exists().where(
        or_(*(column[key].as_string().is_not(None) for key in keys)))))


def count_holders(session, target: str, keys: Iterable[str], *, kinds: Collection[str] | None = None) -> int:
    """How many persons (or attendances) hold a value under one of these keys. With `kinds`, persons of these alone, and
    none that became part of another."""
    keys, model = list(keys), _ON[FieldTarget(target)]
    if not keys:
        return 0
    only = [] if kinds is None else [Entity.kind.in_(kinds), Entity.merged_into_id.is_(None)]
    return session.scalar(select(func.count()).select_from(model).where(
        or_(*(model.custom_values[key].as_string().is_not(None) for key in keys)), *only))


def options_used(session, form_id: int, key: str, values: Iterable[str]) -> set[str]:
    """Those of the options of a choice, or of several, that some record, person or attendance holds."""
    left, found = set(values), set()
    for column, where in _hosts(session, form_id):
        if left - found:
            each = _elements(session, column, key)
            found.update(session.scalars(select(each.c.value).select_from(column.class_).join(
                each, each.c.value.in_(left - found)).where(*where).distinct()))
    return found


def _hosts(session, form_id):
    """[(JSON column, conditions)] of where values of the form may lie; records first, by their index."""
    targets = session.scalars(select(CustomData.target).where(CustomData.form_id == form_id)).all()
    return [(CustomRecord.values, (CustomRecord.form_id == form_id,)),
            *((_ON[FieldTarget(target)].custom_values, ()) for target in sorted(targets))]


def _holds(column, key, where):
    return exists().where(*where, column[key].as_string().is_not(None)).label(f"held_{key}")


def _elements(session, column, key):
    """A value and the values of a list alike, as rows of one column; PostgreSQL and SQLite unfold in their own ways."""
    if session.get_bind().dialect.name == "sqlite":
        return func.json_each(column, f'$."{key}"').table_valued("value")
    held = column[key]
    as_list = case((func.jsonb_typeof(held) == "array", held), else_=func.jsonb_build_array(held))
    return func.jsonb_array_elements_text(as_list).table_valued("value").lateral()
