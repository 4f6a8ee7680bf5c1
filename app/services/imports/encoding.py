"""Text of files whose encoding nobody tells: UTF-8 with or without a mark, Windows-1252, Latin-1, or several at once.

Bytes are read as UTF-8, and those that are no UTF-8 as Windows-1252, which holds all that Latin-1 can write in a
text. In Portuguese the two cannot be confused: an accented letter of Windows-1252 is followed by a plain one, and
that is never valid UTF-8. So a file in one encoding, in another, or put together out of both gives the same text.

What a file no longer holds cannot be read: where somebody saved it with U+FFFD or "?" in place of a letter, `loose`
gives the same for the damaged word and the whole one, and rows and names are recognised by that.
"""
import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

LOST = "\ufffd"
LINE_LIMIT = 64 * 1024  # bytes; a longer line is no row of anything, and must not fill the memory
_UNSAFE = re.compile(r"[?\u0080-\U0010ffff]+")


def _as_windows_1252(error):
    """Decode error handler: the bytes that are no UTF-8, as Windows-1252; the five it does not use are lost letters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start:error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("balcao.windows-1252", _as_windows_1252)


def decode(line: bytes) -> str:
    """The text of some bytes, whatever they are. Never fails."""
    return line.decode("utf-8", errors="balcao.windows-1252")


def lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a file opened in binary, with their ends, one at a time; of an over-long one only its beginning."""
    first = True
    while line := file.readline(LINE_LIMIT):
        kept, rest = line, line
        while not rest.endswith(b"\n") and len(rest) == LINE_LIMIT:
            rest = file.readline(LINE_LIMIT)
        yield decode(kept.removeprefix(codecs.BOM_UTF8) if first else kept)
        first = False


def tidy(text: str) -> str:
    """One form for each letter, single spaces, none at the ends: `" Seguros  e\\tPrevidência "` as people read it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def loose(text: str) -> str:
    """What is left of a tidy text when letters are lost: `"Não"`, `"N\ufffd\ufffdo"` and `"N?o"` are all `"n?o"`."""
    return _UNSAFE.sub("?", text.casefold())
