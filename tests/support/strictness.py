"""Warnings are errors; in CI nothing is skipped and nothing that the suite needs may be missing.

What a machine cannot run (no Chromium, no Redis) is deselected, never skipped, and on PostgreSQL only tests that touch
a database run again.
"""
import os
import shutil

import pytest

CI = os.environ.get("CI", "").lower() in ("1", "true")
NEEDS_DATABASE = {"app", "databases"}

# Each with its reason: the libraries below warn about themselves, and we cannot mend them here.
IGNORED_WARNINGS = ()


def pytest_addoption(parser):
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default=os.environ.get("TEST_ENGINE") or "sqlite",
                     help="the database under test; postgresql needs TEST_DATABASE_URL")
    parser.addoption("--update-routes", action="store_true", help="rewrite tests/routes/routes.txt")


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")
    for line in IGNORED_WARNINGS:
        config.addinivalue_line("filterwarnings", line)
    postgresql, redis = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if config.getoption("--engine") == "postgresql" and not postgresql:
        raise pytest.UsageError("--engine=postgresql needs TEST_DATABASE_URL")
    missing = [name for name, there in (("TEST_DATABASE_URL", postgresql), ("TEST_REDIS_URL", redis),
                                        ("a Chromium (CHROMIUM)", chromium())) if not there]
    if CI and missing:
        raise pytest.UsageError("in CI nothing may be missing: " + ", ".join(missing))


def chromium() -> str | None:
    """Path of the browser, from CHROMIUM or as installed; first the one without windows, which draws no interface."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, (
        "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(config, items):
    kept, dropped = [], []
    for item in items:
        (kept if _can_run(config, item) else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _can_run(config, item):
    names = set(item.fixturenames)
    in_browser = "browser" in item.path.parts
    if in_browser and not chromium():
        return False
    if "redis_url" in names and not os.environ.get("TEST_REDIS_URL"):
        return False
    if "postgresql_url" in names and config.getoption("--engine") != "postgresql":
        return False
    if config.getoption("--engine") == "postgresql":
        return bool(names & NEEDS_DATABASE) and not in_browser
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if CI and report.outcome == "skipped":
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report
