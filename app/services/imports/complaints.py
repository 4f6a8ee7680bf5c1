"""The files of consumidor.gov.br: a complaint a line, 23 columns, no header, `;` between them."""
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from ...cep import STATES
from ...errors import DomainError, Invalid
from .encoding import loose, tidy

COLUMNS = (
    "region", "state", "city", "sex", "age", "year", "month", "opened", "answered", "closed", "answer_days", "company",
    "segment", "area", "subject", "problem_group", "problem", "bought", "contacted", "responded", "situation",
    "evaluation", "mark")
NAMES = (
    "Região", "UF", "Cidade", "Sexo", "Faixa Etária", "Ano Abertura", "Mês Abertura", "Data Abertura", "Data Resposta",
    "Data Finalização", "Tempo Resposta", "Nome Fantasia", "Segmento de Mercado", "Área", "Assunto", "Grupo Problema",
    "Problema", "Como Comprou Contratou", "Procurou Empresa", "Respondida", "Situação", "Avaliação Reclamação",
    "Nota do Consumidor")
REGIONS = ("N", "NE", "CO", "SE", "S")
REQUIRED = ("company", "area", "subject", "problem_group", "problem", "situation")
LENGTH = 200  # of the names of registers
MARKS = range(1, 6)
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Complaint:
    """A row that can be imported. `text` holds the columns as tidied, by name; `key` tells the row again."""

    line: int
    fields: list[str]  # as they stood in the file
    key: str
    text: dict[str, str]
    opened_on: date
    answered_on: date | None
    closed_on: date
    answer_days: int | None
    contacted: bool
    responded: bool
    mark: int | None


@dataclass(frozen=True)
class Refused:
    """A row that cannot, with every reason."""

    line: int
    fields: list[str]
    reasons: list[DomainError] = field(default_factory=list)


def read(lines: Iterable[str], *, today: date) -> Iterator[Complaint | Refused]:
    """Every row of a file, in order. Empty lines and a header are no rows.

    Of a row nothing is kept but, for the ordinal of equal rows, eight bytes of its hash.
    """
    seen: Counter[int] = Counter()
    for number, fields in _rows(lines):
        if number == 1 and [loose(tidy(x)) for x in fields[:2]] == [loose(x) for x in NAMES[:2]]:
            continue
        row = _checked(number, fields, today)
        if isinstance(row, dict):
            digest = hashlib.sha256(loose("\x1f".join(row["text"].values())).encode())
            short = int.from_bytes(digest.digest()[:8])
            seen[short] += 1
            digest.update(f"\x1f{seen[short]}".encode())
            row = Complaint(number, fields, digest.hexdigest(), **row)
        yield row


def _rows(lines) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields). A quoted field may go on in the next line where that makes a whole row; a quotation mark
    that is never closed spoils no more than its own line."""
    lines, number = iter(lines), 0
    line = next(lines, None)
    while line is not None:
        number += 1
        fields, ahead = _split(line), next(lines, None)
        whole = _split(line + ahead) if _unclosed(fields) and ahead is not None else ()
        if len(whole) == len(COLUMNS) and not _unclosed(whole):
            yield number, whole
            number, ahead = number + 1, next(lines, None)
        elif any(map(str.strip, fields)):
            yield number, fields
        line = ahead


def _split(line: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=";"), [])
    except csv.Error:  # a bare carriage return
        return [line]


def _unclosed(fields) -> bool:
    return bool(fields) and fields[-1].endswith("\n")


def _checked(number, fields, today) -> dict | Refused:
    """What a Complaint is made of, or the refusal."""
    if len(fields) != len(COLUMNS):
        wrong = Invalid(lazy_ngettext("The row has %(num)s column; there must be %(n)s.",
                                      "The row has %(num)s columns; there must be %(n)s.", len(fields), n=len(COLUMNS)))
        return Refused(number, fields, [wrong])
    refused = Refused(number, fields)
    text = {name: tidy(value) for name, value in zip(COLUMNS, fields, strict=True)}
    row = _Row(text, refused.reasons)
    for name, raw in zip(COLUMNS, fields, strict=True):
        if len(raw) > LENGTH:
            row.refuse(name, _l("%(column)s has more than %(n)s characters."), n=LENGTH)
        elif _CONTROL.search(raw):
            row.refuse(name, _l("%(column)s has characters that no text has."))
    for name in REQUIRED:
        if not text[name]:
            row.refuse(name, _l("%(column)s is empty."))
    row.among("region", REGIONS)
    row.among("state", STATES)
    opened, answered, closed = (row.day(name, today) for name in ("opened", "answered", "closed"))
    for name, value in (("opened", opened), ("closed", closed)):
        if not text[name]:
            row.refuse(name, _l("%(column)s is empty."))
        elif value and opened and value < opened:
            row.refuse(name, _l("%(column)s is before the opening."))
    if answered and opened and answered < opened:
        row.refuse("answered", _l("%(column)s is before the opening."))
    if answered and closed and answered > closed:
        row.refuse("answered", _l("%(column)s is after the closing."))
    if opened and [row.whole("year"), row.whole("month")] not in ([opened.year, opened.month], [None, None]):
        row.refuse("opened", _l("%(column)s is not in the year and month of the row."))
    contacted, responded = row.flag("contacted"), row.flag("responded")
    if responded is not None and text["answered"] and not responded:
        row.refuse("responded", _l("%(column)s is N, but there is a date of response."))
    if responded and not text["answered"]:
        row.refuse("responded", _l("%(column)s is S, but there is no date of response."))
    days, mark = row.whole("answer_days"), row.whole("mark")
    if mark is not None and mark not in MARKS:
        row.refuse("mark", _l("%(column)s must be from 1 to 5, or empty."))
    return refused if refused.reasons else {
        "text": text, "opened_on": opened, "answered_on": answered, "closed_on": closed, "answer_days": days,
        "contacted": contacted, "responded": responded, "mark": mark}


class _Row:
    """The columns of one row read one by one, every refusal kept."""

    def __init__(self, text: dict[str, str], reasons: list[DomainError]):
        self.text, self.reasons = text, reasons

    def refuse(self, name, message, **params) -> None:
        self.reasons.append(Invalid(message, field=name, column=NAMES[COLUMNS.index(name)], **params))

    def among(self, name, known) -> None:
        if self.text[name] and self.text[name].upper() not in known:
            self.refuse(name, _l("%(column)s is not one of those there are."))

    def flag(self, name) -> bool | None:
        value = self.text[name].upper()
        if value not in ("S", "N"):
            self.refuse(name, _l("%(column)s must be S or N."))
            return None
        return value == "S"

    def whole(self, name) -> int | None:
        value = self.text[name]
        if value and not re.fullmatch(r"[0-9]{1,5}", value):
            self.refuse(name, _l("%(column)s must be a whole number."))
            return None
        return int(value) if value else None

    def day(self, name, today) -> date | None:
        value = self.text[name]
        if not value:
            return None
        found = _DATE.fullmatch(value)
        try:
            day = date(int(found[3]), int(found[2]), int(found[1])) if found else None
        except ValueError:
            day = None
        if day is None:
            self.refuse(name, _l("%(column)s is not a date."))
        elif day > today:
            self.refuse(name, _l("%(column)s is in the future."))
        return day
