"""What a file names by CPF/CNPJ, company or product code, found for a batch at a time."""
from collections import defaultdict
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ... import documents
from ...errors import Invalid
from ...models.company import Company
from ...models.entity import Entity
from ...models.product import Product
from ...security.visibility import visible
from ...text import normalise


@dataclass(frozen=True)
class Found:
    """An entity by its id, and the company it belongs to."""

    id: int
    company_id: int


class Entities:
    """The entities of some rows, by `document` (as columns.read_document gives it) and, where needed, `company`."""

    def __init__(self, session, rows, actor):
        wanted = {document for values in rows for document in values.get("document", ())}
        self._by_document = defaultdict(list)
        found = session.execute(select(Entity.id, Entity.company_id, Entity.document, Entity.merged_into_id).where(
            Entity.document.in_(wanted), visible(Entity, actor)).order_by(Entity.id)) if wanted else ()
        for pk, company_id, document, merged_into_id in found:
            self._by_document[document].append(Found(merged_into_id or pk, company_id))
        self._companies = {}
        if any("company" in values for values in rows):
            companies = session.execute(select(Company.id, Company.name_key, Company.document, Company.code).where(
                visible(Company, actor)))
            for pk, name_key, document, code in companies:
                self._companies.update({key: pk for key in (name_key, document, normalise(code)) if key})

    @property
    def ids(self) -> set[int]:
        """Of all that were found."""
        return {each.id for found in self._by_document.values() for each in found}

    def get(self, values) -> Found:
        """The entity a row means. Raises Invalid where there is none, or one in each of several companies."""
        company_id = self._company(values)
        for document in values["document"]:
            found = [each for each in self._by_document[document] if company_id in (None, each.company_id)]
            if len(found) > 1:
                raise Invalid(_l("Several companies have this CPF/CNPJ: say which in the column Company."),
                              field="document")
            if found:
                return found[0]
        raise Invalid(_l("No entity has the CPF/CNPJ %(document)s."), field="document",
                      document=documents.masked(values["document"][0]))

    def _company(self, values):
        if "company" not in values:
            return None
        typed = values["company"]
        found = self._companies.get(normalise(typed)) or self._companies.get(documents.clean(typed))
        if found is None:
            raise Invalid(_l("There is no company “%(name)s”."), field="company", name=typed[:60])
        return found


class Products:
    """The products of some rows, by code."""

    def __init__(self, session, rows, actor):
        wanted = {values["product"] for values in rows if "product" in values}
        self._by_code = dict(session.execute(select(Product.code, Product.id).where(
            Product.code.in_(wanted), visible(Product, actor))).all()) if wanted else {}

    def get(self, code: str) -> int:
        """The id of the product with this code. Raises Invalid."""
        if code not in self._by_code:
            raise Invalid(_l("There is no product with the code “%(code)s”."), field="product", code=code)
        return self._by_code[code]
