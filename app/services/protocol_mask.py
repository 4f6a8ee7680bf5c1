"""The mask of protocol numbers (B-13): `AAAA-NNNNNNNNNN` makes 2026-0000010182."""
import re

from flask_babel import lazy_gettext as _l

from ..errors import Invalid

DEFAULT = "AAAA-NNNNNNNNNN"
COMPANY = "EMP"
MAX_LENGTH = 40  # of the protocol (requirements 1b)
_TOKEN = re.compile(r"AAAA|EMP|N{4,}|[A-Z0-9-]")
RESERVED = "S-"  # of service requests, which have a counter of their own (requirements 1b)


def tokens(mask: str) -> list[str]:
    return _TOKEN.findall(mask)


def checked(mask) -> str:
    """The mask, if every number it makes is unique and fits its column. Raises Invalid."""
    mask = (mask or "").strip().upper()
    parts = tokens(mask)
    if "".join(parts) != mask or not mask:
        raise Invalid(_l("The mask takes only letters A to Z, digits and “-”."))
    if parts.count("AAAA") != 1:
        raise Invalid(_l("The mask needs the year, AAAA, once: the number starts again each year."))
    if mask.startswith(RESERVED):
        raise Invalid(_l("Masks that begin with “S-” are those of service requests."))
    if "-" in (mask[0], mask[-1]):
        raise Invalid(_l("The mask neither begins nor ends with “-”."))
    runs = [p for p in parts if p.startswith("NNNN")]
    if len(runs) != 1:
        raise Invalid(_l("The mask needs one run of at least four N, the running number."))
    if len(mask) - mask.count("EMP") * 3 + mask.count("EMP") * 8 > MAX_LENGTH:
        raise Invalid(_l("The protocol would be longer than 40 characters."))
    return mask


def apply(mask: str, *, year: int, number: int, company_code: str | None = None) -> str:
    """The protocol of one number; a number wider than its run keeps all its digits."""
    made = []
    for part in tokens(mask):
        if part == "AAAA":
            made.append(f"{year:04d}")
        elif part == COMPANY:
            made.append((company_code or "").upper())
        elif part.startswith("NNNN"):
            made.append(str(number).zfill(len(part)))
        else:
            made.append(part)
    return "".join(made)
