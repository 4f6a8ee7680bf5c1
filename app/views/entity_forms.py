"""Fields and rows of the forms of an entity, the complete one and the short one."""
from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import select
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import html_params

from .. import cep, documents, phones
from ..extensions import db
from ..lowcode.controls import ChoiceField, TextBox
from ..models.company import Company
from ..models.entity import EContactKind, EntityKind, PhoneKind, RoleType
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services.entities import simple_email
from .checks import ChecksField
from .lookup import LookupField, whole
from .rows import MAX_ROWS, RowForm, RowsField

KINDS = {EntityKind.INDIVIDUAL: _l("Individual"), EntityKind.COMPANY: _l("Legal entity")}
PHONE_KINDS = {PhoneKind.MOBILE: _l("Mobile"), PhoneKind.LANDLINE: _l("Landline"), PhoneKind.FAX: _l("Fax")}
ECONTACT_KINDS = {
    EContactKind.EMAIL: _l("E-mail"), EContactKind.SITE: _l("Site"), EContactKind.WHATSAPP: _l("WhatsApp"),
    EContactKind.TELEGRAM: _l("Telegram"), EContactKind.FACEBOOK: _l("Facebook"),
    EContactKind.INSTAGRAM: _l("Instagram")}
CUSTOMER = "customer"  # code of the role
STATES = {state: state for state in cep.STATES}
NO_MAIN = _l("None is marked as Main: the attendance shows this field blank.")  # S-26
REQUIRED = DataRequired(_l("This field is required."))


class MaskedBox:
    """The box of a CPF/CNPJ. A stored one is its mask, read-only and without a name: it is never posted unless it
    was shown, by the button that logs the look, or typed."""

    def __call__(self, field, **attributes):
        attributes = {
            "id": field.id, "class_": "form-control", "inputmode": "text", "autocomplete": "off", **attributes}
        if field.stored is None or field.typed:
            value = field.data or ""
            return Markup("<input {}>").format(Markup(html_params(  # noqa: S704  (html_params escapes)
                type="text", name=field.name, value=value, **attributes)))
        box = Markup("<input {}>").format(Markup(html_params(  # noqa: S704
            type="text", value=documents.masked(field.stored), readonly=True, data_masked=field.name, **attributes)))
        if not g.viewer.may(Perm.DOCUMENT_REVEAL):
            return box
        address = url_for("RevealView.reveal", pk=field.entity_id)
        return Markup(
            '<div class="b-reveal">{}<button type="button" class="b-icon sm" data-reveal="{}" aria-label="{}">'
            '<i class="fa-regular fa-eye" aria-hidden="true"></i></button></div>').format(
                box, address, _("Show the whole CPF/CNPJ (the look is logged)"))


class DocumentField(StringField):
    """`data` is what was typed; `typed` says whether anything was. A refused or stale save shows no stored number."""

    widget = MaskedBox()
    entity_id = None  # set by the view

    def process_data(self, value):
        self.stored, self.typed = value or None, False
        self.data = self.stored

    def process_formdata(self, values):
        if values and values[0] != documents.masked(self.stored):
            self.typed, self.data = True, values[0].strip()


class PhoneField(StringField):
    """A telephone: stored in E.164, shown as Brazilians write it."""

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, [*(validators or [Optional()]), Length(max=40)], widget=TextBox(), **options)

    def process_data(self, value):
        self.data = phones.shown(value)


class CepField(StringField):
    def process_data(self, value):
        self.data = cep.shown(value)


def _text(label, length, *validators):
    return StringField(label, [*(validators or [Optional()]), Length(max=length)], widget=TextBox())


class RoleRow(RowForm):
    role_type = LookupField(_l("Role"), source="role_type")
    active = BooleanField(_l("Active"), default=True)


class AddressRow(RowForm):
    street = _text(_l("Street"), 200, REQUIRED)
    number = _text(_l("House number"), 20)
    complement = _text(_l("Complement"), 100)
    district = _text(_l("District"), 100)
    city = _text(_l("City"), 100)
    state = ChoiceField(_l("State"), labels=STATES, blank=True)
    cep = CepField(_l("CEP"), [Optional(), Length(max=12)], widget=TextBox())
    is_main = BooleanField(_l("Main"))


class PhoneRow(RowForm):
    kind = ChoiceField(_l("Kind"), labels=PHONE_KINDS)
    number = PhoneField(_l("Phone"), [REQUIRED])
    extension = _text(_l("Extension"), 10)
    is_main = BooleanField(_l("Main"))


