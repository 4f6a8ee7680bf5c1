"""Protocol numbers: one gap-free counter a year for the installation (M-03, B-13, requirements 1b)."""
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from ..models.company import Company
from . import protocol_mask
from .settings import get_setting

_NEXT = text(
    "insert into protocol_counter (kind, year, last) values (:kind, :year, :count) "
    "on conflict (kind, year) do update set last = protocol_counter.last + :count returning last")


def numbered(session, typed: str, *, year: int) -> set[str]:
    """The protocols of `year` and of the year before that have this running number, typed as its last six digits or
    more. None of a mask with the company's code, which nobody knows from the number."""
    if not re.fullmatch(r"[0-9]{6,15}", typed):
        return set()
    masks = {mask for mask in (protocol_mask.DEFAULT, get_setting(session, "protocol_mask")) if "EMP" not in mask}
    return {protocol_mask.apply(mask, year=each, number=int(typed)) for mask in masks for each in (year, year - 1)}


def next_block(session, *, year: int, count: int, kind: str = "attendance") -> int:
    """Take `count` numbers and return the first. The counter's row is locked until the transaction ends: call last."""
    return session.execute(_NEXT, {"kind": kind, "year": year, "count": count}).scalar_one() - count + 1


def next_protocol(session, *, company: Company, opened_at: datetime) -> str:
    """The next protocol, of the year in which the attendance opens where the company is."""
    year = opened_at.astimezone(ZoneInfo(company.timezone)).year
    mask = get_setting(session, "protocol_mask")
    return protocol_mask.apply(mask, year=year, number=next_block(session, year=year, count=1),
                               company_code=company.code)


