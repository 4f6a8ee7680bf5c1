"""What the columns of an entity and of its rows are called."""
from flask_babel import lazy_gettext as _l

LABELS = {
    "name": _l("NAME/LEGAL NAME"), "social_name": _l("Social name"), "trade_name": _l("Trade name"),
    "document": _l("CPF/CNPJ"), "kind": _l("Kind of person"), "birth_date": _l("Date of birth"),
    "company": _l("Company"), "active": _l("Active"), "notes": _l("Notes"), "roles": _l("Entity roles"),
    "addresses": _l("Addresses"), "phones": _l("Phones"), "econtacts": _l("E-contacts"), "contacts": _l("Related to"),
    "units": _l("Units"), "main_phone": _l("Phone"), "main_econtact": _l("E-contact"), "active_roles": _l("Role"),
    "role_type": _l("Role"), "contact_type": _l("Contact type"), "job_title": _l("Job title"),
    "related_entity": _l("Related entity"), "phone": _l("Telephone"), "fax": _l("Fax"), "mobile": _l("Mobile"),
    "email": _l("Contact email"), "extension": _l("Extension"), "street": _l("Street"),
    "complement": _l("Complement"), "district": _l("District"), "city": _l("City"), "state": _l("State"),
    "cep": _l("CEP")}
