"""Webhooks: who is told of which events, at what address and under which secret (B-30)."""
import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l

from ..errors import Forbidden, Invalid, InvalidMany
from ..models.webhook import NOT_AN_ADDRESS, Webhook
from ..outgoing_http.addresses import is_address
from ..secrets_at_rest import seal, unseal
from ..security.permissions import Perm
from . import records
from .log import record
from .records import get_visible, is_changed, related_id, require
from .webhook_events import EVENTS, changed

PREFIX = "whsec_"


def create(session, values: dict, *, keys, actor, now: datetime) -> Webhook:
    """Register a webhook: name, url, events, company (None: every company), active. Its secret is made, and told to
    nobody before `new_secret`. Raises Forbidden and InvalidMany."""
    require(actor, Perm.WEBHOOK_WRITE)

    def check(session, item, lists, *, actor):
        _check(session, item, actor)
        item.secret = seal(_fresh(), keys)  # not among the values: no log has it

    made = records.create(session, Webhook, values, actor=actor, now=now, check=check)
    changed(session)
    return made


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Webhook:
    """Change a webhook; the secret stays. Raises as create, NotFound and Stale."""
    require(actor, Perm.WEBHOOK_WRITE)
    made = records.update(session, Webhook, pk, values, version=version, actor=actor, now=now,
                          check=lambda session, item, lists, *, actor: _check(session, item, actor))
    changed(session)
    return made


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a webhook and the record of its deliveries. Raises Forbidden, NotFound."""
    require(actor, Perm.WEBHOOK_WRITE)
    item = get_visible(session, Webhook, pk, actor)
    was = {name: (getattr(item, name), None) for name in ("name", "url", "events", "company")}
    record(session, item, "delete", was, actor=actor, now=now)
    session.delete(item)
    session.flush()  # its id names its log
    changed(session)


def new_secret(session, pk: int, *, keys, actor, now: datetime) -> str:
    """"Gerar novo segredo": the text of it, which is told this once; the old one is void from the next delivery on."""
    require(actor, Perm.WEBHOOK_WRITE)
    item, text = get_visible(session, Webhook, pk, actor), _fresh()
    with session.no_autoflush:
        item.secret, item.updated_at = seal(text, keys), now
        record(session, item, "update", {"secret": ("***", "*** (2)")}, actor=actor, now=now)
    session.flush()  # constraints speak here
    return text


def secret_of(session, pk: int, *, keys, actor) -> str:
    """The secret as it is stored; for the one page that shows it right after it was made. Raises Forbidden, NotFound,
    LostKey."""
    require(actor, Perm.WEBHOOK_WRITE)
    return unseal(get_visible(session, Webhook, pk, actor).secret, keys)


def _fresh() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _check(session, item, actor) -> None:
    refused = []
    item.url = (item.url or "").strip()
    if not is_address(item.url, 500):
        refused.append(Invalid(NOT_AN_ADDRESS, field="url"))
    if not item.events:
        refused.append(Invalid(_l("Choose at least one event."), field="events"))
    elif set(item.events) - set(EVENTS):
        refused.append(Invalid(_l("Not a valid choice."), field="events"))
    if is_changed(item, "company") or item.id is None:
        if related_id(item, "company") is None and not actor.all_companies:
            refused.append(Invalid(_l("Choose the company whose events are told."), field="company"))
    elif item.company_id is None and not actor.all_companies:
        raise Forbidden(_l("You do not have permission to do this."))
    if refused:
        raise InvalidMany(refused)
