""""Importar CSV": a file is sent, its columns are matched and tried, then it is imported, at once or as long work."""
import io
import re

from flask import abort, current_app, flash, g, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_timezone, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from ...database import unit_of_work, utc_now
from ...errors import DomainError
from ...extensions import db
from ...files.store import store_of
from ...models.job import Job, JobState
from ...security.visibility import visible
from ...services import jobs
from ...services.imports import sheet
from ...services.imports.columns import COMMA, POINT, decimal_mark, guess
from ...services.imports.loading import CREATE, UNCHANGED, UPDATE, Loading, Tally, missing
from ...services.imports.refused import refused_csv
from ...services.imports.registers import Kind, kind_of
from ..lookup import whole
from . import work

AREA = "import"  # of the store
KEPT_SECONDS = 24 * 3600
AT_ONCE, TRIED_AT_ONCE = 300, 3_000  # rows that a request writes, and that it tries; more is long work
SHOWN, TOLD = 10, work.TOLD  # rows of the preview, and refused rows
MARKS = {COMMA: _l("Comma (1.234,56)"), POINT: _l("Point (1,234.56)")}
NOTE = _l("Under other names they can be chosen on the next page. What is there already is updated; an empty cell "
          "leaves what is stored.")
COUNTS = (  # what is said of so many rows; of none as of several
    ("read", lambda n: ngettext("Row read", "Rows read", n or 2)),
    (CREATE, lambda n: ngettext("Imported (count)", "Imported (count)", n or 2)),
    (UPDATE, lambda n: ngettext("Updated (count)", "Updated (count)", n or 2)),
    (UNCHANGED, lambda _n: _("Unchanged (count)")),
    ("refused", lambda n: ngettext("Refused (count)", "Refused (count)", n or 2)))
TRIED = (COUNTS[0], (CREATE, lambda _n: _("To be imported")), (UPDATE, lambda _n: _("To be updated")), *COUNTS[3:])


class Review:
    """One file on its way in: its rows, how its columns are matched, and what a trial or the import made of it."""

    def __init__(self, kind, content, typed=None):
        self.kind, self.content, self.error = kind, content, None
        self.columns = kind.columns
        self.mapping = guess(self.columns, content.header)
        self.decimal = decimal_mark(self.columns, self.mapping, content.rows)
        if typed is not None:
            chosen = {column.key: whole(typed.get("map-" + column.key)) for column in self.columns}
            self.mapping = {key: at for key, at in chosen.items() if at is not None and at < len(content.header)}
            self.decimal = typed.get("decimal") if typed.get("decimal") in MARKS else COMMA
        self.lacking = {column.key for column in missing(self.columns, self.mapping)}
        self.ignored = [name for at, name in enumerate(content.header) if name and at not in self.mapping.values()]
        self.tally, self.written = None, False

    @property
    def rows(self) -> int:
        return len(self.content.rows)

    def loading(self) -> Loading:
        return Loading(self.kind.make(), self.content, self.mapping, self.decimal, now=utc_now())

    def tried(self) -> Tally:
        """What would become of the file."""
        loading, tally = self.loading(), Tally()
        for batch in loading.batches():
            tally.add(loading.check(db.session, batch, actor=g.viewer))
        return tally

    def imported(self) -> Tally:
        """The whole file in one unit of work."""
        loading, tally = self.loading(), Tally()
        with unit_of_work(db.session) as session:
            for batch in loading.batches():
                tally.add(loading.write(session, batch, actor=g.viewer, now=utc_now()))
        return tally


