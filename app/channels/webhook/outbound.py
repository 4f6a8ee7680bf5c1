"""One signed POST: to the checked address, within a time limit, following nothing, reading little of the answer."""
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from .addresses import NotAllowed, resolve

CONNECT_SECONDS, WHOLE_SECONDS = 5.0, 15.0
MOST = 2_000  # bytes read of an answer
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What became of a try. `status` is None where nobody answered; `permanent`: trying again is useless."""

    status: int | None
    error: str | None = None
    permanent: bool = False

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def written(body: dict) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, stamp: int, content: bytes) -> str:
    """`t=<unix>,v1=<hex>`: HMAC-SHA256 of "<t>.<body>"; the time keeps an old post from being played again."""
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + content, hashlib.sha256)
    return f"t={stamp},v1={mac.hexdigest()}"


def post(url: str, body: dict, *, event: str, key: str, secret: str, stamp: int, allow_private: bool) -> Answer:
    """Send it, and say what became of it; never raises for what the other side does."""
    content = written(body)
    headers = {
        "Content-Type": "application/json", "User-Agent": "Balcao-Webhook/1", "Connection": "close",
        "Content-Length": str(len(content)), "X-Balcao-Event": event, "X-Balcao-Delivery": key, "Idempotency-Key": key,
        "X-Balcao-Signature": signature(secret, stamp, content)}
    try:
        return _post(url, content, headers, allow_private)
    except NotAllowed as error:
        return Answer(None, str(error), permanent=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:400])


def _post(url, content, headers, allow_private) -> Answer:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    address = resolve(parts.hostname, port, allow_private=allow_private)
    channel = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
    open_ = [channel]
    end = threading.Timer(WHOLE_SECONDS, _hang_up, (open_,))  # a limit a read alone lets a slow answer last for ever
    end.daemon = True
    end.start()
    try:
        if tls:
            channel = ssl.create_default_context().wrap_socket(
                channel, server_hostname=parts.hostname, do_handshake_on_connect=False)
            open_[0] = channel  # the plain one is empty now
            channel.do_handshake()
        connection = http.client.HTTPConnection(parts.hostname, port)
        connection.sock = channel
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, content, {"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        said = answer.read(MOST).decode("utf-8", "replace")
        return _judged(answer.status, said)
    finally:
        end.cancel()
        channel.close()


def _judged(status, said) -> Answer:
    if 200 <= status < 300:
        return Answer(status)
    if 300 <= status < 400:
        return Answer(status, f"HTTP {status}: redirects are not followed; give the address it leads to.",
                      permanent=True)
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return Answer(status, f"HTTP {status} {said}"[:480].strip(), permanent=status == GONE)


def _hang_up(open_) -> None:
    try:
        open_[0].shutdown(socket.SHUT_RDWR)  # wakes a read that waits; a mere close would not
    except OSError:
        return
