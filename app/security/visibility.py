"""Which rows a person sees: one condition a model, as SQL, so that it costs no query of its own and is never stale.

Used by lists, show, edit, delete, lookups, actions, search, exports, API and streams. Deny by default: a model without
a rule shows nothing. Rules: requirements 1b, "Row visibility". A row that one may not see does not exist (404, never
403).
"""
from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import and_, exists, false, or_, select, true

from ..models.alert import Alert, AlertPriority
from ..models.api_token import ApiToken
from ..models.appointment import Appointment
from ..models.attachment import Attachment
from ..models.attendance import Attendance, AttendanceDetail
from ..models.calendar import Calendar
from ..models.classification import (
    Cause,
    Channel,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Situation,
    Subclassification,
)
from ..models.company import Company, Department, Unit
from ..models.custom_field import CustomField
from ..models.custom_form import CustomData, CustomForm, FormGroup
from ..models.custom_record import CustomRecord
from ..models.desk import Setting
from ..models.dynamic_menu import DynamicMenu, RecordsOf, dynamic_menu_role
from ..models.email_template import EmailTemplate
from ..models.entity import ContactType, Entity, EntityContact, RoleType
from ..models.external_service import ExternalService
from ..models.identity import LoginAttempt, UserProfile, UserSession, user_company, user_unit
from ..models.internal_message import InternalMessage, InternalRecipient
from ..models.job import Job
from ..models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from ..models.label import AttendanceLabel, Label
from ..models.merge import Merge
from ..models.note import AttendanceNote
from ..models.notification import Notification
from ..models.order import Invoice, Order
from ..models.outbox import Outbox
from ..models.package_import import PackageImport
from ..models.product import Product, ProductInformation
from ..models.provider_account import Batch, Guide, Payment
from ..models.provider_ticket import Message, ProviderTicket
from ..models.reclassification import Reclassification
from ..models.saved_view import SavedView
from ..models.script import Script
from ..models.survey import Survey, SurveyParticipation, SurveyQuestion
from ..models.web_menu import WebMenu
from ..models.webhook import Webhook, WebhookDelivery
from .permissions import ADMIN, Perm
from .viewer import Viewer


def own_companies(viewer):
    """Subselect of the ids of the viewer's companies."""
    return select(user_company.c.company_id).where(user_company.c.user_id == viewer.user_id)


def own_departments(viewer):
    """Subselect of the ids of the viewer's department and of those that it is inside of."""
    mine = select(Department.id).where(Department.id == viewer.department_id).cte(recursive=True)
    above = select(Department.parent_id).join(mine, Department.id == mine.c.id).where(Department.parent_id.is_not(None))
    return select(mine.union(above).c.id)


def _in_company(column):
    def rule(viewer):
        if viewer.entity_id:
            return false()
        return true() if viewer.all_companies else column.in_(own_companies(viewer))
    return rule


def _names(column, model, seen):
    """The row of `model` that `column` names is one that the viewer sees. Asked row by row: of an IN, SQLite would list
    every entity or attendance of his companies first, for a page of 25, and within OR PostgreSQL as well."""
    return select(1).where(model.id == column, seen).correlate(column.class_).exists()


def _unit_open(column, viewer):
    """The unit is not restricted, or the viewer is a member."""
    mine = select(user_unit.c.unit_id).where(user_unit.c.user_id == viewer.user_id)
    restricted = select(Unit.id).where(Unit.restricted)
    return or_(column.is_(None), column.not_in(restricted), column.in_(mine))


def _unit(viewer):
    return and_(_in_company(Unit.company_id)(viewer), true() if viewer.admin else _unit_open(Unit.id, viewer))


def _entity(viewer):
    return Entity.id == viewer.entity_id if viewer.entity_id else _in_company(Entity.company_id)(viewer)


def _contact(viewer):
    return _names(EntityContact.entity_id, Entity, _entity(viewer))


def _attendance(viewer):
    if viewer.entity_id:
        return Attendance.entity_id == viewer.entity_id
    return and_(_in_company(Attendance.company_id)(viewer), _unit_open(Attendance.unit_id, viewer))


def _detail(viewer):
    return _names(AttendanceDetail.attendance_id, Attendance, _attendance(viewer))


def _user(viewer):
    """Colleagues: who shares a company. Nobody but an administrator sees an administrator."""
    if viewer.entity_id:
        return User.id == viewer.user_id
    if viewer.admin:
        return true()
    shares = exists().where(user_company.c.user_id == User.id, user_company.c.company_id.in_(own_companies(viewer)))
    return and_(or_(shares, User.id == viewer.user_id), ~User.roles.any(Role.name == ADMIN))


