"""Records of configurators' forms found by their words, and within one form at once: its number is one of the words.

Revision ID: 0019
Revises: 0018
"""
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WORDS = "'form' || CAST({row}form_id AS TEXT) || ' ' || {row}search_text"


def upgrade():
    words = WORDS.format(row="")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE custom_record ADD COLUMN words tsvector GENERATED ALWAYS AS "
                   f"(to_tsvector('balcao_words'::regconfig, {words})) STORED")
        op.execute("CREATE INDEX trgm_custom_record_words ON custom_record USING gin (words)")
        return
    new, old = (WORDS.format(row=row) for row in ("new.", "old."))
    op.execute(f"CREATE VIEW custom_record_words AS SELECT id, {words} AS words FROM custom_record")
    op.execute("CREATE VIRTUAL TABLE record_fts USING fts5(words, content='custom_record_words', content_rowid='id', "
               "tokenize='unicode61 remove_diacritics 2')")
    op.execute("CREATE TRIGGER record_fts_insert AFTER INSERT ON custom_record BEGIN "
               f"INSERT INTO record_fts(rowid, words) VALUES (new.id, {new}); END")
    op.execute("CREATE TRIGGER record_fts_delete AFTER DELETE ON custom_record BEGIN "
               f"INSERT INTO record_fts(record_fts, rowid, words) VALUES ('delete', old.id, {old}); END")
    op.execute("CREATE TRIGGER record_fts_update AFTER UPDATE OF search_text ON custom_record "
               "WHEN old.search_text <> new.search_text BEGIN "
               f"INSERT INTO record_fts(record_fts, rowid, words) VALUES ('delete', old.id, {old}); "
               f"INSERT INTO record_fts(rowid, words) VALUES (new.id, {new}); END")
    op.execute("INSERT INTO record_fts(record_fts) VALUES ('rebuild')")


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE custom_record DROP COLUMN words")
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER record_fts_{name}")
    op.execute("DROP TABLE record_fts")
    op.execute("DROP VIEW custom_record_words")
