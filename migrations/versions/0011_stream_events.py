"""Events that streams tell browsers.

Revision ID: 0011
Revises: 0010
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.database

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "stream_topic",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "stream_event",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", app.database.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "seq"))
    op.create_index("ix_stream_event_at", "stream_event", ["at"])


def downgrade():
    op.drop_table("stream_event")
    op.drop_table("stream_topic")
