"""What people call the fields of an entry: for its differences, and for what stands against it."""
from flask_babel import lazy_gettext as _l

FIELDS = {
    "name": _l("Name"), "active": _l("Active"), "position": _l("Order"), "code": _l("Code"), "icon": _l("Icon"),
    "phase": _l("Phase"), "scope": _l("Used in"), "colour": _l("Colour"), "timezone": _l("Time zone"),
    "week": _l("Business hours"), "national": _l("National holidays"), "state": _l("State"), "city": _l("City"),
    "holidays": _l("Days off"), "optional_days": _l("Optional holidays"), "return_days": _l("Return days"),
    "return_hours": _l("Return hours"), "counting": _l("Counting"), "calendar": _l("Calendar"),
    "subject": _l("Subject"), "body": _l("Text"), "help": _l("Help"), "sections": _l("Sections"),
    "fields": _l("Fields"), "form": _l("Form"), "group": _l("Group"), "person_type": _l("Person type"),
    "target": _l("Stands on"), "record_permission": _l("Record permission type"), "records_of": _l("Records of"),
    "roles": _l("Roles"), "permissions": _l("Permissions"), "departments": _l("Departments"), "title": _l("Title"),
    "kind": _l("Kind"), "value": _l("Value"), "parent": _l("Inside"), "valid_from": _l("Valid from"),
    "valid_until": _l("Valid until"), "complete_to_close": _l("Demands full classification to close"),
    "questions": _l("Questions"), "text": _l("Question"), "options": _l("Options"), "required": _l("Required"),
    "type": _l("Type"), "description": _l("Description"), "released": _l("Released"), "rules": _l("By web profile"),
    "role": _l("Web profile"), "url": _l("URL"), "method": _l("Method"), "auth": _l("Authentication"),
    "company": _l("Company"), "username": _l("User name"), "key_header": _l("Header of the key"),
    "headers": _l("Headers"), "seconds": _l("Time limit (seconds)"), "mappings": _l("Person fields"),
    "variable": _l("Variable"), "person_field": _l("Field of the person"), "day": _l("Date"),
    "recurring": _l("Every year"), "motive": _l("Motive"), "occurrence": _l("Occurrence"),
    "classification": _l("Classification"), "subclassification": _l("Subclassification"), "section": _l("Section"),
    "category": _l("Category"), "identification": _l("Identification"), "slug": _l("Code"), "key": _l("Variable"),
    "proposed_solution": _l("Proposed solution"), "operator_guidance": _l("Guidance to the operator"),
    "label": _l("Option"), "default": _l("Default value"), "mask": _l("Mask"), "pattern": _l("Expression"),
    "pattern_help": _l("What the expression asks for"), "minimum": _l("Minimum"), "maximum": _l("Maximum"),
    "shown_if": _l("Shown only if"), "in_list": _l("Shown in the list"), "searchable": _l("Searchable"),
}


def label(place: str) -> str:
    """What people call a field of an entry, or a field of a row inside it: `fields.0.type` is "Campos 1 › Tipo". One
    that no register has is called as the file calls it."""
    said: list[str] = []
    for each in place.split("."):
        if each.isdigit() and said:
            said[-1] += f" {int(each) + 1}"
        else:
            said.append(str(FIELDS.get(each, each)))
    return " › ".join(said)