class ImportView(BaseView):
    """The three pages of a register's import; a register has a subclass of its own, with its own permission.

    `_at`: what the address of a register names besides.
    """

    default_view = "start"
    register, title, back, crumb = "", "", "", ""
    at_once, tried_at_once = AT_ONCE, TRIED_AT_ONCE
    method_permission_name = dict.fromkeys(("start", "review", "result"), "write")

    @expose("/", methods=["GET", "POST"])
    @has_access
    def start(self, **_at):
        """Send a file."""
        error, kind = None, self.kind()
        if request.method == "POST":
            try:
                return redirect(self.address("review", token=self._taken()))
            except DomainError as refusal:
                error = str(refusal)
        page = self.render_template(
            "imports/start.html", **self._common(), error=error, columns=kind.columns,
            megabytes=sheet.SIZE_LIMIT // 1024 ** 2, most=sheet.MAX_ROWS)
        return page, 422 if error else 200

    @expose("/<token>", methods=["GET", "POST"])
    @has_access
    def review(self, token, **_at):
        """Match the columns, try, import; the rows that were refused as a file."""
        kind, (stored, name) = self.kind(), self._read(token)
        content = self._content(stored)
        if content is None:
            flash(_("The file is no longer kept: send it again."), "warning")
            return redirect(self.address("start"))
        review = Review(kind, content, request.form if request.method == "POST" else None)
        action = request.form.get("action", "check")
        if action not in ("check", "import", "refused"):
            abort(400)
        if not review.lacking:
            if action == "refused" and review.rows <= self.tried_at_once:
                return _file(work.refused_name(name), b"".join(refused_csv(content, review.tried().reasons)))
            if answer := self._act(review, action, stored, name):
                return answer
        page = self.render_template(
            "imports/review.html", **self._common(), review=review, filename=name, marks=MARKS,
            told=sorted(review.tally.reasons.items())[:TOLD] if review.tally else [],
            counts=COUNTS if review.written else TRIED, shown=content.rows[:SHOWN], posted=request.method == "POST",
            small=review.rows <= self.tried_at_once)
        refused = review.error or (review.lacking and request.method == "POST")
        return page, 422 if refused else 200

    @expose("/job/<int:pk>", methods=["GET", "POST"])
    @has_access
    def result(self, pk, **_at):
        """What long work made of a file; after a trial, the import itself."""
        job = db.session.scalar(select(Job).where(Job.id == pk, Job.kind == work.KIND, visible(Job, g.viewer)))
        if job is None or job.arguments.get("register") != self.name():
            abort(404)
        self.kind()
        if request.method == "POST" and job.state == JobState.DONE and job.arguments["trial"]:
            asked = {**job.arguments, "trial": False}
            return self._queued(asked, job.total)
        counts = TRIED if job.arguments["trial"] else COUNTS
        return self.render_template("imports/result.html", **self._common(), job=job, counts=counts,
                                    running=job.state in (JobState.QUEUED, JobState.RUNNING))

    # ---- which register it is

    def name(self) -> str:
        """Of the register."""
        return self.register

    def kind(self) -> Kind:
        """Its columns, and what imports it; 404 and 403 where it is not the person's."""
        try:
            return kind_of(db.session, self.name(), actor=g.viewer, timezone=str(get_timezone()))
        except DomainError as error:
            abort(error.status)

    def address(self, page: str, **more) -> str:
        """Of one of these pages."""
        return url_for(f".{page}", **more)

    # ---- pieces

    def _act(self, review, action, stored, name):
        """Try or import, at once or as long work: then the answer leads to its page."""
        trial = action != "import"
        if review.rows > (self.tried_at_once if trial else self.at_once):
            if request.method == "GET":
                return None  # nothing starts by itself
            asked = {"register": self.name(), "stored": stored, "name": name, "mapping": review.mapping,
                     "decimal": review.decimal, "timezone": str(get_timezone()), "trial": trial}
            return self._queued(asked, review.rows)
        review.tally = review.tried() if trial else review.imported()
        review.written = not trial
        return None

    def _queued(self, asked, total):
        try:
            with unit_of_work(db.session) as session:
                pk = jobs.start(session, work.KIND, asked, total=total, actor=g.viewer, now=utc_now()).id
        except DomainError as refusal:
            flash(str(refusal), "warning")
            return redirect(url_for("JobView.index"))
        return redirect(self.address("result", pk=pk))

    def _taken(self) -> str:
        """Keep the posted file; a token that says whose it is and where it lies. Raises Invalid."""
        posted = request.files.get("file")
        data = posted.read(sheet.SIZE_LIMIT + 1) if posted else b""
        sheet.read(data)
        with store_of(current_app.config).new(AREA) as incoming:
            incoming.write(data)
            stored = incoming.keep()
        name = re.split(r"[\\/]", posted.filename or "")[-1]
        name = re.sub(r"[\x00-\x1f\x7f]", "", name)[:120] or "arquivo.csv"
        return self._signer().dumps([g.viewer.user_id, self.name(), stored, name])

    def _read(self, token) -> tuple[str, str]:
        try:
            user_id, register, stored, name = self._signer().loads(token, max_age=KEPT_SECONDS)
        except BadSignature:
            abort(404)
        if (user_id, register) != (g.viewer.user_id, self.name()):
            abort(404)
        return stored, name

    @staticmethod
    def _signer():
        return URLSafeTimedSerializer(current_app.secret_key, salt="import")

    @staticmethod
    def _content(stored):
        try:
            with store_of(current_app.config).open(stored) as file:
                return sheet.read(file.read())
        except FileNotFoundError:
            return None

    def _common(self) -> dict:
        return {"title": self.title, "back": request.script_root + self.back, "crumb": self.crumb,
                "start": self.address("start"), "notes": [NOTE], "template_url": None}


def _file(name, content):
    return send_file(io.BytesIO(content), mimetype="text/csv; charset=utf-8", as_attachment=True, download_name=name,
                     max_age=0)
