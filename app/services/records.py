"""The generic save: what a register does when its noun has no rules of its own. A noun's service has the same verbs."""
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from ..errors import Conflict, Forbidden, Invalid, NotFound, Stale
from ..security.visibility import RULES, visible
from .log import expect_log, plain, record


def assign(item, values: dict) -> dict:
    """Set what differs and return {name: (old, new)}.

    Reading the old value first loads it: SQLAlchemy's own history is empty for an expired column or an unloaded
    many-to-one. JSON is merged into a new dict: a change in place has no old value.
    """
    changes = {}
    for name, new in values.items():
        old = getattr(item, name)
        if isinstance(old, dict) and isinstance(new, dict):
            new = {**old, **new}
        if plain(old) != plain(new) or (old != new and isinstance(new, list) and _ordered(item, name)):
            changes[name] = (list(old) if isinstance(old, list) else old, new)
            setattr(item, name, new)
    return changes


def _ordered(item, name) -> bool:
    """The list is a column whose order means something; rows and codes have none."""
    column = inspect(type(item)).columns.get(name)
    return column is not None and bool(column.info.get("ordered"))


def get_visible(session, model, pk, actor):
    """The row, if the actor may see it; else NotFound."""
    key = inspect(model).primary_key[0]
    item = session.scalar(select(model).where(key == pk, visible(model, actor)))
    if item is None:
        raise NotFound(_l("Record not found."))
    return item


def check_related(session, item, actor) -> None:
    """Every many-to-one that was set must be one the actor may see, wherever its id came from."""
    for relation in inspect(type(item)).relationships:
        target = relation.mapper.class_
        if relation.direction.name != "MANYTOONE" or target not in RULES or relation.viewonly:
            continue
        history = inspect(item).attrs[relation.key].history
        if inspect(item).persistent and not history.has_changes():
            continue
        local, remote = relation.local_remote_pairs[0]
        related = getattr(item, relation.key, None)
        pk = getattr(related, remote.key) if related is not None else getattr(item, local.key)
        if pk is not None and session.scalar(select(1).where(remote == pk, visible(target, actor))) is None:
            raise Invalid(_l("Not a valid choice."), field=relation.key)


def related_id(item, name: str) -> int | None:
    """The id a many-to-one has after what was set, by row or by id: a relation is not renewed before the flush."""
    history = inspect(item).attrs[name].history
    if history.has_changes():
        row = history.added[0] if history.added else None
        return row.id if row is not None else None
    return getattr(item, f"{name}_id")


def replaced_id(item, name: str) -> int | None:
    """The id that a many-to-one had before another row was set; None where it stays, or had none."""
    history = inspect(item).attrs[name].history
    gone = [row for row in history.deleted if row is not None]
    return gone[0].id if gone and history.has_changes() else None


def is_changed(item, *relations: str) -> bool:
    """Whether one of these many-to-ones was set, by row or by id."""
    attributes = inspect(item).attrs
    return any(attributes[name].history.has_changes() for each in relations for name in (each, f"{each}_id"))


def create(session, model, values, *, actor, now, rows=(), check=None):
    """Add a row of `model` with its child rows, in one log entry. Raises DomainError."""
    values = dict(values)
    item = model()
    lists = {name: values.pop(name) for name in rows if name in values}
    with session.no_autoflush:  # a half-made row must not reach the database before the checks
        changes = assign(item, values)
        if hasattr(item, "created_at"):
            item.created_at = item.updated_at = now
        check_related(session, item, actor)
        if check:
            check(session, item, lists, actor=actor)
        session.add(item)
        for name, wanted in lists.items():
            sync_rows(session, item, name, wanted)
            if getattr(item, name):
                changes[name] = ([], [plain_row(x) for x in getattr(item, name)])
        record(session, item, "create", changes, actor=actor, now=now,
               children=[x for name in lists for x in getattr(item, name)])
    session.flush()  # constraints speak here, where the form still stands
    return item


