"""What configurators keep, read and written as the screens do: the same permissions, services, refusals and log."""
from flask import jsonify
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
    knowledge,
    labels,
    products,
    records,
    role_types,
    scripts,
    situations,
)
from ..services.records import get_visible
from ..text import normalise
from . import register_bodies as bodies
from . import schemas
from .alerts import AT_VERSION
from .arguments import Flag, Listed, Whole, one_of, text
from .base import Resource, actor, body, listed, written
from .labels import LABEL
from .operation import operation
from .related import loaded
from .shapes import NAMED, Shape, many, named

PRODUCT = Shape("Product", Product, "id name code description active version")
INFORMATION = Shape("ProductInformation", ProductInformation, "id title text product motive occurrence active version")
MOTIVE = Shape("Motive", Motive, "id name valid_from valid_until complete_to_close active version")
OCCURRENCE = Shape("Occurrence", Occurrence, "id name motive valid_from valid_until active version")
CAUSE = Shape("Cause", Cause, "id name occurrence valid_from valid_until active version")
CLASSIFICATION = Shape("ProviderClassification", Classification,
                       "id name return_days valid_from valid_until complete_to_close active version")
SUBCLASSIFICATION = Shape(
    "Subclassification", Subclassification,
    "id name classification return_days valid_from valid_until active version")
DEFAULT_MOTIVE = Shape("DefaultMotive", DefaultMotive,
                       "id name subclassification return_days valid_from valid_until active version")
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
DEPARTMENT = Shape("Department", Department, "id name company parent active version")


class ListRegister(Listed):
    q = text(200, metadata={"description": "A part of the name"})
    active = Flag(load_default=None)


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


REGISTER, PRODUCTS, INFORMATIONS = ListRegister(), ListProducts(), ListInformation()


def _named(model, args, relations=()):
    query = db.session.query(model).filter(visible(model, actor())).options(*loaded(*relations))
    if args["q"]:
        query = query.filter(model.name_key.contains(normalise(args["q"]), autoescape=True))
    if args["active"] is not None:
        query = query.filter(model.active == args["active"])
    return query


def _register(name, noun, model, shape, words, add, service=None, relations=(), query=REGISTER, find=_named,
              order="name_key"):
    """A resource over a register: its rows page by page, and the verbs of its service as the screens call them.

    `words` are the summaries of the list and of one row.
    """
    many_, one = words
    service, whole, part = service or records.service_for(model), bodies.put_of(add), schemas.change_of(type(add))

    class Register(Resource):
        resource_name = name
        class_permission_name = noun
        method_permission_name = {"get_list": "read", "get": "read", "post": "write", "put": "write",
                                  "change": "write", "delete": "write"}
        openapi_spec_tag = "Registers"

        @operation("", summary=f"List {many_}", query=query, listed=shape)
        def get_list(self):
            args = query.read()
            return listed(shape, find(model, args, relations), getattr(model, order), model.id, args)

        @operation("", "POST", summary=f"Add {one}", body=add, answer=shape, status=201, once=True)
        def post(self):
            data = body(add)
            return written(lambda session, now: shape(bodies.refused_at(model, lambda: service.create(
                session, bodies.values(session, model, data), actor=actor(), now=now))), name, status=201)

        @operation("/<int:pk>", summary=f"Read {one}", answer=shape)
        def get(self, pk):
            return jsonify(shape(get_visible(db.session, model, pk, actor())))

        @operation("/<int:pk>", "PUT", summary=f"Replace {one}", body=whole, answer=shape,
                   description="What is left out gets its default. The version is that of the row as it was read.")
        def put(self, pk):
            return _changed(pk, body(whole))

        @operation("/<int:pk>", "PATCH", summary=f"Change {one}", body=part, answer=shape,
                   description="What is left out stays. The version is that of the row as it was read.")
        def change(self, pk):
            return _changed(pk, body(part))

        @operation("/<int:pk>", "DELETE", summary=f"Delete {one}", query=AT_VERSION, status=204,
                   description="One in use is refused: it can be deactivated.")
        def delete(self, pk):
            args = AT_VERSION.read()
            return written(lambda session, now: bodies.deleted(
                lambda: service.delete(session, pk, **args, actor=actor(), now=now)))

    def _changed(pk, data):
        return written(lambda session, now: shape(bodies.refused_at(model, lambda: service.update(
            session, pk, bodies.values(session, model, data, pk), version=data["version"], actor=actor(), now=now))))

    Register.__name__ = Register.__qualname__ = f"{model.__name__}RegisterApi"
    return Register


