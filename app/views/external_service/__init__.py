"""The external service: its two tabs in the settings, and the form of a person filled by it."""
from flask import current_app
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """No menu of their own: the tabs of the settings and the form of a person lead to them."""
    from ...lowcode.person_fields import LABELS
    from ..logs import CODES_OF, LABELS_OF
    from .filling import ServiceFillView, person_service
    from .forms import AUTHS
    from .settings import ExternalServiceView

    LABELS_OF["external_service"] = {
        "name": _l("Service name"), "url": _l("URL"), "method": _l("Method"), "body": _l("Body"),
        "auth": _l("Authentication"), "username": _l("User name"), "key_header": _l("Header of the key"),
        "secret": _l("Secret"), "headers": _l("Headers"), "seconds": _l("Time limit (seconds)"), "active": _l("Active"),
        "mappings": _l("Person fields"), "variable": _l("Variable"), "person_field": _l("Field of the person"),
        "document": _l("CPF/CNPJ"), "phone": _l("Phone"), "email": _l("E-mail"), "entity": _l("Entity")}
    CODES_OF["external_service"] = {"auth": AUTHS, "person_field": LABELS}
    appbuilder.add_view_no_menu(ExternalServiceView)
    appbuilder.add_view_no_menu(ServiceFillView)
    current_app.jinja_env.globals.update(person_service=person_service)
