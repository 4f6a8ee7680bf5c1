""""Informações Personalizadas" of an attendance: the viewer's menus, and how many records it has behind each (M-62)."""
from dataclasses import dataclass

from flask import g, url_for

from ...extensions import db
from ...queries.catalogue import MenuSpec
from ...queries.custom_menus import by_menu, menus_of
from ...queries.custom_records import count_of_attendance
from ..custom import defined


@dataclass(frozen=True)
class MenuLine:
    """One menu with what the attendance has behind it, and where adding leads; None where nothing may be added."""

    menu: MenuSpec
    count: int
    list_url: str
    add_url: str | None


def custom_information(attendance) -> list[MenuLine]:
    """One query, and none where the viewer has no menu. A closed attendance gets nothing new."""
    menus = menus_of(defined(), g.viewer) if attendance is not None else []
    if not menus:
        return []
    accesses = [by_menu(defined(), g.viewer, menu.id) for menu in menus]
    counts = count_of_attendance(db.session, g.viewer, attendance.id, accesses)
    here, back = attendance.address, url_for("AttendanceRecordView.record", address=attendance.address)
    return [MenuLine(menu, counts.get(menu.id, 0), url_for("RecordsView.listing", menu=menu.id, attendance=here),
                     url_for("RecordsView.add", menu=menu.id, attendance=here, **{"return": back})
                     if access.adds and attendance.is_open else None)
            for menu, access in zip(menus, accesses, strict=True)]
