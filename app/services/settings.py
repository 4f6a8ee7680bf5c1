"""System parameters that configurators keep: each with its default and its check."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Invalid, NotFound
from ..models.classification import Counting
from ..models.company import Company
from ..models.desk import Setting
from ..security.permissions import Perm
from . import protocol_mask
from .entity_rules import NOT_A_CHOICE
from .log import record
from .records import require

SYSTEM, PERSON, PROVIDERS = "system", "person", "providers"  # tabs of the screen
TABS = {SYSTEM: _l("General"), PERSON: _l("Person concept"), PROVIDERS: _l("Service to providers")}
YES_NO = {"yes": _l("YES"), "no": _l("NO")}
UPLOAD_CEILING = "UPLOAD_MAX_MB"  # of the installation


@dataclass(frozen=True)
class Parameter:
    """What may be set: `check(value)` returns the value to store or raises Invalid. `choices` {code: label} or `whole`
    (least, most) say how it is typed; `ceiling` names the setting of the installation that it may not exceed."""

    label: Any
    help: Any
    default: Any
    check: Callable[[Any], Any]
    tab: str = SYSTEM
    section: Any = TABS[SYSTEM]
    choices: dict[str, Any] | None = None
    whole: tuple[int, int] | None = None
    ceiling: str = ""

    def code(self, value) -> Any:
        """The value as the form has it."""
        return ("yes" if value else "no") if self.choices is YES_NO else value

    def shown(self, value) -> str:
        """The value as a person reads it."""
        return str(self.choices[self.code(value)]) if self.choices else str(value)


def _flag(value) -> bool:
    if value in ("yes", "no"):
        return value == "yes"
    if isinstance(value, bool):
        return value
    raise Invalid(NOT_A_CHOICE)


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def check(value):
        text = str(value).strip()
        if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
            raise Invalid(_l("Type a whole number from %(least)s to %(most)s."), least=least, most=most)
        return int(text)
    return check


def _one_of(choices) -> Callable[[Any], str]:
    def check(value):
        if value not in choices:
            raise Invalid(NOT_A_CHOICE)
        return str(value)
    return check


def _yes_no(label, explanation, default: bool, tab: str, section) -> Parameter:
    return Parameter(label, explanation, default, _flag, tab, section, choices=YES_NO)


def _number(label, explanation, default: int, least: int, most: int, **more) -> Parameter:
    return Parameter(label, explanation, default, _whole(least, most), PROVIDERS, TABS[PROVIDERS],
                     whole=(least, most), **more)


COUNTINGS = {Counting.CALENDAR_DAYS.value: _l("Calendar days"), Counting.BUSINESS_DAYS.value: _l("Business days")}
NOTHING, MOTIVE, OCCURRENCE, CAUSE = "none", "motive", "occurrence", "cause"
CLOSING = {NOTHING: _l("Nothing"), MOTIVE: _l("Motive"), OCCURRENCE: _l("Motive and occurrence"),
           CAUSE: _l("Motive, occurrence and cause")}
ANSWER, MOTIVE_AND_ANSWER = "answer", "motive_answer"
CLOSING_TICKETS = {NOTHING: CLOSING[NOTHING], MOTIVE: CLOSING[MOTIVE], ANSWER: _l("An answer to the provider"),
                   MOTIVE_AND_ANSWER: _l("Motive and an answer to the provider")}
PARAMETERS = {
    "protocol_mask": Parameter(
        _l("Protocol mask"),
        _l("AAAA is the year, EMP the company's code, N the running number, one N a digit; letters, digits and “-” "
           "stay as typed."),
        protocol_mask.DEFAULT, protocol_mask.checked),
    "close_attendance_with": Parameter(
        _l("What closing an attendance demands"),
        _l("Levels without which nobody closes an attendance, on a screen or over REST. The cause is demanded where "
           "the occurrence has causes in use; a motive may itself demand all levels. Cancelling demands nothing."),
        NOTHING, _one_of(CLOSING), section=_l("Closing of attendances"), choices=CLOSING),
    "uses_crm": _yes_no(
        _l("Uses the CRM module"),
        _l("YES: issuing a guide opens an attendance of its provider by itself, and the provider central stays closed. "
           "NO: providers are attended in the central."),
        False, PERSON, TABS[PERSON]),
    "provider_protocol": _yes_no(
        _l("Protocol for providers' tickets"),
        _l("YES: each ticket takes a number of the protocol. NO: it is known by its ticket number alone."),
        True, PROVIDERS, TABS[PROVIDERS]),
    "close_ticket_with": Parameter(
        _l("What closing a ticket demands"),
        _l("Besides classification and subclassification, which every ticket has. The motive is demanded where the "
           "subclassification has motives in use; a classification may itself demand it. The answer may be written "
           "before, or with the closing."),
        NOTHING, _one_of(CLOSING_TICKETS), PROVIDERS, TABS[PROVIDERS], choices=CLOSING_TICKETS),
    "attention_days": _number(
        _l("Days of “Attention to the deadline”"),
        _l("How many days before its deadline a ticket asks for attention."), 1, 0, 60),
    "attention_counting": Parameter(
        _l("How the days of attention are counted"),
        _l("All days, or working days: Monday to Friday, but for national holidays."),
        Counting.CALENDAR_DAYS.value, _one_of(COUNTINGS), PROVIDERS, TABS[PROVIDERS], choices=COUNTINGS),
    "upload_limit": _number(
        _l("Size of providers' files, in MB"),
        _l("The largest file that a provider may attach; never more than the installation allows."), 20, 1, 200,
        ceiling=UPLOAD_CEILING),
}


def get_setting(session, key: str) -> Any:
    """The stored value, else the default."""
    return stored_or_default(key, session.scalar(select(Setting.value).where(Setting.key == key)))


def get_settings(session, *keys: str) -> dict[str, Any]:
    """Several at once, in one statement."""
    stored = dict(session.execute(select(Setting.key, Setting.value).where(Setting.key.in_(keys))).tuples().all())
    return {key: stored_or_default(key, stored.get(key)) for key in keys}


def stored_or_default(key: str, stored: Any) -> Any:
    """What holds where this is stored: None is nothing."""
    return PARAMETERS[key].default if stored is None else stored


def provider_upload_mb(session, installation: Mapping) -> int:
    """How large a provider's file may be, in MB. `installation` is its configuration."""
    return min(get_setting(session, "upload_limit"), installation[UPLOAD_CEILING])


def _every_company_has_a_code(session, mask: str) -> None:
    if protocol_mask.COMPANY not in protocol_mask.tokens(mask):
        return
    name = session.scalar(select(Company.name).where(Company.active, Company.code.is_(None)).limit(1))
    if name is not None:
        raise Invalid(_l("The mask has the company's code, EMP, and %(name)s has none: give it one first."), name=name)


def set_setting(session, key: str, value, *, installation: Mapping | None = None, actor, now) -> Setting:
    """Check and store a parameter, within what the `installation` allows.

    Raises NotFound for an unknown key, Invalid at field "value".
    """
    require(actor, Perm.SETTING_WRITE)
    if key not in PARAMETERS:
        raise NotFound(_l("Record not found."))
    try:
        value = PARAMETERS[key].check(value)
        most = (installation or {}).get(PARAMETERS[key].ceiling)
        if most is not None and value > most:
            raise Invalid(_l("This installation takes files of at most %(most)s MB."), most=most)
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
