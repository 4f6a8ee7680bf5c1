"""Small things of the panel as its templates draw them: deadlines, files, what was sent."""
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l

from ...files.content import INLINE
from ...models.outbox import SMS, OutboxState
from ..attendances.attachments import file_icon, size_text
from ..mailbox import complaint

# state of the deadline -> look of the chip, icon, words: never the colour alone
STATES = {
    "expired": ("bad", "fa-triangle-exclamation", _l("Deadline already expired")),
    "attention": ("warn", "fa-clock", _l("Attention to the deadline")),
    "within": ("ok", "fa-circle-check", _l("Within the deadline")),
    "waiting": ("info", "fa-circle-pause", _l("Waiting for the provider")),
    "closed": ("", "fa-lock", _l("Closed ticket")),
    "late": ("", "fa-lock", _l("Closed after its deadline")),
}
SENDING = {OutboxState.DUE: ("info", "fa-clock", _l("Queued")), OutboxState.SENDING: ("info", "fa-clock", _l("Queued")),
           OutboxState.SENT: ("ok", "fa-circle-check", _l("Sent")),
           OutboxState.DEAD: ("bad", "fa-triangle-exclamation", _l("Failed"))}


def of_files(rows) -> list[SimpleNamespace]:
    """Files of a message."""
    return [SimpleNamespace(id=file.id, name=file.filename, size=size_text(file.size), icon=file_icon(file.mime),
                            may_be_seen=file.mime in INLINE) for file in rows or ()]


def of_notices(rows) -> list[SimpleNamespace]:
    """E-mails and SMS with what became of each, and why one waits."""
    return [SimpleNamespace(
        sms=row.kind == SMS, to=row.recipient, text=row.body if row.kind == SMS else row.subject, at=row.created_at,
        who=" ".join(filter(None, (row.first_name, row.last_name))), state=SENDING[row.state], error=row.error,
        due_at=row.due_at, sent=row.state == OutboxState.SENT,
        waits=complaint(row.kind) if row.state == OutboxState.DUE else None) for row in rows]
