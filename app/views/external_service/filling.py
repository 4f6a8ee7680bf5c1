"""The form of a person asks the service: what it may be filled with comes back as JSON, or a notice why nothing does.

Nothing is stored here: the values go through the form like what is typed.
"""
from flask import g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access

from ... import phones
from ...errors import DomainError
from ...extensions import db
from ...lowcode import person_fields
from ...security.permissions import Perm
from ...services import external_service, service_answers
from ..lookup import whole
from .asking import counted

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
        asked = request.get_json(silent=True)
        asked = asked if isinstance(asked, dict) else {}
        given = {name: asked[name][:LONGEST] for name in external_service.GIVEN if isinstance(asked.get(name), str)}
        entity_id = whole(str(asked["entity"])) if asked.get("entity") else None
        try:
            lookup, outcome = service_answers.look_up(counted(), given, entity_id=entity_id)
        except DomainError as error:
            return jsonify(error=str(error), field=error.field), error.status
        made = person_fields.filling(db.session, lookup, outcome, viewer=g.viewer)
        answer = jsonify(values=list(map(_typed, made.values)), notices=made.notices)
        answer.headers["Cache-Control"] = "no-store"  # it is of a person
        return answer


def _typed(filled) -> dict:
    """A value as the form takes it; of a telephone its kind too, for the row that is made for it."""
    kind = {"kind": "mobile" if phones.is_mobile(phones.parsed(filled.typed)) else "landline"
            } if filled.name == "phone" else {}
    return {"name": filled.name, "label": filled.label, "value": filled.typed, **kind}
