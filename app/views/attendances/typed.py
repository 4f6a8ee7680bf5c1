"""What was typed on the record page beside what is stored: differences, and a refusal kept for re-reading.

A refused form is kept as a draft with what is wrong, and the browser is sent to read it (post, redirect, get): going
back in its history repeats no request, and the text survives whatever happens next.
"""
import hashlib
import json
from datetime import date, datetime

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from ...database import unit_of_work, utc_now
from ...errors import Invalid
from ...extensions import db
from ...lowcode import fields
from ...lowcode.dates import typed_day, typed_moment
from ...services import drafts
from ..field_kinds import sent_along
from .form import LOOKUPS, PAGE_TEXTS, AttendanceForm, blank

NOT_TYPED = ("csrf_token", "version", "request_key", "tab", "begun", "base", "both")
NOT_KEPT = ("csrf_token", "action", "take", "note_text")  # the note has a draft of its own
TEXTS = ("related_id", "received_at", "local_note", "manufactured_on", "expires_on")  # beside those of PAGE_TEXTS
RECORD_FIELDS = ("role_type_id", "company_id", "related_id", "motive_id", "occurrence_id", "cause_id", "unit_id",
                 "local_partner_id", "local_note", "situation_id")


def tab_here(form) -> str:
    """The tab that sent this form; "" where it names none."""
    return drafts.tab_of(form.tab.data)


def posted(form) -> dict:
    """The fields of this request as a draft keeps them, put on what is stored where the form was: see stale.py."""
    kept = {name: texts for name, texts in request.form.lists() if name not in NOT_KEPT}
    if "version" in kept:
        kept |= {"version": [str(form.version.data or 0)], "base": [form.base.data or ""],
                 "both": [form.both.data or ""]}
    return {**kept, **sent_along(), **({drafts.TAKEN: list(form.taken)} if form.taken else {})}


def is_of_record(name: str) -> bool:
    """Whether a field is of the record, not of one of its pages."""
    return name in RECORD_FIELDS or name.startswith("x_")


def record_part(values: dict) -> dict:
    """Those of them that are of the record, not of its page."""
    return {name: texts for name, texts in values.items()
            if is_of_record(name) or name in ("version", "tab", "base", "both")}


def keep_refused(form, key: str, status: int) -> bool:
    """Keep what was typed and what is wrong with it. False where it is too long to be kept."""
    wrong = {"status": status, "stale": form.stale, "loose": [str(text) for text in form.loose],
             "of_page": form.of_page,
             "errors": {field.name: [str(text) for text in field.errors] for field in form if field.errors}}
    return _keep(form, key, {**posted(form), drafts.REFUSED: wrong})


def keep_taken(form, key: str, name: str) -> bool:
    """Keep what was typed but for this field, which takes the stored value. False as above."""
    return _keep(form, key, {**posted(form), drafts.TAKEN: [name]})


def _keep(form, key, values) -> bool:
    try:
        with unit_of_work(db.session) as session:
            drafts.keep_draft(session, key, values, tab=tab_here(form), actor=g.viewer, now=utc_now())
    except Invalid:
        return False
    return True


def read_draft(draft, *, later: bool) -> tuple[MultiDict, dict, list[str]]:
    """(what was typed, what was wrong with it when it was sent, the fields that take the stored value) of a draft. On a
    `later` visit it is a draft like any other: what was wrong may be right by now."""
    values = dict(draft.values)
    wrong, taken = values.pop(drafts.REFUSED, None), values.pop(drafts.TAKEN, None)
    return MultiDict(values), {} if later else wrong or {}, taken or []


def show_refused(form, wrong: dict) -> None:
    """Put what was wrong back at its fields."""
    form.stale, form.of_page = bool(wrong.get("stale")), bool(wrong.get("of_page"))
    form.loose = wrong.get("loose", ())
    for name, texts in wrong.get("errors", {}).items():
        if name in form:
            form[name].errors = [*form[name].errors, *texts]


def typed_fields() -> list[tuple[str, str]]:
    """[(label, text)] of what was typed into the refused form of this request and differs from what was stored when it
    was read. Choices are no text. Nobody may be signed in: nothing is read but how fields are called."""
    base, told = marks_in(request.form.get("base")), []
    form = AttendanceForm.with_custom_fields(db.session)
    labels = {name: getattr(form, name).args[0] for name in (*TEXTS, *PAGE_TEXTS)} | {
        fields.PREFIX + each.key: each.name for each in form.definitions if each.type in fields.TYPED}
    for name, label in labels.items():
        text = request.form.get(name, "").replace("\r\n", "\n").strip()
        if text and mark_of(text) != base.get(name):
            told.append((str(label), text))
    if note := request.form.get("note_text", "").strip():
        told.append((_("New note"), note))
    return told


def record_differs(form, attendance) -> bool:
    """The form holds something of the record that is not stored."""
    values, related = form.record_values(), form.related_id.data
    custom = any(fields.differs(each, form[fields.PREFIX + each.key].data, attendance.custom_values.get(each.key))
                 for each in form.definitions)
    plain = any(getattr(attendance, name) != value for name, value in values.items()
                if name not in ("custom_values", "related_id"))
    return plain or custom or (related or "").strip() != str(attendance.related or "")


def page_differs(page, values) -> bool:
    """The form holds something of a detail page that is not stored."""
    def stored(name):
        value = getattr(page, name)
        if name == "received_at":
            return value and value.replace(second=0, microsecond=0)
        return blank(value) if isinstance(value, str) else value

    linked = {row.id for row in page.information}
    return set(values["information_ids"]) != linked or any(
        stored(name) != value for name, value in values.items() if name != "information_ids")


def marks_in(text: str | None) -> dict:
    """{field: mark} as a page says that it was made of; nothing where that is of somebody's own invention."""
    try:
        return dict(json.loads(text or "{}"))
    except (TypeError, ValueError):
        return {}


def mark_of(text: str) -> str:
    """The mark of a value as a person reads it: see stale.py."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def text_of(field) -> str:
    """A field's value as a person reads it."""
    if field.name in LOOKUPS:
        rows = field.shown if field.multiple else [field.shown] if field.shown else []
        return ", ".join(sorted(text for _pk, text in rows))
    if isinstance(field.data, datetime):
        return typed_moment(field.data)  # its box shows no seconds
    if isinstance(field.data, date):
        return typed_day(field.data)
    if hasattr(field, "text"):  # persons and files of configurators' fields
        return field.text
    if isinstance(field.data, list) and getattr(field, "choices", None):
        return ", ".join(str(text) for pk, text in field.choices if pk in field.data)
    if getattr(field, "choices", None):
        return next((str(text) for pk, text in field.choices if pk == field.data), "")
    return "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()
