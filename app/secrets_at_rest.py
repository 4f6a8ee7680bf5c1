"""Secrets of other systems as they lie in the database: encrypted, under keys that rotate (ENCRYPTION_KEYS)."""
import base64
from collections.abc import Sequence
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO = b"balcao secrets at rest"  # another use of the same keys derives other ones


class LostKey(Exception):
    """What was sealed cannot be opened: its key is no longer among ENCRYPTION_KEYS."""


def seal(text: str, keys: Sequence[str]) -> str:
    """The text encrypted with the first of the keys."""
    return _ring(tuple(keys)).encrypt(text.encode()).decode()


def unseal(sealed: str, keys: Sequence[str]) -> str:
    """The text that any of the keys has sealed. Raises LostKey."""
    try:
        return _ring(tuple(keys)).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise LostKey("sealed with a key that is not among ENCRYPTION_KEYS") from error


@cache
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """Any text makes a key: an operator types what he likes."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(key.strip().encode())
    return base64.urlsafe_b64encode(made)
