"""Masks of configurators' texts: 9 stands for a digit, A for a letter, * for either, the rest as it is."""
from itertools import cycle

from flask_babel import lazy_gettext as _l

from ..errors import Invalid

PLACES = "9A*"


def fit(mask: str, typed: str) -> str:
    """What was typed in the form of the mask, with or without the characters that only stand between: `123` in `9-99`
    is `1-23`. Raises Invalid.
    """
    made, left = [], list(typed.strip())
    for at in mask:
        if at not in PLACES:
            if left and left[0] == at:
                left.pop(0)
            made.append(at)
            continue
        if not left or not _may_stand(at, left[0]):
            raise _refusal(mask)
        made.append(left.pop(0))
    if left:
        raise _refusal(mask)
    return "".join(made)


def begun(mask: str, typed: str) -> str:
    """The beginning of a value, typed with or without the characters between; as it was typed where it is none."""
    made, left = [], list(typed.strip())
    for at in mask:
        if not left:
            break
        if at not in PLACES:
            if left[0] == at:
                left.pop(0)
            made.append(at)
        elif _may_stand(at, left[0]):
            made.append(left.pop(0))
        else:
            return typed
    return typed if left else "".join(made)


def example(mask: str) -> str:
    """A value that fits: `123-A` of `999-A`."""
    digits, letters = cycle("1234567890"), cycle("ABC")
    return "".join(next(digits) if at in "9*" else next(letters) if at == "A" else at for at in mask)


def _may_stand(place: str, c: str) -> bool:
    digit, letter = "0" <= c <= "9", c.isalpha()
    return digit if place == "9" else letter if place == "A" else digit or letter


def _refusal(mask) -> Invalid:
    return Invalid(_l("Fill it in like this: %(example)s"), example=example(mask))
