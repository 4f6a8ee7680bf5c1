"""The form of a user: who he is, what he may do, where he belongs."""
from flask import current_app, g
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from ..extensions import db
from ..models.company import Company, Unit
from ..security.labels import role_label
from ..security.permissions import ADMIN
from ..security.visibility import visible
from ..services.grants import may_grant, pairs_by_role
from ..services.users import PORTAL_ROLES
from .checks import ChecksField
from .fields import ChoiceField
from .lookup import LookupField

_REQUIRED = _l("Fill in this field.")
_COMPANIES_HELP = _l("The user sees the records of these companies.")
_BOX = {"class": "form-control"}


def role_rows():
    """Roles, open where the viewer may give them."""
    held = pairs_by_role(db.session)
    rows = db.session.scalars(select(Role).where(visible(Role, g.viewer)).order_by(Role.id))
    return [(role.id, role_label(role.name), may_grant(role, held[role.id], g.viewer)) for role in rows]


def company_rows():
    """The viewer's companies, open while they are active."""
    return [tuple(row) for row in db.session.execute(
        select(Company.id, Company.name, Company.active).where(visible(Company, g.viewer)).order_by(Company.name_key))]


def unit_rows():
    """Restricted units: only these need a membership."""
    rows = db.session.execute(
        select(Unit.id, Unit.name, Company.name, Unit.active).join(Unit.company)
        .where(visible(Unit, g.viewer), Unit.restricted).order_by(Company.name_key, Unit.name_key))
    return [(pk, f"{unit} ({company})", active) for pk, unit, company, active in rows]


def only_company():
    """The company that a new user is of where there is nothing to choose."""
    rows = [pk for pk, _name, may in company_rows() if may]
    return rows if len(rows) == 1 else []


class Mandatory:
    """Marks a field whose emptiness the service refuses: it knows what the form does not show."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        pass


class StaffCompany(Mandatory):
    """A new user needs a company, unless he is an administrator or will be of the portal (then his entity says it)."""

    def __call__(self, form, field):
        names = set(db.session.scalars(select(Role.name).where(Role.id.in_(form.roles.data))))
        portal = form.entity.data or (names and names <= set(PORTAL_ROLES))
        if not field.data and not portal and ADMIN not in names:
            raise ValidationError(_("Choose at least one company."))


class UserEditForm(FlaskForm):
    """Every field but the user name, which stays."""

    first_name = StringField(_l("First name"), [InputRequired(_REQUIRED), Length(max=64)], render_kw=_BOX)
    last_name = StringField(_l("Last name"), [InputRequired(_REQUIRED), Length(max=64)], render_kw=_BOX)
    contact_email = StringField(_l("Contact e-mail"), [Length(max=320)], render_kw=_BOX,
                                description=_l("Links to choose a password go to this address."))
    locale = ChoiceField(_l("Language"), blank=True)
    active = BooleanField(_l("Active"), default=True,
                          description=_l("An inactive user cannot sign in; his sessions end at once."))
    roles = ChecksField(_l("Access roles"), [DataRequired(_l("Choose at least one role."))], rows=role_rows,
                        description=_l("Only roles whose permissions you have yourself can be given."))
    companies = ChecksField(_l("Companies"), [Mandatory()], rows=company_rows, description=_COMPANIES_HELP)
    units = ChecksField(_l("Restricted units"), rows=unit_rows,
                        description=_l("Attendances of a restricted unit are seen only by its members."))
    department = LookupField(_l("Department"), source="department")
    entity = LookupField(_l("Entity of the portal"), source="entity", description=_l(
        "Only for providers and customers: they see nothing but the records of this entity."))
    central_operator = BooleanField(_l("Operator of the provider central"))
    chat_active = BooleanField(_l("Receives chats"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.locale.choices = [("", _("As the browser asks"))] + [
            (code, each["name"]) for code, each in current_app.config["LANGUAGES"].items()]


class UserAddForm(UserEditForm):
    username = StringField(_l("User name"), [InputRequired(_REQUIRED), Length(max=64)], render_kw=_BOX,
                           description=_l("What the person signs in with. It cannot be changed later."))
    contact_email = StringField(_l("Contact e-mail"), [InputRequired(_REQUIRED), Length(max=320)], render_kw=_BOX,
                                description=_l("Links to choose a password go to this address."))
    companies = ChecksField(_l("Companies"), [StaffCompany()], rows=company_rows, default=only_company,
                            description=_COMPANIES_HELP)


def stored(user) -> dict:
    """What the form shows of a user row."""
    profile = user.profile
    plain = {name: getattr(profile, name, None) for name in (
        "contact_email", "locale", "department", "entity", "central_operator", "chat_active")}
    return {**plain, "first_name": user.first_name, "last_name": user.last_name, "active": user.active,
            "roles": [role.id for role in user.roles],
            "companies": [row.id for row in profile.companies] if profile else [],
            "units": [row.id for row in profile.units] if profile else []}
