""""Trabalhos": one's own long work with its progress, to cancel it and to fetch what it made."""
from flask import abort, current_app, flash, g, jsonify, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..files.store import store_of
from ..models.job import Job, JobState
from ..security.visibility import visible
from ..services import jobs

SHOWN = 50
STATES = {
    JobState.QUEUED: _l("Waiting"), JobState.RUNNING: _l("Running"), JobState.DONE: _l("Ready"),
    JobState.FAILED: _l("Failed"), JobState.CANCELLED: _l("Cancelled")}
LOOKS = {
    JobState.QUEUED: ("line", "fa-hourglass-start"), JobState.RUNNING: ("info", "fa-spinner"),
    JobState.DONE: ("ok", "fa-circle-check"), JobState.FAILED: ("bad", "fa-triangle-exclamation"),
    JobState.CANCELLED: ("line", "fa-ban")}
OPEN = (JobState.QUEUED, JobState.RUNNING)


class JobView(BaseView):
    """/jobs/: what the person asked for, newest first."""

    route_base, default_view = "/jobs", "index"
    class_permission_name = "account"
    method_permission_name = dict.fromkeys(("index", "state", "cancel", "file"), "use")

    @expose("/")
    @has_access
    def index(self):
        own = list(db.session.scalars(
            select(Job).where(visible(Job, g.viewer)).order_by(Job.id.desc()).limit(SHOWN)))
        return self.render_template(
            "jobs/list.html", title=_("Jobs"), jobs=[_shown(job) for job in own], kept=jobs.KEPT)

    @expose("/<int:pk>/state")
    @has_access
    def state(self, pk):
        """What the page asks every second of a job that has not ended."""
        answer = jsonify(_shown(self._own(pk)))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    def cancel(self, pk):
        try:
            with unit_of_work(db.session) as session:
                jobs.ask_cancel(session, pk, actor=g.viewer, now=utc_now())
        except DomainError as refusal:
            if refusal.status == 404:
                abort(404)
            flash(str(refusal), "warning")
        else:
            flash(_("The job is being cancelled."), "success")
        return redirect(url_for(".index"))

    @expose("/<int:pk>/file")
    @has_access
    def file(self, pk):
        """What the job made."""
        job = self._own(pk)
        if job.state != JobState.DONE or not job.stored_name:
            abort(404)
        try:
            content = store_of(current_app.config).open(job.stored_name)
        except FileNotFoundError:
            abort(404)
        return send_file(content, as_attachment=True, download_name=job.filename, max_age=0,
                         mimetype="application/octet-stream")

    @staticmethod
    def _own(pk) -> Job:
        return db.session.scalar(select(Job).where(Job.id == pk, visible(Job, g.viewer))) or abort(404)


def _shown(job) -> dict:
    """A job as the page and its script read it."""
    kind = jobs.KINDS.get(job.kind)
    ended = job.state not in OPEN
    fetch = url_for("JobView.file", pk=job.id) if job.stored_name and job.state == JobState.DONE else None
    page = kind.page(job) if kind and kind.page else None
    return {
        "id": job.id, "title": str(kind.label) if kind else job.kind, "filename": job.filename, "ended": ended,
        "state": job.state, "state_text": str(_("Being cancelled") if job.cancel_asked and not ended
                                              else STATES[job.state]),
        "look": LOOKS[job.state], "done": job.done, "total": job.total, "count_text": _count(job),
        "error": job.error if job.state == JobState.FAILED else None, "fetch": fetch, "page": page,
        "may_cancel": not ended and not job.cancel_asked, "created_at": job.created_at.isoformat(),
        "at": job.created_at, "address": request.script_root + f"/jobs/{job.id}/state", "refused": refused_of(job),
        "gone": bool(ended and job.state == JobState.DONE and job.filename and not job.stored_name)}


def _count(job) -> str:
    number = "{:,}".format
    if job.total:
        return _("%(done)s of %(total)s", done=number(job.done), total=number(job.total)).replace(",", ".")
    return number(job.done).replace(",", ".") if job.done else ""


def refused_of(job) -> list[dict]:
    """The rows that a job on many records could not do: number, address and reason of each."""
    refused = job.result.get("refused") if isinstance(job.result, dict) else None
    return [row for row in refused if isinstance(row, dict) and "reason" in row] if isinstance(refused, list) else []
