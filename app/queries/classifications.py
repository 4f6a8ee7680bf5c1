"""Reading the trees of classification whole: one query a level; and asking along them."""
from datetime import date

from sqlalchemy import false, select

from ..models.classification import Cause, Classification, DefaultMotive, Motive, Occurrence, Subclassification


def _level(session, day, model, *columns):
    return session.execute(
        select(model.id, model.name, *columns).where(model.in_use_on(day)).order_by(model.name_key)).all()


def _children(rows, make) -> dict[int, list[dict]]:
    """{parent id: [child]} of rows whose third column is the parent."""
    below: dict[int, list[dict]] = {}
    for row in rows:
        below.setdefault(row[2], []).append(make(row))
    return below


def motive_tree(session, day: date) -> list[dict]:
    """Motives → occurrences → causes that may be chosen on this day."""
    causes = _children(_level(session, day, Cause, Cause.occurrence_id), lambda r: {"id": r.id, "name": r.name})
    occurrences = _children(_level(session, day, Occurrence, Occurrence.motive_id), lambda r: {
        "id": r.id, "name": r.name, "causes": causes.get(r.id, [])})
    return [{"id": r.id, "name": r.name, "occurrences": occurrences.get(r.id, [])}
            for r in _level(session, day, Motive)]


def classification_tree(session, day: date) -> list[dict]:
    """Classifications → subclassifications that may be chosen on this day, with their return days."""
    below = _children(
        _level(session, day, Subclassification, Subclassification.classification_id, Subclassification.return_days),
        lambda r: {"id": r.id, "name": r.name, "return_days": r.return_days})
    return [{"id": r.id, "name": r.name, "return_days": r.return_days, "subclassifications": below.get(r.id, [])}
            for r in _level(session, day, Classification, Classification.return_days)]


def below(session, classification_id: int) -> list[tuple[Subclassification, list[DefaultMotive]]]:
    """The subclassifications of a classification, each with its standard motives, those switched off too."""
    rows = session.scalars(select(Subclassification).where(
        Subclassification.classification_id == classification_id).order_by(Subclassification.name_key)).all()
    motives: dict[int, list[DefaultMotive]] = {row.id: [] for row in rows}
    for motive in session.scalars(select(DefaultMotive).where(
            DefaultMotive.subclassification_id.in_(motives)).order_by(DefaultMotive.name_key)):
        motives[motive.subclassification_id].append(motive)
    return [(row, motives[row.id]) for row in rows]


def along_path(session, steps) -> list:
    """The conditions of a path down a tree of classification; `steps`: (model, column, id or None), the root first.

    Only the last step is asked for, since it has all those above it: a planner would take them for independent of one
    another, expect a handful of rows and sort all there are. A path that the tree does not have holds nothing.
    """
    asked = [step for step in steps if step[2] is not None]
    if len(asked) > 1:
        model, _column, pk = asked[-1]
        row, path = session.get(model, pk), {}
        while row is not None:
            path[type(row)] = row.id
            row = getattr(row, row.above) if row.above else None
        if any(path.get(model) != pk for model, _column, pk in asked):
            return [false()]
    return [column == pk for _model, column, pk in asked[-1:]]
