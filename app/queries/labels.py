"""Attendances by their labels: a walk along the index of each label, in the order of lists."""
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from ..models.attendance import Attendance
from ..models.label import AttendanceLabel


def bears_any(ids):
    """The attendance bears one of these labels."""
    return Attendance.id.in_(select(AttendanceLabel.attendance_id).where(AttendanceLabel.label_id.in_(ids)))


def walks(ids) -> list[tuple]:
    """Conditions on `attendance_label` joined to `attendance`, one a label: together they meet every attendance that
    bears one of the labels, and none of them twice."""
    other, made = aliased(AttendanceLabel), []
    ids = list(dict.fromkeys(ids))
    for place, pk in enumerate(ids):
        condition = [AttendanceLabel.label_id == pk]
        if place:
            condition.append(~exists().where(
                other.attendance_id == AttendanceLabel.attendance_id, other.label_id.in_(ids[:place])))
        made.append(tuple(condition))
    return made


def labels_of(session, attendance) -> list[AttendanceLabel]:
    """The labels of a record with their names; none of one that is not opened yet."""
    if attendance is None:
        return []
    return list(session.scalars(select(AttendanceLabel).where(AttendanceLabel.attendance_id == attendance.id)
                                .options(joinedload(AttendanceLabel.label))))
