"""Which requirements have passing tests: .pytest_cache/requirements.json, {requirement: [node ids that passed]}.

Merged over runs, for `make requirements`: a test that runs again replaces what was known of it, a test whose file is
gone is forgotten.
"""
import json

import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "req(*ids): the requirements (C-.., S-.., B-..) that this test shows to hold")
    config.pluginmanager.register(_Recorder(config), "requirements-recorder")


class _Recorder:
    def __init__(self, config):
        self.root, self.known, self.ran, self.failed = config.rootpath, {}, set(), set()

    def pytest_collection_modifyitems(self, items):
        for item in items:
            ids = [requirement for mark in item.iter_markers("req") for requirement in mark.args]
            if not all(isinstance(x, str) for x in ids):
                raise pytest.UsageError(f"{item.nodeid}: req takes requirement ids as text")
            self.known[item.nodeid] = ids

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.ran.add(report.nodeid)
        elif report.failed or report.skipped:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self, session):
        if session.config.option.collectonly or not self.ran | self.failed:
            return
        path = self.root / ".pytest_cache" / "requirements.json"
        path.parent.mkdir(exist_ok=True)
        try:
            before = json.loads(path.read_text())
        except (OSError, ValueError):
            before = {}
        passed = {name: {node for node in nodes if self._still_true(node)} for name, nodes in before.items()}
        for node in self.ran - self.failed:
            for name in self.known.get(node, ()):
                passed.setdefault(name, set()).add(node)
        path.write_text(json.dumps({name: sorted(nodes) for name, nodes in sorted(passed.items()) if nodes}, indent=1))

    def _still_true(self, node):
        return node not in self.ran | self.failed and (self.root / node.partition("::")[0]).exists()
