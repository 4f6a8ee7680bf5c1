"""What was typed on a record that was saved meanwhile: it is put on what is stored now, field by field.

`base` holds a mark (a short digest) of every field as it was stored when the page was read. It tells what a person
typed from what was there. A field that he did not touch takes the stored value; what he typed stays. Where that field
was changed by both, its name goes into `both`: the stored value stands under the typed one until it is taken, or until
the record is confirmed again. Drafts that come back are treated alike.
"""
import json
from dataclasses import dataclass

from flask import g
from flask_babel import gettext as _

from ...extensions import db
from ...queries.products import information_of
from ...security.permissions import Perm
from ...services import attendances
from .form import LOOKUPS
from .typed import NOT_TYPED, is_of_record, mark_of, marks_in, text_of


@dataclass(frozen=True)
class Rebased:
    """What came of it: fields that both changed, labels of those that took the stored value, and the words for the
    person. `shut`: the record was closed, and he may not reopen it."""

    clash: list[str]
    taken: list[str]
    shut: bool
    said: str
    by_another: str  # who saved it, where that was not the person himself

    def blocks(self, *, only_detail: bool) -> bool:
        """The person has to look before anything is saved; for a detail alone only where it is concerned."""
        return self.shut or any(not only_detail or not is_of_record(name) for name in self.clash)

    @property
    def told(self) -> str:
        """Of a save that went through: what somebody else changed in the record besides."""
        if not (self.taken and self.by_another):
            return ""
        return _("%(who)s changed this record too; what was saved there stays: %(fields)s.",
                 who=self.by_another, fields=", ".join(self.taken))


def marks(form) -> str:
    """The marks of what the form shows."""
    return json.dumps({field.name: _mark(field) for field in form if field.name not in NOT_TYPED})


def rebase(form, stored, page, *, take=()) -> Rebased:
    """Put the form on the record and the page (None: one to be added) as they are stored; the fields in `take` give up
    what was typed in them."""
    fresh = _fresh(form, stored, page)
    base, clash, taken = marks_in(form.base.data), [], []
    for field in [each for each in form if each.name in fresh and each.name not in NOT_TYPED]:
        name, now = field.name, fresh[field.name]
        was, typed, kept = base.get(name), _mark(field), _mark(now)
        if typed == kept or page is None and not is_of_record(name):
            continue
        untouched = typed == was or name in take
        if untouched or kept != was and _out_of_reach(field, fresh):
            taken.append(name)
            _put(form, now)
        if not untouched and kept != was:
            clash.append(name)
    form.situations, form.situation_id.choices = fresh.situations, fresh.situation_id.choices
    form.taken, form.held = tuple(taken), stored.custom_values or {}
    form.version.data, form.version.raw_data = stored.version, None  # raw_data wins over data when rendered
    form.base.data = marks(fresh)
    _show_both(form, fresh, [*(form.both.data or "").split(), *clash])
    shut = not stored.is_open and not g.viewer.may(Perm.ATTENDANCE_REOPEN)
    mine = stored.changed_by_id == g.viewer.user_id
    who = stored.changed_by.get_full_name() if stored.changed_by else _("System")
    labels = [str(form[name].label.text) for name in taken]
    made = Rebased(clash, labels, shut, _said(who, shut, mine), "" if mine else who)
    if made.blocks(only_detail=False):
        form.stale, form.loose = True, [made.said]
    return made


def _fresh(form, stored, page):
    """A form that shows what is stored."""
    information = information_of(db.session, page.id) if page else []
    fresh = type(form)(formdata=None, data=form.stored(stored, page, information))
    fresh.offer(db.session, g.viewer, entity=stored.entity, attendance=stored, page=page,
                phases=attendances.phases_after(stored.phase, actor=g.viewer))
    fresh.show(stored, page, stored.company.timezone)
    return fresh


def _mark(field) -> str:
    """Of what was chosen (a row, a person, files, a choice), the mark of its number: two may be called alike, one may
    be renamed, and what is no longer offered has no words here."""
    if field.name in LOOKUPS:
        chosen = [pk for pk, _text in (field.shown if field.multiple else [field.shown] if field.shown else ())]
    elif hasattr(field, "text"):  # persons and files of configurators' fields
        chosen = [each["id"] for each in field.data or ()] if isinstance(field.data, list) else [field.data]
    elif getattr(field, "choices", None) is not None:
        chosen = field.data if isinstance(field.data, list) else [field.data]
    else:
        return mark_of(text_of(field))
    return mark_of(",".join(sorted(str(each) for each in chosen if each not in (None, ""))))


def _out_of_reach(field, fresh) -> bool:
    """A situation that cannot follow the one that the record has now."""
    return field.name == "situation_id" and field.data not in [each.id for each in fresh.situations]


def _put(form, field) -> None:
    """In the place of the field of this name, with all that it holds and offers."""
    form._fields[field.name] = field
    setattr(form, field.name, field)


def _show_both(form, fresh, names) -> None:
    differing = [name for name in dict.fromkeys(names) if name in form and name in fresh
                 and name not in NOT_TYPED and _mark(form[name]) != _mark(fresh[name])]
    for name in differing:
        form[name].saved_now = text_of(fresh[name])
    form.both.data = " ".join(differing)


def _said(who: str, shut: bool, mine: bool) -> str:
    if shut:
        return _("%(who)s closed this attendance while you were editing it: what you typed was not saved and only a "
                 "supervisor can reopen it. Copy it before you leave.", who=who)
    if mine:
        return _("You saved this attendance in another tab while you were editing it here. What differs is marked; "
                 "confirm again to keep what is typed here.")
    return _("%(who)s changed this attendance while you were editing it. What differs is marked; confirm again to "
             "keep your version.", who=who)
