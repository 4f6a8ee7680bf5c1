"""What configurators' fields hold when two records become one, and when they are parted again: the kept one takes what
it has not, with the files; the index follows."""
from datetime import datetime

from sqlalchemy import update

from ..models.custom_field import FieldType
from ..models.custom_file import CustomFile
from ..queries.catalogue import catalogue
from . import custom_values


def take(kept, merged) -> dict:
    """Give `kept` what only `merged` has; returns that."""
    taken = {key: value for key, value in merged.custom_values.items()
             if value is not None and kept.custom_values.get(key) is None}
    if taken:
        kept.custom_values = {**kept.custom_values, **taken}
    return taken


def give_back(kept, taken: dict) -> dict:
    """Undo `take`, of what nobody has changed since; returns what went."""
    gone = {key: value for key, value in taken.items() if kept.custom_values.get(key) == value}
    if gone:
        kept.custom_values = {key: value for key, value in kept.custom_values.items() if key not in gone}
    return gone


def follow(session, kind: str, kept, values: dict, *, old, new, actor, now: datetime) -> None:
    """After these values went from `old` to `new`: their files go along, and the index of `kept` is made anew. To be
    called when both are written."""
    if not values:
        return
    defined = catalogue(session)
    files = [each["id"] for key in values.keys() & files_of(session, kind) for each in values[key]]
    if files:
        session.execute(update(CustomFile).where(
            CustomFile.id.in_(files), CustomFile.kind == kind, CustomFile.owner_id == old.id).values(owner_id=new.id))
    custom_values.after_save(session, kind, kept.id, defined.of_record(kind), kept.custom_values, actor=actor, now=now)


def files_of(session, kind: str) -> set[str]:
    """Keys of the fields of files."""
    return {key for key, field in catalogue(session).every_field(kind).items() if field.type == FieldType.ATTACHMENT}
