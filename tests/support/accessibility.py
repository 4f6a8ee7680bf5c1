"""axe-core over the page as it stands, under the page's own Content-Security-Policy."""
from pathlib import Path

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
_RUN = """axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(rule => ({
  id: rule.id, impact: rule.impact, help: rule.help,
  nodes: rule.nodes.slice(0, 5).map(node => node.target.join(" ") + " — " +
    (node.any[0] || node.all[0] || node.none[0] || {message: ""}).message)})))"""


def violations(page) -> list[str]:
    """Serious and critical findings, a line each. The debugger's door is not subject to the page's policy."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("Runtime.evaluate", {"expression": f"if (!window.axe) {{{AXE.read_text()}}}"})
        answer = session.send("Runtime.evaluate", {"expression": _RUN, "awaitPromise": True, "returnByValue": True})
    finally:
        session.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return [f"{rule['id']} ({rule['impact']}): {rule['help']}\n    " + "\n    ".join(rule["nodes"])
            for rule in answer["result"]["value"] if rule["impact"] in GRAVE]


def assert_accessible(page, why: str = "") -> None:
    """No serious or critical finding of axe-core on the page as it stands now."""
    found = violations(page)
    assert not found, f"{why or page.url}\n" + "\n".join(found)
