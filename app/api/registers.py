"""What configurators keep, to be read: products, their information, labels, situations, channels, roles, structure."""
from ..extensions import db
from ..models.alert import AlertPriority
from ..models.classification import Channel, Situation
from ..models.company import Company, Department, Unit
from ..models.entity import ContactType, RoleType
from ..models.label import Label
from ..models.product import Product, ProductInformation
from ..security.visibility import visible
from ..text import normalise
from .arguments import Flag, Listed, Whole, text
from .base import Resource, actor, listed
from .labels import LABEL
from .operation import operation
from .related import loaded
from .shapes import Shape

PRODUCT = Shape("Product", Product, "id name code description active")
INFORMATION = Shape("ProductInformation", ProductInformation, "id title text product motive occurrence active")
SITUATION = Shape("Situation", Situation, "id name phase scope position active")
CHANNEL = Shape("Channel", Channel, "id name code position active")
ROLE = Shape("Role", RoleType, "id name code active")
CONTACT_TYPE = Shape("ContactType", ContactType, "id name active")
PRIORITY = Shape("AlertPriority", AlertPriority, "id name colour position active")
COMPANY = Shape("Company", Company, "id name code active")
UNIT = Shape("Unit", Unit, "id name company restricted active")
DEPARTMENT = Shape("Department", Department, "id name company parent active")


class ListRegister(Listed):
    q = text(200, metadata={"description": "A part of the name"})
    active = Flag(load_default=None)


class ListProducts(ListRegister):
    code = text(40)


class ListInformation(ListRegister):
    product_id = Whole()
    motive_id = Whole()
    occurrence_id = Whole()


REGISTER, PRODUCTS, INFORMATIONS = ListRegister(), ListProducts(), ListInformation()


class ProductInformationApi(Resource):
    resource_name = "product-information"
    class_permission_name = "classification"
    method_permission_name = {"get_list": "read"}
    openapi_spec_tag = "Registers"

    @operation("", summary="List product information", query=INFORMATIONS, listed=INFORMATION)
    def get_list(self):
        """What an attendant answers about a product, by motive and occurrence."""
        args, model = INFORMATIONS.read(), ProductInformation
        query = db.session.query(model).filter(visible(model, actor())).options(
            *loaded(model.product, model.motive, model.occurrence))
        for name in ("product_id", "motive_id", "occurrence_id", "active"):
            if args[name] is not None:
                query = query.filter(getattr(model, name) == args[name])
        if args["q"]:
            query = query.filter(model.title.icontains(args["q"], autoescape=True))
        return listed(INFORMATION, query, model.id, model.id, args)


class ProductApi(Resource):
    resource_name = "products"
    class_permission_name = "classification"
    method_permission_name = {"get_list": "read"}
    openapi_spec_tag = "Registers"

    @operation("", summary="List products", query=PRODUCTS, listed=PRODUCT)
    def get_list(self):
        args = PRODUCTS.read()
        query = _named(Product, args)
        if args["code"] is not None:
            query = query.filter(Product.code == args["code"])
        return listed(PRODUCT, query, Product.name_key, Product.id, args)


def _named(model, args, relations=()):
    query = db.session.query(model).filter(visible(model, actor())).options(*loaded(*relations))
    if args["q"]:
        query = query.filter(model.name_key.contains(normalise(args["q"]), autoescape=True))
    if args["active"] is not None:
        query = query.filter(model.active == args["active"])
    return query


def _register(name, noun, model, shape, summary, relations=()):
    """A resource that lists the rows of a register by name, page by page."""
    class Register(Resource):
        resource_name = name
        class_permission_name = noun
        method_permission_name = {"get_list": "read"}
        openapi_spec_tag = "Registers"

        @operation("", summary=summary, query=REGISTER, listed=shape)
        def get_list(self):
            args = REGISTER.read()
            return listed(shape, _named(model, args, relations), model.name_key, model.id, args)

    Register.__name__ = Register.__qualname__ = f"{model.__name__}RegisterApi"
    return Register


RESOURCES = (
    ProductApi, ProductInformationApi,
    _register("labels", "classification", Label, LABEL, "List labels"),
    _register("situations", "classification", Situation, SITUATION, "List situations"),
    _register("channels", "classification", Channel, CHANNEL, "List channels"),
    _register("roles", "classification", RoleType, ROLE, "List the roles of persons"),
    _register("contact-types", "classification", ContactType, CONTACT_TYPE, "List types of contacts"),
    _register("alert-priorities", "classification", AlertPriority, PRIORITY, "List priorities of alerts"),
    _register("companies", "company", Company, COMPANY, "List companies"),
    _register("units", "structure", Unit, UNIT, "List units", (Unit.company,)),
    _register("departments", "structure", Department, DEPARTMENT, "List departments",
              (Department.company, Department.parent)))
