"""The tickets of the provider central by the day on which they were closed, in UTC: on PostgreSQL, where they are read day by day.

Revision ID: 0026
Revises: 0025
"""
import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NAME = "day_provider_ticket_closed"


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(NAME, "provider_ticket", [sa.text("date(closed_at)"), "opened_at", "number"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(NAME, table_name="provider_ticket")
