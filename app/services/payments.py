"""The verbs of payments ("Pagamentos") made to providers.

`values` are plain: `provider` and `batch` as ids or rows, document, paid_on, amount.
"""
from datetime import datetime

from ..models.provider_account import Payment
from ..security.permissions import Perm
from . import records
from .entity_rules import raise_all
from .provider_rules import Checked
from .records import get_visible, require


def create(session, values: dict, *, actor, now: datetime) -> Payment:
    """Register a payment. Raises Forbidden, InvalidMany with every refusal, Conflict for a document that is taken."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    return records.create(session, Payment, _checked(session, None, values, actor=actor, now=now), actor=actor, now=now)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Payment:
    """Change a payment. Raises as create, NotFound and Stale."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    with session.no_autoflush:
        payment = get_visible(session, Payment, pk, actor)
        ready = _checked(session, payment, values, actor=actor, now=now)
    return records.update(session, Payment, pk, ready, version=version, actor=actor, now=now)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a payment. Raises Forbidden, NotFound."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    records.delete(session, Payment, pk, version=version, actor=actor, now=now)


def check(session, pk: int | None, values: dict, *, actor, now: datetime) -> dict:
    """What create or update (of `pk`) would write of these values; raises what they would refuse, writes nothing."""
    require(actor, Perm.PROVIDER_ACCOUNT_WRITE)
    payment = get_visible(session, Payment, pk, actor) if pk is not None else None
    with session.no_autoflush:
        return _checked(session, payment, values, actor=actor, now=now)


def _checked(session, payment, values, *, actor, now) -> dict:
    look = Checked(session, payment, values, actor=actor, now=now)
    look.provider()
    look.batch()
    look.text("document", Payment.document.type.length)
    look.day("paid_on")
    look.money("amount", required=True)
    raise_all(look.errors)
    return look.ready
