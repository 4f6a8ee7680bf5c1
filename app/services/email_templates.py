"""Ready-made e-mails: which {{variables}} there are, templates that name no other, and templates made into texts.

The set is closed and a value is text: whatever stands in it, braces too, is not looked at again.
"""
import re

from flask_babel import lazy_gettext as _l

from ..errors import Invalid, InvalidMany
from ..models.email_template import EmailTemplate
from ..models.entity import EntityKind
from . import records
from .entity_rules import REQUIRED

# Written by configurators, in their language; what each stands for.
VARIABLES = {
    "protocolo": _l("The protocol of the attendance"), "titulo": _l("The title of the attendance"),
    "situacao": _l("The situation"), "canal": _l("The channel"), "motivo": _l("The motive"),
    "ocorrencia": _l("The occurrence"), "causa": _l("The cause"), "abertura": _l("When it was opened"),
    "fechamento": _l("When it was closed"), "descricao": _l("The description of the last detail"),
    "resposta": _l("The last answer"), "nome": _l("The name of the entity"),
    "primeiro_nome": _l("The first name of a person, the whole name of a company"),
    "empresa": _l("The company that owns the desk"), "atendente": _l("Who writes the e-mail"),
}
LONGEST_BODY = 20_000
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_text(field: str, text: str | None) -> None:
    """Raise Invalid at `field` for a variable that there is not, or braces that are not closed."""
    text = text or ""
    unknown = [name for name in _PLACE.findall(text) if name not in VARIABLES]
    if unknown:
        raise Invalid(_l("There is no variable {{%(name)s}}. Choose among those listed below the text."), field=field,
                      name=unknown[0] or " ")
    rest = _PLACE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise Invalid(_l("A variable is written between two braces on each side: {{protocolo}}."), field=field)


def fill(text: str, values: dict[str, str], *, one_line: bool = False) -> str:
    """The text with every variable in place, in one pass. `one_line`: for a subject."""
    filled = _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
    return " ".join(filled.split()) if one_line else filled


def values_for(attendance, *, sender: str, moment) -> dict[str, str]:
    """What the variables stand for in an e-mail about this attendance; `moment` writes an instant."""
    last = attendance.details[-1] if attendance.details else None
    answers = [page.answer for page in attendance.details if page.answer]
    return {
        "protocolo": _text(attendance), "titulo": _text(attendance.title), "situacao": _text(attendance.situation),
        "canal": _text(attendance.channel), "motivo": _text(attendance.motive),
        "ocorrencia": _text(attendance.occurrence), "causa": _text(attendance.cause),
        "abertura": moment(attendance.opened_at), "fechamento": moment(attendance.closed_at),
        "descricao": _text(last and last.description), "resposta": _text(answers[-1] if answers else None),
        **values_of(attendance.entity), "empresa": _text(attendance.company), "atendente": _text(sender)}


def values_of(entity) -> dict[str, str]:
    """What the variables about a person stand for; of nobody they are blank."""
    name = str(entity or "")
    first = name.split()[0] if name and entity.kind == EntityKind.INDIVIDUAL else name
    return {"nome": _text(name), "primeiro_nome": _text(first)}


def _text(value) -> str:
    return _UNSEEN.sub("", str(value)) if value else ""


def _check(_session, item, _lists, *, actor):
    errors = [Invalid(REQUIRED, field=field) for field in ("subject", "body") if not getattr(item, field)]
    for field in ("subject", "body"):
        try:
            check_text(field, getattr(item, field))
        except Invalid as refusal:
            errors.append(refusal)
    if any(ord(c) < 32 for c in item.subject or ""):
        errors.append(Invalid(_l("Line breaks and control characters are not allowed here."), field="subject"))
    if len(item.body or "") > LONGEST_BODY:
        errors.append(Invalid(_l("The text has more than %(most)s characters."), field="body", most=LONGEST_BODY))
    if errors:
        raise InvalidMany(errors)


service = records.service_for(EmailTemplate, check=_check)
