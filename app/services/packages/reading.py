"""The configuration of the installation as the content of a package."""
from collections.abc import Iterable

from .part import Known
from .parts import PARTS


def content(session, names: Iterable[str] | None = None) -> dict[str, list[dict]]:
    """{part: entries} of the parts named, or of all; a query or three each."""
    return of_parts(session, names)[0]


def of_parts(session, names: Iterable[str] | None = None) -> tuple[dict[str, list[dict]], Known]:
    """The content, and the rows by which paths are known: of every part, since what is named may refer to them."""
    wanted, known = None if names is None else set(names), Known()
    read = {part.name: part.read(session, known) for part in PARTS}
    return {name: entries for name, entries in read.items() if wanted is None or name in wanted}, known
