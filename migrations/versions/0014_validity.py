"""Validity of classifications, and those that demand to be whole before an attendance closes.

Revision ID: 0014
Revises: 0013
"""
import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TREES = ("motive", "occurrence", "cause", "classification", "subclassification", "default_motive")
TOPS = ("motive", "classification")


def upgrade():
    for name in TREES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
            table.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
            table.create_check_constraint(f"ck_{name}_validity", "valid_until >= valid_from")
            if name in TOPS:
                table.add_column(sa.Column("complete_to_close", sa.Boolean(), nullable=False,
                                           server_default=sa.false()))
    for name in TOPS:
        with op.batch_alter_table(name) as table:
            table.alter_column("complete_to_close", server_default=None)


def downgrade():
    for name in TREES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(f"ck_{name}_validity", type_="check")
            table.drop_column("valid_until")
            table.drop_column("valid_from")
            if name in TOPS:
                table.drop_column("complete_to_close")
