"""Exports of a list: exactly what it shows, all rows. Small ones at once, large ones and what comes on top as a job."""
import tempfile
import threading
from datetime import date
from urllib.parse import urlencode

from flask import Response, abort, current_app, flash, g, redirect, request, stream_with_context, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Forbidden, Invalid
from ...extensions import db
from ...security.permissions import Perm
from ...services import jobs
from ...services.sheets import CSV_TYPE, XLSX_TYPE, csv_chunks, csv_of_chunks, write_xlsx
from .source import find_source, forget_context, local
from .tools import ListTools, without

KIND = "list.export"
AT_ONCE = 5_000  # rows; more is a job
FORMATS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}
COUNTED = 5_000_000
_streams = threading.BoundedSemaphore(2)  # a process: the request threads are few


class ListExportView(BaseView):
    """/lists/<key>/export.csv and .xlsx with the address of the list behind."""

    route_base, default_view = "/lists", "export"
    class_permission_name = "list"
    method_permission_name = {"export": "export"}

    @expose("/<key>/export.<kind>")
    @has_access
    def export(self, key, kind):
        source = find_source(key) or abort(404)
        if kind not in FORMATS:
            abort(404)
        if not g.viewer.may(source.perm):
            abort(403)
        try:
            count = source.count(AT_ONCE)
        except Invalid as refusal:
            flash(str(refusal), "danger")
            return redirect(source.address())
        if count > AT_ONCE or not _streams.acquire(blocking=False):
            return self._queued(source, kind)
        try:
            return _download(source, kind)
        except BaseException:
            _streams.release()
            raise

    @staticmethod
    def _queued(source, kind):
        arguments = {"list": source.key, "kind": kind, "query": request.query_string.decode()[:4000]}
        try:
            with unit_of_work(db.session) as session:
                jobs.start(session, KIND, arguments, filename=filename(source, kind), actor=g.viewer, now=utc_now())
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(f"{source.address()}?{urlencode(without(arguments['query']))}")
        flash(_("The export was started: here you see how far it is, and the bell tells when it is ready."), "info")
        return redirect(url_for("JobView.index"))


def _download(source, kind):
    """The file itself; the place among the streams is given back when the last byte has left or the reader has."""
    headers = {"Content-Disposition": f"attachment; filename={filename(source, kind)}", "Cache-Control": "no-store"}
    if kind == "csv":
        pieces = stream_with_context(csv_pieces(source))
    else:
        head, rows = table(source)
        file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the last piece)
        write_xlsx(file, str(source.title), head, rows)
        file.seek(0)
        pieces = _pieces(file)
    answer = Response(pieces, content_type=FORMATS[kind], headers=headers)
    answer.call_on_close(_streams.release)
    return answer


def _pieces(file):
    """Not send_file: what it answers is handed to the server as it is, and nobody hears of its end."""
    with file:
        while piece := file.read(64 * 1024):
            yield piece


def csv_pieces(source, told=None):
    """The CSV of all that the arguments of the request ask, in pieces."""
    plain = source.plain(told)
    return csv_of_chunks(*plain) if plain else csv_chunks(*table(source, told))


def table(source, told=None):
    """(head, rows) of all that the arguments of the request ask, as typed cells. `told(n)` hears how many were read."""
    chosen = ListTools(source).columns

    def rows():
        done = 0
        for chunk in source.rows(chosen):
            yield from ([column.value(record) for column in chosen] for record in chunk)
            done += len(chunk)
            if told:
                told(done)
    return [str(column.label) for column in chosen], rows()


def filename(source, kind) -> str:
    """atendimentos-2026-06-09.csv"""
    day: date = local(utc_now()).date()
    return f"{source.file}-{day:%Y-%m-%d}.{kind}"


def run(work) -> dict:
    """The job: the same table under the person's rights of now, written to a file."""
    kind = work.arguments["kind"]
    address = f"/lists/{work.arguments['list']}/export.{kind}?{work.arguments['query']}"
    with as_person(work, address):
        source = find_source(work.arguments["list"])
        if source is None or not (g.viewer.may(source.perm) and g.viewer.may(Perm.LIST_EXPORT)):
            raise Forbidden(_("You do not have permission to do this."))
        total = source.count(COUNTED)
        work.progress(0, total)

        def told(done):
            work.progress(done, max(total, done))

        with work.file(filename(source, kind)) as incoming:
            if kind == "csv":
                for piece in csv_pieces(source, told):
                    incoming.write(piece)
            else:
                write_xlsx(incoming.path, str(source.title), *table(source, told))
        return {}


def as_person(work, address):
    """A request of the person who asked for a job, so that rights, language and filters are read as on the page."""
    context = current_app.test_request_context(address)

    class Asking:
        def __enter__(self):
            context.push()
            forget_context()
            g.viewer, g.profile = work.actor, work.user.profile

        def __exit__(self, *error):
            g.pop("viewer", None)
            g.pop("profile", None)
            context.pop(error[1])

    return Asking()


