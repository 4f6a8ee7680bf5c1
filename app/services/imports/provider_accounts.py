"""Batches, guides and payments of providers from CSV files: a line each, known by provider and number."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Invalid
from ...models.entity import Entity
from ...models.provider_account import Batch, BatchState, Guide, GuideState, Payment
from ...queries.provider_accounts import IS_PROVIDER
from ...security.visibility import visible
from ...text import normalise
from .. import batches, guides, payments
from .columns import Column, read_day, read_document, read_money, text
from .loading import CREATE, UNCHANGED, UPDATE, Importer, Step
from .orders import COMPANY
from .related import Entities

BATCH_STATES = {
    BatchState.RECEIVED: ("recebido", "received"), BatchState.ANALYSIS: ("em analise", "analise", "analysis"),
    BatchState.APPROVED: ("aprovado", "approved"), BatchState.REFUSED: ("recusado", "glosado", "refused"),
    BatchState.PAID: ("pago", "paid")}
GUIDE_STATES = {
    GuideState.REQUESTED: ("solicitada", "solicitado", "requested"),
    GuideState.ISSUED: ("emitida", "emitido", "issued"), GuideState.BILLED: ("faturada", "faturado", "billed"),
    GuideState.CANCELLED: ("cancelada", "cancelado", "cancelled", "canceled")}
PROVIDER = Column(
    "document", _l("CPF/CNPJ of the provider"),
    ("CPF/CNPJ do prestador", "CNPJ do prestador", "CPF do prestador", "CPF/CNPJ", "CNPJ/CPF", "CNPJ", "CPF",
     "Documento do prestador", "Prestador", "Provider"), read_document, required=True)
STATE_NAMES = ("Situação", "Status", "Estado", "State")
TOTAL = Column("total", _l("Total"), ("Valor total", "Total", "Valor"), read_money)


def _state(states):
    known = {name: state for state, names in states.items() for name in names}

    def read(cell, _context):
        if normalise(cell) not in known:
            raise Invalid(_l("“%(cell)s” is no state that is known here."), cell=cell[:40])
        return known[normalise(cell)]
    return read


class AccountImporter(Importer):
    """What the three have in common. `model` is kept by `service`; the column `name` holds `field`, which names a row;
    an empty cell leaves what is stored."""

    model = service = None
    name = field = "number"

    def __init__(self):
        self._met = {}  # (provider, name): record, of this run

    def key(self, values):
        return values[self.name], values["document"], values.get("company")

    def load(self, session, records, *, actor, now):
        rows = [record.values[0] for record in records]
        self._entities = Entities(session, rows, actor)
        self._providers = set(session.scalars(
            select(Entity.id).where(Entity.id.in_(self._entities.ids), IS_PROVIDER))) if self._entities.ids else set()
        model, named = self.model, getattr(self.model, self.field)
        names = {values[self.name] for values in rows}
        stored = session.scalars(select(model).where(named.in_(names), visible(model, actor)))
        self._stored = {self._whose(row.provider_id, getattr(row, self.field)): row for row in stored}
        wanted = {values["batch"] for values in rows if "batch" in values}
        self._batches = {(provider, number): pk for pk, provider, number in session.execute(
            select(Batch.id, Batch.provider_id, Batch.number).where(Batch.number.in_(wanted), visible(Batch, actor))
        )} if wanted else {}

    @staticmethod
    def _whose(provider_id, name):
        """What names a row: two providers may have the same number."""
        return provider_id, name

    def plan(self, record):
        values = record.values[0]
        entity = self._entities.get(values)
        if entity.id not in self._providers:
            raise Invalid(_l("The entity with this CPF/CNPJ has not the role of provider."), field="document")
        whose = self._whose(entity.id, values[self.name])
        stored = self._stored.get(whose)
        if (stored is not None and stored.provider_id != entity.id) or (
                self._met.setdefault(whose, record.key) != record.key):
            raise Invalid(_l("The number %(number)s is of another provider."), field="document",
                          number=values[self.name])
        told = {self.field if name == self.name else name: value for name, value in values.items()
                if name not in ("document", "company", "batch")}
        if "batch" in values:
            told["batch_id"] = self._batches.get((entity.id, values["batch"]))
            if told["batch_id"] is None:
                raise Invalid(_l("The provider has no batch with the number “%(number)s”."), field="batch",
                              number=values["batch"])
        differs = {name: value for name, value in told.items() if stored is None or value != getattr(stored, name)}
        if "batch_id" in differs:
            differs["batch"] = differs.pop("batch_id")
        if stored is None:
            return Step(CREATE, values={"provider": entity.id, **differs})
        return Step(UPDATE, stored.id, differs) if differs else Step(UNCHANGED)

    def write(self, session, step, *, actor, now):
        if step.what == CREATE:
            self.service.create(session, step.values, actor=actor, now=now)
        else:
            self.service.update(session, step.pk, step.values, actor=actor, now=now)


def _batch_of(limit: int) -> Column:
    return Column("batch", _l("Batch number"), ("Número do lote", "N.º do lote", "Nº do lote", "Lote", "Batch"),
                  text(limit))


class BatchImporter(AccountImporter):
    """Columns number, provider, received on, state, total."""

    model, service = Batch, batches
    columns = (
        Column("number", _l("Batch number"), ("Número do lote", "N.º do lote", "Nº do lote", "Lote", "Número", "Nº",
                                              "Batch", "Number"), text(Batch.number.type.length), required=True),
        PROVIDER,
        Column("received_on", _l("Received on"), ("Recebido em", "Data de recebimento", "Recebimento", "Data", "Date"),
               read_day, required=True),
        Column("state", _l("Batch state"), ("Situação do lote", *STATE_NAMES), _state(BATCH_STATES),
               help=_l("Recebido, Em análise, Aprovado, Recusado or Pago; empty is Recebido.")),
        TOTAL, COMPANY)


class GuideImporter(AccountImporter):
    """Columns number, provider, date, beneficiary, state, batch, total. A guide's number is its own in the whole
    installation; issued where the CRM module is used, it opens its attendance as any other."""

    model, service = Guide, guides
    columns = (
        Column("number", _l("Guide number"), ("Número da guia", "N.º da guia", "Nº da guia", "Guia", "Número", "Nº",
                                              "Guide", "Number"), text(Guide.number.type.length), required=True),
        PROVIDER,
        Column("issued_on", _l("Guide date"), ("Data da guia", "Data de emissão", "Emissão", "Data", "Date"), read_day,
               required=True),
        Column("beneficiary", _l("Beneficiary"), ("Beneficiário", "Beneficiario", "Paciente", "Nome", "Beneficiary"),
               text(Guide.beneficiary.type.length), required=True),
        Column("state", _l("Guide state"), ("Situação da guia", *STATE_NAMES), _state(GUIDE_STATES),
               help=_l("Solicitada, Emitida, Faturada or Cancelada; empty is Solicitada.")),
        _batch_of(Batch.number.type.length), TOTAL, COMPANY)

    @staticmethod
    def _whose(_provider_id, name):
        return name


class PaymentImporter(AccountImporter):
    """Columns bank document, provider, paid on, amount, batch."""

    model, service, name, field = Payment, payments, "bank_document", "document"
    columns = (
        Column("bank_document", _l("Bank document"), (
            "Documento bancário", "Documento do banco", "Número do documento", "Documento", "Nosso número",
            "Bank document"), text(Payment.document.type.length), required=True),
        PROVIDER,
        Column("paid_on", _l("Paid on"), ("Pago em", "Data do pagamento", "Data de pagamento", "Pagamento", "Data",
                                          "Date"), read_day, required=True),
        Column("amount", _l("Amount paid"), ("Valor pago", "Valor do pagamento", "Valor", "Amount"), read_money,
               required=True),
        _batch_of(Batch.number.type.length), COMPANY)
