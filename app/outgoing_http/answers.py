"""What another system answered, as JSON: its encoding, and values found by their paths (`enderecos[0].logradouro`)."""
import codecs
import json
import re
from email.message import Message
from typing import Any

MISSING = object()  # there is nothing at this path
LONGEST_PATH, DEEPEST = 200, 20
_STEP = re.compile(r"""\.?(?:(?P<name>[^.\[\]"]+)|\["(?P<quoted>[^"]+)"\]|\[(?P<place>\d{1,6})\])""")


class NotReadable(Exception):
    """The answer cannot be used. `code`: empty, xml, page (HTML), compressed, json."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def read_json(body: bytes, headers: Message) -> Any:
    """The JSON of a body in UTF-8, -16 or -32, else in the encoding it names, else in Latin-1. Raises NotReadable."""
    if headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotReadable("compressed")
    text = _decoded(body, headers.get_content_charset()).lstrip("\ufeff").strip()
    if not text:
        raise NotReadable("empty")
    if text.startswith("<"):
        raise NotReadable("page" if re.match(r"<(!doctype )?html", text, re.IGNORECASE) else "xml")
    try:
        return json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise NotReadable("json") from error


def _decoded(body: bytes, charset: str | None) -> str:
    for name in (json.detect_encoding(body), charset or ""):  # servers name Latin-1 by habit; what reads as UTF-8 is
        try:
            return body.decode(codecs.lookup(name).name)
        except (LookupError, UnicodeError):  # no such encoding, none named, or not what it says
            continue
    return body.decode("cp1252", "replace")


def steps(path: str) -> list[str | int]:
    """The names and places of a path. Raises ValueError for what is none."""
    found, at = [], 0
    while at < len(path):
        step = _STEP.match(path, at)
        dotted = path.startswith(".", at)
        if step is None or (dotted if at == 0 else step["name"] and not dotted):
            raise ValueError(f"{path!r} is no path")
        found.append(int(step["place"]) if step["place"] else step["name"] or step["quoted"])
        at = step.end()
    if not found or len(path) > LONGEST_PATH or len(found) > DEEPEST or path.strip() != path:
        raise ValueError(f"{path!r} is no path")
    return found


def find(data: Any, path: str) -> Any:
    """The value at a path; MISSING where the answer has none."""
    for step in steps(path):
        there = isinstance(data, list) and step < len(data) if isinstance(step, int) else (
            isinstance(data, dict) and step in data)
        if not there:
            return MISSING
        data = data[step]
    return data


def below(path: str, step: str | int) -> str | None:
    """The path of a child; None where it cannot be written."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if re.fullmatch(r"[^.\[\]\"\s](?:[^.\[\]\"]*[^.\[\]\"\s])?", step):
        return f"{path}.{step}" if path else step
    return f'{path}["{step}"]' if step and '"' not in step else None
