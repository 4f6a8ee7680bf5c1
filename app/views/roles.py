"""Perfis de acesso: what each role lets people do, as check boxes in groups."""
from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ..security.labels import permission_groups, role_label
from ..security.permissions import Perm
from ..services import roles
from .base import AppModelView
from .checks import PermissionsField


class RoleForm(FlaskForm):
    """A role of the product keeps its name, so that its field is read-only then (`fixed`)."""

    fixed = False

    name = StringField(_l("Name"), [InputRequired(_l("Fill in this field.")), Length(max=64)],
                       render_kw={"class": "form-control"})
    permissions = PermissionsField(_l("Permissions"), description=_l(
        "You can only give or take permissions that you have yourself. "
        "A change holds from the next page that anybody opens."))


class RoleView(AppModelView):
    noun, route_base = "role", "/roles"
    datamodel = SQLAInterface(Role)
    service = roles
    list_title, show_title = _l("Access roles"), _l("Access role")
    add_title, edit_title = _l("New role"), _l("Edit role")
    list_columns = ["name", "permissions"]
    show_columns = search_columns = order_columns = ["name"]
    base_order = ("id", "asc")
    add_form = edit_form = RoleForm
    add_columns = edit_columns = ["name", "permissions"]
    label_columns = {"name": _l("Name"), "permissions": _l("Permissions")}
    formatters_columns = {
        "name": role_label,
        "permissions": lambda rows: ngettext("%(num)s permission", "%(num)s permissions", len(rows))}
    add_template = edit_template = "security/access_form.html"
    show_template = "security/role_show.html"

    def _make_form(self, item=None):
        if item is None:  # whoever has a role has an account; a box that the viewer may not tick stays empty
            data = {"permissions": [str(Perm.OWN_ACCOUNT)] if g.viewer.may(Perm.OWN_ACCOUNT) else []}
        else:
            data = {"name": item.name, "permissions": sorted(map(str, roles.permissions_of(item)))}
        form = RoleForm(data=data)
        form.fixed = item is not None and item.name in roles.OWN_ROLES
        if form.fixed:  # what it is called here is a translation; it is shown, not written
            form.name.data = role_label(item.name)
            form.name.raw_data = [form.name.data]
            form.name.render_kw = {**form.name.render_kw, "readonly": True}
        return form

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        if form.fixed:
            values.pop("name")
        return values

    def title_of(self, item):
        return role_label(item.name)

    def show_more(self, item):
        held = roles.permissions_of(item)
        groups = [(group, [(label, meaning) for each, (label, meaning) in named.items() if each in held])
                  for group, named in permission_groups()]
        return {"groups": [(group, named) for group, named in groups if named],
                "own": item.name in roles.OWN_ROLES}
