"""The fields of a person that a service may fill ("Campos pessoa"), and its values as they stand in the form and as
REST takes them."""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField

from .. import cep, documents, phones
from ..errors import Invalid
from ..models.entity import EContactKind, EntityKind
from ..outgoing_http.answers import MISSING, find
from ..security.permissions import Perm
from ..services import custom_types as types
from ..services.entity_labels import LABELS as ENTITY_LABELS
from ..services.entity_rules import NOTES_LIMIT, cleaned, econtact
from ..services.external_service import FILLED, PREFIX, custom_fields, custom_groups
from ..text import normalise
from . import fields as custom
from .dates import typed_day

_OWN = {"phone": _l("Main phone"), "email": _l("Main e-mail"), "number": _l("House number")}
LABELS = {name: _OWN[name] if name in _OWN else ENTITY_LABELS[name] for name in FILLED}
LONGEST = {"name": 200, "social_name": 200, "trade_name": 200, "street": 200, "number": 20, "complement": 100,
           "district": 100, "city": 100, "notes": NOTES_LIMIT}
KINDS = {EntityKind.INDIVIDUAL: ("f", "pf", "fisica", "pessoa fisica", "individual", "cpf"),
         EntityKind.COMPANY: ("j", "pj", "juridica", "pessoa juridica", "company", "cnpj")}


class Unusable(Exception):
    """A value of the service that the field does not take; the message says why."""


@dataclass(frozen=True)
class Filled:
    """A field of the form: its value as it is typed there, and as REST takes it."""

    name: str
    label: str
    typed: str
    kept: Any


@dataclass
class Filling:
    """What a form is filled with; what the answer lacked; what could not be used."""

    values: list[Filled] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def notices(self) -> list[str]:
        """What is told of it."""
        if not self.values and not self.problems:
            return [_("The service sent nothing for the fields of this form. Fill it by hand.")]
        missing = [_("The answer did not bring: %(fields)s.", fields=", ".join(self.missing))] if self.missing else []
        return [*self.problems, *missing]


def offered(session) -> dict[str, Any]:
    """{name in the form: label} of all that can be filled."""
    return {**LABELS, **dict(custom_fields(session))}


def grouped(session) -> list[tuple[str, dict[str, Any]]]:
    """The same under headings: the register's own fields, then those of each form that configurators put on it."""
    return [(_("Personal register"), LABELS), *(
        (_("Custom data: %(name)s", name=heading), dict(fields)) for heading, fields in custom_groups(session))]


def filling(session, lookup, outcome, *, viewer) -> Filling:
    """What a look-up fills a form with. A document only for who may see it, and where none is stored."""
    if not outcome.ok:
        return Filling(problems=[outcome.notice])
    shown = viewer.may(Perm.DOCUMENT_REVEAL) and not lookup.document_stored
    return _filling(session, outcome.data, lookup.mappings, without=() if shown else ("document",))


def _filling(session, data, mappings, *, without) -> Filling:
    made, labels = Filling(), offered(session)
    added = {PREFIX + each.key: each for each in custom.definitions(session, "entity")}
    for path, name in mappings:
        if name not in labels or name in without:
            continue
        raw, label = find(data, path), str(labels[name])
        if raw is MISSING:
            made.missing.append(label)
        elif isinstance(raw, (dict, list)):
            made.problems.append(_("%(field)s: the service sent several values.", field=label))
        elif raw is not None and raw != "":
            try:
                typed, kept = _custom(added[name], raw) if name in added else _own(name, raw)
            except Unusable as error:
                made.problems.append(f"{label}: {error}")
            else:
                if typed:
                    made.values.append(Filled(name, label, typed, kept))
    return made


def _own(name, raw) -> tuple[str, str]:
    """REST takes what is typed, but for days."""
    typed = READ[name](name, raw)
    return typed, read_day(_plain(raw)).isoformat() if READ[name] is _day else typed


def _plain(raw) -> str:
    """A scalar of JSON as text: 12.0 is 12, and what no person types is gone."""
    if isinstance(raw, bool):
        return _("Yes") if raw else _("No")
    if isinstance(raw, float):
        raw = int(raw) if raw.is_integer() and abs(raw) < 1e15 else raw
    return cleaned(str(raw)) or ""


def _quoted(raw) -> str:
    text = _plain(raw)
    return text if len(text) <= 40 else text[:39] + "…"


