"""What a file is, by its content; and what names are left of those that people hand in."""

import io
import stat
import sys
import zipfile

import pytest

from app.errors import Invalid
from app.files import content, names, scanner
from tests.support import samples
from tests.support.samples import GOOD, archive, office, old_office

LINK = zipfile.ZipInfo("atalho.txt")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16
HIDDEN = samples.PDF.replace(b"%PDF", b"<html><script>alert(1)</script>%PDF")
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
STYLED = b'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"/>'

# name -> content, words of the refusal
BAD = {
    "laudo.png": (samples.PDF, "conteúdo"),
    "foto.pdf": (samples.png(), "parece .png"),
    "foto.jpg": (GOOD["foto.gif"], "parece .gif"),
    "carta.docx": (archive({"a.txt": "a"}), "conteúdo"),
    "conta.xlsx": (samples.DOCX, "conteúdo"),
    "carta.doc": (old_office("Workbook"), "conteúdo"),
    "carta.odt": (samples.open_document("spreadsheet"), "conteúdo"),
    "programa.txt": (b"MZ\x90\x00" + bytes(100), "conteúdo"),
    "programa.exe": (b"MZ", "não são aceitos"),
    "sem_extensao": (samples.PDF, "extensão"),
    "pagina.html": (b"<html>", "Páginas da web"),
    "desenho.svg": (samples.SVG, "Páginas da web"),
    "desenho.xml": (samples.SVG, "Páginas da web"),
    "desenho2.xml": (b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "Páginas da web"),
    "estilo.xml": (STYLED, "Páginas da web"),
    "pagina.txt": (b"\xef\xbb\xbf \n<!DOCTYPE html><script>", "Páginas da web"),
    "pagina.csv": ("<html>".encode("utf-16"), "Páginas da web"),
    "php.txt": (b"<?php system($_GET[0]);", "Páginas da web"),
    "bomba.xml": (LAUGHS, "entidades"),
    "quebrado.xml": (b"isto nao e xml", "conteúdo"),
    "foto.gif": (samples.GIF_AND_SCRIPT, "conteúdo"),
    "foto2.gif": (samples.GIF + b"<script>alert(1)</script>", "conteúdo"),
    "foto.png": (samples.png()[:-12], "conteúdo"),
    "foto2.png": (samples.png() + b"<?php echo shell_exec($_GET[0]) ?>", "conteúdo"),
    "laudo.pdf": (HIDDEN, "conteúdo"),
    "bilhete.txt": (b"oi\x00oi", "conteúdo"),
    "mensagem.eml": (b"Bom dia", "conteúdo"),
    "bomba.zip": (archive({"zeros.txt": bytes(12_000_000)}), "descompactado"),
    "bomba.xlsx": (office("xl/workbook.xml", **{"xl/sheet.xml": bytes(12_000_000)}), "descompactado"),
    "muitos.zip": (archive({f"{n}.txt": "" for n in range(5_001)}), "no máximo 5000"),
    "zip.zip": (archive({"dentro.zip": archive({"a.txt": "a"})}), "dentro do compactado"),
    "disfarce.zip": (archive({"dentro.txt": archive({"a.txt": "a"})}), "dentro do compactado"),
    "programa.zip": (archive({"x/instalar.exe": b"MZ"}), "instalar.exe"),
    "imagem.zip": (archive({"foto.png": b"MZ\x90"}), "programa"),
    "sobe.zip": (archive({"../../etc/passwd": "x"}), "fora da pasta"),
    "raiz.zip": (archive({"/etc/passwd": "x"}), "fora da pasta"),
    "disco.zip": (archive({"C:\\x.txt": "x"}), "fora da pasta"),
    "atalho.zip": (archive({LINK: "/etc/passwd"}), "fora da pasta"),
    "virus.zip": (archive({"a.txt": samples.EICAR}), "vírus"),
    "lzma.zip": (archive({"a.txt": "a"}, packed=zipfile.ZIP_LZMA), "comum"),
    "cortado.zip": (archive({"a.txt": "a" * 999})[:-30], "danificado"),
    "macro.zip": (archive({"a.docm": b"PK"}), "macros"),
    "macro.docm": (samples.DOCX, "macros"),
    "macro.docx": (office("word/document.xml", **{"word/vbaProject.bin": b"x"}), "macros"),
    "macro.xlsx": (office("xl/workbook.xml", **{"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
    "macro.doc": (old_office("WordDocument", "_VBA_PROJECT"), "macros"),
}


def check(data, name):
    return content.check(io.BytesIO(data), len(data), name)


@pytest.fixture(autouse=True)
def in_portuguese(app):
    with app.test_request_context(headers={"Accept-Language": "pt-BR"}):
        yield


@pytest.mark.req("B-31")
@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_an_accepted_kind_is_known_by_its_content(name):
    assert check(GOOD[name], name) == content.KINDS[names.extension_of(name)].mime


@pytest.mark.req("B-31")
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_what_its_name_says_or_may_not_be_is_refused_with_words(name):
    data, words = BAD[name]
    with pytest.raises(Invalid) as refusal:
        check(data, name)
    assert refusal.value.field == "file"
    assert words in str(refusal.value)


@pytest.mark.req("B-31")
@pytest.mark.parametrize("name", GOOD)
def test_no_good_file_is_taken_under_the_name_of_another_kind(name):
    own = names.extension_of(name)
    texts = {"txt", "csv"}
    for extension in content.KINDS:
        alike = {own, extension} <= {"jpg", "jpeg"} or {own, extension} <= texts or own == extension
        alike = alike or extension in texts and own in ("xml", "eml")
        alike = alike or extension == "zip" and own in ("docx", "xlsx", "pptx", "odt", "ods")
        if not alike:
            with pytest.raises(Invalid):
                check(GOOD[name], f"x.{extension}")


def overlapping():
    """Two entries in the list of contents that are the same bytes, so that a small file unpacks to more."""
    data = bytearray(archive({"a.txt": "a" * 4000 + "b", "b.txt": "c"}, packed=zipfile.ZIP_STORED))
    at = data.rindex(b"PK\x01\x02")
    data[at + 20 : at + 28] = (4001).to_bytes(4, "little") * 2
    return bytes(data)


@pytest.mark.req("B-31")
def test_entries_that_lie_over_each_other_and_long_lists_are_refused():
    with pytest.raises(Invalid, match="descompactado"):
        check(overlapping(), "a.zip")
    secret = bytearray(archive({"a.txt": "segredo"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        secret[secret.index(mark) + offset] |= 1
    with pytest.raises(Invalid, match="senha"):
        check(bytes(secret), "a.zip")
    long = archive({"a.txt": "a"})
    end = long.index(b"PK\x05\x06")
    with pytest.raises(Invalid, match="no máximo"):
        check(long[:end] + b"PK\x06\x07" + bytes(16) + long[end:], "a.zip")


@pytest.mark.req("B-31")
def test_the_test_virus_is_found_wherever_it_stands_and_a_scanner_is_asked(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * (scanner.CHUNK - 30) + samples.EICAR)
    with path.open("rb") as file, pytest.raises(Invalid, match="vírus"):
        scanner.scan(file, path, None)
    path.write_bytes(b"limpo")
    answers = {"clean": 0, "infected": 1, "broken": 2}
    for name, status in answers.items():
        run = scanner.command([sys.executable, "-c", f"import sys; open(sys.argv[1]); sys.exit({status})"])
        with path.open("rb") as file:
            if name == "clean":
                scanner.scan(file, path, run)
                continue
            with pytest.raises(Invalid if name == "infected" else scanner.NotScanned):
                scanner.scan(file, path, run)
    assert scanner.command([]) is None


NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "C:\\Users\\Ana\\laudo.pdf": "laudo.pdf",
    "Currículo – José.pdf": "Currículo – José.pdf",
    "laudo\0.pdf": "laudo.pdf",
    "laudo.pdf\0.exe": "laudo.pdf.exe",
    "foto\u202egpj.exe": "fotogpj.exe",
    "a\u200b\ufeffb.txt": "ab.txt",
    "a\r\nSet-Cookie: x=1.txt": "a Set-Cookie_ x=1.txt",
    "CON.txt": "_CON.txt",
    "nul": "_nul",
    "lpt1.tar.zip": "_lpt1.tar.zip",
    "com¹.txt": "_com¹.txt",
    'a"b<c>d|e?f*.txt': "a_b_c_d_e_f_.txt",
    "": "arquivo",
    None: "arquivo",
    "..": "arquivo",
    "...pdf": "pdf",
    ".htaccess": "htaccess",
    "  laudo .pdf ": "laudo.pdf",
    "laudo.pdf. .": "laudo.pdf",
    "e\u0301.txt": "é.txt",
    "/": "arquivo",
    "😀.png": "😀.png",
}


@pytest.mark.req("B-31")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_cleaned_and_its_accents_stay(name):
    assert names.clean(name) == NAMES[name]


@pytest.mark.req("B-31")
def test_a_long_name_is_cut_before_its_extension():
    assert names.clean("ç" * 300 + ".pdf") == "ç" * 116 + ".pdf"
    cut = names.clean("😀" * 300 + ".pdf")
    assert cut.endswith("😀.pdf")
    assert len(cut.encode()) <= names.LONGEST_BYTES
