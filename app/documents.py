"""CPF and CNPJ: cleaning, check digits, format and mask. The alphanumeric CNPJ of July 2026 too (B-16)."""
import re

from flask_babel import lazy_gettext as _l
from stdnum.br import cnpj, cpf
from stdnum.util import clean as without

from .errors import Invalid

CPF_LENGTH, CNPJ_LENGTH = 11, 14
DOT = "•"  # what stands for a hidden character
_MASK_CHARACTERS = frozenset("•*●∙·")
_PLAIN = re.compile(r"[0-9A-Z]+", re.ASCII)


def clean(text: str | None) -> str:
    """What was typed without punctuation and spaces, letters upper case: `12.abc.345/01de-35` -> `12ABC34501DE35`."""
    return without(text or "", " \t\u00a0-./").upper()


def is_cpf(document: str) -> bool:
    """Eleven digits with the right check digits; the ten of one repeated digit are nobody's."""
    return bool(re.fullmatch(r"[0-9]{11}", document)) and len(set(document)) > 1 and cpf.is_valid(document)


def is_cnpj(document: str) -> bool:
    """Fourteen digits or letters with the right check digits."""
    return bool(_PLAIN.fullmatch(document)) and len(set(document)) > 1 and cnpj.is_valid(document)


def kind_of(document: str) -> str | None:
    """Whose document has this length: `individual` (CPF), `company` (CNPJ) or None. Check digits are not looked at."""
    return {CPF_LENGTH: "individual", CNPJ_LENGTH: "company"}.get(len(document))


def checked(text: str | None, kind: str, field: str = "document") -> str | None:
    """The clean document of an entity of `kind`, None where nothing was typed. Raises Invalid at `field`."""
    document = clean(text)
    if not document:
        return None
    if kind == "company":
        if not is_cnpj(document):
            raise Invalid(_l("Invalid CNPJ."), field=field)
    elif not is_cpf(document):
        raise Invalid(_l("Invalid CPF."), field=field)
    return document


def shown(document: str | None) -> str:
    """With punctuation: `529.982.247-25`, `12.ABC.345/01DE-35`; anything of another length as it is."""
    d = document or ""
    if len(d) == CPF_LENGTH:
        return f"{d[:3]}.{d[3:6]}.{d[6:9]}-{d[9:]}"
    if len(d) == CNPJ_LENGTH:
        return f"{d[:2]}.{d[2:5]}.{d[5:8]}/{d[8:12]}-{d[12:]}"
    return d


def masked(document: str | None) -> str:
    """Enough to tell two people apart, too little to use: `•••.982.247-••`, `12.•••.•••/01DE-••`."""
    d = document or ""
    if len(d) == CPF_LENGTH:
        return f"{DOT * 3}.{d[3:6]}.{d[6:9]}-{DOT * 2}"
    if len(d) == CNPJ_LENGTH:
        return f"{d[:2]}.{DOT * 3}.{DOT * 3}/{d[8:12]}-{DOT * 2}"
    return DOT * len(d)


def is_masked(text: str | None) -> bool:
    """Whether this is a mask, or a piece of one, and not a number somebody typed."""
    return any(c in _MASK_CHARACTERS for c in text or "")
