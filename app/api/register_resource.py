"""A resource over a register: its rows page by page, and the verbs of its service as the screens call them."""
from flask import jsonify

from ..extensions import db
from ..security.visibility import visible
from ..services import records
from ..services.records import get_visible
from ..text import normalise
from . import register_bodies as bodies
from . import schemas
from .alerts import AT_VERSION
from .arguments import Flag, Listed, text
from .base import Resource, actor, body, listed, written
from .operation import operation
from .related import loaded

VERBS = {"get_list": "read", "get": "read", "post": "write", "put": "write", "change": "write", "delete": "write"}


class ListRegister(Listed):
    q = text(200, metadata={"description": "A part of the name"})
    active = Flag(load_default=None)


REGISTER = ListRegister()


def named_rows(model, args, relations=()):
    """The rows of a register that the caller sees and that are asked for by name."""
    query = db.session.query(model).filter(visible(model, actor())).options(*loaded(*relations))
    if args["q"]:
        query = query.filter(model.name_key.contains(normalise(args["q"]), autoescape=True))
    if args["active"] is not None:
        query = query.filter(model.active == args["active"])
    return query


def register_of(name, noun, model, shape, words, add, service=None, relations=(), query=REGISTER, find=named_rows,
                order="name_key", *, values=bodies.values, rows=(), without=(), tag="Registers"):
    """The class of the resource `name` under the permissions of `noun`. `words` are the summaries of the list and of
    one row; `values` makes a body into what the service is given; `rows` are loader options of the list; `without` are
    those of VERBS that there are not."""
    many_, one = words
    service, whole, part = service or records.service_for(model), bodies.put_of(add), schemas.change_of(type(add))

    class Register(Resource):
        resource_name = name
        class_permission_name = noun
        method_permission_name = {verb: right for verb, right in VERBS.items() if verb not in without}
        openapi_spec_tag = tag

        @operation("", summary=f"List {many_}", query=query, listed=shape)
        def get_list(self):
            args = query.read()
            return listed(shape, find(model, args, relations).options(*rows), getattr(model, order), model.id, args)

        @operation("", "POST", summary=f"Add {one}", body=add, answer=shape, status=201, once=True)
        def post(self):
            data = body(add)
            return written(lambda session, now: shape(bodies.refused_at(model, add, lambda: service.create(
                session, values(session, model, data), actor=actor(), now=now))), name, status=201)

        @operation("/<int:pk>", summary=f"Read {one}", answer=shape)
        def get(self, pk):
            return jsonify(shape(get_visible(db.session, model, pk, actor())))

        @operation("/<int:pk>", "PUT", summary=f"Replace {one}", body=whole, answer=shape,
                   description="What is left out gets its default. The version is that of the row as it was read.")
        def put(self, pk):
            return _changed(pk, body(whole))

        @operation("/<int:pk>", "PATCH", summary=f"Change {one}", body=part, answer=shape,
                   description="What is left out stays. The version is that of the row as it was read.")
        def change(self, pk):
            return _changed(pk, body(part))

        @operation("/<int:pk>", "DELETE", summary=f"Delete {one}", query=AT_VERSION, status=204,
                   description="One in use is refused: it can be deactivated.")
        def delete(self, pk):
            args = AT_VERSION.read()
            return written(lambda session, now: bodies.deleted(
                lambda: service.delete(session, pk, **args, actor=actor(), now=now)))

    def _changed(pk, data):
        return written(lambda session, now: shape(bodies.refused_at(model, add, lambda: service.update(
            session, pk, values(session, model, data, pk), version=data["version"], actor=actor(), now=now))))

    for verb in without:
        delattr(Register, verb)
    Register.__name__ = Register.__qualname__ = f"{model.__name__}RegisterApi"
    return Register
