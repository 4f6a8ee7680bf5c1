"""Dependencies point one way (docs/architecture.md), and services know nothing of the web."""
import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from .imports import FLASK, Import, imports, layer, modules

_BELOW = {"ground", "models", "rights"}
ALLOWED = {
    "ground": set(),
    "models": {"ground"},
    "rights": {"ground", "models"},
    "services": {*_BELOW, "queries"},
    "queries": _BELOW,
    "lowcode": {*_BELOW, "services", "queries"},
    "manager": {*_BELOW, "services", "queries", "assembly", "views"},
    "live": {*_BELOW, "services", "queries", "manager", "assembly", "jobs"},  # one process: it starts the job thread
    "jobs": {*_BELOW, "services", "queries", "channels", "assembly"},
    "channels": {*_BELOW, "services", "queries", "assembly", "manager"},
    "views": {*_BELOW, "services", "queries", "lowcode", "manager", "assembly"},
    "api": {*_BELOW, "services", "queries", "lowcode", "manager", "assembly"},
    "commands": {*_BELOW, "services", "queries", "lowcode", "channels", "live", "jobs", "manager", "assembly",
                 "api"},  # `flask openapi` prints its description
    "assembly": {*_BELOW, "services", "queries", "manager", "views", "api", "live", "channels", "jobs", "commands"},
}
CLOCKS = {"utc_now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
MAY_USE_FLASK = {"assembly", "manager", "views", "api", "channels", "live", "commands"}

KNOWN = modules()
ALL = imports(KNOWN)
FLASK_USERS = {x.source for x in ALL if x.target.partition(".")[0] in FLASK}
# What is made of the manager side is itself of the manager side, though it does not name flask.
while more := {x.source for x in ALL if x.source.startswith("app.security.") and x.target in FLASK_USERS} - FLASK_USERS:
    FLASK_USERS |= more


def _layer(module):
    return layer(module, FLASK_USERS)


def test_the_reader_sees_what_is_there():
    """Otherwise the tests below would hold of nothing."""
    assert len(KNOWN) > 30
    assert any(x.source.startswith("app.services.") and x.target == "app.errors" for x in ALL)
    assert any(x.source == "app.models.company" and x.target == "app.models.base" for x in ALL)


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_a_layer_imports_only_what_lies_below_it(name):
    wrong = [f"{x.source}:{x.line} imports {x.target} ({_layer(x.target)})" for x in ALL
             if x.target in KNOWN and _layer(x.source) == name and _layer(x.target) not in {name, *ALLOWED[name]}]
    assert not wrong, "\n".join(wrong)


def test_flask_stays_where_requests_are():
    wrong = [f"{x.source}:{x.line} imports {x.target}" for x in ALL
             if x.target.partition(".")[0] in FLASK and _layer(x.source) not in MAY_USE_FLASK]
    assert not wrong, "\n".join(wrong)


def test_the_application_object_is_made_in_one_place():
    """`from app import create_app` belongs to those who start it: run.py, commands, tests."""
    wrong = [f"{x.source}:{x.line}" for x in ALL if x.target == "app" and _layer(x.source) != "commands"]
    assert not wrong, "\n".join(wrong)


def test_no_module_needs_itself_to_be_imported():
    graph = {name: {x.target for x in ALL if x.source == name and not x.late and x.target in KNOWN} for name in KNOWN}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" imports ".join(error.args[1]))


def test_only_the_unit_of_work_commits():
    """Habit 1: one `.commit()` in the product; sign-in counters and seeds that must stand by themselves are named."""
    by_themselves = {"app.database"}
    found = set()
    for name, path in KNOWN.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
                found.add(name)
    assert found <= by_themselves, sorted(found - by_themselves)


def test_services_and_queries_have_no_clock():
    """They are given `now`."""
    wrong = []
    for name, path in KNOWN.items():
        if _layer(name) not in ("services", "queries"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS:
                wrong.append(f"{name}:{node.lineno}")
    assert not wrong, "\n".join(wrong)


def test_an_import_is_resolved_to_its_module():
    assert Import("app.models.company", "app.models.base", 0, False).target in KNOWN
