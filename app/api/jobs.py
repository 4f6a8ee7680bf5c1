"""Long work over REST: an export of attendances is asked for, watched, and fetched."""
from urllib.parse import urlencode

from flask import current_app, jsonify
from flask_babel import gettext as _

from ..errors import NotFound
from ..extensions import db
from ..files.store import store_of
from ..models.job import Job, JobState
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services import jobs
from ..services.records import get_visible, require
from . import schemas
from .arguments import Listed, one_of
from .attachments import download
from .base import Resource, actor, body, listed, written
from .operation import operation
from .shapes import FLAG, Shape

JOB = Shape("Job", Job, "id kind state done total filename error created_at finished_at", has_file=(
    FLAG, lambda row: bool(row.stored_name and row.state == JobState.DONE)))
KIND = "list.export"


class StartExport(schemas.Body):
    """What the list of attendances is narrowed by, as in its address."""

    format = schemas.choice("csv", "xlsx", required=True)
    q = schemas.text(200)
    situation_id = schemas.several(schemas.whole(), 100, load_default=list)
    channel_id = schemas.several(schemas.whole(), 100, load_default=list)
    opened_from = schemas.day()
    opened_to = schemas.day()
    columns = schemas.several(schemas.text(60), 60, load_default=list, metadata={
        "description": "Keys of the list's columns; the usual ones where none is given"})


class ListJobs(Listed):
    state = one_of(*JobState)


EXPORT, LIST, NOTHING = StartExport(), ListJobs(), schemas.Body()


class JobApi(Resource):
    resource_name = "jobs"
    class_permission_name = "list"
    method_permission_name = dict.fromkeys(("get_list", "post", "get", "cancel", "file"), "export")
    openapi_spec_tag = "Jobs"

    @operation("", summary="List one's jobs", query=LIST, listed=JOB, description="The newest first.")
    def get_list(self):
        args = LIST.read()
        query = db.session.query(Job).filter(visible(Job, actor()))
        if args["state"]:
            query = query.filter(Job.state == args["state"])
        return listed(JOB, query, Job.id, Job.id, args, desc=True)

    @operation("/attendances-export", "POST", summary="Export attendances", body=EXPORT, answer=JOB, status=202,
               once=True, description="A job: ask for its state until it is done, then fetch its file.")
    def post(self):
        require(actor(), Perm.ATTENDANCE_READ)
        data = body(EXPORT)

        def act(session, now):
            arguments = {"list": "attendances", "kind": data["format"], "query": _query(data)}
            return JOB(jobs.start(session, KIND, arguments, filename=f"atendimentos-{now:%Y-%m-%d}.{data['format']}",
                                  actor=actor(), now=now))
        return written(act, "export", status=202)

    @operation("/<int:pk>", summary="State of a job", answer=JOB)
    def get(self, pk):
        return jsonify(JOB(get_visible(db.session, Job, pk, actor())))

    @operation("/<int:pk>/cancel", "POST", summary="Cancel a job", body=NOTHING, answer=JOB, once=True)
    def cancel(self, pk):
        body(NOTHING)
        return written(lambda session, now: JOB(jobs.ask_cancel(session, pk, actor=actor(), now=now)), "cancel")

    @operation("/<int:pk>/file", summary="Fetch what a job made", produces="application/octet-stream")
    def file(self, pk):
        job = get_visible(db.session, Job, pk, actor())
        if job.state != JobState.DONE or not job.stored_name:
            raise NotFound(_("Record not found."))
        try:
            return download(store_of(current_app.config).open(job.stored_name), job.filename)
        except FileNotFoundError as error:
            raise NotFound(_("Record not found.")) from error


def _query(data) -> str:
    """The address of the list that shows the same."""
    given = [("q", data["q"]), ("opened_from", data["opened_from"]), ("opened_to", data["opened_to"]),
             *(("situation", pk) for pk in data["situation_id"]), *(("channel", pk) for pk in data["channel_id"]),
             ("columns", ",".join(filter(None, data["columns"])))]
    return urlencode([(name, value) for name, value in given if value not in (None, "")])
