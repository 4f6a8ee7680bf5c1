"""What a file is, told by its content; its name must agree. Only what stands here is taken in."""
import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

import puremagic
from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from . import archives
from .archives import wrong_content
from .images import is_gif, is_jpeg, is_png, is_webp
from .names import extension_of

CHUNK = 64 * 1024
HEAD = 4096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB = re.compile(rb"\s*(?:<!--.*?-->\s*|<\?xml.*?\?>\s*)*<(?:!doctype\s+(?:html|svg)|html|head|body|svg|script|iframe|"
                  rb"object|embed|xsl:)|\s*<\?(?!xml)", re.I | re.S)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MAIL_HEADER = re.compile(rb"(?:^|\n)(?:from|date|received|subject|mime-version|message-id|return-path):", re.I)
_WEB_NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/XSL/Transform")
WEB_PAGE = _l("Web pages and SVG drawings can hold programs: send it as PDF or as an image.")


@dataclass(frozen=True)
class Kind:
    """One kind of file: the type that a browser is told, how its content is known, whether it may be shown in place."""

    mime: str
    check: Callable  # (file, size, extension) -> False, or Invalid raised, for another content
    inline: bool = False


def check(file, size: int, filename: str) -> str:
    """The content type of a file of an accepted kind whose content is what its name says. Raises Invalid."""
    extension = extension_of(filename)
    kind = KINDS.get(extension)
    if kind is None:
        if extension in ("svg", "svgz", "html", "htm", "xhtml", "mht", "mhtml"):
            raise Invalid(WEB_PAGE, field="file")
        if extension in archives.MACRO_FILES:
            raise Invalid(archives.MACROS, field="file")
        if not extension:
            raise Invalid(_l("The name has no extension that says what the file is (.pdf, .jpg…)."), field="file")
        raise Invalid(_l("Files of type .%(extension)s are not accepted. Accepted: %(all)s."), field="file",
                      extension=extension, all=", ".join(sorted(KINDS)))
    file.seek(0)
    if not kind.check(file, size, extension):
        raise wrong_content(extension, _looks_like(file))
    return kind.mime


def _looks_like(file) -> str:
    """The extension that its first bytes have elsewhere, for the words of a refusal."""
    file.seek(0)
    try:
        return next((each.extension.lstrip(".") for each in puremagic.magic_string(file.read(HEAD))
                     if each.extension), "")
    except (puremagic.PureError, ValueError):
        return ""


def _head(file, count=HEAD) -> bytes:
    file.seek(0)
    return file.read(count)


def _pdf(file, size, _extension):
    file.seek(max(0, size - HEAD))
    return b"%%EOF" in file.read(HEAD) and _head(file, 5) == b"%PDF-"


def _brand(*brands):
    def check(file, _size, _extension):
        head = _head(file, 64)
        length = int.from_bytes(head[:4], "big")
        return head[4:8] == b"ftyp" and 8 < length <= 1024 and head[8:12].startswith(brands)
    return check


def _begins(*beginnings):
    return lambda file, _size, _extension: _head(file, 16).startswith(beginnings)


def _wav(file, _size, _extension):
    head = _head(file, 12)
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def _mp3(file, _size, _extension):
    head = _head(file, 4)
    frame = len(head) == 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] >> 4 not in (0, 15)
    return head.startswith(b"ID3") or frame


def _text(file, _size, _extension):
    """Words and no web page: UTF-8, UTF-16 with its mark, or one byte a letter without control characters."""
    head = _head(file)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "cp1252")("strict" if wide else "replace")
    try:
        first = ""
        while chunk := file.read(CHUNK):
            if not wide and _CONTROLS.search(chunk):
                return False
            words = decoder.decode(chunk)
            if "\0" in words:
                return False
            first = first or words[:HEAD]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    _refuse_web_page(first.encode(errors="replace"))
    return True


def _refuse_web_page(head: bytes) -> None:
    if _WEB.match(head.removeprefix(codecs.BOM_UTF8).removeprefix("ï»¿".encode()).removeprefix("\ufeff".encode())):
        raise Invalid(WEB_PAGE, field="file")


