""""Scripts de atendimento" beside an attendance: found, read and copied without leaving it (M-61, M-93)."""
from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from ..extensions import db
from ..models.attendance import Attendance
from ..models.entity import Entity
from ..queries import scripts as reads
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services import scripts
from .formats import moment
from .lookup import whole

NOT_KEPT = {"Cache-Control": "private, no-store"}


class OfferedScriptView(BaseView):
    """The two parts of the drawer, as the inside of it: the list, and one script with its variables filled in."""

    route_base, default_view = "/attendance-scripts", "offered"
    class_permission_name = "classification"
    method_permission_name = {"offered": "read", "script": "read"}

    @expose("/")
    @has_access
    def offered(self):
        """The scripts of the viewer's departments that hold the words `q`."""
        text = request.args.get("q", "")[:200].replace("\0", "").strip()
        rows = reads.offered(db.session, g.viewer, text)
        page = self.render_template(
            "scripts/offered.html", rows=rows[:reads.MOST], more=len(rows) > reads.MOST, text=text,
            nobody=g.viewer.department_id is None, may_write=g.viewer.may(Perm.CLASSIFICATION_WRITE))
        return page, NOT_KEPT

    @expose("/<int:pk>")
    @has_access
    def script(self, pk):
        """One of them, for the attendance `attendance` or, before it is opened, the entity `entity` (ids)."""
        script = reads.read(db.session, g.viewer, pk) or abort(404)
        text = scripts.filled(
            script, attendance=_about(Attendance, "attendance", Perm.ATTENDANCE_READ),
            entity=_about(Entity, "entity", Perm.ENTITY_READ), reader=g.viewer.name, moment=moment)
        return self.render_template("scripts/script.html", script=script, text=text), NOT_KEPT


def _about(model, argument, permission):
    """The row whose id the address names; None without one, or for who reads none of its kind."""
    asked = request.args.get(argument)
    if not asked or not g.viewer.may(permission):
        return None
    row = db.session.scalar(select(model).where(model.id == (whole(asked) or 0), visible(model, g.viewer)))
    return row if row is not None else abort(404)


def register(appbuilder) -> None:
    """No menu: the drawer is opened from an attendance."""
    appbuilder.add_view_no_menu(OfferedScriptView)
