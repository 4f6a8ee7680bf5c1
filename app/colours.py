"""The colours that people give to what they name (priorities of alerts, labels): a fixed palette, kept as #rrggbb.

A page's policy forbids style attributes, so a colour is drawn by a class of its own; and a palette can promise what a
free choice cannot: that its text is read by everybody, light or dark.
"""
import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from .errors import Invalid

_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Colour:
    """One of the palette. `code` is the end of its CSS class, `text` black or white: whichever is read better on it."""

    hex: str
    code: str
    name: str

    @property
    def text(self) -> str:
        return "black" if contrast(self.hex, "#000000") > contrast(self.hex, "#ffffff") else "white"

    @property
    def css(self) -> str:
        """The classes of an element in this colour; see static/balcao/colours.css."""
        return f"b-colour b-colour-{self.code} b-on-{self.text}"


PALETTE = {colour.hex: colour for colour in (
    Colour("#b3261e", "red", _l("Red")), Colour("#c2410c", "orange", _l("Orange")),
    Colour("#f2b01e", "amber", _l("Amber")), Colour("#1f7a3d", "green", _l("Green")),
    Colour("#0b7285", "teal", _l("Teal")), Colour("#3b6ea5", "blue", _l("Blue")),
    Colour("#6b3fa0", "purple", _l("Purple")), Colour("#b02a6b", "pink", _l("Pink")),
    Colour("#5c6970", "grey", _l("Grey")))}


def check(text, field: str = "colour") -> str:
    """The colour as it is kept. Raises Invalid at `field` for one that is not of the palette."""
    found = PALETTE.get(str(text or "").strip().lower())
    if found is None:
        raise Invalid(_l("Choose a colour of the palette: %(colours)s.", colours=", ".join(PALETTE)), field=field)
    return found.hex


def colour_of(text) -> Colour:
    """The colour of the palette for a stored one: the nearest, where the palette has changed since."""
    text = str(text or "").lower()
    if text in PALETTE:
        return PALETTE[text]
    if not _HEX.fullmatch(text):
        return PALETTE["#5c6970"]
    wanted = _channels(text)
    return min(PALETTE.values(), key=lambda colour: sum((a - b) ** 2 for a, b in zip(_channels(colour.hex), wanted,
                                                                                    strict=True)))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 counts it: from 1 to 21, and 4.5 is what a text needs."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _channels(text: str) -> tuple[int, ...]:
    return tuple(int(text[at:at + 2], 16) for at in (1, 3, 5))


def _luminance(text: str) -> float:
    linear = ((c / 255) / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _channels(text))
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
