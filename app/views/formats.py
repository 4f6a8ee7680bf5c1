"""Values as people read them, as Jinja filters: one way to write an instant, a day, a phone, a masked document, an
amount."""
from datetime import date
from decimal import Decimal

from flask_babel import format_currency, format_date, format_datetime, format_decimal
from flask_babel import gettext as _

from .. import access_keys, documents, phones
from ..lowcode.dates import date_box
from ..models.survey import QuestionType


def moment(value) -> str:
    """An instant in the time zone of the installation: 09/06/2026 08:31."""
    return format_datetime(value, "dd/MM/yyyy HH:mm") if value else ""


def day(value) -> str:
    return format_date(value, "dd/MM/yyyy") if value else ""


def day_name(text: str) -> str:
    """yyyy-mm-dd with the name of the day, in words."""
    return format_date(date.fromisoformat(text), "full")


def whole_day(value) -> str:
    """A day with its weekday, for headings and for who hears the page: quinta-feira, 26 de novembro de 2026."""
    return format_date(value, "full") if value else ""


def phone(value) -> str:
    return phones.shown(value) if value else ""


def mask_document(value) -> str:
    """A CPF or CNPJ with its middle only."""
    return documents.masked(value) if value else ""


def money(value) -> str:
    """R$ 1.234,56; of a text with a point, as the log keeps it, too."""
    return format_currency(Decimal(value), "BRL") if value not in (None, "") else ""


def quantity(value) -> str:
    """1.234,5: no more places than there are."""
    return format_decimal(Decimal(value), format="#,##0.###") if value not in (None, "") else ""


def thousands(value) -> str:
    """A count: 12.345."""
    return format_decimal(value or 0)


def access_key(value) -> str:
    """The access key of an invoice in groups of four."""
    return access_keys.shown(value)


def answer(value, kind: str) -> str:
    """The answer to a question of a survey of this type."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if kind == QuestionType.DATE and isinstance(value, str):
        return day(date.fromisoformat(value))
    if kind == QuestionType.NUMBER and isinstance(value, (int, float)):
        return format_decimal(Decimal(str(value)), format="#,##0.##########")
    return "" if value is None else str(value)


def init_app(app) -> None:
    app.jinja_env.filters.update(moment=moment, day=day, whole_day=whole_day, phone=phone, mask_document=mask_document,
                                 money=money, quantity=quantity, access_key=access_key,
                                 answer=answer, thousands=thousands)
    app.jinja_env.globals["date_box"] = date_box
