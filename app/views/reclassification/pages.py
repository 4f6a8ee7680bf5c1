"""The runs, the form that starts one, and what became of it."""
from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...database import unit_of_work, utc_now
from ...errors import Invalid
from ...extensions import db
from ...lowcode.controls import today
from ...models.job import JobState
from ...models.reclassification import Reclassification, TreeKind
from ...queries import reclassification as reads
from ...security.visibility import visible
from ...services.imports.sheet import SIZE_LIMIT
from ...services.reclassification import mapping, mapping_file, runs
from ...services.reclassification.report import csv_pieces, filename
from ...services.reclassification.trees import TREES, Nodes
from ...services.refusals import REFUSALS, refusal
from ...services.sheets import CSV_TYPE
from ..jobs import LOOKS, STATES
from ..streams import streamed
from .form import form_of, phase_text, written

TITLES = {TreeKind.MOTIVES: _l("By motive, occurrence and cause"),
          TreeKind.CLASSIFICATIONS: _l("By classification of providers' tickets")}
ACTIONS = ("add", "file", "preview", "start")


class ReclassificationView(BaseView):
    """/reclassify/: for who keeps the tables and for supervisors."""

    route_base, default_view = "/reclassify", "index"
    class_permission_name = "attendance"
    method_permission_name = dict.fromkeys(("index", "new", "show", "undo", "changes"), "reclassify")

    @expose("/")
    @has_access
    def index(self):
        """The runs, the newest first."""
        try:
            rows, _previous, following = reads.list_runs(db.session, g.viewer, after=request.args.get("after"))
        except ValueError:
            abort(400)
        return self.render_template("reclassification/index.html", title=_("Reclassify attendances"), rows=rows,
                                    following=following, titles=TITLES, first="after" not in request.args,
                                    state_of=_state)

    @expose("/new/<tree>", methods=["GET", "POST"])
    @has_access
    def new(self, tree):
        """The mapping is put together, counted and started. Without the script too: each step is a post."""
        if tree not in tuple(TreeKind):
            abort(404)
        page = Page(TreeKind(tree))
        if request.method == "POST":
            action = request.form.get("action", "")
            if "drop" in request.form:
                page.drop(request.form["drop"])
            elif action not in ACTIONS:
                abort(400)
            elif answer := page.act(action):
                return answer
        return page.drawn(self), page.status

    @expose("/<int:pk>/")
    @has_access
    def show(self, pk):
        """How far a run is, what each row has changed, and what undoing has made of it."""
        run = _found(pk)
        job = run.undo_job if run.undo_job is not None else run.job
        rows = [(*row["texts"], row["exact"], count) for row, count in zip(run.rows, run.counts, strict=True)]
        narrowed = reads.Narrowed.stored(run.filters)
        return self.render_template(
            "reclassification/show.html", title=_("Reclassification %(number)s", number=run.id), run=run, job=job,
            running=runs.is_running(run), rows=rows, state=_state(run), narrowed=narrowed, titles=TITLES,
            phase=phase_text(narrowed.phase), own=job is not None and job.user_id == g.viewer.user_id,
            may_undo=_may_undo(run))

    @expose("/<int:pk>/undo", methods=["POST"])
    @has_access
    def undo(self, pk):
        """Give the records back what they had."""
        try:
            with unit_of_work(db.session) as session:
                runs.undo(session, pk, actor=g.viewer, now=utc_now())
        except REFUSALS as raised:
            error = refusal(raised)
            if error.status == 404:
                abort(404)
            flash(str(error), "danger")
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/changes.csv")
    @has_access
    def changes(self, pk):
        """What the run has changed, as a stream."""
        run = _found(pk)
        return streamed(csv_pieces(db.session, g.viewer, run), filename(run), CSV_TYPE)


