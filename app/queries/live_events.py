"""Reading the log of what streams tell."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from ..models.stream_event import StreamEvent, StreamTopic
from ..security.audience import hears, seen_ids

PAGE = 500
_EVENT = StreamEvent.__table__.c


def last_numbers(session, topics) -> dict[str, int]:
    """The number of the last event of each topic, 0 where there is none."""
    topics = sorted(topics)
    found = dict.fromkeys(topics, 0)
    for at in range(0, len(topics), PAGE):
        found |= dict(session.execute(select(StreamTopic.name, StreamTopic.seq).where(
            StreamTopic.name.in_(topics[at:at + PAGE]))).tuples().all())
    return found


@dataclass(frozen=True, eq=False)
class Event:
    """An event of the log."""

    topic: str
    seq: int
    kind: str
    ids: list[int]


def after(session, cursor: Mapping[str, int]) -> list[Event]:
    """The events beyond the cursor, in order within each topic; PAGE of them at most, and as
    many means that there may be more."""
    topics, rows = sorted(cursor), []
    for at in range(0, len(topics), PAGE):
        beyond = or_(*(and_(_EVENT.topic == name, _EVENT.seq > cursor[name]) for name in topics[at:at + PAGE]))
        rows += [Event(*row) for row in session.execute(
            select(_EVENT.topic, _EVENT.seq, _EVENT.kind, _EVENT.ids).where(beyond)
            .order_by(_EVENT.topic, _EVENT.seq).limit(PAGE - len(rows)))]
        if len(rows) == PAGE:
            break
    return rows


def allowed(session, viewer, events: Sequence) -> dict[Event, list[int]]:
    """{event: the ids to tell} of what this person may be told now, decided anew each time."""
    heard = {topic: hears(session, viewer, topic) for topic in {each.topic for each in events}}
    asked: dict[str, set[int]] = {}
    for each in events:
        if heard[each.topic]:
            asked.setdefault(each.kind, set()).update(each.ids)
    seen = {kind: seen_ids(session, viewer, kind, ids) for kind, ids in asked.items()}
    told = {}
    for each in events:
        known = seen.get(each.kind) if heard[each.topic] else None
        if known is None:
            continue
        ids = [pk for pk in each.ids if pk in known]
        if ids or not each.ids:
            told[each] = ids
    return told
