"""Password policy and hashes: at least 10 characters, not a common one, not built from the account.

No composition rules. Source: architecture, "Signing in".
"""
import hashlib
import unicodedata

from flask_babel import lazy_gettext as _l
from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from ..errors import Invalid

MIN, MAX = 10, 128  # a maximum, or hashing is a free denial of service
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])


def normal(password: str) -> str:
    """The same password typed on another keyboard gives the same text."""
    return unicodedata.normalize("NFC", password)


def is_common(password: str) -> bool:
    """On the list, or one of its cheap disguises: case, digits and marks around it, the word twice."""
    low = normal(password).casefold()
    core = low.strip("0123456789!@#$%&*.-_ ")
    half = low[: len(low) // 2]
    doubled = half * 2 == low and half in _COMMON
    return low in _COMMON or core in _COMMON or not core or doubled or len(set(low)) < 4


def check_policy(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raise Invalid unless the password may be used; `about` are words of the account (user name, names)."""
    low = normal(password).casefold()
    if len(low) < MIN:
        raise Invalid(_l("The password must have at least 10 characters."), "password")
    if len(low) > MAX:
        raise Invalid(_l("The password may have at most 128 characters."), "password")
    if any(len(word) >= 4 and word.casefold() in low for word in about if word):
        raise Invalid(_l("The password must not contain your name or user name."), "password")
    if is_common(password):
        raise Invalid(_l("This password is too common: anyone could guess it."), "password")


def make(password: str, method: str) -> str:
    """The hash of a password; takes long on purpose, so never inside a transaction."""
    return generate_password_hash(normal(password), method=method)


def accept(password: str, *, about: tuple[str, ...] = (), method: str) -> str:
    """The hash of a password that keeps the policy. Raises Invalid."""
    check_policy(password, about=about)
    return make(password, method)


_nobody: dict[str, str] = {}


def verify(stored: str | None, password: str, method: str) -> bool:
    """Whether the password fits. Without a stored hash one of the CONFIGURED method is still computed: FAB's fixed fake
    hash tells known from unknown users by time as soon as the method differs."""
    if method not in _nobody:
        _nobody[method] = generate_password_hash("no such user", method=method)
    password = normal(password[: MAX + 1])
    fits = check_password_hash(stored or _nobody[method], password)
    return bool(stored) and fits and 0 < len(password) <= MAX


def fingerprint(token: str) -> str:
    """What is stored of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()
