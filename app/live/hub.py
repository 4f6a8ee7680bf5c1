"""The streams of this process and the log they follow.

A wake-up says only in which topics there is something new. One read then fetches it for every stream that listens, from
where the slowest of them stands: a wake-up that is lost costs time and nothing else, since each heartbeat compares.
"""
import asyncio
import contextlib
import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from ..extensions import db
from ..queries import live_events as events
from ..security.audience import ACCESS, hears
from ..services import live_events
from . import person, redis_wakes
from .stream import RESET, Stream, message

HEARTBEAT = 20  # seconds; nginx cuts a silent connection after 60
POLL = 2  # where nobody would wake this process for what another has written
PAUSE = 0.5  # between two messages to a browser: what comes meanwhile goes together
READERS = 4  # threads that read for all streams
MOST_STREAMS = 5_000
MOST_OF_PERSON = 8  # browsers; the newest stay
MOST_BEHIND = 1_000  # events; who was away for more reads everything anew

log = logging.getLogger("balcao.live")


class Hub:
    """Made with the server; `start` and everything else but `wake` run on its loop."""

    def __init__(self, app):
        self.app, self.streams = app, {}  # in order of age
        self.listening: dict[str, set[Stream]] = defaultdict(set)
        self.readers = ThreadPoolExecutor(READERS, "streams")
        self._new, self._tasks, self._pulling, self._stopping = set(), set(), False, False
        self.redis: redis_wakes.Listener | None = None

    # ---- life
    async def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        live_events.wakers.append(self.wake)
        self._task(self._beats())
        if url := self.app.config["REDIS_URL"]:
            self.redis = redis_wakes.Listener(url, self._note, self._look)
            self._task(self.redis.run())

    def close(self) -> None:
        """Let every stream go; browsers come back to whoever answers."""
        self._stopping = True
        for stream in list(self.streams):
            stream.end("stopping")

    async def stop(self) -> None:
        live_events.wakers.remove(self.wake)
        self.close()
        for task in list(self._tasks):
            task.cancel()
        self.readers.shutdown(wait=False, cancel_futures=True)

    def _task(self, work) -> None:
        task = self.loop.create_task(work)  # the loop itself holds no task: one without a holder may vanish
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def read(self, act, *arguments):
        """`act(session, …)` in a thread, with a database session of its own."""
        def within():
            with self.app.app_context():
                return act(db.session, *arguments)
        return await self.loop.run_in_executor(self.readers, within)

    # ---- who listens
    async def join(self, token_hash: str, user_id: str, asked: dict, cursor: dict[str, int]) -> Stream | None:
        """A new stream of this person, from behind the cursor; None where the session is not good or not his."""
        def look(session):
            last = events.last_numbers(session, wanted)  # before the person: what comes after it is looked at
            found = person.still(self.app, session, [token_hash]).get(token_hash)
            if found is None or str(found.viewer.user_id) != user_id:
                return None
            return found.viewer, {topic: seq for topic, seq in last.items() if hears(session, found.viewer, topic)}

        own = f"user:{user_id}"
        wanted = {own: None, **asked}
        found = await self.read(look)
        if found is None:
            return None
        viewer, last = found
        begin = {topic: cursor.get(topic, seq) for topic, seq in last.items()}
        # Beyond the end: the database is not the one that this was told from (a backup came back).
        lost = [topic for topic, seq in begin.items() if not 0 <= last[topic] - seq <= MOST_BEHIND]
        stream = Stream(token_hash, viewer, {topic: wanted[topic] for topic in last},
                        begin | {topic: last[topic] for topic in lost}, since=last[own], reset=bool(lost))
        self._make_room(viewer.user_id)
        self.streams[stream] = True
        for topic in last:
            self.listening[topic].add(stream)
        self._note(set(last))  # what was written since the numbers were read woke nobody
        if self._stopping:
            stream.end("stopping")
        return stream

    @property
    def full(self) -> bool:
        return len(self.streams) >= MOST_STREAMS

    def _make_room(self, user_id) -> None:
        own = [each for each in self.streams if each.viewer.user_id == user_id and not each.ended]
        for each in own[:max(0, len(own) - MOST_OF_PERSON + 1)]:
            each.end("crowded")

    def leave(self, stream: Stream) -> None:
        self.streams.pop(stream, None)
        for topic in stream.wanted:
            self.listening[topic].discard(stream)
            if not self.listening[topic]:
                del self.listening[topic]

    # ---- what is new
    def wake(self, topics: set[str]) -> None:
        """From any thread: something was stored in these topics."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is about to end
            self.loop.call_soon_threadsafe(self._note, topics)

    def _note(self, topics: set[str]) -> None:
        self._new |= topics & self.listening.keys()
        if self._new and not self._pulling:
            self._pulling = True
            self._task(self._pull())

    async def _pull(self) -> None:
        try:
            while self._new:
                topics, self._new = self._new, set()
                start = {topic: min(each.cursor[topic] for each in self.listening[topic])
                         for topic in topics if topic in self.listening}
                rows = await self.read(events.after, start)
                for row in rows:
                    for stream in self.listening.get(row.topic, ()):
                        if stream.cursor[row.topic] >= start[row.topic]:  # else it joined meanwhile: the next round
                            stream.take(row)
                if len(rows) == events.PAGE:
                    self._new |= start.keys()
        except Exception:
            log.exception("the events could not be read; the next heartbeat tries again")
        finally:
            self._pulling = False

    async def _look(self) -> None:
        """Compare with the log, whether or not somebody has woken us."""
        topics = set(self.listening)
        last = await self.read(events.last_numbers, topics) if topics else {}
        self._note({topic for topic in topics & self.listening.keys()
                    if any(each.cursor[topic] < last[topic] for each in self.listening[topic])})

    async def _beats(self) -> None:
        """Every HEARTBEAT something to each browser whose session is still good, and the same as it was."""
        since = 0.0
        while True:
            alone = self.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
            pause = HEARTBEAT if alone or self.redis and self.redis.connected else POLL
            await asyncio.sleep(pause)
            since += pause
            try:
                await self._look()
                if since >= HEARTBEAT:
                    since = 0.0
                    await self._check()
            except Exception:
                log.exception("the heartbeat failed")

    async def _check(self) -> None:
        streams = list(self.streams)
        good = await self.read(lambda session: person.still(
            self.app, session, {each.token_hash for each in streams})) if streams else {}
        for stream in streams:
            found = good.get(stream.token_hash)
            if found is None or found.viewer != stream.viewer:
                stream.end("session" if found is None else "access")
            else:
                stream.beat()

    # ---- what is sent
    async def follow(self, stream: Stream, write) -> None:
        """Send to the browser by `write(text)` until the stream ends."""
        while True:
            await stream.ready.wait()
            stream.ready.clear()
            pending, stream.pending = stream.pending, []
            beating, stream.beating = stream.beating, False
            why, text = stream.ended, ""
            if pending and not why:
                why, text = await self.read(self._told, stream, pending)
            if text or beating:
                await write(text or ": \n\n")
            if why:
                await write(f"event: end\ndata: {why}\n\n")
                return
            await asyncio.sleep(PAUSE)

    def _told(self, session, stream: Stream, pending: list[tuple]) -> tuple[str | None, str]:
        """(why the stream must end or None, what this person may be told of the events now)."""
        found = person.still(self.app, session, [stream.token_hash]).get(stream.token_hash)
        if found is None:
            return "session", ""
        if found.viewer != stream.viewer or any(
                event and event.kind == ACCESS and event.seq > stream.since for event, _behind in pending):
            return "access", ""  # it begins anew with what the person may now
        told = events.allowed(session, found.viewer, [event for event, _behind in pending if event])
        return None, "".join(
            message(event.kind, told[event], behind) if event else message(RESET, (), behind)
            for event, behind in pending if event is None or event in told)
