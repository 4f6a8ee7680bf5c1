"""The access key of an electronic invoice ("chave de acesso"): 44 characters, read, checked and shown.

By the taxpayers' manual of the NF-e (MOC, 5.4): state, year and month, CNPJ of who issues, model, series, number, kind
of issue, a random code and one check digit, modulo 11 over the 43 before it with the weights 2 to 9 from the right; of
a remainder of 0 or 1 the digit is 0. Since July 2026 the first 12 characters of the CNPJ may be letters (Nota Técnica
Conjunta 2025.001); a character counts as its ASCII code less 48, which leaves the digits as they are.
"""
import re

from flask_babel import lazy_gettext as _l
from stdnum.util import clean as without

from .errors import Invalid

LENGTH = 44
_PATTERN = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}", re.ASCII)
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)


def clean(text: str | None) -> str:
    """What was typed, scanned or pasted without spaces and punctuation, letters upper case."""
    return without(text or "", " \t\r\n\u00a0-./").upper().removeprefix("NFE")


def check_digit(body: str) -> str:
    """The digit that closes the 43 characters before it."""
    total = sum((ord(c) - 48) * _WEIGHTS[i % len(_WEIGHTS)] for i, c in enumerate(reversed(body)))
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)


def checked(text: str | None, field: str = "access_key") -> str | None:
    """The clean key, None where nothing was typed. Raises Invalid at `field`, saying what is wrong with it."""
    key = clean(text)
    if not key:
        return None
    if len(key) != LENGTH:
        raise Invalid(_l("The access key has 44 digits; there are %(have)s."), field=field, have=len(key))
    if not _PATTERN.fullmatch(key):
        raise Invalid(_l("The access key has only digits; letters stand in the CNPJ alone."), field=field)
    if check_digit(key[:-1]) != key[-1]:
        raise Invalid(_l("The check digit of the access key is wrong: a digit was changed."), field=field)
    return key


def shown(key: str | None) -> str:
    """In groups of four, as it stands on the printed invoice."""
    return " ".join(key[i:i + 4] for i in range(0, len(key), 4)) if key else ""
