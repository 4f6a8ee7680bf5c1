"""GET /live/events: the stream over HTTP. `topics` are those of the page beside the person's own, `after` or the header
Last-Event-ID where to go on."""
import asyncio
import logging
import random
from urllib.parse import parse_qs

from ..security.sessions import token_hash
from . import person
from .hub import Hub
from .stream import read_cursor, read_topics

PATH = "/live/events"
PATIENCE = 30  # seconds for a browser to take what is sent to it
HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"),
           (b"x-accel-buffering", b"no"), (b"x-content-type-options", b"nosniff")]

log = logging.getLogger("balcao.live")


async def events(hub: Hub, scope, receive, send) -> None:
    """Answer one browser for as long as it stays."""
    headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
    if scope["method"] != "GET":
        return await _refuse(send, 405)
    if person.is_foreign(hub.app, headers):
        return await _refuse(send, 403)
    signed = person.token_of(hub.app, headers)
    if signed is None:
        return await _refuse(send, 401)
    if hub.full:
        return await _refuse(send, 503)
    try:
        query = parse_qs(scope["query_string"].decode("latin1"), max_num_fields=10)
    except ValueError:
        return await _refuse(send, 400)
    asked = read_topics(query.get("topics", [""])[0])
    cursor = read_cursor(headers.get("last-event-id") or query.get("after", [""])[0])
    stream = await hub.join(token_hash(signed[0]), signed[1], asked, cursor)
    if stream is None:
        return await _refuse(send, 401)
    try:
        await _until_one_leaves(hub, stream, receive, send)
    finally:
        hub.leave(stream)
    return None


async def _until_one_leaves(hub, stream, receive, send) -> None:
    async def write(text, more=True):
        await asyncio.wait_for(send({"type": "http.response.body", "body": text.encode(), "more_body": more}), PATIENCE)

    async def told():
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await write(f"retry: {random.randint(1000, 5000)}\n\n")  # noqa: S311  (so that not all come back at once)
        await hub.follow(stream, write)
        await write("", more=False)

    async def left():
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = [asyncio.create_task(told()), asyncio.create_task(left())]
    try:
        done, _open = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if (error := task.exception()) is not None:
                log.warning("a stream broke off", extra={"pairs": {"error": repr(error)}})
    finally:
        for task in tasks:
            task.cancel()


async def _refuse(send, status: int) -> None:
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-length", b"0"), (b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})
