"""Databases for servers of their own, and where the services of a larger installation are."""

import pytest

from app import create_app
from tests.conftest import SETTINGS


@pytest.fixture(scope="module")
def prepared():
    """`prepared(url, "sync")`: the commands on this database, migrated first, in this process (a new one costs 2 s)."""
    from app import schema
    from app.extensions import db

    def prepare(url, *commands):
        application = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url, "FAB_PASSWORD_HASH_METHOD": "scrypt"})
        with application.app_context():
            schema.upgrade()
        for command in commands:
            result = application.test_cli_runner().invoke(args=[command])
            assert result.exit_code == 0, result.output
        with application.app_context():
            db.engine.dispose()
        return url

    return prepare


@pytest.fixture(scope="module")
def postgresql_url(databases):
    """A fresh PostgreSQL database; these tests are selected with --engine=postgresql only."""
    return databases.create()