def _products(model, args, relations):
    query = _named(model, args, relations)
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
    _register("products", KEPT, Product, PRODUCT, ("products", "a product"), bodies.AddProduct(), products.products,
              query=PRODUCTS, find=_products),
    _register("product-information", KEPT, ProductInformation, INFORMATION,
              ("product information", "information of a product"), bodies.AddProductInformation(),
              products.information, (ProductInformation.product, ProductInformation.motive,
                                     ProductInformation.occurrence), INFORMATIONS, _information, "id"),
    _register("motives", KEPT, Motive, MOTIVE, ("motives", "a motive"), bodies.AddMotive(),
              classifications.motives),
    _register("occurrences", KEPT, Occurrence, OCCURRENCE, ("occurrences", "an occurrence"), bodies.AddOccurrence(),
              classifications.occurrences, (Occurrence.motive,)),
    _register("causes", KEPT, Cause, CAUSE, ("causes", "a cause"), bodies.AddCause(), classifications.causes,
              (Cause.occurrence,)),
    _register("provider-classifications", KEPT, Classification, CLASSIFICATION,
              ("classifications of providers' tickets", "a classification"), bodies.AddProviderClassification(),
              classifications.classifications),
    _register("subclassifications", KEPT, Subclassification, SUBCLASSIFICATION,
              ("subclassifications", "a subclassification"), bodies.AddSubclassification(),
              classifications.subclassifications, (Subclassification.classification,)),
    _register("default-motives", KEPT, DefaultMotive, DEFAULT_MOTIVE, ("standard motives", "a standard motive"),
              bodies.AddDefaultMotive(), classifications.default_motives, (DefaultMotive.subclassification,)),
    _register("labels", KEPT, Label, LABEL, ("labels", "a label"), bodies.AddLabel(), labels.service),
    _register("situations", KEPT, Situation, SITUATION, ("situations", "a situation"), bodies.AddSituation(),
              situations.service),
    _register("channels", KEPT, Channel, CHANNEL, ("channels", "a channel"), bodies.AddChannel(), channels.service),
    _register("roles", KEPT, RoleType, ROLE, ("the roles of persons", "a role of persons"), bodies.AddRole(),
              role_types.service),
    _register("contact-types", KEPT, ContactType, CONTACT_TYPE, ("types of contacts", "a type of contacts"),
              bodies.AddContactType()),
    _register("alert-priorities", KEPT, AlertPriority, PRIORITY, ("priorities of alerts", "a priority of alerts"),
              bodies.AddAlertPriority(), alerts.priorities),
    _register("scripts", KEPT, Script, SCRIPT, ("scripts of attendance", "a script of attendance"), bodies.AddScript(),
              scripts, query=ListScripts(), find=_scripts, order="title_key"),
    _register("knowledge-sections", KEPT, KnowledgeSection, SECTION,
              ("sections of the knowledge base", "a section of the knowledge base"), bodies.AddKnowledgeSection(),
              knowledge.sections),
    _register("knowledge-categories", KEPT, KnowledgeCategory, CATEGORY,
              ("categories of the knowledge base", "a category of the knowledge base"), bodies.AddKnowledgeCategory(),
              knowledge.categories, (KnowledgeCategory.section,)),
    _register("knowledge-items", KEPT, KnowledgeItem, ITEM,
              ("items of the knowledge base", "an item of the knowledge base"), bodies.AddKnowledgeItem(),
              knowledge.items, (KnowledgeItem.category,), ListKnowledge(), _knowledge, "title_key"),
    _register("companies", "company", Company, COMPANY, ("companies", "a company"), bodies.AddCompany(),
              companies.companies),
    _register("units", "structure", Unit, UNIT, ("units", "a unit"), bodies.AddUnit(), companies.units,
              (Unit.company,)),
    _register("departments", "structure", Department, DEPARTMENT, ("departments", "a department"),
              bodies.AddDepartment(), companies.departments, (Department.company, Department.parent)))
