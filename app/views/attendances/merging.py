"""Mesclar ou dividir: one attendance made part of another, taken back, or split in two (B-15)."""
from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Invalid
from ...extensions import db
from ...models.custom_form import FieldTarget
from ...queries import attendances as reads
from ...queries import duplicates
from ...services import attendance_merge
from ..custom import merged_rows
from ..duplicates import taken
from ..lookup import whole


class AttendanceMergeView(BaseView):
    """`/attendances/<address>/merging`: what was merged, another one to merge, pages to split off."""

    route_base, default_view = "/attendances", "merging"
    class_permission_name = "attendance"
    method_permission_name = dict.fromkeys(("merging", "merge", "split", "undo"), "merge")

    @expose("/<address>/merging")
    @has_access
    def merging(self, address):
        return self._page(self._found(address))

    @expose("/<address>/merge", methods=["POST"])
    @has_access
    def merge(self, address):
        """The attendance typed becomes part of this one; asked again, with what would move, before it is done."""
        attendance = self._found(address)
        pk, typed = attendance.id, request.form.get("other", "").strip()
        try:
            other = reads.id_of_number(db.session, g.viewer, typed) if typed else None
            if other is None:
                raise Invalid(_("There is no attendance with this number."), field="other")
            if "confirmed" not in request.form:
                attendance_merge.check_pair(db.session, pk, other, actor=g.viewer)
                shown = reads.find_by_address(db.session, g.viewer, f"id-{other}")
                return self._page(self._found(address), other=shown)
            with unit_of_work(db.session) as session:
                attendance_merge.merge(session, pk, other, version=whole(request.form.get("version")),
                                       take=taken(), actor=g.viewer, now=utc_now())
        except DomainError as error:
            return self._page(self._found(address), error=error), error.status
        flash(_("The two attendances are one now. It can be undone here."), "success")
        return redirect(url_for(".merging", address=address))

    @expose("/<address>/split", methods=["POST"])
    @has_access
    def split(self, address):
        """The pages marked become an attendance of their own."""
        pk = self._found(address).id
        pages = [number for value in request.form.getlist("pages") if (number := whole(value)) is not None]
        try:
            with unit_of_work(db.session) as session:
                made = attendance_merge.split(session, pk, pages, version=whole(request.form.get("version")),
                                              actor=g.viewer, now=utc_now())
                fresh = made.address
        except DomainError as error:
            return self._page(self._found(address), error=error), error.status
        return redirect(url_for("AttendanceRecordView.record", address=fresh, opened=1))

    @expose("/merging/<int:pk>/undo", methods=["POST"])
    @has_access
    def undo(self, pk):
        """"Desfazer"."""
        try:
            with unit_of_work(db.session) as session:
                kept = attendance_merge.undo(session, pk, actor=g.viewer, now=utc_now()).kept_id
        except DomainError as error:
            if error.status == 404:
                abort(404)
            flash(str(error), "danger")
            return redirect(url_for("AttendanceSearchView.search"))
        flash(_("The merge was undone: there are two attendances again."), "success")
        return redirect(url_for(".merging", address=f"id-{kept}"))

    @staticmethod
    def _found(address):
        return reads.find_by_address(db.session, g.viewer, address) or abort(404)

    def _page(self, attendance, *, other=None, error=None):
        recent = reads.near(db.session, g.viewer, attendance_id=None, entity_id=attendance.entity_id)[1]
        return self.render_template(
            "attendances/merging.html", attendance=attendance, other=other, error=error, typed=request.form,
            custom=merged_rows(FieldTarget.ATTENDANCE, attendance, other) if other else [],
            merges=duplicates.merges_of_attendance(db.session, g.viewer, attendance.id),
            recent=[row for row in recent if row.id != attendance.id])
