"""What the central's filters offer, and the names of what an address asks: one statement, whatever their number."""
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Integer, and_, cast, exists, literal, null, select, true, union_all

from ..models.classification import Classification, DefaultMotive, Scope, Situation, Subclassification
from ..models.company import Department
from ..models.entity import Entity
from ..models.identity import UserProfile
from ..security.visibility import visible
from ..text import normalise
from .ticket_address import IDS
from .tickets import TicketFilter

MOST = 400  # of one list: where there are more, the level above is chosen first
# name -> model, parent, active, place among its like
_ROWS = {
    "classification": (Classification, null(), Classification.active, literal(0)),
    "subclassification": (Subclassification, Subclassification.classification_id, Subclassification.active, literal(0)),
    "motive": (DefaultMotive, DefaultMotive.subclassification_id, DefaultMotive.active, literal(0)),
    "status": (Situation, null(), Situation.active, Situation.position),
    "assignee": (User, null(), User.active, literal(0)),
    "department": (Department, null(), Department.active, literal(0)),
    "entity": (Entity, null(), Entity.active, literal(0)),
}


@dataclass(frozen=True)
class Choice:
    """One value of a filter: `parent` is the id above it, `active` whether it is switched on."""

    id: int
    name: str
    parent: int | None = None
    active: bool = True


@dataclass(frozen=True)
class Choices:
    """The values by the name of their argument, each list in its order."""

    of: dict[str, list[Choice]] = field(default_factory=dict)

    def get(self, name: str) -> list[Choice]:
        return self.of.get(name, [])

    def named(self, name: str, ids: Iterable[int]) -> list[str]:
        """The names of these ids."""
        known = {choice.id: choice.name for choice in self.get(name)}
        return [known[pk] for pk in ids if pk in known]


def offered(session, viewer, filters: TicketFilter) -> Choices:
    """What the filters offer under these, and what these name: switched-off rows too, old tickets have them."""
    wanted = {
        "classification": true(), "status": Situation.scope != Scope.SAC,
        "subclassification": (Subclassification.classification_id.in_(filters.classification)
                              if filters.classification else true()),
        "assignee": and_(User.active, exists().where(
            UserProfile.user_id == User.id, UserProfile.central_operator, UserProfile.entity_id.is_(None)))}
    if filters.subclassification:
        wanted["motive"] = DefaultMotive.subclassification_id.in_(filters.subclassification)
    return _read(session, viewer, wanted, _asked(filters))


def below(session, level: str, parents: list[int]) -> list[Choice]:
    """The subclassifications of these classifications, the motives of these subclassifications; of no classification
    all subclassifications, of no subclassification no motive. Raises KeyError for another level."""
    parent = {"subclassification": Subclassification.classification_id,
              "motive": DefaultMotive.subclassification_id}[level]
    if not parents and level == "motive":
        return []
    return _read(session, None, {level: parent.in_(parents) if parents else true()}, {}).get(level)


def unknown(session, viewer, filters: TicketFilter, choices: Choices | None = None) -> list[str]:
    """The arguments with an id that is none, or that the viewer may not know. Without `choices` they are read."""
    asked = _asked(filters)
    if choices is None:
        choices = _read(session, viewer, {}, asked) if asked else Choices()
    return [name for name, ids in asked.items() if not {choice.id for choice in choices.get(name)}.issuperset(ids)]


def without(filters: TicketFilter, choices: Choices, names: Iterable[str]) -> TicketFilter:
    """The filters less the ids of these arguments that nobody knows: of a saved view, what still holds."""
    asked, kept = _asked(filters), {}
    for name in names:
        known = {choice.id for choice in choices.get(name)}
        ids = tuple(pk for pk in asked[name] if pk in known)
        kept[name] = ids if name != "entity" else next(iter(ids), None)
    return replace(filters, **kept)


def _asked(filters) -> dict[str, tuple]:
    """The ids given, by argument."""
    ids = {**{name: getattr(filters, name) for name in IDS},
           "entity": (filters.entity,) if filters.entity is not None else ()}
    return {name: given for name, given in ids.items() if given}


def _read(session, viewer, wanted, asked) -> Choices:
    parts = [_part(name, viewer, condition) for name, condition in wanted.items()]
    parts += [_part(name, viewer, _ROWS[name][0].id.in_(ids)) for name, ids in asked.items()]
    found: dict[str, dict] = {}
    for name, pk, text, parent, active, place in session.execute(union_all(*parts)):
        found.setdefault(name, {})[pk] = ((place, normalise(text)), Choice(pk, text, parent, bool(active)))
    return Choices({name: [choice for _place, choice in sorted(rows.values(), key=lambda row: row[0])]
                    for name, rows in found.items()})


def _part(name, viewer, condition):
    model, parent, active, place = _ROWS[name]
    text = model.first_name + " " + model.last_name if model is User else model.name
    scope = visible(model, viewer) if name in ("assignee", "department", "entity") else true()
    rows = select(literal(name).label("kind"), model.id, text.label("text"), cast(parent, Integer).label("parent"),
                  active.label("active"), place.label("place")).where(condition, scope)
    return select(rows.order_by(text, model.id).limit(MOST).subquery())
