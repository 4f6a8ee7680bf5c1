"""`/provider-central/export.csv`: the whole list of its address as a stream, whatever its size (contract, C-40)."""
from flask import abort, g
from flask_appbuilder import BaseView, expose, has_access

from ...errors import Invalid
from ...security.permissions import Perm
from ...services.sheets import CSV_TYPE
from ..lists.export import csv_pieces, filename
from ..lists.source import SOURCES
from ..streams import streamed
from . import query


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
        return streamed(pieces, filename(source, "csv"), CSV_TYPE)
