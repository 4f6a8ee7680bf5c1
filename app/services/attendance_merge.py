"""Two attendances of one matter made one, taken apart again, and one attendance split in two (B-15).

Merging moves the detail pages with their files, the notes and the labels to the attendance that stays; the other one
keeps its protocol, is cancelled with the reason, and its address leads to the one that stays.
"""
from collections.abc import Collection, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select, update

from ..errors import Conflict, Invalid, NotFound, Stale
from ..models.appointment import Appointment
from ..models.attachment import Attachment
from ..models.attendance import Attendance, AttendanceDetail, AttendanceKind
from ..models.classification import Phase, Situation
from ..models.custom_form import FieldTarget
from ..models.custom_record import CustomRecord, OwnerKind
from ..models.label import AttendanceLabel
from ..models.merge import Merge
from ..models.note import AttendanceNote
from ..models.outbox import Outbox
from ..models.provider_ticket import Message
from ..queries.catalogue import catalogue
from ..security.permissions import Perm
from . import custom_values, merged_values
from .attendance_rules import first_situation
from .log import expect_log, record
from .moving import point, still_at
from .protocols import next_protocol
from .records import get_visible, require
from .tickets import holding

REASON = _l("Merged into %(number)s")
MOVED = (Attachment.attendance_id, AttendanceNote.attendance_id, Appointment.attendance_id, Outbox.attendance_id,
         Message.attendance_id, CustomRecord.attendance_id)
ASIDE = 1_000_000  # page numbers on their way from one place to another: no two rows meet
_COPIED = ("company_id", "entity_id", "role_type_id", "motive_id", "occurrence_id", "cause_id", "unit_id",
           "local_partner_id", "local_note", "title", "assignee_id", "department_id")


def check_pair(session, kept_id: int, merged_id: int, *, actor) -> tuple[Attendance, Attendance]:
    """(the one that stays, the other), locked. Raises what `merge` refuses."""
    require(actor, Perm.ATTENDANCE_MERGE)
    if kept_id == merged_id:
        raise Invalid(_l("An attendance cannot be merged into itself."), field="other")
    rows = {pk: get_visible(session, Attendance, pk, actor) for pk in sorted((kept_id, merged_id))}
    session.execute(select(Attendance.id).where(Attendance.id.in_(rows)).order_by(Attendance.id).with_for_update())
    kept, merged = rows[kept_id], rows[merged_id]
    for each in (kept, merged):
        if each.merged_into_id is not None:
            raise Conflict(_l("%(number)s was already merged into another attendance."), number=str(each),
                           field="other")
    if not kept.is_open:
        raise Conflict(_l("The attendance that stays is closed: reopen it first."), field="other")
    if kept.company_id != merged.company_id:
        raise Invalid(_l("The two belong to different companies."), field="other")
    if AttendanceKind.PROVIDER in (kept.kind, merged.kind) and kept.kind != merged.kind:
        raise Invalid(_l("A provider's ticket is merged with another ticket only."), field="other")
    if merged.entity_id is not None and merged.entity_id != kept.entity_id:
        raise Invalid(_l("The two are of different entities: merge the registers first, if they are one person."),
                      field="other")
    return kept, merged


