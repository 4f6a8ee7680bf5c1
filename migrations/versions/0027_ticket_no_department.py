"""The tickets of the provider central that lie in no sector, by company.

Revision ID: 0027
Revises: 0026
"""
import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME, NONE = "ix_provider_ticket_no_department", sa.text("department_id is null")


def upgrade():
    op.create_index(NAME, "provider_ticket", ["company_id", "opened_at", "number"], sqlite_where=NONE,
                    postgresql_where=NONE)


def downgrade():
    op.drop_index(NAME, table_name="provider_ticket")
