"""The words of configurators' texts on persons and attendances, so that a filter finds each from its beginning.

Revision ID: 0029
Revises: 0028
"""
import re

import sqlalchemy as sa
from alembic import op

from app.text import searchable

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TEXTS = ("text", "long_text", "email", "url", "attachment")
BATCH = 10_000


def upgrade():
    word = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    table = op.create_table(
        "field_word",
        sa.Column("field_id", sa.Integer, sa.ForeignKey("custom_field.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("value", word, primary_key=True),
        sa.Column("owner_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.CheckConstraint("kind in ('entity', 'attendance')", name="ck_field_word_kind"))
    _fill(op.get_bind(), table)
    op.create_index("ix_field_word_owner", "field_word", ["owner_id", "kind", "field_id"])


def _fill(connection, table) -> None:
    """Of what the index of values has, field by field."""
    index = sa.table("field_index", *map(sa.column, ("field_id", "kind", "owner_id", "place", "value")))
    field = sa.table("custom_field", *map(sa.column, ("id", "type")))
    for pk in connection.scalars(sa.select(field.c.id).where(field.c.type.in_(TEXTS))).all():
        for kind in ("attendance", "entity"):
            after = 0
            while rows := connection.execute(sa.select(index.c.owner_id, index.c.value).where(
                    index.c.field_id == pk, index.c.kind == kind, index.c.owner_id > after).order_by(
                    index.c.owner_id).limit(BATCH)).all():
                after = rows[-1].owner_id
                if len(rows) == BATCH:  # of the last owner there may be more
                    more = connection.execute(sa.select(index.c.owner_id, index.c.value).where(
                        index.c.field_id == pk, index.c.kind == kind, index.c.owner_id == after)).all()
                    rows = [*(row for row in rows if row.owner_id != after), *more]
                words = {(row.owner_id, word[:60]) for row in rows if row.value
                         for word in re.findall(r"[^\W_]+", searchable(row.value))}
                if words:
                    connection.execute(table.insert(), [
                        {"field_id": pk, "kind": kind, "value": word, "owner_id": owner} for owner, word in words])


def downgrade():
    op.drop_table("field_word")
