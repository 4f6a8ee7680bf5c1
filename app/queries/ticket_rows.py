"""All rows of the central's list as texts, for its files: streamed, in its order, with flat memory.

One statement on both engines; what small registers name (classifications, sectors, people) is read once and looked up,
and local days are worked out once an hour, so that a row costs microseconds.
"""
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Text, and_, cast, func, select

from ..database import read_whole
from ..models.attendance import Attendance
from ..models.classification import Classification, DefaultMotive, Situation, Subclassification
from ..models.company import Department
from ..models.custom_record import FieldIndex, OwnerKind
from ..models.entity import Entity
from ..models.provider_ticket import ProviderTicket
from .catalogue import FieldSpec
from .field_filters import of_field
from .tickets import ORDERS, Bounds, TicketFilter, every_key_condition

CHUNK = 500  # rows read at once: few enough that they stay in the processor's cache and no garbage is collected
TOLD_EVERY = 10 * CHUNK
_TICKET = ProviderTicket


class Rows:
    """The rows of one request; iterated once, in chunks of tuples of texts: columns C-65 to C-78, the status, then what
    each of `custom` makes of a row's `custom_values`. `by`: the configurators' field in whose order they are.

    `day` writes a local date, `text` makes what people typed fit for the file. `told(n)` hears how many were read;
    `before` is given the `custom_values` of all rows of a chunk first.
    """

    def __init__(self, session, viewer, filters: TicketFilter, bounds: Bounds, *, timezone: str, order="opened_at",
                 desc=False, day=str, text=str, told=None, custom=(), before=None, by: FieldSpec | None = None):
        self.session, self.day, self.text, self.told, self.custom = session, day, text, told, custom
        self.before = before
        self.zone, self.now = ZoneInfo(timezone), bounds.now
        where = every_key_condition(session, viewer, filters, bounds, timezone=timezone)
        keys = (ORDERS[order], _TICKET.number) if by is None else (FieldIndex.value, _TICKET.attendance_id)
        self.statement = (
            select(_TICKET.number, cast(_TICKET.opened_at, Text), _TICKET.return_days, _TICKET.return_hours,
                   func.coalesce(Entity.social_name, Entity.name), Attendance.opened_by_id, Attendance.title,
                   _TICKET.classification_id, _TICKET.subclassification_id, _TICKET.default_motive_id,
                   cast(_TICKET.closed_at, Text), _TICKET.assignee_id, _TICKET.department_id, _TICKET.protocol,
                   _TICKET.situation_id, *([Attendance.custom_values] if custom else []))
            .join(Attendance, Attendance.id == _TICKET.attendance_id).join(Entity, Entity.id == _TICKET.entity_id)
            .where(*where).order_by(*(key.desc().nulls_last() if desc else key.asc().nulls_last() for key in keys)))
        if by is not None:
            self.statement = self.statement.outerjoin(FieldIndex, and_(
                FieldIndex.owner_id == _TICKET.attendance_id, *of_field(by.id, OwnerKind.ATTENDANCE)))

    def __iter__(self) -> Iterator[list[tuple]]:
        """On a connection of its own: a job that stores how far it is ends what its session reads."""
        with self.session.get_bind().connect() as connection:
            read_whole(connection)
            rows = connection.execute(self.statement, execution_options={"yield_per": CHUNK})
            cells, done = self._cells(connection), 0
            for part in rows.partitions():
                if self.before:
                    self.before([row[-1] for row in part])
                yield cells(part)
                done += len(part)
                if self.told and done % TOLD_EVERY == 0:
                    self.told(done)
        if self.told:
            self.told(done)

    def _cells(self, connection):
        """The function that makes the cells of some rows: column by column, which takes a quarter less time."""
        def names(model, name=None):
            found = connection.execute(select(model.id, model.name if name is None else name))
            return {None: "", **{pk: text(name.strip()) for pk, name in found}}.__getitem__

        days, text, custom = _LocalDays(self.zone, self.day), self.text, self.custom
        told, open_still = _Texts(text), ("", days.of(self.now.astimezone(UTC).replace(tzinfo=None))[1])
        classifications, subs, motives, departments, situations = map(names, (
            Classification, Subclassification, DefaultMotive, Department, Situation))
        people = names(User, User.first_name + " " + User.last_name)

        def cells(rows):
            (number, opened, count, hours, client, opened_by, title, classification, sub, motive, closed, assignee,
             department, protocol, situation, *held) = zip(*rows, strict=True)
            begun = [days[at[:_HOUR]] or days.exactly(at) for at in opened]
            ended = [open_still if at is None else days[at[:_HOUR]] or days.exactly(at) for at in closed]
            return list(zip(
                map(str, number), [shown for shown, _day in begun],
                [_hours(some) if some is not None else "" if days_given is None else str(days_given)
                 for days_given, some in zip(count, hours, strict=True)],
                map(told.__getitem__, client), map(people, opened_by), map(told.__getitem__, title),
                map(classifications, classification), map(subs, sub), map(motives, motive),
                [shown for shown, _day in ended], map(people, assignee), map(departments, department),
                [str(last - first) for (_shown, first), (_ended, last) in zip(begun, ended, strict=True)],
                [text(each or "") for each in protocol], map(situations, situation),
                *([cell(values) for values in held[0]] for cell in custom), strict=True))
        return cells


class _Texts(dict):
    """What people typed, as it fits for the file, by itself: most names and many titles stand in many rows."""

    KEPT = 20_000

    def __init__(self, text):
        super().__init__()
        self.text = text

    def __missing__(self, typed):
        if len(self) >= self.KEPT:
            self.clear()
        found = self[typed] = self.text(typed or "")
        return found


_HOUR = len("2026-03-16 15")


class _LocalDays(dict):
    """(local day as it is shown, its number) by the hour of UTC as a text; None where a day ends within the hour."""

    def __init__(self, zone, day):
        super().__init__()
        self.zone, self.day, self.shown = zone, day, {}

    def __missing__(self, hour: str):
        begins = datetime.fromisoformat(f"{hour}:00")
        first, last = self.of(begins), self.of(begins + timedelta(minutes=59))
        found = self[hour] = first if first == last else None
        return found

    def exactly(self, at: str):
        """Of an instant as a text."""
        return self.of(datetime.fromisoformat(at))

    def of(self, at: datetime):
        """Of an instant in UTC without zone."""
        local = at.replace(tzinfo=UTC).astimezone(self.zone).date()
        if local not in self.shown:
            self.shown[local] = (self.day(local), local.toordinal())
        return self.shown[local]


def _hours(hours) -> str:
    return f"{hours.normalize():f} h".replace(".", ",")  # as the screen has it
