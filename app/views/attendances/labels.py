"""Labels on the record page, and forwarding it: without leaving the page and what is typed there."""
from flask import abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...extensions import db
from ...queries import attendances as reads
from ...security.permissions import Perm
from ...services import assignment, labels
from ...services.refusals import REFUSALS, refusal
from ..lookup import whole
from .listed import sorted_labels


class AttendanceLabelView(BaseView):
    """/attendances/<address>/labels and …/forward-to."""

    route_base, default_view = "/attendances", "panel"
    class_permission_name = "attendance"
    method_permission_name = {"panel": "read", "change": "write", "forward_to": "write"}

    @expose("/<address>/labels")
    @has_access
    def panel(self, address):
        """The labels of the record, to be put into its page."""
        attendance = reads.find_for_api(db.session, g.viewer, address) or abort(404)
        return self._panel(attendance)

    @expose("/<address>/labels", methods=["POST"])
    @has_access
    def change(self, address):
        """Add or take off one label; answers the labels that the record has now."""
        pk = reads.id_at(db.session, g.viewer, address) or abort(404)
        add, remove = ([number] if (number := whole(request.form.get(name))) is not None else []
                       for name in ("add", "remove"))
        try:
            with unit_of_work(db.session) as session:
                labels.change(session, pk, add=add, remove=remove, actor=g.viewer, now=utc_now())
        except REFUSALS as raised:
            error = refusal(raised)
            return jsonify(error=str(error), field=error.field), error.status
        return self._panel(reads.find_for_api(db.session, g.viewer, f"id-{pk}"))

    @expose("/<address>/forward-to", methods=["POST"])
    @has_access
    def forward_to(self, address):
        """"Encaminhar": another operator or department, with the reason."""
        pk = reads.id_at(db.session, g.viewer, address) or abort(404)
        form = request.form
        try:
            with unit_of_work(db.session) as session:
                assignment.forward(
                    session, pk, operator_id=whole(form.get("operator_id")),
                    department_id=whole(form.get("department_id")), reason=form.get("reason", "").replace("\0", ""),
                    version=whole(form.get("version")), actor=g.viewer, now=utc_now())
        except REFUSALS as raised:
            error = refusal(raised)
            if request.accept_mimetypes.best == "application/json":
                return jsonify(error=str(error), field=error.field), error.status
            flash(str(error), "danger")
            return redirect(url_for("AttendanceRecordView.record", address=address))
        flash(_("The attendance was forwarded."), "success")
        where = (url_for("AttendanceRecordView.record", address=address)
                 if reads.id_at(db.session, g.viewer, address) else url_for("AttendanceSearchView.listing"))
        return jsonify(location=where) if request.accept_mimetypes.best == "application/json" else redirect(where)

    @staticmethod
    def _panel(attendance):
        have = sorted_labels(attendance)
        may = g.viewer.may(Perm.ATTENDANCE_WRITE)
        ids = {row.label_id for row in have}
        free = [label for label in labels.offered(db.session) if label.id not in ids] if may else []
        return render_template("attendances/panels/label_list.html", attendance=attendance, have=have, free=free,
                               may=may)
