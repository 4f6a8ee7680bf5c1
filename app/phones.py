"""Telephones as typed in Brazil, kept in E.164 and found with or without the ninth digit (B-16)."""
import re

from flask_babel import lazy_gettext as _l

from .errors import Invalid
from .text import digits

# Area codes in use (Anatel): what is tried when someone searches a local number.
AREA_CODES = (
    "11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "22", "24", "27", "28", "31", "32", "33", "34",
    "35", "37", "38", "41", "42", "43", "44", "45", "46", "47", "48", "49", "51", "53", "54", "55", "61", "62",
    "63", "64", "65", "66", "67", "68", "69", "71", "73", "74", "75", "77", "79", "81", "82", "83", "84", "85",
    "86", "87", "88", "89", "91", "92", "93", "94", "95", "96", "97", "98", "99",
)
_TYPED = re.compile(r"[0-9+()\-./\s\u00a0\u2010-\u2015]+")


def parsed(typed: str | None) -> str | None:
    """`parse`, or None for what is no phone: that is refused where it is saved."""
    try:
        return parse(typed) if typed and typed.strip() else None
    except Invalid:
        return None


def parse(text: str, field: str | None = None) -> str:
    """What was typed as E.164: `(11) 98765-4321` -> `+5511987654321`. A mobile typed without its ninth digit gets it.

    Numbers without a country code are Brazilian. Raises Invalid at `field`.
    """
    import phonenumbers  # 30 ms to import: only who saves a phone pays

    typed = (text or "").strip()
    refusal = Invalid(_l("Invalid phone. Type it with the area code, such as (11) 98765-4321."), field=field)
    if not _TYPED.fullmatch(typed) or len(typed) > 40:
        raise refusal  # the library would read letters as keys of a telephone
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    try:
        number = phonenumbers.parse(typed, "BR")
    except phonenumbers.NumberParseException:
        raise refusal from None
    if not phonenumbers.is_valid_number(number):
        national = str(number.national_number)
        if number.country_code != 55 or len(national) != 10 or national[2] not in "6789":
            raise refusal
        number.national_number = int(f"{national[:2]}9{national[2:]}")  # a mobile of before 2016
        if not phonenumbers.is_valid_number(number):
            raise refusal
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(e164: str | None) -> str:
    """For people: `+5511987654321` -> `(11) 98765-4321`, foreign numbers with their country code."""
    number = e164 or ""
    national = number[3:]
    if number.startswith("+55"):
        if len(national) == 8:
            return f"{national[:4]}-{national[4:]}"  # 4004-1234
        if len(national) == 10 and national[:2] not in AREA_CODES:
            return f"0{national[:3]} {national[3:6]} {national[6:]}"  # 0800 123 4567
        if len(national) in (10, 11):
            return f"({national[:2]}) {national[2:-4]}-{national[-4:]}"
        return number
    if not number.startswith("+"):
        return number
    import phonenumbers  # foreign numbers are few

    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


def is_mobile(e164: str | None) -> bool:
    """Whether an SMS may reach this number."""
    number = e164 or ""
    if number.startswith("+55"):
        return len(number) == 14 and number[5] == "9" and number[3:5] in AREA_CODES
    if not number.startswith("+"):
        return False
    import phonenumbers  # foreign numbers are few

    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def search_digits(e164: str) -> str:
    """The key of `phone.search_digits`: national digits without the ninth; foreign ones with their country code."""
    number = digits(e164)
    return without_ninth(number[2:]) if number.startswith("55") else number


def without_ninth(national: str) -> str:
    """`11987654321` -> `1187654321`; any other length is left alone."""
    return national[:2] + national[3:] if len(national) == 11 and national[2] == "9" else national


def search_keys(text: str) -> tuple[list[str], list[str]]:
    """(whole keys, beginnings of keys) under which a phone typed in a search box may be stored.

    Understands country code, trunk zero, carrier, punctuation, the ninth digit there or not, and local numbers without
    the area code. Beginnings need an area code and four digits, else half the register would answer.
    """
    typed = digits(text)
    if (text or "").strip().startswith("+") and not typed.startswith("55"):
        return [typed], [typed] if len(typed) >= 6 else []
    if typed.startswith("55") and len(typed) in (12, 13):
        return [without_ninth(typed[2:]), typed], []
    national = typed.lstrip("0")
    if typed.startswith("0") and len(national) in (12, 13):
        national = national[2:]  # the carrier that was dialled
    whole, beginnings = [], []
    if len(national) in (8, 9) and (len(national) == 8 or national[0] == "9"):
        local = national[-8:]
        whole = [national, *(area + local for area in AREA_CODES)]
    elif len(national) >= 10:
        whole = [without_ninth(national)]
    if 6 <= len(national) <= 10:
        beginnings = [national] + ([national[:2] + national[3:]] if national[2] == "9" else [])
    return list(dict.fromkeys(whole)), beginnings