def _mail(file, size, extension):
    head = _head(file, CHUNK)
    letters = re.match(rb"(?:[!-9;-~]+:|From )", head) is not None
    return letters and len(_MAIL_HEADER.findall(head)) >= 2 and _text(file, size, extension)


def _xml(file, size, extension):
    """Well-formed up to its first element, which is none of a web page, and without entities that unfold."""
    if not _text(file, size, extension):
        return False
    roots: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def entity(*_):
        raise Invalid(_l("XML files that define entities are not accepted."), field="file")

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = lambda name, _attributes: roots.append(name)
    file.seek(0)
    try:
        for _ in range(16):
            chunk = file.read(CHUNK)
            parser.Parse(chunk, not chunk)
            if roots or not chunk:
                break
    except expat.ExpatError:
        if not roots:
            return False
    if roots and (roots[0].rpartition(" ")[0] in _WEB_NAMESPACES
                  or roots[0].rpartition(" ")[2].lower() in ("svg", "html", "stylesheet")):
        raise Invalid(WEB_PAGE, field="file")
    return bool(roots)


def _old_office(stream: str):
    """A document of the old Office: an OLE file with this stream. Names of streams stand in records of 128 bytes."""
    wanted = [name.encode("utf-16-le") + b"\0\0" for name in stream.split("|")]
    macros = [name.encode("utf-16-le") + b"\0\0" for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros")]

    def check(file, _size, _extension):
        if _head(file, 8) != OLE:
            return False
        found, file_at = False, 512
        file.seek(file_at)
        while chunk := file.read(CHUNK):
            for at in range(0, len(chunk), 128):
                record = chunk[at:at + 64]
                found = found or record.startswith(tuple(wanted))
                if record.startswith(tuple(macros)):
                    raise Invalid(archives.MACROS, field="file")
        return found
    return check


def _zip(file, size, _extension):
    if not _head(file, 4).startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    archives.check_zip(file, size)
    return True


def _office(file, size, extension):
    if _head(file, 4) != b"PK\x03\x04":
        return False
    archives.check_office(file, size, extension)
    return True


_OPENXML = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _pdf, inline=True),
    "png": Kind("image/png", is_png, inline=True),
    **dict.fromkeys(("jpg", "jpeg"), Kind("image/jpeg", is_jpeg, inline=True)),
    "gif": Kind("image/gif", is_gif, inline=True),
    "webp": Kind("image/webp", is_webp, inline=True),
    **dict.fromkeys(("tif", "tiff"), Kind("image/tiff", _begins(b"II*\0", b"MM\0*"))),  # what scanners make
    "heic": Kind("image/heic", _brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")),
    "txt": Kind("text/plain", _text),
    "csv": Kind("text/csv", _text),
    "xml": Kind("application/xml", _xml),
    "eml": Kind("message/rfc822", _mail),
    "docx": Kind(_OPENXML + "wordprocessingml.document", _office),
    "xlsx": Kind(_OPENXML + "spreadsheetml.sheet", _office),
    "pptx": Kind(_OPENXML + "presentationml.presentation", _office),
    "odt": Kind("application/vnd.oasis.opendocument.text", _office),
    "ods": Kind("application/vnd.oasis.opendocument.spreadsheet", _office),
    "doc": Kind("application/msword", _old_office("WordDocument")),
    "xls": Kind("application/vnd.ms-excel", _old_office("Workbook|Book")),
    "mp3": Kind("audio/mpeg", _mp3),
    "ogg": Kind("audio/ogg", _begins(b"OggS")),
    "wav": Kind("audio/wav", _wav),
    "mp4": Kind("video/mp4", _brand(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ",
                                    b"MSNV", b"dash", b"f4v ")),
    "3gp": Kind("video/3gpp", _brand(b"3gp", b"3g2")),
    "zip": Kind("application/zip", _zip),
}
INLINE = frozenset(kind.mime for kind in KINDS.values() if kind.inline)
