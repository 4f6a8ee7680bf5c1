"""Where the services of a larger installation are, for tests that need both of them."""
import os

import pytest


@pytest.fixture(scope="module")
def redis_url():
    """The Redis of the tests; without TEST_REDIS_URL these tests are not selected."""
    return os.environ["TEST_REDIS_URL"]


@pytest.fixture(scope="module")
def postgresql_url(databases):
    """A fresh PostgreSQL database; these tests are selected with --engine=postgresql only."""
    return databases.create()
