"""What batches, guides and payments have in common: whose they are, and the batch that a guide or a payment is of."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import DomainError, Invalid
from ..models.entity import Entity
from ..models.provider_account import Batch
from ..queries.provider_accounts import STANDS_AS_PROVIDER
from ..security.visibility import visible
from . import amounts
from .entity_rules import NOT_A_CHOICE, REQUIRED, cleaned
from .orders import attempt, kept_number


class Checked:
    """One look at what was asked of `row` (None: a new one); `ready` is what may be written, `errors` what may not."""

    def __init__(self, session, row, values: dict, *, actor, now):
        self.session, self.row, self.actor, self.now = session, row, actor, now
        self.errors: list[DomainError] = []
        self.ready = {name: cleaned(value) for name, value in values.items()}
        self.provider_id = row.provider_id if row is not None else None

    def asks(self, name: str) -> bool:
        """A new row needs it, a stored one only where it is to be changed."""
        return name in self.ready or self.row is None

    def provider(self) -> None:
        """One of the actor's companies that has the role of provider; the stored one may stay."""
        if not self.asks("provider"):
            return
        given = self.ready.get("provider")
        pk = getattr(given, "id", given)
        kept = self.row is not None and pk == self.row.provider_id
        entity = None
        if pk is None:
            self.errors.append(Invalid(REQUIRED, field="provider"))
        else:
            wanted = select(Entity).where(Entity.id == pk, visible(Entity, self.actor))
            entity = self.session.scalar(wanted if kept else wanted.where(STANDS_AS_PROVIDER))
            if entity is None:
                self.errors.append(Invalid(_l("Choose an entity that has the role of provider."), field="provider"))
        self.ready["provider"], self.provider_id = entity, pk

    def batch(self) -> None:
        """The batch, if there is one, is of the same provider; also where only the provider is changed."""
        given = self.ready.get("batch")
        if "batch" not in self.ready and self.row is not None and "provider" in self.ready:
            given = self.row.batch_id
        pk = getattr(given, "id", given)
        if pk is None:
            return
        batch = self.session.scalar(select(Batch).where(Batch.id == pk, visible(Batch, self.actor)))
        if batch is None:
            self.errors.append(Invalid(NOT_A_CHOICE, field="batch"))
        elif self.provider_id is not None and batch.provider_id != self.provider_id:
            self.errors.append(Invalid(_l("This batch is of another provider."), field="batch"))
        if "batch" in self.ready:
            self.ready["batch"] = batch

    def number(self, limit: int) -> None:
        if self.asks("number"):
            kept_number(self.ready, limit, self.errors)

    def text(self, name: str, limit: int) -> None:
        """A mandatory text on one line."""
        if not self.asks(name):
            return
        words = self.ready[name] = " ".join(str(self.ready.get(name) or "").split())
        if not words:
            self.errors.append(Invalid(REQUIRED, field=name))
        elif len(words) > limit:
            self.errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field=name, n=limit,
                                       have=len(words)))

    def day(self, name: str) -> None:
        if self.asks(name):
            self.ready[name] = attempt(self.errors, amounts.day, self.ready.get(name), name, now=self.now)

    def money(self, name: str, *, required: bool = False) -> None:
        if required and self.asks(name) and self.ready.get(name) in (None, ""):
            self.errors.append(Invalid(REQUIRED, field=name))
        elif name in self.ready:
            self.ready[name] = attempt(self.errors, amounts.money, self.ready[name], name)

    def state(self, states) -> None:
        if self.row is None and self.ready.get("state") is None:
            self.ready.pop("state", None)  # left out: the first of them
        if "state" in self.ready and self.ready["state"] not in tuple(states):
            self.errors.append(Invalid(NOT_A_CHOICE, field="state"))
