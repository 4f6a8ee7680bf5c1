"""Departments in a package: each of a company, which is named only where there is more than one."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from ...errors import DomainError, Invalid
from ...models.company import Company, Department
from ...security.permissions import Perm
from ...security.visibility import visible
from .. import companies
from .known import Known, Path, compared, shown
from .part import Part


class DepartmentPart(Part):
    """A department is known by its name, and by its company's too where the installation has several.

    An installation of one company says none: its package fits another that is called otherwise. A new department of
    which no company is said is of the first company of the person.
    """

    def __init__(self):
        super().__init__("departments", _l("Departments"), Department, companies.departments, Perm.STRUCTURE_WRITE,
                         refs=("company", "parent"))

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        self._meet_companies(session, known)
        return super().read(session, known)

    def entry(self, row, known: Known) -> dict:
        said = super().entry(row, known)
        if len(known.path_of(Department, row.id)) == 1:
            del said["company"]
        return said

    def path(self, entry: dict) -> Path:
        name, company = super().path(entry), entry.get("company")
        if company is None:
            return name
        if not isinstance(company, list) or len(company) != 1:
            raise Invalid(_l("Not a valid value."), field="company")
        return (str(company[0]), *name)

    def keep(self, session, known: Known, pk: int, entry: dict) -> None:
        row = session.get(Department, pk)
        self._keep(known, row.company_id, pk, row.name, several=self._several(session))

    def values(self, entry: dict, known: Known) -> dict:
        company = entry.get("company")
        if company is not None and known.id_of(Company, company) is None:
            raise Invalid(_l("There is no company “%(name)s” here: register it first, or take the lines “company” out "
                             "of the package."), field="company", name=shown(company)[:200])
        return super().values({name: value for name, value in entry.items() if name != "company" or value is not None},
                              known)

    def differs(self, name: str, old, new) -> bool:
        """Where one of the two says no company, it is the same: by it the department was found."""
        if name == "company" and (old is None or new is None):
            return False
        return super().differs(name, old, new)

    def is_called(self, entry: dict, path: Path) -> bool:
        return compared([entry[self.key]]) == compared(path)[-1:]

    def in_order(self, entries) -> list[dict]:
        """Each after the one above it."""
        ready, left = [], list(entries)
        while left:
            paths = {path for each in left if (path := self._path(each))}
            names = {path[-1:] for path in paths}
            now = [each for each in left if not _waits(each.get("parent"), paths, names)] or left
            ready += now
            left = [each for each in left if each not in now]
        return ready

    def create(self, session, values, *, actor, now) -> int:
        if not values.get("company"):
            first = session.scalar(select(Company.id).where(visible(Company, actor), Company.active)
                                   .order_by(Company.id).limit(1))
            values = {**values, "company": {"id": first} if first is not None else None}
        return super().create(session, values, actor=actor, now=now)

    # ---- pieces

    def path_of_row(self, row, known: Known) -> Path:
        return tuple(known.path_of(Department, row.id))

    def _meet_companies(self, session, known) -> None:
        """Which companies there are, and how each department is called beside them."""
        for pk, name in session.execute(select(Company.id, Company.name)):
            known.keep(Company, pk, (name,))
        several = self._several(session)
        for pk, company, name in session.execute(select(Department.id, Department.company_id, Department.name)):
            self._keep(known, company, pk, name, several=several)

    @staticmethod
    def _several(session) -> bool:
        return session.scalar(select(func.count()).select_from(Company)) > 1

    @staticmethod
    def _keep(known, company, pk, name, *, several) -> None:
        full = (*known.path_of(Company, company), name)
        known.keep(Department, pk, *((full, (name,)) if several else ((name,), full)))

    def _path(self, entry) -> Path:
        try:
            return compared(self.path(entry))
        except DomainError:  # told where its turn comes
            return ()


def _waits(above, paths, names) -> bool:
    """Whether the department above is still to come, called with its company or without."""
    if not isinstance(above, list) or not above:
        return False
    above = compared(above)
    return above in paths or above[-1:] in (paths if len(above) > 1 else names)
