"""What every page has, whatever screen it is: language, theme, landmarks, no code in the markup, links that open."""
import re
from html.parser import HTMLParser

import pytest

from tests.shell.conftest import ROLES

PAGES = ["/", "/search?q=ana", "/search", "/account/", "/settings/", "/portal/", "/no/such/page"]


class _Markup(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.inline, self.open_script = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if (given.get("href") or "").startswith("javascript:") or tag == "style":
            self.inline.append(tag)
        self.open_script = tag == "script" and "src" not in given and given.get("type") != "application/json"

    def handle_data(self, data):
        if self.open_script and data.strip():
            self.inline.append(f"script {data.strip()[:60]}")

    def handle_endtag(self, tag):
        self.open_script = False


def _open(browser, address):
    """The page an address leads to: each request by itself, a redirect is a new one."""
    page = browser.get(address)
    while page.status_code in (302, 308):
        page = browser.get(page.location)
    return page


def _links(markup):
    """Addresses of the sidebar, without the mark; of the header of a portal."""
    text = [given["href"] for tag, given in markup.tags if tag == "a" and "href" in given and _in_menu(given)]
    return list(dict.fromkeys(text))


def _in_menu(given):
    return "title" in given or "data-menu" in given


@pytest.mark.req("G-01")
@pytest.mark.parametrize("name", list(ROLES))
def test_every_menu_link_opens_without_code_in_its_markup(person, name):
    browser = person(name)
    start = _Markup(_open(browser, "/").text)
    links = _links(start)
    assert links
    for address in [*links, *PAGES]:
        page = _open(browser, address)
        assert page.status_code == 200 or address in PAGES, f"{address}: {page.status_code}"
        assert page.status_code < 500
        markup = _Markup(page.text)
        assert markup.inline == [], f"{address}: {markup.inline}"
        tags = [tag for tag, _given in markup.tags]
        assert (tags.count("h1"), tags.count("main")) == (1, 1), address
        assert dict(markup.tags)["html"]["lang"] == "pt-BR"
        if address in links:
            assert [given["href"] for _tag, given in markup.tags
                    if given.get("aria-current") == "page" and _in_menu(given)] == [address]


def test_the_menu_shows_only_what_one_may_open(person):
    titles = {name: set(re.findall(r'<a (?:data-menu )?href="[^"]+"[^>]*(?: title="|aria-current="page">)([^"<]+)',
                                   _open(person(name), "/").text))
              for name in ("attendant", "configurator", "customer")}
    assert "Atendimentos" in titles["attendant"]
    assert "Painel" not in titles["attendant"]
    assert "Motivos" in titles["configurator"]
    assert "Atendimentos" not in titles["configurator"]
    assert titles["customer"] == {"Meus atendimentos"}


@pytest.mark.req("S-02")
def test_the_side_menu_has_atendimento_with_atendimentos(person):
    page = person("attendant").get("/attendances/").text
    group = page.index("<span>Atendimento</span>")
    assert page.index('title="Atendimentos"') > group


def test_the_menu_itself_asks_the_database_nothing(person, queries):
    browser = person("configurator")
    browser.get("/settings/")
    queries.clear()
    browser.get("/settings/")
    selects = [statement for statement in queries if statement.startswith("SELECT")]
    # session with person and permissions, company below the menu, count of the bell
    assert len(selects) == 2, "\n".join(selects)


@pytest.mark.req("G-04")
def test_the_language_is_portuguese_unless_chosen(person):
    assert '<html lang="pt-BR"' in person("attendant").get("/account/").text
    assert '<html lang="en"' in person("attendant", locale="en").get("/account/").text


@pytest.mark.parametrize(("theme", "drawn"), [("light", "light"), ("dark", "dark"), ("auto", "light")])
def test_the_theme_is_drawn_by_the_server(person, theme, drawn):
    page = person("attendant", theme=theme).get("/account/").text
    assert f'data-theme="{drawn}" data-theme-choice="{theme}"' in page


def test_theme_and_language_are_chosen_in_the_avatar_menu(person):
    browser = person("attendant")
    page = browser.get("/account/").text
    assert 'name="theme" value="dark"' in page
    response = browser.post("/account/theme", {"theme": "dark", "next": "/search?q=ana"})
    assert (response.status_code, response.location) == (302, "/search?q=ana")
    assert 'data-theme="dark"' in browser.get("/search?q=ana").text
    browser.post("/account/locale", {"locale": "en", "next": "/search"})
    assert '<html lang="en"' in browser.get("/search").text


def test_the_sign_in_page_keeps_the_look_that_was_left(person):
    browser = person("attendant", theme="dark")
    browser.get("/account/")
    assert browser.post("/logout/").status_code == 302
    assert 'data-theme="dark"' in browser.get("/login/").text


def test_what_happened_is_told_by_its_kind(person):
    browser = person("attendant")
    browser.get("/account/")
    saved = browser.post("/account/profile", {
        "first_name": "Ana", "last_name": "Lima", "contact_email": "eu@example.com", "locale": "pt_BR",
        "theme": "light"})
    assert saved.status_code == 302
    page = browser.get("/account/").text
    toasts = page[page.index('id="toasts"'):]
    assert 'role="status"' in page
    assert "data-toast" in toasts[:toasts.index("</div>")]


def test_below_the_menu_stand_company_and_units(sign_in, make_user, world):
    one = make_user(None, "Attendant", companies=[world.company], units=[world.unit])
    assert '<div class="b-tenant"><b>Azul</b>Centro</div>' in sign_in(one).get("/attendances/").text
    two = make_user(None, "Attendant", companies=[world.company, world.other_company])
    assert '<div class="b-tenant"><b>Azul</b>e mais uma empresa</div>' in sign_in(two).get("/attendances/").text


def test_static_files_with_a_mark_of_their_content_may_be_kept(client, world):
    browser = client()
    page = browser.get("/login/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert addresses
    for address in addresses:
        assert "?v=" in address
        response = browser.get(address)
        assert response.status_code == 200, address
        assert "immutable" in response.headers["Cache-Control"]
    assert "immutable" not in browser.get("/static/balcao/shell.js").headers["Cache-Control"]


def test_a_page_is_not_kept_by_the_browser_and_says_what_may_run(person):
    response = person("attendant").get("/account/")
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert "style-src-attr 'none'" in policy
    assert "unsafe" not in policy
