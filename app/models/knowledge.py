"""The knowledge base ("Base de conhecimento"): sections, their categories, and what is known or can be asked for."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..text import searchable
from .base import DUPLICATE_NAME, Model, Named, Titled, unique


class KnowledgeKind(StrEnum):
    INFORMATION = "information"  # told to who asks; blue
    REQUEST = "request"  # opens a request; green


class Identification(StrEnum):
    """Whether a request needs somebody linked to the attendance (M-47 to M-49)."""

    ANONYMOUS = "anonymous"
    IDENTIFIED = "identified"


class KnowledgeSection(Named, Model):
    """First level of the tree ("Sessão")."""

    __tablename__ = "knowledge_section"
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (unique("name_key", name="uq_knowledge_section_name", field="name", message=DUPLICATE_NAME),)


class KnowledgeCategory(Named, Model):
    """Second level of the tree ("Categoria")."""

    __tablename__ = "knowledge_category"
    section_id: Mapped[int] = mapped_column(ForeignKey("knowledge_section.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    section: Mapped[KnowledgeSection] = relationship()
    __table_args__ = (
        unique("section_id", "name_key", name="uq_knowledge_category_name", field="name", message=DUPLICATE_NAME),)


class KnowledgeItem(Titled, Model):
    """An information, or a request with what is promised about it."""

    __tablename__ = "knowledge_item"
    category_id: Mapped[int] = mapped_column(ForeignKey("knowledge_category.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default=KnowledgeKind.INFORMATION)
    identification: Mapped[str | None] = mapped_column(String(12))  # of requests alone, as the days
    return_days: Mapped[int | None] = mapped_column()
    proposed_solution: Mapped[str | None] = mapped_column(Text)
    operator_guidance: Mapped[str | None] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)  # title, solution and guidance; has a trigram index
    category: Mapped[KnowledgeCategory] = relationship()
    __table_args__ = (
        unique("category_id", "title_key", name="uq_knowledge_item_title", field="title",
               message=_l("There is already an item with this title in this category.")),
        CheckConstraint("kind in ('information', 'request')", name="ck_knowledge_item_kind"),
        CheckConstraint("identification in ('anonymous', 'identified')", name="ck_knowledge_item_identification"),
        CheckConstraint("(kind = 'request') = (identification is not null)", name="ck_knowledge_item_identified",
                        info={"field": "identification",
                              "message": _l("Say whether the request is anonymous or identified.")}),
        CheckConstraint("return_days is null or (kind = 'request' and return_days >= 0)",
                        name="ck_knowledge_item_return_days",
                        info={"field": "return_days", "message": _l("Return days cannot be negative.")}),
        CheckConstraint("kind = 'request' or proposed_solution is not null", name="ck_knowledge_item_solution",
                        info={"field": "proposed_solution", "message": _l("This field is required.")}),
    )


@event.listens_for(KnowledgeItem, "before_insert")
@event.listens_for(KnowledgeItem, "before_update")
def _keep_search_text(_mapper, _connection, row):
    row.search_text = searchable(" ".join(filter(None, (row.title, row.proposed_solution, row.operator_guidance))))
