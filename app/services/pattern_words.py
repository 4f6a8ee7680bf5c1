"""What the engine of regular expressions (RE2) refuses, in words for who writes a form."""
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

# How the engine begins what it says; behind a colon it quotes the place.
_SAYS = {
    "missing )": _l("a “)” is missing"),
    "unexpected )": _l("there is a “)” too many"),
    "missing ]": _l("a “]” is missing"),
    "no argument for repetition operator": _l("before “*”, “+”, “?” or “{” there is nothing to repeat"),
    "bad repetition operator": _l("two repetitions follow each other"),
    "invalid repetition size": _l("it repeats more often than is allowed"),
    "invalid character class range": _l("a range of characters is the wrong way round"),
    "invalid character class": _l("there is no such class of characters"),
    "invalid escape sequence": _l("“\\” stands before what has no such meaning"),
    "trailing \\": _l("it ends with a “\\” that belongs to nothing"),
    "invalid perl operator": _l("“(?” is followed by what is not supported"),
    "invalid named capture group": _l("a named group is not written as it must be"),
    "pattern too large": _l("it is too large"),
}


def said(message: str) -> str:
    """The reason in the person's language, with the place that the engine quotes; what is not known as it is."""
    for begin, words in _SAYS.items():
        if message.startswith(begin):
            place = message.partition(": ")[2]
            return _("%(why)s, at “%(place)s”", why=words, place=place) if place else str(words)
    return message