def update(session, model, pk, values, *, version=None, actor, now, rows=(), check=None):
    """Change a row and its child rows. Raises Stale when `version` is not the stored one."""
    values = dict(values)
    item = get_visible(session, model, pk, actor)
    refuse_stale(item, version)
    with session.no_autoflush:
        lists = {name: values.pop(name) for name in rows if name in values}
        changes = assign(item, values)
        check_related(session, item, actor)
        if check:
            check(session, item, lists, actor=actor)
        touched = []
        for name, wanted in lists.items():
            before = [plain_row(x) for x in getattr(item, name)]
            touched += getattr(item, name)
            sync_rows(session, item, name, wanted)
            after = [plain_row(x) for x in getattr(item, name)]
            touched += getattr(item, name)
            if before != after:
                changes[name] = (before, after)
        if not changes:
            return item  # nothing written, no log entry, same version
        if hasattr(item, "updated_at"):
            item.updated_at = now  # many-to-many or child rows alone would not move the version
        record(session, item, "update", changes, actor=actor, now=now, children=touched)
    session.flush()  # constraints speak here, where the form still stands
    return item


def refuse_stale(item, version: int | None) -> None:
    """Raise Stale where somebody else saved the row after the form of this `version` was opened."""
    if version is not None and item.version != version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))


def delete(session, model, pk, *, version=None, actor, now, rows=(), check=None):
    """Remove a row; what it held stays in the log."""
    item = get_visible(session, model, pk, actor)
    refuse_stale(item, version)
    if check:
        check(session, item, actor=actor)
    children = [x for name in rows for x in getattr(item, name)]
    old = {c.key: (getattr(item, c.key), None) for c in inspect(model).column_attrs if c.key != "id"}
    record(session, item, "delete", old, actor=actor, now=now, children=children)
    session.delete(item)
    session.flush()  # a foreign key in use speaks here


def plain_row(row) -> dict:
    """A child row as the log keeps it."""
    columns = inspect(type(row)).column_attrs
    values = {c.key: " / ".join(map(str, getattr(row, c.key) or ())) if c.columns[0].info.get("ordered")
              else plain(getattr(row, c.key)) for c in columns
              if c.key not in ("id", "version") and not c.columns[0].foreign_keys}
    related = {r.key: plain(getattr(row, r.key)) for r in inspect(type(row)).relationships
               if r.direction.name == "MANYTOONE" and r.back_populates is None}
    return {**values, **related}


def sync_rows(session, parent, name, wanted, main="is_main"):
    """Make parent.<name> equal to the posted rows: by id, only the parent's own; unchanged rows are not rewritten."""
    have = {row.id: row for row in getattr(parent, name)}
    model = inspect(type(parent)).relationships[name].mapper.class_
    mains = [i for i, row in enumerate(wanted) if row.get(main)]
    if len(mains) > 1:
        raise Invalid(_l("Only one can be the main one."), field=f"{name}.{mains[-1]}.{main}")
    keep, raised, left = [], [], dict(have)
    for i, values in enumerate(wanted):
        values = dict(values)
        pk = values.pop("id", None)
        if pk and pk not in left:  # or named twice
            raise Invalid(_l("Somebody else already removed this row."), field=f"{name}.{i}")
        row = left.pop(pk) if pk else model()
        if values.get(main) and not (pk and getattr(row, main)):
            raised.append(row)
            values[main] = False  # goes up after the old main one went down: a partial unique index allows one
        assign(row, values)
        keep.append(row)
    expect_log(session, parent, *have.values(), *keep)
    getattr(parent, name)[:] = keep  # the cascade deletes orphans
    if raised and inspect(parent).persistent:
        session.flush()  # the old main one must be down in the table before the new one goes up
    for row in raised:
        setattr(row, main, True)


def in_use(message=None) -> Conflict:
    return Conflict(message or _l("There are other records linked to this one: it can be deactivated, not deleted."))


def require(actor, permission) -> None:
    """Raise Forbidden unless the actor holds the permission."""
    if actor is None or not actor.may(permission):
        raise Forbidden(_l("You do not have permission to do this."))


def service_for(model, rows=(), check=None, check_delete=None):
    """The three verbs bound to a model: what AppModelView.service defaults to."""
    return SimpleNamespace(
        create=lambda session, values, **k: create(session, model, values, rows=rows, check=check, **k),
        update=lambda session, pk, values, **k: update(session, model, pk, values, rows=rows, check=check, **k),
        delete=lambda session, pk, **k: delete(session, model, pk, rows=rows, check=check_delete, **k))
