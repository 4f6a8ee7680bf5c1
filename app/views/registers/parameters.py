"""Parametrizações do sistema: each with its own form; what may be set and how it is checked is the service's."""
from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from ...database import unit_of_work, utc_now
from ...extensions import db
from ...lowcode.controls import ChoiceField, NumberBox, TextBox
from ...models.desk import Setting
from ...security.labels import role_label
from ...security.permissions import Perm
from ...services import grants, settings
from ...services.refusals import REFUSALS, refusal
from ..logs import CODES_OF
from ..saving import put_error

CODES_OF["setting"] = {"value": {**settings.COUNTINGS, **settings.CLOSING, **settings.CLOSING_TICKETS}}


def form_of(parameter):
    """The class of the form of one parameter: a choice, a whole number or a text."""
    text = {"description": parameter.help}
    if parameter.choices:
        field = ChoiceField(parameter.label, [DataRequired()], labels=parameter.choices, **text)
    elif parameter.whole:
        least, most = parameter.whole
        bounds = NumberRange(least, most, _l("Type a whole number from %(min)s to %(max)s."))
        field = IntegerField(parameter.label, [InputRequired(), bounds], widget=NumberBox(), **text)
    else:
        field = StringField(parameter.label, [DataRequired(), Length(max=200)], widget=TextBox(), **text)
    return type("ParameterForm", (FlaskForm,), {"value": field})


class ParameterView(BaseView):
    """The parameters of a tab by their sections, and the form of one."""

    route_base, default_view = "/parameters", "list"
    class_permission_name = "setting"
    method_permission_name = {"list": "read", "edit": "write"}

    @expose("/")
    @has_access
    def list(self):
        tab = request.args.get("tab", settings.SYSTEM)
        if tab not in settings.TABS:
            abort(404)
        stored = {row.key: row for row in db.session.scalars(select(Setting))}
        sections = {}
        for key, each in settings.PARAMETERS.items():
            if each.tab == tab:
                kept = stored.get(key)
                value = each.shown(settings.stored_or_default(key, kept and kept.value))
                sections.setdefault(str(each.section), []).append((key, each, value, kept and kept.id))
        may_write = g.viewer.may(Perm.SETTING_WRITE)
        keepers = [] if may_write else sorted(map(role_label, grants.roles_with(db.session, Perm.SETTING_WRITE)))
        return self.render_template(
            "settings/parameters.html", title=_("System parameters"), tabs=settings.TABS, tab=tab, sections=sections,
            may_write=may_write, keepers=keepers, may_log=g.viewer.may(Perm.LOG_READ))

    @expose("/<key>", methods=["GET", "POST"])
    @has_access
    def edit(self, key):
        parameter = settings.PARAMETERS.get(key) or abort(404)
        form = form_of(parameter)(data={"value": parameter.code(settings.get_setting(db.session, key))})
        error, back = None, url_for("ParameterView.list", tab=parameter.tab)
        if form.validate_on_submit():
            try:
                with unit_of_work(db.session) as session:
                    settings.set_setting(session, key, form.value.data, installation=current_app.config,
                                         actor=g.viewer, now=utc_now())
                flash(_("Record changed."), "success")
                return redirect(back)
            except REFUSALS as raised:
                error = refusal(raised)
        loose = put_error(form, error) if error else []
        page = self.render_template(
            "balcao/form.html", title=parameter.label, form=form, panels=[(None, ["value"])], version=None, back=back,
            loose=loose, wrong=bool(error or form.errors), stale=False, crumb=_("System parameters"), list_url=back)
        return page, error.status if error else 422 if form.errors else 200
