"""Merging two attendances over REST, taking that back, and splitting one."""
from flask import jsonify
from flask_babel import gettext as _
from sqlalchemy import select

from ..errors import NotFound
from ..extensions import db
from ..models.merge import Merge
from ..queries.duplicates import merges_of_attendance
from ..security.visibility import visible
from ..services import attendance_merge
from . import schemas
from .attendances import WHOLE_ATTENDANCE, found
from .base import Resource, actor, attendance_id, body, written
from .operation import operation
from .shapes import TEXT, Shape, empty, many

MERGE = Shape("Merge", Merge, "id kind kept_id merged_id at undone_at")
MERGES = {"type": "object", "required": ["items", "next"],
          "properties": {"items": many(MERGE.ref), "next": empty(TEXT)}}


class MergeAttendance(schemas.Body):
    other = schemas.text(60, required=True, metadata={"description": "Protocol or id-<id> of what becomes part of it"})
    take = schemas.several(schemas.text(60), 320, load_default=list, metadata={
        "description": "custom_values.<key> of configurators' fields whose value comes from the other one"})
    version = schemas.whole()


class SplitAttendance(schemas.Body):
    pages = schemas.several(schemas.whole(), 1_000, required=True)
    version = schemas.whole()


MERGING, SPLIT, UNDO = MergeAttendance(), SplitAttendance(), schemas.Body()


class AttendanceMergeApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"get_list": "read", **dict.fromkeys(("merge", "undo", "split"), "merge")}
    openapi_spec_tag = "Attendances"

    @operation("/<address>/merges", summary="What was merged into an attendance", answer=MERGES)
    def get_list(self, address):
        rows = merges_of_attendance(db.session, actor(), attendance_id(address))
        return jsonify(items=[MERGE(done) for done, _merged in rows], next=None)

    @operation("/<address>/merge", "POST", summary="Merge another attendance into this one", body=MERGING, answer=MERGE,
               status=201, once=True)
    def merge(self, address):
        data, kept = body(MERGING), attendance_id(address)
        merged = attendance_id(data["other"].strip())
        return written(lambda session, now: MERGE(attendance_merge.merge(
            session, kept, merged, take=tuple(filter(None, data["take"])), version=data["version"], actor=actor(),
            now=now)), "merge", status=201)

    @operation("/<address>/merges/<int:pk>/undo", "POST", summary="Take a merge back", body=UNDO, answer=MERGE,
               once=True)
    def undo(self, address, pk):
        body(UNDO)
        check_merge("attendance", attendance_id(address), pk)
        return written(lambda session, now: MERGE(
            attendance_merge.undo(session, pk, actor=actor(), now=now)), "unmerge")

    @operation("/<address>/split", "POST", summary="Make detail pages an attendance of their own", body=SPLIT,
               answer=WHOLE_ATTENDANCE, status=201, once=True)
    def split(self, address):
        data, pk = body(SPLIT), attendance_id(address)

        def act(session, now):
            made = attendance_merge.split(session, pk, [page for page in data["pages"] if page],
                                          version=data["version"], actor=actor(), now=now)
            return WHOLE_ATTENDANCE(found(f"id-{made.id}"))
        return written(act, "split", status=201)


def check_merge(kind: str, kept_id: int, pk: int) -> None:
    """Raise NotFound unless this merge is of this record."""
    if db.session.scalar(select(Merge.id).where(
            Merge.id == pk, Merge.kind == kind, Merge.kept_id == kept_id, visible(Merge, actor()))) is None:
        raise NotFound(_("Record not found."))


