"""Changes to many attendances of the list: chosen rows at once, everything under the filters as a job."""
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import abort, flash, g, jsonify, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_timezone, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from ...database import unit_of_work, utc_now
from ...errors import Forbidden
from ...extensions import db
from ...models.attendance import Attendance
from ...models.classification import CLOSED_PHASES, Scope, Situation
from ...models.label import Label
from ...queries import attendances as reads
from ...security.permissions import Perm
from ...security.visibility import visible
from ...services import jobs, labels
from ...services import many_attendances as many
from ...services.refusals import REFUSALS, refusal
from ..formats import thousands
from ..lists.export import as_person
from ..lists.source import SOURCES
from ..lists.tools import without
from ..lookup import whole

KIND = "attendances.change"
COUNTED = 5_000_000
SHOWN = 200  # refused rows that a job remembers by name


@dataclass(frozen=True)
class BulkForm:
    """What the dialogs offer."""

    situations: list[Situation]
    labels: list[Label]

    @classmethod
    def offered(cls, session) -> "BulkForm":
        situations = select(Situation).where(Situation.active, Situation.scope.in_((Scope.SAC, Scope.BOTH)))
        situations = situations.order_by(Situation.position, Situation.id)
        return cls(list(session.scalars(situations)), labels.offered(session))


class ManyAttendancesView(BaseView):
    """POST /attendances/many/<action>; answers JSON to list_tools.js."""

    route_base, default_view = "/attendances/many", "change"
    class_permission_name = "attendance"
    method_permission_name = {"change": "write"}

    @expose("/<action>", methods=["POST"])
    @has_access
    def change(self, action):
        if action not in many.ACTIONS:
            abort(404)
        values, query = _values(action), request.form.get("query", "")[:4000]
        back = f"{url_for('AttendanceSearchView.listing')}?{urlencode(without(query))}".rstrip("?")
        try:
            if question := _question(action, values, query):
                return jsonify(question), 409
            if "everything" in request.form:
                return self._queued(action, values, query)
            with unit_of_work(db.session) as session:
                outcome = many.change(session, action, _rows(), values, actor=g.viewer, now=utc_now())
        except REFUSALS as raised:
            error = refusal(raised)
            return jsonify(error=str(error), field=error.field), error.status
        told = _("Changed: %(n)s.", n=outcome.done)
        if outcome.refused:
            return jsonify(told=f"{told} {_('Not done: %(n)s', n=len(outcome.refused))}", location=back, refused=[
                {**row, "address": row["address"] and url_for("AttendanceRecordView.record", address=row["address"])}
                for row in outcome.refused])
        flash(told, "success")
        return jsonify(location=back)

    @staticmethod
    def _queued(action, values, query):
        """Everything under the filters, however many there are. What cannot be done to any row is refused at once."""
        arguments = {"action": action, "values": values, "query": query}
        with unit_of_work(db.session) as session:
            many.prepared(session, action, values, actor=g.viewer, now=utc_now())
            jobs.start(session, KIND, arguments, actor=g.viewer, now=utc_now())
        flash(_("The change was started: here you see how far it is, and the bell tells when it is done."), "info")
        return jsonify(location=url_for("JobView.index"))


def _rows() -> list[tuple[int, int | None]]:
    """The chosen rows as posted, "id:version"."""
    rows = [text.partition(":") for text in request.form.getlist("row")[:many.MOST + 1]]
    return [(pk, whole(version)) for pk, version in ((whole(pk), version) for pk, _colon, version in rows)
            if pk is not None]


def _values(action) -> dict:
    form = request.form
    if action == "forward":
        return {"operator_id": whole(form.get("operator_id")), "department_id": whole(form.get("department_id")),
                "reason": form.get("reason", "").replace("\0", "").strip() or None}
    if action == "situation":
        return {"situation_id": whole(form.get("situation_id")), "sure": whole(form.get("sure"))}
    return {name: [pk for pk in map(whole, form.getlist(name)) if pk is not None] for name in ("add", "remove")}


