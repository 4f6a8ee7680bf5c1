""""Liberando o Menu na Web": each menu of the portal released or blocked, for all, by web profile and by user."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from ...lowcode.controls import ChoiceField
from ...models.web_menu import WebMenu, WebMenuRule
from ...queries import web_menus as reads
from ...security.labels import role_label
from ...security.permissions import Perm
from ...services import web_menus
from ..base import AppModelView
from ..lookup import LookupField, Source, register_source
from ..rows import RowForm, RowsField

SAYS = {"yes": _l("Released"), "no": _l("Blocked")}


class RuleRow(RowForm):
    """One exception: a profile or a user, and what holds for it."""

    role = LookupField(_l("Web profile"), source="web_profile")
    user = LookupField(_l("User"), source="portal_user")
    released = ChoiceField(_l("Menu"), labels=SAYS, default="no")


def say(value) -> str:
    """Whether a menu is released, in words."""
    return SAYS["yes" if value else "no"]


def menu_name(code) -> str:
    """What a menu is called."""
    return web_menus.MENUS.get(code, code)


class WebMenuView(AppModelView):
    noun, route_base = "web_menu", "/web-menus"
    datamodel, service, child_rows = SQLAInterface(WebMenu), web_menus, ("rules",)
    include_route_methods = {"list", "show", "edit"}
    list_title, edit_title, show_title = (
        _l("Releasing the menu on the web"), _l("Release or block the menu"), _l("Menu"))
    list_columns, order_columns, base_order = ["code", "released", "rules"], ["code"], ("code", "asc")
    show_columns = ["code", "released", "rules"]
    edit_columns = ["released", "rules"]
    label_columns = {"code": _l("Menu"), "released": _l("For all"), "rules": _l("Exceptions"),
                     "role": _l("Web profile"), "user": _l("User")}
    edit_form_extra_fields = {"rules": RowsField(
        RuleRow, _l("Exceptions"), add_label=_l("Add exception"), max_rows=200)}
    description_columns = {"released": _l(
        "Unmarked, the menu and its addresses are closed to everybody, whatever the exceptions say. "
        "A change holds at the next page that anybody opens.")}
    row_formatters = {"rules": {"released": say, "role": lambda role: str(role_label(role["text"]))}}  # of the log
    edit_template = "web_menus/form.html"

    def _init_listing(self):
        super()._init_listing()
        rules = selectinload(WebMenu.rules)
        self._list_options = self._show_options = [
            rules.joinedload(WebMenuRule.role), rules.joinedload(WebMenuRule.user)]

    def shown(self, name, value):
        match name:
            case "code":
                return menu_name(value)
            case "released":
                return say(value)
            case "rules":
                return "; ".join(f"{self._whose(rule)}: {say(rule.released)}" for rule in value)
        return super().shown(name, value)

    def render_template(self, template, **values):
        if template == self.edit_template:
            values["menu"] = menu_name(values["item"].code)
        return super().render_template(template, **values)

    @staticmethod
    def _whose(rule) -> str:
        return str(role_label(rule.role.name)) if rule.role else rule.user.get_full_name()

    def title_of(self, item):
        return menu_name(item.code)

    def fill_form(self, form, item):
        form.rules.process(None, [{"id": rule.id, "role": rule.role, "user": rule.user,
                                   "released": "yes" if rule.released else "no"} for rule in item.rules])

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        return {**values, "rules": [{**row, "released": row["released"] == "yes"} for row in values["rules"]]}


def register(appbuilder) -> None:
    """The group "ADM"."""
    register_source("web_profile", Source(Role, Perm.WEB_MENU_READ, active=None, search=reads.find_profiles,
                                          text=lambda row: str(role_label(row.name))))
    register_source("portal_user", Source(User, Perm.WEB_MENU_READ, search=reads.find_users,
                                          text=lambda row: f"{row.get_full_name()} ({row.username})"))
    appbuilder.add_view(WebMenuView, "Releasing the menu on the web", label=_l("Releasing the menu on the web"),
                        icon="fa-toggle-on", category="ADM", category_label=_l("ADM"))