class Page:
    """The form of a mapping with what was done to it: refusals, counts."""

    def __init__(self, tree: TreeKind):
        self.tree, self.form = tree, form_of(tree)
        self.nodes = Nodes(db.session, TREES[tree])
        self.errors: dict[str, str] = {}  # by the fields of the service
        self.refused: list[tuple[int, str]] = []  # lines of a file
        self.counts: list[int] | None = None
        self.told = ""

    @property
    def status(self) -> int:
        return 422 if self.errors or self.refused or self.form.errors else 200

    def drop(self, number: str) -> None:
        """Take a row out."""
        self.form.validate()
        if number.isascii() and number.isdigit() and int(number[:4]) < len(self.form.rows):
            del self.form.rows[int(number[:4])]

    def act(self, action):
        """A redirection when a run was started, else None: the page is shown again."""
        if not self.form.validate():
            return None
        try:
            if action == "add":
                self._add()
            elif action == "file":
                self._read()
            elif action == "preview":
                self._count()
            else:
                return self._start()
        except REFUSALS as raised:
            error = refusal(raised)
            for each in getattr(error, "errors", [error]):
                self.errors.setdefault(each.field or "", str(each))
        return None

    def _add(self) -> None:
        form = self.form
        row = mapping.Row(form.path("old"), form.path("new"), form.exact.data)
        self.nodes.read((row.old, row.new))
        errors = mapping.refusals(self.nodes, TREES[self.tree], row, today(), before=form.rows)
        if not errors and len(form.rows) >= mapping.MOST:
            errors = [Invalid(_l("A mapping has at most %(n)s rows: split it."), field="old", n=mapping.MOST)]
        for each in errors:
            self.errors.setdefault(each.field, str(each))
        if not errors:
            form.rows.append(row)
            self.told = _("Row added.")
            _emptied(form)

    def _read(self) -> None:
        posted = request.files.get("file")
        data = posted.read(SIZE_LIMIT + 1) if posted else b""
        found = mapping_file.read(db.session, TREES[self.tree], data, day=today(), before=self.form.rows)
        self.form.rows += found.rows
        self.refused = found.refused
        self.told = _("Rows added: %(n)s.", n=len(found.rows))

    def _count(self) -> None:
        self.counts = runs.preview(db.session, self.tree, self.form.rows, self.form.narrowed(), actor=g.viewer,
                                   day=today())

    def _start(self):
        rows, narrowed = self.form.rows, self.form.narrowed()
        with unit_of_work(db.session) as session:
            pk = runs.start(session, self.tree, rows, narrowed, actor=g.viewer, day=today(), now=utc_now()).id
        return redirect(url_for(".show", pk=pk))

    def drawn(self, view) -> str:
        """The whole page."""
        self.nodes.read(path for row in self.form.rows for path in (row.old, row.new))
        texts = [(self.nodes.text(row.old), row.exact, self.nodes.text(row.new), written(row))
                 for row in self.form.rows]
        return view.render_template(
            "reclassification/new.html", title=TITLES[self.tree], draft=self, form=self.form, rows=texts,
            total=sum(self.counts) if self.counts else 0, most=mapping.MOST)


def _emptied(form) -> None:
    """The next row begins anew."""
    for _side, fields in form.sides:
        for field in fields:
            field.process_data(None)
    form.exact.data = False


def _found(pk) -> Reclassification:
    return db.session.scalar(select(Reclassification).where(
        Reclassification.id == pk, visible(Reclassification, g.viewer))) or abort(404)


def _may_undo(run) -> bool:
    undone = run.restored is not None and (run.undo_job is None or run.undo_job.state == JobState.DONE)
    return bool(run.changed) and not undone and not runs.is_running(run)


def _state(run) -> tuple[str, str, str]:
    """(words, look and icon of the chip) of a run."""
    if run.undo_job is not None and run.undo_job.state != JobState.DONE:
        job, words = run.undo_job, _("Undoing: %(state)s", state=str(STATES[run.undo_job.state]).lower())
        return words, *LOOKS[job.state]
    if run.restored is not None:
        return _("Undone"), "line", "fa-rotate-left"
    state = run.job.state if run.job is not None else JobState.DONE
    return str(STATES[state]), *LOOKS[state]
