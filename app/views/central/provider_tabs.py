"""Tabs of the panel about the provider: registration, batches, issued guides, payments, internal communications (C-79
to C-84)."""
from flask import abort, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, ValidationError

from ...extensions import db
from ...lowcode.dates import DayField
from ...queries import attendances, internal_messages
from ...queries import ticket_panel as reads
from ...security.permissions import Perm
from ..internal_messages import KINDS
from ..internal_messages import LOOKS as PICTURES
from ..registers.provider_accounts import BATCH_STATES, GUIDE_STATES

LOOKS = {"received": "info", "analysis": "info", "requested": "info", "approved": "ok", "paid": "ok", "issued": "ok",
         "billed": "ok", "refused": "bad", "cancelled": "bad"}


class PeriodForm(FlaskForm):
    """Between which days payments are looked for; read out of the address."""

    class Meta:
        csrf = False  # it only reads

    since = DayField(_l("From"), [InputRequired(_l("Type the first day of the search."))])
    until = DayField(_l("Until"), [InputRequired(_l("Type the last day of the search."))])

    def validate_until(self, field):
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("The end of the period is before its beginning."))


def details(ticket) -> dict:
    """The registration in short (C-79)."""
    entity = attendances.find_entity(db.session, g.viewer, ticket.entity_id) or abort(404)
    return {"entity": entity, "may_reveal": g.viewer.may(Perm.DOCUMENT_REVEAL) and bool(entity.document)}


def batches(ticket) -> dict:
    """"Lotes" (C-80)."""
    return {"page": _keyed(reads.batches, ticket), "states": BATCH_STATES, "looks": LOOKS}


def guides(ticket) -> dict:
    """"Guias emitidas" (C-81)."""
    return {"page": _keyed(reads.guides, ticket), "states": GUIDE_STATES, "looks": LOOKS}


def payments(ticket) -> dict:
    """"Pagamentos" between two days (C-82, C-84); before a search nothing."""
    form, page, sums = PeriodForm(request.args), None, None
    asked = "since" in request.args or "until" in request.args
    if asked and form.validate():
        period = form.since.data, form.until.data
        page = _keyed(reads.payments, ticket, *period)
        sums = reads.paid(db.session, g.viewer, ticket.entity_id, *period)
    return {"form": form, "page": page, "sums": sums, "errors": bool(form.errors) if asked else False}


def internal(ticket) -> dict:
    """"Comunicações internas" about the provider that the viewer sent or got (C-83)."""
    return {"rows": internal_messages.of_entity(db.session, g.viewer, ticket.entity_id), "kinds": KINDS,
            "looks": PICTURES}


def _keyed(read, ticket, *more):
    try:
        return read(db.session, g.viewer, ticket.entity_id, *more, after=request.args.get("after"))
    except ValueError:
        abort(400)
