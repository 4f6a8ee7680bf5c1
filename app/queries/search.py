"""One box that finds an entity: by name or razão social, CPF/CNPJ, phone or e-mail (S-03, B-16), or by what a
configurators' searchable text begins with, such as the number of a card.

What was typed is told by its shape, and only indexes are read: `ix_entity_document`, `ix_phone_search_digits`,
`ix_econtact_value_key`, `ix_field_index_value`, `ix_entity_name_key_id` and the trigram index over
`entity.search_text`. A beginning is a range of its column, not LIKE, so that a prepared statement uses the index as
well.

Pages are in the order of names. A planner left to itself would walk the index of names until it meets enough matches, a
second of work where they all begin with Z; so a first look at the trigram index says how many there are. Few are
fetched and sorted; of many, the next names are looked through, and all are sorted only where that finds too little.
"""
import re
from dataclasses import dataclass

from sqlalchemy import (
    Boolean,
    String,
    and_,
    column,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
    tuple_,
    union,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.functions import FunctionElement

from .. import documents, phones
from ..models.custom_field import CustomField, FieldType
from ..models.custom_form import CustomData, CustomForm, FieldTarget
from ..models.custom_record import FieldIndex, OwnerKind
from ..models.entity import EContact, Entity, Phone
from ..security.visibility import own_companies, visible
from ..text import digits, normalise, searchable
from . import paging
from .among import ids_of
from .catalogue import FieldSpec
from .field_filters import Asked
from .field_order import FieldOrder

LAST = "\U0010ffff"  # after every character a person types, in the order of both engines
WORD = 3  # letters that a trigram index needs
FEW = 1_000  # matches that are cheaper fetched and sorted than met on a walk through the names
AHEAD = 10_000  # names looked through where there are more
TYPED = 200  # characters of the box that are looked at
BEGUN = (FieldType.TEXT, FieldType.EMAIL, FieldType.CPF_CNPJ)  # of configurators' fields
_FTS = table("entity_fts")
_NUMBER = re.compile(r"[0-9+()\-./\s\u2010-\u2015]+")


@dataclass(frozen=True)
class Page:
    """Entities in the order of names, and the keys of the pages before and after."""

    rows: list[Entity]
    previous: str | None
    next: str | None
    short: bool = False  # as `Search.short`


@dataclass(frozen=True)
class InOrder:
    """By a configurators' field; `few`: the conditions name the entities already, `asked`: what they ask of fields."""

    field: FieldSpec
    desc: bool = False
    few: bool = False
    asked: Asked = ()


def find_entities(session, viewer, text: str, *, limit: int = 25, after: str | None = None, before: str | None = None,
                  where=(), by: InOrder | None = None) -> Page:
    """A page of the entities one may see that `text` finds; all of them where it is blank.

    `where` are further conditions on Entity; `by`: in the order of a configurators' field. The rows come with roles,
    phones and e-contacts loaded. Raises ValueError for a page key that was not made here.
    """
    search = Search(session, text)
    if by is not None:
        pages = FieldOrder(session, OwnerKind.ENTITY, by.field, Entity.id, select(Entity.id).where(
            scope(session, viewer), search.condition, *where), few=by.few or search.ids is not None, asked=by.asked)
        met, previous, following = paging.page(
            pages, pages.column, pages.key, desc=by.desc, size=limit, after=after, before=before)
        return Page(load(session, [row.id for row in met]), previous, following, search.short)
    rows, previous, following = search.page(
        and_(scope(session, viewer), *where), limit=limit, after=after, before=before)
    return Page(load(session, [pk for pk, _name in rows]), previous, following, search.short)


def scope(session, viewer):
    """The condition under which the viewer sees an entity, said so that a list by name is one range of an index.

    Of a person with one company it is "company = 7": the index (company, name) then has his names in order. As "company
    in (…)" a small company beside a large one would be looked for through all the names of both.
    """
    condition = and_(visible(Entity, viewer), Entity.merged_into_id.is_(None))
    if viewer is None or viewer.all_companies or viewer.entity_id:
        return condition
    companies = session.scalars(own_companies(viewer).limit(2)).all()
    return and_(Entity.company_id == companies[0], condition) if len(companies) == 1 else condition


def by_ids(session, viewer, ids) -> list[Entity]:
    """The entities with these ids that one may see, loaded as `load` does."""
    seen = session.scalars(select(Entity.id).where(Entity.id.in_(ids), scope(session, viewer))) if ids else ()
    return load(session, list(seen))


_RESULT = (selectinload(Entity.roles), selectinload(Entity.phones), selectinload(Entity.econtacts))


def load(session, ids, options=_RESULT) -> list[Entity]:
    """The entities in the order of `ids` with what a result row shows, in four queries; or what `options` load."""
    found = session.scalars(select(Entity).where(Entity.id.in_(ids)).options(*options)) if ids else ()
    by_id = {entity.id: entity for entity in found}
    return [by_id[pk] for pk in ids if pk in by_id]


def named(session, ids) -> list[tuple]:
    """[(id, shown name, document)] in the order of `ids`, for pickers."""
    rows = session.execute(select(Entity.id, func.coalesce(Entity.social_name, Entity.name), Entity.document).where(
        Entity.id.in_(ids))) if ids else ()
    by_id = {row[0]: tuple(row) for row in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


class Search:
    """What one text finds: `condition` tells the matches. `ids` are they where they are few, else None.

    `ordered`: the index of names gives them in order. `meets`: there are many, worth looking for in the next names.
    `short`: only names that begin so are found, for lack of what an index has.
    """

    def __init__(self, session, text: str):
        self.session, self.text = session, (text or "").replace("\0", "").strip()[:TYPED]
        self.ids, self.condition, self.ordered, self.meets, self.short = None, true(), not self.text, None, False
        if not self.text:
            return
        numeric = bool(_NUMBER.fullmatch(self.text))
        words, short = words_of(self.text)
        self.short = not words and "@" not in self.text and (numeric or not begun_in(words, short))
        found = self._by_number() if numeric else self._by_address()
        if found is not None:
            self._look(found)
        if found is None or (self.ids == [] and not numeric and "@" not in self.text):
            self._by_name()

    def _look(self, found) -> None:
        ids = list(self.session.scalars(found.limit(FEW + 1)))
        self.ids = ids if len(ids) <= FEW else None
        self.condition = Entity.id.in_(found) if self.ids is None else Entity.id.in_(ids) if ids else false()

    def _by_number(self):
        """CPF/CNPJ from three digits on, or a phone; None where there are too few digits for either."""
        number = digits(self.text)
        if len(number) < 3:
            return None
        parts = [select(Entity.id).where(beginning(Entity.document, number))] if len(number) <= 14 else []
        whole, beginnings = phones.search_keys(self.text)
        if whole:
            parts.append(select(Phone.entity_id).where(Phone.search_digits.in_(whole)))
        parts += [select(Phone.entity_id).where(beginning(Phone.search_digits, key)) for key in beginnings]
        return _united([*parts, *in_fields(self.text)])

    def _by_address(self):
        """One word with digits or the marks of an address: the alphanumeric CNPJ, an e-mail, a site or a user name,
        each from its beginning. None for what is a name."""
        if any(c.isspace() for c in self.text) or (len(self.text) < WORD and "@" not in self.text):
            return None
        parts, document = [], documents.clean(self.text)
        if re.fullmatch(r"(?=.*[0-9])[0-9A-Z]{3,14}", document):
            parts.append(select(Entity.id).where(beginning(Entity.document, document)))
        if re.search(r"[@._]", self.text):
            parts.append(select(EContact.entity_id).where(beginning(EContact.value_key, self.text.lower())))
        return _united([*parts, *in_fields(self.text)]) if parts else None

    def _by_name(self) -> None:
        words, short = words_of(self.text)
        begun = begun_in(words, short)
        self.ids, self.condition, self.ordered = None, name_condition(self.text), not (words or begun)
        if self.ordered:
            return
        found = _first_matches(self.session, words or [f" {begun[0]}"], FEW + 1)
        if begun:
            first = select(Entity.id).where(beginning(Entity.name_key, begun[0])).limit(FEW + 1)
            found = _united([select(each.subquery()) for each in (found, first)])
        ids = self.session.scalars(found).all()
        if len(ids) > FEW:
            self.meets = lambda names: [*contains(names, words), *_stand(names, words, short)]
            return
        self.ids = list(ids)
        self.condition = and_(Entity.id.in_(self.ids), *_stand(Entity.search_text, words, short)) if ids else false()

    def page(self, scope, *, limit, after=None, before=None):
        """([(id, name key)], key of the page before, key of the page after) of the matches within `scope`."""
        back, cursor = before is not None, None
        if key := before if back else after:
            cursor = paging.decode(key, Entity.name_key.expression)
        rows = self._rows(scope, cursor, back, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        if back:
            rows.reverse()
        if not rows:
            return [], None, None
        first, last = (paging.encode(name, pk) for pk, name in (rows[0], rows[-1]))
        return rows, first if (more if back else cursor) else None, last if back or more else None

    def _rows(self, scope, cursor, back, size):
        if self.ordered:
            matches = select(Entity.id, Entity.name_key).where(scope, self.condition)
            return self._fetch(_in_order(matches, Entity, cursor, back).limit(size))
        if self.meets is not None:
            names = select(Entity.id, Entity.name_key, Entity.search_text).where(scope)
            names = _in_order(names, Entity, cursor, back).limit(AHEAD).subquery()
            # The names come in order and the walk ends at the last one wanted: asked for the order once more,
            # SQLite would look through all of them and sort.
            met = select(names.c.id, names.c.name_key).where(*self.meets(names.c.search_text)).limit(size)
            rows = self._fetch(met)
            if len(rows) == size:
                return rows
        matches = select(Entity.id, Entity.name_key).where(self.condition, scope).cte().prefix_with("MATERIALIZED")
        found = select(matches.c.id, matches.c.name_key)
        return self._fetch(_in_order(found, matches.c, cursor, back).limit(size))

    def _fetch(self, statement):
        return [tuple(row) for row in self.session.execute(statement)]

    def count(self, scope, cap: int) -> int:
        """How many within `scope`, counting no further than cap + 1."""
        inner = select(Entity.id).where(self.condition, scope).limit(cap + 1).subquery()
        return self.session.scalar(select(func.count()).select_from(inner))


def in_fields(typed: str) -> list:
    """Selects of the entities that hold a value beginning so, or with its digits alone, in one of configurators'
    searchable texts in use."""
    forms = select(CustomData.form_id).join(CustomForm, CustomForm.id == CustomData.form_id).where(
        CustomData.target == FieldTarget.ENTITY, CustomData.active, CustomForm.active)
    held = select(FieldIndex.owner_id).join(CustomField, CustomField.id == FieldIndex.field_id).where(
        FieldIndex.kind == OwnerKind.ENTITY, CustomField.active, CustomField.searchable, CustomField.indexed,
        CustomField.type.in_(BEGUN), CustomField.form_id.in_(forms))
    number = digits(typed)
    keys = dict.fromkeys([normalise(typed), *([number] if len(number) >= WORD else ())])
    return [held.where(beginning(FieldIndex.value, key)) for key in keys]


def ids_named(session, text: str, limit: int) -> list[int]:
    """Some of the entities that `name_condition` finds, in no order, whoever sees them."""
    words, short = words_of(text)
    if words and not short:  # the index alone: their rows need not be read
        return ids_of(session, _first_matches(session, words, limit))
    people = select(Entity.id).where(name_condition(text)).cte().prefix_with("MATERIALIZED")
    return ids_of(session, select(people).limit(limit))


def name_condition(text: str):
    """Every word of `text` is somewhere in the names of the entity, whatever the accents, case and order.

    Where no word has three letters, one of two is the beginning of a word; of single letters, the name begins so.
    """
    words, short = words_of(text)
    if words:
        return and_(_trigrams(words), *_stand(Entity.search_text, words, short))
    if begun := begun_in(words, short):
        indexed = or_(beginning(Entity.name_key, begun[0]), _trigrams([f" {begun[0]}"]))
        return and_(indexed, *_stand(Entity.search_text, words, short))
    return beginning(Entity.name_key, normalise(text))


def begun_in(words, short) -> list[str]:
    """Words of two letters where there is none of three: with the blank before it, such a beginning is a trigram."""
    return [] if words else [word for word in short if len(word) == WORD - 1]


def _stand(names, words, short) -> list:
    """What every row must meet beside the trigram index."""
    begun = begun_in(words, short)
    beginnings = [or_(*(names.like(f"{before}{_escaped(word)}%", escape="\\") for before in ("", "% ")))
                  for word in begun]
    return beginnings + contains(names, [word for word in short if word not in begun])


def beginning(key, typed: str):
    """The column `key` begins with what was typed, as one range of its index."""
    return and_(key >= typed, key < typed + LAST)


def words_of(text) -> tuple[list[str], list[str]]:
    """(words that the trigram index finds, shorter ones), without punctuation and repetitions."""
    words = list(dict.fromkeys(re.findall(r"\w+", searchable(text))))[:12]
    return [word for word in words if len(word) >= WORD], [word for word in words if len(word) < WORD]


def _trigrams(words):
    return in_trigrams("entity_fts", Entity.id, Entity.search_text, words)


def in_trigrams(index: str, pk, key, words):
    """Every word is in the text column `key`, by its trigram index: on SQLite the FTS5 table `index`, rows by `pk`."""
    return words_match(literal_column(index), pk, key, literal(_fts5(words), String),
                       *(literal(_pattern(word), String) for word in words))


def _pattern(word) -> str:
    return f"%{_escaped(word)}%"


def _escaped(word) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def contains(names, words) -> list:
    """The column has every word, whatever index there is."""
    return [names.like(_pattern(word), escape="\\") for word in words]


def _united(parts):
    if len(parts) == 1:
        return parts[0]
    found = union(*parts).subquery()
    return select(found.c[0])


def _first_matches(session, words, limit):
    """Ids that the trigram index alone gives, cut, in no order."""
    if session.get_bind().dialect.name == "sqlite":
        return select(column("rowid")).select_from(_FTS).where(text("entity_fts MATCH :words")).params(
            words=_fts5(words)).limit(limit)
    # With LIMIT beside the condition PostgreSQL expects to meet enough matches reading the table, and reads it all.
    matches = select(Entity.id).where(_trigrams(words)).cte().prefix_with("MATERIALIZED")
    return select(matches.c.id).limit(limit)


def _fts5(words) -> str:
    return " ".join(f'"{word}"' for word in words)


def _in_order(statement, source, cursor, back):
    """By name and id, beyond the cursor."""
    keys = (source.name_key, source.id)
    if cursor is not None:
        beyond = tuple_(*keys) < cursor if back else tuple_(*keys) > cursor
        statement = statement.where(beyond)
    return statement.order_by(*((key.desc() for key in keys) if back else keys))


class words_match(FunctionElement):  # noqa: N801  (reads as a function of SQL)
    """The trigram index finds every word: FTS5's table, id, text, the words as FTS5 asks, then each as LIKE does."""

    type, inherit_cache, name = Boolean(), True, "words_match"

    def self_group(self, against=None):
        return self  # else SQLite is asked whether it "= 1", and no longer uses the index


@compiles(words_match, "sqlite")
def _in_fts5(element, compiler, **options):
    index, pk, _text, query, *_patterns = element.clauses
    index, pk, query = (compiler.process(each, **options) for each in (index, pk, query))
    return f"{pk} IN (SELECT rowid FROM {index} WHERE {index} MATCH {query})"  # noqa: S608  (compiled pieces)


@compiles(words_match, "postgresql")
def _in_gin(element, compiler, **options):
    _index, _pk, text, _query, *patterns = element.clauses
    text = compiler.process(text, **options)
    return "(" + " AND ".join(f"{text} LIKE {compiler.process(each, **options)}" for each in patterns) + ")"
