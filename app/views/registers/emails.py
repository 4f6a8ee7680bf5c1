"""Modelos de e-mail."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from ...lowcode.controls import LongBox
from ...models.email_template import EmailTemplate
from ...services import email_templates
from .classifications import ACTIVE_HELP, RegisterView


def _listed() -> str:
    return " · ".join(f"{{{{{name}}}}} {meaning}" for name, meaning in email_templates.VARIABLES.items())


class EmailTemplateView(RegisterView):
    noun, route_base = "classification", "/email-templates"
    datamodel, service = SQLAInterface(EmailTemplate), email_templates.service
    list_title, add_title, edit_title = _l("E-mail templates"), _l("New e-mail template"), _l("Edit e-mail template")
    list_columns = ["name", "subject", "active"]
    order_columns, search_columns = ["name", "active"], ["name", "active"]
    add_columns = edit_columns = show_columns = ["name", "subject", "body", "active"]
    label_columns = {"name": _l("E-mail template"), "subject": _l("Subject"), "body": _l("Text of the e-mail"),
                     "active": _l("Active")}
    description_columns = {"active": ACTIVE_HELP, "subject": _l("It may hold variables too, such as {{protocolo}}.")}
    add_form_extra_fields = edit_form_extra_fields = {"body": TextAreaField(
        label_columns["body"], [DataRequired(), Length(max=email_templates.LONGEST_BODY)], widget=LongBox(),
        description=LazyString(_listed))}
    empty_text = _l("A template is a ready-made e-mail with variables, which attendants send to an entity.")
