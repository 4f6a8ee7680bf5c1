""""Cadastro simplificado": name, phone, e-mail, CPF/CNPJ and roles on one short page."""
import re

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from .. import documents, phones
from ..database import utc_now
from ..errors import DomainError, Invalid, Stale
from ..extensions import db
from ..security.permissions import Perm
from ..services import entities
from ..services.log import plain
from .entity_forms import SimpleAddForm, SimpleForm, companies_to_choose, customer_role, simple_values
from .lookup import whole
from .saving import blank_is_none, put_error, untold

FIELDS = ["name", "phone", "email", "document", "roles"]
LONGEST = 200  # characters taken from an address
_NUMBER = re.compile(r"[0-9+()\-./\s]*[0-9][0-9+()\-./\s]*")
_DOCUMENT = re.compile(r"\d{3}\.\d{3}\.\d{3}-?\d{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-?\d{2}", re.I)


def field_of(typed: str) -> str:
    """The field of the short form that what was typed in a search box belongs to, told by its shape."""
    if re.fullmatch(r"\S+@\S*", typed):
        return "email"
    document = documents.clean(typed)
    if _DOCUMENT.fullmatch(typed) or documents.is_cpf(document) or documents.is_cnpj(document):
        return "document"
    if not _NUMBER.fullmatch(typed):
        return "name"
    try:
        phones.parse(typed)
    except Invalid:
        return "document" if documents.kind_of(document) else "phone"
    return "phone"


class SimpleMixin:
    """The two routes of the short form; mixed into the view of entities, whose service and record they share."""

    simple_title = _l("Simplified registration")

    @expose("/simple/add", methods=["GET", "POST"])
    @has_access
    def simple_add(self):
        form, error = SimpleAddForm(data=self._simple_preset()), None
        form.document.stored = None  # what the link hands over was typed, not stored
        names = [*FIELDS, "company"] if companies_to_choose() else FIELDS
        if request.method == "POST":
            values, confirmed, made = self._simple_values(form, names), "confirmed" in request.form, []

            def save(session):
                if not confirmed:
                    entities.check_simple(session, None, values, actor=g.viewer, now=utc_now())
                    entities.refuse_known(session, values, actor=g.viewer)
                made.append(entities.save_simple(session, None, values, actor=g.viewer, now=utc_now()).id)
            error = self._save_simple(form, None, values, save)
            if made and error is None:
                flash(self._added(made[0]), "success")
                return redirect(self._back() if request.args.get("return") else url_for(".show", pk=made[0]))
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
            values = self._simple_values(form, FIELDS)
            error = self._save_simple(form, pk, values, lambda session: entities.save_simple(
                session, pk, values, version=version, actor=g.viewer, now=utc_now()))
            if not (error or form.errors):
                flash(self.edit_row_message, "success")
                return redirect(self._back())
            if isinstance(error, Stale):
                version = self._show_stored(form, item)
        return self._simple_page(form, FIELDS, error, version, item)

    @staticmethod
    def _simple_preset() -> dict:
        """What the link to the form hands over, and the role without which nobody is attended."""
        given = {name: request.args.get(name, "")[:LONGEST] for name in ("name", "phone")}
        if typed := request.args.get("typed", "").strip()[:LONGEST]:
            given[field_of(typed)] = typed
        return {**given, "roles": customer_role()}

    def _save_simple(self, form, pk, values, save):
        """The refusal of a save, or None. What the form itself refuses is told with what the service would refuse."""
        if form.validate():
            return self._write(form, save)
        try:
            entities.check_simple(db.session, pk, values, actor=g.viewer, now=utc_now())
        except DomainError as error:
            return untold(form, error)
        return None

    @staticmethod
    def _added(pk):
        """What is said of a new person, with the way to the first attendance."""
        if not g.viewer.may(Perm.ATTENDANCE_READ):
            return _("Record added.")
        return Markup('{} <a class="btn btn-default btn-xs" href="{}">SAC</a>').format(
            _("Record added."), url_for("EntityAttendancesView.attendances", pk=pk))

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
        form.phone.description = _("Mandatory here; the complete registration takes people without a phone.")  # W-24
        title = _("New person") if item is None else self.simple_title
        body = self.render_template(
            "entities/form.html", title=title, form=form, panels=[(None, names)], version=version, back=self._back(),
            loose=loose, wrong=bool(error or form.errors), stale=isinstance(error, Stale), item=item, short=True,
            crumb=self.list_title, list_url=self._root() + "/list/")
        return body, (error.status if error else 422 if form.errors else 200)
