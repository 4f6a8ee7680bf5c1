"""What configurators define, over REST: forms with their fields, where they stand, menus that lead to their records."""
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..models.custom_field import CustomField, FieldType
from ..models.custom_form import CustomData, CustomForm, FieldTarget, FormGroup, PersonType
from ..models.dynamic_menu import DynamicMenu, RecordPermission, RecordsOf
from ..security.labels import role_label
from ..services import custom_data, dynamic_menus, form_document, form_groups, forms
from . import register_bodies as bodies
from . import schemas
from .register_bodies import Named
from .register_resource import register_of
from .shapes import ANY, NAMED, OBJECT, Shape, many

NOUN, TAG = "custom_form", "Forms"
_JSON = ("options", "default", "minimum", "maximum", "shown_if")


def _as_it_lies(schema, name):
    return schema, lambda row: getattr(row, name)


DEFINED = Shape(
    "CustomField", CustomField, "key name type help section required mask pattern pattern_help in_list searchable "
    "active", **{name: _as_it_lies(many(OBJECT) if name == "options" else ANY, name) for name in _JSON})
CUSTOM_FORM = Shape(
    "CustomForm", CustomForm, "id name slug help active version", sections=_as_it_lies(many(OBJECT), "sections"),
    fields=(many(DEFINED.ref), lambda row: list(map(DEFINED, row.fields))))
CUSTOM_DATA = Shape("CustomData", CustomData, "id name target form group person_type position active version")
MENU = Shape("DynamicMenu", DynamicMenu, "id name icon form group record_permission records_of position active version",
             roles=(many(NAMED), lambda row: [{"id": role.id, "name": role_label(role.name)} for role in row.roles]))
GROUP = Shape("FormGroup", FormGroup, "id name position active version")


class AddSection(schemas.Body):
    key = schemas.text(form_document.KEY_LENGTH, metadata={"description": "Made from the title where it is missing"})
    title = schemas.text(form_document.TITLE_LENGTH, required=True)


class AddOption(schemas.Body):
    value = schemas.text(form_document.OPTION_LENGTH, metadata={
        "description": "What records keep; made from the label where it is missing"})
    label = schemas.text(form_document.OPTION_LENGTH, required=True)
    active = schemas.flag(load_default=True)


def _raw(said=""):
    return fields.Raw(allow_none=True, load_default=None, **({"metadata": {"description": said}} if said else {}))


class AddField(schemas.Body):
    key = schemas.text(form_document.KEY_LENGTH, metadata={
        "description": "That of a field that is there already, else of the new one: made from the name where it is "
                       "missing; it never changes"})
    ref = schemas.text(40, metadata={"description": "Any mark by which `shown_if` may name a field without key"})
    name = schemas.text(form_document.LENGTHS["name"], required=True)
    type = schemas.choice(*FieldType, required=True)
    help = schemas.text(form_document.LENGTHS["help"])
    section = schemas.text(form_document.KEY_LENGTH, metadata={"description": "Key of one of the sections"})
    required = schemas.flag(load_default=False)
    options = schemas.rows(AddOption, form_document.MOST_OPTIONS, load_default=list)
    default = _raw("As a record would hold it")
    mask = schemas.text(form_document.LENGTHS["mask"])
    pattern = schemas.text(form_document.LENGTHS["pattern"])
    pattern_help = schemas.text(form_document.LENGTHS["pattern_help"])
    minimum = _raw()
    maximum = _raw()
    shown_if = schemas.anything(allow_none=True, load_default=None, metadata={
        "description": "Shown only while another field says so: its key or mark as `field`, and `in`, a list of "
                       "values, or `filled`"})
    in_list = schemas.flag(load_default=False)
    searchable = schemas.flag(load_default=False)
    active = schemas.flag(load_default=True)


class AddCustomForm(Named):
    slug = schemas.text(form_document.SLUG_LENGTH, metadata={
        "description": "Made from the name where it is missing; it never changes"})
    help = schemas.text(form_document.HELP_LENGTH)
    sections = schemas.rows(AddSection, form_document.MOST_SECTIONS, load_default=list)
    fields = schemas.rows(AddField, form_document.MOST_FIELDS, required=True, metadata={
        "description": "All of them in their order: one that is left out is removed, which only one without values "
                       "allows"})


class AddCustomData(Named):
    target = schemas.choice(*FieldTarget, required=True)
    form_id = schemas.whole(required=True)
    group_id = schemas.whole()
    person_type = schemas.choice(*PersonType, load_default=PersonType.BOTH.value)
    position = bodies.place()


class AddDynamicMenu(Named):
    icon = schemas.text(60, load_default=DynamicMenu.icon.default.arg)
    form_id = schemas.whole(required=True)
    group_id = schemas.whole()
    record_permission = schemas.choice(*RecordPermission, load_default=RecordPermission.ADD_EDIT.value)
    records_of = schemas.choice(*RecordsOf, load_default=RecordsOf.ALL.value)
    role_ids = schemas.several(schemas.whole(), load_default=list, metadata={
        "description": "Whose menu it is; without a role it is nobody's"})
    position = bodies.place()


class AddFormGroup(Named):
    position = bodies.place()


def _form_values(session, _model, data, pk=None) -> dict:
    """The document of the service, in which a field that is there has its id."""
    values = {name: value for name, value in data.items() if name != "version"}
    if "fields" in values:
        known = dict(session.execute(select(CustomField.key, CustomField.id).where(
            CustomField.form_id == pk)).tuples().all()) if pk is not None else {}
        values["fields"] = [{**row, "id": known.get(row["key"])} for row in values["fields"]]
    return values


def _placed_values(_session, _model, data, _pk=None) -> dict:
    """Ids as services of what stands somewhere take them; a place that is not said is the service's to choose."""
    names = {"form_id": "form", "group_id": "group", "role_ids": "roles"}
    return {names.get(name, name): value for name, value in data.items()
            if name != "version" and (name, value) != ("position", None)}


_FIELDS, _ROLES = selectinload(CustomForm.fields), selectinload(DynamicMenu.roles)
RESOURCES = (
    register_of("custom-forms", NOUN, CustomForm, CUSTOM_FORM, ("custom forms", "a custom form"), AddCustomForm(),
                forms, values=_form_values, rows=(_FIELDS,), tag=TAG),
    register_of("custom-data", NOUN, CustomData, CUSTOM_DATA,
                ("the forms on persons and attendances", "a form on persons or attendances"), AddCustomData(),
                custom_data, (CustomData.form, CustomData.group), values=_placed_values, tag=TAG),
    register_of("dynamic-menus", NOUN, DynamicMenu, MENU, ("dynamic menus", "a dynamic menu"), AddDynamicMenu(),
                dynamic_menus, (DynamicMenu.form, DynamicMenu.group), values=_placed_values, rows=(_ROLES,), tag=TAG),
    register_of("form-groups", NOUN, FormGroup, GROUP, ("groups of menus and forms", "a group of menus and forms"),
                AddFormGroup(), form_groups, values=_placed_values, tag=TAG))
