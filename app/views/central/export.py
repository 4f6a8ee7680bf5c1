"""`/provider-central/export.csv`: the whole list of its address as a stream, whatever its size (contract, C-40)."""
import threading

from flask import Response, abort, g, stream_with_context
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...errors import Invalid
from ...security.permissions import Perm
from ...services.sheets import CSV_TYPE
from ..lists.export import csv_pieces, filename
from ..lists.source import SOURCES
from . import query

_streams = threading.BoundedSemaphore(2)  # a process: the request threads are few


class CentralExportView(BaseView):
    """For other programs and for links; the page's own button makes a job of a large one."""

    route_base, default_view = "/provider-central", "export"
    class_permission_name = "ticket"
    method_permission_name = {"export": "read"}

    @expose("/export.csv")
    @has_access
    def export(self):
        if not g.viewer.may(Perm.LIST_EXPORT):
            abort(403)
        if query.uses_crm():
            abort(409)
        source = SOURCES["tickets"]
        try:
            pieces = csv_pieces(source)
        except Invalid:
            abort(400)
        if not _streams.acquire(blocking=False):
            return Response(_("Two exports are being sent already: try again in a minute."), 503,
                            {"Retry-After": "60"}, content_type="text/plain; charset=utf-8")
        answer = Response(stream_with_context(pieces), content_type=CSV_TYPE, headers={
            "Content-Disposition": f"attachment; filename={filename(source, 'csv')}", "Cache-Control": "no-store"})
        answer.call_on_close(_streams.release)
        return answer
