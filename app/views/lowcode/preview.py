"""A form as those who fill it will see it, drawn of a stored form or of a document that is being written."""
from collections.abc import Sequence

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Form

from ...lowcode import fields
from ...lowcode.fields import PREFIX
from ...queries.catalogue import FieldSpec, FormSpec, catalogue
from ...services import form_document, form_rules


def of_stored(session, pk: int) -> str | None:
    """The fields of a stored form as markup; None where there is none."""
    spec = catalogue(session).forms.get(pk)
    return None if spec is None else drawn(spec)


def of_values(session, values: dict, stored: dict, form_id: int | None) -> tuple[str, list[str]]:
    """(markup, keys of the fields in their order) of what is being written, whatever is still wrong with it."""
    document = form_document.read({"sections": [], "fields": [], **values})
    rows = document.fields
    form_rules.fill_keys(session, document, rows, stored, form_id)
    form_rules.check_each(document, rows)
    keys = [row["key"] for row in rows]
    specs = tuple(
        FieldSpec(id=place, form_id=0, position=place, options=tuple(row["options"]),
                  **{name: row[name] for name in form_document.PROPERTIES if name not in ("name", "options")},
                  key=row["key"], name=row["name"] or _("(without a name)")) for place, row in enumerate(rows, 1))
    sections = tuple((each["key"], each["title"]) for each in document.sections)
    spec = FormSpec(0, "", document.name or "", True, document.help, sections, _placed(specs, sections))
    return drawn(spec, _rules(document, rows)), keys


def _rules(document, rows) -> list[str]:
    """What is wrong with "shown only if": the field is drawn without its rule, and looks well."""
    places = {f"fields.{place}.shown_if": row for place, row in enumerate(rows)}
    return [_("“%(name)s”, shown only if: %(why)s", name=places[error.field]["name"] or _("(without a name)"),
              why=str(error)) for error in document.errors if error.field in places]


def _placed(specs, sections):
    order = {key: number for number, (key, _title) in enumerate(sections, 1)}
    return tuple(sorted(specs, key=lambda each: (order.get(each.section, 0), each.position)))


def drawn(spec: FormSpec, problems: Sequence[str] = ()) -> Markup:
    """The markup of a form's fields in use, with their defaults, below what is wrong with it."""
    form = type("Preview", (Form,), {PREFIX + each.key: fields.field_of(each) for each in spec.fields})()
    parts = [(title, [(each, form[PREFIX + each.key], fields.WIDTHS.get(each.type) == "full") for each in rows])
             for title, rows in spec.parts]
    html = render_template("lowcode/preview.html", spec=spec, parts=parts, problems=problems)
    return Markup(html)  # noqa: S704  (Jinja escapes there)
