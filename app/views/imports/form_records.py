"""The import of records behind a menu of configurators: `/records/<menu>/import/`, and a template of its columns."""
from flask import Response, abort, g, request, url_for
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...queries.custom_menus import by_menu
from ...services.imports.form_columns import file_fields
from ...services.imports.registers import RECORDS
from ...services.sheets import CSV_TYPE, csv_chunks
from ..custom import defined
from .pages import ImportView

NOTES = (
    _l("Under other names they can be chosen on the next page. What the list exports as CSV can be imported again."),
    _l("A row is imported once: the same row, in this file or in another, is left as it is. Rows of one file that say "
       "the same count each."))
CHANGES = _l("A row with the code of a record changes it; an empty cell leaves what is stored.")
ADDS_ONLY = _l("This menu only adds: a row with the code of a record is refused where it says something new.")


class RecordImportView(ImportView):
    """Only for who may add behind the menu; rows with a code change where the menu allows that."""

    route_base, class_permission_name = "/records/<int:menu>/import", "custom_record"
    method_permission_name = {**ImportView.method_permission_name, "template": "write"}
    at_once, tried_at_once = 100, 1_000  # a row here is the whole check of a form

    @expose("/template.csv")
    @has_access
    def template(self, menu):
        """An empty file with the columns of a new record."""
        kind = self.kind()
        head = [str(column.label) for column in kind.columns if column.key != "id"]
        return Response(csv_chunks(head, ()), content_type=CSV_TYPE, headers={
            "Content-Disposition": f"attachment; filename={self._access().form.slug}.csv", "Cache-Control": "no-store"})

    def name(self):
        return f"{RECORDS}{request.view_args['menu']}"

    def address(self, page, **more):
        return url_for(f".{page}", menu=request.view_args["menu"], **more)

    @staticmethod
    def _access():
        return by_menu(defined(), g.viewer, request.view_args["menu"]) or abort(404)

    def _common(self):
        access = self._access()
        menu, files = access.menus[0], file_fields(access.form)
        notes = [*NOTES, CHANGES if access.edits else ADDS_ONLY]
        if files:
            notes.append(_("Files are not imported: %(names)s.", names=", ".join(files)))
        return {"title": _("Import %(name)s", name=menu.name), "crumb": menu.name, "start": self.address("start"),
                "back": url_for("RecordsView.listing", menu=menu.id), "notes": notes,
                "template_url": self.address("template")}
