"""text: what attendances say, found by words, whatever the accents

Revision: 0004, after 0003. SQLite: FTS5 over the pages, kept by triggers. PostgreSQL: a column the database keeps with
the words, by a text search configuration that knows no language and no accents, and a GIN index over it.
"""
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A stored column, not an index over the expression: of a word that is everywhere the newest pages are read one by one,
# and taking each apart again would cost more than all the rest.
WORDS = "to_tsvector('balcao_words'::regconfig, description || ' ' || coalesce(answer, ''))"


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
        op.execute("CREATE TEXT SEARCH CONFIGURATION balcao_words (COPY = simple)")
        op.execute("ALTER TEXT SEARCH CONFIGURATION balcao_words "
                   "ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple")
        op.execute(f"ALTER TABLE attendance_detail ADD COLUMN words tsvector GENERATED ALWAYS AS ({WORDS}) STORED")
        op.execute("CREATE INDEX trgm_attendance_detail_words ON attendance_detail USING gin (words)")
        return
    op.execute("CREATE VIRTUAL TABLE detail_fts USING fts5(description, answer, content='attendance_detail', "
               "content_rowid='id', tokenize='unicode61 remove_diacritics 2')")
    op.execute("CREATE TRIGGER detail_fts_insert AFTER INSERT ON attendance_detail BEGIN "
               "INSERT INTO detail_fts(rowid, description, answer) VALUES (new.id, new.description, new.answer); END")
    op.execute("CREATE TRIGGER detail_fts_delete AFTER DELETE ON attendance_detail BEGIN "
               "INSERT INTO detail_fts(detail_fts, rowid, description, answer) "
               "VALUES ('delete', old.id, old.description, old.answer); END")
    op.execute("CREATE TRIGGER detail_fts_update AFTER UPDATE OF description, answer ON attendance_detail BEGIN "
               "INSERT INTO detail_fts(detail_fts, rowid, description, answer) "
               "VALUES ('delete', old.id, old.description, old.answer); "
               "INSERT INTO detail_fts(rowid, description, answer) VALUES (new.id, new.description, new.answer); END")
    op.execute("INSERT INTO detail_fts(detail_fts) VALUES ('rebuild')")


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE attendance_detail DROP COLUMN words")
        op.execute("DROP TEXT SEARCH CONFIGURATION balcao_words")
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER detail_fts_{name}")
    op.execute("DROP TABLE detail_fts")
