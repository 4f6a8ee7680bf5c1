"""The palette: every colour is readable, drawn by a class, and the style sheet has it as it is kept."""
import re
from pathlib import Path

import pytest

from app.colours import PALETTE, check, colour_of, contrast
from app.errors import Invalid
from app.models.alert import AlertPriority
from app.models.label import Label

STATIC = Path(__file__).resolve().parents[2] / "app" / "static" / "balcao"
TEXTS = {"white": "#ffffff", "black": "#000000"}


@pytest.mark.req("S-25", "B-29")
@pytest.mark.parametrize("colour", PALETTE.values(), ids=lambda colour: colour.code)
def test_the_text_on_a_colour_can_be_read_and_the_style_sheet_has_it(colour):
    assert contrast(colour.hex, TEXTS[colour.text]) >= 4.5
    tokens = (STATIC / "tokens.css").read_text()
    assert re.findall(rf"--pal-{colour.code}: (#\w+);", tokens) == [colour.hex], "once: the same in both themes"
    assert f".b-colour-{colour.code} {{" in (STATIC / "colours.css").read_text()
    assert colour.css == f"b-colour b-colour-{colour.code} b-on-{colour.text}"


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("model", [AlertPriority, Label])
def test_the_colours_that_tables_begin_with_are_of_the_palette(model):
    assert model.__table__.c.colour.default.arg in PALETTE


@pytest.mark.req("S-68")
@pytest.mark.parametrize("typed", [None, "", "red", "#b3261", "#ff0000", "url(x)", "#B3261E;"])
def test_what_is_not_of_the_palette_is_refused_at_its_field(app, typed):
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        check(typed)
    assert refused.value.field == "colour"


def test_a_colour_is_kept_in_small_letters():
    assert check(" #B3261E ") == "#b3261e"


@pytest.mark.parametrize(("stored", "code"), [
    ("#b3261e", "red"), ("#c00000", "red"), ("#0000ff", "blue"), ("#fff000", "amber"), (None, "grey"), ("x", "grey")])
def test_a_stored_colour_that_left_the_palette_is_drawn_as_its_nearest(stored, code):
    assert colour_of(stored).code == code
