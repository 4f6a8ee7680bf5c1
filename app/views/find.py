"""/search: the general search of the top bar."""
from flask import g, redirect, request
from flask_appbuilder import BaseView, expose, has_access

from ..database import utc_now
from ..extensions import db
from ..queries import home as reads
from ..queries import search
from ..security.permissions import Perm
from ..services import protocols

LIMIT = 20
LONGEST = 200


class FindView(BaseView):
    """One box: a protocol opens its record; anything else finds people, companies and attendances by their numbers."""

    route_base = ""
    default_view = "find"
    class_permission_name = "attendance"
    method_permission_name = {"find": "read"}

    @expose("/search")
    @has_access
    def find(self):
        typed = request.args.get("q", "").strip()[:LONGEST]
        attendances, entities, more, short = [], [], False, False
        if typed:
            attendances = reads.by_protocol(db.session, g.viewer, typed)
            if len(attendances) == 1:
                return self._open(attendances[0])
            if g.viewer.may(Perm.ENTITY_READ):
                page = search.find_entities(db.session, g.viewer, typed, limit=LIMIT)
                entities, more, short = page.rows, page.next is not None, page.short
                short = short and not any(each.isdigit() for each in typed)  # a number may be that of an attendance
            attendances = reads.by_number(db.session, g.viewer, typed, protocols=protocols.numbered(
                db.session, "".join(typed.split()), year=utc_now().year))
            if len(attendances) == 1 and not entities:
                return self._open(attendances[0])
        return self.render_template("search/results.html", typed=typed, attendances=attendances,
                                    entities=entities, more=more, short=short)

    @staticmethod
    def _open(attendance):
        return redirect(f"{request.script_root}/attendances/{attendance.address}")
