"""What every table keeps to."""
import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint

from app.models import __all__ as _nouns  # importing the package makes the metadata whole
from app.models.base import Model

OWN = sorted((t for t in Model.metadata.tables.values() if not t.name.startswith("ab_")), key=lambda t: t.name)
assert _nouns

# Columns that point elsewhere and have no index of their own, and why that is enough.
USERS = "users are deactivated, never deleted, and nothing is looked up by it"
NO_INDEX = {
    "attachment.uploaded_by_id": USERS, "attendance_note.author_id": USERS, "merge.by_id": USERS,
    "merge.undone_by_id": USERS, "not_duplicate.said_by_id": USERS, "survey_participation.answered_by_id": USERS,
    "survey_participation.invited_by_id": USERS,
    "attendance.changed_by_id": USERS,
    "attendance.role_type_id": "four values: an index on it would choose nothing",
    "attendance_detail.channel_id": "ten values: an index on it would choose nothing",
    "attendance_detail.operator_id": USERS,
    "user_profile.department_id": "as many rows as users",
}


def _leading(table):
    yield from (tuple(c.name for c in index.columns)[:1] for index in table.indexes)
    yield from (tuple(c.name for c in x.columns)[:1] for x in table.constraints if isinstance(x, UniqueConstraint))
    yield tuple(c.name for c in table.primary_key.columns)[:1]
    yield from ((c.name,) for c in table.columns if c.unique or c.index)


@pytest.mark.parametrize("table", OWN, ids=lambda t: t.name)
def test_a_column_that_points_elsewhere_leads_an_index(table):
    led = {names[0] for names in _leading(table) if names}
    without = [f"{table.name}.{key.columns.keys()[0]}" for key in table.foreign_key_constraints
               if not led & set(key.columns.keys())]
    assert sorted(set(without) - set(NO_INDEX)) == []


def test_the_exceptions_are_still_needed():
    columns = {f"{table.name}.{column.name}" for table in OWN for column in table.columns}
    assert set(NO_INDEX) <= columns


@pytest.mark.parametrize("table", OWN, ids=lambda t: t.name)
def test_a_rule_of_a_table_has_a_name(table):
    """A name is how a broken rule finds its words; `unique=True` on a column is for keys that no person types."""
    rules = [x for x in table.constraints if isinstance(x, (CheckConstraint, UniqueConstraint))]
    typed = [x for x in rules if not (isinstance(x, UniqueConstraint) and len(x.columns) == 1
                                      and next(iter(x.columns)).unique)]
    assert [str(x) for x in typed if not x.name] == []
    assert [index for index in table.indexes if not index.name] == []


def test_names_are_not_used_twice():
    names = [x.name for table in OWN for x in (*table.constraints, *table.indexes) if x.name]
    assert sorted({x for x in names if names.count(x) > 1}) == []


def test_a_unique_rule_of_a_register_says_what_is_wrong():
    silent = [x.name for table in OWN for x in table.constraints if isinstance(x, UniqueConstraint)
              and x.name and "message" not in x.info and "name_key" in {c.name for c in x.columns}]
    assert silent == []
