"""The pause of a failing external service stands in its row, so that all processes keep it.

Revision ID: 0021
Revises: 0020
"""
import sqlalchemy as sa
from alembic import op

import app.database

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("external_service", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("external_service", sa.Column("rests_until", app.database.UTCDateTime(), nullable=True))


def downgrade():
    with op.batch_alter_table("external_service") as table:
        table.drop_column("rests_until")
        table.drop_column("failures")
