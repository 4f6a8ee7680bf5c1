"""The web process: uvicorn's loop in front, Flask in a pool of threads, the job thread beside them, all on one port."""
import asyncio
import contextlib
import contextvars
import gc
import itertools
import logging
import os
import socket
import time

import uvicorn
from a2wsgi import WSGIMiddleware

import config

from .. import logs
from ..jobs import runner
from . import endpoint
from .hub import Hub

THREADS = 16  # the pool of database connections (config.py) is larger by the job thread and the streams' reads
SLOW_SENDER = 30  # seconds without a byte of a body that was announced
GRACE = 3  # seconds a stop waits for open requests; streams resume by themselves
KEEP_ALIVE = 75  # longer than nginx keeps an idle connection to us, so that it is never the one surprised

access = logging.getLogger("balcao.access")
log = logging.getLogger("balcao.server")


class Gateway:
    """The ASGI application: start and stop with the server, streams on its loop, other requests to Flask, one line in
    the log of each."""

    def __init__(self, app, *, jobs: bool = True, on_ready=None):
        self.app, self.jobs, self.on_ready = app, jobs, on_ready
        self.pages = WSGIMiddleware(app.wsgi_app, workers=THREADS)
        self.limit = app.config["MAX_CONTENT_LENGTH"]
        self.numbers = itertools.count(1)
        self.runner, self.hub = None, Hub(app)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
        elif scope["type"] == "http":
            await self.http(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def lifespan(self, receive, send):
        await receive()
        await self.hub.start()
        if self.jobs:
            self.runner = runner.start(self.app)
        await send({"type": "lifespan.startup.complete"})
        log.info("serving", extra={"pairs": {"url": address(self.app)}})
        if self.on_ready:
            self.on_ready()
        await receive()
        if self.runner:
            await asyncio.to_thread(self.runner.stop)
        await self.hub.stop()
        log.info("stopped")
        await send({"type": "lifespan.shutdown.complete"})

    async def http(self, scope, receive, send):
        began, answer = time.perf_counter(), {"status": 0}
        request_id = f"{os.getpid():x}-{next(self.numbers):x}"
        logs.request_id.set(request_id)  # the request's thread inherits it

        async def sending(message):
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            if scope["path"] == endpoint.PATH:
                await endpoint.events(self.hub, scope, receive, sending)
            else:
                await self.page(scope, receive, sending, request_id)
        finally:
            path = scope.get("raw_path", b"").decode("ascii", "replace").partition("?")[0]  # a query may hold names
            access.info("%s %s", scope["method"], path, extra={"pairs": {
                "status": answer["status"], "ms": round((time.perf_counter() - began) * 1000),
                "ip": (scope.get("client") or ("-",))[0]}})

    async def page(self, scope, receive, send, request_id):
        body = await whole_body(scope, receive, self.limit)
        if body is None:
            await refuse(send, 408)
            return
        # A name with "_" would become the same WSGI variable as the one with "-" that a proxy sets.
        headers = [(name, value) for name, value in scope["headers"]
                   if b"_" not in name and name not in (b"x-request-id", b"transfer-encoding")]
        headers.append((b"x-request-id", request_id.encode()))
        if not any(name == b"content-length" for name, _ in headers) and body:
            headers.append((b"content-length", str(len(body)).encode()))  # sent in chunks: WSGI knows only lengths
        replay = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def read():
            return next(replay, {"type": "http.disconnect"})

        await self.pages({**scope, "headers": headers}, read, send)


class Server(uvicorn.Server):
    """Lets streams go when it is asked to stop: it would wait GRACE for them."""

    async def shutdown(self, sockets=None):
        self.config.app.hub.close()
        await super().shutdown(sockets)


async def whole_body(scope, receive, limit: int) -> bytes | None:
    """All of a request's body, read before a thread is taken, so that no slow sender can hold one.

    None where the sender stopped or left. A body beyond `limit` comes back cut just past it: Flask refuses it (413).
    """
    parts, size = [], 0
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        return b""
    while size <= limit:
        try:
            message = await asyncio.wait_for(receive(), SLOW_SENDER)
        except TimeoutError:
            return None
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body"):
            break
    return b"".join(parts)


async def refuse(send, status: int):
    """An answer without a body, then the connection is closed."""
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-length", b"0"), (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": b""})


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises ConfigError where it is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((host, port))
    except OSError as error:
        server.close()
        raise config.ConfigError(
            f"HOST {host}, PORT {port}: cannot listen there ({error.strerror}); choose another PORT") from error
    return server


def address(app) -> str:
    """Where this process listens, as one types it into a browser on the same machine."""
    host = app.config["HOST"]
    return f"http://{f'[{host}]' if ':' in host else host}:{app.config['PORT']}"


def settle() -> None:
    """Leave what the start has made (mappers, views, routes) out of every later collection of garbage: it stays anyway,
    and going through it costs a page in four 10 ms or more."""
    gc.collect()
    gc.freeze()


def serve(app, *, jobs: bool = True, on_ready=None) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError where the address is taken."""
    logs.configure(app)
    with listen(app.config["HOST"], app.config["PORT"]) as server:
        gateway = Gateway(app, jobs=jobs, on_ready=on_ready)
        settings = uvicorn.Config(
            gateway, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=KEEP_ALIVE, server_header=False,
            proxy_headers=False)  # TRUSTED_PROXIES decides whom to believe, and only that
        settle()
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again after an orderly stop
            # A fresh context: request threads inherit it, and the command's application context in it would make all of
            # them share one `g` and one database session.
            contextvars.Context().run(Server(settings).run, sockets=[server])
