"""Forms of configurators for tests: fields on persons or attendances, without the screens that define them."""
from app.models.custom_field import CustomField
from app.models.custom_form import CustomData, CustomForm
from app.models.dynamic_menu import DynamicMenu

NAMES = {"entity": "Dados do cadastro", "attendance": "Dados Complementares"}


def form(name: str, *fields: CustomField, slug: str | None = None, **values) -> CustomForm:
    """A form with these fields, in their order."""
    for number, field in enumerate(fields, 1):
        field.position = field.position or number
    return CustomForm(name=name, slug=slug or name.lower().replace(" ", "-"), fields=list(fields), **values)


def placed(target: str, *fields: CustomField, **values) -> list:
    """The rows that put these fields on persons (`entity`) or attendances: to be added to a session."""
    made = form(values.pop("name", NAMES[target]), *fields, slug=values.pop("slug", f"of-{target}"))
    return [made, CustomData(target=target, name=made.name, form=made, **values)]


def menu(name: str, of: CustomForm, *roles, **values) -> DynamicMenu:
    """A menu with this form behind it, of these roles: to be added to a session."""
    return DynamicMenu(name=name, form=of, roles=list(roles), **values)
