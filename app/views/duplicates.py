"""Duplicidades: registers that may be of one person, their comparison, merging and taking it back (B-15)."""
from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .. import documents
from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..models.custom_form import FieldTarget
from ..models.entity import Entity
from ..queries import duplicates as reads
from ..queries import search
from ..services import entity_merge
from ..services.records import get_visible
from .custom import merged_rows
from .entity_forms import KINDS
from .formats import day
from .lookup import whole

REASONS = {"phone": _l("Same phone"), "email": _l("Same e-mail"), "name": _l("Same name")}
FIELDS = {"kind": _l("Kind of person"), "name": _l("NAME/LEGAL NAME"), "social_name": _l("Social name"),
          "trade_name": _l("Trade name"), "document": _l("CPF/CNPJ"), "birth_date": _l("Date of birth"),
          "notes": _l("Notes")}
MOVES = {
    "attendance.entity_id": _l("Attendances"), "attendance.local_partner_id": _l("Attendances with it as place"),
    "entity_contact.entity_id": _l("Contacts"), "entity_contact.related_entity_id": _l("Contacts of others"),
    "alert.entity_id": _l("Alerts"), "appointment.entity_id": _l("Appointments"), "sales_order.entity_id": _l("Orders"),
    "invoice.entity_id": _l("Invoices"), "survey_participation.entity_id": _l("Surveys"),
    "user_profile.entity_id": _l("Portal users"), "outbox.entity_id": _l("E-mails"),
    "provider_ticket.entity_id": _l("Tickets"), "internal_message.entity_id": _l("Internal communications"),
    "batch.provider_id": _l("Batches"), "guide.provider_id": _l("Issued guides"),
    "payment.provider_id": _l("Payments"), "custom_record.entity_id": _l("Custom information")}


