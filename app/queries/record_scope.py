"""Which records of configurators' forms lie behind a person's menus, said as ranges of indexes.

The same as the rule of `security/visibility.py`, menu by menu: records of all begin with the company, one's own with
the owner, those of a department with it, so that each range has them in the order of their numbers.
"""
from sqlalchemy import false, select

from ..models.company import Company
from ..models.custom_record import CustomRecord
from ..models.dynamic_menu import RecordsOf
from ..security.visibility import own_companies
from .custom_menus import Access

BRANCHES = 16  # companies of a person, each a range of an index; of more they are looked at row by row
_R = CustomRecord


def branches_of(viewer, access: Access, companies: list[int] | None, *, attendance: int | None = None,
                entity: int | None = None) -> list[tuple]:
    """Conditions, one of which holds of every record that the viewer may see; they never overlap. Of several menus the
    widest counts. That the record's attendance is one he sees is asked besides (`record_attendance`)."""
    if viewer.entity_id or not access.menus or companies == []:
        return [(false(),)]
    form, owners = _R.form_id == access.form.id, _owners(viewer, {menu.records_of for menu in access.menus})
    among = () if companies is None else (_R.company_id.in_(companies),)
    one = [(_R.attendance_id == attendance,)] if attendance else []
    one += [(_R.entity_id == entity,)] if entity else []
    if one:
        return [(*(x for each in one for x in each), form, *owner, *among) for owner in owners]
    if owners != [()] or companies is None or len(companies) > BRANCHES:
        return [(*owner, form, *among) for owner in owners]
    return [(_R.company_id == pk, form) for pk in companies]


def _owners(viewer, whose: set[str]) -> list[tuple]:
    if RecordsOf.ALL in whose:
        return [()]
    made: list[tuple] = [(_R.owner_id == viewer.user_id,)]
    if RecordsOf.DEPARTMENT in whose and viewer.department_id is not None:
        made.append((_R.department_id == viewer.department_id, _R.owner_id != viewer.user_id))
    return made


def companies_of(session, viewer) -> list[int] | None:
    """The viewer's companies; None of who sees them all, where there are several."""
    if viewer.all_companies:
        every = session.scalars(select(Company.id).order_by(Company.id).limit(2)).all()
        return list(every) if len(every) == 1 else None
    return sorted(session.scalars(own_companies(viewer)))
