"""The verbs of guides ("Guias"). Issued where the CRM module is used, a guide opens an attendance of its provider.

`values` are plain: `provider` and `batch` as ids or rows, number, issued_on, beneficiary, state, total.
"""
from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Invalid
from ..models.attendance import Attendance, AttendanceKind, Direction
from ..models.classification import Channel
from ..models.entity import PROVIDER
from ..models.provider_account import Guide, GuideState
from ..security.permissions import Perm
from . import attendances, central, records
from .account_mails import DEFAULT_LOCALE
from .entity_rules import raise_all
from .provider_rules import Checked
from .records import get_visible, require

OWN = ("provider", "batch", "number", "issued_on", "beneficiary", "state", "total")
CHANNEL = "provider_web"


def create(session, values: dict, *, actor, now: datetime) -> Guide:
    """Register a guide; issued, it opens its attendance (C-06). Raises Forbidden, InvalidMany with every refusal,
    Conflict for a number that is taken."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    ready = _checked(session, None, values, actor=actor, now=now)
    if ready.get("state") == GuideState.ISSUED and central.uses_crm(session):
        ready["attendance"] = _attended(session, ready, actor=actor, now=now)
    return records.create(session, Guide, ready, actor=actor, now=now)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Guide:
    """Change a guide; one that was not issued and now is opens its attendance, once. Raises as create, NotFound and
    Stale."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    with session.no_autoflush:
        guide = get_visible(session, Guide, pk, actor)
        ready = _checked(session, guide, values, actor=actor, now=now)
        records.refuse_stale(guide, version)
        issued = ready.get("state") == GuideState.ISSUED != guide.state and guide.attendance_id is None
        if issued and central.uses_crm(session):
            ready["attendance"] = _attended(session, {
                name: ready.get(name, getattr(guide, name)) for name in OWN}, actor=actor, now=now)
    return records.update(session, Guide, pk, ready, version=version, actor=actor, now=now)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a guide; its attendance stays. Raises Forbidden, NotFound."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    records.delete(session, Guide, pk, version=version, actor=actor, now=now)


def check(session, pk: int | None, values: dict, *, actor, now: datetime) -> dict:
    """What create or update (of `pk`) would write of these values; raises what they would refuse, writes nothing."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    guide = get_visible(session, Guide, pk, actor) if pk is not None else None
    with session.no_autoflush:
        return _checked(session, guide, values, actor=actor, now=now)


def _checked(session, guide, values, *, actor, now) -> dict:
    look = Checked(session, guide, {name: values[name] for name in OWN if name in values}, actor=actor, now=now)
    look.provider()
    look.batch()
    look.number(Guide.number.type.length)
    look.day("issued_on")
    look.text("beneficiary", Guide.beneficiary.type.length)
    look.state(GuideState)
    look.money("total")
    raise_all(look.errors)
    return look.ready


def _attended(session, guide: dict, *, actor, now) -> Attendance:
    """The attendance of an issued guide. The product opens it, so whoever may issue need not have that right too."""
    channel = session.scalar(select(Channel.id).where(Channel.active).order_by(
        (Channel.code == CHANNEL).is_not(True), Channel.position, Channel.id).limit(1))
    if channel is None:
        raise Invalid(_l("There is no active channel for the attendance of this guide."), field="state")
    with force_locale(DEFAULT_LOCALE):  # what it says is the company's, in whoever's language it was issued
        title = _("Guide %(number)s issued", number=guide["number"])
        told = _("Guide %(number)s issued on %(day)s for %(name)s.", number=guide["number"],
                 day=f"{guide['issued_on']:%d/%m/%Y}", name=guide["beneficiary"])
    opener = replace(actor, permissions=actor.permissions | {Perm.ATTENDANCE_WRITE.pair})
    return attendances.open_attendance(
        session, entity_id=guide["provider"].id, kind=AttendanceKind.MULTICHANNEL,
        values={"role_type_code": PROVIDER, "title": title},
        detail={"channel_id": channel, "direction": Direction.ACTIVE, "received_at": now, "description": told},
        actor=opener, now=now)
