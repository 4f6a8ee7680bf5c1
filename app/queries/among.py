"""A column among ids that were looked up: one parameter, however many they are. Or among those of a select."""
import json

from sqlalchemy import ARRAY, BindParameter, Boolean, Integer, Select, String, Text, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ScalarSelect
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Ids(TypeDecorator):
    """A list of ids: an array, or on SQLite the text of one."""

    impl, cache_ok = String, True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(Integer))

    def process_bind_param(self, value, dialect):
        return json.dumps(value) if dialect.name == "sqlite" else value


def given(name: str) -> BindParameter:
    """Ids that a statement is given each time it is run, by this name."""
    return bindparam(name, type_=Ids())


class among(FunctionElement):  # noqa: N801  (reads as a function of SQL)
    """Whether a column is one of the ids, tried row by row or by the column's index, as the planner likes.

    Of a select PostgreSQL makes an array first: it joins nothing, which it would do by how many ids it expects.
    """

    type, inherit_cache, name = Boolean(), True, "among"

    def __init__(self, column, ids):
        if isinstance(ids, Select):
            ids = ids.scalar_subquery()
        elif not isinstance(ids, BindParameter):
            ids = bindparam(None, list(ids), type_=Ids(), unique=True)
        super().__init__(column, ids)

    def self_group(self, against=None):
        return self  # else SQLite is asked whether it "= 1", and uses no index


@compiles(among, "sqlite")
def _in_json(element, compiler, **options):
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    if _selected(element):
        return f"{column} IN {ids}"
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  (compiled pieces)


@compiles(among)
def _in_array(element, compiler, **options):
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY (ARRAY{ids})" if _selected(element) else f"{column} = ANY ({ids})"


def _selected(element):
    return isinstance(list(element.clauses)[1], ScalarSelect)


def each_of(session, ids):
    """The ids as rows: who begins with them meets the first of their rows at once."""
    given = bindparam(None, list(ids), type_=Ids(), unique=True)
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(given).table_valued("value").c.value)
    return select(func.unnest(given, type_=Integer))


def ids_of(session, statement) -> list[int]:
    """The ids that a select of one column finds: on PostgreSQL as one array, which is read in half the time of as many
    rows."""
    if session.get_bind().dialect.name == "sqlite":
        return list(session.scalars(statement))
    found = statement.subquery()
    return session.scalar(select(func.array_agg(found.c[0]))) or []


def texts(session, given):
    """Texts as a column of rows."""
    if session.get_bind().dialect.name == "sqlite":
        return func.json_each(json.dumps(list(given))).table_valued("value").c.value
    return func.unnest(bindparam(None, list(given), type_=ARRAY(Text), unique=True), type_=Text).column_valued("said")
