"""Sending one SMS: a JSON POST to the gateway of the installation, and what stands in for one in the demo."""
import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Protocol

from ..outgoing import NotNowError, RefusedError

SECONDS = 15  # of one try; well below the lease of the outbox
MOST = 2_000  # bytes read of an answer
# Statuses that a mended setting, or a little patience, changes; every other 4xx is about the message.
NOT_NOW = (401, 402, 403, 404, 405, 407, 408, 425, 429)


@dataclass(frozen=True)
class Text:
    """A message as plain values. `key` is the same at every try, so that the gateway knows a second copy."""

    key: str
    recipient: str  # E.164
    body: str


class Transport(Protocol):
    """How a text leaves. `send` returns when it was taken over; raises RefusedError or NotNowError."""

    name: str

    def send(self, text: Text) -> None: ...


def transport(settings) -> Transport | None:
    """The transport these settings ask for; None where there is no gateway and no demo: SMS wait."""
    if settings["SMS_URL"]:
        return HttpTransport(settings["SMS_URL"], settings["SMS_TOKEN"])
    return DemoTransport() if settings["DEMO"] else None


class DemoTransport:
    """Sends nothing: the message is read on the mailbox page."""

    name = "demo"

    def send(self, text: Text) -> None:
        """Taken over, and that is all."""


class HttpTransport:
    """POST {"to", "text", "key"} with the token as bearer; 2xx is taken over. Redirects are not followed."""

    name = "http"

    def __init__(self, url: str, token: str | None):
        self._url, self._token = url, token
        self._opener = urllib.request.build_opener(_NoRedirect)

    def send(self, text: Text) -> None:
        content = json.dumps({"to": text.recipient, "text": text.body, "key": text.key}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Balcao-SMS/1", "Idempotency-Key": text.key}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(self._url, content, headers, method="POST")  # noqa: S310  (config checks it)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                answer.read(MOST)
        except urllib.error.HTTPError as error:
            with error:
                said = _line(error)
            raise (RefusedError if 400 <= error.code < 500 and error.code not in NOT_NOW else NotNowError)(
                said) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise NotNowError(f"{type(error).__name__}: {reason}"[:400]) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_request):
        return None  # the 3xx is then an error of its own


def _line(error: urllib.error.HTTPError) -> str:
    """What the gateway answered, on one line."""
    try:
        said = error.read(MOST).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        said = ""
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return f"HTTP {error.code} {said}"[:480].strip()