class DuplicatesView(BaseView):
    """`/duplicates/`: all suggestions; `/duplicates/compare`: two registers side by side; `/duplicates/of/<id>`."""

    route_base, default_view = "/duplicates", "index"
    class_permission_name = "entity"
    method_permission_name = dict.fromkeys(("index", "compare", "of", "different", "undo"), "merge")

    @expose("/")
    @has_access
    def index(self):
        """Groups that share a phone, an e-mail or a name, a reason a tab."""
        reason = request.args.get("reason", "phone")
        if reason not in REASONS:
            abort(404)
        value, company = request.args.get("after"), whole(request.args.get("company"))
        groups, key = reads.groups(db.session, g.viewer, reason,
                                   after=(value, company) if value is not None and company is not None else None)
        return self.render_template("duplicates/index.html", reasons=REASONS, reason=reason, groups=groups, key=key)

    @expose("/of/<int:pk>")
    @has_access
    def of(self, pk):
        """What was merged into an entity, and a search for one more."""
        entity = self._found(pk)
        text = request.args.get("q", "").strip()[:search.TYPED]
        found = search.find_entities(db.session, g.viewer, text, where=(
            Entity.id != entity.id, Entity.company_id == entity.company_id)).rows if text else []
        return self.render_template("duplicates/entity.html", entity=entity, text=text, found=found,
                                    merges=reads.merges_of(db.session, entity.id))

    @expose("/compare", methods=["GET", "POST"])
    @has_access
    def compare(self):
        """Two registers side by side; a POST merges them."""
        kept_id, merged_id = whole(request.values.get("keep")), whole(request.values.get("merge"))
        if kept_id is None or merged_id is None:
            abort(404)
        error = None
        if request.method == "POST":
            try:
                with unit_of_work(db.session) as session:
                    entity_merge.merge(
                        session, kept_id, merged_id, actor=g.viewer, now=utc_now(),
                        take=taken(),
                        same_person="same_person" in request.form,
                        kept_version=whole(request.form.get("kept_version")) or 0,
                        merged_version=whole(request.form.get("merged_version")) or 0)
                flash(_("The two registers are one now. It can be undone below."), "success")
                return redirect(url_for(".of", pk=kept_id))
            except DomainError as refusal:
                error = refusal
        try:
            preview = entity_merge.preview(db.session, kept_id, merged_id, actor=g.viewer)
        except DomainError as refusal:
            if refusal.status == 404:
                abort(404)
            if request.method == "POST" and self._is_done(kept_id, merged_id):
                return redirect(url_for(".of", pk=kept_id))  # a second click: it was done by the first
            flash(str(refusal), "danger")
            return redirect(url_for(".index"))
        page = self.render_template(
            "duplicates/compare.html", preview=preview, fields=FIELDS, moves=MOVES, error=error, shown=self._shown,
            custom=merged_rows(FieldTarget.ENTITY, preview.kept, preview.merged), phones=_texts, typed=request.form)
        return page, error.status if error else 200

    @expose("/different", methods=["POST"])
    @has_access
    def different(self):
        """"Não são a mesma pessoa": the pair is suggested no more."""
        pair = whole(request.form.get("first")), whole(request.form.get("second"))
        if None in pair:
            abort(400)
        self._do(lambda session: entity_merge.say_different(session, *pair, actor=g.viewer, now=utc_now()),
                 _("The two are suggested no more."))
        reason = request.form.get("reason")
        return redirect(url_for(".index", reason=reason if reason in REASONS else None))

    @expose("/undo/<int:pk>", methods=["POST"])
    @has_access
    def undo(self, pk):
        """"Desfazer" a merge."""
        back = self._do(lambda session: entity_merge.undo(session, pk, actor=g.viewer, now=utc_now()).kept_id,
                        _("The merge was undone: there are two registers again."))
        return redirect(url_for(".of", pk=back) if back else url_for(".index"))

    @staticmethod
    def _is_done(kept_id, merged_id) -> bool:
        merged = db.session.get(Entity, merged_id)
        return merged is not None and merged.merged_into_id == kept_id

    @staticmethod
    def _do(act, done):
        try:
            with unit_of_work(db.session) as session:
                answer = act(session)
        except DomainError as error:
            if error.status == 404:
                abort(404)
            flash(str(error), "danger")
            return None
        flash(done, "success")
        return answer

    @staticmethod
    def _found(pk) -> Entity:
        try:
            return get_visible(db.session, Entity, pk, g.viewer)
        except DomainError:
            abort(404)

    @staticmethod
    def _shown(name, value) -> str:
        """A field's value as a person reads it; a document stays masked here."""
        if name == "kind":
            return KINDS.get(value, value)
        if name == "document":
            return documents.masked(value)
        if name == "birth_date":
            return day(value)
        return value if value is not None else ""


class SimilarView(BaseView):
    """What a form that is being typed may be a second register of. A POST: phones and documents stay out of addresses
    and of the logs of proxies."""

    route_base, default_view = "/entities", "similar"
    class_permission_name = "entity"
    method_permission_name = {"similar": "write"}

    @expose("/similar", methods=["POST"])
    @has_access
    def similar(self):
        data = request.get_json(silent=True)
        if not isinstance(data, dict):
            abort(400)
        typed = {name: str(data.get(name) or "") for name in ("name", "document", "phone", "email")}
        rows = reads.similar(db.session, g.viewer, **typed, but=whole(str(data.get("but") or "")))
        answer = jsonify(entities=[{
            "name": row.shown_name, "url": url_for("EntityView.show", pk=row.id),
            "about": " · ".join(filter(None, (documents.masked(row.document), *_texts(row)[:2])))} for row in rows])
        answer.headers["Cache-Control"] = "no-store"
        return answer


def taken() -> tuple[str, ...]:
    """The fields of which the page of a comparison chose the value of the other record."""
    return tuple(name.removeprefix("take_") for name, value in request.form.items()
                 if name.startswith("take_") and value == "merged")


def _texts(entity) -> list[str]:
    """Phones and e-contacts, the main ones first."""
    rows = sorted([*entity.phones, *entity.econtacts], key=lambda row: not row.is_main)
    return [str(row) for row in rows]


def register(appbuilder) -> None:
    """The menu "Atendimento" › "Duplicidades"."""
    appbuilder.add_view(DuplicatesView, "Duplicates", label=_l("Duplicates"), icon="fa-clone", category="Attendance")
    appbuilder.add_view_no_menu(SimilarView)
