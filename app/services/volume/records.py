"""Records of a configurators' form by the hundred thousand, each with its index and the log of its adding: what
`custom_records.add_record` would have written of the same values, by whoever is said to have added them."""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from ...models.attendance import Attendance
from ...models.company import Company
from ...models.custom_field import FieldType
from ...models.custom_record import CustomRecord, FieldIndex, OwnerKind
from ...models.entity import Entity
from ...models.identity import UserProfile
from ...models.log import LogEntry
from ...queries.catalogue import FormSpec
from ...security.viewer import Viewer
from .. import custom_types as types
from .. import field_index
from ..bulk import insert_rows, reserve_ids, stamp
from ..log import actor_text
from . import journal, numbers, words
from .persons import company_shares

RECORD_BATCH = 5_000
DAYS = 730
DRAWN = 50_000  # persons and attendances, at most, that records name
_RECORD = ("id", "form_id", "company_id", "owner_id", "department_id", "attendance_id", "entity_id", "values",
           "search_text", "version", "created_at", "updated_at")
_INDEX = ("field_id", "kind", "owner_id", "place", "value")
_EMPTY = 0.04  # share of fields left empty


@dataclass
class Shelf:
    """What records of one form are drawn from, read once."""

    form: FormSpec
    companies: list = field(default_factory=list)  # ids
    shares: list = field(default_factory=list)  # of the work, added up
    names: dict = field(default_factory=dict)  # company id: how the log names it, as JSON
    owners: dict = field(default_factory=dict)  # company id: [(user id, department id, name)]
    people: dict = field(default_factory=dict)  # company id: [entity id]
    cases: dict = field(default_factory=dict)  # company id: [(attendance id, JSON, entity id, JSON)]

    @classmethod
    def read(cls, session, form: FormSpec, *, actor, now) -> "Shelf":
        """Load it. Raises LookupError where a company has nobody who could have added a record."""
        shelf = cls(form)
        companies, shares = company_shares(session, actor=actor, now=now)
        for company, share in zip(companies, shares, strict=True):
            pk = company.id
            owners = [(row.id, row.profile.department_id, actor_text(Viewer(row.id, row.get_full_name(), row.username)))
                      for row in session.scalars(select(User).join(UserProfile, UserProfile.user_id == User.id).where(
                          User.active, UserProfile.entity_id.is_(None), UserProfile.companies.any(Company.id == pk))
                          .order_by(User.id))]
            if not owners:
                continue
            shelf.companies.append(pk)
            shelf.shares.append(share + (shelf.shares[-1] if shelf.shares else 0))
            shelf.owners[pk], shelf.names[pk] = owners, _named(pk, str(company))
            shelf.people[pk] = list(session.scalars(
                select(Entity.id).where(Entity.company_id == pk, Entity.active).limit(DRAWN)))
            shelf.cases[pk] = [(case, _named(case, protocol or f"#{case}"), entity, entity and _named(entity, name))
                               for case, protocol, entity, name in session.execute(select(
                                   Attendance.id, Attendance.protocol, Attendance.entity_id,
                                   func.coalesce(Entity.social_name, Entity.name))
                                   .outerjoin(Entity, Entity.id == Attendance.entity_id)
                                   .where(Attendance.company_id == pk, Attendance.unit_id.is_(None)).limit(DRAWN))]
        if not shelf.companies:
            raise LookupError("no company has a member of staff")
        return shelf


def _named(pk: int, text: str) -> str:
    """How the log names a row, as JSON."""
    return journal.encoded({"id": pk, "text": text})


def add_records(session, count: int, shelf: Shelf, *, names: words.Names, seed, span: tuple[float, float],
                until: datetime) -> None:
    """Write one batch: records, the index of their searchable fields, and an entry of the log each. `span`: which part
    of the two years before `until`, from 0 to 1."""
    maker, (begins, ends) = _Maker(Random(f"{seed} records {span[0]}"), shelf, names), span
    for place, pk in enumerate(reserve_ids(session, CustomRecord, count)):
        passed = begins + (ends - begins) * place / count
        maker.make(pk, until - timedelta(seconds=int((1 - passed) * DAYS * 86_400)))
    insert_rows(session, CustomRecord, _RECORD, maker.records)
    insert_rows(session, FieldIndex, _INDEX, maker.keys)
    insert_rows(session, LogEntry, journal.COLUMNS, maker.entries)


