"""Every page of the menu, for each role: nothing serious for axe, light or dark, and nothing wider than a phone."""
import pytest

from tests.support.accessibility import violations

from .conftest import NARROW

ROLES = ("admin", "supervisor", "attendant", "configurator", "provider", "customer")
_TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= window.innerWidth) return null;
  const all = [...document.querySelectorAll("main *, header *")];
  const parts = all.filter(part => part.getBoundingClientRect().right > wide - 1);
  return wide + " px: " + parts.slice(-3).map(e => e.outerHTML.slice(0, 120)).join(" | ");
}"""


@pytest.fixture(scope="package")
def menus(server, chrome, signed_in):
    """`menus(role)`: the addresses of the menu of a role, and of the pages behind his name."""
    found = {}

    def of(role):
        if role not in found:
            context = chrome.new_context(base_url=server.url, storage_state=signed_in(role))
            page = context.new_page()
            page.goto("/")
            links = page.locator(".b-nav a, .b-me-menu a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
            found[role] = list(dict.fromkeys(["/", *links]))
            context.close()
        return found[role]
    return of


def _collect(page, paths, look):
    """What `look(page)` finds on each page, a line each; a page that does not answer 200 is a finding."""
    found = []
    for path in paths:
        answer = page.goto(path)
        if not answer.ok:
            found.append(f"{path}: {answer.status}")
        elif wrong := look(page):
            found.append(f"{path}: {wrong}")
    return found


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_the_menu_is_accessible(open_page, menus, role, dark):
    page = open_page(role, dark=dark)
    found = _collect(page, menus(role), lambda page: "\n  ".join(violations(page)))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_the_menu_is_wider_than_a_phone(open_page, menus, role):
    page = open_page(role, size=NARROW)
    found = _collect(page, menus(role), lambda page: page.evaluate(_TOO_WIDE))
    assert not found, "\n" + "\n".join(found)
