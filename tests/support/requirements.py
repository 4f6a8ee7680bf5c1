"""Which requirements have passing tests: .pytest_cache/requirements.json, {requirement: [node ids that passed]}.

Merged over runs, for `make requirements`: a test that runs again replaces what was known of it, a test whose file is
gone is forgotten.
"""
import json

import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "req(*ids): the requirements (C-.., S-.., B-..) that this test shows to hold")
    if not hasattr(config, "workerinput"):  # of several processes that share the tests, the first one keeps the book
        config.pluginmanager.register(_Recorder(config), "requirements-recorder")


def pytest_collection_modifyitems(items):
    for item in items:
        if not all(isinstance(x, str) for x in _ids(item)):
            raise pytest.UsageError(f"{item.nodeid}: req takes requirement ids as text")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.requirements = _ids(item)  # travels with the report to the process that keeps the book
    return report


def _ids(item):
    return [requirement for mark in item.iter_markers("req") for requirement in mark.args]


class _Recorder:
    def __init__(self, config):
        self.root, self.ran, self.failed = config.rootpath, {}, set()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.ran[report.nodeid] = report.requirements
        elif report.failed or report.skipped:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self, session):
        if session.config.option.collectonly or not self._seen():
            return
        path = self.root / ".pytest_cache" / "requirements.json"
        path.parent.mkdir(exist_ok=True)
        try:
            before = json.loads(path.read_text())
        except (OSError, ValueError):
            before = {}
        passed = {name: {node for node in nodes if self._still_true(node)} for name, nodes in before.items()}
        for node in self.ran.keys() - self.failed:
            for name in self.ran[node]:
                passed.setdefault(name, set()).add(node)
        path.write_text(json.dumps({name: sorted(nodes) for name, nodes in sorted(passed.items()) if nodes}, indent=1))

    def _seen(self):
        return self.ran.keys() | self.failed

    def _still_true(self, node):
        return node not in self._seen() and (self.root / node.partition("::")[0]).exists()
