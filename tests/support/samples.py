"""Small files of every accepted kind, and of kinds that only pretend."""

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.4\n%\x81\x8d\x00\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01"
    b"\x00\x00\x02\x02D\x01\x00;"
)
GIF_AND_SCRIPT = b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(document.cookie)//;"
JPG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x2a\xff\xd9"
)
WEBP = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L" + struct.pack("<I", 10) + b"/" + bytes(9)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
EML = (
    b"Return-Path: <ana@example.com>\r\nFrom: Ana <ana@example.com>\r\nDate: Mon, 16 Mar 2026 12:00:00 -0300\r\n"
    b"Subject: Conta\r\n\r\n<p>Segue a conta.</p>\r\n"
)
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><nNF>1</nNF></NFe>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def png(width=1, height=1) -> bytes:
    """A grey picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\x80" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def archive(entries: dict, *, packed=zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of {name: content}; names may be ZipInfo."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return out.getvalue()


def office(part: str, **more) -> bytes:
    """A document of Office by its main part."""
    return archive({"[Content_Types].xml": "<Types/>", part: "<x/>", **more})


def open_document(kind: str) -> bytes:
    first = zipfile.ZipInfo("mimetype")
    return archive({first: f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<x/>"})


def old_office(*streams: str) -> bytes:
    """The beginning of an OLE file and the records of its streams."""
    return OLE + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))


def video(brand: bytes) -> bytes:
    return struct.pack(">I", 20) + b"ftyp" + brand + bytes(8) + b"mdat"


DOCX = office("word/document.xml")
GOOD = {
    "laudo.pdf": PDF,
    "foto.png": png(),
    "foto.jpg": JPG,
    "foto.JPEG": JPG,
    "foto.gif": GIF,
    "foto.webp": WEBP,
    "foto.heic": video(b"heic"),
    "bilhete.txt": "Não recebi o boleto.".encode(),
    "antigo.txt": "Não recebi".encode("cp1252"),
    "largo.txt": "Não recebi".encode("utf-16"),
    "lista.csv": b"nome;valor\r\nAna;1,50\r\n",
    "nota.xml": XML,
    "mensagem.eml": EML,
    "carta.docx": DOCX,
    "conta.xlsx": office("xl/workbook.xml"),
    "aula.pptx": office("ppt/presentation.xml"),
    "carta.odt": open_document("text"),
    "conta.ods": open_document("spreadsheet"),
    "carta.doc": old_office("WordDocument"),
    "conta.xls": old_office("Workbook"),
    "fala.mp3": b"ID3\x04" + bytes(40),
    "fala2.mp3": b"\xff\xfb\x90\x64" + bytes(40),
    "fala.ogg": b"OggS" + bytes(40),
    "fala.wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(24),
    "filme.mp4": video(b"isom"),
    "filme.3gp": video(b"3gp4"),
    "tudo.zip": archive({"a.txt": "a", "b/c.docx": DOCX}),
}
