"""Protocol numbers: one gap-free counter a year for the installation (M-03, B-13, requirements 1b)."""
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, text

from ..database import json_type
from ..models.company import Company
from . import protocol_mask
from .settings import get_setting, stored_or_default

_MASK = "protocol_mask"
_NEXT = text(
    "insert into protocol_counter (kind, year, last) values (:kind, :year, :count) "
    "on conflict (kind, year) do update set last = protocol_counter.last + :count returning last, "
    "(select value from setting where key = :mask) as mask").columns(last=Integer, mask=json_type())


def numbered(session, typed: str, *, year: int) -> set[str]:
    """The protocols of `year` and of the year before that have this running number, typed as its last six digits or
    more. None of a mask with the company's code, which nobody knows from the number."""
    if not re.fullmatch(r"[0-9]{6,15}", typed):
        return set()
    masks = {mask for mask in (protocol_mask.DEFAULT, get_setting(session, _MASK)) if "EMP" not in mask}
    return {protocol_mask.apply(mask, year=each, number=int(typed)) for mask in masks for each in (year, year - 1)}


def next_block(session, *, year: int, count: int, kind: str = "attendance") -> int:
    """Take `count` numbers and return the first. The counter's row is locked until the transaction ends: call last."""
    return _take(session, kind, year, count).last - count + 1


def next_protocol(session, *, company: Company, opened_at: datetime) -> str:
    """The next protocol, of the year in which the attendance opens where the company is."""
    year = opened_at.astimezone(ZoneInfo(company.timezone)).year
    taken = _take(session, "attendance", year, 1)
    return protocol_mask.apply(stored_or_default(_MASK, taken.mask), year=year, number=taken.last,
                               company_code=company.code)


def _take(session, kind, year, count):
    """The counter after `count` numbers more, and the mask that is set, in one statement."""
    return session.execute(_NEXT, {"kind": kind, "year": year, "count": count, "mask": _MASK}).one()
