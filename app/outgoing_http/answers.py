"""What another system answered, JSON or XML: unpacked, its encoding, and values found by their paths
(`enderecos[0].logradouro`)."""
import codecs
import json
import re
import zlib
from email.message import Message
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MISSING = object()  # there is nothing at this path
LONGEST_PATH, DEEPEST = 200, 20
MOST_CODINGS, MOST_PIECES = 2, 100  # of one answer, over one another and one after another
DEEPEST_XML = 100  # elements inside one another
TEXT, ATTRIBUTE = "#text", "@"  # of an element that has more than its text
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_STEP = re.compile(r"""\.?(?:(?P<name>[^.\[\]"]+)|\["(?P<quoted>[^"]+)"\]|\[(?P<place>\d{1,6})\])""")
_GZIP_OR_ZLIB, _RAW = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


class NotReadable(Exception):
    """The answer cannot be used. `code`: empty, page (HTML), compressed, long (unpacked), json, xml, dtd."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class FromXml(dict):
    """An answer that was XML, as JSON would have it. Whether an element is there once or several times, and has
    attributes or none, differs from one answer to the next; `find` knows the value all the same."""


def unpacked(body: bytes, headers: Message, most: int) -> bytes:
    """A body without its gzip or deflate, of which never more than `most` bytes are made. Raises NotReadable."""
    codings = [each.strip().lower() for each in headers.get("Content-Encoding", "").split(",")]
    codings = [each for each in codings if each not in ("", "identity")] if body else []
    for coding in reversed(codings):
        if len(codings) > MOST_CODINGS or coding not in ("gzip", "x-gzip", "deflate"):
            raise NotReadable("compressed")
        try:
            body = _inflated(body, _GZIP_OR_ZLIB, most)
        except zlib.error:
            if coding != "deflate":
                raise NotReadable("compressed") from None
            try:
                body = _inflated(body, _RAW, most)  # what some servers mean by it
            except zlib.error:
                raise NotReadable("compressed") from None
    return body


def _inflated(body: bytes, kind: int, most: int) -> bytes:
    made = b""
    for _number in range(MOST_PIECES):  # one gzip may follow another
        piece = zlib.decompressobj(kind)
        made += piece.decompress(body, most + 1 - len(made))
        if len(made) > most:
            raise NotReadable("long")
        if not piece.eof:
            raise zlib.error("cut")
        body = piece.unused_data.lstrip(b"\0")
        if not body:
            return made
    raise zlib.error("too many pieces")


def read(body: bytes, headers: Message) -> Any:
    """The JSON of a body, or its XML as JSON would have it: in UTF-8, -16 or -32, else as it names, else in Latin-1.

    Raises NotReadable.
    """
    text = _decoded(body, headers.get_content_charset()).lstrip("\ufeff").strip()
    if not text:
        raise NotReadable("empty")
    if text.startswith("<"):
        if re.match(r"<(!doctype )?html", text, re.IGNORECASE):
            raise NotReadable("page")
        return _read_xml(body.strip(), text)
    try:
        return json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise NotReadable("json") from error


def _read_xml(body: bytes, text: str) -> FromXml:
    """By the encoding that the XML itself names; else as it was decoded."""
    named = re.match(rb"<\?xml[^>]{0,100}encoding", body)
    root = None
    for each in (body, text) if named else (text,):
        try:
            root = fromstring(each, forbid_dtd=True)
            break
        except DefusedXmlException as error:  # neither a DTD nor entities, which can blow up or read files
            raise NotReadable("dtd") from error
        except (ParseError, LookupError, ValueError):
            continue
    if root is None:
        raise NotReadable("xml")
    value = _value(root, 0)
    return FromXml({_local(root.tag): value} if value not in ("", None) else {})


def _value(element: Element, depth: int) -> Any:
    if depth > DEEPEST_XML:
        raise NotReadable("xml")
    text = (element.text or "").strip()
    if element.get(_NIL) in ("true", "1"):
        return None
    made: dict[str, Any] = {ATTRIBUTE + _local(name): value for name, value in element.attrib.items()}
    several = set()
    for child in element:
        name, value = _local(child.tag), _value(child, depth + 1)
        if name not in made:
            made[name] = value
        elif name in several:
            made[name].append(value)
        else:
            made[name] = [made[name], value]
            several.add(name)
    if not made:
        return text
    return {**made, TEXT: text} if text else made


def _local(name: str) -> str:
    return name.rpartition("}")[2]


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
    xml = isinstance(data, FromXml)
    for step in steps(path):
        if xml:
            data = _as_meant(data, step)
        there = isinstance(data, list) and step < len(data) if isinstance(step, int) else (
            isinstance(data, dict) and step in data)
        if not there:
            return MISSING
        data = data[step]
    return data[TEXT] if xml and isinstance(data, dict) and TEXT in data else data


def _as_meant(data, step):
    """An element that is there once is the first of its name, and the first is meant where none is named."""
    if isinstance(step, int):
        return data if isinstance(data, list) else [data]
    if isinstance(data, list) and data:
        return data[0]
    return {TEXT: data} if isinstance(data, str) else data


def below(path: str, step: str | int) -> str | None:
    """The path of a child; None where it cannot be written."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if re.fullmatch(r"[^.\[\]\"\s](?:[^.\[\]\"]*[^.\[\]\"\s])?", step):
        return f"{path}.{step}" if path else step
    return f'{path}["{step}"]' if step and '"' not in step else None
