"""The open tickets of the provider central by whose turn it is.

Revision ID: 0025
Revises: 0024
"""
import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NAME, OPEN = "ix_provider_ticket_open_waiting", sa.text("closed_at is null")


def upgrade():
    op.create_index(NAME, "provider_ticket", ["waiting", "opened_at", "number"], sqlite_where=OPEN,
                    postgresql_where=OPEN)


def downgrade():
    op.drop_index(NAME, table_name="provider_ticket")
