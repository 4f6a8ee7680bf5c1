"""Add or change a translation: `python tools/tr.py "English msgid" "Texto em português"`; or pairs parted by a tab on
stdin. Of one and of several: `python tools/tr.py "%(num)s day" "%(num)s days" "%(num)s dia" "%(num)s dias"`.

Both catalogues are written and compiled under a lock, so that several hands can add at once.
"""
import fcntl
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WHICH = re.compile(r" \((count|package|title)\)$")  # tells two meanings of a word apart, and is not shown
ROOT = Path(__file__).resolve().parent.parent / "translations"


def load(locale):
    path = ROOT / locale / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return path, Catalog(locale=locale, project="Balcão", charset="utf-8")
    with path.open("rb") as file:
        return path, read_po(file, locale=locale)


def store(path, catalog):
    catalog.fuzzy = False
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, omit_header=False)
    compile_one(path, catalog)


def compile_one(path, catalog):
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)


def compile_all():
    """Every .po beside its .mo: what `make run` and the tests do first."""
    for path in ROOT.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            compile_one(path, read_po(file, locale=path.parts[-3]))


def add(pairs):
    with (ROOT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for locale in ("pt_BR", "en"):
            path, catalog = load(locale)
            for msgid, text in pairs:
                several = isinstance(msgid, tuple)
                if locale == "en":
                    text = tuple(WHICH.sub("", each) for each in msgid) if several else WHICH.sub("", msgid)
                if several:
                    catalog.delete(msgid[0])  # that may have been said of any number
                catalog.add(msgid, text, flags=["python-format"] if "%(" in str(msgid) else [])
                catalog.get(msgid[0] if several else msgid).string = text  # Babel leaves the text of one that was there
            store(path, catalog)


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_all()
    elif len(sys.argv) == 3:
        add([tuple(sys.argv[1:])])
    elif len(sys.argv) == 5:
        add([(tuple(sys.argv[1:3]), tuple(sys.argv[3:]))])
    else:
        add([tuple(line.rstrip("\n").split("\t", 1)) for line in sys.stdin if "\t" in line])
