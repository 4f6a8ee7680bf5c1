"""What is asked of the records of a form, worked out once for a page and its count: who answers, where they are few."""
from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select, union_all

from ..models.custom_record import CustomRecord, OwnerKind
from ..security.visibility import record_attendance
from .custom_menus import Access
from .field_filters import Asked, FieldFilter, few
from .record_scope import branches_of, companies_of
from .record_words import WORDS, Words, words_of

NEWEST = "id"  # the order of the numbers
FEW = 1_000  # records that are named by id and sorted, where the newest come first
LOOKED = 1_200  # of those who answer a question, looked at to be counted
FEW_SORTED = 5_000  # the same in the order of a field, where a walk meets them one by one all over the table
_R, _KIND = CustomRecord, OwnerKind.RECORD.value


@dataclass(frozen=True)
class RecordFilter:
    """What the list is narrowed by; everything given must hold. `q`: words, or "#" and the number of a record."""

    q: str = ""
    fields: Asked = ()
    attendance: int | None = None
    entity: int | None = None

    @property
    def given(self) -> bool:
        return bool(self.q.strip() or self.fields or self.attendance or self.entity)


@dataclass
class Narrowed:
    """The conditions of a list.

    `branches`: ranges of an index, one of which a record lies in; they never overlap. `ids`: all that may be shown,
    where they are few. `wide`: questions that many answer. `words`: words that many have. `small`: the branches are
    those of one attendance or person.
    """

    form_id: int
    branches: list[tuple]
    where: list
    small: bool = False
    ids: list[int] | None = None
    wide: list[FieldFilter] = field(default_factory=list)
    words: Words | None = None

    def seen(self, *, but: FieldFilter | None = None, worded: bool = True) -> list:
        """What a record must satisfy, in whatever order it is met: all but a question, or the words, that it was met
        by."""
        checks = [each.holds(_KIND, _R.id) for each in self.wide if each is not but]
        if self.words and worded:
            checks.append(self.words.stand())
        return [*self.where, or_(*(and_(*branch) for branch in self.branches)), *checks]

    @property
    def asks(self) -> bool:
        """Something is asked besides whether one may see it."""
        return bool(self.wide or self.words)


def narrow(session, viewer, access: Access, filters: RecordFilter, *, order: str = NEWEST) -> Narrowed:
    """What the viewer may see of the filters behind his menus; looks up what few records answer."""
    branches = branches_of(viewer, access, companies_of(session, viewer), attendance=filters.attendance,
                           entity=filters.entity)
    made = Narrowed(access.form.id, branches, [record_attendance(viewer)],
                    small=bool(filters.attendance or filters.entity), wide=list(filters.fields))
    typed = filters.q.strip()
    if typed.startswith("#"):
        made.ids = [int(typed[1:])] if typed[1:].isdecimal() and len(typed) < 11 else []
        return made
    words = list(dict.fromkeys([*words_of(typed), *(word for each in filters.fields for word in each.words)]))
    if typed and not words_of(typed):
        made.ids = []  # nothing that can be looked for
    elif words:
        made.words = Words(access.form.id, words)
    if made.ids is None and not made.small:
        most = FEW if order == NEWEST else FEW_SORTED
        _look_up(session, made, most)
        if made.ids is None and made.words:
            _look_for_words(session, made, most)
        if made.ids is None and order != NEWEST:
            _look_whether_few(session, made, most)
    return made


def _look_up(session, made, most) -> None:
    """Questions that few answer name them; the others are then looked up of those. Pieces of a text have no range."""
    asked = tuple(each for each in made.wide if not each.pieces)
    named = [(each, ids) for each, ids in zip(asked, few(session, asked, _KIND, most), strict=True) if ids is not None]
    if named:
        made.ids = sorted(set.intersection(*(ids for _each, ids in named)))
        made.wide = [each for each in made.wide if not any(each is one for one, _ids in named)]


def _look_for_words(session, made, most) -> None:
    """Words that few have name them. PostgreSQL's index counts no further than asked only where it finds few: words
    that fill a page among the newest records are not asked of it."""
    if session.get_bind().dialect.name != "sqlite":
        made.words.look(session, newest(made, most, WORDS))
        if made.words.common:
            return
    found = list(session.scalars(made.words.owners(session).limit(max(most, LOOKED) + 1)))
    if len(found) <= most:
        made.ids, made.words = found, None
    else:
        made.words.met = found


def _look_whether_few(session, made, most) -> None:
    """All that the viewer may see, where they are few: sorted by a field sooner than met among those of all others."""
    some = union_all(*(select(select(_R.id).where(*branch).limit(most + 1).subquery()) for branch in made.branches))
    if session.scalar(select(func.count()).select_from(some.subquery())) <= most:
        made.ids = list(session.scalars(some))


def newest(made: Narrowed, limit: int, *more):
    """The select of the newest ids that the viewer may see, all questions aside; `more` are further columns."""
    return in_order(made, [], False, limit, more=more)


def in_order(made: Narrowed, beyond, rising: bool, limit: int, where=(), more=()):
    """The select of the first `limit` ids of all branches, by number."""
    order = _R.id.asc() if rising else _R.id.desc()
    parts = [select(_R.id.label("id"), *more).where(*branch, *where, *beyond).order_by(order).limit(limit)
             for branch in made.branches]
    if len(parts) == 1:
        return parts[0]
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(merged).order_by(merged.c.id.asc() if rising else merged.c.id.desc()).limit(limit)
