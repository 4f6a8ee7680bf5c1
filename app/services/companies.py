"""Companies, units and departments: the owner of the desk and its tree."""
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from .. import documents
from ..errors import Conflict, Invalid
from ..models.attendance import Attendance
from ..models.company import Company, Department, Unit
from . import records, users
from .protocol_mask import COMPANY, tokens
from .settings import get_setting

_CODE = re.compile(r"[A-Z0-9]{1,8}", re.ASCII)  # it may stand in a protocol


def _check_company(session, item, _lists, *, actor):
    try:
        ZoneInfo(item.timezone or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_l("Not a known time zone, such as America/Sao_Paulo."), field="timezone") from None
    if item.code and not _CODE.fullmatch(item.code):
        raise Invalid(_l("The code takes up to 8 letters A to Z and digits: it may stand in the protocol."),
                      field="code")
    if not item.code and item.active and COMPANY in tokens(get_setting(session, "protocol_mask")):
        raise Invalid(_l("The protocol mask has the company's code: this company needs one."), field="code")


def _clean(values) -> dict:
    """CNPJ without punctuation, code in capitals. Raises Invalid at `document`."""
    values = dict(values)
    if "document" in values:
        values["document"] = documents.checked(values["document"], "company")
    if values.get("code"):
        values["code"] = values["code"].strip().upper()
    return values


class CompanyService:
    """The verbs of companies."""

    @staticmethod
    def create(session, values, *, actor, now):
        return records.create(session, Company, _clean(values), actor=actor, now=now, check=_check_company)

    @staticmethod
    def update(session, pk, values, *, version=None, actor, now):
        return records.update(
            session, Company, pk, _clean(values), version=version, actor=actor, now=now, check=_check_company)

    @staticmethod
    def delete(session, pk, *, version=None, actor, now):
        return records.delete(session, Company, pk, version=version, actor=actor, now=now)


def _check_unit(session, item, _lists, *, actor):
    state = inspect(item)
    if not state.persistent or not state.attrs.company.history.has_changes():
        return
    if session.scalar(select(1).where(Attendance.unit_id == item.id).limit(1)) is not None:
        raise Conflict(_l("This record is already in use: it cannot move. Deactivate it and add another."),
                       field="company")


def _check_department(session, item, _lists, *, actor):
    """The one above is of the same company and not below this one."""
    above, seen = item.parent, {item.id}
    if above is not None and above.company_id != (item.company.id if item.company else item.company_id):
        raise Invalid(_l("The department above belongs to another company."), field="parent")
    while above is not None:
        if above.id in seen:
            raise Invalid(_l("A department cannot be inside itself."), field="parent")
        seen.add(above.id)
        above = above.parent
    state = inspect(item)
    if state.persistent and state.attrs.company.history.has_changes() and session.scalar(
            select(1).where(Department.parent_id == item.id).limit(1)) is not None:
        raise Conflict(_l("There are departments inside this one: it cannot move to another company."), field="company")


class UnitService:
    """The verbs of units. Whoever restricts one is a member of it from then on."""

    @staticmethod
    def create(session, values, *, actor, now):
        unit = records.create(session, Unit, values, actor=actor, now=now, check=_check_unit)
        if unit.restricted:
            users.join_unit(session, unit, actor=actor, now=now)
        return unit

    @staticmethod
    def update(session, pk, values, *, version=None, actor, now):
        was_restricted = records.get_visible(session, Unit, pk, actor).restricted
        unit = records.update(session, Unit, pk, values, version=version, actor=actor, now=now, check=_check_unit)
        if unit.restricted and not was_restricted:
            users.join_unit(session, unit, actor=actor, now=now)
        return unit

    @staticmethod
    def delete(session, pk, *, version=None, actor, now):
        return records.delete(session, Unit, pk, version=version, actor=actor, now=now)


companies = CompanyService()
units = UnitService()
departments = records.service_for(Department, check=_check_department)
