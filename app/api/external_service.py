"""The external service over REST (M-77, M-78, M-79): its connection data, what of its answer fills which field of a
person, "Testar", and a person looked up as the form does."""
from functools import partial

from flask import current_app, jsonify
from flask_babel import gettext as _

from ..database import apart
from ..errors import Invalid, NotFound
from ..extensions import db, limiter
from ..lowcode import person_fields
from ..models.external_service import Auth, ExternalService
from ..outgoing_http.answers import LONGEST_PATH
from ..services import external_service, service_answers
from ..services.external_service import METHODS, MOST_HEADERS, MOST_MAPPINGS
from . import schemas
from .base import Resource, actor, body, written
from .operation import operation
from .shapes import ANY, FLAG, TEXT, WHOLE, Shape, empty, many


def _row(**properties) -> dict:
    return {"type": "object", "required": list(properties), "properties": properties}


_HEADER, _MAPPING = _row(name=TEXT, value=TEXT), _row(variable=TEXT, person_field=TEXT)
_OFFERED, _FILLED = _row(person_field=TEXT, label=TEXT), _row(person_field=TEXT, label=TEXT, value=ANY)
_VARIABLE = _row(variable=TEXT, value=empty(TEXT), many=empty(WHOLE))
SERVICE = Shape(
    "ExternalService", ExternalService, "id name url method body auth username key_header seconds active version",
    headers=(many(_HEADER), lambda row: [{"name": name, "value": value} for name, value in row.headers or ()]),
    has_secret=(FLAG, lambda row: bool(row.secret)),
    mappings=(many(_MAPPING), lambda row: [{"variable": each.variable, "person_field": each.person_field}
                                           for each in row.mappings]),
    offered=({**many(_OFFERED), "description": "The fields of a person that a variable may fill"},
             lambda _row: [{"person_field": name, "label": str(label)}
                           for name, label in person_fields.offered(db.session).items()]))
TRIED = Shape(
    "ExternalServiceTried", ok=(FLAG, lambda outcome: outcome.ok), ms=(WHOLE, lambda outcome: outcome.ms),
    status=(empty(WHOLE), lambda outcome: outcome.status), words=(TEXT, lambda outcome: outcome.words),
    text=({**TEXT, "description": "The beginning of an answer that cannot be used"}, lambda outcome: outcome.text),
    variables=({**many(_VARIABLE), "description": "What the answer holds, as variables to map"},
               lambda outcome: _variables(outcome.data) if outcome.ok else []))
FOUND = Shape(
    "PersonLookedUp", values=({**many(_FILLED), "description": "As a person's fields take them; x_<field> is one of "
                                                              "configurators', of custom_values"},
                              lambda made: list(map(_filled, made.values))),
    notices=({**many(TEXT), "description": "What was not filled, and why"}, lambda made: made.notices))


def _variables(data) -> list[dict]:
    return [{"variable": line["path"], "value": line["value"], "many": line["many"]}
            for line in service_answers.variables(data)]


def _filled(each) -> dict:
    return {"person_field": each.name, "label": each.label, "value": each.kept}


class ServiceHeader(schemas.Body):
    name = schemas.text(100, required=True)
    value = schemas.text(500, required=True)


class AddExternalService(schemas.Body):
    name = schemas.text(200, required=True)
    url = schemas.text(1000, required=True, metadata={
        "description": "With {document}, {phone} or {email} where the person goes"})
    method = schemas.choice(*METHODS, load_default="GET")
    body = schemas.text(20_000, metadata={"description": "Of a POST: JSON or XML, with the same variables"})
    auth = schemas.choice(*Auth, load_default=Auth.NONE.value)
    username = schemas.text(200)
    key_header = schemas.text(100)
    secret = schemas.text(1000, metadata={"writeOnly": True, "description": (
        "Never shown. Left out, the stored one stays, as long as the address leads to the same host")})
    headers = schemas.rows(ServiceHeader, MOST_HEADERS, load_default=list)
    seconds = schemas.whole(load_default=5, metadata={"description": "That an answer may take, 1 to 15"})
    active = schemas.flag(load_default=True)


class PutExternalService(AddExternalService):
    version = schemas.whole(metadata={"description": "Of the service as it was read; not where there is none yet"})


class Given(schemas.Body):
    document = schemas.text(320)
    phone = schemas.text(320)
    email = schemas.text(320)


class ChangeTried(AddExternalService, Given):
    """What of the service is given is tried in the place of what is stored."""


class LookUp(Given):
    person_id = schemas.whole(metadata={"description": "One that is there: its document is taken where none is given"})


class FieldMapping(schemas.Body):
    variable = schemas.text(LONGEST_PATH, required=True, metadata={"description": "Such as cliente.enderecos[0].uf"})
    person_field = schemas.text(60, required=True)


