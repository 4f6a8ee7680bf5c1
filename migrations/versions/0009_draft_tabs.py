"""A draft belongs to a tab of the browser, so that two on one form do not write over each other.

Revision ID: 0009
Revises: 0008
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.database

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = "user_id, key, values, updated_at"


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("draft", sa.Column("tab", sa.String(length=32), nullable=False, server_default=""))
        op.alter_column("draft", "tab", server_default=None)
        op.execute("ALTER TABLE draft DROP CONSTRAINT draft_pkey, ADD CONSTRAINT draft_pkey PRIMARY KEY (user_id, key, tab)")
    else:
        _made_anew("tab", "''")
    op.create_index("ix_draft_updated_at", "draft", ["updated_at"])


def downgrade():
    op.drop_index("ix_draft_updated_at", "draft")
    op.execute("DELETE FROM draft WHERE tab <> ''")  # a form had room for one
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE draft DROP CONSTRAINT draft_pkey, ADD CONSTRAINT draft_pkey PRIMARY KEY (user_id, key)")
        op.drop_column("draft", "tab")
    else:
        _made_anew()


def _made_anew(*added):
    """SQLite changes no primary key: a new table takes the rows over."""
    op.rename_table("draft", "draft_before")
    op.create_table(
        "draft",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        *([sa.Column("tab", sa.String(length=32), nullable=False)] if added else []),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key", *added[:1]))
    columns = COLUMNS.replace("values", '"values"')
    names = ", ".join([columns, *added[:1]])
    op.execute(f"INSERT INTO draft ({names}) SELECT {', '.join([columns, *added[1:]])} FROM draft_before")  # noqa: S608
    op.drop_table("draft_before")
