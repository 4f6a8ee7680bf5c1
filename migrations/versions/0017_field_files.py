"""Files of configurators' fields; whether a searchable field is mirrored yet.

Revision ID: 0017
Revises: 0016
"""
import sqlalchemy as sa
from alembic import op

import app.database

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("custom_field", sa.Column("indexed", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "custom_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10)),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("field_id", sa.Integer(), sa.ForeignKey("custom_field.id", ondelete="SET NULL")),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("stored_name", sa.String(80), nullable=False),
        sa.Column("mime", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), sa.ForeignKey("ab_user.id")),
        sa.Column("uploaded_at", app.database.UTCDateTime(), nullable=False),
        sa.Column("removed_at", app.database.UTCDateTime()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stored_name"),
        sa.CheckConstraint("kind in ('record', 'entity', 'attendance')", name="ck_custom_file_kind"),
        sa.CheckConstraint("(kind is null) = (owner_id is null)", name="ck_custom_file_owner"))
    op.create_index("ix_custom_file_field_id", "custom_file", ["field_id"])
    op.create_index("ix_custom_file_owner", "custom_file", ["kind", "owner_id", "id"])
    for name, columns, where in (("waiting", ["uploaded_by_id", "uploaded_at"], "kind is null"),
                                 ("removed", ["removed_at"], "removed_at is not null")):
        op.create_index(f"ix_custom_file_{name}", "custom_file", columns, sqlite_where=sa.text(where),
                        postgresql_where=sa.text(where))


def downgrade():
    op.drop_table("custom_file")
    op.drop_column("custom_field", "indexed")
