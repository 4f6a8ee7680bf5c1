"""Old records reclassified in bulk by a mapping, and which.

Revision ID: 0020
Revises: 0019
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.database

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade():
    op.create_table(
        "reclassification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tree", sa.String(length=16), nullable=False),
        sa.Column("rows", JSON, nullable=False),
        sa.Column("filters", JSON, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("restored", JSON, nullable=True),
        sa.Column("started_at", app.database.UTCDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("undo_job_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("tree in ('motives', 'classifications')", name="ck_reclassification_tree"),
        sa.ForeignKeyConstraint(["started_by_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["undo_job_id"], ["job.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"))
    for name in ("started_by_id", "job_id", "undo_job_id"):
        op.create_index(f"ix_reclassification_{name}", "reclassification", [name])
    op.create_table(
        "reclassified",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=True),
        sa.Column("third", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.CheckConstraint("outcome in ('restored', 'changed', 'gone')", name="ck_reclassified_outcome"),
        sa.ForeignKeyConstraint(["run_id"], ["reclassification.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "attendance_id"))
    op.create_index("ix_reclassified_attendance_id", "reclassified", ["attendance_id"])


def downgrade():
    op.drop_table("reclassified")
    op.drop_table("reclassification")
