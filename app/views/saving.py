"""FAB's generated add, edit and delete, calling services. Mixed into AppModelView, once for every register."""
from urllib.parse import urlsplit

from flask import flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from ..database import unit_of_work, utc_now
from ..errors import DomainError, InvalidMany, Stale
from ..lowcode.fields import PREFIX
from ..services import records
from ..services.log import plain
from ..services.refusals import REFUSALS, refusal
from .lookup import whole


def blank_is_none(value):
    """A browser posts "" for an empty box: two of them would break a unique constraint. PostgreSQL keeps no NUL."""
    return (value.replace("\0", "").strip() or None) if isinstance(value, str) else value


def put_error(form, error: DomainError) -> list[str]:
    """Put a refusal at its field (rows by position: ``phones.1.number``). Returns what belongs to no field."""
    loose = []
    for each in error.errors if isinstance(error, InvalidMany) else [error]:
        field = field_at(form, each.field)
        if field is None:
            loose.append(str(each))
        else:
            field.errors = [*field.errors, str(each)]
    return loose


def field_at(form, path: str | None):
    """The field of a refusal, or None: ``phones.1.number`` is the number of the second phone, ``custom_values.key`` the
    configurators' field."""
    field, path = form, path or ""
    if path.startswith("custom_values."):
        path = PREFIX + path.removeprefix("custom_values.")
    try:
        for step in path.split("."):
            field = field.entries[int(step)].form if step.isdigit() else field[step]
        return field if isinstance(field, Field) else None
    except (KeyError, IndexError, AttributeError, TypeError):
        return None


def untold(form, error: DomainError) -> DomainError | None:
    """What of a refusal stands at no field that the form itself has refused."""
    told = [each for each in getattr(error, "errors", [error]) if not getattr(field_at(form, each.field), "errors", ())]
    return InvalidMany(told) if told else None


class Rehearsed(DomainError):
    """Nothing was refused, and nothing may be kept: it undoes the transaction."""


