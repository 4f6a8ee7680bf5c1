"""A mapping read from a CSV file: a column with the old path, one with the new, by names or by ids."""
import re
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Invalid
from ...text import normalise
from ..imports import sheet
from . import mapping
from .trees import Nodes, Path, Tree

OLD, NEW, EXACT = "old", "new", "exact"
HEADS = {OLD: ("antigo", "old", "de", "caminho antigo"), NEW: ("novo", "new", "para", "caminho novo"),
         EXACT: ("exato", "exact", "so este", "so este caminho")}
YES = {"sim", "s", "yes", "y", "1", "x", "true", "exato"}
_STEP = re.compile(r"\s*[>›]\s*")


@dataclass
class Read:
    """The rows that may stand in a mapping, and [(line of the file, why not)] of the others."""

    rows: list[mapping.Row] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def read(session, tree: Tree, data: bytes, *, day: date, before: list[mapping.Row] = ()) -> Read:
    """The file, to be added to the rows `before`. Raises Invalid at `file` for what is no such file."""
    content = sheet.read(data)
    places = {name: next((place for place, head in enumerate(content.header) if normalise(head) in heads), None)
              for name, heads in HEADS.items()}
    if places[OLD] is None or places[NEW] is None:
        raise Invalid(_l("The first row must name the columns “antigo” and “novo”."), field="file")
    if len(before) + len(content.rows) > mapping.MOST:
        raise Invalid(_l("A mapping has at most %(n)s rows: split it."), field="file", n=mapping.MOST)
    return _rows(content, places, _Names(session, tree), Nodes(session, tree), tree, day, list(before))


def _rows(content, places, names, nodes, tree, day, before) -> Read:
    found = Read()
    for line in content.rows:
        if line.trouble:
            found.refused.append((line.line, str(line.trouble)))
            continue
        try:
            old, new = (names.path(line.cells[places[side]]) for side in (OLD, NEW))
        except Invalid as error:
            found.refused.append((line.line, str(error)))
            continue
        exact = places[EXACT] is not None and normalise(line.cells[places[EXACT]]) in YES
        row = mapping.Row(old, new, exact)
        nodes.read((old, new))
        if errors := mapping.refusals(nodes, tree, row, day, before=[*before, *found.rows]):
            found.refused.append((line.line, " ".join(map(str, errors))))
        else:
            found.rows.append(row)
    return found


class _Names:
    """The whole tree by name, a statement a level: a file names much of it."""

    def __init__(self, session, tree: Tree):
        self._levels = []
        for level in tree.levels:
            above = getattr(level.model, level.above) if level.above else level.model.id
            rows = session.execute(select(level.model.id, level.model.name_key, above)).all()
            below = {(parent if level.above else None, key): pk for pk, key, parent in rows}
            self._levels.append((below, {pk: parent if level.above else None for pk, _key, parent in rows}))

    def path(self, text: str) -> Path:
        """The ids of "Motivo > Ocorrência > Causa", or of "3 > 7". Raises Invalid with the step that is none."""
        steps = [step for step in _STEP.split(text.strip()) if step]
        if not steps:
            raise Invalid(_l("The path is empty."))
        if len(steps) > len(self._levels):
            raise Invalid(_l("“%(path)s” has more levels than the tree."), path=text.strip())
        path: list[int] = []
        for (named, known), step in zip(self._levels, steps, strict=False):
            above = path[-1] if path else None
            pk = named.get((above, normalise(step)))
            if pk is None and step.isascii() and step.isdigit() and known.get(int(step[:18]), -1) == above:
                pk = int(step)
            if pk is None:
                above = " > ".join(steps[:len(path)])
                raise Invalid(_l("There is no “%(step)s” below “%(path)s”.") if above else
                              _l("There is no “%(step)s” on the first level."), step=step, path=above)
            path.append(pk)
        return tuple(path)
