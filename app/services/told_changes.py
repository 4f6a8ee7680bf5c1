"""What a log entry changed, as it may be told to other systems: no salts, no keys of search, no personal documents."""
from .. import documents

HIDDEN = {"name_key", "search_text", "search_digits", "value_key", "created_at", "updated_at", "version", "secret",
          "password"}
DOCUMENTS = {"document", "cpf", "cnpj"}
KEPT_BACK = "***"


def told(changes: dict) -> dict[str, list]:
    """{field: [old, new]} of the changes of a log entry."""
    return {name: [_safe(name, old), _safe(name, new)] for name, (old, new, *_salt) in changes.items()
            if name not in HIDDEN}


def _safe(name, value):
    """The value, with what is or looks like a CPF or CNPJ kept back, however deep it lies."""
    if value is None:
        return None
    if name in DOCUMENTS:
        return KEPT_BACK
    if isinstance(value, dict):
        return {key: _safe(key, each) for key, each in value.items() if key not in HIDDEN}
    if isinstance(value, list):
        return [_safe(name, each) for each in value]
    return KEPT_BACK if isinstance(value, str) and _is_document(value) else value


def _is_document(text: str) -> bool:
    if not 11 <= len(text) <= 20:
        return False
    clean = documents.clean(text)
    return documents.is_cpf(clean) or documents.is_cnpj(clean)