def _login_attempt(viewer):
    """Of the users one sees; unknown names, which may be a password in the wrong box, only an administrator's."""
    if viewer.entity_id:
        return false()
    return true() if viewer.admin else LoginAttempt.user_id.in_(select(User.id).where(_user(viewer)))


def _role(viewer):
    """Only an administrator touches what an administrator may."""
    return and_(_staff(viewer), true() if viewer.admin else Role.name != ADMIN)


def _staff(viewer):
    """Tables that every member of staff who holds the permission sees whole."""
    return false() if viewer.entity_id else true()


def _outbox(viewer):
    """Mail about an attendance one sees, or to a colleague: a message has no company of its own."""
    if viewer.entity_id:
        return false()
    if viewer.admin:
        return true()
    to_colleague = select(UserProfile.contact_email).join(User, User.id == UserProfile.user_id).where(_user(viewer))
    return or_(_names(Outbox.attendance_id, Attendance, _attendance(viewer)),
               and_(Outbox.attendance_id.is_(None), Outbox.recipient.in_(to_colleague)))


def _of_attendance(column):
    """What belongs to an attendance is seen by whoever sees it; staff only."""
    def rule(viewer):
        return false() if viewer.entity_id else _names(column, Attendance, _attendance(viewer))
    return rule


def _of_entity(column):
    def rule(viewer):
        return false() if viewer.entity_id else _names(column, Entity, _entity(viewer))
    return rule


def _ticket(viewer):
    if viewer.entity_id:
        return ProviderTicket.entity_id == viewer.entity_id
    return and_(_in_company(ProviderTicket.company_id)(viewer), _unit_open(ProviderTicket.unit_id, viewer))


def _message(viewer):
    """Both sides read the conversation."""
    return _names(Message.attendance_id, Attendance, _attendance(viewer))


def _attachment(viewer):
    """Who is served sees what came with a message; pages are the desk's own."""
    seen = _names(Attachment.attendance_id, Attendance, _attendance(viewer))
    return and_(seen, Attachment.message_id.is_not(None)) if viewer.entity_id else seen


def _internal_message(viewer):
    """Who wrote it and who got it; never who is served (C-83)."""
    if viewer.entity_id:
        return false()
    got = select(InternalRecipient.message_id).where(InternalRecipient.user_id == viewer.user_id)
    return or_(InternalMessage.sender_id == viewer.user_id, InternalMessage.id.in_(got))


def _participation(viewer):
    """Of an attendance one sees; else of an entity one sees."""
    if viewer.entity_id:
        return false()
    part = SurveyParticipation
    return or_(_names(part.attendance_id, Attendance, _attendance(viewer)),
               and_(part.attendance_id.is_(None), _names(part.entity_id, Entity, _entity(viewer))))


def _appointment(viewer):
    """Of an entity one sees, and not about an attendance that one may not see."""
    return and_(_of_entity(Appointment.entity_id)(viewer),
                or_(Appointment.attendance_id.is_(None), _of_attendance(Appointment.attendance_id)(viewer)))


def _merge(viewer):
    """Of a kept record that one sees."""
    return or_(and_(Merge.kind == "entity", _of_entity(Merge.kept_id)(viewer)),
               and_(Merge.kind == "attendance", _of_attendance(Merge.kept_id)(viewer)))


def desk_records(viewer):
    """Records of configurators' forms of one's companies, whatever the menu; what belongs to an attendance only where
    that one is seen."""
    if viewer.entity_id:
        return false()
    return and_(_in_company(CustomRecord.company_id)(viewer), record_attendance(viewer))


def record_attendance(viewer):
    """The record belongs to no attendance, or to one that the viewer sees. As a value and no EXISTS: within OR
    PostgreSQL would list every attendance of his companies first."""
    if viewer.entity_id:
        return CustomRecord.attendance_id.is_(None)
    seen = select(1).where(Attendance.id == CustomRecord.attendance_id, _attendance(viewer)).correlate(CustomRecord)
    return or_(CustomRecord.attendance_id.is_(None), seen.limit(1).scalar_subquery() == 1)


def records_of(viewer, whose: str):
    """The records that a menu shows by its "Registros de"; one's own are never hidden from who added them."""
    own = CustomRecord.owner_id == viewer.user_id
    if whose == RecordsOf.ALL:
        return true()
    if whose == RecordsOf.OWN or viewer.department_id is None:
        return own
    return or_(own, CustomRecord.department_id == viewer.department_id)