class PutPersonFields(schemas.Body):
    mappings = schemas.rows(FieldMapping, MOST_MAPPINGS, required=True, metadata={"description": "All of them"})
    version = schemas.whole(required=True, metadata={"description": "Of the service as it was read"})


WHOLE_SERVICE, CHANGE, FIELDS, TRY, LOOK_UP = (
    PutExternalService(), schemas.change_of(AddExternalService), PutPersonFields(),
    ChangeTried(partial=tuple(ChangeTried._declared_fields)), LookUp())  # a header is whole, or none


class ExternalServiceApi(Resource):
    resource_name = "external-service"
    class_permission_name = "setting"
    method_permission_name = {"get": "read", "put": "write", "change": "write", "person_fields": "write",
                              "test": "write"}
    openapi_spec_tag = "Registers"

    @operation("", summary="Read the external service", answer=SERVICE, description="The secret is never shown.")
    def get(self):
        return jsonify(SERVICE(_kept(db.session)))

    @operation("", "PUT", summary="Replace the external service", body=WHOLE_SERVICE, answer=SERVICE,
               description="What is left out gets its default, but for the secret. Where there is none it is added.")
    def put(self):
        data = body(WHOLE_SERVICE)
        version = data.pop("version")

        def act(session, now):
            item = external_service.kept(session) if version is None else _kept(session)
            if item is not None and version is None:
                raise Invalid(schemas.REQUIRED, field="version")
            return _saved(session, item, _as_kept(data), version, now)
        return written(act)

    @operation("", "PATCH", summary="Change the external service", body=CHANGE, answer=SERVICE,
               description="What is left out stays. The version is that of the row as it was read.")
    def change(self):
        data = body(CHANGE)
        version = data.pop("version")

        def act(session, now):
            item = _kept(session)
            return _saved(session, item, {**external_service.held(item), **_as_kept(data)}, version, now)
        return written(act)

    @operation("/person-fields", "PUT", summary="Replace the mapping of person fields", body=FIELDS, answer=SERVICE,
               description="Each field of a person is filled by one variable at most.")
    def person_fields(self):
        data = body(FIELDS)
        return written(lambda session, now: SERVICE(external_service.save_mappings(
            session, _kept(session).id, data["mappings"], offered=list(person_fields.offered(session)),
            version=data["version"], actor=actor(), now=now)))

    @operation("/test", "POST", summary="Try the external service", body=TRY, answer=TRIED, description=(
        "Asks for the person of the sample. What is given of the service is tried in the place of what is stored, and "
        "is not kept; nor is the answer."))
    def test(self):
        data = body(TRY)
        given, item = _given(data), _kept(db.session)
        values = {**external_service.held(item), **_as_kept(data)} if data else None
        return jsonify(TRIED(service_answers.try_out(_counted(), item.id, given, values)))


class PersonLookUpApi(Resource):
    resource_name = "persons"
    class_permission_name = "entity"
    method_permission_name = {"look_up": "write"}
    openapi_spec_tag = "Persons"

    @operation("/look-up", "POST", summary="Look a person up in the external service", body=LOOK_UP, answer=FOUND,
               description="Nothing is stored. Where the service fails, a notice says so and there are no values.")
    def look_up(self):
        data = body(LOOK_UP)
        lookup, outcome = service_answers.look_up(_counted(), _given(data), entity_id=data["person_id"])
        return jsonify(FOUND(person_fields.filling(db.session, lookup, outcome, viewer=actor())))


def _kept(session) -> ExternalService:
    item = external_service.kept(session)
    if item is None:
        raise NotFound(_("Record not found."))
    return item


def _saved(session, item, values, version, now) -> dict:
    return SERVICE(external_service.save(
        session, item.id if item is not None else None, values, version=version,
        keys=current_app.config["ENCRYPTION_KEYS"], allow_private=current_app.config["WEBHOOK_ALLOW_PRIVATE"],
        actor=actor(), now=now))


def _as_kept(data) -> dict:
    """Headers as the service keeps them."""
    return {**data, "headers": [[row["name"], row["value"]] for row in data["headers"]]} if "headers" in data else data


def _given(data) -> dict[str, str]:
    """What of a person stands in a body, taken out of it."""
    given = {name: data.pop(name, None) for name in external_service.GIVEN}
    return {name: value for name, value in given.items() if value}


def _counted() -> service_answers.Asker:
    """The person of this request, whose asking counts. Raises TooMany."""
    service_answers.count(limiter.limiter, actor().user_id)
    return service_answers.Asker(actor(), partial(apart, db.session), current_app.config["ENCRYPTION_KEYS"],
                                 current_app.config["WEBHOOK_ALLOW_PRIVATE"])
