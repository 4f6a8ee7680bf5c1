"""Complaints of consumidor.gov.br as closed SAC attendances, a batch a transaction.

Área → Motivo, Assunto → Ocorrência, Problema → Causa; Grupo Problema and Problema also into the tables of
Classificação and Subclassificação; Nome Fantasia → an entity with the role of partner, set as Local; Nota → answer of
a satisfaction survey; the rest → Dados Complementares. The files name no people: each complaint gets a person made
up from its key, the same each time. The row's key on the attendance makes a second import change nothing.

What no file tells is the time of day: dates stand as midnight where the company is. The log says who wrote and when:
this import, now.
"""
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...errors import DomainError
from ...models.attendance import Attendance, AttendanceDetail, AttendanceKind, Direction
from ...models.classification import (
    Cause,
    Channel,
    Classification,
    Motive,
    Occurrence,
    Phase,
    Situation,
    Subclassification,
)
from ...models.custom_field import FieldType
from ...models.custom_record import OwnerKind
from ...models.entity import Entity, EntityKind, EntityRole, Phone, PhoneKind, RoleType
from ...models.log import LogEntry
from ...models.survey import Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from ...phones import search_digits
from ...text import normalise, searchable
from .. import entities, field_index, protocol_mask, records, registers
from ..bulk import insert_dicts, present, reserve_ids
from ..log import entry_values
from ..protocols import next_block
from ..settings import get_setting
from ..volume import numbers, words
from .complaints import Complaint, Refused
from .known import Fields, Known

BATCH = 500  # rows a transaction: a third of a second in which others wait to write on SQLite
SEED = "consumidor.gov.br"
SURVEY, QUESTION = "Consumidor.gov.br", "Nota do Consumidor"
FORM = "consumidor-gov-br", "Consumidor.gov.br"  # where they stand on attendances
FIELDS = {  # key: (label, type, column of the file)
    "como_comprou": ("Como Comprou Contratou", FieldType.CHOICE, "bought"),
    "segmento": ("Segmento de Mercado", FieldType.CHOICE, "segment"),
    "regiao": ("Região", FieldType.CHOICE, "region"),
    "uf": ("UF", FieldType.CHOICE, "state"),
    "cidade": ("Cidade", FieldType.TEXT, "city"),
    "sexo": ("Sexo", FieldType.CHOICE, "sex"),
    "faixa_etaria": ("Faixa Etária", FieldType.CHOICE, "age"),
    "tempo_resposta": ("Tempo Resposta", FieldType.INTEGER, "answer_days"),
    "procurou_empresa": ("Procurou Empresa", FieldType.BOOLEAN, "contacted"),
    "respondida": ("Respondida", FieldType.BOOLEAN, "responded"),
    "avaliacao": ("Avaliação Reclamação", FieldType.CHOICE, "evaluation"),
}
AREA_CODES = {
    "AC": "68", "AL": "82", "AM": "92", "AP": "96", "BA": "71", "CE": "85", "DF": "61", "ES": "27", "GO": "62",
    "MA": "98", "MG": "31", "MS": "67", "MT": "65", "PA": "91", "PB": "83", "PE": "81", "PI": "86", "PR": "41",
    "RJ": "21", "RN": "84", "RO": "69", "RR": "95", "RS": "51", "SC": "48", "SE": "79", "SP": "11", "TO": "63"}


@dataclass
class Outcome:
    """What became of a batch."""

    imported: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