def merge(session, kept_id: int, merged_id: int, *, take: Collection[str] = (), version: int | None = None, actor,
          now: datetime) -> Merge:
    """Make `merged` a part of `kept`; `take` are the configurators' fields (`custom_values.<key>`) whose value comes
    from the merged one. Raises Forbidden, NotFound, Invalid, Conflict, Stale."""
    kept, merged = check_pair(session, kept_id, merged_id, actor=actor)
    _refuse_stale(kept, version)
    if unknown := [name for name in take if not name.startswith(merged_values.VALUES)]:
        raise Invalid(_l("Not a valid choice."), field=unknown[0][:60])
    keys = merged_values.chosen(session, OwnerKind.ATTENDANCE, kept, merged, take)
    pages = {page.id: page.page for page in merged.details}
    last = max((page.page for page in kept.details), default=0)
    labels = set(session.scalars(select(AttendanceLabel.label_id).where(AttendanceLabel.attendance_id == kept.id)))
    added = [pk for pk in session.scalars(select(AttendanceLabel.label_id).where(
        AttendanceLabel.attendance_id == merged.id)) if pk not in labels]
    moved = {"pages": list(pages.items()), "labels": added, "rows": {}, "situation": merged.situation_id,
             "phase": merged.phase, "closed_at": merged.closed_at.isoformat() if merged.closed_at else None}
    changes = {"merged_into": (None, kept)}
    expect_log(session, kept, merged)
    held = kept.custom_values
    taken, replaced = merged_values.take(kept, merged, keys)
    moved |= {"custom_taken": taken, "custom_before": replaced}
    if merged.is_open:
        situation = first_situation(session, Phase.CANCELLED, merged.kind)
        changes |= {"situation": (merged.situation, situation), "closed_at": (None, now)}
        merged.situation, merged.phase, merged.closed_at = situation, situation.phase, now
        merged.cancel_reason = str(REASON) % {"number": kept}
    merged.merged_into_id = kept.id
    _touch((kept, merged), actor, now)
    if merged.ticket is not None:
        changes |= holding.follow(session, merged, changes, actor=actor, now=now)
    record(session, merged, "merged", changes, actor=actor, now=now)
    told = {"custom_values": (held, kept.custom_values)} if taken else {}
    record(session, kept, "merge", {"merged": (None, merged), "pages": (
        last, last + len(pages)), **told}, actor=actor, now=now)
    session.flush()  # both are written before what hangs on them moves
    merged_values.follow(session, OwnerKind.ATTENDANCE, kept, taken, replaced, old=merged, new=kept, actor=actor,
                         now=now)
    _place(session, {pk: last + place for place, pk in enumerate(pages, 1)}, kept.id)
    for column in MOVED:
        ids = list(session.scalars(select(column.class_.id).where(column == merged.id)))
        moved["rows"][column.class_.__tablename__] = ids
        point(session, column, ids, kept.id)
    if added:
        session.execute(insert(AttendanceLabel), [
            {"attendance_id": kept.id, "label_id": pk, "opened_at": kept.opened_at} for pk in added])
    done = Merge(kind="attendance", kept_id=kept.id, merged_id=merged.id, moved=moved, at=now, by_id=actor.user_id)
    return _written(session, done)


def undo(session, merge_id: int, *, actor, now: datetime) -> Merge:
    """Take a merge back: the pages return with their files and notes, the situation is what it was.

    Raises Forbidden, NotFound, Conflict where it was undone or one of the two was merged since.
    """
    require(actor, Perm.ATTENDANCE_MERGE)
    done = get_visible(session, Merge, merge_id, actor)
    if done.kind != "attendance":
        raise NotFound(_l("Record not found."))
    if done.undone_at is not None:
        raise Conflict(_l("This merge was already undone."))
    kept, merged = (get_visible(session, Attendance, pk, actor) for pk in (done.kept_id, done.merged_id))
    if kept.merged_into_id is not None or merged.merged_into_id != kept.id:
        raise Conflict(_l("One of the two was merged again since: undo the later merge first."))
    if not kept.is_open:  # what is closed keeps its pages
        raise Conflict(_l("The attendance that stays is closed: reopen it first."))
    moved = done.moved
    situation = session.get(Situation, moved["situation"])
    changes = {"merged_into": (kept, None), "situation": (merged.situation, situation)}
    expect_log(session, kept, merged, done)
    merged.merged_into_id, merged.cancel_reason = None, None
    merged.situation, merged.phase = situation, moved["phase"]
    merged.closed_at = datetime.fromisoformat(moved["closed_at"]) if moved["closed_at"] else None
    _touch((kept, merged), actor, now)
    if merged.ticket is not None:
        changes |= holding.follow(session, merged, changes, actor=actor, now=now)
    record(session, merged, "unmerge", changes, actor=actor, now=now)
    held = kept.custom_values
    gone, back = merged_values.give_back(kept, moved.get("custom_taken", {}), moved.get("custom_before", {}))
    told = {"custom_values": (held, kept.custom_values)} if gone else {}
    record(session, kept, "unmerge", {"merged": (merged, None), **told}, actor=actor, now=now)
    session.flush()  # as above
    merged_values.follow(session, OwnerKind.ATTENDANCE, kept, gone, back, old=kept, new=merged, actor=actor, now=now)
    there = {page.id for page in kept.details}
    _place(session, {pk: number for pk, number in moved["pages"] if pk in there}, merged.id)
    _close_ranks(session, kept.id)
    for column in MOVED:
        ids = still_at(session, column, moved["rows"].get(column.class_.__tablename__, []), kept.id)
        point(session, column, ids, merged.id)
    session.execute(delete(AttendanceLabel).where(
        AttendanceLabel.attendance_id == kept.id, AttendanceLabel.label_id.in_(moved["labels"]))
        .execution_options(synchronize_session=False))
    done.undone_at, done.undone_by_id = now, actor.user_id
    return _written(session, done)


