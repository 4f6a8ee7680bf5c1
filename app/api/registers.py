"""What configurators keep, read and written as the screens do: the same permissions, services, refusals and log."""
from sqlalchemy.orm import selectinload

from ..extensions import db
from ..models.alert import AlertPriority
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
from ..models.email_template import EmailTemplate
from ..models.entity import ContactType, RoleType
from ..models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeKind, KnowledgeSection
from ..models.label import Label
from ..models.product import Product, ProductInformation
from ..models.script import Script
from ..queries.knowledge import holds as knowledge_holds
from ..queries.scripts import found as scripts_found
from ..security.visibility import visible
from ..services import (
    alerts,
    channels,
    classifications,
    companies,
    email_templates,
    knowledge,
    labels,
    products,
    role_types,
    scripts,
    situations,
)
from . import register_bodies as bodies
from .arguments import Whole, one_of, text
from .base import actor
from .labels import LABEL
from .register_resource import ListRegister, named_rows, register_of
from .related import loaded
from .shapes import NAMED, Shape, many, named

PRODUCT = Shape("Product", Product, "id name code description active version")
INFORMATION = Shape("ProductInformation", ProductInformation, "id title text product motive occurrence active version")
MOTIVE = Shape("Motive", Motive, "id name valid_from valid_until complete_to_close active version")
OCCURRENCE = Shape("Occurrence", Occurrence, "id name motive valid_from valid_until active version")
CAUSE = Shape("Cause", Cause, "id name occurrence valid_from valid_until active version")
CLASSIFICATION = Shape("ProviderClassification", Classification,
                       "id name return_days return_hours counting calendar valid_from valid_until complete_to_close "
                       "active version")
SUBCLASSIFICATION = Shape(
    "Subclassification", Subclassification,
    "id name classification return_days return_hours valid_from valid_until active version")
DEFAULT_MOTIVE = Shape("DefaultMotive", DefaultMotive,
                       "id name subclassification return_days return_hours valid_from valid_until active version")
SITUATION = Shape("Situation", Situation, "id name phase scope position active version")
CHANNEL = Shape("Channel", Channel, "id name code icon position active version")
ROLE = Shape("Role", RoleType, "id name code active version")
CONTACT_TYPE = Shape("ContactType", ContactType, "id name active version")
PRIORITY = Shape("AlertPriority", AlertPriority, "id name colour position active version")
COMPANY = Shape("Company", Company, "id name document code timezone active version")
UNIT = Shape("Unit", Unit, "id name company restricted active version")
SCRIPT = Shape("Script", Script, "id title kind body position active version", departments=(
    many(NAMED), lambda row: [named(each) for each in sorted(row.departments, key=lambda one: (one.name_key, one.id))]))
SECTION = Shape("KnowledgeSection", KnowledgeSection, "id name position active version")
CATEGORY = Shape("KnowledgeCategory", KnowledgeCategory, "id name section position active version")
ITEM = Shape("KnowledgeItem", KnowledgeItem, "id title kind identification return_days proposed_solution "
             "operator_guidance category active version")
EMAIL_TEMPLATE = Shape("EmailTemplate", EmailTemplate, "id name subject body active version")
DEPARTMENT = Shape("Department", Department, "id name company parent active version")


class ListProducts(ListRegister):
    code = text(40)


class ListInformation(ListRegister):
    product_id = Whole()
    motive_id = Whole()
    occurrence_id = Whole()


class ListKnowledge(ListRegister):
    q = text(200, metadata={"description": "Words of title, solution and guidance, by any part"})
    section_id = Whole()
    category_id = Whole()
    kind = one_of(*KnowledgeKind)


class ListScripts(ListRegister):
    q = text(200, metadata={"description": "Words of title and text"})


PRODUCTS, INFORMATIONS = ListProducts(), ListInformation()


def _products(model, args, relations):
    query = named_rows(model, args, relations)
    return query if args["code"] is None else query.filter(model.code == args["code"])


def _information(model, args, relations):
    query = db.session.query(model).filter(visible(model, actor())).options(*loaded(*relations))
    for name in ("product_id", "motive_id", "occurrence_id", "active"):
        if args[name] is not None:
            query = query.filter(getattr(model, name) == args[name])
    return query.filter(model.title.icontains(args["q"], autoescape=True)) if args["q"] else query


def _titled(model, args, relations, words):
    """Rows with a title that hold these words."""
    query = db.session.query(model).filter(visible(model, actor())).options(*loaded(*relations))
    if args["active"] is not None:
        query = query.filter(model.active == args["active"])
    return query.filter(words(args["q"])) if args["q"] else query


