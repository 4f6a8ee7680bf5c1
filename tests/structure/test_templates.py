"""Templates: what is imported without the context of the page cannot read the names of the page."""
import re
from pathlib import Path

from jinja2 import meta, nodes

TEMPLATES = Path(__file__).resolve().parents[2] / "app" / "templates"
IMPORT = re.compile(r'\{%-?\s*(?:from\s+"([^"]+)"\s+import|import\s+"([^"]+)"\s+as)[^%]*?%\}')


def test_macros_read_names_of_the_page_only_where_they_are_imported_with_its_context(app):
    environment, blind = app.jinja_env, {}
    for path in TEMPLATES.rglob("*.html"):
        for found in IMPORT.finditer(path.read_text(encoding="utf-8")):
            if "with context" not in found[0]:
                blind.setdefault(found[1] or found[2], path.relative_to(TEMPLATES))
    assert len(blind) > 10
    offences = []
    for name, user in sorted(blind.items()):
        tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
        own = {each.name for each in tree.find_all(nodes.Name) if each.ctx in ("store", "param")}
        if missing := meta.find_undeclared_variables(tree) - own - set(environment.globals):
            offences.append(f"{user} imports {name} without context, which reads {sorted(missing)}")
    assert not offences, offences
