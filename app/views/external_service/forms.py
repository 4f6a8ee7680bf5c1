"""The forms of the two tabs: connection data, and which variable fills which field."""
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from ...lowcode.controls import ChoiceField, GroupedChoiceField, LongBox, NumberBox, TextBox
from ...models.external_service import LEAST_SECONDS, MOST_SECONDS, Auth
from ...services.external_service import METHODS, MOST_MAPPINGS
from ..rows import RowForm, RowsField

AUTHS = {Auth.NONE.value: _l("No authentication"), Auth.BASIC.value: _l("User and password (Basic)"),
         Auth.BEARER.value: _l("Token (Bearer)"), Auth.HEADER.value: _l("Key in a header")}
SENT = ("name", "url", "method", "body", "auth", "username", "key_header", "secret", "seconds", "active")


class HeadersField(TextAreaField):
    """One "Name: value" a line; `data` is [[name, value]]. What is no header stays, and the service refuses it."""

    def process_formdata(self, values):
        self.data = [[part.strip() for part in line.partition(":")[::2]]
                     for line in (values[0] if values else "").splitlines() if line.strip()]

    def _value(self):
        return "\n".join(f"{name}: {value}" for name, value in self.data or ())


class ServiceForm(FlaskForm):
    """"Configuração": the service says what is wrong, but for what is no number."""

    name = StringField(_l("Service name"), widget=TextBox(), description=_l("What people here call it, such as ERP."))
    url = StringField(_l("URL"), widget=TextBox(), description=_l(
        "Variables: {document} is the CPF/CNPJ, only its digits and letters; {phone} the telephone with its area code; "
        "{email} the e-mail. Redirects are not followed."))
    method = ChoiceField(_l("Method"), labels={name: name for name in METHODS})
    seconds = IntegerField(
        _l("Time limit (seconds)"), [InputRequired(_l("This field is required.")), NumberRange(
            LEAST_SECONDS, MOST_SECONDS)], widget=NumberBox(), default=5)
    body = TextAreaField(_l("Body (JSON or XML)"), widget=LongBox(), description=_l(
        'Of a POST, such as {"cpf": "{document}"} or <cpf>{document}</cpf>; blank sends none.'))
    auth = ChoiceField(_l("Authentication"), labels=AUTHS)
    username = StringField(_l("User name"), widget=TextBox())
    key_header = StringField(_l("Header of the key"), widget=TextBox(), default="X-API-Key")
    secret = PasswordField(_l("Secret"))
    headers = HeadersField(_l("Other headers"), widget=LongBox(), description=_l(
        "One a line, such as Accept-Language: pt-BR. Everybody who sees the settings reads them: no secrets here."))
    active = BooleanField(_l("Active"), description=_l("Inactive, it is asked by nobody and fills no form."))

    def values(self) -> dict:
        """What the service is given. A secret that was not typed stays as it is."""
        return {**{name: getattr(self, name).data for name in SENT}, "headers": self.headers.data}


class MappingRow(RowForm):
    """A line of "Campos pessoa"."""

    variable = StringField(_l("Variable of the service"), [Optional()], widget=TextBox())
    person_field = ChoiceField(_l("Field of the person"), labels={}, blank=True)

    def is_blank(self) -> bool:
        """Neither chosen nor typed: a field without its variable must be told."""
        return not (self.variable.data or "").strip() and not self.person_field.data


def mapping_form(groups: list[tuple[str, dict]]) -> type[FlaskForm]:
    """"Campos pessoa" with the fields that there are now under their headings, configurators' own too."""
    row = type("OfferedRow", (MappingRow,), {"person_field": GroupedChoiceField(
        _l("Field of the person"), groups=groups, blank=True)})
    return type("MappingForm", (FlaskForm,), {"mappings": RowsField(
        row, _("Person fields"), add_label=_("Add line"), max_rows=MOST_MAPPINGS + 10)})
