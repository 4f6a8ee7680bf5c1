"""Products and what is known of them, as an attendant looks them up and as a detail page has them (S-53, S-59)."""
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..models.product import Product, ProductInformation, detail_information, holds_for
from ..security.visibility import visible
from ..text import normalise

MOST = 2_000  # of one motive; who has more types the occurrence


def product_text(name: str, code: str) -> str:
    """A product as a picker shows it."""
    return f"{name} ({code})"


def information_text(product: str, title: str) -> str:
    """A piece of information as a picker shows it."""
    return f"{product} · {title}"


def find_products(session, viewer, term: str, _parent, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, text) of active products whose name has the words typed, or whose code begins with them."""
    query = select(Product.id, Product.name, Product.code).where(visible(Product, viewer), Product.active)
    if wanted := normalise(term):
        query = query.where(Product.name_key.contains(wanted, autoescape=True)
                            | Product.code.istartswith(term.strip(), autoescape=True))
    rows = session.execute(query.order_by(Product.name_key, Product.id).limit(limit).offset(offset))
    return [(pk, product_text(name, code)) for pk, name, code in rows]


def find_information(session, viewer, term: str, motive, limit: int, offset: int, *, occurrence=None,
                     product=None) -> list[tuple[int, str]]:
    """(id, text) of active information of a motive: of one occurrence and what holds for the whole motive."""
    if motive is None:
        return []
    query = (select(ProductInformation.id, Product.name, ProductInformation.title)
             .join(ProductInformation.product)
             .where(visible(ProductInformation, viewer), ProductInformation.active, Product.active,
                    holds_for(motive, occurrence)))
    if product is not None:
        query = query.where(ProductInformation.product_id == product)
    rows = session.execute(
        query.order_by(Product.name_key, ProductInformation.title, ProductInformation.id).limit(MOST))
    wanted = normalise(term)  # titles have no normalised column: there are few below one motive
    found = [(pk, text) for pk, text in ((pk, information_text(name, title)) for pk, name, title in rows)
             if wanted in normalise(text)]
    return found[offset:offset + limit]


def information_of(session, detail_id: int) -> list[ProductInformation]:
    """What is linked to a detail page, each with its product."""
    return list(session.scalars(
        select(ProductInformation).join(
            detail_information, detail_information.c.information_id == ProductInformation.id)
        .where(detail_information.c.detail_id == detail_id)
        .options(joinedload(ProductInformation.product)).order_by(ProductInformation.id)))


def information_by_ids(session, viewer, ids) -> list[ProductInformation]:
    """The information with these ids, with product, motive and occurrence, in the order of the ids."""
    rows = {row.id: row for row in session.scalars(
        select(ProductInformation).where(ProductInformation.id.in_(ids), visible(ProductInformation, viewer)).options(
            joinedload(ProductInformation.product), joinedload(ProductInformation.motive),
            joinedload(ProductInformation.occurrence)))}
    return [rows[pk] for pk in dict.fromkeys(ids) if pk in rows]
