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
def pages(server, chrome, signed_in):
    """{role: addresses of his menu and of the pages behind his name}, each address with the first role that has it."""
    found, seen = {}, set()
    for role in ROLES:
        context = chrome.new_context(base_url=server.url, storage_state=signed_in(role))
        page = context.new_page()
        page.goto("/")
        links = page.locator(".b-nav a, .b-me-menu a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        home = page.url.removeprefix(server.url)
        found[role] = [path for path in dict.fromkeys([home, *links, *_deeper(role, server.ids)]) if path not in seen]
        seen.update(found[role])
        context.close()
    return found


def _deeper(role, ids):
    """Pages that stand in no menu: one of each kind."""
    if role != "admin":
        return []
    return [
        "/search?q=ana", "/search?q=ninguem", "/account/profile", "/account/password",
        "/attendances/list", "/attendances/2026000101", "/attendances/2026000102",
        f"/attendances/new?entity={ids['entity']}", f"/attendances/entity/{ids['entity']}",
        f"/history/entity/{ids['entity']}", "/attendances/2026000101/email", "/email-templates/add",
        "/scripts/add", "/knowledge-items/add", "/knowledge/?q=falta", "/knowledge/?kind=request&q=nada",
        "/reclassify/", "/reclassify/new/motives", "/reclassify/new/classifications",
        "/motives/add", f"/motives/edit/{ids['motive']}", f"/motives/show/{ids['motive']}",
        f"/occurrences/edit/{ids['occurrence']}", "/units/add", "/users/add", "/roles/add",
        "/settings/menus/", "/settings/menus/add", "/settings/custom-data/", "/settings/custom-data/add",
        "/settings/forms/add", "/settings/groups/add",
        "/entities/add", f"/entities/show/{ids['entity']}", f"/entities/edit/{ids['entity']}",
    ]


def _walk(open_page, pages, look, **options):
    """What `look(page)` finds on each page, a line each; a page that does not answer 200 is a finding."""
    found = []
    for role, paths in pages.items():
        page = open_page(role, "/account/", **options)
        for path in paths:
            answer = page.goto(path)
            if not answer.ok:
                found.append(f"{path}: {answer.status}")
            elif wrong := look(page):
                found.append(f"{path}: {wrong}")
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible(open_page, pages, dark):
    _walk(open_page, pages, lambda page: "\n  ".join(violations(page)), dark=dark)


def test_no_page_is_wider_than_a_phone(open_page, pages):
    _walk(open_page, pages, lambda page: page.evaluate(_TOO_WIDE), size=NARROW)


def test_the_walk_has_pages_of_every_role(pages):
    """Otherwise the tests above would hold of nothing."""
    assert len(pages["admin"]) > 15
    assert pages["provider"]
