"""Conditions written so that PostgreSQL's planner does not misjudge them."""
from sqlalchemy import case, false, true


def row_by_row(condition):
    """The same, asked of each row that is met and of no index, and believed to hold of every other one: where the
    planner takes for independent, or for rare, what is neither."""
    return case((condition, true()), else_=false())
