"""A form as the designer has it: the document of the service, with numbers and days as they are typed."""
from datetime import UTC, date, datetime
from decimal import Decimal

from babel.numbers import NumberFormatError, parse_decimal
from flask_babel import format_decimal, get_locale

from ...lowcode.controls import local_zone
from ...lowcode.dates import read_day, read_moment, typed_day, typed_moment
from ...models.custom_field import FieldType
from ...services import form_types
from ...services.form_document import PROPERTIES

LIMITS = ("minimum", "maximum")


def of_form(form) -> dict:
    """What the page begins with."""
    kinds = {field.key: field.type for field in form.fields}
    return {"id": form.id, "version": form.version, "slug": form.slug, "name": form.name, "help": form.help or "",
            "active": form.active, "sections": [dict(each) for each in form.sections or ()],
            "fields": [_of_field(field, kinds) for field in form.fields]}


def blank(name: str = "") -> dict:
    """A new form."""
    return {"id": None, "version": None, "slug": None, "name": name, "help": "", "active": True, "sections": [],
            "fields": []}


def copied(document: dict, name: str) -> dict:
    """The document as a new form: its fields without their ids and variables, rules naming them by `ref`."""
    refs = {row["key"]: place for place, row in enumerate(document["fields"]) if row["active"]}
    fields = [{**row, "id": None, "key": None, "ref": refs[row["key"]], "shown_if": row["shown_if"] and {
        **row["shown_if"], "field": refs.get(row["shown_if"]["field"])}}
        for row in document["fields"] if row["active"]]
    return {**blank(name), "help": document["help"], "sections": document["sections"], "fields": fields}


def _of_field(field, kinds) -> dict:
    made = {name: getattr(field, name) for name in PROPERTIES}
    for name in LIMITS:
        made[name] = typed(_limit_kind(field.type), made[name])
    made["default"] = made["default"] if made["default"] in ("today", "now") else typed(field.type, made["default"])
    rule = field.shown_if
    if rule and "in" in rule:
        made["shown_if"] = {**rule, "in": [typed(kinds.get(rule["field"], ""), each) for each in rule["in"]]}
    return {**made, "id": field.id, "key": field.key}


def _limit_kind(kind) -> str:
    return FieldType.INTEGER if kind in form_types.COUNTED else kind


def typed(kind: str, value):
    """A JSON value as it stands in its box: numbers with a comma, days as dd/mm/yyyy."""
    try:
        if value is None or isinstance(value, bool):
            return value
        if kind in form_types.NUMBERS:
            cents = "0.00########" if kind == FieldType.MONEY else "0.##########"
            return format_decimal(Decimal(str(value)), format=f"#,##{cents}")
        if kind == FieldType.DATE:
            return typed_day(date.fromisoformat(value))
        if kind == FieldType.DATETIME:
            return typed_moment(datetime.fromisoformat(value).astimezone(local_zone()))
    except (TypeError, ValueError, ArithmeticError):
        return value
    return value


def read(kind: str, value):
    """The JSON value of what was typed; what cannot be read stays as it is, for the service to refuse."""
    if not isinstance(value, str) or not value.strip() or value in ("today", "now"):
        return value
    try:
        if kind in form_types.NUMBERS:
            number = parse_decimal(value.strip().removeprefix("R$").strip(), locale=get_locale(), strict=True)
            return str(number) if kind != FieldType.INTEGER else int(number) if number == int(number) else value
        if kind == FieldType.DATE:
            return read_day(value).isoformat()
        if kind == FieldType.DATETIME:
            return read_moment(value).replace(tzinfo=local_zone()).astimezone(UTC).isoformat()
    except (NumberFormatError, ValueError, ArithmeticError):
        return value
    return value


def values_of(document: dict) -> dict:
    """What the service is given of a posted document."""
    values = {name: document[name] for name in ("name", "help", "active", "sections", "fields") if name in document}
    rows = values.get("fields")
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        kinds = {name: str(row.get("type")) for row in rows for name in (row.get("key"), row.get("ref"))
                 if isinstance(name, str | int)}
        values["fields"] = [_values_of_field(row, kinds) for row in rows]
    return values


def _values_of_field(row, kinds) -> dict:
    kind, rule = str(row.get("type")), row.get("shown_if")
    row = {**row, "default": read(kind, row.get("default")),
           **{name: read(_limit_kind(kind), row.get(name)) for name in LIMITS}}
    if isinstance(rule, dict) and isinstance(rule.get("in"), list) and isinstance(rule.get("field"), str | int):
        other = kinds.get(rule["field"], "")
        row["shown_if"] = {**rule, "in": [read(other, each) for each in rule["in"]]}
    return row
