"""Is the database at the migrations of this release? And how to take it there."""
import functools
import logging

import flask_migrate
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import config

FOLDER = str(config.ROOT / "migrations")


@functools.cache
def wanted() -> frozenset[str]:
    """The newest revisions in migrations/."""
    settings = Config()
    settings.set_main_option("script_location", FOLDER)
    return frozenset(ScriptDirectory.from_config(settings).get_heads())


def stored(engine) -> frozenset[str]:
    """The revisions the database says it has; none in an empty one."""
    with engine.connect() as connection:
        return frozenset(MigrationContext.configure(connection).get_current_heads())


def is_current(engine) -> bool:
    return stored(engine) == wanted()


def upgrade() -> None:
    """Run the missing migrations; needs an application context. Alembic's own log settings are left out."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    flask_migrate.upgrade(directory=FOLDER)
