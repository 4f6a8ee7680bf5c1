"""Answers in XML and answers that come packed: read like JSON that comes as it is."""
import gzip
import zlib

import pytest

from app.outgoing_http import answers
from app.services import service_answers
from tests.external_service.test_robustness import headers

from .conftest import CPF, lines

pytestmark = pytest.mark.req("M-77", "M-79")
SOAP = """<?xml version="1.0" encoding="{0}"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><c:cliente xmlns:c="urn:c" ativo="true">
<c:nome><![CDATA[Ana & Lúcia]]></c:nome><c:nascimento>1984-03-12</c:nascimento>
<!-- um só --><c:endereco><c:logradouro>Rua &#193;gua</c:logradouro></c:endereco>
<c:fone tipo="celular">35 99871-2045</c:fone></c:cliente></s:Body></s:Envelope>"""
AT = "Envelope.Body.cliente."


def raw_deflate(body):
    maker = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return maker.compress(body) + maker.flush()


@pytest.mark.req("M-78")
def test_variables_are_picked_from_an_answer_in_xml_and_fill_the_form(service, keeper, ask, system, saved):
    system.answer = (200, SOAP.format("ISO-8859-1").encode("latin-1"), {"Content-Type": "text/xml"})
    found = keeper.post("/settings/service/test", {"sample_document": CPF}).json
    assert found["ok"]
    picked = {each["name"]: each["path"] for each in found["tree"]}
    assert picked["logradouro"] == AT + "endereco.logradouro"
    answer = keeper.post("/settings/person-fields/", {"version": str(service.version), **lines({
        picked["nome"]: "name", picked["nascimento"]: "birth_date", picked["logradouro"]: "street",
        AT + "fone[0]": "phone"})})
    assert answer.status_code == 302
    assert ask().values == {"name": "Ana & Lúcia", "birth_date": "12/03/1984", "street": "Rua Água",
                            "phone": "(35) 99871-2045"}
    assert "application/xml" in system.asked[0][2]["Accept"]


def test_a_body_in_xml_is_posted_with_what_was_typed_escaped(saved, keeper, posted, inside, system):
    stored = saved(method="POST", url=f"{system.url}/ws", body="<busca><cpf>{document}</cpf><e>{email}</e></busca>")
    keeper.post("/settings/service/test", {"sample_document": CPF, "sample_email": "a&b@example.com"})
    _method, _path, sent, body = system.asked[-1]
    assert sent["Content-Type"].startswith("text/xml")
    assert body == b"<busca><cpf>39053344705</cpf><e>a&amp;b@example.com</e></busca>"
    refused = keeper.post("/settings/service/", {
        **posted(method="POST", body="<busca>{document}"), "version": str(stored.version)})
    assert refused.status_code == 422
    assert "Nem JSON nem XML" in refused.text


@pytest.mark.parametrize(("pack", "coding"), [
    (gzip.compress, "gzip"), (zlib.compress, "deflate"), (raw_deflate, "Deflate"), (gzip.compress, "x-gzip, identity"),
    (lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]), "gzip")])
def test_a_packed_answer_fills_the_form(service, ask, system, pack, coding):
    system.answer = (200, pack(b'{"cliente": {"nome": "Ana"}}'), {"Content-Encoding": coding})
    assert ask().values == {"name": "Ana"}


@pytest.mark.parametrize(("body", "coding", "code"), [
    (gzip.compress(gzip.compress(b"0" * 40_000_000)), "gzip, gzip", "long"),
    (gzip.compress(b"{}")[:-9], "gzip", "compressed"),
    (b"{}", "gzip", "compressed"), (gzip.compress(b"1") * 101, "gzip", "compressed"),
    (b"{}", "gzip, gzip, gzip", "compressed")],
    ids=["packed twice", "cut off", "not packed", "many members", "three codings"])  # packed bytes have a date in them
def test_what_cannot_be_unpacked_within_the_limit_is_told(body, coding, code):
    with pytest.raises(answers.NotReadable) as told:
        answers.unpacked(body, headers(Content_Encoding=coding), service_answers.MOST)
    assert told.value.code == code


@pytest.mark.parametrize(("body", "code"), [
    (b"<a>" * 60_000, "xml"), (b"<a>" * 60_000 + b"</a>" * 60_000, "xml"), (b"<a><b></a>", "xml"),
    (b'<?xml version="1.0" encoding="klingon"?><a>1</a>', None),
    (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "dtd"),
    (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "dtd")])
def test_odd_and_hostile_xml_is_told(body, code):
    if code is None:
        assert answers.read(body, headers()) == {"a": "1"}
        return
    with pytest.raises(answers.NotReadable) as told:
        answers.read(body, headers())
    assert told.value.code == code


@pytest.mark.parametrize(("path", "value"), [
    ("r.a", "1"), ("r.a[0]", "1"), ("r.b[1]", "3"), ("r.b[2]", answers.MISSING), ("r.c.@k", "v"), ("r.c", "4"),
    ("r.c.#text", "4"), ("r.a.#text", "1"), ("r.d[0].e", "5"), ("r.d.e", "5"), ("r.f", ""), ("r.g", None),
    ("r.x", answers.MISSING), ("r.h.i", "6")])
def test_a_value_is_found_whether_its_element_is_there_once_or_more(path, value):
    data = answers.read(b"""<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><a>1</a><b>2</b><b>3</b>
        <c k="v">4</c><d><e>5</e></d><f/><g xsi:nil="true"/><h><i>6</i></h><h><i>7</i></h></r>""", headers())
    assert answers.find(data, path) == value


def test_an_empty_answer_in_xml_knows_nobody(service, ask, system):
    system.answer = (200, b"<cliente/>")
    assert "não conhece esta pessoa" in ask().told
