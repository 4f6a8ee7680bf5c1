"""Forms of configurators, where they stand, menus, their records and the index of what can be searched.

Revision ID: 0013
Revises: 0012
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import app.database

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FORMS = {"entity": ("dados-personalizados", "Dados personalizados"),
         "attendance": ("dados-complementares", "Dados Complementares")}
TYPES = ("text", "long_text", "integer", "decimal", "money", "date", "datetime", "boolean", "choice", "choices",
         "cpf_cnpj", "phone", "email", "url", "person", "attachment")


def _json():
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")


def _named(table, *columns):
    op.create_table(
        table, sa.Column("id", sa.Integer(), nullable=False), sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", sa.String(400), nullable=False), sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True), *columns, sa.PrimaryKeyConstraint("id"))
    op.create_index(f"ix_{table}_name_key", table, ["name_key"])


def upgrade():
    _named("custom_form", sa.Column("slug", sa.String(60), nullable=False), sa.Column("help", sa.String(500)),
           sa.Column("sections", _json(), nullable=False),
           sa.UniqueConstraint("name_key", name="uq_custom_form_name"),
           sa.UniqueConstraint("slug", name="uq_custom_form_slug"))
    _named("form_group", sa.Column("position", sa.Integer(), nullable=False),
           sa.UniqueConstraint("name_key", name="uq_form_group_name"))
    _named("custom_data", sa.Column("target", sa.String(12), nullable=False),
           sa.Column("form_id", sa.Integer(), sa.ForeignKey("custom_form.id"), nullable=False),
           sa.Column("group_id", sa.Integer(), sa.ForeignKey("form_group.id")),
           sa.Column("person_type", sa.String(12), nullable=False), sa.Column("position", sa.Integer(), nullable=False),
           sa.UniqueConstraint("target", "name_key", name="uq_custom_data_name"),
           sa.UniqueConstraint("form_id", "target", name="uq_custom_data_form"),
           sa.CheckConstraint("target in ('entity', 'attendance')", name="ck_custom_data_target"),
           sa.CheckConstraint("person_type in ('individual', 'company', 'both')", name="ck_custom_data_person_type"))
    op.create_index("ix_custom_data_group_id", "custom_data", ["group_id"])
    _named("dynamic_menu", sa.Column("icon", sa.String(60), nullable=False),
           sa.Column("form_id", sa.Integer(), sa.ForeignKey("custom_form.id"), nullable=False),
           sa.Column("group_id", sa.Integer(), sa.ForeignKey("form_group.id")),
           sa.Column("record_permission", sa.String(10), nullable=False),
           sa.Column("records_of", sa.String(12), nullable=False), sa.Column("position", sa.Integer(), nullable=False),
           sa.UniqueConstraint("name_key", name="uq_dynamic_menu_name"),
           sa.CheckConstraint("record_permission in ('read', 'add', 'add_edit')", name="ck_dynamic_menu_permission"),
           sa.CheckConstraint("records_of in ('own', 'department', 'all')", name="ck_dynamic_menu_records_of"))
    op.create_index("ix_dynamic_menu_form_id", "dynamic_menu", ["form_id"])
    op.create_index("ix_dynamic_menu_group_id", "dynamic_menu", ["group_id"])
    op.create_table(
        "dynamic_menu_role",
        sa.Column("menu_id", sa.Integer(), sa.ForeignKey("dynamic_menu.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("role_id", sa.Integer(), sa.ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True))
    op.create_index("ix_dynamic_menu_role_role_id", "dynamic_menu_role", ["role_id"])
    _fields_into_forms()
    op.create_table(
        "custom_record", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("form_id", sa.Integer(), sa.ForeignKey("custom_form.id"), nullable=False),
        sa.Column("company_id", sa.Integer(), sa.ForeignKey("company.id"), nullable=False),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=False),
        sa.Column("department_id", sa.Integer(), sa.ForeignKey("department.id")),
        sa.Column("attendance_id", sa.Integer(), sa.ForeignKey("attendance.id", ondelete="CASCADE")),
        sa.Column("entity_id", sa.Integer(), sa.ForeignKey("entity.id")),
        sa.Column("values", _json(), nullable=False), sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True))
    op.create_index("ix_custom_record_form", "custom_record", ["form_id", "id"])
    op.create_index("ix_custom_record_company", "custom_record", ["company_id", "form_id", "id"])
    op.create_index("ix_custom_record_owner", "custom_record", ["owner_id", "form_id", "id"])
    for name, columns in (("department", ["department_id", "form_id", "id"]),
                          ("attendance", ["attendance_id", "form_id", "id"]), ("entity", ["entity_id", "id"])):
        some = sa.text(f"{columns[0]} is not null")
        op.create_index(f"ix_custom_record_{name}", "custom_record", columns, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "field_index",
        sa.Column("field_id", sa.Integer(), sa.ForeignKey("custom_field.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")),
        sa.CheckConstraint("kind in ('record', 'entity', 'attendance')", name="ck_field_index_kind"),
        sa.PrimaryKeyConstraint("field_id", "kind", "owner_id", "place"))
    op.create_index("ix_field_index_value", "field_index", ["field_id", "kind", "value", "owner_id"])


def _fields_into_forms():
    """Fields stood on persons or attendances at once; now a form does, and they are its fields."""
    with op.batch_alter_table("custom_field") as batch:
        batch.add_column(sa.Column("form_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("section", sa.String(40)))
        for name in ("default", "minimum", "maximum", "shown_if"):
            batch.add_column(sa.Column(name, _json()))
        batch.add_column(sa.Column("mask", sa.String(60)))
        batch.add_column(sa.Column("pattern", sa.String(300)))
        batch.add_column(sa.Column("pattern_help", sa.String(200)))
        batch.add_column(sa.Column("searchable", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    field = sa.table("custom_field", sa.column("target"), sa.column("form_id"))
    targets = connection.scalars(sa.select(field.c.target).distinct()).all()
    form = sa.table("custom_form", *map(sa.column, ("id", "name", "name_key", "active", "version", "slug")),
                    sa.column("sections", _json()))
    data = sa.table("custom_data", *map(sa.column, (
        "name", "name_key", "active", "version", "target", "form_id", "person_type", "position")))
    for target in targets:
        slug, name = FORMS[target]
        row = {"name": name, "name_key": name.lower(), "active": True, "version": 1}
        connection.execute(form.insert().values(**row, slug=slug, sections=[]))
        pk = connection.scalar(sa.select(form.c.id).where(form.c.slug == slug))
        connection.execute(data.insert().values(**row, target=target, form_id=pk, person_type="both", position=0))
        connection.execute(field.update().where(field.c.target == target).values(form_id=pk))
    with op.batch_alter_table("custom_field") as batch:
        batch.drop_constraint("ck_custom_field_target", type_="check")
        batch.drop_constraint("uq_custom_field_key", type_="unique")
        batch.drop_column("target")
        batch.alter_column("form_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("searchable", existing_type=sa.Boolean(), server_default=None)
        batch.create_foreign_key("fk_custom_field_form_id_custom_form", "custom_form", ["form_id"], ["id"],
                                 ondelete="CASCADE")
        batch.create_unique_constraint("uq_custom_field_key", ["form_id", "key"])
        batch.create_check_constraint("ck_custom_field_type", "type in (" + ", ".join(f"'{x}'" for x in TYPES) + ")")


def downgrade():
    op.drop_table("field_index")
    op.drop_table("custom_record")
    with op.batch_alter_table("custom_field") as batch:
        batch.add_column(sa.Column("target", sa.String(12), nullable=True))
    connection = op.get_bind()
    connection.execute(sa.text(
        "UPDATE custom_field SET target = (SELECT min(target) FROM custom_data WHERE form_id = custom_field.form_id)"))
    # What stood behind menus only, or was put on both sides under one key, has no place there.
    connection.execute(sa.text(
        "DELETE FROM custom_field WHERE target IS NULL OR type IN ('person', 'attachment') OR id NOT IN "
        "(SELECT min(id) FROM custom_field GROUP BY target, key)"))
    with op.batch_alter_table("custom_field") as batch:
        batch.drop_constraint("uq_custom_field_key", type_="unique")
        batch.drop_constraint("ck_custom_field_type", type_="check")
        batch.drop_constraint("fk_custom_field_form_id_custom_form", type_="foreignkey")
        for name in ("form_id", "section", "default", "minimum", "maximum", "shown_if", "mask", "pattern",
                     "pattern_help", "searchable"):
            batch.drop_column(name)
        batch.alter_column("target", existing_type=sa.String(12), nullable=False)
        batch.create_unique_constraint("uq_custom_field_key", ["target", "key"])
        batch.create_check_constraint("ck_custom_field_target", "target in ('entity', 'attendance')")
    for table in ("dynamic_menu_role", "dynamic_menu", "custom_data", "form_group", "custom_form"):
        op.drop_table(table)
