"""The external service that fills the form of a person, and which of its values fill which field.

Revision ID: 0016
Revises: 0015
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.database

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ACTIVE = {"sqlite_where": sa.text("active"), "postgresql_where": sa.text("active")}


def upgrade():
    op.create_table(
        "external_service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("auth", sa.String(length=6), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=True),
        sa.Column("key_header", sa.String(length=100), nullable=True),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("method in ('GET', 'POST')", name="ck_external_service_method"),
        sa.CheckConstraint("auth in ('none', 'basic', 'bearer', 'header')", name="ck_external_service_auth"),
        sa.CheckConstraint("seconds between 1 and 15", name="ck_external_service_seconds"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key", name="uq_external_service_name"))
    op.create_index("ix_external_service_name_key", "external_service", ["name_key"])
    op.create_index("uq_external_service_active", "external_service", ["active"], unique=True, **ACTIVE)
    op.create_table(
        "service_field_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(length=200), nullable=False),
        sa.Column("person_field", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["external_service.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("service_id", "person_field", name="uq_service_field_mapping"))


def downgrade():
    op.drop_table("service_field_mapping")
    op.drop_table("external_service")