class _Maker:
    """Makes up one record after the other."""

    def __init__(self, random: Random, shelf: Shelf, names):
        self.random, self.shelf, self.names, self.added = random, shelf, names, None
        self.records, self.keys, self.entries = [], [], []
        self.fields = [(each, make) for each in shelf.form.fields if not each.mask and not each.pattern
                       and (make := _MAKERS.get(FieldType(each.type)))]
        self.offered = {each.key: types.offered(each) for each, _make in self.fields}
        self.searchable = [each for each in shelf.form.every if each.searchable and each.active]
        self.said = words.descriptions()
        self.form = _named(shelf.form.id, shelf.form.name)

    def make(self, pk: int, added: datetime) -> None:
        random, shelf, self.added = self.random, self.shelf, added
        company = random.choices(shelf.companies, cum_weights=shelf.shares)[0]
        owner, department, who = random.choice(shelf.owners[company])
        cases = shelf.cases[company]
        case = random.choice(cases) if cases and random.random() < 0.2 else (None,) * 4
        at = stamp(added)
        values = {}
        for each, make in self.fields:
            if each.required or random.random() > _EMPTY:
                made = make(self, each, company)
                if made is not None:
                    values[each.key] = made
        told = journal.encoded(values)
        text = field_index.search_text(self.searchable, values)
        self.records.append((pk, shelf.form.id, company, owner, department, case[0], case[2], told, text, 1, at, at))
        for each in self.searchable:
            for place, key in enumerate(field_index.rows(each, values.get(each.key))):
                self.keys.append((each.id, OwnerKind.RECORD.value, pk, place, key))
        changes = [("attendance", case[1]), ("company", shelf.names[company]), ("entity", case[3]),
                   ("form", self.form)]
        self.entries.append(journal.entry(
            "custom_record", pk, 1, at, (owner, who), "create",
            [*((name, "null", new) for name, new in changes if new), ("values", "{}", told)], "", self._salt))

    def _salt(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    # ---- a value of each type

    def _text(self, each, _company):
        if each.key.startswith("cod"):
            return f"UC-{self.random.randrange(10_000_000):07d}"
        return self.names.person(self.random)[:each.maximum or 200]

    def _long(self, _each, _company):
        return self.random.choice(self.said)

    def _whole(self, each, _company):
        return self.random.randint(int(each.minimum or 0), int(each.maximum or 500))

    def _decimal(self, each, _company):
        low, high = float(each.minimum or 0), float(each.maximum or 10_000)
        made = f"{low + self.random.random() * (high - low):.2f}"
        return made if each.type == FieldType.MONEY else made.rstrip("0").rstrip(".")

    def _day(self, _each, _company):
        return self._moment().date().isoformat()

    def _instant(self, _each, _company):
        return self._moment().isoformat()

    def _moment(self) -> datetime:
        """Some days after the record was added."""
        return (self.added + timedelta(minutes=int(self.random.random() ** 2 * 30 * 1440))).astimezone(UTC)

    def _boolean(self, _each, _company):
        return self.random.random() < 0.8

    def _choice(self, each, _company):
        offered = self.offered[each.key]
        return offered[int(len(offered) * self.random.random() ** 1.6)] if offered else None

    def _choices(self, each, _company):
        offered = self.offered[each.key]
        return [value for value in offered if self.random.random() < 0.3] or offered[:1] or None

    def _document(self, _each, _company):
        return numbers.cpf(self.random.randrange(1_000_000_000))

    def _phone(self, _each, _company):
        return numbers.mobile("11", self.random.getrandbits(40))

    def _email(self, _each, _company):
        return f"contato{self.random.randrange(10_000_000)}@example.com"

    def _url(self, _each, _company):
        return f"https://example.com/mapa/{self.random.randrange(10_000_000)}"

    def _person(self, _each, company):
        people = self.shelf.people[company]
        return self.random.choice(people) if people else None


_MAKERS: dict[FieldType, Callable] = {
    FieldType.TEXT: _Maker._text, FieldType.LONG_TEXT: _Maker._long, FieldType.INTEGER: _Maker._whole,
    FieldType.DECIMAL: _Maker._decimal, FieldType.MONEY: _Maker._decimal, FieldType.DATE: _Maker._day,
    FieldType.DATETIME: _Maker._instant, FieldType.BOOLEAN: _Maker._boolean, FieldType.CHOICE: _Maker._choice,
    FieldType.CHOICES: _Maker._choices, FieldType.CPF_CNPJ: _Maker._document, FieldType.PHONE: _Maker._phone,
    FieldType.EMAIL: _Maker._email, FieldType.URL: _Maker._url, FieldType.PERSON: _Maker._person}
