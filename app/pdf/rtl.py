"""Hebrew and Arabic: letters joined and put in the order in which they are seen, a line at a time."""
import unicodedata

_RIGHT = {"R", "AL", "AN"}


def _forms() -> dict[str, dict[str, str]]:
    """{letter: {initial, medial, final: how it looks there}} of the Arabic presentation forms."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEF5)):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0] in ("<initial>", "<medial>", "<final>"):
            found.setdefault(chr(int(parts[1], 16)), {})[parts[0].strip("<>")] = chr(code)
    return found


FORMS = _forms()


def has_rtl(text: str) -> bool:
    """Whether some of it is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in _RIGHT for c in text)


def joined(text: str) -> str:
    """Arabic letters in the form that their neighbours ask for; everything else as it is."""
    letters = [c for c in text if not unicodedata.combining(c)]
    made, place = [], 0
    for character in text:
        if unicodedata.combining(character):
            made.append(character)
            continue
        before = letters[place - 1] if place else ""
        after = letters[place + 1] if place + 1 < len(letters) else ""
        place += 1
        forms = FORMS.get(character, {})
        back = "final" in forms and "initial" in FORMS.get(before, {})
        onward = "initial" in forms and "final" in FORMS.get(after, {})
        name = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get((back, onward))
        made.append(forms.get(name, character))
    return "".join(made)


def as_seen(line: str) -> str:
    """A line in the order in which its glyphs stand on the paper."""
    from fpdf.bidi import BidiParagraph

    return BidiParagraph(text=line).get_reordered_string()


def starts_right(text: str) -> bool:
    """Whether a paragraph begins at the right: its first letter with a direction decides."""
    first = next((d for c in text if (d := unicodedata.bidirectional(c)) in ("L", "R", "AL")), "L")
    return first != "L"
