""""Dados Complementares" of a ticket in its panel: what configurators' fields on attendances hold, and their form
(S-14)."""
from flask import abort, g
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from ...database import unit_of_work, utc_now
from ...errors import Stale
from ...extensions import db
from ...lowcode import fields as custom
from ...lowcode.fields import PREFIX
from ...models.custom_form import FieldTarget
from ...security.permissions import Perm
from ...services.refusals import REFUSALS, refusal
from ...services.tickets import complementary
from ..custom import also_refused, defined, headed, show_stored, shown_parts
from ..field_kinds import name_persons
from ..saving import put_error

NAME = "complementary"  # of the tab
IDS = "panel-"  # what ids begin with: the page beside it may have fields of the same names


class ComplementaryForm(FlaskForm):
    """`today(attendance)` makes it of the fields in use now."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    definitions: tuple = ()
    loose: tuple = ()  # refusals that belong to no field
    stale = False

    @classmethod
    def today(cls, attendance, *, posted=False) -> "ComplementaryForm":
        """What is stored, or what this request has posted."""
        definitions = tuple(defined().fields(FieldTarget.ATTENDANCE))
        made = {PREFIX + each.key: custom.field_of(each) for each in definitions}
        held = attendance.custom_values or {}
        name_persons(definitions, [held])
        form = type("ComplementaryFormToday", (cls,), {**made, "definitions": definitions})(
            **({} if posted else {"formdata": None}),
            data={"version": attendance.version, **custom.form_data(definitions, held)})
        for each in definitions:
            form[PREFIX + each.key].id = IDS + PREFIX + each.key
        return form

    @property
    def parts(self) -> list[tuple]:
        """[(heading, fields)]"""
        return [(title, [self[PREFIX + each.key] for each in specs])
                for title, specs in headed(defined().on(FieldTarget.ATTENDANCE))]


def stands() -> bool:
    """Whether a form of configurators stands on attendances."""
    return bool(defined().on(FieldTarget.ATTENDANCE))


def tab(ticket) -> dict:
    """What the tab shows: the form where it may be filled, else the values."""
    if not stands():
        abort(404)
    attendance = ticket.attendance
    if attendance.is_open and g.viewer.may(Perm.TICKET_WRITE):
        form = ComplementaryForm.today(attendance)
        custom.prefill(form, form.definitions, attendance.custom_values)
        return {"form": form, "ids": IDS}
    return {"form": None, "parts": shown_parts(
        FieldTarget.ATTENDANCE, defined().on(FieldTarget.ATTENDANCE), attendance.custom_values)}


def save(form: ComplementaryForm, ticket) -> int:
    """Keep what was typed: 200, or the status of the refusal, which is put into the form."""
    attendance = ticket.attendance
    if not form.validate():
        also_refused(form, form.definitions, defined().of_record(FieldTarget.ATTENDANCE),
                     attendance.custom_values or {})
        return 422
    error = None
    try:
        with unit_of_work(db.session) as session:
            complementary.save(session, attendance.id, custom.given(form.definitions, form),
                               version=form.version.data or 0, actor=g.viewer, now=utc_now())
    except REFUSALS as raised:
        error = refusal(raised)
    db.session.refresh(attendance)
    if error is None:
        return 200
    if error.status == 404:
        abort(404)
    if isinstance(error, Stale):
        form.stale, form.version.data = True, attendance.version
        show_stored(form, form.definitions, attendance.custom_values)
    else:
        form.loose = put_error(form, error)
    return error.status