def _question(action, values, query) -> dict | None:
    """What is asked before attendances are closed or reopened, as long as nobody has said yes to just so many."""
    if action != "situation":
        return None
    situation = many.offered_situation(db.session, values["situation_id"])
    phases = many.asked_phases(situation, actor=g.viewer)
    count = _everything_in(phases, query) if "everything" in request.form else _chosen_in(phases)
    if not count or count == values["sure"]:
        return None
    told = {"n": f"{thousands(reads.COUNT_CAP)}+" if count > reads.COUNT_CAP else thousands(count),
            "situation": situation.name}
    if situation.phase in CLOSED_PHASES:
        text, label = ngettext(
            "Close %(n)s attendance with the situation “%(situation)s”?",
            "Close %(n)s attendances with the situation “%(situation)s”?", count, **told), _("End it")
        text = f"{text} {_('Only a supervisor reopens what is closed.')}"
    else:
        text, label = ngettext(
            "%(n)s closed attendance would be reopened with the situation “%(situation)s”. Reopen it?",
            "%(n)s closed attendances would be reopened with the situation “%(situation)s”. Reopen them?", count,
            **told), _("Reopen")
    return {"error": text, "field": "sure", "sure": count, "label": label}


def _chosen_in(phases) -> int:
    rows = _rows()
    if len(rows) > many.MOST:
        return 0  # that is refused, and nothing asked
    return db.session.scalar(select(func.count()).where(
        Attendance.id.in_([pk for pk, _version in rows]), Attendance.phase.in_(phases),
        visible(Attendance, g.viewer)))


def _everything_in(phases, query) -> int:
    """How many the filters find in these phases, counted as far as the list counts."""
    filters, timezone = SOURCES["attendances"].filters(MultiDict(without(query))), str(get_timezone())
    within = [phase for phase in phases if filters.phase in (None, phase)
              or filters.phase == "not_closed" and phase not in CLOSED_PHASES]
    found = sum(reads.count_attendances(db.session, g.viewer, replace(filters, phase=phase), timezone=timezone)
                for phase in within)
    return min(found, reads.COUNT_CAP + 1)


def run(work) -> dict:
    """The job: page by page in the order of the list, each page together with how far it came. A row that the change
    takes out of the filters is behind, so none is left out and none done twice."""
    action, values = work.arguments["action"], work.arguments["values"]
    with as_person(work, f"/attendances/list?{work.arguments['query']}"):
        if not g.viewer.may(Perm.ATTENDANCE_WRITE):
            raise Forbidden(_("You do not have permission to do this."))
        filters, timezone = SOURCES["attendances"].filters(), str(get_timezone())
        total = work.kept.get("total")
        if total is None:
            total = reads.count_attendances(work.session, g.viewer, filters, timezone=timezone, cap=COUNTED)
        after, seen = work.kept.get("after"), work.kept.get("seen", 0)
        while True:
            page = reads.list_attendances(work.session, g.viewer, filters, timezone=timezone, order="id", desc=False,
                                          size=many.MOST, after=after)
            rows = [(row.id, None) for row in page.rows]
            last = page.next is None
            with work.step(min(seen + len(rows), total), total) as (session, kept):
                _step(work, session, kept, action, rows, values, last)
                kept.update(total=total, after=page.next, seen=seen + len(rows))
            after, seen = page.next, seen + len(rows)
            if last:
                return {}


def _step(work, session, kept, action, rows, values, last) -> None:
    """One page of the job, in its unit of work."""
    now = utc_now()
    outcome = many.each(session, rows, many.prepared(session, action, values, actor=g.viewer, now=now), actor=g.viewer)
    kept["changed"] = kept.get("changed", 0) + outcome.done
    kept["refused"] = (kept.get("refused") or [])[:SHOWN] + outcome.refused[:SHOWN - len(kept.get("refused") or [])]
    lost = kept.get("lost") or {}
    kept["lost"] = {**lost, **{str(pk): n + lost.get(str(pk), 0) for pk, n in outcome.lost.items()}}
    if last:  # each person is told once of all
        whole_of_it = many.Outcome(kept["changed"], [], {int(pk): n for pk, n in kept["lost"].items()})
        many.tell(session, action, values, whole_of_it, key=f"job:{work.id}", actor=g.viewer, now=now)
