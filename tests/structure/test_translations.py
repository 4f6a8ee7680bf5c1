"""Every text of the code has its Portuguese and its English."""
import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "_n": (1, 2), "lazy_gettext": None, "lazy_ngettext": (1, 2)}
_PLACE = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def written() -> dict:
    """msgid -> where it stands."""
    found = {}
    for method, options, suffix in (("python", {}, ".py"), ("jinja2", {"silent": "false"}, ".html"),
                                    ("jinja2", {"silent": "false"}, ".txt")):
        rows = extract_from_dir(str(ROOT / "app"), [(f"**{suffix}", method)], {f"**{suffix}": options}, KEYWORDS)
        for name, line, msgid, _comments, _context in rows:
            found.setdefault(msgid[0] if isinstance(msgid, tuple) else msgid, f"{name}:{line}")
    return found


def _catalogue(locale):
    with (ROOT / "translations" / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def test_the_reader_finds_texts(written):
    assert len(written) > 30


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_every_text_is_translated(written, locale):
    catalogue = _catalogue(locale)
    missing = [f"{where}: {msgid}" for msgid, where in sorted(written.items(), key=lambda x: x[1])
               if msgid and not (catalogue.get(msgid) and catalogue.get(msgid).string)]
    assert not missing, "\n" + "\n".join(missing)


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_a_translation_keeps_the_places_of_its_values(locale):
    wrong = [message.id for message in _catalogue(locale) if message.id and isinstance(message.id, str)
             and set(_PLACE.findall(message.id)) != set(_PLACE.findall(message.string))]
    assert wrong == []


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
def test_no_translation_is_a_guess(locale):
    assert [message.id for message in _catalogue(locale) if message.id and message.fuzzy] == []
