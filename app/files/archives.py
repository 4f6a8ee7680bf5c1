"""Archives and what is made of them (Office, OpenDocument): a bounded look inside, nothing is unpacked to the disk."""
import re
import stat
import struct
import zipfile
import zlib

from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from .names import extension_of
from .scanner import EICAR

MAX_ENTRIES = 5_000
MAX_DIRECTORY = 4 * 1024 * 1024  # bytes of the list of contents
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO, RATIO_FROM = 200, 10 * 1024 * 1024  # small texts shrink a lot and harm nobody
ARCHIVES = frozenset((
    "zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "tar", "jar", "war", "iso", "cab", "zst", "lz", "lzma", "ace",
    "arj"))
PROGRAMS = frozenset((
    "exe", "dll", "scr", "com", "bat", "cmd", "msi", "js", "jse", "vbs", "vbe", "wsf", "ps1", "hta", "lnk", "pif",
    "cpl", "reg", "apk", "sh", "svg"))
MACRO_FILES = frozenset((
    "docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm", "ppam"))
OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
OPEN_DOCUMENT = {"odt": b"application/vnd.oasis.opendocument.text",
                 "ods": b"application/vnd.oasis.opendocument.spreadsheet"}
NOT_READABLE = _l("The file is damaged: its list of contents cannot be read.")
MACROS = _l("The document has macros, which are programs: send it without them (as .docx, .xlsx or .pdf).")
BOMB = _l("The file holds far more than its size says once it is unpacked: it is not accepted.")
NESTED = _l("There is an archive inside the archive: send what is in it by itself.")
PROGRAM = _l("There is a program inside the archive (%(name)s): it is not accepted.")
END, END_SIZE = b"PK\x05\x06", 22
LONG_END, LONG_END_SIZE = b"PK\x06\x07", 20  # of ZIP64: counts that the short one does not show
_DRIVE = re.compile(r"[A-Za-z]:")
_HEADS = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")


def check_zip(file, size: int) -> None:
    """A plain archive. Raises Invalid."""
    with _opened(file, size) as archive:
        _check_entries(archive, size)
        for entry in archive.infolist():
            _check_plain_entry(archive, entry)


def check_office(file, size: int, extension: str) -> None:
    """A document of Office or OpenDocument of exactly this kind, without macros. Raises Invalid."""
    with _opened(file, size) as archive:
        _check_entries(archive, size)
        names = {entry.filename for entry in archive.infolist()}
        wanted = OFFICE.get(extension)
        right = "[Content_Types].xml" in names and wanted in names if wanted else _is_open_document(archive, extension)
        if not right:
            raise wrong_content(extension)
        lowered = {name.lower() for name in names}
        if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith(("xl/macrosheets/", "basic/",
                                                                                    "scripts/")) for name in lowered):
            raise Invalid(MACROS, field="file")


def wrong_content(extension: str, looks_like: str = "") -> Invalid:
    """The content is not what the name says."""
    if looks_like and looks_like != extension:
        return Invalid(_l("The content is not that of a .%(extension)s file: it looks like .%(other)s."), field="file",
                       extension=extension, other=looks_like)
    return Invalid(_l("The content is not that of a .%(extension)s file."), field="file", extension=extension)


def _opened(file, size) -> zipfile.ZipFile:
    """Open it after a look at how much there is to read: the list of contents could itself be the bomb."""
    tail = min(size, 65_535 + END_SIZE)
    file.seek(size - tail)
    end = file.read(tail)
    at = end.rfind(END)
    if at < 0 or len(end) - at < END_SIZE:
        raise Invalid(NOT_READABLE, field="file")
    entries, directory = struct.unpack("<HI", end[at + 10:at + 16])
    file.seek(max(0, size - tail + at - LONG_END_SIZE))
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY or file.read(4) == LONG_END:
        raise Invalid(_l("The archive holds too many files: at most %(n)s."), field="file", n=MAX_ENTRIES)
    try:
        file.seek(0)
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error) as error:
        raise Invalid(NOT_READABLE, field="file") from error


def _check_entries(archive, size) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise Invalid(_l("The archive holds too many files: at most %(n)s."), field="file", n=MAX_ENTRIES)
    if packed > size or unpacked > MAX_UNPACKED or unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise Invalid(BOMB, field="file")  # entries that lie over each other are more than the file itself
    for entry in entries:
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Invalid(_l("The archive is packed in an uncommon way: make it again as an ordinary ZIP."),
                          field="file")
        if entry.flag_bits & 1:
            raise Invalid(_l("The archive is protected by a password and cannot be checked: send it without one."),
                          field="file")
        path = entry.filename.replace("\\", "/")
        link = stat.S_ISLNK(entry.external_attr >> 16)
        if link or path.startswith("/") or ".." in path.split("/") or _DRIVE.match(path):
            raise Invalid(_l("The archive has a name that leads out of its folder (%(name)s): it is not accepted."),
                          field="file", name=path[:80])


def _check_plain_entry(archive, entry) -> None:
    extension = extension_of(entry.filename)
    if extension in ARCHIVES:
        raise Invalid(NESTED, field="file")
    if extension in MACRO_FILES:
        raise Invalid(MACROS, field="file")
    head = _head(archive, entry)
    if extension in PROGRAMS or head.startswith((b"MZ", b"\x7fELF")):
        raise Invalid(PROGRAM, field="file", name=entry.filename[-80:])
    if head.startswith(_HEADS) and extension not in OFFICE and extension not in OPEN_DOCUMENT:
        raise Invalid(NESTED, field="file")
    if EICAR in head:
        raise Invalid(_l("A virus was found in this file: it is not accepted."), field="file")


def _head(archive, entry) -> bytes:
    """The first bytes of an entry, unpacked."""
    if entry.is_dir():
        return b""
    try:
        with archive.open(entry) as file:
            return file.read(128)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as error:
        raise Invalid(NOT_READABLE, field="file") from error


def _is_open_document(archive, extension) -> bool:
    first = archive.infolist()[0] if archive.infolist() else None
    return first is not None and first.filename == "mimetype" and _head(archive, first) == OPEN_DOCUMENT[extension]
