"""/search/palette: what the box of the top bar offers while one types (Ctrl+K): people, attendances, text, screens."""
import re

from flask import current_app, g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ..database import utc_now
from ..documents import masked
from ..extensions import db
from ..queries import home as reads
from ..queries import search, words
from ..security.permissions import Perm
from ..services import protocols
from ..text import normalise
from .lookup import whole

EACH = 6  # entries of a kind
RECENT = 8
LONGEST = 200


class PaletteView(BaseView):
    """JSON {groups: [{label, items: [{text, about, said, icon, url, key}]}]}; `said` is the excerpt in pieces, each
    with whether it is a hit; `key` is what the browser keeps of a record it opened, without its name: names are asked
    anew, of those one may still see."""

    route_base, default_view = "/search", "palette"
    class_permission_name = "account"
    method_permission_name = {"palette": "use"}

    @expose("/palette")
    @has_access
    def palette(self):
        typed = request.args.get("q", "").strip()[:LONGEST]
        groups = self._found(typed) if typed else [(_("Recent"), _recent(request.args.get("recent", "")[:400]))]
        groups.append((_("Screens"), _screens(typed)))
        answer = jsonify(groups=[{"label": label, "items": items} for label, items in groups if items])
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @staticmethod
    def _found(typed):
        """Records the viewer may see, at most EACH of a kind, in the order in which people look for them."""
        groups, viewer = [], g.viewer
        if viewer.may(Perm.ATTENDANCE_READ):
            rows = reads.by_protocol(db.session, viewer, typed) or reads.by_number(
                db.session, viewer, typed, protocols=protocols.numbered(
                    db.session, "".join(typed.split()), year=utc_now().year))
            groups.append((_("Attendances"), [_attendance(row) for row in rows[:EACH]]))
        if viewer.may(Perm.ENTITY_READ):
            rows = search.find_entities(db.session, viewer, typed, limit=EACH).rows
            groups.append((_("People and companies"), [_entity(row) for row in rows]))
        if viewer.may(Perm.ATTENDANCE_READ) and re.search(r"[^\W\d]{3}", typed):
            told = words.find_by_words(db.session, viewer, typed, limit=EACH)
            groups.append((_("In the text of attendances"), [
                _attendance(row, said=words.excerpt(detail, typed), at=detail.page) for row, detail in told]))
        return groups


def _attendance(row, *, said=(), at=1) -> dict:
    about = "".join(piece for piece, _hit in said) or " · ".join(
        filter(None, (str(row.entity or ""), row.situation.name)))
    more = f"?page={at}" if at > 1 else ""
    return {"text": str(row), "about": about, "said": said, "icon": "fa-headset", "key": f"a-{row.id}",
            "url": f"{request.script_root}/attendances/{row.address}{more}"}


def _entity(row) -> dict:
    about = " · ".join(filter(None, (masked(row.document), str(row.main_phone or ""), str(row.main_econtact or ""))))
    path = f"/attendances/entity/{row.id}" if g.viewer.may(Perm.ATTENDANCE_READ) else f"/entities/show/{row.id}"
    return {"text": row.shown_name, "about": about, "icon": "fa-user", "key": f"e-{row.id}",
            "url": request.script_root + path}


def _recent(kept: str) -> list[dict]:
    """The records that this browser opened last (`a-12,e-7`), of those one may still see, in that order."""
    asked = [(kind, pk) for kind, _dash, number in (each.partition("-") for each in kept.split(",")[:RECENT])
             if kind in "ae" and (pk := whole(number)) is not None]
    viewer, found = g.viewer, {}
    if viewer.may(Perm.ATTENDANCE_READ):
        for row in reads.by_ids(db.session, viewer, [pk for kind, pk in asked if kind == "a"]):
            found["a", row.id] = _attendance(row)
    if viewer.may(Perm.ENTITY_READ):
        for row in search.by_ids(db.session, viewer, [pk for kind, pk in asked if kind == "e"]):
            found["e", row.id] = _entity(row)
    return [found[key] for key in asked if key in found]


def _screens(typed: str) -> list[dict]:
    """Items of one's menu whose words begin as typed; without any text none, the menu is beside it."""
    wanted = normalise(typed).split()
    if not wanted:
        return []
    offered = []
    for group in current_app.appbuilder.menu.drawn().groups:
        for item in group.items:
            label = f"{group.label} › {item.label}" if group.label else item.label
            stands = re.findall(r"\w+", normalise(label))
            if all(any(word.startswith(part) for word in stands) for part in wanted):
                offered.append({
                    "text": item.label, "about": group.label, "icon": item.icon, "url": item.url, "key": ""})
    return offered[:EACH]


def register(appbuilder) -> None:
    appbuilder.add_view_no_menu(PaletteView)
