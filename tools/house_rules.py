"""The rules of the house that ruff does not know, for `make lint`: a line an offence, and one is enough to fail."""
import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = {"tests": 500, "": 400}  # lines of a Python file, by its first folder
MAY_COMMIT = ("app/database.py", "tests/", "migrations/", "bench/")
DRAWERS = ("utils.py", "helpers.py", "common.py", "misc.py")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

HANDLER = re.compile(r"<[^>{]*\son[a-z]+\s*=", re.I)
STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.I)
SCRIPT = re.compile(r"<script(?![^>]*\b(?:src|nonce)=)", re.I)
CDN = re.compile(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//(?!127\.0\.0\.1|localhost)", re.I)
SAFE = re.compile(r"\{\{(?!\s*[\w.]+\()[^}]*\|\s*safe\b")  # FAB's widgets are calls that return markup
HEX = re.compile(r"(?<![\w&/-])#(?!fff\b)(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?!-)", re.I)  # white is white
OPENS_MODAL = re.compile(r"href=\"#|data-target=|url\(#|\bid=|getElementById|querySelector|for=\"#")

Offence = tuple[str, int, str]


def main() -> int:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    offences = [found for name in filter(None, listed) if (ROOT / name).is_file() for found in look(name)]
    for name, line, what in offences:
        print(f"{name}:{line}: {what}")
    return 1 if offences else 0


def look(name: str) -> Iterator[Offence]:
    """Every offence in one file of the repository."""
    suffix = Path(name).suffix
    if "vendor" in Path(name).parts or suffix not in (".py", ".html", ".css", ".js"):
        return
    text = (ROOT / name).read_text(encoding="utf-8")
    if suffix == ".py" and not name.startswith("migrations/versions/"):
        yield from _python(name, text)
    elif suffix == ".html" and name.startswith("app/"):
        yield from _lines(name, text, (
            (HANDLER, "an inline handler: the policy blocks it"), (STYLE, "an inline style: the policy blocks it"),
            (SCRIPT, "a script without src or nonce"), (CDN, "loads from another host"),
            (SAFE, "|safe outside a widget call: let Jinja escape it")))
    elif suffix in (".css", ".js") and name.startswith("app/"):
        yield from _lines(name, text, ((CDN, "loads from another host"),))
    if suffix in (".css", ".html", ".js") and name.startswith("app/") and not name.endswith("tokens.css"):
        for number, line in enumerate(text.splitlines(), 1):
            if HEX.search(line) and not OPENS_MODAL.search(line):
                yield name, number, "a colour outside tokens.css"


def _lines(name, text, rules) -> Iterator[Offence]:
    for rule, what in rules:
        for match in rule.finditer(text):
            yield name, text.count("\n", 0, match.start()) + 1, what


def _python(name, text) -> Iterator[Offence]:
    lines = text.splitlines()
    longest = LONGEST.get(name.split("/")[0], LONGEST[""])
    if len(lines) > longest:
        yield name, len(lines), f"longer than {longest} lines: split it by noun"
    if Path(name).name in DRAWERS:
        yield name, 1, "a drawer: name it after its noun"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and name != "tools/house_rules.py":
            yield name, number, "unfinished work"
    tree = ast.parse(text)
    if name.startswith("tests/"):
        yield from _tests(name, tree)
    else:
        if text and not text.lstrip().startswith(('"""', "#")):
            yield name, 1, "no docstring that says what the file is for"
        yield from _calls(name, tree, lines)


def _calls(name, tree, lines) -> Iterator[Offence]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "commit" and not name.startswith(MAY_COMMIT):
            yield name, node.lineno, "commits: only unit_of_work does"
        if called == "flush" and isinstance(node.func, ast.Attribute) and _is_session(node.func.value):
            around = lines[max(0, node.lineno - 2):node.lineno]
            if not any("#" in line for line in around):
                yield name, node.lineno, "a flush without a comment that says what for"
        if called == "Markup" and node.args and isinstance(node.args[0], (ast.BinOp, ast.JoinedStr)):
            yield name, node.lineno, "Markup of a built text: use Markup(…).format(…)"


def _is_session(node) -> bool:
    return getattr(node, "id", getattr(node, "attr", "")) == "session"


def _tests(name, tree) -> Iterator[Offence]:
    """In test files a function at the top is a test, a fixture, a test's helper that is called, or a mistake."""
    if not Path(name).name.startswith("test_"):
        return
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    asserting = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
                 and (node.level or (node.module or "").startswith("tests")) for alias in node.names}
    for node in tree.body:  # in the order of the file: a helper stands above who calls it, or calls those above it
        if isinstance(node, ast.FunctionDef) and _asserts(node, asserting):
            asserting.add(node.name)
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith("pytest_"):
            continue
        if node.name.startswith("test_"):
            if not _asserts(node, asserting):
                yield name, node.lineno, f"{node.name} asserts nothing"
        elif node.name not in named and not node.decorator_list:
            yield name, node.lineno, f"{node.name} is never run: is it a test without test_?"


def _asserts(node, helpers: set[str]) -> bool:
    """It says what must hold, waits for it, or calls somebody of this file or of tests/ who does."""
    if re.search(r"\bassert\b|raises|expect\(|\.assert|check|\.fail\(|\.wait_for", ast.unparse(node)):
        return True
    return any(isinstance(x, ast.Call) and getattr(x.func, "id", "") in helpers for x in ast.walk(node))


if __name__ == "__main__":
    sys.exit(main())
