"""What the designer says: labels of properties, types with their icons, sentences of its scripts."""
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ...models.custom_field import FieldType

ICONS = {
    FieldType.TEXT: "fa-font", FieldType.LONG_TEXT: "fa-align-left", FieldType.INTEGER: "fa-hashtag",
    FieldType.DECIMAL: "fa-calculator", FieldType.MONEY: "fa-coins", FieldType.DATE: "fa-calendar",
    FieldType.DATETIME: "fa-clock", FieldType.BOOLEAN: "fa-toggle-on", FieldType.CHOICE: "fa-list",
    FieldType.CHOICES: "fa-list-check", FieldType.CPF_CNPJ: "fa-id-card", FieldType.PHONE: "fa-phone",
    FieldType.EMAIL: "fa-envelope", FieldType.URL: "fa-globe", FieldType.PERSON: "fa-user",
    FieldType.ATTACHMENT: "fa-paperclip"}
# Of the log, and of refusals that name a property.
FIELD_LABELS = {
    "type": _l("Type"), "section": _l("Section"), "required": _l("Required"), "options": _l("Options"),
    "default": _l("Default value"), "mask": _l("Mask"), "pattern": _l("Expression"),
    "pattern_help": _l("What the expression asks for"), "minimum": _l("Minimum"), "maximum": _l("Maximum"),
    "shown_if": _l("Shown only if"), "in_list": _l("Shown in the list"), "searchable": _l("Searchable"),
    "sections": _l("Sections"), "order": _l("Order of the fields"), "key": _l("Variable")}


def words() -> dict[str, str]:
    """Sentences of the scripts; what stands in braces they fill in."""
    return {
        "added": _("%(name)s added, %(place)s of %(n)s.", name="{name}", place="{place}", n="{n}"),
        "moved": _("%(name)s: %(place)s of %(n)s.", name="{name}", place="{place}", n="{n}"),
        "moved_section": _("%(name)s: section %(section)s, %(place)s of %(n)s.", name="{name}", section="{section}",
                           place="{place}", n="{n}"),
        "section_moved": _("Section %(name)s: %(place)s of %(n)s.", name="{name}", place="{place}", n="{n}"),
        "retired": _("%(name)s retired: what records hold stays.", name="{name}"),
        "back": _("%(name)s is in use again.", name="{name}"),
        "removed": _("%(name)s removed.", name="{name}"),
        "duplicated": _("%(name)s duplicated.", name="{name}"),
        "copy": _("%(name)s (copy)", name="{name}"),
        "unnamed": _("(without a name)"), "new_section": _("New section"), "no_section": _("No section"),
        "new_form": _("New form"),
        "options_count": ngettext("%(n)s option", "%(n)s options", 2, n="{n}"),
        "option_count": ngettext("%(n)s option", "%(n)s options", 1, n="{n}"), "option": _("Option"),
        "save": _("Save"), "saved": _("Form saved."), "saving": _("Saving…"), "unsaved": _("Not saved yet"),
        "not_sent": _("It could not be sent. Check the connection."),
        "refused": _("The form was not saved. Check the marked fields."),
        "stale": _("Somebody else changed this form while you were editing it. What you did is still here; fields that "
                   "the other person added were put at the end. Save again to keep yours."),
        "differs": _("Different from what is stored now: %(names)s.", names="{names}"),
        "leave": _("What you typed was not saved."),
        "drop": _("Drop here"), "move": _("Move %(name)s", name="{name}"),
        "duplicate": _("Duplicate %(name)s", name="{name}"), "retire": _("Retire %(name)s", name="{name}"),
        "remove": _("Remove %(name)s", name="{name}"), "bring_back": _("Bring %(name)s back", name="{name}"),
        "sure": _("Remove “%(name)s” for good? Only a field that no record has filled can be removed.", name="{name}"),
        "remove_label": _("Remove"),
        "move_option": _("Move the option %(name)s", name="{name}"),
        "retire_option": _("Retire the option %(name)s", name="{name}"),
        "option_back": _("Bring the option %(name)s back", name="{name}"),
        "remove_option": _("Remove the option %(name)s", name="{name}"),
        "most": _("A form has at most %(n)s fields, the retired ones counted.", n=300),
        "shown_if": _("Shown only if…"), "required": _("Required"), "searchable": _("Searchable"),
        "in_list": _("In the list"), "yes": _("Yes"), "no": _("No"),
        "count_minimum_text": _("At least (characters)"), "count_maximum_text": _("At most (characters)"),
        "count_minimum_choices": _("At least (choices)"), "count_maximum_choices": _("At most (choices)"),
        "count_minimum_attachment": _("At least (files)"), "count_maximum_attachment": _("At most (files)"),
        "minimum_day": _("Not before"), "maximum_day": _("Not after"),
        "minimum": _("Minimum"), "maximum": _("Maximum"), "today": _("Today"), "now": _("Now"),
        "fixed_day": _("This day…"), "always": _("Always"), "when": _("When “%(name)s”…", name="{name}"),
        "one_a_line": _("One value a line")}