class SavingMixin:
    """`service`: create, update and delete of the noun; the generic save by default. `child_rows` names RowsFields."""

    service = None
    child_rows: tuple = ()
    tells_all = False  # a form with errors of its own is also put before the service: every refusal at once
    add_row_message = _l("Record added.")
    edit_row_message = _l("Record changed.")
    delete_row_message = _l("Record deleted.")

    def _init_properties(self):
        super()._init_properties()
        self.service = self.service or records.service_for(self.datamodel.obj, rows=self.child_rows)

    # Hooks for what is known only at request time (low-code): never touch the shared lists.
    def form_columns(self, adding: bool) -> list[str]:
        """Names of the fields, in order."""
        return list(self.add_columns if adding else self.edit_columns)

    def form_class(self, adding: bool):
        return self.add_form if adding else self.edit_form

    def form_fieldsets(self, adding: bool) -> list[tuple]:
        """[(title or None, [names])]: the panels of the form."""
        declared = self.add_fieldsets if adding else self.edit_fieldsets
        names = self.form_columns(adding)
        if not declared:
            return [(None, names)]
        panels = [(title, [name for name in options["fields"] if name in names]) for title, options in declared]
        placed = {name for _title, fields in panels for name in fields}
        rest = [name for name in names if name not in placed]
        return panels + ([(None, rest)] if rest else [])

    def stored_values(self, item) -> dict:
        """{field: value} of the stored `item` for fields that are no attribute of it; on GET and POST alike."""
        return {}

    def fill_form(self, form, item) -> None:
        """After the form to be shown first is made from the stored `item`."""

    def values_of(self, form, adding: bool) -> dict:
        """What the service is given."""
        return {name: blank_is_none(form[name].data) for name in self.form_columns(adding)}

    def preset(self) -> dict:
        """Values a new form starts with; a preset is a default, checked like what is typed."""
        return {}

    def _make_form(self, item=None):
        more = self.preset() if item is None else self.stored_values(item)
        form = self.form_class(item is None)(obj=item, data=more)
        if item is not None and request.method == "GET":
            self.fill_form(form, item)
        return form

    def _write(self, form, call, deleting=False):
        """Run `call(session)` in one transaction. None when it is done, else the refusal, put at its field."""
        try:
            with unit_of_work(self.datamodel.session) as session:
                call(session)
            return None
        except REFUSALS as raised:
            error = refusal(raised, deleting=deleting)
        for field in form or ():
            if hasattr(field, "_object_list"):
                field._object_list = None  # expired by the rollback: it would cost one SELECT an option
        return error

    def _show_stale(self, form, item):
        """Both values: the typed one stays in the field, the stored one is said under it; saving again overwrites."""
        self.datamodel.session.refresh(item)
        fresh = self.form_class(False)(formdata=None, obj=item, data=self.stored_values(item))
        self.fill_form(fresh, item)
        for name in self.form_columns(False):
            if name in self.child_rows:
                continue
            stored = fresh[name].data
            if plain(blank_is_none(form[name].data)) != plain(blank_is_none(stored)):
                text = _("Stored value now: %(value)s", value=self.stored_text(name, stored))
                form[name].errors = [*form[name].errors, text]

    def stored_text(self, name, value) -> str:
        """A stored value as a person reads it."""
        return str(self.shown(name, value)) or "—"

    def _back(self) -> str:
        """Where the person came from, if that is a page of this register; else its list."""
        home = request.script_root + self.route_base + "/"
        back = request.form.get("_back", "")
        if request.method == "GET" and request.referrer:
            origin = urlsplit(request.referrer)
            if origin.netloc == request.host:
                back = origin.path + (f"?{origin.query}" if origin.query else "")
        if not back.startswith(home) or "\\" in back or urlsplit(back).path == request.path:
            return home + "list/"
        return back

    def _after_adding(self, item) -> str:
        """Where to go now that `item`, what the service gave back, was added."""
        return self._back()

    def _also_refused(self, form, adding, item):
        """What the service would refuse of a form that was not saved; nothing of it is written."""
        values, common = self.values_of(form, adding), {"actor": g.viewer, "now": utc_now()}
        pk = None if item is None else item.id

        def rehearse(session):
            if adding:
                self.service.create(session, values, **common)
            else:
                self.service.update(session, pk, values, **common)
            raise Rehearsed("")

        error = self._write(form, rehearse)
        return None if isinstance(error, Rehearsed) else untold(form, error)

    def _form_page(self, form, adding, error=None, version=None, item=None):
        if self.tells_all and error is None and form.errors:
            error = self._also_refused(form, adding, item)
        loose = put_error(form, error) if error is not None else []
        template, title = (self.add_template, self.add_title) if adding else (self.edit_template, self.edit_title)
        body = self.render_template(
            template, title=title, form=form, panels=self.form_fieldsets(adding), version=version, back=self._back(),
            loose=loose, wrong=bool(error or form.errors), stale=isinstance(error, Stale), item=item,
            crumb=self.list_title, list_url=self._root() + "/list/")
        return body, (error.status if error else 422 if form.errors else 200)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form, error = self._make_form(), None
        if request.method == "POST" and form.validate():
            values, made = self.values_of(form, True), []
            error = self._write(form, lambda session: made.append(self.service.create(
                session, values, actor=g.viewer, now=utc_now())))
            if error is None:
                flash(self.add_row_message, "success")
                return redirect(self._after_adding(made[0]))
        return self._form_page(form, True, error)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        item = self.find_or_404(pk)
        pk, version = item.id, getattr(item, "version", None)
        form, error = self._make_form(item), None
        if request.method == "POST":
            posted = {} if version is None else {"version": whole(request.form.get("version")) or 0}
            version = posted.get("version")
            if form.validate():
                values = self.values_of(form, False)
                error = self._write(form, lambda session: self.service.update(
                    session, pk, values, actor=g.viewer, now=utc_now(), **posted))
                if error is None:
                    flash(self.edit_row_message, "success")
                    return redirect(self._back())
                if isinstance(error, Stale):
                    self._show_stale(form, item)
                    version = item.version
        return self._form_page(form, False, error, version=version, item=item)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk):
        pk = self.find_or_404(pk).id
        error = self._write(None, lambda session: self.service.delete(
            session, pk, actor=g.viewer, now=utc_now()), deleting=True)
        if error is None:
            flash(self.delete_row_message, "success")
            return redirect(self._back_to_list())
        flash(str(error), "danger")
        return self.refused_page(error)

    def _back_to_list(self) -> str:
        """The list as it was filtered, when the row was deleted from it."""
        home, origin = self._root() + "/list/", urlsplit(request.referrer or "")
        if origin.netloc == request.host and origin.path == home and origin.query:
            return f"{home}?{origin.query}"
        return home

    def refused_page(self, error):
        """The record with the reason why it stays; a 4xx, so that no caller takes it for done."""
        g.address = self._root() + "/list/"
        return self.list_page(), error.status
