"""The same pages as the inside of a drawer beside an attendance, without the shell: asked for by records_drawer.js.

Its links are those of the pages, so that without scripts, or in another tab, they lead to pages.
"""
from flask import g, request, url_for

from ...extensions import db
from ...lowcode import fields as custom
from ...queries import custom_records as reads
from ..field_kinds import cell, name_persons

SIZE = 20


def inside() -> bool:
    """Whether the drawer asks."""
    return request.headers.get("X-Requested-With") == "fetch"


def answered(page: str, status: int = 200) -> tuple:
    """A page that is not the same for a drawer and for a browser, and is kept by neither."""
    return page, status, {"Cache-Control": "private, no-store", "Vary": "X-Requested-With"}


def listed(access, attendance_id: int) -> dict:
    """What the drawer lists of one attendance: its newest records behind a menu, `lines` of each, and how many."""
    filters = reads.RecordFilter("", (), attendance_id, None)
    page = reads.list_records(db.session, g.viewer, access, filters, size=SIZE,
                              after=request.args.get("after"), before=request.args.get("before"))
    shown = [each for each in access.form.fields if each.in_list] or access.form.fields[:4]
    name_persons(shown, [row.values for row in page.rows])
    counts = reads.count_of_attendance(db.session, g.viewer, attendance_id, [access])
    return {"rows": page.rows, "lines": lambda row: _lines(shown, row.values or {}),
            "count": counts.get(access.menus[0].id, 0), "previous": page.previous, "following": page.next}


def list_of(menu: int, attendance) -> str:
    """The address of the records of an attendance behind a menu."""
    return url_for("RecordsView.listing", menu=menu, attendance=attendance.address)


def _lines(fields, values) -> list[tuple]:
    """[(name, markup)] of what a record has in these fields."""
    return [(each.name, cell(each, values[each.key])) for each in fields
            if values.get(each.key) is not None and custom.shown(each, values[each.key])]
