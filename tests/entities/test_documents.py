"""CPF, CNPJ and CEP as people type them."""
import pytest

from app import cep, documents
from app.errors import Invalid

pytestmark = pytest.mark.req("B-16")


@pytest.mark.parametrize(("typed", "kind", "stored"), [
    ("529.982.247-25", "individual", "52998224725"),
    ("52998224725", "individual", "52998224725"),
    (" 529 982 247–25 ", "individual", "52998224725"),
    ("11.222.333/0001-81", "company", "11222333000181"),
    ("12.ABC.345/01DE-35", "company", "12ABC34501DE35"),
    ("12abc34501de35", "company", "12ABC34501DE35"),
    ("", "individual", None),
    (None, "company", None),
])
def test_a_valid_document_is_stored_without_punctuation(typed, kind, stored):
    assert documents.checked(typed, kind) == stored


@pytest.mark.parametrize(("typed", "kind", "message"), [
    ("529.982.247-24", "individual", "CPF"),
    ("111.111.111-11", "individual", "CPF"),
    ("5299822472", "individual", "CPF"),
    ("11222333000181", "individual", "CPF"),
    ("٥٢٩٩٨٢٢٤٧٢٥", "individual", "CPF"),
    ("•••.982.247-••", "individual", "CPF"),
    ("11.222.333/0001-80", "company", "CNPJ"),
    ("12.ABC.345/01DE-36", "company", "CNPJ"),
    ("00000000000000", "company", "CNPJ"),
    ("AAAAAAAAAAAAAA", "company", "CNPJ"),
    ("52998224725", "company", "CNPJ"),
])
def test_wrong_check_digits_are_refused_by_kind(typed, kind, message):
    with pytest.raises(Invalid) as refusal:
        documents.checked(typed, kind)
    assert message in str(refusal.value.message)
    assert refusal.value.field == "document"


def test_a_document_is_shown_with_punctuation_and_masked_without_its_ends():
    assert documents.shown("52998224725") == "529.982.247-25"
    assert documents.shown("12ABC34501DE35") == "12.ABC.345/01DE-35"
    assert documents.masked("52998224725") == "•••.982.247-••"
    assert documents.masked("12ABC34501DE35") == "12.•••.•••/01DE-••"
    assert documents.shown(None) == documents.masked(None) == ""


def test_a_mask_is_recognised_and_a_number_is_not():
    assert documents.is_masked("•••.982.247-••")
    assert documents.is_masked("***.982.247-**")
    assert not documents.is_masked("529.982.247-25")
    assert not documents.is_masked(None)


def test_a_cep_has_eight_digits():
    assert cep.checked("01310-100") == cep.checked("01310100") == "01310100"
    assert cep.shown("01310100") == "01310-100"
    assert cep.checked(" ") is None
    for wrong in ("0131-100", "01310-10a", "00000-000", "013101000"):
        with pytest.raises(Invalid):
            cep.checked(wrong)
