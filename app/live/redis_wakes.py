"""Wake-ups between processes by Redis: each says in which topics it has written, all others look there at once.

Nothing rests on it: a message that is lost, or a Redis that is away, makes streams later by some seconds.
"""
import asyncio
import logging
import secrets
import time
from collections.abc import Callable

import redis
import redis.asyncio

from ..services import live_events

REST = 5  # seconds to leave a Redis alone that did not answer
PATIENCE = 1  # seconds for an answer: the person who saved waits for it
OWN = secrets.token_hex(8)  # this process, which has woken itself

log = logging.getLogger("balcao.live")


def channel_of(url: str) -> str:
    """Redis tells all its databases of a channel: the name keeps two installations apart."""
    return f"balcao:live:{redis.connection.parse_url(url).get('db', 0)}"


class Publisher:
    """Called after a commit, in whatever thread."""

    def __init__(self, url: str):
        self.channel, self.rest_until = channel_of(url), 0.0
        self.redis = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)

    def __call__(self, topics: set[str]) -> None:
        if time.monotonic() < self.rest_until:
            return
        try:
            self.redis.publish(self.channel, " ".join([OWN, *sorted(topics)]))
        except redis.RedisError as error:
            self.rest_until = time.monotonic() + REST
            log.warning("Redis is away, other processes are told later", extra={"pairs": {"error": str(error)}})


class Listener:
    """Hands what the other processes say to `note`; after a time without Redis it calls `look`."""

    def __init__(self, url: str, note: Callable[[set[str]], None], look: Callable):
        self.url, self.note, self.look, self.connected = url, note, look, False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with redis.asyncio.Redis.from_url(self.url, health_check_interval=15) as client:
                    await self._listen(client.pubsub(ignore_subscribe_messages=True))
            except (redis.RedisError, OSError) as error:
                if self.connected:
                    log.warning("Redis is away, streams ask the database", extra={"pairs": {"error": str(error)}})
            self.connected = False
            await asyncio.sleep(REST)

    async def _listen(self, pubsub) -> None:
        await pubsub.subscribe(channel_of(self.url))
        self.connected = True
        await self.look()
        async for message in pubsub.listen():
            sender, *topics = message["data"].decode().split(" ")
            if sender != OWN:
                self.note(set(topics))


def init_app(app) -> None:
    """Every process tells: servers, workers and commands."""
    if app.config["REDIS_URL"]:
        live_events.wakers.append(Publisher(app.config["REDIS_URL"]))
