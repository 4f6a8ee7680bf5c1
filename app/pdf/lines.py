"""Any text a person may have typed, made into lines that fit a column: no control characters, no word too long."""
import re
import unicodedata
from collections.abc import Callable, Iterator

TAB = "    "
UNKNOWN = "\u25a1"  # for what no font of ours has: a box says that something stood here
PAGES = "\u204500\u2046"  # stands for the number of pages until it is known; cannot be typed into a document
_BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_PIECES = re.compile(r"\s+|\S+")
_DROPPED = {"Cc", "Cf", "Cs"}  # control, format (joiners, directions), halves of a pair
_PLAIN = {0x2045: "[", 0x2046: "]", 0xA0: " ", 0xAD: None, **dict.fromkeys(range(0xFE00, 0xFE10)),
          **dict.fromkeys(range(0x1F3FB, 0x1F400)), **dict.fromkeys(range(0xE0000, 0xE0080))}  # selectors, skin, tags


def cleaned(text: str, known: Callable[[int], bool]) -> str:
    """Text that can be drawn: line breaks of one kind, tabs as blanks; `known` says which characters have a glyph."""
    text = _BREAKS.sub("\n", text).expandtabs(len(TAB)).translate(_PLAIN)
    if text.isascii() and text.isprintable():
        return text
    made = []
    for character in unicodedata.normalize("NFC", text):
        if character == "\n" or known(ord(character)):
            made.append(character)
        elif unicodedata.category(character) not in _DROPPED:
            made.append(" " if character.isspace() else UNKNOWN)
    return "".join(c for c in made if c == "\n" or unicodedata.category(c) not in _DROPPED)


def wrapped(text: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    """The lines of a cleaned text in a column of `room`; `width` measures one character. A long word is cut."""
    for paragraph in text.split("\n"):
        line, used = [], 0.0
        for piece in _PIECES.findall(paragraph):
            needed = sum(map(width, piece))
            if used + needed <= room:
                line.append(piece)
                used += needed
            elif piece.isspace():  # the break stands in its place
                yield "".join(line)
                line, used = [], 0.0
            else:
                if line and needed <= room:
                    yield "".join(line).rstrip()
                    line, used = [], 0.0
                for character in piece:
                    if used + width(character) > room and line:
                        yield "".join(line)
                        line, used = [], 0.0
                    line.append(character)
                    used += width(character)
        yield "".join(line).rstrip()