def _custom_record(viewer):
    """Those behind a menu that one of the viewer's roles has, of those whose records it shows."""
    if viewer.entity_id or viewer.admin:
        return desk_records(viewer)
    menu = DynamicMenu
    given = select(dynamic_menu_role.c.menu_id).join(
        assoc_user_role, assoc_user_role.c.role_id == dynamic_menu_role.c.role_id).where(
        assoc_user_role.c.user_id == viewer.user_id)
    whose = or_(*(and_(menu.records_of == each, records_of(viewer, each)) for each in RecordsOf))
    return and_(desk_records(viewer), select(1).where(
        menu.form_id == CustomRecord.form_id, menu.active, menu.id.in_(given), whose).correlate(CustomRecord).exists())


def _saved_view(viewer):
    """One's own, and what colleagues share."""
    return false() if viewer.entity_id else or_(SavedView.owner_id == viewer.user_id, SavedView.shared)


def _script(viewer):
    """Who keeps scripts, or the departments, sees those of his companies; everybody else what is offered to him."""
    if viewer.entity_id:
        return false()
    if viewer.may(Perm.CLASSIFICATION_WRITE) or viewer.may(Perm.STRUCTURE_WRITE):
        return Script.departments.any(_in_company(Department.company_id)(viewer))
    return offered_script(viewer)


def offered_script(viewer):
    """The condition under which a script is offered during an attendance: active, of one's own departments."""
    if viewer.department_id is None:
        return false()
    return and_(Script.active, Script.departments.any(Department.id.in_(own_departments(viewer))))


def _webhook(viewer):
    """Of one's companies; those that tell of every company are seen by who sees every company."""
    if viewer.entity_id:
        return false()
    return true() if viewer.all_companies else Webhook.company_id.in_(own_companies(viewer))


def _reclassification(viewer):
    """One's own, and those of colleagues one sees."""
    if viewer.entity_id:
        return false()
    started = Reclassification.started_by_id
    return or_(started == viewer.user_id, started.in_(select(User.id).where(_user(viewer))))


def _delivery(viewer):
    return WebhookDelivery.webhook_id.in_(select(Webhook.id).where(_webhook(viewer)))


RULES = {
    Company: _in_company(Company.id), Unit: _unit, Department: _in_company(Department.company_id),
    Entity: _entity, EntityContact: _contact, Attendance: _attendance, AttendanceDetail: _detail, User: _user,
    Role: _role, LoginAttempt: _login_attempt, Outbox: _outbox,
    UserSession: lambda viewer: UserSession.user_id == viewer.user_id,
    Alert: _of_entity(Alert.entity_id), Appointment: _appointment,
    Order: _of_entity(Order.entity_id), Invoice: _of_entity(Invoice.entity_id),
    Attachment: _attachment, Message: _message, ProviderTicket: _ticket, InternalMessage: _internal_message,
    **{model: _of_entity(model.provider_id) for model in (Batch, Guide, Payment)},
    AttendanceNote: _of_attendance(AttendanceNote.attendance_id),
    AttendanceLabel: _of_attendance(AttendanceLabel.attendance_id), SurveyParticipation: _participation,
    CustomRecord: _custom_record, Merge: _merge, SavedView: _saved_view, Script: _script, Webhook: _webhook,
    WebhookDelivery: _delivery, Reclassification: _reclassification,
    ApiToken: lambda viewer: ApiToken.user_id == viewer.user_id, Job: lambda viewer: Job.user_id == viewer.user_id,
    Notification: lambda viewer: Notification.user_id == viewer.user_id,
    **dict.fromkeys((Channel, Situation, Motive, Occurrence, Cause, Classification, Subclassification, DefaultMotive,
                     RoleType, ContactType, CustomForm, CustomField, FormGroup, CustomData, DynamicMenu, Setting,
                     Survey, SurveyQuestion, Product, ProductInformation, AlertPriority, Label, EmailTemplate,
                     Calendar, WebMenu, KnowledgeSection, KnowledgeCategory, KnowledgeItem, ExternalService,
                     PackageImport),
                    _staff),
}


def visible(model, viewer: Viewer | None):
    """The condition under which `viewer` sees a row of `model`."""
    if viewer is None or model not in RULES:
        return false()
    return RULES[model](viewer)


def visible_to(model, viewer: Viewer | None):
    """`select(model)` of the rows the viewer sees."""
    return select(model).where(visible(model, viewer))
