"""CEP, the Brazilian postal code, and the federative units."""
from flask_babel import lazy_gettext as _l

from .errors import Invalid
from .text import digits

STATES = (
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
    "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO")


def checked(text: str | None, field: str = "cep") -> str | None:
    """Eight digits of what was typed, None where nothing was. Raises Invalid at `field`."""
    typed = (text or "").strip()
    if not typed:
        return None
    number = digits(typed)
    if len(number) != 8 or any(c not in "0123456789-. " for c in typed) or number == "00000000":
        raise Invalid(_l("Invalid CEP: it has eight digits, such as 01310-100."), field=field)
    return number


def shown(cep: str | None) -> str:
    """`01310100` -> `01310-100`."""
    return f"{cep[:5]}-{cep[5:]}" if cep and len(cep) == 8 else cep or ""
