"""What indexes are missing while very many rows are written, so that an interrupted command leaves none behind.

Revision ID: 0024
Revises: 0023
"""
import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("set_aside", sa.Column("name", sa.String(63), nullable=False),
                    sa.Column("definition", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("name"))


def downgrade():
    op.drop_table("set_aside")
