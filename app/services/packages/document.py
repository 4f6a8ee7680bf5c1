"""The file of a package: JSON that a person can read and a version control can compare, with a hash of what it says."""
import hashlib
import json
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from ...errors import Invalid

FORMAT, VERSION = "balcao-configuration", 1
SIZE_LIMIT = 20 * 1024 * 1024  # bytes
BROKEN = _l("This file is not a package of configuration, or a part of it is missing.")


@dataclass(frozen=True)
class Document:
    """A package as it was read. `content` is {part: [entries]}."""

    name: str
    content: dict[str, list[dict]]
    digest: str


def digest(content: dict[str, list[dict]]) -> str:
    """SHA-256 of what a package says: the same configuration has the same, wherever it was exported."""
    said = {name: entries for name, entries in content.items() if entries}
    told = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def dump(content: dict[str, list[dict]], *, name: str = "") -> bytes:
    """The file."""
    whole = {"format": FORMAT, "version": VERSION, "name": name, "hash": digest(content),
             "parts": {part: entries for part, entries in content.items() if entries}}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def load(data: bytes) -> Document:
    """The package that a file holds. Raises Invalid at "file": too large, no package, newer, cut or changed.

    Who edits a package by hand takes its line "hash" out.
    """
    if len(data) > SIZE_LIMIT:
        raise Invalid(_l("The file is larger than %(most)s MB."), field="file", most=SIZE_LIMIT // 1024 // 1024)
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid(BROKEN, field="file") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or not isinstance(whole.get("version"), int):
        raise Invalid(BROKEN, field="file")
    if whole["version"] > VERSION:
        raise Invalid(_l("This package comes from a newer version of the product: update this installation first."),
                      field="file")
    content, name = whole.get("parts"), whole.get("name")
    if not isinstance(content, dict) or not all(
            isinstance(entries, list) and all(isinstance(each, dict) for each in entries)
            for entries in content.values()):
        raise Invalid(BROKEN, field="file")
    if "hash" in whole and whole["hash"] != digest(content):
        raise Invalid(_l("The package is not as it was exported: its hash is another. Who has changed it by hand takes "
                         "the line “hash” out."), field="file")
    return Document(name[:200] if isinstance(name, str) else "", content, digest(content))
