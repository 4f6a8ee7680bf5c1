"""Mesclar ou dividir, as a person does it on the page of the attendance."""
import re

import pytest

from app.security.permissions import ATTENDANT, CONFIGURATOR
from app.services import attendances
from tests.support.clock import NOON
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("B-15")


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def two(session, world, seeding):
    with seeding():
        rows = [add_attendance(session, world, world.entity, protocol=f"2026-000000060{n}", description=f"Assunto {n}")
                for n in (1, 2)]
    session.commit()
    return rows


def then(browser, answer) -> str:
    assert answer.status_code == 302, answer.text
    return browser.get(answer.location)


def test_another_attendance_is_looked_at_then_merged_and_its_address_leads_here(attendant, two):
    here, other = (row.address for row in two)
    page = attendant.get(f"/attendances/{here}/merging")
    assert "só tem uma página" in page.text
    looked = attendant.post(f"/attendances/{here}/merge", {"other": other})
    assert "Assunto 2" in looked.text
    fields = dict(re.findall(r'<input type="hidden" name="(other|confirmed|version)" value="([^"]+)"', looked.text))
    done = then(attendant, attendant.post(f"/attendances/{here}/merge", fields))
    assert "agora são um só" in done.text
    moved = attendant.get(f"/attendances/{other}")
    assert moved.status_code == 302
    assert moved.location.endswith(f"id-{two[0].id}")
    record = attendant.get(f"/attendances/{here}?page=2")
    assert "Assunto 2" in record.text
    undo = re.search(r'action="(/attendances/merging/\d+/undo)"', done.text)[1]
    assert "foi desfeita" in then(attendant, attendant.post(undo)).text
    assert "Assunto 2" in attendant.get(f"/attendances/{other}").text


def test_an_unknown_number_is_refused_beside_its_field_and_stays(attendant, two, world):
    for typed in ("9999-1", world.other_attendance.protocol):
        refused = attendant.post(f"/attendances/{two[0].address}/merge", {"other": typed})
        assert refused.status_code == 422
        assert 'id="other-err"' in refused.text
        assert f'value="{typed}"' in refused.text


def test_pages_marked_become_an_attendance_with_a_protocol(attendant, session, world, two, make_user, viewer_for):
    source = two[0]
    actor = viewer_for(make_user(None, ATTENDANT, companies=[world.company]))
    attendances.add_detail(session, source.id, actor=actor, now=NOON, detail={
        "channel_id": world.channels["phone"].id, "description": "Outro assunto"})
    session.commit()
    page = attendant.get(f"/attendances/{source.address}/merging")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    nothing = attendant.post(f"/attendances/{source.address}/split", {"version": version})
    assert nothing.status_code == 422
    assert 'id="pages-err"' in nothing.text
    made = then(attendant, attendant.post(f"/attendances/{source.address}/split", {"version": version, "pages": "2"}))
    assert "Outro assunto" in made.text
    assert source.protocol in made.text  # related to where it came from


def test_who_may_not_and_what_is_of_others(attendant, make_user, sign_in, world, two):
    configurator = sign_in(make_user(None, CONFIGURATOR, companies=[world.company]))
    assert configurator.get(f"/attendances/{two[0].address}/merging").status_code == 403
    assert attendant.get(f"/attendances/{world.other_attendance.address}/merging").status_code == 404
    assert attendant.post(f"/attendances/{world.other_attendance.address}/split", {"pages": "1"}).status_code == 404
