"""protocols found by any piece of theirs, such as their last digits

Revision: 0010, after 0009. SQLite: FTS5 trigram over attendance.protocol, kept by triggers. PostgreSQL: pg_trgm GIN.
"""
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX trgm_attendance_protocol ON attendance USING gin (protocol gin_trgm_ops)")
        return
    op.execute("CREATE VIRTUAL TABLE protocol_fts USING fts5(protocol, content='attendance', content_rowid='id', "
               "tokenize='trigram')")
    op.execute("CREATE TRIGGER protocol_fts_insert AFTER INSERT ON attendance BEGIN "
               "INSERT INTO protocol_fts(rowid, protocol) VALUES (new.id, new.protocol); END")
    op.execute("CREATE TRIGGER protocol_fts_delete AFTER DELETE ON attendance BEGIN "
               "INSERT INTO protocol_fts(protocol_fts, rowid, protocol) VALUES ('delete', old.id, old.protocol); END")
    op.execute("CREATE TRIGGER protocol_fts_update AFTER UPDATE OF protocol ON attendance BEGIN "
               "INSERT INTO protocol_fts(protocol_fts, rowid, protocol) VALUES ('delete', old.id, old.protocol); "
               "INSERT INTO protocol_fts(rowid, protocol) VALUES (new.id, new.protocol); END")
    op.execute("INSERT INTO protocol_fts(protocol_fts) VALUES ('rebuild')")


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX trgm_attendance_protocol")
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER protocol_fts_{name}")
    op.execute("DROP TABLE protocol_fts")
