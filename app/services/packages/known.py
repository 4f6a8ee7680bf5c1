"""How rows are called in a package: by paths instead of ids, which differ between installations."""
from typing import Any

from flask_babel import lazy_gettext as _l

from ...errors import DomainError, Invalid
from ...text import normalise

Path = tuple[str, ...]
SEVERAL = _l("Several companies have “%(name)s”: export the package anew where it comes from, so that it says of which "
             "company it is, or leave this out.")


class LeftOut(Invalid):
    """A reference leads to an entry of the package that does not come in with the rest."""


class Known:
    """The rows of the parts met so far: the path of an id, the id of a path.

    A row may have other paths beside its own: the name of a department alone, where the file says its company too.
    """

    def __init__(self):
        self._paths: dict[type, dict[int, Path]] = {}
        self._ids: dict[type, dict[Path, set[int]]] = {}
        self._left: dict[type, dict[Path, tuple[Any, str]]] = {}

    def keep(self, model, pk: int, path: Path, *others: Path) -> None:
        """A row is called `path`, and found by `others` as well."""
        self._paths.setdefault(model, {})[pk] = path
        for each in (path, *others):
            self._ids.setdefault(model, {}).setdefault(compared(each), set()).add(pk)

    def path_of(self, model, pk: int | None) -> list[str] | None:
        """A reference as the file has it."""
        return None if pk is None else list(self._paths[model][pk])

    def id_of(self, model, path) -> int | None:
        """The one row that is called so; None where none is, or several are."""
        found = self._ids.get(model, {}).get(compared(path), set())
        return next(iter(found)) if len(found) == 1 else None

    def ids_of(self, model, path) -> set[int]:
        """Every row that is called so."""
        return self._ids.get(model, {}).get(compared(path), set())

    def settled(self, model, path):
        """A reference as this installation would write it; one that leads to no single row stays as it is."""
        pk = self.id_of(model, path) if isinstance(path, list) else None
        return path if pk is None or compared(self._paths[model][pk]) == compared(path) else self.path_of(model, pk)

    def leave(self, part, entry: dict) -> str:
        """Remember an entry that does not come in with the rest; how people call it."""
        try:
            path = part.path(entry)
        except DomainError:  # without a name it is nobody's reference
            return ""
        words = part.words(path, entry)
        self._left.setdefault(part.model, {})[compared(path)] = (part.label, words)
        return words

    def missing(self, model, path, field: str) -> Invalid:
        """Why a reference leads nowhere: several are called so, it was left out, or it stands nowhere at all."""
        path = path if isinstance(path, list) else [path]
        if len(self.ids_of(model, path)) > 1:
            return Invalid(SEVERAL, field=field, name=shown(path)[:200])
        if left := self._left.get(model, {}).get(compared(path)):
            label, words = left
            return LeftOut(_l("It needs “%(name)s” of “%(part)s”, which stays out."), field=field, name=words[:200],
                           part=label)
        return Invalid(_l("“%(path)s” is neither here nor in the package."), field=field, path=shown(path)[:200])


def compared(path) -> Path:
    """A path as two are compared."""
    return tuple(normalise(str(each)) for each in path)


def shown(path) -> str:
    """A path as people read it."""
    return " › ".join(map(str, path))
