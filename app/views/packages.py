"""Pacotes: the configuration written into a file, and brought in from one: looked at, tried, imported, taken back."""
import io
import re
from dataclasses import replace

from flask import abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from ..database import unit_of_work, utc_now
from ..errors import Conflict, DomainError
from ..extensions import db
from ..models.package_import import PackageImport
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services import external_service
from ..services.demo.forms import FOLDER
from ..services.packages import document, importing, reading, told, undoing
from ..services.packages.outcome import CREATE, UPDATE, Outcome, Problem, Refused
from ..services.packages.parts import PARTS

EXAMPLES = {"saneamento": ("fa-droplet", _l("Water utility")), "plano_de_saude": (
    "fa-heart-pulse", _l("Health-plan operator")), "provedor_de_internet": ("fa-wifi", _l("Internet provider"))}
SERVICE = "external_service"  # the part whose secret stays behind
SHOWN = 50  # packages of the list, the newest first
MOST_CHANGES = 500  # on the page; the rest is counted


class PackageView(BaseView):
    """The list with both forms, and the page of one package."""

    route_base, default_view = "/settings/packages", "list"
    class_permission_name = "custom_form"
    method_permission_name = {"list": "read", "export": "read", "show": "read", "file": "read", "receive": "write",
                              "example": "write", "bring": "write", "undo": "write"}

    @expose("/")
    @has_access
    def list(self):
        return self._listed()

    @expose("/export")
    @has_access
    def export(self):
        """The file; of the parts that the person may read and has chosen."""
        chosen = [part.name for part in _readable() if part.name in request.args.getlist("part")]
        if not chosen:
            return self._listed(DomainError(_("Choose at least one part."), field="part"), "export")
        name = request.args.get("name", "").strip()[:200]
        data = document.dump(reading.content(db.session, chosen), name=name)
        file = re.sub(r"[^\w-]+", "-", name or f"balcao-{utc_now():%Y-%m-%d}").strip("-").lower() or "balcao"
        return send_file(io.BytesIO(data), mimetype="application/json", as_attachment=True,
                         download_name=f"{file}.json")

    @expose("/", methods=["POST"])
    @has_access
    def receive(self):
        """A file is kept, and what it would change is shown: nothing is imported yet."""
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return self._listed(DomainError(_("Choose a file."), field="file"))
        try:
            with unit_of_work(db.session) as session:
                package = importing.receive(session, sent.stream.read(document.SIZE_LIMIT + 1), actor=g.viewer,
                                            now=utc_now())
                session.flush()  # its id leads to its page
                pk = package.id
        except DomainError as error:
            return self._listed(error)
        return redirect(url_for("PackageView.show", pk=pk))

    @expose("/examples/<name>", methods=["POST"])
    @has_access
    def example(self, name):
        """A package that comes with the product, received like any other."""
        if name not in EXAMPLES:
            abort(404)
        with unit_of_work(db.session) as session:
            package = importing.receive(session, (FOLDER / f"{name}.json").read_bytes(), actor=g.viewer, now=utc_now())
            session.flush()  # its id leads to its page
            pk = package.id
        return redirect(url_for("PackageView.show", pk=pk))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk):
        return self._shown(_package(pk))

    @expose("/<int:pk>/file")
    @has_access
    def file(self, pk):
        """The package as it was received, of it what the person may read."""
        package = _package(pk)
        readable = {part.name for part in _readable()}
        content = {name: entries for name, entries in package.content.items() if name in readable}
        return send_file(io.BytesIO(document.dump(content, name=package.name)), mimetype="application/json",
                         as_attachment=True, download_name=f"pacote-{package.id}.json")

    @expose("/<int:pk>/import", methods=["POST"])
    @has_access
    def bring(self, pk):
        package = _package(pk)
        chosen = [name for name in package.content if name in request.form.getlist("part")]
        without = _without(package)
        if not chosen:
            return self._shown(package, error=DomainError(_("Choose at least one part."), field="part"))
        try:
            with unit_of_work(db.session) as session:
                outcome = importing.bring(session, pk, parts=chosen, without=without, actor=g.viewer, now=utc_now())
                if not outcome.changes:
                    raise Conflict(_("There is nothing to import."))
        except DomainError as error:
            return self._shown(_package(pk), error=error, chosen=chosen)
        said = _("Package imported: %(added)s, %(changed)s.",
                 added=ngettext("%(num)s added", "%(num)s added", outcome.count(CREATE)),
                 changed=ngettext("%(num)s changed", "%(num)s changed", outcome.count(UPDATE)))
        if outcome.left:
            said += " " + ngettext("%(num)s entry stayed out.", "%(num)s entries stayed out.", len(outcome.left))
        flash(said, "success")
        return redirect(url_for("PackageView.show", pk=pk))

    @expose("/<int:pk>/undo", methods=["POST"])
    @has_access
    def undo(self, pk):
        package = _package(pk)
        try:
            with unit_of_work(db.session) as session:
                outcome = undoing.undo(session, pk, actor=g.viewer, now=utc_now())
        except DomainError as error:
            return self._shown(package, error=error)
        flash(_rest(_("The import was taken back."), outcome), "success")
        return redirect(url_for("PackageView.show", pk=pk))

    def _listed(self, error=None, wrong="import"):
        rows = db.session.scalars(
            select(PackageImport).where(visible(PackageImport, g.viewer)).options(
                defer(PackageImport.content), defer(PackageImport.changes), joinedload(PackageImport.user))
            .order_by(PackageImport.id.desc()).limit(SHOWN)).all()
        page = render_template(
            "packages/list.html", title=_("Packages"), rows=rows, parts=_readable(), examples=EXAMPLES, error=error,
            wrong=wrong, chosen=request.args.getlist("part") or [part.name for part in _exported()],
            others=[part.label for part in _readable() if part not in _exported()],
            name=request.args.get("name", ""), may_write=g.viewer.may(Perm.CUSTOM_FORM_WRITE),
            megabytes=document.SIZE_LIMIT // 1024 // 1024)
        return page, 422 if error else 200

    def _shown(self, package, error=None, chosen=None):
        """The page, of what the person may read alone; a part that he may not bring in is named and left out."""
        sent = [part for part in PARTS if package.content.get(part.name)]
        parts = [part for part in sent if part.may_bring(g.viewer)]
        names = chosen if chosen is not None else request.args.getlist("part") or [part.name for part in parts]
        without, may_write = _without(package), g.viewer.may(Perm.CUSTOM_FORM_WRITE)
        if request.method == "POST":
            g.address = url_for("PackageView.show", pk=package.id, part=names, without=without)
        outcome = self._outcome(package, names, without, error)
        readable = [part for part in PARTS if g.viewer.may(part.reads)]
        shown = replace(outcome, changes=[each for each in outcome.changes if each.part in readable],
                        rests=[each for each in outcome.rests if each.part in readable])
        undoable = may_write and package.imported_at is not None and package.undone_at is None
        page = render_template(
            "packages/show.html", title=_("Packages"), package=package, outcome=shown, error=error,
            chosen=names, without=without, marks=sorted({each.mark for each in outcome.problems if each.mark}),
            told=told, groups=_grouped(shown.changes[:MOST_CHANGES]), left=max(0, len(shown.changes) - MOST_CHANGES),
            parts=parts, others=[part.label for part in sent if part not in parts],
            hidden=len(outcome.changes) > len(shown.changes), undoable=undoable,
            sure=_rest(_("Take the whole import back?"), self._taken_back(package)) if undoable else "",
            secret_missing=_secret_missing(package, shown.changes), may_write=may_write)
        return page, error.status if error else 200

    @staticmethod
    def _outcome(package, names, without, error) -> Outcome:
        if isinstance(error, Refused):
            return error.outcome
        if package.imported_at is not None:
            return importing.done(package)
        try:
            with unit_of_work(db.session) as session:
                return importing.trial(session, package.content, parts=names, without=without, actor=g.viewer,
                                       now=utc_now())
        except DomainError as refused:
            return Outcome(problems=[Problem(_("Package"), (), None, str(refused))])

    @staticmethod
    def _taken_back(package) -> Outcome:
        """What an undo would leave; what stands against it is told where it is asked for."""
        with unit_of_work(db.session) as session:
            return undoing.trial(session, package.id, actor=g.viewer, now=utc_now())


def _rest(said: str, outcome: Outcome) -> str:
    """The sentence, and what stays behind once the import is taken back."""
    lines = told.rests([each for each in outcome.rests if g.viewer.may(each.part.reads)])
    return said if not lines else f"{said} " + ngettext(
        "It stays, inactive, for it is in use: %(names)s.", "They stay, inactive, for they are in use: %(names)s.",
        len(lines), names="; ".join(lines))


def _without(package) -> list[str]:
    """The marks of the entries that are left out."""
    given = list(dict.fromkeys(request.values.getlist("without")))
    return given if set(given) <= importing.marks(package.content) else abort(400)


def _exported() -> list:
    """The parts that are ticked from the start: of who imports, those that he could bring in again."""
    imports = g.viewer.may(Perm.CUSTOM_FORM_WRITE)
    return [part for part in _readable() if not imports or part.may_bring(g.viewer)]


def _secret_missing(package, changes) -> bool:
    """Whether this import has brought an external service whose secret has still to be typed."""
    if package.imported_at is None or package.undone_at or not any(each.part.name == SERVICE for each in changes):
        return False
    service = external_service.kept(db.session)
    return service is not None and external_service.lacks_secret(service)


def _package(pk) -> PackageImport:
    return db.session.scalar(select(PackageImport).where(
        PackageImport.id == pk, visible(PackageImport, g.viewer)).options(
            joinedload(PackageImport.user), joinedload(PackageImport.undone_by))) or abort(404)


def _readable() -> list:
    return [part for part in PARTS if g.viewer.may(part.reads)]


def _grouped(changes) -> dict:
    groups: dict = {}
    for each in changes:
        groups.setdefault(str(each.part.label), []).append(each)
    return groups


def register(appbuilder) -> None:
    """A page of the settings, without an item in the menu: a tab leads there."""
    appbuilder.add_view_no_menu(PackageView)
