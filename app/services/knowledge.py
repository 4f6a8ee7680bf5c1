"""The knowledge base (M-94): a branch that holds something is not deleted, a request says whether it is anonymous."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from ..errors import Conflict, Invalid, InvalidMany
from ..models.knowledge import (
    Identification,
    KnowledgeCategory,
    KnowledgeItem,
    KnowledgeKind,
    KnowledgeSection,
)
from ..text import lines
from . import records
from .records import related_id

LONGEST = 20_000  # characters of a text
MOST_DAYS = 3650
TEXTS = ("proposed_solution", "operator_guidance")


def _empty(column, message):
    """A check that refuses to delete a row while `column` of others points to it."""
    def check(session, item, *, actor):
        held = session.scalar(select(func.count()).where(column == item.id))
        if held:
            raise Conflict(message, n=held)
    return check


sections = records.service_for(KnowledgeSection, check_delete=_empty(KnowledgeCategory.section_id, _l(
    "This section still has categories (%(n)s): move them to another section or delete them first. It can also be "
    "deactivated.")))
categories = records.service_for(KnowledgeCategory, check_delete=_empty(KnowledgeItem.category_id, _l(
    "This category still has items (%(n)s): move them to another category or delete them first. It can also be "
    "deactivated.")))


class ItemService:
    """The verbs of what is known."""

    @staticmethod
    def create(session, values: dict, *, actor, now: datetime) -> KnowledgeItem:
        """Add an item: `category` (row), `title`, `kind`, `identification` and `return_days` of a request alone,
        `proposed_solution`, `operator_guidance`, `active`. Raises InvalidMany, Conflict for a title that is there."""
        return records.create(session, KnowledgeItem, _clean(values), actor=actor, now=now, check=_check)

    @staticmethod
    def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> KnowledgeItem:
        """Change an item. Raises as create, NotFound, Stale."""
        return records.update(
            session, KnowledgeItem, pk, _clean(values), version=version, actor=actor, now=now, check=_check)

    @staticmethod
    def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
        """Remove an item; its texts stay in the log. Raises NotFound, Stale, Conflict where it is used."""
        records.delete(session, KnowledgeItem, pk, version=version, actor=actor, now=now)


items = ItemService()


def _clean(values) -> dict:
    return {**values, **{name: lines(values[name]) for name in TEXTS if name in values}}


def _check(_session, item, _lists, *, actor):
    refused = [Invalid(_l("This field is required."), field=name) for name, missing in (
        ("category", related_id(item, "category") is None), ("title", not (item.title or "").strip()),
        ("proposed_solution", item.kind == KnowledgeKind.INFORMATION and not item.proposed_solution)) if missing]
    refused += [Invalid(_l("At most %(number)s characters."), field=name, number=LONGEST)
                for name in TEXTS if len(getattr(item, name) or "") > LONGEST]
    if item.kind not in list(KnowledgeKind):
        refused.append(Invalid(_l("Not a valid choice."), field="kind"))
    elif item.kind == KnowledgeKind.REQUEST:
        refused += _request_refusals(item)
    else:
        refused += [Invalid(_l("Only requests have this: leave it blank."), field=name)
                    for name in ("identification", "return_days") if getattr(item, name) is not None]
    if refused:
        raise InvalidMany(refused)


def _request_refusals(item):
    if item.identification not in list(Identification):
        yield Invalid(_l("Say whether the request is anonymous or identified."), field="identification")
    if item.return_days is not None and not 0 <= item.return_days <= MOST_DAYS:
        yield Invalid(_l("Type a number of days from 0 to 3650."), field="return_days")
