"""Texts compared in SQL as people type them: without accents and case, on both engines.

PostgreSQL matches a regular expression with the accented letters of each letter, several times faster than taking the
accents off every text; SQLite calls a function of ours.
"""
import re

from sqlalchemy import Boolean, String, bindparam, func, literal
from sqlalchemy.engine import Engine
from sqlalchemy.event import listens_for
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ..text import normalise

_ACCENTED = {"a": "áàâãäå", "e": "éèêë", "i": "íìîï", "o": "óòôõö", "u": "úùûü", "c": "ç", "n": "ñ", "y": "ýÿ"}
_TABLE = str.maketrans({accented: plain for plain, all_ in _ACCENTED.items() for accented in all_})


class _Found(FunctionElement):
    """(column, regular expression, LIKE pattern): whether the text stands in the column."""

    inherit_cache = True
    type = Boolean()


@compiles(_Found, "postgresql")
def _by_postgresql(element, compiler, **options):
    column, expression, _like = element.clauses
    return compiler.process(column.op("~*", is_comparison=True)(expression), **options)


@compiles(_Found)
def _by_sqlite(element, compiler, **options):
    column, _expression, like = element.clauses
    return compiler.process(func.balcao_flat(column).like(like, escape="/"), **options)


@listens_for(Engine, "connect")
def _teach_sqlite(connection, _record):
    if type(connection).__module__.startswith("sqlite3"):
        connection.create_function("balcao_flat", 1, _flat, deterministic=True)


def _flat(text):
    return None if text is None else str(text).lower().translate(_TABLE)


def contains(column, typed: str | None):
    """The condition that a text column has what was typed somewhere in it; no character of it means anything else.

    None: the statement is given it each time it is run, by what `patterns` makes of it.
    """
    if typed is None:
        return _Found(column, bindparam("expression", type_=String), bindparam("like", type_=String))
    made = patterns(typed)
    return _Found(column, literal(made["expression"]), literal(made["like"]))


def patterns(typed: str) -> dict[str, str]:
    """{parameter: value} of a statement with `contains(…, None)`."""
    plain = normalise(typed).translate(_TABLE)
    expression = "".join(f"[{c}{_ACCENTED[c]}{_ACCENTED[c].upper()}]" if c in _ACCENTED else re.escape(c)
                         for c in plain)
    like = re.sub(r"([%_/])", r"/\1", plain)
    return {"expression": expression, "like": f"%{like}%"}
