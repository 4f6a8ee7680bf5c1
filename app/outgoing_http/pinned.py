"""One request: to the checked address, within a time limit, following nothing, reading little of the answer."""
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from .addresses import NotAllowed, is_public, resolve

CONNECT_SECONDS = 5.0
_PIECE = 16_384


class InClear(NotAllowed):
    """A secret would cross the internet unencrypted."""


@dataclass(frozen=True)
class Reply:
    """An answer. `body` are its first bytes; `end` says what ended it: "whole", "long" (there was more than was to be
    read), "late" (the time was up) or "broken" (the other side hung up)."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    end: str = "whole"


def call(method: str, url: str, content: bytes | None, headers: dict[str, str], *, seconds: float, most: int,
         allow_private: bool, idle: float | None = None, secret: bool = False) -> Reply:
    """Send a request and read at most `most` bytes of what comes back, in at most `seconds` after the name was looked
    up; `idle` seconds without a byte end it too. With `secret`, plain http goes into one's own network alone.

    Raises NotAllowed, InClear, TimeoutError, any other OSError, http.client.HTTPException, ValueError (no address).
    """
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    address = resolve(parts.hostname, port, allow_private=allow_private)
    if secret and not tls and is_public(address):
        raise InClear("a secret is not sent over plain http")
    channel = socket.create_connection((address, port), timeout=min(CONNECT_SECONDS, seconds))
    channel.settimeout(idle or seconds)
    open_, up = [channel], threading.Event()
    end = threading.Timer(seconds, _hang_up, (open_, up))  # a limit a read alone lets a slow answer last for ever
    end.daemon = True
    end.start()
    try:
        if tls:
            channel = ssl.create_default_context().wrap_socket(
                channel, server_hostname=parts.hostname, do_handshake_on_connect=False)
            open_[0] = channel  # the plain one is empty now
            channel.do_handshake()
        return _exchange(channel, parts, method, content, headers, most, up)
    except (OSError, http.client.HTTPException) as error:
        if up.is_set():
            raise TimeoutError(f"no answer in {seconds:g} seconds") from error
        raise
    finally:
        end.cancel()
        channel.close()


def _exchange(channel, parts, method, content, headers, most, up) -> Reply:
    connection = http.client.HTTPConnection(parts.hostname)
    connection.sock = channel
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request(method, path, content, {"Host": parts.netloc, **headers})
    answer = connection.getresponse()
    body, end = b"", "whole"
    try:
        while len(body) <= most and (piece := answer.read(min(_PIECE, most + 1 - len(body)))):
            body += piece
    except (OSError, http.client.HTTPException):
        end = "broken"
    if len(body) > most:
        end = "long"
    elif up.is_set():
        end = "late"
    elif answer.length:  # of what was announced something is missing
        end = "broken"
    return Reply(answer.status, answer.headers, body[:most], end)


def _hang_up(open_, up) -> None:
    up.set()
    with suppress(OSError):
        open_[0].shutdown(socket.SHUT_RDWR)  # wakes a read that waits; a mere close would not
