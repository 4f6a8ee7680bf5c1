"""The provider's portal: files held for a form, what was denied, a provider's open tickets by whose turn it is.

Revision ID: 0012
Revises: 0011
"""
import sqlalchemy as sa
from alembic import op

import app.database

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = {"sqlite_where": sa.text("closed_at is null"), "postgresql_where": sa.text("closed_at is null")}


def upgrade():
    op.create_table(
        "held_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=80), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("held_at", app.database.UTCDateTime(), nullable=False),
        sa.Column("taken_at", app.database.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stored_name"))
    op.create_index("ix_held_file_form", "held_file", ["user_id", "form_key", "id"])
    op.create_index("ix_held_file_held_at", "held_file", ["held_at"])
    op.add_column("login_attempt", sa.Column("asked", sa.String(length=200), server_default="", nullable=False))
    op.create_index("ix_provider_ticket_open_entity", "provider_ticket",
                    ["entity_id", "waiting", "opened_at", "number"], **OPEN)


def downgrade():
    op.drop_index("ix_provider_ticket_open_entity", "provider_ticket")
    op.drop_column("login_attempt", "asked")
    op.drop_table("held_file")
