"""Produtos and Informações de produto."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...models.product import Product, ProductInformation
from ...services import products
from .classifications import ACTIVE_HELP, RegisterView


class ProductView(RegisterView):
    noun, route_base = "classification", "/products"
    datamodel, service = SQLAInterface(Product), products.products
    list_title, add_title, edit_title = _l("Products"), _l("New product"), _l("Edit product")
    list_columns = order_columns = search_columns = ["name", "code", "active"]
    add_columns = edit_columns = show_columns = ["name", "code", "description", "active"]
    label_columns = {"name": _l("Product"), "code": _l("Code"), "description": _l("Description"),
                     "active": _l("Active")}
    list_template = "imports/list.html"
    empty_text = _l("A product is what customers ask about; information for the attendants hangs on it.")


class ProductInformationView(RegisterView):
    noun, route_base = "classification", "/product-information"
    datamodel, service = SQLAInterface(ProductInformation), products.information
    list_title, add_title, edit_title = (
        _l("Product information"), _l("New product information"), _l("Edit product information"))
    list_columns = order_columns = ["title", "product", "motive", "occurrence", "active"]
    search_columns = ["product", "motive", "occurrence", "title", "text", "active"]
    add_columns = edit_columns = show_columns = ["product", "motive", "occurrence", "title", "text", "active"]
    cascade = {"occurrence": "motive"}
    base_order = ("title", "asc")
    label_columns = {"product": _l("Product"), "motive": _l("Motive"), "occurrence": _l("Occurrence"),
                     "title": _l("Title"), "text": _l("Text"), "active": _l("Active")}
    description_columns = {"active": ACTIVE_HELP,
                           "occurrence": _l("Left empty, the information holds for the whole motive."),
                           "text": _l("What the attendant reads and tells the customer.")}
    empty_text = _l("Information is what an attendant answers about a product, by motive and occurrence.")
