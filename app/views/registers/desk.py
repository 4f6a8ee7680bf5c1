"""Canais, Situações, Papéis and Tipos do Contato."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...models.classification import Channel, Phase, Scope, Situation
from ...models.entity import ContactType, RoleType
from ...services import channels, role_types, situations
from .classifications import ACTIVE_HELP, RegisterView

PHASES = {Phase.OPEN: _l("Open"), Phase.IN_PROGRESS: _l("In progress"), Phase.PENDING: _l("Pending"),
          Phase.CLOSED: _l("Closed"), Phase.CANCELLED: _l("Cancelled")}
SCOPES = {Scope.BOTH: _l("All desks"), Scope.SAC: _l("SAC"), Scope.PROVIDER: _l("Provider central")}
CODE_HELP = _l("The name by which REST and imports know it; made from the first name and fixed.")


class ChannelView(RegisterView):
    noun, route_base = "classification", "/channels"
    datamodel, service = SQLAInterface(Channel), channels.service
    list_title, add_title, edit_title = _l("Channels"), _l("New channel"), _l("Edit channel")
    list_columns = order_columns = ["name", "position", "code", "active"]
    search_columns, add_columns = ["name", "active"], ["name", "icon", "position", "active"]
    edit_columns, show_columns = add_columns, ["name", "code", "icon", "position", "active"]
    base_order = ("position", "asc")
    label_columns = {"name": _l("Channel"), "code": _l("Code"), "icon": _l("Icon"), "position": _l("Order"),
                     "active": _l("Active")}
    description_columns = {"active": ACTIVE_HELP, "icon": _l("Name of a Font Awesome icon, such as fa-solid fa-phone."),
                           "position": _l("Lower numbers come first.")}
    empty_text = _l("A channel is the means of communication by which people reach the company.")


class SituationView(RegisterView):
    noun, route_base = "classification", "/situations"
    datamodel, service = SQLAInterface(Situation), situations.service
    list_title, add_title, edit_title = _l("Situations"), _l("New situation"), _l("Edit situation")
    list_columns = order_columns = ["name", "phase", "scope", "position", "active"]
    search_columns = ["name", "phase", "scope", "active"]
    add_columns = edit_columns = show_columns = ["name", "phase", "scope", "position", "active"]
    choice_columns = {"phase": PHASES, "scope": SCOPES}
    base_order = ("position", "asc")
    label_columns = {"name": _l("Situation"), "phase": _l("Phase"), "scope": _l("Used in"), "position": _l("Order"),
                     "active": _l("Active")}
    description_columns = {
        "active": ACTIVE_HELP, "position": _l("Lower numbers come first."),
        "phase": _l("What the situation means to the product: closed and cancelled end the attendance.")}
    empty_text = _l("A situation is the state of an attendance, such as open or waiting for the customer.")


class RoleTypeView(RegisterView):
    noun, route_base = "classification", "/role-types"
    datamodel, service = SQLAInterface(RoleType), role_types.service
    list_title, add_title, edit_title = _l("Roles of entities"), _l("New role of entities"), _l("Edit role of entities")
    list_columns = order_columns = ["name", "code", "active"]
    search_columns = add_columns = edit_columns = ["name", "active"]
    show_columns = ["name", "code", "active"]
    label_columns = {"name": _l("Role of the entity"), "code": _l("Code"), "active": _l("Active")}
    empty_text = _l("A role says what an entity is to the company: customer, partner, provider, supplier.")


class ContactTypeView(RegisterView):
    noun, route_base = "classification", "/contact-types"
    datamodel = SQLAInterface(ContactType)
    list_title, add_title, edit_title = _l("Contact types"), _l("New contact type"), _l("Edit contact type")
    list_columns = order_columns = search_columns = add_columns = edit_columns = show_columns = ["name", "active"]
    label_columns = {"name": _l("Contact type"), "active": _l("Active")}
    empty_text = _l("A contact type is the sector of the company where a contact works, such as finance.")
