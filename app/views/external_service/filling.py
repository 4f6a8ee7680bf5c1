"""The form of a person asks the service: what it may be filled with comes back as JSON, or a notice why nothing does.

Nothing is stored here: the values go through the form like what is typed.
"""
from flask import current_app, g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError
from ...extensions import db
from ...secrets_at_rest import LostKey
from ...security.permissions import Perm
from ...services import external_service, service_calls
from ..lookup import whole
from . import person_fields
from .calls import Outcome, may_ask, perform

LONGEST = 320  # characters of what is typed


def person_service(item=None) -> dict | None:
    """For the templates of the form: what the service is asked by; None where there is none to ask."""
    if not g.viewer.may(Perm.ENTITY_WRITE):
        return None
    service = external_service.active(db.session)
    return {"by": external_service.asked_by(service), "name": service.name} if service is not None else None


class ServiceFillView(BaseView):
    """/person-service/look-up: {"document", "phone", "email", "entity"} -> what fills the form."""

    route_base, default_view = "/person-service", "look_up"
    class_permission_name = "entity"
    method_permission_name = {"look_up": "write"}

    @expose("/look-up", methods=["POST"])
    @has_access
    def look_up(self):
        """Never an error where the service fails: the notice says so, and the form stays as it is."""
        if not may_ask():
            return jsonify(error=_("Too many look-ups: wait a moment and try again.")), 429
        asked = request.get_json(silent=True)
        asked = asked if isinstance(asked, dict) else {}
        given = {name: asked[name][:LONGEST] for name in external_service.GIVEN if isinstance(asked.get(name), str)}
        entity_id = whole(str(asked["entity"])) if asked.get("entity") else None
        try:
            with unit_of_work(db.session) as session:
                lookup = service_calls.begin_lookup(
                    session, given, entity_id=entity_id, keys=current_app.config["ENCRYPTION_KEYS"], actor=g.viewer,
                    now=utc_now())
        except DomainError as error:
            return jsonify(error=str(error), field=error.field), error.status
        except LostKey:
            return _answer(Outcome("lost"))
        db.session.rollback()  # no connection is held while the service is waited for
        outcome = perform(lookup)
        if outcome.code != "ok":
            return _answer(outcome)
        shown = g.viewer.may(Perm.DOCUMENT_REVEAL) and not lookup.document_stored
        hidden = () if shown else ("document",)
        return _answer(outcome, person_fields.filling(db.session, outcome.data, lookup.mappings, without=hidden))


def _answer(outcome, filled=None):
    """JSON that no cache keeps: it is of a person."""
    if filled is None:
        body = {"values": [], "notices": [outcome.notice]}
    elif not filled.values and not filled.problems:
        body = {"values": [], "notices": [_("The service sent nothing for the fields of this form. Fill it by hand.")]}
    else:
        body = {"values": filled.values, "notices": filled.problems}
        if filled.missing:
            body["notices"].append(_("The answer did not bring: %(fields)s.", fields=", ".join(filled.missing)))
    answer = jsonify(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer
