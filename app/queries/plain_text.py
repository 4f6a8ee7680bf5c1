"""Texts compared in SQL as people type them: without accents and case, on both engines."""
from sqlalchemy import String, func
from sqlalchemy.engine import Engine
from sqlalchemy.event import listens_for
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ..text import normalise

_FROM = "áàâãäåéèêëíìîïóòôõöúùûüçñýÿ"
_TO = "aaaaaaeeeeiiiiooooouuuucnyy"
_TABLE = str.maketrans(_FROM, _TO)


class flat(FunctionElement):  # noqa: N801  (read as a function)
    """A text column in lower case without accents."""

    inherit_cache = True
    type = String()


@compiles(flat, "postgresql")
def _by_postgresql(element, compiler, **options):
    return compiler.process(func.translate(func.lower(*element.clauses), _FROM, _TO), **options)


@compiles(flat)
def _by_sqlite(element, compiler, **options):
    return compiler.process(func.balcao_flat(*element.clauses), **options)


@listens_for(Engine, "connect")
def _teach_sqlite(connection, _record):
    if type(connection).__module__.startswith("sqlite3"):
        connection.create_function("balcao_flat", 1, _flat, deterministic=True)


def _flat(text):
    return None if text is None else str(text).lower().translate(_TABLE)


def contains(column, typed: str):
    """The condition that a column has this text somewhere in it; what stands for something in LIKE is plain here."""
    words = normalise(typed).translate(_TABLE)
    return flat(column).contains(words, autoescape=True)

