"""What is forgotten after a while. The log, attendances and outgoing mail never are."""
from datetime import datetime, timedelta

from sqlalchemy import delete

from ..models.desk import AnsweredRequest, Draft
from ..models.identity import LoginAttempt, LoginThrottle, PasswordReset, UserSession
from ..models.job import Job
from ..models.notification import Notification
from ..models.stream_event import StreamEvent
from ..models.webhook import WebhookDelivery

# (what decides the age, how old it may get)
KEPT = (
    (LoginAttempt.at, timedelta(days=90)),
    (LoginThrottle.window_started_at, timedelta(days=1)),  # windows are minutes long
    (PasswordReset.expires_at, timedelta(days=7)),
    (UserSession.last_seen_at, timedelta(days=30)),  # long past any limit; till then a person sees where they signed in
    (UserSession.revoked_at, timedelta(days=30)),
    (Job.finished_at, timedelta(days=30)),  # its file goes sooner: jobs.KEPT
    (Notification.at, timedelta(days=90)),
    (StreamEvent.at, timedelta(days=7)),  # who was away for longer is told to read everything anew
    (WebhookDelivery.created_at, timedelta(days=90)),
    (Draft.updated_at, timedelta(days=180)),  # of tabs that nobody came back to
    (AnsweredRequest.at, timedelta(days=7)),  # no caller repeats a request after a week
)


def prune(session, now: datetime) -> int:
    """Delete what is older than it may get; returns the number of rows."""
    return sum(session.execute(delete(age.class_).where(age < now - kept),
                               execution_options={"synchronize_session": False}).rowcount
               for age, kept in KEPT)
