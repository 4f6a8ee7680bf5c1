"""Applications on a database of their own, for tests with several threads or processes: nothing is undone there."""
from contextlib import contextmanager

from flask_migrate import upgrade


@contextmanager
def fresh_app(databases, **settings):
    """An application on a new, migrated database; `app.config["SQLALCHEMY_DATABASE_URI"]` is its address."""
    from app import create_app
    from app.extensions import db

    app = create_app({"TESTING": True, "FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1", "LOGIN_FLOOR_SECONDS": 0,
                      "SQLALCHEMY_DATABASE_URI": databases.migrated(), **settings})
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
