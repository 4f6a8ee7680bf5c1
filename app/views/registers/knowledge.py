""""Base de conhecimento": sections, categories and items, as configurators keep them (M-94)."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms.validators import NumberRange

from ...models.knowledge import (
    Identification,
    KnowledgeCategory,
    KnowledgeItem,
    KnowledgeKind,
    KnowledgeSection,
)
from ...security.permissions import Perm
from ...services import knowledge
from ..lookup import Source, register_source
from .classifications import ACTIVE_HELP, RegisterView

KINDS = {KnowledgeKind.INFORMATION: _l("Information"), KnowledgeKind.REQUEST: _l("Request")}
IDENTIFICATIONS = {Identification.ANONYMOUS: _l("ANONYMOUS"), Identification.IDENTIFIED: _l("IDENTIFIED")}
# Kind and identification as they look everywhere: (class of the chip, icon).
LOOKS = {KnowledgeKind.INFORMATION: ("info", "fa-circle-info"), KnowledgeKind.REQUEST: ("ok", "fa-file-circle-plus"),
         Identification.ANONYMOUS: ("ok", "fa-user-secret"), Identification.IDENTIFIED: ("ok", "fa-user-check")}
PLACE_HELP = _l("Lower numbers come first.")


def chip(code) -> Markup | str:
    """The chip of a kind or an identification; nothing where there is none."""
    if code is None:
        return ""
    look, icon = LOOKS[code]
    return Markup('<span class="b-chip {}"><i class="fa-solid {}" aria-hidden="true"></i>{}</span>').format(
        look, icon, KINDS.get(code) or IDENTIFICATIONS[code])


class KnowledgeSectionView(RegisterView):
    noun, route_base = "classification", "/knowledge-sections"
    datamodel, service = SQLAInterface(KnowledgeSection), knowledge.sections
    list_title, add_title, edit_title = (
        _l("Sections of the knowledge base"), _l("New section (title)"), _l("Edit section"))
    list_columns = order_columns = ["name", "position", "active"]
    base_order = ("position", "asc")
    search_columns, show_columns = ["name", "active"], ["name", "position", "active"]
    add_columns = edit_columns = show_columns
    label_columns = {"name": _l("Section (title)"), "position": _l("Order"), "active": _l("Active")}
    description_columns = {"active": _l("What is below an inactive section is not shown."), "position": PLACE_HELP}
    empty_text = _l("A section is the first level of the knowledge base, such as bills or supply.")


class KnowledgeCategoryView(RegisterView):
    noun, route_base = "classification", "/knowledge-categories"
    datamodel, service = SQLAInterface(KnowledgeCategory), knowledge.categories
    list_title, add_title, edit_title = (
        _l("Categories of the knowledge base"), _l("New category"), _l("Edit category"))
    list_columns = order_columns = ["name", "section", "position", "active"]
    search_columns = ["section", "name", "active"]
    add_columns = edit_columns = show_columns = ["section", "name", "position", "active"]
    label_columns = {"section": _l("Section (title)"), "name": _l("Category"), "position": _l("Order"),
                     "active": _l("Active")}
    description_columns = {"active": _l("What is below an inactive category is not shown."), "position": PLACE_HELP}
    empty_text = _l("A category is the second level of the knowledge base; informations and requests hang on it.")


class KnowledgeItemView(RegisterView):
    noun, route_base = "classification", "/knowledge-items"
    datamodel, service, tells_all = SQLAInterface(KnowledgeItem), knowledge.items, True
    list_title, add_title, edit_title = (
        _l("Informations and requests"), _l("New information or request"), _l("Edit information or request"))
    list_columns = ["title", "kind", "identification", "category", "return_days", "active"]
    order_columns, base_order = ["title", "kind", "category", "return_days", "active"], ("title", "asc")
    search_columns = ["category", "title", "kind", "identification", "proposed_solution", "operator_guidance", "active"]
    add_columns = edit_columns = ["category", "title", "kind", "identification", "return_days", "proposed_solution",
                                  "operator_guidance", "active"]
    show_columns = ["category.section", *edit_columns]
    label_columns = {
        "category": _l("Section/Category"), "category.section": _l("Section (title)"), "title": _l("Title"),
        "kind": _l("Kind"), "identification": _l("Identification"), "return_days": _l("Return days"),
        "proposed_solution": _l("Proposed solution"), "operator_guidance": _l("Guidance to the operator"),
        "active": _l("Active")}
    description_columns = {
        "active": ACTIVE_HELP, "identification": _l(
            "Of requests alone. An identified one needs somebody linked to the attendance; an anonymous one keeps "
            "nobody's name."),
        "return_days": _l("Of requests alone: in how many days it is to be answered."),
        "proposed_solution": _l("What is read to the customer; an information needs it."),
        "operator_guidance": _l("What the operator is to know before; the customer does not hear it.")}
    choice_columns = {"kind": KINDS, "identification": IDENTIFICATIONS}
    formatters_columns = {"kind": chip, "identification": chip}
    validators_columns = {"return_days": [NumberRange(
        min=0, max=knowledge.MOST_DAYS, message=_l("Type a number of days from 0 to 3650."))]}
    add_template = edit_template = "knowledge/form.html"
    empty_text = _l("Informations are what attendants answer; requests are what they register for a customer.")

    def stored_text(self, name, value):
        return str(self.choice_columns[name].get(value, "—")) if name in self.choice_columns else super().stored_text(
            name, value)


def register(appbuilder, **group) -> None:
    """The three levels, in this group of the menu."""
    register_source("knowledge_section", Source(KnowledgeSection, Perm.CLASSIFICATION_READ))
    register_source("knowledge_category", Source(
        KnowledgeCategory, Perm.CLASSIFICATION_READ, parent="section_id", above="section"))
    for view, name, label, icon in (
            (KnowledgeItemView, "Knowledge items", _l("Knowledge base: items"), "fa-book"),
            (KnowledgeCategoryView, "Knowledge categories", _l("Knowledge base: categories"), "fa-folder-tree"),
            (KnowledgeSectionView, "Knowledge sections", _l("Knowledge base: sections"), "fa-layer-group")):
        appbuilder.add_view(view, name, label=label, icon=icon, **group)
