"""What configurators' fields hold when two records become one, and when they are parted again: the kept one takes what
it has not and what was chosen, with the files; the index follows."""
from collections.abc import Collection
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from ..errors import Invalid
from ..models.custom_field import FieldType
from ..models.custom_file import CustomFile
from ..queries.catalogue import catalogue
from . import custom_types as types
from . import custom_values

VALUES = "custom_values."  # what the key of a field follows where values are chosen


def differing(session, kind: str, kept, merged) -> dict[str, tuple]:
    """{key: (of the kept one, of the merged one)} of fields that both fill, each in another way."""
    every = catalogue(session).every_field(kind)
    pairs = {key: (value, (merged.custom_values or {}).get(key)) for key, value in (kept.custom_values or {}).items()}
    return {key: pair for key, pair in pairs.items() if None not in pair and not (
        types.same(every[key], *pair) if key in every else pair[0] == pair[1])}


def chosen(session, kind: str, kept, merged, take: Collection[str]) -> list[str]:
    """The keys that `custom_values.<key>` of `take` name. Raises Invalid at one of which there is nothing to choose."""
    names = [name for name in take if name.startswith(VALUES)]
    offered = differing(session, kind, kept, merged) if names else ()
    for name in names:
        if name.removeprefix(VALUES) not in offered:
            raise Invalid(_l("Not a valid choice."), field=name[:60])
    return [name.removeprefix(VALUES) for name in names]


def take(kept, merged, keys: Collection[str] = ()) -> tuple[dict, dict]:
    """Give `kept` what only `merged` has, and its values of these keys. Returns (what it took, what it had there)."""
    had = kept.custom_values or {}
    taken = {key: value for key, value in (merged.custom_values or {}).items()
             if value is not None and (had.get(key) is None or key in keys)}
    if taken:
        kept.custom_values = {**had, **taken}
    return taken, {key: had[key] for key in taken if had.get(key) is not None}


def give_back(kept, taken: dict, before: dict) -> tuple[dict, dict]:
    """Undo `take`, of what nobody has changed since. Returns (what went, what came back)."""
    gone = {key: value for key, value in taken.items() if kept.custom_values.get(key) == value}
    back = {key: value for key, value in before.items() if key in gone}
    if gone:
        kept.custom_values = {**{key: value for key, value in kept.custom_values.items() if key not in gone}, **back}
    return gone, back


def follow(session, kind: str, kept, values: dict, others: dict, *, old, new, actor, now: datetime) -> None:
    """After these values went from `old` to `new`, and others the way back: their files go along, and the index of
    `kept` is made anew. To be called when both are written."""
    if not values:
        return
    defined, keys = catalogue(session), files_of(session, kind)
    for held, giver, taker in ((values, old, new), (others, new, old)):
        files = [each["id"] for key in held.keys() & keys for each in held[key]]
        if files:
            session.execute(update(CustomFile).where(
                CustomFile.id.in_(files), CustomFile.kind == kind, CustomFile.owner_id == giver.id).values(
                owner_id=taker.id))
    custom_values.after_save(session, kind, kept.id, defined.of_record(kind), kept.custom_values, actor=actor, now=now)


def files_of(session, kind: str) -> set[str]:
    """Keys of the fields of files."""
    return {key for key, field in catalogue(session).every_field(kind).items() if field.type == FieldType.ATTACHMENT}
