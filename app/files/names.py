"""Names of files that people hand in: what is left of them after all that could mislead a person or a system."""
import re
import unicodedata

LONGEST = 120  # characters; with the extension, which is never cut
LONGEST_BYTES = 240  # what common file systems take
NAMELESS = "arquivo"
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.I)  # devices of Windows
_SPACES = re.compile(r"\s+")


def clean(filename: str | None) -> str:
    """`"../../Currículo\\u202efdp.exe"` -> `"Currículofdp.exe"`: no folders, no invisible characters, accents kept."""
    text = unicodedata.normalize("NFC", filename or "").replace("\\", "/")
    text = _SPACES.sub(" ", text.rpartition("/")[2].replace("\0", ""))
    # Cc and Cf: controls, zero-width and what turns the direction of writing round; Cs, Co, Cn: no characters at all.
    text = "".join(c for c in text if not unicodedata.category(c).startswith("C"))
    text = _FORBIDDEN.sub("_", text).strip(" .")
    stem, dot, extension = text.rpartition(".")
    if not dot:
        stem, extension = text, ""
    stem, extension = stem.rstrip(" ."), extension.strip()[:20]
    if not stem:
        stem = NAMELESS
    if _RESERVED.fullmatch(stem.partition(".")[0].strip()):
        stem = "_" + stem
    ending = f".{extension}" if extension else ""
    stem = stem[:LONGEST - len(ending)]
    while len((stem + ending).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + ending


def extension_of(filename: str) -> str:
    """The last extension in small letters, without its dot; empty where there is none."""
    return filename.rpartition(".")[2].lower() if "." in filename else ""
