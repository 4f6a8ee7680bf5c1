"""Ready-made e-mails with variables, which an attendant sends to an entity (S-42)."""
from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import DUPLICATE_NAME, Model, Named, unique


class EmailTemplate(Named, Model):
    """Subject and body with {{variables}} of the attendance and its entity."""

    __tablename__ = "email_template"
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    __table_args__ = (unique("name_key", name="uq_email_template_name", field="name", message=DUPLICATE_NAME),)
