"""Codes by which REST and imports name a row (a channel, a role): made once from the name, then fixed."""
import re

from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from ..errors import Conflict
from ..text import normalise
from . import records

LENGTH = 40
_OTHER = re.compile(r"[^a-z0-9]+")


def derive(session, model, name: str) -> str:
    """A free code for a new row of `model`: `"Redes próprias"` -> `redes_proprias`, then `redes_proprias_2`."""
    base = _OTHER.sub("_", normalise(name)).strip("_")[:LENGTH - 4] or model.__tablename__
    code, number = base, 1
    while session.scalar(select(model.id).where(model.code == code)) is not None:
        number += 1
        code = f"{base}_{number}"
    return code


class CodedService:
    """The verbs of a register whose rows have codes. `own`: the codes the product itself relies on."""

    def __init__(self, model, own):
        self.model, self.own = model, frozenset(own)

    def create(self, session, values, *, actor, now):
        """Add a row under a code made from its name."""
        coded = {**values, "code": derive(session, self.model, values.get("name") or "")}
        return records.create(session, self.model, coded, actor=actor, now=now)

    def update(self, session, pk, values, *, version=None, actor, now):
        """Change a row; its code stays."""
        return records.update(session, self.model, pk, values, version=version, actor=actor, now=now, check=self._fixed)

    def delete(self, session, pk, *, version=None, actor, now):
        """Remove a row that is not one of the product's own. Raises Conflict."""
        return records.delete(session, self.model, pk, version=version, actor=actor, now=now, check=self._not_own)

    @staticmethod
    def _fixed(_session, item, _lists, *, actor):
        if inspect(item).attrs.code.history.has_changes():
            raise Conflict(_l("The code cannot change: other systems use it."), field="name")

    def _not_own(self, _session, item, *, actor):
        if item.code in self.own:
            raise Conflict(_l("This record comes with the product: it can be renamed or deactivated, not deleted."))
