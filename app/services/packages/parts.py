"""What travels in a package: the parts in the order in which they need each other."""
from flask_babel import lazy_gettext as _l

from ...models.alert import AlertPriority
from ...models.calendar import Calendar
from ...models.classification import (
    Cause,
    Channel,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Situation,
    Subclassification,
)
from ...models.custom_form import FormGroup
from ...models.email_template import EmailTemplate
from ...models.entity import ContactType, RoleType
from ...models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from ...models.label import Label
from ...models.script import Script
from ...models.survey import Survey
from ...security.permissions import Perm
from .. import (
    alerts,
    calendars,
    channels,
    classifications,
    email_templates,
    form_groups,
    knowledge,
    labels,
    records,
    role_types,
    scripts,
    situations,
    surveys,
)
from .department_part import DepartmentPart
from .form_part import CustomDataPart, FormsPart, MenusPart
from .part import Part
from .service_part import ExternalServicePart
from .special import ParametersPart, RolesPart, WebMenusPart


class CodedPart(Part):
    """Rows that have a code, which never changes and comes along."""

    def create(self, session, values, *, actor, now) -> int:
        return records.create(session, self.model, values, actor=actor, now=now).id


_WRITES, _FORMS = Perm.CLASSIFICATION_WRITE, Perm.CUSTOM_FORM_WRITE
_contact_types = records.service_for(ContactType)
PARTS: list[Part] = [
    DepartmentPart(),
    Part("calendars", _l("Calendars"), Calendar, calendars, _WRITES, rows={"holidays": "day"}),
    Part("situations", _l("Situations"), Situation, situations.service, _WRITES),
    CodedPart("channels", _l("Channels"), Channel, channels.service, _WRITES, key="code"),
    CodedPart("role_types", _l("Roles of entities"), RoleType, role_types.service, _WRITES, key="code"),
    Part("contact_types", _l("Contact types"), ContactType, _contact_types, _WRITES),
    Part("alert_priorities", _l("Alert priorities"), AlertPriority, alerts.priorities, _WRITES),
    Part("labels", _l("Labels"), Label, labels.service, _WRITES),
    Part("email_templates", _l("E-mail templates"), EmailTemplate, email_templates.service, _WRITES),
    Part("motives", _l("Motives"), Motive, classifications.motives, _WRITES),
    Part("occurrences", _l("Occurrences"), Occurrence, classifications.occurrences, _WRITES, parent="motive"),
    Part("causes", _l("Causes"), Cause, classifications.causes, _WRITES, parent="occurrence"),
    Part("classifications", _l("Classifications"), Classification, classifications.classifications, _WRITES,
         refs=("calendar",)),
    Part("subclassifications", _l("Subclassifications"), Subclassification, classifications.subclassifications, _WRITES,
         parent="classification"),
    Part("default_motives", _l("Standard motives"), DefaultMotive, classifications.default_motives, _WRITES,
         parent="subclassification"),
    Part("scripts", _l("Attendance scripts"), Script, scripts, _WRITES, key="title",
         lists=("departments",), apart=("departments", "kind")),
    Part("surveys", _l("Surveys"), Survey, surveys, _WRITES, rows={"questions": "text"}),
    Part("knowledge_sections", _l("Sections of the knowledge base"), KnowledgeSection, knowledge.sections, _WRITES),
    Part("knowledge_categories", _l("Categories of the knowledge base"), KnowledgeCategory, knowledge.categories,
         _WRITES, parent="section"),
    Part("knowledge_items", _l("Items of the knowledge base"), KnowledgeItem, knowledge.items, _WRITES, key="title",
         parent="category"),
    RolesPart(),
    Part("form_groups", _l("Groups of forms"), FormGroup, form_groups, _FORMS),
    FormsPart(),
    CustomDataPart(),
    MenusPart(),
    WebMenusPart(),
    ExternalServicePart(),
    ParametersPart(),
]
BY_NAME = {part.name: part for part in PARTS}
