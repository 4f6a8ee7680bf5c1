"""Parâmetros do sistema: each with its own form; what may be set and how it is checked is the service's."""
from flask import abort, flash, g, redirect, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from ...database import unit_of_work, utc_now
from ...extensions import db
from ...lowcode.controls import TextBox
from ...security.permissions import Perm
from ...services import settings
from ...services.refusals import REFUSALS, refusal
from ..saving import put_error


class ParameterForm(FlaskForm):
    value = StringField(_l("Value"), [DataRequired(), Length(max=200)], widget=TextBox())


class ParameterView(BaseView):
    """The list of parameters, and the form of one."""

    route_base, default_view = "/parameters", "list"
    class_permission_name = "setting"
    method_permission_name = {"list": "read", "edit": "write"}

    @expose("/")
    @has_access
    def list(self):
        rows = [(key, each, settings.get_setting(db.session, key)) for key, each in settings.PARAMETERS.items()]
        return self.render_template("settings/parameters.html", title=_("System parameters"), rows=rows,
                                    may_write=g.viewer.may(Perm.SETTING_WRITE))

    @expose("/<key>", methods=["GET", "POST"])
    @has_access
    def edit(self, key):
        parameter = settings.PARAMETERS.get(key) or abort(404)
        form = ParameterForm(data={"value": settings.get_setting(db.session, key)})
        form.value.label.text, form.value.description = parameter.label, parameter.help
        error = None
        if form.validate_on_submit():
            try:
                with unit_of_work(db.session) as session:
                    settings.set_setting(session, key, form.value.data, actor=g.viewer, now=utc_now())
                flash(_("Record changed."), "success")
                return redirect(url_for("ParameterView.list"))
            except REFUSALS as raised:
                error = refusal(raised)
        loose = put_error(form, error) if error else []
        back = url_for("ParameterView.list")
        page = self.render_template(
            "balcao/form.html", title=parameter.label, form=form, panels=[(None, ["value"])], version=None, back=back,
            loose=loose, wrong=bool(error or form.errors), stale=False, crumb=_("System parameters"), list_url=back)
        return page, error.status if error else 422 if form.errors else 200
