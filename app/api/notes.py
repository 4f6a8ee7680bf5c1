"""Internal notes of an attendance over REST."""
from flask import jsonify

from ..extensions import db
from ..models.note import AttendanceNote
from ..queries import notes as reads
from ..services import notes
from . import schemas
from .arguments import Arguments, Whole
from .base import MAX_LIMIT, Resource, actor, attendance_id, body, written
from .operation import operation
from .shapes import NAMED, Shape, empty, many, person

NOTE = Shape("Note", AttendanceNote, "id text written_at", author=(empty(NAMED), lambda row: person(row.author)),
             mentions=(many(NAMED), lambda row: [person(each) for each in row.mentions]))


class ListNotes(Arguments):
    after = Whole(metadata={"description": "The `next` of the page before"})
    limit = Whole(1, MAX_LIMIT, load_default=25)


class WriteNote(schemas.Body):
    text = schemas.text(4_000, required=True, metadata={"description": "@user names tell colleagues"})


LIST, WRITE = ListNotes(), WriteNote()


class NoteApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"get_list": "read", "post": "write"}
    openapi_spec_tag = "Notes"

    @operation("/<address>/notes", summary="List the internal notes", query=LIST, listed=NOTE,
               description="A page of them, the newest first.")
    def get_list(self, address):
        args, pk = LIST.read(), attendance_id(address)
        rows, older = reads.latest(db.session, actor(), pk, before=args["after"], size=args["limit"])
        return jsonify(items=[NOTE(row) for row in reversed(rows)], next=str(older) if older else None)

    @operation("/<address>/notes", "POST", summary="Write an internal note", body=WRITE, answer=NOTE, status=201,
               once=True)
    def post(self, address):
        data, pk = body(WRITE), attendance_id(address)

        def act(session, now):
            note = notes.add(session, pk, data["text"], actor=actor(), now=now)
            session.flush()  # its id is in the answer
            return NOTE(note)
        return written(act, "note", status=201)
