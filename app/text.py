"""Text as the search compares it: no accents, no case, single spaces."""
import re
import unicodedata

_SPACES = re.compile(r"\s+")
_MARKS = {ord("ß"): "ss", ord("ø"): "o", ord("Ø"): "o", ord("æ"): "ae", ord("Æ"): "ae", ord("đ"): "d", ord("ł"): "l"}


def normalise(text: str | None) -> str:
    """`"  José D'Ávila "` -> `"jose d'avila"`. The same function writes the search columns and reads what was typed."""
    flat = unicodedata.normalize("NFKD", (text or "").translate(_MARKS))
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    return _SPACES.sub(" ", flat).strip().casefold()


def digits(text: str | None) -> str:
    """Only the digits 0-9 of what was typed."""
    return "".join(c for c in text or "" if "0" <= c <= "9")
