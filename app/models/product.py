"""Products and the information kept about them, which an attendant finds by what the customer asks."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, String, Table, Text, and_, or_, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from .base import DUPLICATE_NAME, Model, Named, Versioned, unique
from .classification import Motive, Occurrence


class Product(Named, Model):
    """What the company makes or sells ("Produto")."""

    __tablename__ = "product"
    code: Mapped[str] = mapped_column(String(40))
    description: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        unique("name_key", name="uq_product_name", field="name", message=DUPLICATE_NAME),
        unique("code", name="uq_product_code", message=_l("There is already a product with this code.")),
    )


def _one_title(name, *below, where):
    message = _l("There is already information with this title for this product, motive and occurrence.")
    return Index(name, "product_id", "motive_id", *below, "title", unique=True, sqlite_where=text(where),
                 postgresql_where=text(where), info={"field": "title", "message": message})


class ProductInformation(Versioned, Model):
    """What is known of a product for a motive, or one occurrence of it ("Informação"; S-53, S-67)."""

    __tablename__ = "product_information"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    motive_id: Mapped[int] = mapped_column(ForeignKey("motive.id"))
    occurrence_id: Mapped[int | None] = mapped_column()  # empty: holds for the whole motive
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    product: Mapped[Product] = relationship()
    motive: Mapped[Motive] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship(
        primaryjoin=lambda: foreign(ProductInformation.occurrence_id) == Occurrence.id)
    __table_args__ = (
        _one_title("uq_product_information_title", "occurrence_id", where="occurrence_id is not null"),
        _one_title("uq_product_information_motive_title", where="occurrence_id is null"),
        ForeignKeyConstraint(["motive_id", "occurrence_id"], ["occurrence.motive_id", "occurrence.id"],
                             name="fk_product_information_occurrence_of_motive"),
        Index("ix_product_information_motive", "motive_id", "occurrence_id", "product_id"),
        Index("ix_product_information_occurrence", "occurrence_id"),
    )

    def __str__(self):
        return self.title or ""

    __repr__ = __str__


def holds_for(motive_id: int, occurrence_id: int | None):
    """The condition under which information holds for a motive and one of its occurrences (S-53, S-67)."""
    whole_motive = ProductInformation.occurrence_id.is_(None)
    below = whole_motive if occurrence_id is None else or_(whole_motive,
                                                          ProductInformation.occurrence_id == occurrence_id)
    return and_(ProductInformation.motive_id == motive_id, below)


detail_information = Table(
    "detail_information", Model.metadata,
    Column("detail_id", ForeignKey("attendance_detail.id", ondelete="CASCADE"), primary_key=True),
    Column("information_id", ForeignKey("product_information.id"), primary_key=True, index=True))
