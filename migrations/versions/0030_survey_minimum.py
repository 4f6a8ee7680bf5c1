"""The least that may be answered to a question of a survey that asks for a number; of those there are, nothing negative.

Revision ID: 0030
Revises: 0029
"""
import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("survey_question", sa.Column("minimum", sa.Numeric(14, 3), nullable=True))
    op.execute("update survey_question set minimum = 0 where type = 'number'")


def downgrade():
    op.drop_column("survey_question", "minimum")
