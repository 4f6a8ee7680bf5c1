"""What the dialogs of the record page ask for while a person types, and "Ver informação"."""
from dataclasses import replace

from flask import abort, g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_timezone
from flask_babel import gettext as _

from ...extensions import db
from ...queries import attendances as reads
from ...queries import pickers, products
from ...security.permissions import Perm
from ..formats import mask_document, moment
from ..lookup import whole

SHOWN = 20  # who does not find it in these types more


class AttendancePickersView(BaseView):
    """Results are `{"results": [{"id", "text", "note"}], "more": bool}`."""

    route_base, default_view = "/attendances", "information"
    class_permission_name = "attendance"
    method_permission_name = {"partners": "read", "related": "read", "information": "read"}

    @expose("/partners")
    @has_access
    def partners(self):
        """Entities with the role of partner, for "Local" (S-49)."""
        if not g.viewer.may(Perm.ENTITY_READ):
            abort(403)
        rows = pickers.partners(db.session, g.viewer, _asked(), limit=SHOWN + 1)
        return _answer([{"id": pk, "text": name, "note": " · ".join(filter(None, (
            mask_document(document), "/".join(filter(None, (city, state))))))}
            for pk, name, document, city, state in rows])

    @expose("/related")
    @has_access
    def related(self):
        """Attendances by protocol, number or the person's name, newest first, for "SAC Relacionado" (S-15): those of
        the `entity` for whom one works first, and never the attendance itself (`but`)."""
        wanted, but = reads.AttendanceFilter(q=_asked()), whole(request.args.get("but"))
        entity = whole(request.args.get("entity"))
        own = self._newest(replace(wanted, entity=entity), SHOWN + 2) if entity else []
        known = {row.id for row in own} | {but}
        others = self._newest(wanted, SHOWN + 2 + len(own)) if len(own) <= SHOWN + 1 else []
        found = [row for row in own if row.id != but] + [row for row in others if row.id not in known]
        return _answer([{"id": str(row), "text": str(row), "note": " · ".join(filter(None, (
            moment(row.opened_at), str(row.entity or _("Anonymous")), str(row.motive or row.situation))))}
            for row in found[:SHOWN + 1]])

    @staticmethod
    def _newest(filters, size):
        return reads.list_attendances(db.session, g.viewer, filters, timezone=str(get_timezone()), size=size).rows

    @expose("/information")
    @has_access
    def information(self):
        """The texts of the information of a detail page, by `id`; alone as the inside of a dialog (S-59)."""
        ids = [pk for text in request.args.getlist("id")[:100] if (pk := whole(text)) is not None]
        rows = products.information_by_ids(db.session, g.viewer, ids) if ids else []
        inside = request.headers.get("X-Requested-With") == "fetch"
        return self.render_template("attendances/known.html" if inside else "attendances/information.html",
                                    title=_("Information of this detail"), rows=rows)


def _asked() -> str:
    return request.args.get("q", "")[:200].replace("\0", "").strip()


def _answer(rows):
    return jsonify(results=rows[:SHOWN], more=len(rows) > SHOWN)
