"""What the rows of a batch name in words: persons by CPF/CNPJ or name, attendances by number, companies."""
from collections import defaultdict
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from ... import documents
from ...errors import DomainError, Invalid
from ...models.attendance import Attendance
from ...models.company import Company
from ...models.entity import Entity
from ...security.visibility import visible
from ...text import normalise
from .columns import read_document


class Persons:
    """Persons in use that the actor sees, by CPF/CNPJ, by `#number`, or by a name that only one of them has."""

    def __init__(self, session, texts: Iterable[str], *, actor):
        texts = set(texts)
        self._documents = {text: found for text in texts if (found := _documents(text))}
        names = {normalise(text) for text in texts - self._documents.keys()}
        seen = (visible(Entity, actor), Entity.active)
        self._found: dict[str, list[tuple[int, int]]] = defaultdict(list)  # (id, company)
        wanted = {each for found in self._documents.values() for each in found}
        if wanted:
            for document, pk, company_id in session.execute(select(
                    Entity.document, Entity.id, Entity.company_id).where(Entity.document.in_(wanted), *seen)):
                self._found[document].append((pk, company_id))
        if names:
            rows = session.execute(select(
                Entity.name_key, Entity.company_id, func.min(Entity.id), func.max(Entity.id)).where(
                    Entity.name_key.in_(names), *seen).group_by(Entity.name_key, Entity.company_id))
            for name, company_id, first, last in rows:
                self._found[name] += [(pk, company_id) for pk in {first, last}]
        numbers = [int(name[1:]) for name in names if name[:1] == "#" and name[1:].isdecimal() and len(name) < 11]
        if numbers:
            for pk, company_id in session.execute(select(Entity.id, Entity.company_id).where(
                    Entity.id.in_(numbers), *seen)):
                self._found[f"#{pk}"].append((pk, company_id))

    @property
    def ids(self) -> set[int]:
        """Of all that were found."""
        return {pk for found in self._found.values() for pk, _company in found}

    def get(self, text: str, company_id: int | None = None) -> int:
        """The id; `company_id` chooses among those of several companies. Raises Invalid."""
        keys = self._documents.get(text) or (normalise(text),)
        for key in keys:
            found = self._found.get(key, [])
            found = [each for each in found if company_id in (None, each[1])] or found
            if len(found) > 1:
                raise Invalid(_l("Several companies have a person with this CPF/CNPJ: say which in the column "
                                 "“Company”.") if text in self._documents else
                              _l("Several persons are called “%(name)s”: give the CPF/CNPJ."), name=text[:60])
            if found:
                return found[0][0]
        if text in self._documents:
            raise Invalid(_l("No person in use has the CPF/CNPJ %(document)s."), document=documents.masked(keys[0]))
        raise Invalid(_l("No person in use is called “%(name)s”."), name=text[:60])


def _documents(text: str) -> tuple[str, ...]:
    if not any(c.isdigit() for c in text):
        return ()
    try:
        return read_document(text, None)
    except DomainError:
        return ()


class Attendances:
    """Attendances that the actor sees, by protocol or number."""

    def __init__(self, session, texts: Iterable[str], *, actor):
        typed = {_number(text) for text in texts}
        codes = {int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < 10}
        self._ids = {}
        if typed:
            rows = session.execute(select(Attendance.id, Attendance.protocol).where(
                Attendance.protocol.in_(typed) | Attendance.id.in_(codes), visible(Attendance, actor)))
            for pk, protocol in rows:
                self._ids.setdefault(str(pk), pk)
                if protocol:
                    self._ids[protocol] = pk

    def get(self, text: str) -> int:
        """The id. Raises Invalid."""
        pk = self._ids.get(_number(text))
        if pk is None:
            raise Invalid(_l("There is no attendance with this number."))
        return pk


def _number(text: str) -> str:
    return text.upper().replace(" ", "").removeprefix("ID-").removeprefix("#")


class Companies:
    """Companies in use that the actor sees, by name, CNPJ or code."""

    def __init__(self, session, *, actor):
        self._ids: dict[str, int] = {}
        for pk, name, document, code in session.execute(select(
                Company.id, Company.name_key, Company.document, Company.code).where(
                    Company.active, visible(Company, actor)).order_by(Company.id)):
            for key in filter(None, (name, document, normalise(code))):
                self._ids.setdefault(key, pk)

    def get(self, text: str) -> int:
        """The id. Raises Invalid."""
        found = self._ids.get(normalise(text)) or self._ids.get(documents.clean(text))
        if found is None:
            raise Invalid(_l("There is no company “%(name)s”."), name=text[:60])
        return found