def split(session, attendance_id: int, pages: Sequence[int], *, version: int | None = None, actor,
          now: datetime) -> Attendance:
    """Make the given detail pages an attendance of their own: same entity and category, a protocol of its own, related
    to the first. Raises Forbidden, NotFound, Stale, Conflict (closed), Invalid (no page, all pages, no such page)."""
    require(actor, Perm.ATTENDANCE_MERGE)
    source = get_visible(session, Attendance, attendance_id, actor)
    _refuse_stale(source, version)
    if not source.is_open:
        raise Conflict(_l("This attendance is closed."))
    wanted = sorted(set(pages))
    rows = [row for row in source.details if row.page in wanted]
    if not wanted or len(rows) != len(wanted):
        raise Invalid(_l("Choose the pages that become an attendance of their own."), field="pages")
    if len(rows) == len(source.details):
        raise Invalid(_l("At least one page stays in this attendance."), field="pages")
    situation, first = first_situation(session, Phase.OPEN, _kind_of_part(source)), rows[0]
    files = merged_values.files_of(session, OwnerKind.ATTENDANCE)
    made = Attendance(
        **{name: getattr(source, name) for name in _COPIED}, kind=_kind_of_part(source),
        channel_id=first.channel_id, direction=first.direction, received_at=first.received_at,
        situation=situation, phase=situation.phase, related_id=source.id, opened_at=now,
        opened_by_id=actor.user_id, created_at=now, updated_at=now, custom_values={  # files stay where they are
            key: value for key, value in source.custom_values.items() if key not in files})
    made.company = source.company
    with session.no_autoflush:
        made.protocol = next_protocol(session, company=source.company, opened_at=now)
        session.add(made)
        expect_log(session, source, made)
        _touch((source,), actor, now)
        record(session, made, "create", {
            "protocol": (None, made.protocol), "split_from": (None, source), "entity": (None, source.entity),
            "pages": (None, wanted)}, actor=actor, now=now, first=True)
        record(session, source, "split", {"split_into": (None, made), "pages": (wanted, None)}, actor=actor, now=now)
    _place(session, {row.id: place for place, row in enumerate(rows, 1)}, made.id)
    _close_ranks(session, source.id)
    point(session, Attachment.attendance_id, session.scalars(select(Attachment.id).where(
        Attachment.detail_id.in_([row.id for row in rows]))).all(), made.id)
    session.execute(insert(AttendanceLabel).from_select(
        ["attendance_id", "label_id", "opened_at"],
        select(made.id, AttendanceLabel.label_id, Attendance.opened_at).join(
            Attendance, Attendance.id == made.id).where(AttendanceLabel.attendance_id == source.id)))
    pk = made.id
    custom_values.after_save(
        session, OwnerKind.ATTENDANCE, pk, catalogue(session).of_record(FieldTarget.ATTENDANCE), made.custom_values,
        actor=actor, now=now)
    session.expire_all()
    return session.get(Attendance, pk)


# ---- pieces

def _refuse_stale(attendance, version) -> None:
    if version is not None and attendance.version != version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))


def _touch(attendances, actor, now) -> None:
    for attendance in attendances:
        attendance.changed_by_id, attendance.updated_at = actor.user_id, now


def _kind_of_part(source) -> str:
    """What is split from a provider's ticket is no ticket: it has no classification and no clock of its own."""
    return AttendanceKind.MULTICHANNEL if source.kind == AttendanceKind.PROVIDER else source.kind


def _place(session, numbers: dict[int, int], attendance_id: int) -> None:
    """Put pages {id: number} into an attendance."""
    for pk, number in numbers.items():
        session.execute(update(AttendanceDetail).where(AttendanceDetail.id == pk).values(
            attendance_id=attendance_id, page=number).execution_options(synchronize_session=False))


def _close_ranks(session, attendance_id: int) -> None:
    """Pages count 1, 2, 3… again."""
    rows = session.execute(select(AttendanceDetail.id, AttendanceDetail.page).where(
        AttendanceDetail.attendance_id == attendance_id).order_by(AttendanceDetail.page)).all()
    wrong = {pk: place for place, (pk, number) in enumerate(rows, 1) if number != place}
    _place(session, {pk: ASIDE + place for pk, place in wrong.items()}, attendance_id)
    _place(session, wrong, attendance_id)


def _written(session, done: Merge) -> Merge:
    expect_log(session, done)
    session.add(done)
    session.flush()  # before what was read is let go
    session.expire_all()
    return done
