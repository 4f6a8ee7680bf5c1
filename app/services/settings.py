"""System parameters that configurators keep: each with its default and its check."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Invalid, NotFound
from ..models.company import Company
from ..models.desk import Setting
from ..security.permissions import Perm
from . import protocol_mask
from .log import record
from .records import require


@dataclass(frozen=True)
class Parameter:
    """What may be set: `check(value)` returns the value to store or raises Invalid."""

    label: Any
    help: Any
    default: Any
    check: Callable[[Any], Any]


PARAMETERS = {
    "protocol_mask": Parameter(
        _l("Protocol mask"),
        _l("AAAA is the year, EMP the company's code, N the running number, one N a digit; letters, digits and “-” "
           "stay as typed."),
        protocol_mask.DEFAULT, protocol_mask.checked),
}


def get_setting(session, key: str) -> Any:
    """The stored value, else the default."""
    return stored_or_default(key, session.scalar(select(Setting.value).where(Setting.key == key)))


def stored_or_default(key: str, stored: Any) -> Any:
    """What holds where this is stored: None is nothing."""
    return PARAMETERS[key].default if stored is None else stored


def _every_company_has_a_code(session, mask: str) -> None:
    if protocol_mask.COMPANY not in protocol_mask.tokens(mask):
        return
    name = session.scalar(select(Company.name).where(Company.active, Company.code.is_(None)).limit(1))
    if name is not None:
        raise Invalid(_l("The mask has the company's code, EMP, and %(name)s has none: give it one first."), name=name)


def set_setting(session, key: str, value, *, actor, now) -> Setting:
    """Check and store a parameter. Raises NotFound for an unknown key, Invalid at field "value"."""
    require(actor, Perm.SETTING_WRITE)
    if key not in PARAMETERS:
        raise NotFound(_l("Record not found."))
    try:
        value = PARAMETERS[key].check(value)
        if key == "protocol_mask":
            _every_company_has_a_code(session, value)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="value", **refusal.params) from refusal
    setting = session.scalar(select(Setting).where(Setting.key == key)) or Setting(key=key)
    old = setting.value
    if old == value:
        return setting
    setting.value = value
    session.add(setting)
    record(session, setting, "update" if old is not None else "create", {"value": (old, value)}, actor=actor, now=now)
    return setting
