"""Values as people read them, as Jinja filters: one way to write an instant, a day, a phone, a masked document."""
from flask_babel import format_date, format_datetime

from .. import documents, phones


def moment(value) -> str:
    """An instant in the time zone of the installation: 09/06/2026 08:31."""
    return format_datetime(value, "dd/MM/yyyy HH:mm") if value else ""


def day(value) -> str:
    return format_date(value, "dd/MM/yyyy") if value else ""


def phone(value) -> str:
    return phones.shown(value) if value else ""


def mask_document(value) -> str:
    """A CPF or CNPJ with its middle only."""
    return documents.masked(value) if value else ""


def init_app(app) -> None:
    app.jinja_env.filters.update(moment=moment, day=day, phone=phone, mask_document=mask_document)
