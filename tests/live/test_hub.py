"""The streams of a process: nothing lost, nothing twice, nothing to whom it is not for; without a network."""
import asyncio
from contextlib import asynccontextmanager

import pytest

from app.database import unit_of_work, utc_now
from app.extensions import db
from app.live import hub as hubs
from app.live.hub import Hub
from app.models.stream_event import StreamEvent
from app.security import sessions
from app.security.viewer import SYSTEM
from app.services import live_events, users


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(hubs, "PAUSE", 0)


class Browser:
    """What a stream has sent; `await browser.got(n)`."""

    def __init__(self):
        self.text = ""

    async def write(self, text):
        self.text += text

    @property
    def ids(self):
        return [line.partition('"ids":')[2].rstrip("}") for line in self.text.splitlines()
                if '"ids"' in line and "live.reset" not in line]

    async def until(self, part):
        for _ in range(500):
            if part in self.text:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{part!r} did not come: {self.text!r}")

    async def shows(self, *ids):
        for _ in range(500):
            if len(self.ids) >= len(ids):
                break
            await asyncio.sleep(0.02)
        assert self.ids == [f"[{pk}]" for pk in ids]


class Desk:
    """Acts on the database as other threads do."""

    def __init__(self, desk, hub):
        self.app, self.ids, self.hub, self.tasks = desk.app, desk.ids, hub, []

    def _within(self, act, *, awake=True):
        wakers, live_events.wakers[:] = live_events.wakers[:], live_events.wakers if awake else []
        try:
            with self.app.app_context(), unit_of_work(db.session) as session:
                return act(session)
        finally:
            live_events.wakers[:] = wakers

    async def do(self, act, **options):
        return await asyncio.to_thread(self._within, act, **options)

    async def tell(self, pk, kind="attendance.changed", audience=frozenset({"attendances"}), **options):
        await self.do(lambda session: live_events.tell(
            session, kind=kind, ids=[pk], audience=audience, now=utc_now()), **options)

    async def open(self, name, topics=None, cursor=None, **issued):
        """A signed-in browser of this person that listens to the topics."""
        pk = self.ids[name]
        token = await self.do(lambda session: sessions.issue(
            session, user_id=pk, kind=issued.get("kind", "web"), ip="", user_agent="", now=utc_now()))
        asked = {"attendances": None} if topics is None else topics
        stream = await self.hub.join(sessions.token_hash(token), str(pk), asked, cursor or {})
        if stream is None:
            return None
        browser = Browser()
        browser.stream, browser.token = stream, token
        self.tasks.append(asyncio.create_task(self.hub.follow(stream, browser.write)))
        return browser


@asynccontextmanager
async def running(desk):
    hub = Hub(desk.app)
    await hub.start()
    acting = Desk(desk, hub)
    try:
        yield acting
    finally:
        await hub.stop()
        for task in acting.tasks:
            task.cancel()


def run(desk, act):
    async def whole():
        async with running(desk) as acting:
            await asyncio.wait_for(act(acting), 60)
    asyncio.run(whole())


@pytest.mark.req("B-29")
def test_only_who_sees_the_record_is_told(desk):
    own, other = desk.ids["attendance"], desk.ids["other_attendance"]

    async def act(at):
        ana, caio, conf, cliente = [await at.open(name) for name in ("ana", "caio", "conf", "cliente")]
        narrow = await at.open("bia", {"attendances": {own}})
        await at.tell(own)
        await at.tell(other)
        await at.tell(own)
        await ana.shows(own, own)
        await caio.shows(other)
        await narrow.shows(own, own)
        assert conf.ids == cliente.ids == []
        assert set(conf.stream.cursor) == {f"user:{at.ids['conf']}"}
    run(desk, act)


def test_who_comes_back_reads_on_from_where_he_was(desk):
    own = desk.ids["attendance"]

    async def act(at):
        first = await at.open("ana")
        await at.tell(own)
        await first.shows(own)
        place = dict(first.stream.cursor)
        at.hub.leave(first.stream)
        for _ in range(3):
            await at.tell(own)
        again = await at.open("ana", cursor=place)
        await again.shows(own, own, own)
        fresh = await at.open("ana")
        await at.tell(own)
        await fresh.shows(own)
        await again.shows(own, own, own, own)
    run(desk, act)


