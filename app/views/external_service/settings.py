""""Configuração" and "Campos pessoa": the connection data with "Testar", and the mapping (M-77, M-78)."""
from flask import abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError, InvalidMany, Stale
from ...extensions import db
from ...lowcode import person_fields
from ...security.permissions import Perm
from ...services import external_service, service_answers
from ...services.external_service import GIVEN
from ...services.refusals import REFUSALS, refusal
from ..lookup import whole
from ..saving import put_error
from .asking import counted
from .forms import ServiceForm, mapping_form


class ExternalServiceView(BaseView):
    """/settings/service/ and /settings/person-fields/: of the one service that the settings show."""

    route_base, default_view = "/settings", "service"
    class_permission_name = "setting"
    method_permission_name = {"service": "read", "person_fields": "read", "save_service": "write",
                              "save_person_fields": "write", "test": "write"}

    # ---- "Configuração"

    @expose("/service/")
    @has_access
    def service(self):
        item = external_service.kept(db.session)
        form = ServiceForm(obj=item, data=None if item else {"active": True, "headers": []})
        form.secret.data = None  # what is stored is shown to nobody, not even as it is stored
        return self._service_page(item, form)

    @expose("/service/", methods=["POST"])
    @has_access
    def save_service(self):
        """"Salvar" the connection data."""
        item = external_service.kept(db.session)
        form, error = ServiceForm(), None
        pk, version = (item.id, _posted_version()) if item else (None, None)
        if form.validate():
            error = _write(lambda session: external_service.save(
                session, pk, form.values(), version=version, keys=current_app.config["ENCRYPTION_KEYS"],
                allow_private=current_app.config["WEBHOOK_ALLOW_PRIVATE"], actor=g.viewer, now=utc_now()))
            if error is None:
                flash(_("The connection data were saved."), "success")
                return redirect(url_for(".service"))
        return self._service_page(external_service.kept(db.session), form, error)

    def _service_page(self, item, form, error=None):
        loose = put_error(form, error) if error is not None else []
        if isinstance(error, Stale):
            loose = [_("Somebody else changed this meanwhile. Save again to keep what you typed.")]
        page = self.render_template(
            "settings/service.html", title=_("Configuration"), item=item, form=form, loose=loose,
            may_write=g.viewer.may(Perm.SETTING_WRITE), may_log=g.viewer.may(Perm.LOG_READ),
            allow_private=current_app.config["WEBHOOK_ALLOW_PRIVATE"], given=GIVEN,
            lacks_secret=item is not None and external_service.lacks_secret(item))
        return page, error.status if error else 422 if form.errors else 200

    @expose("/service/test", methods=["POST"])
    @has_access
    def test(self):
        """"Testar": the stored service, or what stands in the form over it; the answer as JSON, kept nowhere."""
        item = external_service.kept(db.session) or abort(404)
        pk, values = item.id, None
        if "url" in request.form:
            form = ServiceForm()
            if not form.validate():
                return jsonify(errors={name: [str(each) for each in errors] for name, errors in form.errors.items()},
                               words=_("Check the marked fields.")), 422
            values = form.values()
        given = {name: request.form.get(f"sample_{name}", "")[:320] for name in GIVEN}
        try:
            outcome = service_answers.try_out(counted(), pk, given, values)
        except DomainError as error:
            return _refused(error)
        answer = jsonify(
            ok=outcome.ok, status=outcome.status, ms=outcome.ms, text=outcome.text, words=outcome.words,
            tree=service_answers.variables(outcome.data) if outcome.ok else None)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    # ---- "Campos pessoa"

    @expose("/person-fields/")
    @has_access
    def person_fields(self):
        item = external_service.kept(db.session)
        return self._mapping_page(item, self._mapping_form(item))

    @expose("/person-fields/", methods=["POST"])
    @has_access
    def save_person_fields(self):
        """"Salvar" the mapping."""
        item = external_service.kept(db.session) or abort(404)
        form, error, pk, version = self._mapping_form(item), None, item.id, _posted_version()
        offered = list(person_fields.offered(db.session))
        if form.validate():
            error = _write(lambda session: external_service.save_mappings(
                session, pk, form.mappings.data, offered=offered, version=version, actor=g.viewer, now=utc_now()))
            if error is None:
                flash(_("The person fields were saved."), "success")
                return redirect(url_for(".person_fields"))
        return self._mapping_page(external_service.kept(db.session), form, error)

    @staticmethod
    def _mapping_form(item):
        rows = [{"id": row.id, "variable": row.variable, "person_field": row.person_field} for row in item.mappings
                ] if item is not None else []
        return mapping_form(person_fields.grouped(db.session))(data={"mappings": rows})

    def _mapping_page(self, item, form, error=None):
        loose = put_error(form, error) if error is not None else []
        page = self.render_template(
            "settings/person_fields.html", title=_("Person fields"), item=item, form=form, loose=loose,
            may_write=g.viewer.may(Perm.SETTING_WRITE), given=GIVEN, labels=person_fields.offered(db.session))
        return page, error.status if error else 422 if form.errors else 200


def _write(call):
    """The refusal of `call(session)`, or None where it is stored."""
    try:
        with unit_of_work(db.session) as session:
            call(session)
    except REFUSALS as raised:
        return refusal(raised)
    return None


def _posted_version() -> int:
    return whole(request.form.get("version")) or 0


def _refused(error):
    errors: dict[str, list[str]] = {}
    for each in error.errors if isinstance(error, InvalidMany) else [error]:
        errors.setdefault(each.field or "", []).append(str(each))
    return jsonify(errors=errors, words=" ".join(errors.pop("", [])) or _("Check the marked fields.")), error.status
