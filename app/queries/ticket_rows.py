"""All rows of the central's list as plain cells, for its files: streamed, in its order, with flat memory.

One statement on both engines; what small registers name (classifications, sectors, people) is read once and looked up,
and local days are worked out once a quarter of an hour, so that a row costs microseconds.
"""
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import DateTime, func, select, type_coerce

from ..models.attendance import Attendance
from ..models.classification import Classification, DefaultMotive, Situation, Subclassification
from ..models.company import Department
from ..models.entity import Entity
from ..models.provider_ticket import ProviderTicket
from .tickets import ORDERS, Bounds, TicketFilter, every_key_condition

CHUNK = 2_000
_TICKET = ProviderTicket


class Rows:
    """The rows of one request; iterated once, in chunks of lists.

    A cell is a text, a number, what `day` makes of a local date, or None: columns C-65 to C-78, then the status, then
    what each of `custom` makes of a row's `custom_values`. `told(n)` hears how many were read.
    """

    def __init__(self, session, viewer, filters: TicketFilter, bounds: Bounds, *, timezone: str, order="opened_at",
                 desc=False, day=lambda each: each, text=lambda each: each, told=None, custom=()):
        self.session, self.day, self.text, self.told, self.custom = session, day, text, told, custom
        self.zone, self.now = ZoneInfo(timezone), bounds.now
        where = every_key_condition(session, viewer, filters, bounds, timezone=timezone)
        by = [key.desc().nulls_last() if desc else key.asc().nulls_last() for key in (ORDERS[order], _TICKET.number)]
        self.statement = (
            select(_TICKET.number, _utc(_TICKET.opened_at), _TICKET.return_days, _TICKET.return_hours,
                   func.coalesce(Entity.social_name, Entity.name), Attendance.opened_by_id, Attendance.title,
                   _TICKET.classification_id, _TICKET.subclassification_id, _TICKET.default_motive_id,
                   _utc(_TICKET.closed_at), _TICKET.assignee_id, _TICKET.department_id, _TICKET.protocol,
                   _TICKET.situation_id, *([Attendance.custom_values] if custom else []))
            .join(Attendance, Attendance.id == _TICKET.attendance_id).join(Entity, Entity.id == _TICKET.entity_id)
            .where(*where).order_by(*by))

    def __iter__(self) -> Iterator[list[tuple]]:
        local, text, done = _LocalDays(self.zone, self.day), self.text, 0
        today = local.ordinal(self.now.astimezone(UTC).replace(tzinfo=None))
        classifications, subs, motives, departments, situations = (self._names(model) for model in (
            Classification, Subclassification, DefaultMotive, Department, Situation))
        people = {pk: text(f"{first} {last}".strip()) for pk, first, last in self.session.execute(
            select(User.id, User.first_name, User.last_name))}
        read = self.session.execute(self.statement, execution_options={"yield_per": CHUNK})
        for part in read.partitions():
            chunk = []
            for (number, opened, days, hours, client, opened_by, title, classification, sub, motive, closed, assignee,
                 department, protocol, situation, *held) in part:
                begun = local.of(opened)
                ended = local.of(closed) if closed is not None else None
                chunk.append((
                    number, begun[0], days if hours is None else _hours(hours), text(client), people.get(opened_by),
                    text(title or ""), classifications[classification], subs[sub], motives.get(motive),
                    ended and ended[0], people.get(assignee), departments.get(department),
                    (ended[1] if ended else today) - begun[1], text(protocol or ""), situations[situation],
                    *(cell(held[0]) for cell in self.custom)))
            yield chunk
            done += len(chunk)
            if self.told:
                self.told(done)

    def _names(self, model) -> dict:
        return {pk: self.text(name) for pk, name in self.session.execute(select(model.id, model.name))}


class _LocalDays:
    """(local day as it is shown, its number) of instants in UTC without zone, kept by the quarter of an hour."""

    def __init__(self, zone, day):
        self.zone, self.day, self.known, self.shown = zone, day, {}, {}

    def of(self, at: datetime):
        quarter = (at.toordinal(), at.hour, at.minute // 15)
        found = self.known.get(quarter)
        if found is None:
            found = self.known[quarter] = self._read(at)
        return found

    def ordinal(self, at: datetime) -> int:
        return self.of(at)[1]

    def _read(self, at):
        local: date = at.replace(tzinfo=UTC).astimezone(self.zone).date()
        if local not in self.shown:
            self.shown[local] = (self.day(local), local.toordinal())
        return self.shown[local]


def _utc(column):
    """The column as the driver hands it out: naive, in UTC."""
    return type_coerce(column, DateTime())


def _hours(hours) -> str:
    return f"{hours.normalize():f} h".replace(".", ",")  # as the screen has it