def _scripts(model, args, relations):
    return _titled(model, args, relations, scripts_found).options(selectinload(Script.departments))


def _knowledge(model, args, relations):
    query = _titled(model, args, relations, knowledge_holds)
    for name in ("category_id", "kind"):
        if args[name] is not None:
            query = query.filter(getattr(model, name) == args[name])
    if args["section_id"] is not None:
        query = query.filter(KnowledgeItem.category.has(KnowledgeCategory.section_id == args["section_id"]))
    return query


KEPT = "classification"  # the noun of what configurators keep
RESOURCES = (
    register_of("products", KEPT, Product, PRODUCT, ("products", "a product"), bodies.AddProduct(), products.products,
                query=PRODUCTS, find=_products),
    register_of("product-information", KEPT, ProductInformation, INFORMATION,
                ("product information", "information of a product"), bodies.AddProductInformation(),
                products.information, (ProductInformation.product, ProductInformation.motive,
                                       ProductInformation.occurrence), INFORMATIONS, _information, "id"),
    register_of("motives", KEPT, Motive, MOTIVE, ("motives", "a motive"), bodies.AddMotive(),
                classifications.motives),
    register_of("occurrences", KEPT, Occurrence, OCCURRENCE, ("occurrences", "an occurrence"), bodies.AddOccurrence(),
                classifications.occurrences, (Occurrence.motive,)),
    register_of("causes", KEPT, Cause, CAUSE, ("causes", "a cause"), bodies.AddCause(), classifications.causes,
                (Cause.occurrence,)),
    register_of("provider-classifications", KEPT, Classification, CLASSIFICATION,
                ("classifications of providers' tickets", "a classification"), bodies.AddProviderClassification(),
                classifications.classifications, (Classification.calendar,)),
    register_of("subclassifications", KEPT, Subclassification, SUBCLASSIFICATION,
                ("subclassifications", "a subclassification"), bodies.AddSubclassification(),
                classifications.subclassifications, (Subclassification.classification,)),
    register_of("default-motives", KEPT, DefaultMotive, DEFAULT_MOTIVE, ("standard motives", "a standard motive"),
                bodies.AddDefaultMotive(), classifications.default_motives, (DefaultMotive.subclassification,)),
    register_of("labels", KEPT, Label, LABEL, ("labels", "a label"), bodies.AddLabel(), labels.service),
    register_of("situations", KEPT, Situation, SITUATION, ("situations", "a situation"), bodies.AddSituation(),
                situations.service),
    register_of("channels", KEPT, Channel, CHANNEL, ("channels", "a channel"), bodies.AddChannel(), channels.service),
    register_of("roles", KEPT, RoleType, ROLE, ("the roles of persons", "a role of persons"), bodies.AddRole(),
                role_types.service),
    register_of("contact-types", KEPT, ContactType, CONTACT_TYPE, ("types of contacts", "a type of contacts"),
                bodies.AddContactType()),
    register_of("alert-priorities", KEPT, AlertPriority, PRIORITY, ("priorities of alerts", "a priority of alerts"),
                bodies.AddAlertPriority(), alerts.priorities),
    register_of("email-templates", KEPT, EmailTemplate, EMAIL_TEMPLATE, ("e-mail templates", "an e-mail template"),
                bodies.AddEmailTemplate(), email_templates.service),
    register_of("scripts", KEPT, Script, SCRIPT, ("scripts of attendance", "a script of attendance"),
                bodies.AddScript(), scripts, query=ListScripts(), find=_scripts, order="title_key"),
    register_of("knowledge-sections", KEPT, KnowledgeSection, SECTION,
                ("sections of the knowledge base", "a section of the knowledge base"), bodies.AddKnowledgeSection(),
                knowledge.sections),
    register_of("knowledge-categories", KEPT, KnowledgeCategory, CATEGORY,
                ("categories of the knowledge base", "a category of the knowledge base"), bodies.AddKnowledgeCategory(),
                knowledge.categories, (KnowledgeCategory.section,)),
    register_of("knowledge-items", KEPT, KnowledgeItem, ITEM,
                ("items of the knowledge base", "an item of the knowledge base"), bodies.AddKnowledgeItem(),
                knowledge.items, (KnowledgeItem.category,), ListKnowledge(), _knowledge, "title_key"),
    register_of("companies", "company", Company, COMPANY, ("companies", "a company"), bodies.AddCompany(),
                companies.companies),
    register_of("units", "structure", Unit, UNIT, ("units", "a unit"), bodies.AddUnit(), companies.units,
                (Unit.company,)),
    register_of("departments", "structure", Department, DEPARTMENT, ("departments", "a department"),
                bodies.AddDepartment(), companies.departments, (Department.company, Department.parent)))
