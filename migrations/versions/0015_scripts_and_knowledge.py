"""Scripts of attendance with their departments; the knowledge base, found by any part of a word.

Revision ID: 0015
Revises: 0014
"""
import sqlalchemy as sa
from alembic import op

import app.database

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _kept(word):
    """The columns of a row with a name or a title."""
    return (sa.Column("id", sa.Integer(), nullable=False), sa.Column(word, sa.String(length=200), nullable=False),
            sa.Column(f"{word}_key", sa.String(length=400), nullable=False),
            sa.Column("active", sa.Boolean(), nullable=False), sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("created_at", app.database.UTCDateTime(), nullable=True),
            sa.Column("updated_at", app.database.UTCDateTime(), nullable=True), sa.PrimaryKeyConstraint("id"))


def upgrade():
    op.create_table(
        "script", *_kept("title"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('tree', 'text')", name="ck_script_kind"),
        sa.CheckConstraint("kind = 'tree' or body is not null", name="ck_script_body"))
    op.create_index("ix_script_title_key", "script", ["title_key"])
    op.create_table(
        "script_department",
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["script_id"], ["script.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.PrimaryKeyConstraint("script_id", "department_id"))
    op.create_index("ix_script_department_department_id", "script_department", ["department_id"])
    op.create_table(
        "knowledge_section", *_kept("name"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.UniqueConstraint("name_key", name="uq_knowledge_section_name"))
    op.create_index("ix_knowledge_section_name_key", "knowledge_section", ["name_key"])
    op.create_table(
        "knowledge_category", *_kept("name"),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["section_id"], ["knowledge_section.id"]),
        sa.UniqueConstraint("section_id", "name_key", name="uq_knowledge_category_name"))
    op.create_index("ix_knowledge_category_name_key", "knowledge_category", ["name_key"])
    op.create_index("ix_knowledge_category_section_id", "knowledge_category", ["section_id"])
    op.create_table(
        "knowledge_item", *_kept("title"),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("identification", sa.String(length=12), nullable=True),
        sa.Column("return_days", sa.Integer(), nullable=True),
        sa.Column("proposed_solution", sa.Text(), nullable=True),
        sa.Column("operator_guidance", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["knowledge_category.id"]),
        sa.UniqueConstraint("category_id", "title_key", name="uq_knowledge_item_title"),
        sa.CheckConstraint("kind in ('information', 'request')", name="ck_knowledge_item_kind"),
        sa.CheckConstraint("identification in ('anonymous', 'identified')", name="ck_knowledge_item_identification"),
        sa.CheckConstraint("(kind = 'request') = (identification is not null)", name="ck_knowledge_item_identified"),
        sa.CheckConstraint("return_days is null or (kind = 'request' and return_days >= 0)",
                           name="ck_knowledge_item_return_days"),
        sa.CheckConstraint("kind = 'request' or proposed_solution is not null", name="ck_knowledge_item_solution"))
    op.create_index("ix_knowledge_item_title_key", "knowledge_item", ["title_key"])
    op.create_index("ix_knowledge_item_category_id", "knowledge_item", ["category_id"])
    _index_words()


def _index_words():
    """As 0002 does for the names of entities."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX trgm_knowledge_item_search_text ON knowledge_item USING gin (search_text gin_trgm_ops)")
        return
    taken_out = ("INSERT INTO knowledge_item_fts(knowledge_item_fts, rowid, search_text) "
                 "VALUES ('delete', old.id, old.search_text);")
    put_in = "INSERT INTO knowledge_item_fts(rowid, search_text) VALUES (new.id, new.search_text);"
    op.execute("CREATE VIRTUAL TABLE knowledge_item_fts USING fts5(search_text, content='knowledge_item', "
               "content_rowid='id', tokenize='trigram')")
    for name, when, body in (("insert", "INSERT", put_in), ("delete", "DELETE", taken_out),
                             ("update", "UPDATE OF search_text", f"{taken_out} {put_in}")):
        op.execute(f"CREATE TRIGGER knowledge_item_fts_{name} AFTER {when} ON knowledge_item BEGIN {body} END")


def downgrade():
    if op.get_bind().dialect.name != "postgresql":
        for name in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER knowledge_item_fts_{name}")
        op.execute("DROP TABLE knowledge_item_fts")
    for table in ("knowledge_item", "knowledge_category", "knowledge_section", "script_department", "script"):
        op.drop_table(table)
