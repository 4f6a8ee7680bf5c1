"""Records of configurators' forms by their words: FTS5 on SQLite, a GIN index on PostgreSQL.

The number of the form is a word of its own (`form12`), so that the words of a rare form are found at once among those
of all others. Neither index gives words that many have in the order of a list: those are looked for in the newest
records.
"""
import re
from dataclasses import dataclass, field

from sqlalchemy import Boolean, String, column, func, literal, literal_column, select, table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ..models.custom_record import CustomRecord
from ..text import searchable

MOST = 8  # words looked for
LEAST = 3  # letters of one, unless it is a number
FILLS = 26  # among the newest records, so many with the words fill a page
_FTS = table("record_fts")
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z.\-/]*[0-9]", re.ASCII)


@dataclass
class Words:
    """The words asked of one form, a beginning with "*" after it. `common`: many of the newest records have them; None
    before anybody looked. `met`: some of those that the index of words gave, where they are too many to be named."""

    form_id: int
    words: list[str]
    common: bool | None = None
    met: list[int] = field(default_factory=list)

    def look(self, session, newest) -> None:
        """Learn whether enough of the newest records have the words; `newest` selects WORDS of those. PostgreSQL only:
        there the index of words collects all that begin so, however many."""
        newest = newest.subquery()
        stand = text("words @@ to_tsquery('balcao_words'::regconfig, :record_words)")
        some = select(literal(1)).select_from(newest).where(stand.bindparams(record_words=_tsquery(self.words)))
        self.common = session.scalar(select(func.count()).select_from(some.limit(FILLS).subquery())) >= FILLS

    def stand(self):
        """The condition that a record has the words, looked at in the record itself."""
        return words_stand(CustomRecord.search_text, literal_column("custom_record.words"),
                           literal(_tsquery(self.words), String),
                           *(literal(f"% {word}%".replace("*%", "%") if word.endswith("*") else f"% {word} %", String)
                             for word in self.words))

    def owners(self, session):
        """The select of the ids that the index of words gives."""
        form = f"form{self.form_id}"
        if session.get_bind().dialect.name == "sqlite":
            asked = " ".join([f'"{form}"', *(f'"{word.rstrip("*")}"{"*" * word.endswith("*")}' for word in self.words)])
            return select(column("rowid").label("id")).select_from(_FTS).where(
                text("record_fts MATCH :record_words").bindparams(record_words=asked))
        # Under a name: with a LIMIT beside it PostgreSQL expects to meet enough of them reading the table, all of it.
        found = select(CustomRecord.id).where(text(
            "custom_record.words @@ to_tsquery('balcao_words'::regconfig, :record_words)").bindparams(
                record_words=f"'{form}' & {_tsquery(self.words)}")).cte("worded").prefix_with("MATERIALIZED")
        return select(found.c.id)


WORDS = literal_column("custom_record.words").label("words")  # the column that PostgreSQL keeps


def words_of(typed: str) -> list[str]:
    """The words of a search box as records keep them: whole ones, the last a beginning. A CPF or CNPJ is one word, with
    its dots or without."""
    pieces = typed.replace("\0", "").split()
    plain = " ".join(re.sub(r"[.\-/]", "", piece) if len(piece) > 10 and _NUMBER.fullmatch(piece.upper()) else piece
                     for piece in pieces)
    found = re.findall(r"[^\W_]+", searchable(plain))
    words = [word for word in dict.fromkeys(found) if len(word) >= LEAST or word.isdigit()][:MOST]
    return [*words[:-1], words[-1] + "*"] if words else []


def _tsquery(words) -> str:
    return " & ".join(f"'{word.rstrip('*')}':*" if word.endswith("*") else f"'{word}'" for word in words)


class words_stand(FunctionElement):  # noqa: N801  (reads as a function of SQL)
    """A record has every word: its text, PostgreSQL's column of words, the words as that asks, then as LIKE does."""

    type, inherit_cache, name = Boolean(), True, "words_stand"

    def self_group(self, against=None):
        return self


@compiles(words_stand, "sqlite")
def _by_like(element, compiler, **options):
    said, _words, _query, *patterns = (compiler.process(each, **options) for each in element.clauses)
    return "(" + " AND ".join(f"' ' || {said} || ' ' LIKE {each}" for each in patterns) + ")"


@compiles(words_stand, "postgresql")
def _by_vector(element, compiler, **options):
    _said, words, query, *_patterns = (compiler.process(each, **options) for each in element.clauses)
    return f"{words} @@ to_tsquery('balcao_words'::regconfig, {query})"
