"""Reading the trees of classification whole: one query a level."""
from sqlalchemy import select

from ..models.classification import Cause, Classification, DefaultMotive, Motive, Occurrence, Subclassification


def _level(session, model, *columns):
    return session.execute(select(model.id, model.name, *columns).where(model.active).order_by(model.name_key)).all()


def _children(rows, make) -> dict[int, list[dict]]:
    """{parent id: [child]} of rows whose third column is the parent."""
    below: dict[int, list[dict]] = {}
    for row in rows:
        below.setdefault(row[2], []).append(make(row))
    return below


def motive_tree(session) -> list[dict]:
    """Active motives → occurrences → causes."""
    causes = _children(_level(session, Cause, Cause.occurrence_id), lambda r: {"id": r.id, "name": r.name})
    occurrences = _children(_level(session, Occurrence, Occurrence.motive_id), lambda r: {
        "id": r.id, "name": r.name, "causes": causes.get(r.id, [])})
    return [{"id": r.id, "name": r.name, "occurrences": occurrences.get(r.id, [])} for r in _level(session, Motive)]


def classification_tree(session) -> list[dict]:
    """Active classifications → subclassifications, with their return days."""
    below = _children(
        _level(session, Subclassification, Subclassification.classification_id, Subclassification.return_days),
        lambda r: {"id": r.id, "name": r.name, "return_days": r.return_days})
    return [{"id": r.id, "name": r.name, "return_days": r.return_days, "subclassifications": below.get(r.id, [])}
            for r in _level(session, Classification, Classification.return_days)]


def below(session, classification_id: int) -> list[tuple[Subclassification, list[DefaultMotive]]]:
    """The subclassifications of a classification, each with its standard motives, those switched off too."""
    rows = session.scalars(select(Subclassification).where(
        Subclassification.classification_id == classification_id).order_by(Subclassification.name_key)).all()
    motives: dict[int, list[DefaultMotive]] = {row.id: [] for row in rows}
    for motive in session.scalars(select(DefaultMotive).where(
            DefaultMotive.subclassification_id.in_(motives)).order_by(DefaultMotive.name_key)):
        motives[motive.subclassification_id].append(motive)
    return [(row, motives[row.id]) for row in rows]
