"""The verbs of batches ("Lotes") that providers deliver for payment.

`values` are plain: `provider` as id or row, number, received_on, state, total.
"""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict
from ..models.provider_account import Batch, BatchState, Guide, Payment
from ..security.permissions import Perm
from . import records
from .entity_rules import raise_all
from .provider_rules import Checked
from .records import get_visible, require


def create(session, values: dict, *, actor, now: datetime) -> Batch:
    """Register a batch. Raises Forbidden, InvalidMany with every refusal, Conflict for a number that is taken."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    return records.create(session, Batch, _checked(session, None, values, actor=actor, now=now), actor=actor, now=now)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Batch:
    """Change a batch. Raises as create, NotFound and Stale."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    with session.no_autoflush:
        batch = get_visible(session, Batch, pk, actor)
        ready = _checked(session, batch, values, actor=actor, now=now)
    return records.update(session, Batch, pk, ready, version=version, actor=actor, now=now)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a batch without guides and payments. Raises Forbidden, NotFound, Conflict."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    records.delete(session, Batch, pk, version=version, actor=actor, now=now, check=_refuse_used)


def check(session, pk: int | None, values: dict, *, actor, now: datetime) -> dict:
    """What create or update (of `pk`) would write of these values; raises what they would refuse, writes nothing."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    batch = get_visible(session, Batch, pk, actor) if pk is not None else None
    with session.no_autoflush:
        return _checked(session, batch, values, actor=actor, now=now)


def _checked(session, batch, values, *, actor, now) -> dict:
    look = Checked(session, batch, values, actor=actor, now=now)
    look.provider()
    if batch is not None and look.provider_id not in (None, batch.provider_id) and _used(session, batch):
        look.errors.append(Conflict(_l("This batch has guides or payments of the provider it has now."),
                                    field="provider"))
    look.number(Batch.number.type.length)
    look.day("received_on")
    look.state(BatchState)
    look.money("total")
    raise_all(look.errors)
    return look.ready


def _used(session, batch) -> bool:
    return any(session.scalar(select(model.id).where(model.batch_id == batch.id).limit(1)) is not None
               for model in (Guide, Payment))


def _refuse_used(session, batch, *, actor):
    if _used(session, batch):
        raise Conflict(_l("Guides or payments are of this batch: take the batch out of them first."))
