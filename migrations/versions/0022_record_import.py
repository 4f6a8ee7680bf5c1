"""A record of a configurators' form remembers the row of the file that it came from.

Revision ID: 0022
Revises: 0021
"""
import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("custom_record", sa.Column("import_mark", sa.String(64), nullable=True))
    op.create_index("uq_custom_record_import_mark", "custom_record", ["form_id", "import_mark"], unique=True,
                    sqlite_where=sa.text("import_mark is not null"),
                    postgresql_where=sa.text("import_mark is not null"))


def downgrade():
    op.drop_index("uq_custom_record_import_mark", table_name="custom_record")
    op.drop_column("custom_record", "import_mark")  # not as a batch: the triggers of the word index would go with it
