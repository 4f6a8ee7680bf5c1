"""The open tickets of the provider central without a deadline, in the order of their opening.

Revision ID: 0028
Revises: 0027
"""
import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NAME, UNDUE = "ix_provider_ticket_open_undue", sa.text("closed_at is null and due_at is null")


def upgrade():
    op.create_index(NAME, "provider_ticket", ["opened_at", "number"], sqlite_where=UNDUE, postgresql_where=UNDUE)


def downgrade():
    op.drop_index(NAME, table_name="provider_ticket")