class EContactRow(RowForm):
    kind = ChoiceField(_l("Kind"), labels=ECONTACT_KINDS)
    value = _text(_l("E-contact"), 320, REQUIRED)
    is_main = BooleanField(_l("Main"))


class ContactRow(RowForm):
    name = _text(_l("Name"), 200, REQUIRED)
    contact_type = LookupField(_l("Contact type"), source="contact_type")
    job_title = _text(_l("Job title"), 100)
    phone = PhoneField(_l("Telephone"))
    fax = PhoneField(_l("Fax"))
    mobile = PhoneField(_l("Mobile"))
    email = _text(_l("Contact email"), 320)
    related_entity = LookupField(_l("Related entity"), source="entity")
    active = BooleanField(_l("Active"), default=True)


class UnitRow(RowForm):
    unit = LookupField(_l("Unit"), source="unit")


def row_fields() -> dict:
    """The rows of the complete form, by name. Fresh ones for each form class: WTForms binds by order of creation."""
    return {
        "roles": RowsField(RoleRow, _l("Entity roles"), add_label=_l("Add role")),
        "addresses": RowsField(AddressRow, _l("Addresses"), add_label=_l("Add address"), description=NO_MAIN),
        "phones": RowsField(PhoneRow, _l("Phones"), add_label=_l("Add phone"), description=NO_MAIN),
        "econtacts": RowsField(EContactRow, _l("E-contacts"), add_label=_l("Add e-contact"), description=NO_MAIN),
        "contacts": RowsField(ContactRow, _l("Related to"), add_label=_l("Add contact")),
        "unit_rows": RowsField(UnitRow, _l("Units"), add_label=_l("Add unit")),
    }


def document_field():
    return DocumentField(_l("CPF/CNPJ"), description=_l("With or without punctuation; the check digits are verified."))


def companies_to_choose() -> bool:
    """Whether the viewer belongs to several companies: with one, nobody has to choose it."""
    if "several_companies" not in g:
        mine = select(Company.id).where(visible(Company, g.viewer), Company.active).limit(2)
        g.several_companies = len(db.session.scalars(mine).all()) > 1
    return g.several_companies


def role_choices() -> list[tuple]:
    """Role types as check boxes; inactive ones only where the entity has them."""
    rows = db.session.execute(select(RoleType.id, RoleType.name, RoleType.active).order_by(RoleType.name_key))
    return [tuple(row) for row in rows]


def customer_role() -> list[int]:
    """The role a new person starts with: nobody is attended without one. Empty where it was switched off."""
    return list(db.session.scalars(select(RoleType.id).where(RoleType.code == CUSTOMER, RoleType.active)))


def handed_over() -> dict:
    """What the complete form of a new person begins with: what was typed in the short one, or in another screen that
    leads here."""
    asked = request.args
    number, email = asked.get("phone", "").strip()[:40], asked.get("email", "").strip()[:320]
    document = asked.get("document", "").strip()[:30]
    given = {"name": asked.get("name", "")[:200], "document": document,
             "phones": [{"number": number, "is_main": True}] if number else [],
             "econtacts": [{"value": email, "is_main": True}] if email else [],
             "roles": [{"role_type": row, "active": True} for row in _rows(RoleType, asked.getlist("roles"))]}
    if company := _rows(Company, asked.getlist("company")[:1]):
        given["company"] = company[0]
    if kind := documents.kind_of(documents.clean(document)):
        given["kind"] = kind
    return given


def _rows(model, typed: list[str]) -> list:
    """The active rows of these ids that the viewer sees."""
    ids = [pk for pk in map(whole, typed[:MAX_ROWS]) if pk is not None]
    return list(db.session.scalars(select(model).where(
        model.id.in_(ids), model.active, visible(model, g.viewer)).order_by(model.id))) if ids else []


class SimpleForm(FlaskForm):
    """"Cadastro simplificado" (W-24)."""

    name = _text(_l("Name"), 200, REQUIRED)
    phone = PhoneField(_l("Phone"), [REQUIRED])
    email = _text(_l("E-mail"), 320)
    document = document_field()
    roles = ChecksField(_l("Role"), rows=role_choices)


class SimpleAddForm(SimpleForm):
    company = LookupField(_l("Company"), source="company")


def simple_values(entity) -> dict:
    """What the short form shows of an entity. The phone is the main one: none marked, none shown (S-26)."""
    email = simple_email(entity.econtacts)
    return {
        "name": entity.name, "document": entity.document, "email": email.value if email else None,
        "phone": entity.main_phone.number if entity.main_phone else None,
        "roles": [row.role_type_id for row in entity.roles if row.active]}
