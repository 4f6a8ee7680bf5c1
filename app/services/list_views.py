"""How a person keeps his lists: saved views, the columns and the page size last chosen (B-40)."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from ..errors import Forbidden, Invalid
from ..models.saved_view import ListPreference, SavedView
from ..security.permissions import Perm
from ..security.visibility import visible
from . import records

NAME_LIMIT, QUERY_LIMIT, MOST = 60, 2000, 30


def preference(session, list_key: str, *, actor) -> dict:
    """What the actor last chose for a list: columns, size, default_view, widths, filters (open or not)."""
    return dict(session.scalar(select(ListPreference.values).where(
        ListPreference.user_id == actor.user_id, ListPreference.list_key == list_key)) or {})


def prefer(session, list_key: str, *, actor, **values) -> None:
    """Remember some of that; None forgets."""
    row = session.get(ListPreference, (actor.user_id, list_key)) or ListPreference(
        user_id=actor.user_id, list_key=list_key, values={})
    kept = {**row.values, **values}
    row.values = {name: value for name, value in kept.items() if value is not None}
    session.add(row)


def views_of(session, list_key: str, *, actor) -> list[SavedView]:
    """One's own views, then those that colleagues share."""
    found = session.scalars(select(SavedView).where(SavedView.list_key == list_key, visible(SavedView, actor)).order_by(
        or_(SavedView.owner_id != actor.user_id), SavedView.position, SavedView.name_key, SavedView.id))
    return list(found)


def save_view(session, list_key: str, *, name: str, query: str, columns: list, shared: bool = False, actor,
              now: datetime) -> SavedView:
    """Keep a list as it is shown. Raises Invalid at "name", Forbidden where the actor may not share."""
    own = [view for view in views_of(session, list_key, actor=actor) if view.owner_id == actor.user_id]
    if len(own) >= MOST:
        raise Invalid(_l("You have %(n)s views of this list already: delete one first."), field="name", n=len(own))
    values = {"list_key": list_key, "owner_id": actor.user_id, "position": len(own),
              **_checked(actor, {"name": name, "query": query, "columns": columns, "shared": shared})}
    return records.create(session, SavedView, values, actor=actor, now=now)


def change_view(session, view_id: int, *, actor, now: datetime, **values) -> SavedView:
    """Rename, share, or take over filters and columns: name, shared, query, columns. One's own views only."""
    _own(session, view_id, actor)
    return records.update(session, SavedView, view_id, _checked(actor, values), actor=actor, now=now)


def delete_view(session, view_id: int, *, actor, now: datetime) -> None:
    """Forget one's own view, shared or not. Who had it as the default has none any more."""
    _own(session, view_id, actor)
    records.delete(session, SavedView, view_id, actor=actor, now=now)


def _own(session, view_id, actor) -> SavedView:
    view = records.get_visible(session, SavedView, view_id, actor)
    if view.owner_id != actor.user_id:
        raise Forbidden(_l("Only who made a view can change it."))
    return view


def _checked(actor, values) -> dict:
    values = dict(values)
    if "name" in values:
        values["name"] = " ".join((values["name"] or "").replace("\0", "").split())
        if not values["name"]:
            raise Invalid(_l("Give the view a name."), field="name")
        if len(values["name"]) > NAME_LIMIT:
            raise Invalid(_l("At most %(n)s characters; there are %(have)s."), field="name", n=NAME_LIMIT,
                          have=len(values["name"]))
    if len(values.get("query", "")) > QUERY_LIMIT:
        raise Invalid(_l("These filters are too long to be kept."), field="name")
    if values.get("shared") and not actor.may(Perm.VIEW_SHARE):
        raise Forbidden(_l("You may keep views for yourself, not share them."), field="shared")
    return values
