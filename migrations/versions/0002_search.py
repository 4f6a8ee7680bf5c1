"""search: names of entities by any part of a word, whatever the accents

Revision: 0002, after 0001. SQLite: FTS5 trigram over entity.search_text, kept by triggers. PostgreSQL: pg_trgm GIN.
"""
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Read by beginnings, as ranges of an index: only the order of code points, SQLite's own, makes "jo" to "jo…" such a range,
# whatever the locale the database was created with.
BY_CODE_POINT = (("entity", "name_key", 400), ("entity", "document", 14), ("phone", "search_digits", 16),
                 ("econtact", "value_key", 320), ("attendance", "protocol", 40))


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for table, column, length in BY_CODE_POINT:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE "C"')
        op.execute("CREATE INDEX trgm_entity_search_text ON entity USING gin (search_text gin_trgm_ops)")
        return
    op.execute("CREATE VIRTUAL TABLE entity_fts USING fts5(search_text, content='entity', content_rowid='id', tokenize='trigram')")
    op.execute("CREATE TRIGGER entity_fts_insert AFTER INSERT ON entity BEGIN "
               "INSERT INTO entity_fts(rowid, search_text) VALUES (new.id, new.search_text); END")
    op.execute("CREATE TRIGGER entity_fts_delete AFTER DELETE ON entity BEGIN "
               "INSERT INTO entity_fts(entity_fts, rowid, search_text) VALUES ('delete', old.id, old.search_text); END")
    op.execute("CREATE TRIGGER entity_fts_update AFTER UPDATE OF search_text ON entity BEGIN "
               "INSERT INTO entity_fts(entity_fts, rowid, search_text) VALUES ('delete', old.id, old.search_text); "
               "INSERT INTO entity_fts(rowid, search_text) VALUES (new.id, new.search_text); END")
    op.execute("INSERT INTO entity_fts(entity_fts) VALUES ('rebuild')")


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX trgm_entity_search_text")
        for table, column, length in BY_CODE_POINT:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE "default"')
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER entity_fts_{name}")
    op.execute("DROP TABLE entity_fts")
