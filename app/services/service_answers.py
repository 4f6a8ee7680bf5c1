"""The external service is asked (M-79): the call is made within limits, and what became of it is told in words.

A call takes several units of work, and none while the service is waited for: whoever asks gives the way to them.
"""
import http.client
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from limits import RateLimitItemPerMinute

from ..errors import DomainError
from ..outgoing_http import answers, pinned
from ..outgoing_http.addresses import NotAllowed
from ..outgoing_http.guarded import Busy, Guard
from ..secrets_at_rest import LostKey
from . import service_pauses
from .service_calls import Lookup, begin_lookup, begin_test
from .webhook_answers import in_words

MOST = 256 * 1024  # bytes of an answer, as it is sent and unpacked
SHOWN = 600  # characters of an answer that cannot be used
LEAST_HIDDEN = 4  # a shorter secret would hide every other word
GUARD = Guard()
RATE = RateLimitItemPerMinute(30)  # of one person: more than anybody types
DEEPEST, MOST_LINES, LONGEST_VALUE = 8, 400, 120  # of an answer as it is shown

log = logging.getLogger("balcao.external_service")

# What became of a call, for who configures the service. The rest is told by the words of `in_words`.
WORDS = {
    "unknown": _l("The service answered that it does not know this person."),
    "busy": _l("Too many look-ups are waiting for the service. Try again in a moment."),
    "resting": _l("The service failed several times in a row and is left in peace for some seconds."),
    "late": _l("The service did not answer within its time limit."),
    "private": _l("The address leads into a private network, which this installation does not allow."),
    "clear": _l("The secret would cross the internet in clear text: the address must begin with https://."),
    "redirect": _l("The service answered with a redirect, which is not followed: give the address it leads to."),
    "denied": _l("The service refused the credentials."),
    "many": _l("The service answered that it was asked too often."),
    "status": _l("The service answered with an error."),
    "long": _l("The answer is too large: at most 256 KB are read."),
    "broken": _l("The connection was cut before the answer was whole."),
    "xml": _l("The answer is not valid XML."),
    "dtd": _l("The answer is XML with a DTD or entities of its own, which are refused: they can hide anything."),
    "page": _l("The answer is a web page, neither JSON nor XML: check the address."),
    "compressed": _l("The answer is compressed in a way that cannot be read: gzip and deflate can."),
    "json": _l("The answer is not valid JSON."),
    "empty": _l("The answer is empty."),
}
# Of these the next call may fare no better; the others say that it works.
FAILURES = {"late", "network", "broken", "long", "many", "status", "clear", "private"}


@dataclass(frozen=True)
class Outcome:
    """`code`: "ok", "unknown" (the person), or what went wrong; `data` is the answer, `text` the beginning of what
    is none."""

    code: str
    status: int | None = None
    data: Any = None
    text: str = ""
    detail: str = ""
    ms: int = 0

    @property
    def ok(self) -> bool:
        return self.code == "ok"

    @property
    def words(self) -> str:
        """For who configures it."""
        if self.ok:
            return _("The service answered in %(ms)s ms.", ms=self.ms)
        said = self.detail or str(WORDS.get(self.code, ""))
        return f"HTTP {self.status}. {said}" if self.status else said

    @property
    def notice(self) -> str:
        """For who fills the form by hand now."""
        if self.code == "unknown":
            return _("The service does not know this person. Fill the form by hand.")
        if self.code in ("busy", "resting", "late", "network", "broken", "many", "status"):
            return _("The service did not answer. Fill the form by hand.")
        return _("The service cannot be used as it is configured: tell whoever keeps it. Fill the form by hand.")


class TooMany(DomainError):
    """The person has asked too often."""

    status, code = 429, "too_many_requests"


@dataclass(frozen=True)
class Asker:
    """Who asks, and by which means. `write(act)` answers `act(session, now)` as `database.apart` does."""

    actor: Any
    write: Callable
    keys: Sequence[str] = field(repr=False)
    allow_private: bool


def count(counters, user_id: int) -> None:
    """One asking more of this person. Raises TooMany where it is too many within the last minute. `counters` are those
    of the rate limits."""
    try:
        fits = counters.hit(RATE, "external-service", str(user_id))
    except Exception:  # the counters are away; the guard still holds
        log.warning("look-ups are not counted", exc_info=True)
        return
    if not fits:
        raise TooMany(_l("Too many look-ups: wait a moment and try again."))


def look_up(asker: Asker, given: dict, *, entity_id: int | None = None) -> tuple[Lookup | None, Outcome]:
    """Ask for the person that `given` names; `entity_id`, and what is raised but for LostKey, as in `begin_lookup`."""
    try:
        lookup = asker.write(lambda session, now: begin_lookup(
            session, given, entity_id=entity_id, keys=asker.keys, actor=asker.actor, now=now))
    except LostKey:
        return None, Outcome("lost")
    return lookup, perform(asker, lookup)


