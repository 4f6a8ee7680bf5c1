"""Who imports whom, read from the source: no module is run for it."""
import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLASK = {"flask", "flask_login", "flask_wtf", "flask_jwt_extended", "flask_limiter", "flask_migrate"}


@dataclass(frozen=True)
class Import:
    """One import; `late` when it stands inside a function and so cannot make a cycle."""

    source: str
    target: str
    line: int
    late: bool


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(known: dict[str, Path]) -> list[Import]:
    """Every import of every module, relative ones resolved, `from package import module` followed to the module."""
    return [x for name, path in known.items() for x in _of(name, path, known)]


def layer(module: str, flask_users: set[str]) -> str:
    """The layer a module of `app` belongs to."""
    parts = module.split(".")
    if len(parts) == 1 or parts[1] in ("extensions", "schema"):
        return "assembly"
    if parts[1] in ("cli", "commands"):
        return "commands"
    if parts[1] == "security":
        return "manager" if module in flask_users else "rights"
    if parts[1] in ("models", "services", "queries", "lowcode", "views", "api", "channels", "live", "jobs"):
        return parts[1]
    return "ground"


def _of(name, path, known):
    tree = ast.parse(path.read_text())
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    late = {inner for function in ast.walk(tree) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
            for inner in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno, node in late)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[:len(package.split(".")) - node.level + 1]
                base = ".".join([*up, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield Import(name, whole if whole in known else base, node.lineno, node in late)
