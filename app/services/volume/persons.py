"""People and companies of the register, with roles, addresses, phones and e-mails."""
import unicodedata
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from sqlalchemy import func, select

from ...models.company import Company
from ...models.custom_record import OwnerKind
from ...models.entity import Address, EContact, Entity, EntityRole, Phone, RoleType
from ...models.log import LogEntry
from ...phones import search_digits
from ...text import normalise, searchable
from .. import field_index, registers
from ..bulk import insert_rows, present, reserve_ids, stamp
from . import journal, numbers, words

PERSON_BATCH = 5_000
_CITY_SHARES = list(accumulate(city[3] for city in words.CITIES))
_ENTITY = ("id", "company_id", "kind", "name", "trade_name", "social_name", "document", "birth_date", "active",
           "search_text", "name_key", "custom_values", "version", "created_at", "updated_at")
_PHONE = ("entity_id", "kind", "number", "search_digits", "is_main")
_EMAIL = ("entity_id", "kind", "value", "value_key", "is_main")
_ADDRESS = ("entity_id", "street", "number", "complement", "district", "city", "state", "cep", "is_main")


def add_persons(session, count: int, *, names: words.Names, seed, number: int, until: datetime, actor,
                now: datetime) -> None:
    """Write one batch of `count` persons, registered in the three years before `until`.

    `number` is that of the batch, from 0; with `seed` it says who they are.
    """
    random = Random(f"{seed} persons {number}")
    companies, shares = company_shares(session, actor=actor, now=now)
    roles = [registers.by_code(session, RoleType, code, actor=actor, now=now) for code in words.ROLE_SHARES]
    roles = {code: (row.id, row.name) for code, row in zip(words.ROLE_SHARES, roles, strict=True)}
    documents = _free_documents(session, count, random)
    rows = {Entity: [], EntityRole: [], Phone: [], EContact: [], Address: [], LogEntry: []}
    author = (actor.user_id, actor.name)

    def salt():
        return f"{random.getrandbits(64):016x}"

    for pk, (cpf, cnpj) in zip(reserve_ids(session, Entity, count), documents, strict=True):
        company = random.choices(companies, shares)[0]
        values = _values(random, names, cpf, cnpj)
        at = until - timedelta(seconds=random.randrange(3 * 365 * 86_400))
        shown = values["social_name"] or values["name"]
        search = " | ".join(searchable(x) for x in (values["name"], values["social_name"], values["trade_name"]) if x)
        rows[Entity].append((
            pk, company.id, values["kind"], values["name"], values["trade_name"], values["social_name"],
            values["document"], values["birth_date"], 1, search, normalise(shown), "{}", 1, stamp(at), stamp(at)))
        own = [roles[code] for code in _roles(random)]
        rows[EntityRole] += [(pk, role_id, 1) for role_id, _ in own]
        city, state, area, _ = random.choices(words.CITIES, cum_weights=_CITY_SHARES)[0]
        phones = [(pk, kind, e164, search_digits(e164), int(place == 0))
                  for place, (kind, e164) in enumerate(_phones(random, area, values["kind"]))]
        rows[Phone] += phones
        emails = [_email(values["name"], pk)] if random.random() < 0.7 else []
        rows[EContact] += [(pk, "email", value, value, 1) for value in emails]
        if random.random() < 0.6:
            rows[Address].append((
                pk, random.choice(words.STREETS), str(random.randrange(1, 3000)),
                f"Apto {random.randrange(11, 240)}" if random.random() < 0.3 else None, random.choice(words.DISTRICTS),
                city, state, f"{random.randrange(1_000_000, 99_999_999):08d}", 1))
        rows[LogEntry].append(journal.entry(
            "entity", pk, 1, stamp(at), author, "create",
            _changes(values, company, own, phones, emails), "", salt))
    for model, columns in ((Entity, _ENTITY), (EntityRole, ("entity_id", "role_type_id", "active")), (Phone, _PHONE),
                           (EContact, _EMAIL), (Address, _ADDRESS), (LogEntry, journal.COLUMNS)):
        insert_rows(session, model, columns, rows[model])
    field_index.mirror_new(session, OwnerKind.ENTITY, ((row[0], {}) for row in rows[Entity]))


def company_shares(session, *, actor, now) -> tuple[list[Company], list[float]]:
    """The active companies and how much of the work is whose: the oldest has nearly all."""
    registers.owner(session, actor=actor, now=now)
    companies = session.scalars(select(Company).where(Company.active).order_by(Company.id)).all()
    return companies, [8.0 ** -place for place in range(len(companies))]


def _free_documents(session, count, random):
    """Pairs (CPF, CNPJ) that no entity has."""
    start = (session.scalar(select(func.count()).select_from(Entity)) or 0) + random.randrange(90_000_000)
    found = []
    while len(found) < count:
        drawn = [(numbers.nth_cpf(n), numbers.nth_cnpj(n)) for n in range(start, start + count - len(found))]
        start += len(drawn)
        taken = present(session, Entity.document, [document for pair in drawn for document in pair])
        found += [pair for pair in drawn if not taken.intersection(pair)]
    return found


def _values(random, names, cpf, cnpj):
    values = dict.fromkeys(("trade_name", "social_name", "document", "birth_date"))
    if random.random() < 0.15:
        name = names.company(random)
        values |= {"kind": "company", "name": name, "document": cnpj}
        values["trade_name"] = " ".join(name.split()[:2]) if random.random() < 0.6 else None
    else:
        values |= {"kind": "individual", "name": names.person(random), "document": cpf}
        born = random.randrange(1940, 2007), random.randrange(1, 13), random.randrange(1, 29)
        values["birth_date"] = "{}-{:02d}-{:02d}".format(*born)
        values["social_name"] = names.person(random) if random.random() < 0.01 else None
    if random.random() < 0.03:
        values["document"] = None
    return values


def _roles(random):
    own = random.choices(list(words.ROLE_SHARES), list(words.ROLE_SHARES.values()))
    if random.random() < 0.03 and own != ["partner"]:
        own.append("partner")
    return own


def _phones(random, area, kind):
    phones = []
    if random.random() < 0.92:
        phones.append(("mobile", numbers.mobile(area, random.getrandbits(40))))
    if random.random() < (0.8 if kind == "company" else 0.2):
        phones.append(("landline", numbers.landline(area, random.getrandbits(40))))
    return phones


def _email(name, pk):
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    parts = [p for p in "".join(c if c.isalpha() else " " for c in plain).split() if len(p) > 2]
    return f"{'.'.join(parts[:1] + parts[-1:])}{pk}@example.com"


def _changes(values, company, roles, phones, emails):
    told = {**values, "company": {"id": company.id, "text": company.name}}
    rows = {
        "roles": [{"active": True, "role_type": {"id": pk, "text": text}} for pk, text in roles],
        "phones": [{"kind": kind, "number": number, "search_digits": key, "extension": None, "is_main": bool(main)}
                   for _, kind, number, key, main in phones],
        "econtacts": [{"kind": "email", "value": v, "value_key": v, "is_main": True} for v in emails]}
    told = {k: (None, v) for k, v in told.items() if v is not None} | {k: ([], v) for k, v in rows.items() if v}
    return [(name, journal.encoded(old), journal.encoded(new)) for name, (old, new) in sorted(told.items())]
