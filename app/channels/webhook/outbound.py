"""One signed POST, and what became of it."""
import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass

from ...outgoing_http import pinned
from ...outgoing_http.addresses import NotAllowed

IDLE_SECONDS, WHOLE_SECONDS = 5.0, 15.0
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
        reply = pinned.call("POST", url, content, headers, seconds=WHOLE_SECONDS, idle=IDLE_SECONDS, most=MOST,
                            allow_private=allow_private)
    except NotAllowed as error:
        return Answer(None, str(error), permanent=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:400])
    return _judged(reply.status, reply.body.decode("utf-8", "replace"))


def _judged(status, said) -> Answer:
    if 200 <= status < 300:
        return Answer(status)
    if 300 <= status < 400:
        return Answer(status, f"HTTP {status}: redirects are not followed; give the address it leads to.",
                      permanent=True)
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return Answer(status, f"HTTP {status} {said}"[:480].strip(), permanent=status == GONE)
