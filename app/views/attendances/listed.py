"""The list of attendances for the tools of lists: its columns, its rows in order."""
from collections.abc import Iterator

from flask import abort, g, request, url_for
from flask_appbuilder.security.sqla.models import User
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from ... import documents
from ...errors import Invalid
from ...extensions import db
from ...models.attendance import Attendance, Direction
from ...models.entity import Entity
from ...models.label import AttendanceLabel
from ...queries import attendances as reads
from ...queries.field_filters import PREFIX
from ...queries.field_order import field_of
from ...security.permissions import Perm
from ..custom import definitions
from ..custom_filters import label_of
from ..field_kinds import name_persons
from ..lists.source import CHUNK, CUSTOM, UNREADABLE, Column, ListSource, custom_columns, local
from ..shell import PHASES
from .filters import FilterForm


def _name(user: User | None) -> str:
    return user.get_full_name() if user is not None else ""


def _direction(row) -> str:
    return _("Active") if row.direction == Direction.ACTIVE else _("Receptive")


def label_names(row) -> str:
    """The labels of an attendance in their order."""
    return ", ".join(each.label.name for each in sorted_labels(row))


def sorted_labels(row) -> list[AttendanceLabel]:
    return sorted(row.labels, key=lambda each: (each.label.position, each.label.name_key))


def _text(name):
    return lambda row: str(getattr(row, name) or "")


def _of(relation):
    return (joinedload(relation),)


COLUMNS = {column.key: column for column in (
    Column("protocol", _l("Protocol"), str), Column("id", _l("Number"), lambda row: row.id),
    Column("opened_at", _l("Opening"), lambda row: local(row.opened_at)),
    Column("entity", _l("Entity"), lambda row: str(row.entity) if row.entity else _("Anonymous")),
    Column("document", _l("CPF/CNPJ"), lambda row: documents.masked(row.entity.document) if row.entity else "",
           (joinedload(Attendance.entity).load_only(Entity.document),)),
    Column("title", _l("Title"), _text("title")), Column("motive", _l("Motive"), _text("motive")),
    Column("occurrence", _l("Occurrence"), _text("occurrence")),
    Column("cause", _l("Cause"), _text("cause"), _of(Attendance.cause)),
    Column("channel", _l("Channel"), _text("channel")), Column("direction", _l("Active/Receptive"), _direction),
    Column("situation", _l("Situation"), _text("situation")),
    Column("phase", _l("Phase"), lambda row: str(PHASES[row.phase])),
    Column("labels", _l("Labels"), label_names,
           (selectinload(Attendance.labels).joinedload(AttendanceLabel.label),)),
    Column("assignee", _l("Responsible"), lambda row: _name(row.assignee), _of(Attendance.assignee)),
    Column("department", _l("Department"), _text("department"), _of(Attendance.department)),
    Column("opened_by", _l("Opening attendant"), lambda row: _name(row.opened_by)),
    Column("changed_by", _l("Changing attendant"), lambda row: _name(row.changed_by), _of(Attendance.changed_by)),
    Column("received_at", _l("Date of receipt"), lambda row: local(row.received_at)),
    Column("closed_at", _l("Closing date"), lambda row: local(row.closed_at)),
    Column("role_type", _l("Role"), _text("role_type"), _of(Attendance.role_type)),
    Column("unit", _l("Unit"), _text("unit"), _of(Attendance.unit)),
    Column("local_partner", _l("Place"), _text("local_partner"),
           (joinedload(Attendance.local_partner).load_only(Entity.name, Entity.social_name),)),
    Column("company", _l("Company"), _text("company"), _of(Attendance.company)))}


class AttendanceList(ListSource):
    """`/attendances/list`."""

    key, perm, title, file = "attendances", Perm.ATTENDANCE_READ, _l("Attendances"), "atendimentos"
    default = ("protocol", "opened_at", "entity", "motive", "occurrence", "channel", "direction", "situation", "labels",
               "assignee", "opened_by")

    def address(self):
        return url_for("AttendanceSearchView.listing")

    def columns(self):
        return COLUMNS | custom_columns("attendance")

    def default_columns(self, offered):
        return [key for key in super().default_columns(offered) if key in self.default or key.startswith(CUSTOM)]

    def filters(self, args=None) -> reads.AttendanceFilter:
        """What the address asks, or `args`. Raises Invalid where it cannot be read."""
        form = FilterForm(request.args if args is None else args)
        form.offer(db.session)
        form.forgive()
        form.ask_fields([])
        if not form.validate() or form.unreadable:
            raise Invalid(UNREADABLE)
        return form.filter()

    def count(self, cap):
        order_asked([])  # before the first byte of a file, not after it
        return reads.count_attendances(db.session, g.viewer, self.filters(), timezone=str(get_timezone()), cap=cap)

    def rows(self, chosen) -> Iterator[list]:
        filters, after = self.filters(), None
        order = order_asked([])
        while True:
            found = reads.list_attendances(
                db.session, g.viewer, filters, timezone=str(get_timezone()), size=CHUNK, after=after,
                load=options_of(chosen), **order)
            if found.rows:
                name_persons(definitions("attendance"), [row.custom_values for row in found.rows])
                yield found.rows
            after = found.next
            if after is None:
                return


def options_of(columns) -> list:
    """The loader options of the columns shown."""
    return [option for column in columns for option in column.load]


def order_asked(lost: list | None = None) -> dict:
    """The order of the address: `order` or `by` a configurators' field, and `desc`. What is not offered answers 400;
    of a saved view, whose field is out of use, `lost` is told instead."""
    order = request.args.get("order", "-opened_at")
    name, desc = order.removeprefix("-"), order.startswith("-")
    if name in reads.ORDERS:
        return {"order": name, "desc": desc}
    if by := field_of(name, definitions("attendance")):
        return {"by": by, "desc": desc}
    if lost is None or not name.startswith(PREFIX):
        abort(400)
    lost.append(label_of("attendance", name))
    return {"order": "opened_at", "desc": True}