def test_a_lost_wake_up_costs_time_and_no_event(desk):
    own = desk.ids["attendance"]

    async def act(at):
        ana = await at.open("ana")
        await at.tell(own)
        await ana.shows(own)
        await at.tell(own, awake=False)
        await asyncio.sleep(0.2)
        assert len(ana.ids) == 1
        await at.hub._look()
        await ana.shows(own, own)
    run(desk, act)


def test_many_at_once_lose_nothing_and_tell_nothing_twice(desk):
    async def act(at):
        browsers = [await at.open(name) for name in ("ana", "bia")]
        start = browsers[0].stream.cursor["attendances"]
        own = at.ids["attendance"]

        async def some():
            for _ in range(15):
                await at.tell(own)
        await asyncio.gather(*(some() for _ in range(4)))
        for browser in browsers:
            await browser.until(f"attendances={start + 60}~")
            numbers = [int(line.partition("attendances=")[2].partition("~")[0])
                       for line in browser.text.splitlines() if line.startswith("id:")]
            assert numbers == list(range(start + 1, start + 61))
    run(desk, act)


def test_what_was_pruned_meanwhile_is_told_as_such(desk):
    own = desk.ids["attendance"]

    async def act(at):
        for _ in range(3):
            await at.tell(own)
        first = await at.open("ana")
        last = first.stream.cursor["attendances"]
        await at.do(lambda session: session.query(StreamEvent).filter(StreamEvent.seq < last).delete())
        late = await at.open("ana", cursor={"attendances": last - 3})
        await late.shows(own)
        assert late.text.index("live.reset") < late.text.index("attendance.changed")
        beyond = await at.open("ana", cursor={"attendances": last + 7})  # a backup was brought back
        await beyond.until("live.reset")
        await at.tell(own)
        await beyond.shows(own)
    run(desk, act)


def test_a_stream_ends_with_its_session(desk):
    async def act(at):
        ana = await at.open("ana")
        await at.do(lambda session: sessions.revoke(session, user_id=at.ids["ana"], now=utc_now(), why="ended"))
        await at.tell(at.ids["attendance"])
        await ana.until("event: end\ndata: session")
        assert not ana.ids
        idle = await at.open("ana")
        await at.do(lambda session: sessions.revoke(session, user_id=at.ids["ana"], now=utc_now(), why="ended"))
        await at.hub._check()
        await idle.until("data: session")
        assert await at.hub.join(sessions.token_hash("wrong"), str(at.ids["ana"]), {}, {}) is None
        assert await at.open("ana", kind="api") is None
    run(desk, act)


def test_a_stream_ends_at_once_when_the_person_may_something_else_and_comes_back_with_that(desk):
    async def act(at):
        ana, bia = await at.open("ana"), await at.open("bia")
        await at.do(lambda session: users.update(
            session, at.ids["ana"], {"central_operator": True}, actor=SYSTEM, now=utc_now()))
        await ana.until("event: end\ndata: access")
        place = dict(ana.stream.cursor)
        place[f"user:{at.ids['ana']}"] -= 1  # as the browser knows it
        again = await at.open("ana", cursor=place)
        await at.tell(at.ids["attendance"])
        await again.shows(at.ids["attendance"])
        assert "event: end" not in bia.text
    run(desk, act)


def test_a_person_has_so_many_streams_and_the_newest_stay(desk, monkeypatch):
    monkeypatch.setattr(hubs, "MOST_OF_PERSON", 2)

    async def act(at):
        browsers = [await at.open("ana") for _ in range(3)]
        await browsers[0].until("data: crowded")
        await at.tell(at.ids["attendance"])
        for browser in browsers[1:]:
            await browser.shows(at.ids["attendance"])
    run(desk, act)


def test_a_browser_that_is_slow_is_told_to_read_anew(desk, monkeypatch):
    monkeypatch.setattr("app.live.stream.MOST_PENDING", 5)

    async def act(at):
        ana = await at.open("ana")
        at.tasks[-1].cancel()  # takes nothing
        for _ in range(8):
            await at.tell(at.ids["attendance"])
        for _ in range(500):
            if len(ana.stream.pending) == 3:
                break
            await asyncio.sleep(0.02)
        assert [event is None for event, _behind in ana.stream.pending] == [True, False, False]
    run(desk, act)
