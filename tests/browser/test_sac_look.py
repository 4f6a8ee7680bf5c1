"""Screens of the desk to assistive technology, on a phone and enlarged: light and dark, and with refusals shown."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW

ZOOMED = {"viewport": {"width": 720, "height": 450}, "factor": 2}  # 1440 × 900 at 200%


def _pages(ids):
    return ["/attendances/?entity=a", f"/attendances/entity/{ids['entity']}", "/attendances/2026000101",
            "/attendances/2026000102"]


def _refuse(page, entity):
    page.goto(f"/attendances/new?entity={entity}")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()


def _fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"


@pytest.mark.req("B-29")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_desk_has_no_barrier_and_fits_a_phone(open_page, server, dark):
    page = open_page("attendant", "/account/", size=NARROW, dark=dark)
    for path in _pages(server.ids):
        page.goto(path)
        _fits(page)
        assert_accessible(page)
    _refuse(page, server.ids["refused"])
    _fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Escolher contato").click()
    expect(page.get_by_role("dialog", name="Relacionado com")).to_contain_text("Nenhum contato")
    assert_accessible(page)


_CONTRAST = """selector => {
  const parse = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  return [...document.querySelectorAll(selector)].filter(box => box.offsetParent).map(box => {
    const colours = [getComputedStyle(box).color];
    for (let behind = box; behind; behind = behind.parentElement) {  // what is transparent shows what lies behind it
      colours[1] = getComputedStyle(behind).backgroundColor;
      if (!/, 0\\)$/.test(colours[1])) break;
    }
    const [a, b] = colours.map(parse).map(light);
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  });
}"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_locked_fields_and_what_is_typed_into_a_picker_can_be_read(open_page, dark):
    """axe looks at neither."""
    page = open_page("attendant", "/attendances/2026000102", dark=dark)
    found = page.evaluate(_CONTRAST, "fieldset[disabled] .form-control")
    assert len(found) > 10
    assert min(found) >= 4.5
    page.goto("/attendances/2026000101")
    page.get_by_role("combobox", name="Motivo").press("Enter")
    assert min(page.evaluate(_CONTRAST, ".select2-search__field")) >= 4.5


_HIDDEN = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect(), foot = document.querySelector(".b-actions");
  if (here === document.body || here.closest(".b-actions, .b-top, .b-side")) return null;
  const bottom = foot ? foot.getBoundingClientRect().top : innerHeight;
  return box.bottom > 52 && box.top < bottom - 8 ? null : here.outerHTML.slice(0, 120);
}"""


@pytest.mark.req("B-29")
def test_at_200_percent_the_record_is_worked_by_tab_and_no_focus_hides_under_the_bars(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['refused']}", size=ZOOMED["viewport"],
                     device_scale_factor=ZOOMED["factor"])
    _fits(page)
    page.locator("#content").focus()
    for _step in range(90):
        page.keyboard.press("Tab")
        assert page.evaluate(_HIDDEN) is None
        if page.evaluate("document.activeElement.id") == "confirm-attendance":
            break
    expect(page.get_by_role("button", name="Confirmar")).to_be_focused()
    pk = server.ids["whole"]
    for path in (*_pages(server.ids), "/entities/list/", f"/entities/simple/{pk}", f"/entities/edit/{pk}"):
        page.goto(path)
        _fits(page)
