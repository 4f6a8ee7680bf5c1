"""Attendances by words of what was said and answered: whole words and beginnings, whatever the accents (B-27).

Of the pages that hold the words only the newest MENTIONS are looked at: a word that stands in a million pages is
answered as fast as one that stands in ten.
"""
import re

from sqlalchemy import column, func, select, table, text
from sqlalchemy.orm import joinedload

from ..models.attendance import Attendance, AttendanceDetail
from ..models.entity import Entity
from ..security.visibility import visible
from ..text import normalise

MENTIONS = 300
LATELY = 20_000  # newest pages that are read one by one first
WORDS = 8
_FTS = table("detail_fts")
_STANDS = text("attendance_detail.words @@ to_tsquery('balcao_words'::regconfig, :words)")  # migration 0004


def words_of(typed: str) -> list[str]:
    """The words to look for, without punctuation; of fewer than three letters only where it is a number."""
    found = re.findall(r"\w+", typed.replace("_", " "))
    return [word for word in dict.fromkeys(found) if len(word) >= 3 or word.isdigit()][:WORDS]


def find_by_words(session, viewer, typed: str, *, limit: int = 8) -> list[tuple[Attendance, AttendanceDetail]]:
    """(attendance, the page that says it) of those one may see, the newest page first; an attendance once."""
    words = words_of(typed)
    if not words:
        return []
    pages = _newest_mentions(session, words)
    if not pages:
        return []
    rows = session.execute(
        select(Attendance, AttendanceDetail).join(AttendanceDetail, AttendanceDetail.attendance_id == Attendance.id)
        .where(AttendanceDetail.id.in_(pages), visible(Attendance, viewer))
        .order_by(AttendanceDetail.id.desc()).limit(limit * 3).options(
            joinedload(Attendance.entity).load_only(Entity.name, Entity.social_name),
            joinedload(Attendance.situation)))
    found: dict[int, tuple[Attendance, AttendanceDetail]] = {}
    for attendance, page in rows:
        found.setdefault(attendance.id, (attendance, page))
    return list(found.values())[:limit]


def _newest_mentions(session, words) -> list[int]:
    """Ids of the newest pages that hold all words, the last of which may be a beginning.

    FTS5 walks its matches from the newest. A GIN index knows no order, and a planner that is told of one would rather
    read a million pages backwards until it meets enough: so the newest pages are looked through, and only where they
    have too few, which makes the words rare ones, the index is asked for all.
    """
    if session.get_bind().dialect.name == "sqlite":
        asked = " ".join(f'"{word}"' for word in words) + "*"
        return list(session.scalars(
            select(column("rowid")).select_from(_FTS).where(text("detail_fts MATCH :words")).params(words=asked)
            .order_by(text("rowid DESC")).limit(MENTIONS)))
    asked = " & ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}':*"])
    matches = select(AttendanceDetail.id).where(_STANDS)
    newest = session.scalar(select(func.max(AttendanceDetail.id))) or 0
    for query in (matches.where(AttendanceDetail.id > newest - LATELY), matches):
        all_of_them = query.cte().prefix_with("MATERIALIZED")
        found = session.scalars(select(all_of_them.c.id).order_by(all_of_them.c.id.desc()).limit(MENTIONS),
                                {"words": asked}).all()
        if len(found) == MENTIONS:
            break
    return list(found)


def excerpt(page: AttendanceDetail, typed: str, *, length: int = 110) -> list[tuple[str, bool]]:
    """A piece of the page's text about the first word found, cut between words: [(text, whether it is a hit)]."""
    words = [normalise(word) for word in words_of(typed)]
    best = None
    for told in (page.description, page.answer or ""):
        told = " ".join(told.split())
        hits = _hits(told, words)
        if best is None or len({word for *_place, word in hits}) > len({word for *_place, word in best[1]}):
            best = told, hits
    told, hits = best
    start, end = _window(told, hits[0][0] if hits else 0, length)
    pieces, at = [("…", False)] if start else [], start
    for begins, ends, _word in hits:
        if begins >= at and ends <= end:
            pieces += [(told[at:begins], False), (told[begins:ends], True)]
            at = ends
    pieces.append((told[at:end] + ("…" if end < len(told) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _hits(told, words) -> list[tuple[int, int, str]]:
    """(start, end, word asked) of the words of a text that begin as typed; all but the last typed are whole words."""
    found = []
    for match in re.finditer(r"\w+", told.replace("_", " ")):
        stands = normalise(match[0])
        for place, word in enumerate(words):
            if stands == word or (place == len(words) - 1 and stands.startswith(word)):
                found.append((match.start(), match.end(), word))
                break
    return found


def _window(told, about, length) -> tuple[int, int]:
    """Where to cut so that no word is, with a quarter of the piece before the place it is about."""
    start = max(0, about - length // 4)
    if start:
        start = told.find(" ", start, about) + 1 or about
    end = min(len(told), start + length)
    if end < len(told):
        cut = told.rfind(" ", start, end + 1)
        end = cut if cut > about else end  # one word longer than the piece is cut after all
    return start, end
