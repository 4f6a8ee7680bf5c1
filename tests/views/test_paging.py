"""Pages by key: whole walks forward and back over columns with ties and empty values, no row lost, none twice."""
import re
from datetime import timedelta
from itertools import chain

import pytest

from app.models.attendance import Attendance
from app.queries import paging
from tests.support.clock import NOON
from tests.support.world import add_attendance


@pytest.fixture
def many(world, session, seeding):
    """130 attendances with many ties, some closed, some without protocol or title."""
    with seeding():
        for number in range(130):
            closed = number * 7 % 13 < 6
            add_attendance(
                session, world, world.entity, opened_at=NOON + timedelta(hours=number * 11 % 17),
                phase="closed" if closed else "open", title=[None, "A", "B", "Ç"][number * 5 % 4],
                protocol=f"P{number}" if number % 3 else None)
    return session.query(Attendance)


def walk(query, column, *, desc, size=25):
    """Ids of the whole table forward, then of the walk back from the last page."""
    forward, cursor = [], None
    while True:
        rows, _before, after = paging.page(query, column, Attendance.id, desc=desc, size=size, after=cursor)
        forward.append([row.id for row in rows])
        if after is None:
            break
        cursor = after
    backward, (rows, before, _after) = [forward[-1]], paging.page(
        query, column, Attendance.id, desc=desc, size=size, after=cursor)
    while before is not None:
        rows, before, _after = paging.page(query, column, Attendance.id, desc=desc, size=size, before=before)
        backward.insert(0, [row.id for row in rows])
    return list(chain(*forward)), list(chain(*backward))


@pytest.mark.parametrize("desc", [False, True])
@pytest.mark.parametrize("column", ["id", "opened_at", "closed_at", "title", "protocol"])
def test_every_row_once_forward_and_back(many, column, desc):
    ids = {row.id for row in many}
    forward, backward = walk(many, getattr(Attendance, column), desc=desc)
    assert len(forward) == len(ids)
    assert set(forward) == ids
    assert backward == forward


def test_empty_values_come_last_in_either_direction(many):
    for desc in (False, True):
        forward, _backward = walk(many, Attendance.closed_at, desc=desc)
        rows = {row.id: row for row in many}
        values = [rows[pk].closed_at for pk in forward]
        filled = [value for value in values if value is not None]
        assert values[:len(filled)] == sorted(filled, reverse=desc)


@pytest.mark.parametrize("text", ["zzz", "WzEsMl0", "W251bGwsIDFd", "é", "W10", "WyJ4Il0", "e30", "WyIyMDI2IiwgLTFd"])
def test_a_key_that_is_not_ours_is_a_value_error(many, text):
    with pytest.raises(ValueError, match="page key"):
        paging.page(many, Attendance.opened_at, Attendance.id, after=text)


def test_a_page_is_one_range_of_the_index(many, queries):
    _rows, _before, after = paging.page(many, Attendance.opened_at, Attendance.id)
    queries.clear()
    paging.page(many, Attendance.opened_at, Attendance.id, after=after)
    assert len(queries) == 1
    assert "(attendance.opened_at, attendance.id) >" in queries[0]


def test_counting_stops_at_the_cap(many):
    assert paging.capped_count(many, Attendance.id, 50) == 51
    assert paging.capped_count(many, Attendance.id, 10_000) == many.count()


def test_a_growing_list_pages_by_key(world, make_user, sign_in):
    supervisor = sign_in(make_user("sue", "Supervisor", companies=[world.company]))
    for number in range(30):
        make_user(f"colega{number:02}", "Attendant", companies=[world.company])
    first = supervisor.get("/users/list/")
    assert first.status_code == 200
    following = re.search(r'href="(/users/list/\?[^"]*after_UserView=[^"]*)"[^>]*rel="next"', first.text)[1]
    second = supervisor.get(following.replace("&amp;", "&"))
    assert second.status_code == 200
    assert 'rel="prev"' in second.text
    shown = [set(re.findall(r"/users/edit/(\d+)", page.text)) for page in (first, second)]
    assert not shown[0] & shown[1]
    assert len(shown[0]) == 25
    for bad in ("after_UserView=zzz", "after_UserView=WzEsMl0x", "before_UserView=%00"):
        assert supervisor.get(f"/users/list/?{bad}").status_code == 400
