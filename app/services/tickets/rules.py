"""What a new ticket must satisfy (C-12 to C-22): every field's refusal is collected, not only the first."""
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ... import email_addresses, phones
from ...errors import DomainError, Invalid
from ...models.classification import Classification, DefaultMotive, Subclassification
from ...models.entity import Entity, RoleType
from ...models.provider_ticket import MESSAGE_LIMIT
from ...queries.provider_accounts import PROVIDER, STANDS_AS_PROVIDER
from ...security.visibility import visible
from .. import validity
from ..entity_rules import NOT_A_CHOICE, REQUIRED, cleaned, raise_all
from ..validity import day_in

TITLE_LIMIT = 200


@dataclass
class Opening:
    """A ticket that may be opened."""

    entity: Entity
    role_type: RoleType
    title: str
    classification: Classification
    subclassification: Subclassification
    motive: DefaultMotive | None
    contact_name: str
    contact_phone: str
    contact_email: str
    message: str


def message_text(text: str | None, *, field: str = "message", required: bool = True) -> str:
    """The text of a message: at most 4,000 characters, a line break being one (C-21). Raises Invalid."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MESSAGE_LIMIT:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), field=field, n=MESSAGE_LIMIT, have=len(text))
    text = cleaned(text) or ""
    if not text and required:
        raise Invalid(_l("Write the message."), field=field)
    return text


def check_opening(session, values: dict, *, actor, now: datetime) -> Opening:
    """`values` by id and text, ready to be written. Raises Invalid or InvalidMany."""
    check = _Check(session, actor)
    entity = check.provider(values.get("provider_id"))
    check.day = day_in(entity.company.timezone if entity is not None else None, now)
    classification, subclassification, motive = check.tree(values)
    ready = Opening(
        entity, check.role(), check.text("title", values, TITLE_LIMIT), classification, subclassification, motive,
        check.text("contact_name", values, 200), check.phone(values), check.email(values), check.message(values))
    raise_all(check.errors)
    return ready


def check_tree(session, values: dict, *, kept: dict, day: date):
    """(classification, subclassification, motive) of a ticket that has others: {field: id} of `kept` may stay, what is
    new is in use on this `day`. Raises Invalid or InvalidMany."""
    check = _Check(session, None, kept)
    check.day = day
    found = check.tree(values)
    raise_all(check.errors)
    return found


class _Check:
    def __init__(self, session, actor, kept=None):
        self.session, self.actor, self.kept = session, actor, kept or {}
        self.day: date | None = None  # where the company is
        self.errors: list[DomainError] = []

    def refuse(self, field, message, **params):
        self.errors.append(Invalid(message, field=field, **params))

    def provider(self, pk) -> Entity | None:
        """A provider's user opens for himself alone; whoever works in the central says for whom."""
        own = self.actor.entity_id
        if own is None and pk is None:
            self.refuse("provider_id", REQUIRED)
            return None
        found = self.session.scalar(select(Entity).where(
            Entity.id == (own or pk), Entity.active, visible(Entity, self.actor), STANDS_AS_PROVIDER))
        if found is None:
            self.refuse("provider_id", _l("Choose an active entity with the role of provider."))
        return found

    def role(self) -> RoleType:
        return self.session.scalar(select(RoleType).where(RoleType.code == PROVIDER))

    def tree(self, values):
        """Each level below the one above, in use today unless the ticket has it already (C-17, C-56, B-23)."""
        classification = self.level(Classification, "classification_id", values, None, None)
        sub = self.level(Subclassification, "subclassification_id", values, classification, _l(
            "This subclassification does not belong to the chosen classification."))
        motive = None
        if values.get("motive_id") is not None and sub is not None:
            motive = self.level(DefaultMotive, "motive_id", values, sub, _l(
                "This reason does not belong to the chosen subclassification."))
        return classification, sub, motive

    def level(self, model, field, values, above, foreign):
        pk = values.get(field)
        if pk is None:
            self.refuse(field, REQUIRED)
            return None
        row = self.session.get(model, pk)
        parent = {Subclassification: "classification_id", DefaultMotive: "subclassification_id"}.get(model)
        if row is None:
            self.refuse(field, NOT_A_CHOICE)
        elif parent and above is not None and getattr(row, parent) != above.id:
            self.refuse(field, foreign)
            return None
        elif self.kept.get(field) != pk:
            if refused := validity.refusal(row, self.day, field=field):
                self.errors.append(refused)
            elif above is not None and self.kept.get(parent) == above.id and not above.in_use_on(self.day):
                self.refuse(field, validity.ABOVE)
        return row

    def text(self, field, values, limit) -> str:
        text = " ".join((cleaned(values.get(field)) or "").split())
        if not text:
            self.refuse(field, REQUIRED)
        elif len(text) > limit:
            self.refuse(field, _l("At most %(n)s characters; there are %(have)s."), n=limit, have=len(text))
        return text

    def phone(self, values) -> str:
        typed = cleaned(values.get("contact_phone"))
        if not typed:
            self.refuse("contact_phone", REQUIRED)
            return ""
        try:
            return phones.parse(typed, "contact_phone")
        except Invalid as error:
            self.errors.append(error)
            return ""

    def email(self, values) -> str:
        typed = cleaned(values.get("contact_email"))
        if not typed:
            self.refuse("contact_email", REQUIRED)
            return ""
        try:
            return email_addresses.parse(typed, "contact_email", written_to=True)
        except Invalid as error:
            self.errors.append(error)
            return ""

    def message(self, values) -> str:
        try:
            return message_text(values.get("message"))
        except Invalid as error:
            self.errors.append(error)
            return ""
