"""A tab of the settings with a list in its order at the left and one of its rows in a form: menus, custom data."""
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Stale
from ...extensions import db
from ...queries import dynamic_menus as reads
from ...security.permissions import Perm
from ...services.refusals import REFUSALS, refusal
from ..lookup import whole

NEW_GROUP = "new"  # in the box of groups: the one whose name is typed beside it


class PlacesView(BaseView):
    """`/`, `/add`, `/<pk>`: read by whoever sees forms, written by whoever keeps them."""

    class_permission_name = "custom_form"
    method_permission_name = {"index": "read", "show": "read", **dict.fromkeys(
        ("add", "create", "save", "delete", "move"), "write")}
    default_view = "index"
    service: ClassVar[Any]
    find: ClassVar[Callable]
    table, template = "", ""
    labels: ClassVar[dict] = {}
    moved_within: ClassVar[tuple[str, ...]] = ()  # what besides its place a moved row takes over
    saved, deleted = _l("Saved."), _l("Deleted.")

    # ---- hooks

    def typed(self) -> dict:
        """What was posted, as the form's fields have it: texts, and lists of texts."""
        return {}

    def stored(self, item) -> dict:
        """The same of a stored row."""
        return {}

    def new(self) -> dict:
        """What a new one begins with."""
        return {}

    def values(self, typed: dict) -> dict:
        """What the service is given."""
        return typed

    def told(self, name: str, typed: dict) -> str:
        """A value of the form as a person reads it."""
        return str(typed.get(name) or "—")

    def shown(self, item) -> dict:
        """More for the template."""
        return {}

    # ---- pages

    @expose("/", methods=["GET"])
    @has_access
    def index(self):
        return self._page(None, None)

    @expose("/add", methods=["GET"])
    @has_access
    def add(self):
        return self._page(None, self.new())

    @expose("/add", methods=["POST"])
    @has_access
    def create(self):
        typed = self.typed()
        made, error = self._write(lambda session: self.service.create(
            session, self.values(typed), actor=g.viewer, now=utc_now()).id)
        if error is not None:
            return self._page(None, typed, error), error.status
        return self._done(made)

    @expose("/<int:pk>", methods=["GET"])
    @has_access
    def show(self, pk):
        item = self._item(pk)
        return self._page(item, self.stored(item))

    @expose("/<int:pk>", methods=["POST"])
    @has_access
    def save(self, pk):
        item, typed = self._item(pk), self.typed()
        version = whole(request.form.get("version")) or 0
        _made, error = self._write(lambda session: self.service.update(
            session, pk, self.values(typed), version=version, actor=g.viewer, now=utc_now()))
        if error is not None:
            item = self._item(pk)
            return self._page(item, typed, error, version=item.version if isinstance(error, Stale) else version), \
                error.status
        return self._done(pk)

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk):
        self._item(pk)
        _made, error = self._write(lambda session: self.service.delete(session, pk, actor=g.viewer, now=utc_now()))
        if error is not None:
            item, g.address = self._item(pk), url_for(".show", pk=pk)
            return self._page(item, self.stored(item), error), error.status
        flash(self.deleted, "success")
        return redirect(url_for(".index"))

    @expose("/<int:pk>/move", methods=["POST"])
    @has_access
    def move(self, pk):
        """{"before": id or null, …}: to another place of the list."""
        self._item(pk)
        sent = request.get_json(silent=True)
        sent = sent if isinstance(sent, dict) else abort(400)
        given = {name: sent.get(name) for name in ("before", *self.moved_within)}
        if any(each is not None and type(each) is not int for each in given.values()):
            abort(400)
        _made, error = self._write(lambda session: self.service.move(
            session, pk, **given, actor=g.viewer, now=utc_now()))
        return (jsonify(error=str(error)), error.status) if error is not None else jsonify(done=True)

    # ---- how

    def _item(self, pk):
        return type(self).find(db.session, g.viewer, pk) or abort(404)

    def _write(self, call):
        """(what `call(session)` answered, None), or (None, the refusal)."""
        try:
            with unit_of_work(db.session) as session:
                return call(session), None
        except REFUSALS as raised:
            error = refusal(raised)
        if error.status == 404:
            abort(404)
        return None, error

    def _done(self, pk):
        flash(*self.said(self._item(pk)))
        return redirect(url_for(".show", pk=pk))

    def said(self, _item) -> tuple:
        """(what is told of a saved one, in what colour)"""
        return self.saved, "success"

    def _page(self, item, typed, error: DomainError | None = None, version=None):
        """The page; the refusals of `error` stand at their fields, with what was typed."""
        told, loose = self._refusals(item, typed, error)
        if item is not None and version is None:
            version = item.version
        chosen = {name: whole(typed.get(name)) for name in ("form", "group")} if typed else {}
        return self.render_template(
            self.template, item=item, typed=typed, refusals=told, loose=loose, version=version,
            labels=self.labels, may_write=g.viewer.may(Perm.CUSTOM_FORM_WRITE), may_log=g.viewer.may(Perm.LOG_READ),
            table=self.table, forms=reads.forms(db.session, g.viewer, chosen.get("form")),
            groups=reads.groups(db.session, g.viewer, chosen.get("group")), new_group=NEW_GROUP, **self.shown(item))

    def _refusals(self, item, typed, error):
        """({field: words}, what belongs to no field)."""
        told, loose = {}, []
        if isinstance(error, Stale):
            now = self.stored(item)
            told = {name: _("Stored value now: %(value)s", value=self.told(name, now))
                    for name in now if now[name] != typed.get(name)}
            loose = [_("Somebody else changed this record while you were editing it."),
                     _("Your text is still in the fields; under each field that differs stands what is stored now. "
                       "Save again to keep yours.")]
        elif error is not None:
            for each in getattr(error, "errors", [error]):
                if each.field in typed:
                    told.setdefault(each.field, str(each))
                else:
                    loose.append(str(each))
            if told and not loose:
                loose = [_("The record was not saved. Check the marked fields.")]
        return told, loose


def typed_group() -> dict:
    """The group as it was posted: an id, nothing, or the name of a new one."""
    chosen = request.form.get("group", "").strip()
    name = request.form.get("group_name", "").strip()
    return {"group": chosen, "group_name": name if chosen == NEW_GROUP else ""}


def group_values(typed: dict) -> dict:
    """The same for the service."""
    if typed["group"] == NEW_GROUP:
        if not typed["group_name"]:
            raise DomainError(_("This field is required."), field="group_name")
        return {"group_name": typed["group_name"]}
    return {"group": known(typed["group"])}


def known(text: str) -> int | None:
    """An id as posted; None for nothing, and for what is no id one that no row has."""
    if not text:
        return None
    number = whole(text)
    return -1 if number is None else min(number, 2**31 - 1)
