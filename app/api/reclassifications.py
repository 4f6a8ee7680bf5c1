"""Old records reclassified by a mapping, over REST: counted, started, watched, undone (B-23)."""
from flask import jsonify
from flask_babel import get_timezone

from ..extensions import db
from ..lowcode.controls import today
from ..models.reclassification import Reclassification, TreeKind
from ..queries import reclassification as reads
from ..services.reclassification import mapping, runs
from ..services.records import get_visible
from . import schemas
from .arguments import Arguments, Listed, Whole
from .base import MAX_LIMIT, Resource, actor, body, not_a_key, written
from .operation import operation
from .shapes import FLAG, OBJECT, TEXT, WHOLE, Shape, empty, many, person

_ROW = {"type": "object", "required": ["old", "new", "exact", "texts", "changed"], "properties": {
    "old": many(WHOLE), "new": many(WHOLE), "exact": FLAG, "texts": many(TEXT), "changed": WHOLE}}


def _rows(run) -> list[dict]:
    return [{**row, "changed": n} for row, n in zip(run.rows, run.counts, strict=True)]


RUN = Shape(
    "Reclassification", Reclassification, "id tree started_at restored", rows=(many(_ROW), _rows),
    filters=(OBJECT, lambda run: run.filters), changed=(WHOLE, lambda run: run.changed),
    running=(FLAG, runs.is_running), started_by=(empty(OBJECT), lambda run: person(run.started_by)),
    job_id=(empty(WHOLE), lambda run: run.job_id), undo_job_id=(empty(WHOLE), lambda run: run.undo_job_id))
CHANGE = Shape("ReclassifiedAttendance", attendance_id=(WHOLE, lambda row: row.attendance_id),
               protocol=(empty(TEXT), lambda row: row.protocol), row=(WHOLE, lambda row: row.row),
               old=(many(WHOLE), lambda row: [pk for pk in (row.first, row.second, row.third) if pk is not None]),
               outcome=(empty(TEXT), lambda row: row.outcome))


class MappingRow(schemas.Body):
    old = schemas.several(schemas.whole(), 3, required=True, metadata={
        "description": "Ids of the old path, the top level first"})
    new = schemas.several(schemas.whole(), 3, required=True)
    exact = schemas.flag(load_default=False, metadata={"description": "Not those of a path below the old one"})


class Reclassify(schemas.Body):
    tree = schemas.choice(*TreeKind, required=True)
    rows = schemas.rows(MappingRow, mapping.MOST, required=True)
    opened_from = schemas.day()
    opened_to = schemas.day()
    phase = schemas.choice(*reads.PHASES)


class ListChanges(Arguments):
    after = Whole(metadata={"description": "The id of the last attendance read"})
    limit = Whole(most=MAX_LIMIT, load_default=50)


MAPPING, LIST, CHANGES, NOTHING = Reclassify(), Listed(), ListChanges(), schemas.Body()


class ReclassificationApi(Resource):
    resource_name = "reclassifications"
    class_permission_name = "attendance"
    method_permission_name = dict.fromkeys(("get_list", "post", "preview", "get", "undo", "changes"), "reclassify")
    openapi_spec_tag = "Reclassification"

    @operation("", summary="List reclassifications", query=LIST, listed=RUN, description="The newest first.")
    def get_list(self):
        args = LIST.read()
        try:
            rows, _before, following = reads.list_runs(db.session, actor(), after=args["after"], size=args["limit"])
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[RUN(row) for row in rows], next=following)

    @operation("", "POST", summary="Reclassify attendances", body=MAPPING, answer=RUN, status=202, once=True,
               description="A job: ask for its state under /jobs. All rows of the mapping hold at once; of several "
                           "that fit a record the longest old path holds.")
    def post(self):
        data = body(MAPPING)
        return written(lambda session, now: RUN(runs.start(
            session, *_asked(data), actor=actor(), day=today(), now=now)), "reclassification", status=202)

    @operation("/preview", "POST", summary="Count what a mapping would change", body=MAPPING, answer={
        "type": "object", "required": ["counts"], "properties": {"counts": many(WHOLE)}},
        description="How many attendances each row would change now; nothing is written.")
    def preview(self):
        return jsonify(counts=runs.preview(db.session, *_asked(body(MAPPING)), actor=actor(), day=today()))

    @operation("/<int:pk>", summary="Read a reclassification", answer=RUN)
    def get(self, pk):
        return jsonify(RUN(get_visible(db.session, Reclassification, pk, actor())))

    @operation("/<int:pk>/undo", "POST", summary="Undo a reclassification", body=NOTHING, answer=RUN, status=202,
               once=True, description="A job: records that still have what they were given get back what they had.")
    def undo(self, pk):
        body(NOTHING)
        return written(lambda session, now: RUN(runs.undo(session, pk, actor=actor(), now=now)), "undo", status=202)

    @operation("/<int:pk>/changes", summary="Attendances that were reclassified", query=CHANGES, answer={
        "type": "object", "required": ["items", "next"], "properties": {
            "items": many(CHANGE.ref), "next": empty(WHOLE)}}, description="By id.")
    def changes(self, pk):
        args, run = CHANGES.read(), get_visible(db.session, Reclassification, pk, actor())
        rows = reads.records(db.session, actor(), run, after=args["after"] or 0, size=args["limit"] + 1)
        more, rows = len(rows) > args["limit"], rows[:args["limit"]]
        return jsonify(items=[CHANGE(row) for row in rows], next=rows[-1].attendance_id if more else None)


def _asked(data) -> tuple:
    """(tree, rows, which records) of a body."""
    rows = [mapping.Row(tuple(row["old"]), tuple(row["new"]), row["exact"]) for row in data["rows"]]
    return data["tree"], rows, reads.Narrowed(data["opened_from"], data["opened_to"], data["phase"],
                                              str(get_timezone()))
