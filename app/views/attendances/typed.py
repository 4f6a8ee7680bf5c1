"""What was typed on the record page beside what is stored: differences, both values, and a refusal kept for re-reading.

A refused form is kept as a draft with what is wrong, and the browser is sent to read it (post, redirect, get): going
back in its history repeats no request, and the text survives whatever happens next.

`base` holds a mark (a short digest) of every field as it was stored when the page was read. It tells what a person
typed from what was there: so a save in one of his tabs is no conflict for the other, where they typed different things.
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
from ...models.classification import Phase
from ...queries import attendances as reads
from ...queries.logs import changed_only_by
from ...queries.products import information_of
from ...security.permissions import Perm
from ...services import drafts
from ..field_kinds import sent_along
from ..lookup import whole
from .form import LOOKUPS, blank

NOT_TYPED = ("csrf_token", "version", "request_key", "tab", "begun", "base")
RECORD_FIELDS = ("role_type_id", "company_id", "related_id", "motive_id", "occurrence_id", "cause_id", "unit_id",
                 "local_partner_id", "local_note", "situation_id")


def tab_here(form) -> str:
    """The tab that sent this form; "" where it names none."""
    return drafts.tab_of(form.tab.data)


def posted() -> dict:
    """The fields of this request as a draft keeps them."""
    kept = {name: texts for name, texts in request.form.lists() if name not in ("csrf_token", "action")}
    return {**kept, **sent_along()}


def record_part(values: dict) -> dict:
    """Those of them that are of the record, not of its page."""
    return {name: texts for name, texts in values.items()
            if name in RECORD_FIELDS or name in ("version", "tab", "base") or name.startswith("x_")}


def marks(form, stored_at: datetime | None) -> str:
    """The marks of what the form shows, and when that was stored."""
    return json.dumps({"at": stored_at.isoformat() if stored_at else "",
                       **{field.name: _mark(field) for field in form if field.name not in NOT_TYPED}})


def _mark(field) -> str:
    return hashlib.sha256(text_of(field).encode()).hexdigest()[:12]


def join_own(form, attendance_id: int, number, timezone: str) -> bool:
    """The person saved this record in another tab: what was typed here is put on what is stored now.

    False, and nothing is touched, where somebody else changed it meanwhile, or both tabs typed in one field.
    """
    try:
        base = dict(json.loads(form.base.data or ""))
        since = datetime.fromisoformat(base["at"])
    except (KeyError, TypeError, ValueError):
        return False
    if not changed_only_by(db.session, "attendance", attendance_id, since=since, user_id=g.viewer.user_id):
        return False
    stored, fresh = _stored_now(form, attendance_id, number, timezone)
    taken = []
    for field in _compared(form, number):
        was, now = base.get(field.name), _mark(fresh[field.name])
        if was is None or (now != was and _mark(field) not in (was, now)):
            return False
        if now != was:
            taken.append(field)
    for field in taken:
        field.data = fresh[field.name].data
    form.version.data, form.version.raw_data = stored.version, None
    form.base.data = marks(fresh, stored.updated_at)
    return True


def begins_at(form, attendance_id: int, number, timezone: str) -> dict:
    """The version and the marks of what is stored now, as a draft keeps them."""
    stored, fresh = _stored_now(form, attendance_id, number, timezone)
    return {"version": [str(stored.version)], "base": [marks(fresh, stored.updated_at)]}


def _stored_now(form, attendance_id, number, timezone):
    """(the record, a form that shows what is stored of it)."""
    stored = reads.find_by_address(db.session, g.viewer, f"id-{attendance_id}")
    page = next((row for row in stored.details if row.page == number), None)
    information = information_of(db.session, page.id) if page else []
    fresh = type(form)(formdata=None, data=form.stored(stored, page, information))
    fresh.offer(db.session, g.viewer, entity=stored.entity, attendance=stored, page=page, phases=set(Phase))
    fresh.show(stored, page, timezone)
    return stored, fresh


def _compared(form, number):
    """The fields that something stored stands against: of a page to be added only those of the record."""
    return [field for field in form if field.name not in NOT_TYPED and (
        whole(number) is not None or field.name in RECORD_FIELDS or field.name[:2] == "x_")]


def keep_refused(form, key: str, status: int) -> bool:
    """Keep what was typed and what is wrong with it. False where it is too long to be kept."""
    wrong = {"status": status, "stale": form.stale, "loose": [str(text) for text in form.loose],
             "of_page": form.of_page,
             "errors": {field.name: [str(text) for text in field.errors] for field in form if field.errors}}
    values = {**posted(), drafts.REFUSED: wrong}
    if "version" in values:
        values |= {"version": [str(form.version.data or 0)], "base": [form.base.data or ""]}
    try:
        with unit_of_work(db.session) as session:
            drafts.keep_draft(session, key, values, tab=tab_here(form), actor=g.viewer, now=utc_now())
    except Invalid:
        return False
    return True


def read_draft(draft) -> tuple[MultiDict, dict]:
    """(what was typed, what was wrong with it when it was sent) of a draft."""
    values = dict(draft.values)
    wrong = values.pop(drafts.REFUSED, None)
    return MultiDict(values), wrong or {}


def show_refused(form, wrong: dict) -> None:
    """Put what was wrong back at its fields."""
    form.stale, form.of_page = bool(wrong.get("stale")), bool(wrong.get("of_page"))
    form.loose = wrong.get("loose", ())
    for name, texts in wrong.get("errors", {}).items():
        if name in form:
            form[name].errors = [*form[name].errors, *texts]


def show_stale(form, attendance_id: int, number, timezone: str) -> None:
    """Both values: what was typed stays, what is stored now stands under it; saving again overwrites knowingly."""
    stored, fresh = _stored_now(form, attendance_id, number, timezone)
    for field in _compared(form, number):
        if text_of(field) != text_of(fresh[field.name]):
            field.errors = [*field.errors, _("Stored now: %(value)s", value=text_of(fresh[field.name]) or "—")]
    form.stale = True
    form.version.data, form.version.raw_data = stored.version, None  # raw_data wins over data when rendered
    form.base.data = marks(fresh, stored.updated_at)
    who = stored.changed_by.get_full_name() if stored.changed_by else ""
    if not stored.is_open and not g.viewer.may(Perm.ATTENDANCE_REOPEN):
        said = _("%(who)s closed this attendance while you were editing it: what you typed was not saved and only a "
                 "supervisor can reopen it. Copy it before you leave.", who=who)
    elif stored.changed_by_id == g.viewer.user_id:
        said = _("You saved this attendance in another tab while you were editing it here. What differs is marked; "
                 "confirm again to keep what is typed here.")
    else:
        said = _("%(who)s changed this attendance while you were editing it. What differs is marked; confirm again to "
                 "keep your version.", who=who)
    form.loose = [said]


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
    if field.name == "direction":
        return str(field.data or "")
    return "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()
