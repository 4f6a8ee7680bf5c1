"""Internal notes of an attendance ("Notas internas"), and who is told of them."""
import hashlib
import re
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Invalid, NotFound
from ..models.attendance import Attendance
from ..models.note import AttendanceNote
from ..models.notification import NotificationKind
from ..queries import mentions
from ..security.permissions import Perm
from ..security.visibility import visible
from . import idempotency
from .log import canonical, record
from .notifications import notify
from .records import require

LONGEST = 4_000
MOST_MENTIONS = 20
EXCERPT = 140
_MENTION = re.compile(r"(?<![\w@.+-])@([a-z0-9][a-z0-9._+@-]*)", re.I)


def add(session, attendance_id: int, text: str, *, request_key: str = "", actor, now: datetime) -> AttendanceNote:
    """Write a note; whom it mentions as "@user" is told. A closed attendance takes notes too.

    The same text with the same `request_key` is written once. Raises NotFound, Forbidden, Invalid at `text` (empty, too
    long, or a mention of somebody who may not see the attendance).
    """
    require(actor, Perm.ATTENDANCE_WRITE)
    attendance = session.scalar(select(Attendance).where(  # in turns: two notes at once follow each other in the log
        Attendance.id == attendance_id, visible(Attendance, actor)).with_for_update(of=Attendance))
    if attendance is None or actor.entity_id is not None:
        raise NotFound(_l("Attendance not found."))
    text = (text or "").replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise Invalid(_l("Write the note."), field="text")
    if len(text) > LONGEST:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), field="text", n=LONGEST, have=len(text))

    def act():
        return {"id": _add(session, attendance, text, actor=actor, now=now).id}

    if not request_key:
        return session.get(AttendanceNote, act()["id"])
    asked = [request_key, attendance_id, text]
    key = "note:" + hashlib.sha256(canonical(asked)).hexdigest()
    answer, _new = idempotency.answer_once(
        session, user_id=actor.user_id, key=key, body={"note": asked}, now=now, act=act)
    return session.get(AttendanceNote, answer["id"])


def mentioned(text: str) -> list[str]:
    """The user names a text mentions, in small letters; a full stop after one is not of the name."""
    return list(dict.fromkeys(found.rstrip(".-+@").lower() for found in _MENTION.findall(text)))


def pieces(text: str, logins) -> list[tuple[str, bool]]:
    """The text in pieces (piece, is a mention of one of these)."""
    known, out, end = {login.lower() for login in logins}, [], 0
    for found in _MENTION.finditer(text):
        login = found[1].rstrip(".-+@")
        if login.lower() in known:
            out += [(text[end:found.start()], False), ("@" + login, True)]
            end = found.start() + 1 + len(login)
    return [piece for piece in [*out, (text[end:], False)] if piece[0]]


def _add(session, attendance, text, *, actor, now) -> AttendanceNote:
    people = _people(session, attendance, text, actor)
    note = AttendanceNote(attendance_id=attendance.id, author_id=actor.user_id, text=text, written_at=now)
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        note.mentions = list(session.scalars(select(User).where(User.id.in_([each.id for each in people])))) if people \
            else []
        session.add(note)
        record(session, attendance, "update", {"internal_note": (None, text)}, actor=actor, now=now, children=[note])
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT - 1].rstrip() + "…"
    for each in people:
        notify(session, user_id=each.id, key=f"mentioned:{note.id}", kind=NotificationKind.MENTIONED, actor=actor,
               attendance_id=attendance.id, values={"protocol": str(attendance), "text": excerpt}, now=now)
    return note


def _people(session, attendance, text, actor) -> list[mentions.Colleague]:
    """Whom the text mentions. The same words for a name that nobody has and for one whose owner may not see the
    record: a note is no way to ask who works here."""
    logins = mentioned(text)
    if len(logins) > MOST_MENTIONS:
        raise Invalid(_l("A note mentions at most %(n)s people."), field="text", n=MOST_MENTIONS)
    found = mentions.named(session, actor, attendance, set(logins))
    for login in logins:
        if login not in found:
            raise Invalid(
                _l("@%(name)s is no colleague who may see this attendance. Choose from the list, or write the "
                   "name without @."), field="text", name=login)
    return [found[login] for login in logins]
