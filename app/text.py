"""Text as the search compares it: no accents, no case, single spaces."""
import re
import unicodedata

_SPACES = re.compile(r"\s+")
_JOINING = re.compile(r"['’`´.]")
_PARTING = re.compile(r"[^\w\s]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ACCENTS = re.compile(r"[\u0300-\u034e\u0350-\u036f]")
_MARKS = {ord("ß"): "ss", ord("ø"): "o", ord("Ø"): "o", ord("æ"): "ae", ord("Æ"): "ae", ord("đ"): "d", ord("ł"): "l"}


def normalise(text: str | None) -> str:
    """`"  José D'Ávila "` -> `"jose d'avila"`. The same function writes the search columns and reads what was typed."""
    flat = text or ""
    if not flat.isascii():
        flat = _ACCENTS.sub("", unicodedata.normalize("NFKD", flat.translate(_MARKS)))
        if not flat.isascii():  # no Latin
            flat = "".join(c for c in flat if not unicodedata.combining(c))
    return _SPACES.sub(" ", flat).strip().casefold()


def searchable(text: str | None) -> str:
    """`"D'Ávila & Filhos S.A."` -> `"davila filhos sa"`: normalised, and what stands between letters is no obstacle.

    Apostrophes and dots vanish, other punctuation parts words: "davila", "d'avila" and "s.a." find the name.
    """
    return _SPACES.sub(" ", _PARTING.sub(" ", _JOINING.sub("", normalise(text)))).strip()


def lines(text: str | None) -> str | None:
    """What was typed in a box of several lines as it is kept: its line breaks, nothing unseen or blank around it."""
    return _UNSEEN.sub("", (text or "").replace("\r\n", "\n")).strip() or None


def digits(text: str | None) -> str:
    """Only the digits 0-9 of what was typed."""
    return "".join(c for c in text or "" if "0" <= c <= "9")
