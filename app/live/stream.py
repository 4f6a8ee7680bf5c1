"""One browser's stream: what it listens to, how far it has come, and what goes over the wire."""
import asyncio
import json
from collections.abc import Mapping

MOST_PENDING = 1_000  # events not yet sent; a browser that is slower is told to read everything anew
MOST_TOPICS = 50
RESET = "live.reset"  # what was told in between is not known any more: read everything anew


def cursor_text(cursor: Mapping[str, int]) -> str:
    """A cursor as the id of an event: `attendances=9~user:5=12`."""
    return "~".join(f"{topic}={seq}" for topic, seq in sorted(cursor.items()))


def read_cursor(text: str) -> dict[str, int]:
    """The cursor in an id; what cannot be read is left out."""
    pairs = (part.rpartition("=") for part in text.split("~")[:2 * MOST_TOPICS])
    return {topic: int(seq) for topic, _, seq in pairs if topic and seq.isascii() and seq.isdigit() and len(seq) < 10}


def read_topics(text: str) -> dict[str, set[int] | None]:
    """`tickets,attendances.5,attendances.7` as {topic: the ids that matter, None for all}."""
    wanted: dict[str, set[int] | None] = {}
    for part in text.split(",")[:MOST_TOPICS]:
        topic, _, pk = part.partition(".")
        if not pk:
            wanted[topic] = None
        elif pk.isascii() and pk.isdigit() and len(pk) < 19 and wanted.get(topic, set()) is not None:
            wanted.setdefault(topic, set()).add(int(pk))
    return wanted


def message(kind: str, ids, cursor: str) -> str:
    """One event as the browser reads it."""
    return f"id: {cursor}\ndata: {json.dumps({'kind': kind, 'ids': list(ids)}, separators=(',', ':'))}\n\n"


class Stream:
    """Belongs to the loop: only `hub.Hub` touches it."""

    def __init__(self, token_hash: str, viewer, wanted: dict[str, set[int] | None], cursor: dict[str, int], *,
                 since: int, reset: bool):
        self.token_hash, self.viewer, self.wanted = token_hash, viewer, wanted
        self.cursor = cursor  # of the last event that was looked at, told or not
        self.since = since  # events of the person's own topic up to this one were before the viewer was read
        self.beating, self.ended = False, None
        self.pending: list[tuple] = []  # (event or None for RESET, cursor behind it)
        self.ready = asyncio.Event()
        if reset:
            self._put(None)

    def take(self, event) -> None:
        """The next event of one of its topics; what came before is passed over."""
        last, only = self.cursor[event.topic], self.wanted[event.topic]
        if event.seq <= last:
            return
        if event.seq != last + 1:  # what stood between was pruned
            self._put(None)
        self.cursor[event.topic] = event.seq
        if only is not None and only.isdisjoint(event.ids):
            return
        if len(self.pending) >= MOST_PENDING:
            self.pending, event = [], None
        self._put(event)

    def _put(self, event) -> None:
        self.pending.append((event, cursor_text(self.cursor)))
        self.ready.set()

    def beat(self) -> None:
        """Have something sent, so that proxies keep the connection and a dead one shows."""
        self.beating = True
        self.ready.set()

    def end(self, why: str) -> None:
        """Tell the browser why and let it go: session, access, crowded, stopping."""
        self.ended = self.ended or why
        self.ready.set()
