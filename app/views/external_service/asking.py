"""Who asks the service from a page, and by which means."""
from functools import partial

from flask import current_app, g

from ...database import apart
from ...extensions import db, limiter
from ...services import service_answers


def counted() -> service_answers.Asker:
    """The person of this request, whose asking counts. Raises TooMany."""
    service_answers.count(limiter.limiter, g.viewer.user_id)
    return service_answers.Asker(g.viewer, partial(apart, db.session), current_app.config["ENCRYPTION_KEYS"],
                                 current_app.config["WEBHOOK_ALLOW_PRIVATE"])
