"""Configurators' fields that name persons and files: their controls, their names in one query a page, their links."""
from flask import current_app, g, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import StopValidation

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..lowcode import fields
from ..models.custom_field import FieldType
from ..models.custom_file import CustomFile
from ..queries.custom_records import persons
from ..security.permissions import Perm
from ..services import attachments, custom_files
from ..services.custom_types import FILES_LIMIT
from .lookup import LookupField, whole

OFF = "-"  # before the id of a file that is taken off


def register() -> None:
    """Add both to what the renderer knows; called while the application is put together."""
    fields.KINDS[FieldType.PERSON] = fields.Kind(_person, shown=person_name)
    fields.KINDS[FieldType.ATTACHMENT] = fields.Kind(
        _attachment, shown=lambda files: ", ".join(each["name"] for each in files))


# ---- the names of persons

def name_persons(definitions, many_values) -> None:
    """Read the names of all persons that these records' values hold: before a list is drawn, in one query."""
    keys = [each.key for each in definitions if each.type == FieldType.PERSON]
    want(pk for values in many_values for key in keys if isinstance(pk := (values or {}).get(key), int))


def want(ids) -> None:
    """These will be named: asked for with the first."""
    g.setdefault("_persons_wanted", set()).update(ids)


def person_name(pk) -> str:
    """The name of a person that the viewer sees; of one that he does not, the number."""
    known = g.setdefault("_persons_named", {})
    if pk not in known:
        ids = {pk, *g.get("_persons_wanted", ())} - known.keys()
        g._persons_wanted = set()
        known |= dict.fromkeys(ids) | persons(db.session, g.get("viewer"), ids)
    return known[pk] or f"#{pk}"


class PersonField(LookupField):
    """`data` is the id; whether it may be chosen, the check of values says."""

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, validators, source="entity", **options)

    @property
    def shown(self):
        """(id, name): what the select holds before anybody searches."""
        return (self.data, person_name(self.data)) if self.data is not None else None

    @shown.setter
    def shown(self, _value):
        """Follows `data`."""

    @property
    def text(self) -> str:
        return person_name(self.data) if self.data is not None else ""

    def process_data(self, value):
        self.data, self.bad = value if isinstance(value, int) else None, False
        want([self.data] if self.data is not None else ())

    def process_formdata(self, values):
        posted = (values or [""])[0].strip()
        self.data = whole(posted)
        self.bad = bool(posted) and self.data is None
        want([self.data] if self.data is not None else ())


class FilesWidget:
    """The files, and a way to send more: static/balcao/field_files.js."""

    def __call__(self, field, **attributes):
        attributes = {name: value for name, value in attributes.items() if name not in ("class", "class_", "required")}
        return Markup(render_template(  # noqa: S704  (Jinja escapes there)
            "lowcode/files.html", field=field, attributes=attributes, locked=attributes.pop("disabled", False),
            max_mb=current_app.config["UPLOAD_MAX_MB"]))


class AttachmentField(Field):
    """`data` is [{"id", "name"}]. Files are sent as they are chosen, and the form posts their ids; a browser without
    scripts sends them with the form, and they are kept before it is looked at: what is refused loses none. It takes one
    off by a box beside it, which posts the id behind a minus."""

    widget = FilesWidget()
    most = FILES_LIMIT

    def process_data(self, value):
        self.data = [each for each in value or () if isinstance(each, dict) and "id" in each]
        self.known = {each["id"]: each for each in self.data}
        self.bad = False

    def process_formdata(self, values):
        along = [each for each in values if isinstance(each, FileStorage) and each.filename]
        said = [each.strip() for each in values if isinstance(each, str) and each.strip()]
        off = {whole(each.removeprefix(OFF)) for each in said if each.startswith(OFF)}
        ids = [pk for pk in (whole(each) for each in said if not each.startswith(OFF)) if pk is None or pk not in off]
        self.bad = None in ids
        refused = []
        for file in along[:self.most]:
            try:
                ids.append(kept_of(file).id)
            except DomainError as error:
                refused.append(f"{file.filename}: {error}")
        if len(along) > self.most:
            refused.append(_("At most %(n)s files here.", n=self.most))
        if along:
            g.setdefault("_sent_along", {})[self.name] = [str(pk) for pk in ids if pk is not None]
        ids = [pk for pk in dict.fromkeys(ids) if pk is not None and pk < 2**31]
        new = [pk for pk in ids if pk not in self.known]
        if new and (viewer := g.get("viewer")):
            names = custom_files.sent_names(db.session, new, actor=viewer)
            self.known |= {pk: {"id": pk, "name": names.get(pk, "")} for pk in new}
        self.data = [self.known[pk] for pk in ids if pk in self.known]
        if refused:
            raise ValueError(" ".join(refused))

    def pre_validate(self, form):
        if self.bad:
            raise StopValidation(_("Not a valid choice."))

    @property
    def text(self) -> str:
        return ", ".join(each["name"] for each in self.data or ())


def kept_of(file: FileStorage) -> CustomFile:
    """A sent file, kept for the form that will name it. Raises DomainError for what is not accepted."""
    uploads = attachments.uploads_of(current_app.config)
    with attachments.receive(uploads, file.stream, file.filename) as arrived, unit_of_work(db.session) as session:
        return custom_files.send(session, arrived, actor=g.viewer, now=utc_now())


def sent_along() -> dict[str, list[str]]:
    """{name of a field: ids of its files} of those that came with the form of this request."""
    return g.get("_sent_along", {})


def _person(definition, options):
    return PersonField(definition.name, **options)


def _attachment(definition, options):
    most = min(definition.maximum or FILES_LIMIT, FILES_LIMIT)
    return type("AttachmentFieldToday", (AttachmentField,), {"most": most})(definition.name, **options)


# ---- values as they are shown on a page

def cell(definition, stored):
    """A stored value as markup: persons, files and addresses as links; else the text."""
    text = fields.shown(definition, stored)
    kind, link = FieldType(definition.type), None
    if not text:
        return ""
    if kind == FieldType.PERSON and g.viewer.may(Perm.ENTITY_READ) and not text.startswith("#"):
        link = f"{request.script_root}/entities/show/{stored}"
    elif kind == FieldType.EMAIL:
        link = f"mailto:{stored}"
    elif kind == FieldType.PHONE:
        link = f"tel:{stored}"
    elif kind == FieldType.URL and stored.startswith(("https://", "http://")):
        return Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>').format(stored, text)
    elif kind == FieldType.ATTACHMENT:
        return Markup(", ").join(Markup('<a href="{}/fields/files/{}">{}</a>').format(
            request.script_root, each["id"], each["name"]) for each in stored)
    return Markup('<a href="{}">{}</a>').format(link, text) if link else text
