"""Packages of configuration that were received and imported.

Revision ID: 0018
Revises: 0017
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import app.database

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _json():
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def upgrade():
    op.create_table(
        "package_import", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False), sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", _json(), nullable=False), sa.Column("changes", _json(), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("received_at", app.database.UTCDateTime(), nullable=False),
        sa.Column("imported_at", app.database.UTCDateTime()),
        sa.Column("undone_by_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("undone_at", app.database.UTCDateTime()))
    op.create_index("ix_package_import_user_id", "package_import", ["user_id"])
    op.create_index("ix_package_import_undone_by_id", "package_import", ["undone_by_id"])


def downgrade():
    op.drop_table("package_import")