def try_out(asker: Asker, pk: int, given: dict, values: dict | None = None) -> Outcome:
    """"Testar"; `values`, and what is raised, as in `begin_test`."""
    lookup = asker.write(lambda session, now: begin_test(
        session, pk, given, values, keys=asker.keys, allow_private=asker.allow_private, actor=asker.actor, now=now))
    return perform(asker, lookup, trying=True)


def perform(asker: Asker, lookup: Lookup, *, trying: bool = False) -> Outcome:
    """Make the call. Never raises for what the other side does; no transaction may be open meanwhile.

    `trying`: a person looks whether it works (again), so its pause does not hold, and is over where it answers.
    """
    call, began = lookup.call, time.perf_counter()

    def ask() -> Outcome:
        return _judged(pinned.call(call.method, call.url, call.content, call.headers, seconds=call.seconds, most=MOST,
                                   allow_private=asker.allow_private, secret=bool(call.hidden)))

    try:
        outcome = GUARD.run(ask, seconds=call.seconds, admit=lambda: None if trying else _admit(lookup, asker.write))
    except Busy:
        outcome = Outcome("busy")
    except service_pauses.Resting:
        outcome = Outcome("resting")
    except TimeoutError:
        outcome = Outcome("late")
    except pinned.InClear:
        outcome = Outcome("clear")
    except NotAllowed:
        outcome = Outcome("private")
    except (OSError, http.client.HTTPException, ValueError) as error:
        outcome = Outcome("network", detail=in_words(f"{type(error).__name__}: {error}"))
    _note(lookup, outcome.code, trying, asker.write)
    ms = round((time.perf_counter() - began) * 1000)
    log.info("look-up", extra={"pairs": {  # never what was asked or answered
        "service": lookup.key[0], "outcome": outcome.code, "status": outcome.status or "-", "ms": ms}})
    hidden = [text for text in call.hidden if len(text) >= LEAST_HIDDEN]
    return Outcome(outcome.code, outcome.status, _without(outcome.data, hidden), _masked(outcome.text, hidden),
                   outcome.detail, ms)


def _admit(lookup, write) -> None:
    if lookup.failures >= service_pauses.MOST_FAILURES:  # of a service that works nothing more is read or written
        write(lambda session, now: service_pauses.admit(
            session, lookup.key[0], seconds=lookup.call.seconds, now=now))


def _note(lookup, code, trying, write) -> None:
    failed, (pk, version) = code in FAILURES, lookup.key
    if code in ("busy", "resting") or (trying and failed) or not (trying or failed or lookup.failures):
        return
    write(lambda session, now: service_pauses.clear(session, pk) if trying
          else service_pauses.note(session, pk, version, failed=failed, now=now))


def _judged(reply: pinned.Reply) -> Outcome:
    status, body, packed = reply.status, reply.body, None
    if reply.end == "whole":  # of a part nothing can be unpacked
        try:
            body = answers.unpacked(body, reply.headers, MOST)
        except answers.NotReadable as error:
            packed, body = error.code, b""
    start = body[:SHOWN].decode("utf-8", "replace")
    if reply.end != "whole":
        return Outcome(reply.end, status, text=start)
    if status in (204, 404, 410):
        return Outcome("unknown", status, text=start)
    if not 200 <= status < 300:
        code = {3: "redirect", 4: "status", 5: "status"}.get(status // 100, "status")
        return Outcome({401: "denied", 403: "denied", 429: "many"}.get(status, code), status, text=start)
    if packed:
        return Outcome(packed, status)
    try:
        data = answers.read(body, reply.headers)
    except answers.NotReadable as error:
        return Outcome(error.code, status, text=start)
    return Outcome("ok" if data not in (None, [], {}, "", False) else "unknown", status, data)


def _masked(text: str, hidden) -> str:
    for each in hidden:
        text = text.replace(each, "•••")
    return text


def _without(data, hidden):
    """The answer, in which a service that repeats what it is sent does not show the secret."""
    if not hidden:
        return data
    top = [data]
    waiting: list = [top]
    while waiting:
        at = waiting.pop()
        for key, value in list(at.items() if isinstance(at, dict) else enumerate(at)):
            if isinstance(value, str):
                at[key] = _masked(value, hidden)
            elif isinstance(value, (dict, list)):
                waiting.append(value)
    return top[0]


def variables(data) -> list[dict]:
    """An answer as lines to pick from: [{"path", "name", "depth", "value" or none for what holds "many" others}]."""
    lines: list[dict] = []

    def walk(value, path, name, depth):
        if len(lines) >= MOST_LINES or path is None:
            return
        inner = isinstance(value, (dict, list))
        if path:
            lines.append({"path": path, "name": name, "depth": depth,
                          "value": None if inner else _short(value), "many": len(value) if inner else None})
        if inner and depth < DEEPEST:
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, each in pairs:
                walk(each, answers.below(path, key), f"[{key}]" if isinstance(key, int) else key, depth + 1)

    walk(data, "", "", 0)
    return lines


def _short(value) -> str:
    text = {None: "null", True: "true", False: "false"}.get(value) if value is None or isinstance(
        value, bool) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE - 1] + "…"
