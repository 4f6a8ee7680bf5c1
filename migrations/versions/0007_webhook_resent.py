"""What became of a delivery before it was sent again by hand.

Revision ID: 0007
Revises: 0006
"""
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("webhook_delivery", sa.Column("earlier_attempts", sa.Integer(), nullable=True))
    op.add_column("webhook_delivery", sa.Column("earlier_answer", sa.String(length=500), nullable=True))


def downgrade():
    op.drop_column("webhook_delivery", "earlier_answer")
    op.drop_column("webhook_delivery", "earlier_attempts")
