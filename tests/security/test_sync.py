"""`sync` is the only writer of permission rows, and never gives back what was taken away."""
import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role
from flask_appbuilder.security.sqla.models import assoc_permissionview_role as granted
from sqlalchemy import delete, func, select

from app.models.identity import RoleGrantSeed
from app.security.permissions import ADMIN, GRANTS, SUPERVISOR, Perm
from app.security.sync import _stored_pairs, sync, verify
from app.services.grants import pairs_by_role


def _role_id(session, name):
    return session.scalar(select(Role.id).where(Role.name == name))


def _take(session, permission, role):
    session.execute(delete(granted).where(
        granted.c.permission_view_id == _stored_pairs(session)[permission.pair],
        granted.c.role_id == _role_id(session, role)))


def test_a_second_run_changes_nothing(session):
    report = sync(session)
    assert (report.added, report.removed, report.granted, report.problems) == ([], [], [], [])


@pytest.mark.req("G-02")
def test_a_grant_taken_away_stays_away_even_when_a_later_release_lists_it_again(session):
    _take(session, Perm.ENTITY_WRITE, SUPERVISOR)
    later = {**GRANTS, "9.9": {SUPERVISOR: (Perm.SETTING_WRITE, Perm.ENTITY_WRITE), "Auditor": (Perm.LOG_READ,)}}
    report = sync(session, grants=later)
    assert report.granted == ["Supervisor: write setting", "Auditor: read log"]
    assert Perm.ENTITY_WRITE.pair not in pairs_by_role(session)[_role_id(session, SUPERVISOR)]
    assert session.scalar(select(RoleGrantSeed.release).where(RoleGrantSeed.role_name == "Auditor")) == "9.9"


def test_the_administrators_are_healed(session):
    _take(session, Perm.ROLE_WRITE, ADMIN)
    assert verify(session) == ["Admin lacks: can_write role"]
    assert sync(session).granted == ["Admin: write role"]


def test_a_permission_that_left_the_enum_goes_with_its_grants(session):
    fewer = tuple(permission for permission in Perm if permission is not Perm.OUTBOX_WRITE)
    without = {"0.1": {role: tuple(p for p in given if p in fewer) for role, given in GRANTS["0.1"].items()}}
    report = sync(session, grants=without, permissions=fewer)
    assert report.removed == ["can_write outbox"]
    assert not report.problems
    assert verify(session) == ["missing: can_write outbox", "Admin lacks: can_write outbox"]


def test_only_pairs_of_the_enum_are_stored(session):
    """FAB registers dozens of views and writes a permission for none of them."""
    assert set(_stored_pairs(session)) == {permission.pair for permission in Perm}
    assert session.scalar(select(func.count()).select_from(PermissionView)) == len(Perm)
