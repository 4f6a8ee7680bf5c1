"""The provider central: tickets, their clock and conversation, batches, guides, payments, internal messages, web menus.

Revision ID: 0008
Revises: 0007
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Ordered and paged by ranges of an index: the order of code points, whatever the locale of the database.
BY_CODE_POINT = (("title_key", 400), ("client_key", 400), ("operator_key", 400), ("protocol", 40))
TREE = ("classification", "subclassification", "default_motive")
NEW = ("internal_recipient", "ticket_pause", "internal_message", "guide", "payment", "batch", "web_menu_rule", "web_menu",
       "provider_ticket", "message", "calendar_snapshot")


def upgrade():
    _return_rules()
    _tables()
    with op.batch_alter_table("attachment") as table:
        table.add_column(sa.Column("message_id", sa.Integer(), nullable=True))
        table.create_index("ix_attachment_message_id", ["message_id"])
        table.create_foreign_key("fk_attachment_message", "message", ["message_id"], ["id"], ondelete="CASCADE")
    if op.get_bind().dialect.name == "postgresql":
        for column, length in BY_CODE_POINT:
            op.execute(f'ALTER TABLE provider_ticket ALTER COLUMN {column} TYPE varchar({length}) COLLATE "C"')
        op.execute("CREATE INDEX trgm_provider_ticket_title ON provider_ticket USING gin (title_key gin_trgm_ops)")
        return
    op.execute("CREATE VIRTUAL TABLE ticket_fts USING fts5(title_key, content='provider_ticket', "
               "content_rowid='attendance_id', tokenize='trigram')")
    op.execute("CREATE TRIGGER ticket_fts_insert AFTER INSERT ON provider_ticket BEGIN "
               "INSERT INTO ticket_fts(rowid, title_key) VALUES (new.attendance_id, new.title_key); END")
    op.execute("CREATE TRIGGER ticket_fts_delete AFTER DELETE ON provider_ticket BEGIN INSERT INTO "
               "ticket_fts(ticket_fts, rowid, title_key) VALUES ('delete', old.attendance_id, old.title_key); END")
    op.execute("CREATE TRIGGER ticket_fts_update AFTER UPDATE OF title_key ON provider_ticket BEGIN INSERT INTO "
               "ticket_fts(ticket_fts, rowid, title_key) VALUES ('delete', old.attendance_id, old.title_key); "
               "INSERT INTO ticket_fts(rowid, title_key) VALUES (new.attendance_id, new.title_key); END")


def downgrade():
    with op.batch_alter_table("attachment") as table:
        table.drop_constraint("fk_attachment_message", type_="foreignkey")
        table.drop_index("ix_attachment_message_id")
        table.drop_column("message_id")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE ticket_fts")
    for name in NEW:
        op.drop_table(name)
    with op.batch_alter_table("classification") as table:
        table.drop_constraint("fk_classification_calendar", type_="foreignkey")
        table.drop_constraint("ck_classification_counting", type_="check")
        table.drop_constraint("ck_classification_calendar", type_="check")
        table.drop_index("ix_classification_calendar_id")
        table.drop_column("calendar_id")
        table.drop_column("counting")
    for name, unique in (("subclassification", "uq_subclassification_classification_id"),
                         ("default_motive", "uq_default_motive_subclassification_id"), ("classification", None)):
        with op.batch_alter_table(name) as table:
            if unique:
                table.drop_constraint(unique, type_="unique")
            table.drop_constraint(f"ck_{name}_return_hours", type_="check")
            table.drop_constraint(f"ck_{name}_return_rule", type_="check")
            table.drop_column("return_hours")


def _return_rules():
    """Returns in hours, and by business days: the classifications say which."""
    for name in TREE:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("return_hours", sa.Numeric(precision=7, scale=2), nullable=True))
            table.create_check_constraint(f"ck_{name}_return_hours", "return_hours >= 0")
            table.create_check_constraint(f"ck_{name}_return_rule", "return_days is null or return_hours is null")
    with op.batch_alter_table("classification") as table:
        table.add_column(sa.Column("counting", sa.String(length=16), nullable=False, server_default="calendar_days"))
        table.add_column(sa.Column("calendar_id", sa.Integer(), nullable=True))
        table.create_index("ix_classification_calendar_id", ["calendar_id"])
        table.create_foreign_key("fk_classification_calendar", "calendar", ["calendar_id"], ["id"])
        table.create_check_constraint("ck_classification_counting", "counting in ('calendar_days', 'business_days')")
        table.create_check_constraint(
            "ck_classification_calendar",
            "calendar_id is not null or (counting = 'calendar_days' and return_hours is null)")
    with op.batch_alter_table("classification") as table:
        table.alter_column("counting", server_default=None)
    with op.batch_alter_table("subclassification") as table:
        table.create_unique_constraint("uq_subclassification_classification_id", ["classification_id", "id"])
    with op.batch_alter_table("default_motive") as table:
        table.create_unique_constraint("uq_default_motive_subclassification_id", ["subclassification_id", "id"])


def _tables():
    op.create_table("calendar_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest")
    )
    op.create_table("web_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", name="uq_web_menu_code")
    )
    op.create_table("web_menu_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("menu_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(role_id is null) <> (user_id is null)", name="ck_web_menu_rule_whose"),
        sa.ForeignKeyConstraint(["menu_id"], ["web_menu.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_web_menu_rule_role_id", "web_menu_rule", ["role_id"])
    op.create_index("ix_web_menu_rule_user_id", "web_menu_rule", ["user_id"])
    op.create_index("uq_web_menu_rule_role", "web_menu_rule", ["menu_id", "role_id"], unique=True,
        sqlite_where=sa.text("role_id is not null"), postgresql_where=sa.text("role_id is not null"))
    op.create_index("uq_web_menu_rule_user", "web_menu_rule", ["menu_id", "user_id"], unique=True,
        sqlite_where=sa.text("user_id is not null"), postgresql_where=sa.text("user_id is not null"))
    op.create_table("batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("state in ('received', 'analysis', 'approved', 'refused', 'paid')", name="ck_batch_state"),
        sa.CheckConstraint("total >= 0", name="ck_batch_total"),
        sa.ForeignKeyConstraint(["provider_id"], ["entity.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider_id", "number", name="uq_batch_number")
    )
    op.create_index("ix_batch_provider", "batch", ["provider_id", "received_on", "id"])
    op.create_index("ix_batch_received", "batch", ["received_on", "id"])
    op.create_table("payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("amount >= 0", name="ck_payment_amount"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.ForeignKeyConstraint(["provider_id"], ["entity.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider_id", "document", name="uq_payment_document")
    )
    op.create_index("ix_payment_batch_id", "payment", ["batch_id"])
    op.create_index("ix_payment_paid", "payment", ["paid_on", "id"])
    op.create_index("ix_payment_provider", "payment", ["provider_id", "paid_on", "id"])
    op.create_table("guide",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("beneficiary", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("updated_at", app.database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("state in ('requested', 'issued', 'billed', 'cancelled')", name="ck_guide_state"),
        sa.CheckConstraint("total >= 0", name="ck_guide_total"),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.ForeignKeyConstraint(["provider_id"], ["entity.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number", name="uq_guide_number")
    )
    op.create_index("ix_guide_attendance_id", "guide", ["attendance_id"])
    op.create_index("ix_guide_batch_id", "guide", ["batch_id"])
    op.create_index("ix_guide_issued", "guide", ["issued_on", "id"])
    op.create_index("ix_guide_provider", "guide", ["provider_id", "issued_on", "id"])
    op.create_table("internal_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=True),
        sa.Column("attendance_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", app.database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind in ('notification', 'message', 'email')", name="ck_internal_message_kind"),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"]),
        sa.ForeignKeyConstraint(["sender_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_internal_message_attendance_id", "internal_message", ["attendance_id"])
    op.create_index("ix_internal_message_entity", "internal_message", ["entity_id", "id"])
    op.create_index("ix_internal_message_sender", "internal_message", ["sender_id", "id"])
    op.create_table("message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=140), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("sent_at", app.database.UTCDateTime(), nullable=False),
        sa.CheckConstraint("direction in ('in', 'out')", name="ck_message_direction"),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_message_attendance", "message", ["attendance_id", "id"])
    op.create_index("ix_message_author_id", "message", ["author_id"])
    op.create_table("provider_ticket",
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("classification_id", sa.Integer(), nullable=False),
        sa.Column("subclassification_id", sa.Integer(), nullable=False),
        sa.Column("default_motive_id", sa.Integer(), nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=16), nullable=False),
        sa.Column("contact_email", sa.String(length=320), nullable=False),
        sa.Column("return_days", sa.Integer(), nullable=True),
        sa.Column("return_hours", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("counting", sa.String(length=16), nullable=False),
        sa.Column("calendar_snapshot_id", sa.Integer(), nullable=True),
        sa.Column("due_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("clock_stopped_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("waiting", sa.String(length=8), nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("held_from", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("situation_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", app.database.UTCDateTime(), nullable=False),
        sa.Column("closed_at", app.database.UTCDateTime(), nullable=True),
        sa.Column("protocol", sa.String(length=40), nullable=True),
        sa.Column("title_key", sa.String(length=400), nullable=False),
        sa.Column("client_key", sa.String(length=400), nullable=False),
        sa.Column("operator_key", sa.String(length=400), nullable=True),
        sa.CheckConstraint("counting in ('calendar_days', 'business_days', 'business_hours')",
            name="ck_provider_ticket_counting"),
        sa.CheckConstraint("waiting in ('operator', 'provider')", name="ck_provider_ticket_waiting"),
        sa.ForeignKeyConstraint(["assignee_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["calendar_snapshot_id"], ["calendar_snapshot.id"]),
        sa.ForeignKeyConstraint(["classification_id", "subclassification_id"],
            ["subclassification.classification_id", "subclassification.id"],
            name="fk_provider_ticket_subclassification"),
        sa.ForeignKeyConstraint(["classification_id"], ["classification.id"]),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"]),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"]),
        sa.ForeignKeyConstraint(["situation_id"], ["situation.id"]),
        sa.ForeignKeyConstraint(["subclassification_id", "default_motive_id"],
            ["default_motive.subclassification_id", "default_motive.id"], name="fk_provider_ticket_default_motive"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("attendance_id"),
        sa.UniqueConstraint("number", name="uq_provider_ticket_number")
    )
    op.create_index("ix_provider_ticket_assignee", "provider_ticket", ["assignee_id", "opened_at", "number"])
    op.create_index("ix_provider_ticket_calendar_snapshot_id", "provider_ticket", ["calendar_snapshot_id"])
    op.create_index("ix_provider_ticket_classification", "provider_ticket", ["classification_id", "opened_at",
        "number"])
    op.create_index("ix_provider_ticket_client", "provider_ticket", ["client_key", "number"])
    op.create_index("ix_provider_ticket_closed", "provider_ticket", ["closed_at", "number"])
    op.create_index("ix_provider_ticket_company", "provider_ticket", ["company_id", "opened_at", "number"])
    op.create_index("ix_provider_ticket_company_operator", "provider_ticket", ["company_id", "operator_key", "number"])
    op.create_index("ix_provider_ticket_department", "provider_ticket", ["department_id", "opened_at", "number"])
    op.create_index("ix_provider_ticket_entity", "provider_ticket", ["entity_id", "opened_at", "number"])
    op.create_index("ix_provider_ticket_late", "provider_ticket", ["opened_at", "number"],
        sqlite_where=sa.text("closed_at > due_at"), postgresql_where=sa.text("closed_at > due_at"))
    op.create_index("ix_provider_ticket_motive", "provider_ticket", ["default_motive_id", "opened_at", "number"])
    op.create_index("ix_provider_ticket_nobody", "provider_ticket", ["opened_at", "number"],
        sqlite_where=sa.text("assignee_id is null"), postgresql_where=sa.text("assignee_id is null"))
    op.create_index("ix_provider_ticket_open", "provider_ticket", ["opened_at", "number"],
        sqlite_where=sa.text("closed_at is null"), postgresql_where=sa.text("closed_at is null"))
    op.create_index("ix_provider_ticket_open_assignee", "provider_ticket", ["assignee_id", "opened_at", "number"],
        sqlite_where=sa.text("closed_at is null"), postgresql_where=sa.text("closed_at is null"))
    op.create_index("ix_provider_ticket_open_department", "provider_ticket", ["department_id", "opened_at",
        "number"], sqlite_where=sa.text("closed_at is null"), postgresql_where=sa.text("closed_at is null"))
    op.create_index("ix_provider_ticket_open_due", "provider_ticket", ["due_at", "number"],
        sqlite_where=sa.text("closed_at is null"), postgresql_where=sa.text("closed_at is null"))
    op.create_index("ix_provider_ticket_opened", "provider_ticket", ["opened_at", "number"])
    op.create_index("ix_provider_ticket_operator", "provider_ticket", ["operator_key", "number"])
    op.create_index("ix_provider_ticket_protocol", "provider_ticket", ["protocol", "number"])
    op.create_index("ix_provider_ticket_situation", "provider_ticket", ["situation_id", "opened_at", "number"])
    op.create_index("ix_provider_ticket_subclassification", "provider_ticket", ["subclassification_id", "opened_at",
        "number"])
    op.create_index("ix_provider_ticket_title", "provider_ticket", ["title_key", "number"])
    op.create_index("ix_provider_ticket_unit_id", "provider_ticket", ["unit_id"])
    op.create_table("internal_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("read_at", app.database.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["internal_message.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_internal_recipient_department_id", "internal_recipient", ["department_id"])
    op.create_index("ix_internal_recipient_unread", "internal_recipient", ["user_id"],
        sqlite_where=sa.text("read_at is null"), postgresql_where=sa.text("read_at is null"))
    op.create_index("ix_internal_recipient_user", "internal_recipient", ["user_id", "id"])
    op.create_index("uq_internal_recipient_user", "internal_recipient", ["message_id", "user_id"], unique=True)
    op.create_table("ticket_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("since", app.database.UTCDateTime(), nullable=False),
        sa.Column("until", app.database.UTCDateTime(), nullable=True),
        sa.CheckConstraint("until >= since", name="ck_ticket_pause_until"),
        sa.ForeignKeyConstraint(["ticket_id"], ["provider_ticket.attendance_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_ticket_pause_ticket_id", "ticket_pause", ["ticket_id"])
    op.create_index("uq_ticket_pause_open", "ticket_pause", ["ticket_id"], unique=True,
        sqlite_where=sa.text("until is null"), postgresql_where=sa.text("until is null"))
