"""Orders and invoices of all entities in the order of their dates.

Revision ID: 0005
Revises: 0004
"""
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXES = (("ix_sales_order_date", "sales_order", "ordered_on"), ("ix_invoice_date", "invoice", "issued_on"))


def upgrade():
    for name, table, column in INDEXES:
        op.create_index(name, table, [column, "id"])


def downgrade():
    for name, table, _column in INDEXES:
        op.drop_index(name, table)