def _text(name, raw) -> str:
    text = _plain(raw) if name == "notes" else " ".join(_plain(raw).split())
    if len(text) > LONGEST[name]:
        raise Unusable(_("the service sent %(have)s characters, at most %(n)s fit.", have=len(text), n=LONGEST[name]))
    return text


def _document(_name, raw) -> str:
    """With the zeros at the beginning that a number has lost."""
    number = documents.clean(_plain(raw))
    for whole in (number, number.zfill(documents.CPF_LENGTH), number.zfill(documents.CNPJ_LENGTH)):
        if documents.is_cpf(whole) or documents.is_cnpj(whole):
            return documents.shown(whole)
    raise Unusable(_("the service sent an invalid CPF/CNPJ."))


def _kind(_name, raw) -> str:
    said = normalise(_plain(raw))
    for kind, words in KINDS.items():
        if said in words:
            return kind.value
    raise Unusable(_("the service sent “%(value)s”, which is neither an individual nor a legal entity.",
                     value=_quoted(raw)))


def _day(_name, raw) -> str:
    day = read_day(_plain(raw))
    if day is None:
        raise Unusable(_("the service sent “%(value)s”, which is no date.", value=_quoted(raw)))
    return typed_day(day)


def read_day(text: str) -> date | None:
    """1990-12-31, 31/12/1990, 31-12-1990, 19901231, each with a time after it or none."""
    text = text.strip()
    for pattern, form in ((r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{2}/\d{2}/\d{4}", "%d/%m/%Y"),
                          (r"\d{2}-\d{2}-\d{4}", "%d-%m-%Y"), (r"(?:18|19|20)\d{6}", "%Y%m%d")):
        if found := re.match(pattern + r"(?=$|[T ])", text):
            try:
                return datetime.strptime(found[0], form).date()  # noqa: DTZ007  (a day)
            except ValueError:
                return None
    return None


def _refusing(check: Callable[[str], str]) -> Callable:
    """A reader of the product's own check."""
    def read(_name, raw):
        try:
            return check(_plain(raw))
        except Invalid as error:
            raise Unusable(_("the service sent “%(value)s”. %(why)s", value=_quoted(raw), why=error)) from error
    return read


def _state(text: str) -> str:
    code = text.strip().upper()
    if code not in cep.STATES:
        raise Invalid(_l("There is no such state."))
    return code


READ: dict[str, Callable] = {
    **dict.fromkeys(LONGEST, _text), "document": _document, "kind": _kind, "birth_date": _day,
    "phone": _refusing(lambda text: phones.shown(phones.parse(text))),
    "email": _refusing(lambda text: econtact(EContactKind.EMAIL, text)), "state": _refusing(_state),
    "cep": _refusing(lambda text: cep.shown(cep.checked(text.zfill(8) if text.isdigit() else text)))}


def _custom(definition, raw) -> tuple[str, Any]:
    """Through the field of the form itself: what it would refuse is not filled."""
    form = type("One", (Form,), {"x": custom.field_of(definition)})
    kind = form().x
    if isinstance(kind, SelectField):
        text = _choice(kind, raw)
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool) and definition.type in ("decimal", "money"):
        text = format_decimal(Decimal(str(raw)), format="#0.##########")
    elif definition.type == "date":
        text = _day("", raw)
    else:
        text = _plain(raw)
    bound = form(MultiDict({"x": text}))
    why = "" if bound.validate() else " ".join(map(str, bound.x.errors))
    try:
        kept = None if why else types.read(definition, custom.store(definition, bound.x.data))
    except Invalid as refusal:
        why = str(refusal)
    if why:
        raise Unusable(_("the service sent “%(value)s”. %(why)s", value=_quoted(raw), why=why))
    if not isinstance(kind, SelectField):
        text = str(form(data={"x": custom.read(definition, kept)}).x._value())
    return text, kept


def _choice(select, raw) -> str:
    """The code of what was sent, as code or as label; of yes and no too."""
    said = ("y" if raw else "n") if isinstance(raw, bool) else normalise(_plain(raw))
    for code, label in ((str(code), label) for code, label, *_rest in select.iter_choices()):
        if code and said in (normalise(code), normalise(str(label))):
            return code
    raise Unusable(_("the service sent “%(value)s”, which is none of the choices.", value=_quoted(raw)))
