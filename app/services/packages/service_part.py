"""The external service in a package: its connection data and its mapping, never its secret nor whether it is in use."""
from typing import Any

from flask_babel import lazy_gettext as _l

from ...errors import Invalid
from ...models.external_service import ExternalService
from ...security.permissions import Perm
from .. import external_service
from .known import Known, Path
from .part import NOTHING, Part

_PATH = ("external_service",)  # there is one, whatever people call it


class ExternalServicePart(Part):
    """The service that the settings show. What comes in is inactive where its secret has to be typed."""

    def __init__(self):
        super().__init__("external_service", _l("External service"), ExternalService, external_service,
                         Perm.SETTING_WRITE, rows={"mappings": "person_field"},
                         leave=("active", "secret", "failures", "rests_until"))

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        kept = external_service.kept(session)
        if kept is None:
            return []
        known.keep(ExternalService, kept.id, _PATH)
        entry = self.entry(kept, known)
        return [(kept.id, {**entry, "mappings": sorted(entry["mappings"], key=_target)})]

    def path(self, entry: dict) -> Path:
        super().path(entry)  # it has a name
        return _PATH

    def words(self, path: Path, entry=NOTHING) -> str:
        return str(self.label)

    def values(self, entry: dict, known: Known) -> dict:
        headers = entry.get("headers", [])
        if not isinstance(headers, list) or not all(
                isinstance(each, list) and len(each) == 2 and all(isinstance(text, str) for text in each)
                for each in headers):
            raise Invalid(_l("Not a valid value."), field="headers")
        return super().values(entry, known)

    def differs(self, name: str, old, new) -> bool:
        return sorted(old or (), key=_target) != sorted(new, key=_target) if name == "mappings" else super().differs(
            name, old, new)

    def create(self, session, values: dict, *, actor, now) -> int:
        pk = external_service.save_brought(session, None, values, actor=actor, now=now).id
        self._map(session, pk, values, actor, now)
        return pk

    def update(self, session, pk: int, values: dict, *, actor, now) -> dict | None:
        had = external_service.secret_of(session, pk)
        if set(values) - {"mappings"}:
            external_service.save_brought(session, pk, values, actor=actor, now=now)
        self._map(session, pk, values, actor, now)
        has = external_service.secret_of(session, pk)
        return had if (had["secret"], had["active"]) != (has["secret"], has["active"]) else None

    def give_back(self, session, pk: int, held: dict, *, actor, now) -> None:
        external_service.give_back(session, pk, held, actor=actor, now=now)

    @property
    def can_rest(self) -> bool:
        return True

    @staticmethod
    def _map(session, pk, values, actor, now) -> None:
        if "mappings" in values:
            offered = {*external_service.FILLED, *(name for name, _label in external_service.custom_fields(session))}
            external_service.save_mappings(session, pk, values["mappings"], offered=offered, actor=actor, now=now)


def _target(row) -> Any:
    return str(row.get("person_field")), str(row.get("variable"))
