"""/settings/: everything the viewer may keep, as cards."""
from flask import current_app
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import lazy_gettext as _l

# What the menu item is for, by the model it keeps (or its view): items without a line are work, not configuration.
EXPLANATIONS = {
    "Channel": _l("Means of communication by which people reach the company"),
    "Motive": _l("Why people contact the company: the first level of the classification"),
    "Occurrence": _l("What happened, below each motive"),
    "Cause": _l("Why it happened, below each occurrence"),
    "Product": _l("What the company makes or sells, which people ask about"),
    "ProductInformation": _l("What is known of each product, by motive and occurrence"),
    "Situation": _l("Stages of an attendance, and which of them close it"),
    "RoleType": _l("What a person can be to the company: customer, partner, provider, supplier"),
    "ContactType": _l("Sectors in which the contacts of a person work"),
    "AlertPriority": _l("How urgent an alert of an entity is, and its colour"),
    "Classification": _l("Classification of providers' tickets, with days to return"),
    "Subclassification": _l("Second level of the classification of providers' tickets"),
    "DefaultMotive": _l("Standard reasons of each subclassification"),
    "Company": _l("Companies that own the desk"),
    "Unit": _l("Branches and places of a company, and who sees their attendances"),
    "Department": _l("Sectors of a company, in a tree"),
    "User": _l("Who signs in, with which roles, in which companies and units"),
    "Role": _l("What each access role allows"),
    "ParameterView": _l("Choices that hold for the whole system, such as the mask of the protocol"),
    "ReclassificationView": _l("Old attendances given another classification, many at once"),
    "Outbox": _l("Messages sent, waiting and failed"),
    "WebMenu": _l("Which menus of the portal are released, for all, by web profile and by user"),
    "Survey": _l("Surveys in which people take part"),
    "Calendar": _l("Business hours and holidays by which deadlines are counted"),
    "Label": _l("Labels that attendants put on attendances"),
    "EmailTemplate": _l("Ready-made e-mails to entities, with variables"),
    "Script": _l("What attendants ask and say, for the departments that use it"),
    "KnowledgeItem": _l("Informations that attendants answer and requests that they register"),
    "KnowledgeCategory": _l("Second level of the knowledge base, below each section"),
    "KnowledgeSection": _l("First level of the knowledge base"),
    "Webhook": _l("Other systems that are told what happens"),
    "CustomForm": _l("Forms made here: behind menus, on the register of persons, on attendances"),
    "FormGroup": _l("Headings of the sidebar under which menus stand together"),
    "LoginAttempt": _l("Every try to sign in, with what became of it"),
}
# Where the manuals say that it is kept.
PATHS = {
    "ParameterView": (_l("Structural"), _l("Settings"), _l("System parameters")),
    "Classification": (_l("Structural"), _l("Registers"), _l("Other registers"), _l("Classification tables"),
                       _l("Classification of collection negotiation attendances")),
}


class SettingsView(BaseView):
    """The menu says what may be opened; here each item has a line that says what it is for."""

    route_base = "/settings"
    default_view = "index"
    class_permission_name = "setting"
    method_permission_name = {"index": "read"}

    @expose("/")
    @has_access
    def index(self):
        sections = []
        for group in current_app.appbuilder.menu.drawn().groups:
            cards = [(item, EXPLANATIONS[item.subject]) for item in group.items if item.subject in EXPLANATIONS]
            if cards:
                sections.append((group.label, cards))
        return self.render_template("settings/index.html", sections=sections, paths=PATHS)
