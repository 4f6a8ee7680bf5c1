"""AppModelView: every register inherits this, never FAB's ModelView.

FAB keeps registration, permissions, conversion of columns and titles. What a request does is ours: FAB keeps the
filters of a request on the shared view, reads rows of actions without base filters, swallows errors and commits.
"""
from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_babel import gettext as _
from sqlalchemy import inspect

from ..security.filters import Visible
from ..security.visibility import RULES
from .fields import AppModelConverter
from .listing import ListingMixin
from .saving import SavingMixin
from .search import SearchMixin

READ = ("list", "show")
WRITE = ("add", "edit", "delete")
REL_FIELDS = ("add_form_query_rel_fields", "edit_form_query_rel_fields", "search_form_query_rel_fields")


class AppModelView(SavingMixin, ListingMixin, SearchMixin, ModelView):
    """A register. `noun` names its permissions: `read <noun>` for list and show, `write <noun>` for add, edit and
    delete; `verbs` {method: verb} for others. `choice_columns` {column: {code: label}}."""

    noun = ""
    verbs: dict[str, str] = {}
    choice_columns: dict[str, dict] = {}
    add_template = edit_template = "balcao/form.html"

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if not cls.noun:
            return
        cls.class_permission_name = cls.noun
        cls.method_permission_name = {
            **dict.fromkeys(READ, "read"), **dict.fromkeys(WRITE, "write"), **cls.verbs}
        own = [each for each in cls.base_filters or [] if each[1] is not Visible]
        cls.base_filters = [["id", Visible, None], *own]
        related = {r.key: r.mapper.class_ for r in inspect(cls.datamodel.obj).relationships}
        scoped = {key: [["id", Visible, None]] for key, model in related.items() if model in RULES}
        for name in REL_FIELDS:
            setattr(cls, name, {**scoped, **(cls.__dict__.get(name) or {})})
        # FAB's download serves any file of the upload folder to whoever may read any one noun.
        cls.exclude_route_methods = {"download", *cls.exclude_route_methods}
        # FAB changes these dictionaries in place: a shared one would mix the registers.
        cls.label_columns = dict(cls.label_columns or {})
        cls.description_columns = dict(cls.description_columns or {})

    def _init_properties(self):
        super()._init_properties()
        self._init_listing()

    def _init_forms(self):
        """FAB's, with our converter: a related row is a lookup, never a select of a whole table."""
        self._init_search()
        converter = AppModelConverter(self.datamodel, self.choice_columns, self.cascade)
        for kind in ("add", "edit"):
            if getattr(self, kind + "_form"):
                continue
            setattr(self, kind + "_form", converter.create_form(
                self.label_columns, getattr(self, kind + "_columns"), self.description_columns, self.validators_columns,
                getattr(self, kind + "_form_extra_fields"), getattr(self, kind + "_form_query_rel_fields")))

    # ---- actions: FAB's own read rows without base filters

    def _allowed(self, name):
        """The action, if the viewer may run it."""
        chosen = self.actions.get(name)
        if g.get("viewer") is None:
            return None
        if chosen is None:
            abort(404)
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            abort(403)
        return chosen

    def _sign_in(self):
        login = type(self.appbuilder.sm.auth_view).__name__ + ".login"
        return redirect(url_for(login, next=request.script_root + self.route_base + "/list/"))

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name, pk):
        chosen = self._allowed(name)
        return chosen.func(self.find_or_404(pk)) if chosen else self._sign_in()

    @expose("/action_post", methods=["POST"])
    def action_post(self):
        chosen = self._allowed(request.form.get("action", ""))
        if chosen is None:
            return self._sign_in()
        wanted = [pk for pk in request.form.getlist("rowid")[:self.max_page_size] if pk.isdigit() and len(pk) < 19]
        if not wanted:
            flash(_("Choose at least one record."), "warning")
            return redirect(self._back_to_list())
        items = self.visible_query().filter(self.datamodel.get_pk().in_(map(int, wanted))).all()
        return chosen.func(items)
