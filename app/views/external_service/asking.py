"""What the service is asked with from a page: its secrets' keys, where it may lead, and units of work."""
from flask import current_app, g

from ...database import unit_of_work, utc_now
from ...extensions import db, limiter
from ...services import service_answers


def may_ask() -> bool:
    """Whether the person of this request has not asked too often; this asking counts."""
    return service_answers.may_ask(limiter.limiter, g.viewer.user_id)


def means() -> dict:
    """The arguments of `look_up` and `try_out` that are the same for every request of a person."""
    return {"keys": current_app.config["ENCRYPTION_KEYS"], "write": _write, "actor": g.viewer,
            "allow_private": current_app.config["WEBHOOK_ALLOW_PRIVATE"]}


def _write(act):
    with unit_of_work(db.session) as session:
        made = act(session, utc_now())
    db.session.rollback()  # no connection is held while the service is waited for
    return made
