"""Colours of the palette on a page: the field that chooses one, a chip in one, the classes of any element."""
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import RadioField
from wtforms.validators import InputRequired

from ..colours import PALETTE, colour_of

HELP = _l("Every colour of the palette can be read in the light and in the dark theme.")


def css(value) -> str:
    """The classes that draw an element in a stored colour: the filter `colour_class`."""
    return colour_of(value).css


def chip(text, value) -> Markup:
    """A chip with this text in a stored colour."""
    return Markup('<span class="b-chip {}">{}</span>').format(css(value), text)


def name_chip(value) -> Markup:
    """A chip with the name of the colour: what a list shows of a column that keeps one."""
    return chip(colour_of(value).name, value)


class _Swatches:
    """Radio buttons, each with its colour and its name: nothing is told by colour alone."""

    def __call__(self, field, **attributes):
        described = attributes.get("aria-describedby")
        tied = Markup(' aria-describedby="{}"').format(described) if described else ""
        wrong = Markup(' aria-invalid="true"') if field.errors else ""
        # A choice by radio buttons has no control that the label could point at.
        options = Markup("").join(
            Markup('<label class="b-opt b-swatch">{}<span class="b-chip {}">{}</span></label>').format(
                option(), css(option.data), option.label.text) for option in field)
        return Markup('<div class="b-swatches" id="{}" role="radiogroup" aria-label="{}" tabindex="-1"{}{}>{}</div>'
                      ).format(field.id, field.label.text, tied, wrong, options)


class ColourField(RadioField):
    """One of the palette."""

    widget = _Swatches()

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, validators or [InputRequired()],
                         choices=[(each.hex, each.name) for each in PALETTE.values()],
                         **{"default": next(iter(PALETTE)), **options})

    def process_data(self, value):
        super().process_data(colour_of(value).hex if value else None)


def init_app(app) -> None:
    app.jinja_env.filters["colour_class"] = css
