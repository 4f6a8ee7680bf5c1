"""Products from a CSV file, known by their code."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Invalid
from ...models.product import Product
from ...security.visibility import visible
from ...text import normalise
from .. import products
from .columns import Column, long_text, read_flag, text
from .loading import CREATE, UNCHANGED, UPDATE, Importer, Step

OWN = ("name", "description", "active")


class ProductImporter(Importer):
    """Columns code, name, description, active. An empty cell leaves what is stored."""

    columns = (
        Column("code", _l("Product code"), ("Código", "Código do produto", "Cód", "Cod Produto", "SKU", "Code"),
               text(Product.code.type.length), required=True),
        Column("name", _l("Product name"), ("Nome", "Produto", "Nome do produto", "Descrição do produto", "Name",
                                            "Descrição"),
               text(Product.name.type.length), required=True),
        Column("description", _l("Description"), ("Descrição", "Detalhes", "Observação", "Observações", "Description"),
               long_text(10_000)),
        Column("active", _l("Active"), ("Ativo", "Situação", "Status", "Active"), read_flag,
               help=_l("Yes or No.")))

    def __init__(self):
        self._claimed = {}  # name key: code, of what this run makes

    def key(self, values):
        return values["code"]

    def load(self, session, records, *, actor, now):
        codes = [record.key for record in records]
        names = [normalise(record.values[0]["name"]) for record in records]
        rows = session.scalars(select(Product).where(
            Product.code.in_(codes) | Product.name_key.in_(names), visible(Product, actor))).all()
        self._by_code = {row.code: row for row in rows}
        self._named = {row.name_key: row.code for row in rows}

    def plan(self, record):
        values = record.values[0]
        code, key, stored = record.key, normalise(values["name"]), self._by_code.get(record.key)
        if len(key) > Product.name_key.type.length:
            raise Invalid(_l("This name cannot be searched for: write it with fewer unusual characters."), field="name")
        owner = self._claimed.get(key) or self._named.get(key)
        if owner not in (None, code):
            raise Invalid(_l("The product %(code)s has this name already."), field="name", code=owner)
        self._claimed[key] = code
        if stored is None:
            return Step(CREATE, values={"active": True, **values})
        differs = {name: values[name] for name in OWN if name in values and values[name] != getattr(stored, name)}
        return Step(UPDATE, stored.id, differs) if differs else Step(UNCHANGED)

    def write(self, session, step, *, actor, now):
        if step.what == CREATE:
            products.products.create(session, step.values, actor=actor, now=now)
        else:
            products.products.update(session, step.pk, step.values, actor=actor, now=now)
