""""Cadastro simplificado": name, phone, e-mail, CPF/CNPJ and roles on one short page."""
from flask import flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..database import utc_now
from ..errors import Stale
from ..services import entities
from ..services.log import plain
from .entity_forms import SimpleAddForm, SimpleForm, companies_to_choose, simple_values
from .lookup import whole
from .saving import blank_is_none, put_error

FIELDS = ["name", "phone", "email", "document", "roles"]


class SimpleMixin:
    """The two routes of the short form; mixed into the view of entities, whose service and record they share."""

    simple_title = _l("Simplified registration")

    @expose("/simple/add", methods=["GET", "POST"])
    @has_access
    def simple_add(self):
        form, error = SimpleAddForm(data={name: request.args.get(name, "")[:200] for name in ("name", "phone")}), None
        names = [*FIELDS, "company"] if companies_to_choose() else FIELDS
        if request.method == "POST" and form.validate():
            values, confirmed = self._simple_values(form, names), "confirmed" in request.form

            def save(session):
                if not confirmed:
                    entities.refuse_known(session, values, actor=g.viewer)
                entities.save_simple(session, None, values, actor=g.viewer, now=utc_now())
            error = self._write(form, save)
            if error is None:
                flash(self.add_row_message, "success")
                return redirect(self._back())
        return self._simple_page(form, names, error)

    @expose("/simple/<int:pk>", methods=["GET", "POST"])
    @has_access
    def simple_edit(self, pk):
        item = self.find_or_404(pk)
        pk, version, error = item.id, item.version, None
        form = SimpleForm(data=simple_values(item))
        form.document.entity_id = pk
        if request.method == "POST":
            version = whole(request.form.get("version")) or 0
            if form.validate():
                values = self._simple_values(form, FIELDS)
                error = self._write(form, lambda session: entities.save_simple(
                    session, pk, values, version=version, actor=g.viewer, now=utc_now()))
                if error is None:
                    flash(self.edit_row_message, "success")
                    return redirect(self._back())
                if isinstance(error, Stale):
                    version = self._show_stored(form, item)
        return self._simple_page(form, FIELDS, error, version, item)

    @staticmethod
    def _simple_values(form, names):
        values = {name: blank_is_none(form[name].data) for name in names}
        if not form.document.typed:
            values.pop("document")
        return values

    def _show_stored(self, form, item) -> int:
        """Under each field that differs stands what is stored now; answers the version to save over."""
        self.datamodel.session.refresh(item)
        fresh = SimpleForm(formdata=None, data=simple_values(item))
        for name in FIELDS:
            if plain(blank_is_none(form[name].data)) != plain(blank_is_none(fresh[name].data)):
                value = fresh[name].data
                if name == "roles":
                    value = ", ".join(str(row) for row in item.roles if row.active)
                text = _("Stored value now: %(value)s", value=self.stored_text(name, value) if value else "—")
                form[name].errors = [*form[name].errors, text]
        return item.version

    def _simple_page(self, form, names, error=None, version=None, item=None):
        g.known = entities.known_in(error)
        loose = put_error(form, error) if error is not None else []
        title = _("New person") if item is None else self.simple_title
        body = self.render_template(
            "entities/form.html", title=title, form=form, panels=[(None, names)], version=version, back=self._back(),
            loose=loose, wrong=bool(error or form.errors), stale=isinstance(error, Stale), item=item, short=True,
            crumb=self.list_title, list_url=self._root() + "/list/")
        return body, (error.status if error else 422 if form.errors else 200)
