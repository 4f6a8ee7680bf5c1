"""Who may be told what by a stream. Nobody hears a topic and no kind of event is told that is not written here.

An event goes to a topic. Who listens is checked when he begins to and again each time something is sent to him: that
the topic is his (`hears`), that he holds the permission of the kind, and which of the ids he sees (`seen_ids`).
"""
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..models.attendance import Attendance
from ..models.company import Company
from ..models.identity import UserProfile
from ..models.provider_ticket import ProviderTicket
from .permissions import Perm
from .visibility import visible

ACCESS = "access.changed"  # what a person may do: his streams end, and begin anew with what he may now


@dataclass(frozen=True)
class Kind:
    """What it takes to be told: a permission, and to see the rows whose ids are told."""

    permission: Perm
    ids: Any = None  # the column they are of; none: the event carries no ids of rows


KINDS = {
    "bell.changed": Kind(Perm.OWN_ACCOUNT),  # a notification came, or was read elsewhere
    "attendance.changed": Kind(Perm.ATTENDANCE_READ, Attendance.id),
    "ticket.changed": Kind(Perm.TICKET_READ, ProviderTicket.attendance_id),
    "ticket.deleted": Kind(Perm.TICKET_READ),  # without its id: a row that is gone is seen by nobody
    "contact.changed": Kind(Perm.PORTAL_USE, Attendance.id),  # a ticket, to the provider whose it is
}
SHARED = {"attendances": Perm.ATTENDANCE_READ, "tickets": Perm.TICKET_READ}  # topics of who holds the permission
_TOPIC_OF = {permission: name for name, permission in SHARED.items()}


def people(*user_ids: int) -> set[str]:
    """These persons, wherever they are signed in."""
    return {f"user:{pk}" for pk in user_ids}


def company(pk: int) -> set[str]:
    """Staff who see this company."""
    return {f"company:{pk}"}


def department(pk: int) -> set[str]:
    """Whose department this is."""
    return {f"department:{pk}"}


def entity(pk: int) -> set[str]:
    """The users of the portal of this entity."""
    return {f"entity:{pk}"}


def holders(permission: Perm) -> set[str]:
    """Who holds the permission: KeyError for one that has no topic in SHARED."""
    return {_TOPIC_OF[permission]}


def hears(session, viewer, topic: str) -> bool:
    """Whether the topic is this person's to hear, now."""
    if topic in SHARED:
        return viewer.may(SHARED[topic])
    noun, _, pk = topic.partition(":")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 10):
        return False
    pk = int(pk)
    if noun == "user":
        return pk == viewer.user_id
    if noun == "entity":
        return pk == viewer.entity_id
    if noun == "company":
        return session.scalar(select(Company.id).where(Company.id == pk, visible(Company, viewer))) is not None
    if noun == "department":
        return session.scalar(select(UserProfile.user_id).where(
            UserProfile.user_id == viewer.user_id, UserProfile.department_id == pk,
            UserProfile.entity_id.is_(None))) is not None
    return False


def seen_ids(session, viewer, kind: str, ids: Iterable[int]) -> set[int] | None:
    """Which of the ids of events of this kind the person sees; None where he may not be told of the kind at all."""
    rule = KINDS.get(kind)
    if rule is None or not viewer.may(rule.permission):
        return None
    wanted = set(ids)
    if rule.ids is None or not wanted:
        return set()
    return set(session.scalars(select(rule.ids).where(rule.ids.in_(wanted), visible(rule.ids.class_, viewer))))
