"""The configuration of the installation as the content of a package."""
from collections.abc import Iterable

from .known import Known
from .parts import PARTS


def content(session, names: Iterable[str] | None = None) -> dict[str, list[dict]]:
    """{part: entries} of the parts named, or of all; a query or three each."""
    wanted = None if names is None else set(names)
    return {name: [entry for _pk, entry in rows] for name, rows in of_parts(session)[0].items()
            if wanted is None or name in wanted}


def of_parts(session) -> tuple[dict[str, list[tuple[int, dict]]], Known]:
    """{part: [(id, entry)]} of every part, and the rows by which paths are known: one part refers to another."""
    known = Known()
    return {part.name: part.read(session, known) for part in PARTS}, known