class Importer:
    """What all rows share, read once: the owner, the registers, the survey.

    It keeps ids and names, no rows of a session; after a transaction that failed a new one is made, since rows it
    remembers may be gone.
    """

    def __init__(self, session, *, actor, now: datetime):
        self.actor, self.now = actor, now
        self.names = words.Names(SEED)
        company = registers.owner(session, actor=actor, now=now)
        self.company, self.code = {"id": company.id, "text": company.name}, company.code
        self.zone = ZoneInfo(company.timezone)
        customer, partner = (registers.by_code(session, RoleType, code, actor=actor, now=now)
                             for code in ("customer", "partner"))
        channel = registers.by_code(session, Channel, "portal", actor=actor, now=now)
        self.customer = {"id": customer.id, "text": customer.name}
        self.channel = {"id": channel.id, "text": channel.name}
        self.partner_role = partner.id
        self.motives = Known(session, Motive)
        self.occurrences = Known(session, Occurrence, "motive_id")
        self.causes = Known(session, Cause, "occurrence_id")
        self.groups = Known(session, Classification)
        self.problems = Known(session, Subclassification, "classification_id")
        self.situations = Known(session, Situation, where=[Situation.phase == Phase.CLOSED], make=self._situation)
        self.partners = Known(session, Entity, make=self._partner, where=[
            Entity.company_id == company.id, Entity.roles.any(EntityRole.role_type_id == partner.id)])
        self.fields = Fields(session, {k: v[:2] for k, v in FIELDS.items()}, form=FORM, actor=actor, now=now)
        self.survey, self.question = self._question(session)

    def write(self, session, complaints: Sequence[Complaint]) -> Outcome:
        """Import the complaints that are not there yet, in the caller's unit of work."""
        outcome = Outcome()
        there = present(session, Attendance.source_key, [row.key for row in complaints])
        fresh, values = [], []
        for row in complaints:
            if row.key in there:
                outcome.unchanged += 1
                continue
            try:
                values.append(self._related(session, row))
                fresh.append(row)
            except DomainError as refusal:
                outcome.refused.append(Refused(row.line, row.fields, [refusal]))
        if fresh:
            entries = []
            people = self._people(session, fresh, entries)
            self._attendances(session, fresh, values, people, entries)
            insert_dicts(session, LogEntry, entries)
        outcome.imported = len(fresh)
        return outcome

    # ---- registers

    def _related(self, session, row) -> dict:
        """The register rows that a complaint names, as {id, text}, and its custom values. Raises DomainError."""
        who = {"actor": self.actor, "now": self.now}
        text = row.text
        motive = self.motives.get(session, text["area"], **who)
        occurrence = self.occurrences.get(session, text["subject"], motive["id"], **who)
        cause = self.causes.get(session, text["problem"], occurrence["id"], **who)
        group = self.groups.get(session, text["problem_group"], **who)
        self.problems.get(session, text["problem"], group["id"], **who)
        own = {"answer_days": row.answer_days, "contacted": row.contacted, "responded": row.responded}
        custom = {key: self.fields.value(session, key, given, **who) for key, (_label, _kind, column) in FIELDS.items()
                  if (given := own.get(column, text[column])) not in (None, "")}
        return {"motive": motive, "occurrence": occurrence, "cause": cause, "custom": custom,
                "situation": self.situations.get(session, text["situation"], **who),
                "partner": self.partners.get(session, text["company"], **who)}

    def _situation(self, session, name):
        return registers.closing_situation(session, name, actor=self.actor, now=self.now)

    def _partner(self, session, name):
        values = {"kind": EntityKind.COMPANY, "name": name, "company": self.company["id"],
                  "roles": [{"role_type": self.partner_role, "active": True}]}
        return entities.create(session, values, actor=self.actor, now=self.now)

    def _question(self, session) -> tuple[int, int]:
        """Ids of the survey and of its only question."""
        survey = registers.ensure(session, Survey, SURVEY, actor=self.actor, now=self.now, kind="satisfaction")
        found = session.scalar(select(SurveyQuestion.id).where(
            SurveyQuestion.survey_id == survey.id, SurveyQuestion.text == QUESTION))
        return survey.id, found or records.create(session, SurveyQuestion, {
            "survey_id": survey.id, "text": QUESTION, "type": "scale"}, actor=self.actor, now=self.now).id

    # ---- people

    def _people(self, session, rows, entries) -> list[dict]:
        """A customer for each complaint, made up from its key; returns {id, text}."""
        randoms = [Random(row.key) for row in rows]  # noqa: S311 - names, not secrets
        documents = self._documents(session, randoms)
        tables = {Entity: [], EntityRole: [], Phone: []}
        people = []
        ids = reserve_ids(session, Entity, len(rows))
        for pk, row, random, document in zip(ids, rows, randoms, documents, strict=True):
            name = self.names.person(random, woman={"F": True, "M": False}.get(row.text["sex"].upper()))
            phone = numbers.mobile(AREA_CODES.get(row.text["state"].upper(), "11"), random.getrandbits(40))
            values = {"kind": EntityKind.INDIVIDUAL.value, "name": name, "document": document}
            tables[Entity].append({
                "id": pk, "company_id": self.company["id"], **values, "active": True, "search_text": searchable(name),
                "name_key": normalise(name), "custom_values": {}, "version": 1, "created_at": self.now,
                "updated_at": self.now})
            tables[EntityRole].append({"entity_id": pk, "role_type_id": self.customer["id"], "active": True})
            number = {"kind": PhoneKind.MOBILE.value, "number": phone, "search_digits": search_digits(phone),
                      "is_main": True}
            tables[Phone].append({"entity_id": pk, **number})
            told = {**values, "company": self.company}
            told = {name: (None, value) for name, value in told.items()} | {
                "roles": ([], [{"active": True, "role_type": self.customer}]), "phones": ([], [number])}
            entries.append(entry_values("entity", pk, "create", told, actor=self.actor, now=self.now))
            people.append({"id": pk, "text": name})
        for model, made in tables.items():
            insert_dicts(session, model, made)
        field_index.mirror_new(session, OwnerKind.ENTITY, ((person["id"], {}) for person in people))
        return people

    @staticmethod
    def _documents(session, randoms) -> list[str]:
        """A CPF for each, that nobody has yet: the same for the same key, unless somebody got it before."""
        drawn = [numbers.cpf(random.randrange(10**9)) for random in randoms]
        taken, met = present(session, Entity.document, drawn), set()
        for place, document in enumerate(drawn):
            while document in taken or document in met:
                document = numbers.cpf(randoms[place].randrange(10**9))
                taken |= present(session, Entity.document, [document])
            drawn[place] = document
            met.add(document)
        return drawn

    # ---- attendances

    def _attendances(self, session, rows, values, people, entries) -> None:
        mask = get_setting(session, "protocol_mask")
        years = Counter(row.opened_on.year for row in rows)
        ids = reserve_ids(session, Attendance, len(rows))
        parts = iter(reserve_ids(session, SurveyParticipation, sum(row.mark is not None for row in rows)))
        numbers_of = {year: count(next_block(session, year=year, count=n)) for year, n in sorted(years.items())}
        tables = {Attendance: [], AttendanceDetail: [], SurveyParticipation: [], SurveyAnswer: []}
        for pk, row, related, person in zip(ids, rows, values, people, strict=True):
            year = row.opened_on.year
            protocol = protocol_mask.apply(mask, year=year, number=next(numbers_of[year]), company_code=self.code)
            opened, answered, closed = map(self._midnight, (row.opened_on, row.answered_on, row.closed_on))
            tables[Attendance].append({
                "id": pk, "protocol": protocol, "kind": AttendanceKind.SAC.value, "company_id": self.company["id"],
                "entity_id": person["id"], "role_type_id": self.customer["id"], "channel_id": self.channel["id"],
                "direction": Direction.RECEPTIVE.value, "title": row.text["subject"], "opened_at": opened,
                "closed_at": closed, "motive_id": related["motive"]["id"], "occurrence_id": related["occurrence"]["id"],
                "cause_id": related["cause"]["id"], "local_partner_id": related["partner"]["id"],
                "situation_id": related["situation"]["id"], "phase": Phase.CLOSED.value,
                "custom_values": related["custom"], "source_key": row.key, "version": 1, "created_at": self.now,
                "updated_at": self.now})
            page = {"channel": self.channel, "direction": Direction.RECEPTIVE.value, "description": description(row)}
            answer = {"answer": reply(row), "answered_at": answered} if row.responded else {}
            tables[AttendanceDetail].append({
                "attendance_id": pk, "page": 1, "channel_id": self.channel["id"], "direction": page["direction"],
                "opened_at": opened, "description": page["description"], "answer": answer.get("answer"),
                "answered_at": answer.get("answered_at")})
            if row.mark is not None:
                part = next(parts)
                tables[SurveyParticipation].append({
                    "id": part, "survey_id": self.survey, "entity_id": person["id"], "attendance_id": pk,
                    "invited_at": closed, "answered_at": closed})
                tables[SurveyAnswer].append({
                    "participation_id": part, "question_id": self.question, "value": row.mark})
            told = {"protocol": protocol, "kind": AttendanceKind.SAC, "company": self.company, "entity": person,
                    "role_type": self.customer, "title": row.text["subject"], "opened_at": opened,
                    "motive": related["motive"], "occurrence": related["occurrence"], "cause": related["cause"],
                    "local_partner": related["partner"], "custom_values": related["custom"],
                    **{f"details.1.{name}": value for name, value in page.items()}}
            entries.append(first := self._entry(pk, "create", told))
            told = {"situation": related["situation"], "phase": Phase.CLOSED, "closed_at": closed,
                    **{f"details.1.{name}": value for name, value in answer.items()},
                    **({"survey_answer": {QUESTION: row.mark}} if row.mark is not None else {})}
            entries.append(self._entry(pk, "close", told, previous=(first["seq"], first["hash"])))
        for model, made in tables.items():
            insert_dicts(session, model, made)
        field_index.mirror_new(session, OwnerKind.ATTENDANCE, (
            (pk, related["custom"]) for pk, related in zip(ids, values, strict=True)))

    def _entry(self, pk, action, told, previous=(0, "")) -> dict:
        return entry_values("attendance", pk, action, {name: (None, value) for name, value in told.items()},
                            actor=self.actor, now=self.now, previous=previous)

    def _midnight(self, day: date | None) -> datetime | None:
        return day and datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


def description(row: Complaint) -> str:
    """What the file tells of a complaint, as an attendant would have written it down."""
    text = row.text
    who = ", ".join(filter(None, (text["sex"], text["age"], "/".join(filter(None, (text["city"], text["state"]))))))
    segment = f" ({text['segment']})" if text["segment"] else ""
    lines = [f"Reclamação no consumidor.gov.br sobre {text['company']}{segment}.",
             f"{text['area']} › {text['subject']}", f"{text['problem_group']}: {text['problem']}",
             f"Como comprou ou contratou: {text['bought']}" if text["bought"] else "",
             f"{'Procurou' if row.contacted else 'Não procurou'} a empresa antes de reclamar.",
             f"Consumidor: {who}" if who else ""]
    return "\n".join(filter(None, lines))


def reply(row: Complaint) -> str:
    """That and when the company answered; the open data do not hold its words."""
    days = "" if row.answer_days is None else f" (tempo de resposta: {row.answer_days} dias)"
    result = f" Avaliação do consumidor: {row.text['evaluation']}." if row.text["evaluation"] else ""
    return f"A empresa respondeu em {row.answered_on:%d/%m/%Y}{days}.{result}"
