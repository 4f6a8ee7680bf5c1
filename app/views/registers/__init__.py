"""The plain registers, a group of nouns a file, and their places in the menu."""
from flask import g
from flask_babel import lazy_gettext as _l

from ...security.permissions import Perm


def register(appbuilder) -> None:
    """The groups "Prestadores", "Classificações" and "Estrutura"."""
    from . import (
        alerts,
        calendars,
        classifications,
        desk,
        labels,
        products,
        provider_accounts,
        provider_classifications,
        structure,
        surveys,
    )

    provider_accounts.register(appbuilder)
    tables = {"category": "Classifications", "category_label": _l("Classification tables")}
    for view, name, label, icon in (
            (classifications.MotiveView, "Motives", _l("Motives"), "fa-comment-dots"),
            (classifications.OccurrenceView, "Occurrences", _l("Occurrences"), "fa-burst"),
            (classifications.CauseView, "Causes", _l("Causes"), "fa-magnifying-glass-chart"),
            (products.ProductView, "Products", _l("Products"), "fa-box-open"),
            (products.ProductInformationView, "Product information", _l("Product information"), "fa-circle-info"),
            (desk.SituationView, "Situations", _l("Situations"), "fa-traffic-light"),
            (desk.ChannelView, "Channels", _l("Channels"), "fa-tower-broadcast"),
            (desk.RoleTypeView, "Role types", _l("Roles of entities"), "fa-user-tag"),
            (desk.ContactTypeView, "Contact types", _l("Contact types"), "fa-address-card"),
            (labels.LabelView, "Labels", _l("Labels"), "fa-tags"),
            (surveys.SurveyView, "Surveys", _l("Surveys"), "fa-square-poll-vertical"),
            (alerts.AlertPriorityView, "Alert priorities", _l("Alert priorities"), "fa-bell"),
            (calendars.CalendarView, "Calendars", _l("Calendars"), "fa-business-time")):
        appbuilder.add_view(view, name, label=label, icon=icon, **tables)
    provider_classifications.register(appbuilder, **tables)
    structure_group = {"category": "Structure", "category_label": _l("Structure")}
    for view, name, label, icon in (
            (structure.CompanyView, "Companies", _l("Companies"), "fa-building"),
            (structure.UnitView, "Units", _l("Units"), "fa-location-dot"),
            (structure.DepartmentView, "Departments", _l("Departments"), "fa-sitemap")):
        appbuilder.add_view(view, name, label=label, icon=icon, **structure_group)


def register_settings(appbuilder) -> None:
    """The groups "ADM" and "Configurações"."""
    from .. import reclassification
    from ..webhooks import WebhookView
    from . import knowledge, web_menus
    from .emails import EmailTemplateView
    from .parameters import ParameterView
    from .scripts import ScriptView

    web_menus.register(appbuilder)
    appbuilder.add_view(ParameterView, "System parameters", label=_l("System parameters"), icon="fa-sliders",
                        category="Settings", category_label=_l("Settings"))
    reclassification.register(appbuilder)
    appbuilder.add_view(EmailTemplateView, "E-mail templates", label=_l("E-mail templates"),
                        icon="fa-envelope-open-text", category="Settings")
    # Attendants read these where they work; in their menu they would only be in the way.
    kept = {"category": "Settings", "menu_cond": lambda: g.viewer.may(Perm.CLASSIFICATION_WRITE)
            or g.viewer.may(Perm.STRUCTURE_WRITE)}
    appbuilder.add_view(ScriptView, "Scripts", label=_l("Attendance script"), icon="fa-scroll", **kept)
    knowledge.register(appbuilder, **kept)
    appbuilder.add_view(WebhookView, "Webhooks", label=_l("Webhooks"), icon="fa-bolt", category="Settings")
