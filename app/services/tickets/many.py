"""One act on several tickets of the central: each by its own rules, with its own log entry and savepoint."""
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Invalid
from ...models.classification import Phase
from ...models.provider_ticket import ProviderTicket
from ...security.permissions import Perm
from ...security.visibility import visible
from .. import assignment, completeness, many_attendances
from ..attendance_rules import closing_situation
from ..many_attendances import MOST, Outcome
from ..records import require
from . import closing, forwarding, owners, rules, work

ACTIONS = ("forward", "pending", "close", "give_up", "delete")


def change(session, action: str, rows: Iterable[tuple[int, int | None]], values: dict, *, public_url: str, actor,
           now: datetime) -> Outcome:
    """Do `action` to every (id, version) of `rows`; what is refused holds up no other. Those concerned are told once.

    `values`: operator_id, department_id, reason of "forward"; situation_id of "close" (None: the first that closes) and
    message, which is sent to the provider of each.
    Raises Forbidden and Invalid where nothing could be done to any row; of a single row its own refusal.
    """
    rows = list(dict(rows).items())
    if not rows:
        raise Invalid(_l("Choose at least one record."))
    if len(rows) > MOST:
        raise Invalid(_l("At most %(n)s records at once."), n=MOST)
    alone = len(rows) == 1
    if action == "close" and not alone:
        _check_answers(session, [pk for pk, _version in rows], values)
    act = _prepared(session, action, values, alone=alone, public_url=public_url, actor=actor, now=now)
    if alone:
        outcome = Outcome(done=1)
        act(*rows[0], outcome)
        return outcome
    outcome = many_attendances.each(session, rows, act, actor=actor, numbers=_numbers)
    key = f"{actor.user_id}:{now.isoformat()}"
    if action in owners.OF_ACT:
        owners.tell_of_many(session, owners.OF_ACT[action], outcome.lost, key=key, actor=actor, now=now)
    else:
        many_attendances.tell(session, action, values, outcome, key=key, actor=actor, now=now)
    return outcome


def _prepared(session, action, values, *, alone, public_url, actor, now) -> Callable:
    """What does the action to one row, (id, version, outcome), with everything checked that is the same for all."""
    require(actor, Perm.TICKET_DELETE if action == "delete" else Perm.TICKET_WRITE)
    if action == "forward":
        return _forwarding(session, values, alone, actor=actor, now=now)
    if action == "close":
        situation = closing_situation(session, values.get("situation_id"), work.KIND)
        return _counted(alone, partial(
            closing.close, session, message=rules.message_text(values.get("message"), required=False),
            situation_id=situation.id, public_url=public_url, actor=actor, now=now))
    if action == "pending":
        return _counted(alone, partial(work.leave_pending, session, actor=actor, now=now))
    verb = {"give_up": work.give_up, "delete": work.delete}[action]
    return lambda pk, _version, _outcome: verb(session, pk, actor=actor, now=now)


def _check_answers(session, ids, values) -> None:
    """Where none of them was answered it is the text that lacks, not something of each."""
    cancels = closing_situation(session, values.get("situation_id"), work.KIND).phase != Phase.CLOSED
    if not (cancels or values.get("message")) and completeness.demands_message(session, ids):
        raise Invalid(completeness.NO_ANSWER, field="message")


def _counted(alone, verb):
    """`verb` on one ticket, which tells its operator itself; of several it is counted whose they are."""
    def act(pk, version, outcome):
        attendance = verb(attendance_id=pk, version=version, quiet=not alone).attendance
        if attendance.assignee_id is not None:
            outcome.lost[attendance.assignee_id] = outcome.lost.get(attendance.assignee_id, 0) + 1
    return act


def _forwarding(session, values, alone, *, actor, now):
    to = forwarding.receiver(session, operator_id=values.get("operator_id"), reason=values.get("reason"),
                             department_id=values.get("department_id"), actor=actor)

    def forward(pk, version, outcome):
        ticket, previous = forwarding.hand_over(session, pk, to, version=version, actor=actor, now=now)
        if alone:
            assignment.tell_both(session, ticket.attendance, to, previous, actor=actor, now=now)
        elif previous is not None:
            outcome.lost[previous.id] = outcome.lost.get(previous.id, 0) + 1
    return forward


def _numbers(session, ids, actor):
    found = session.execute(select(ProviderTicket.attendance_id, ProviderTicket.number, ProviderTicket.protocol).where(
        ProviderTicket.attendance_id.in_(ids), visible(ProviderTicket, actor)))
    return [(pk, str(number), protocol or f"id-{pk}") for pk, number, protocol in found]
