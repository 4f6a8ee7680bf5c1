"""A reader of /live/events, as a browser reads it: in a thread of its own, with its own wait for what it expects."""
import json
import queue
import threading
import time

import httpx

PATIENCE = 15  # seconds, on a machine that runs other tests beside


class Reader:
    """`with Reader(url, cookies, topics="tickets") as stream: stream.next()`; `status` of the answer, `last_id`."""

    def __init__(self, url, cookies=None, *, topics="", after=None, headers=None):
        self.last_id, self.why, self.status = None, None, None
        self._parts, self._url = queue.Queue(), url
        self._asked = {"params": {"topics": topics} | ({} if after is None else {"after": after}),
                       "headers": headers or {}, "cookies": cookies}
        self._client = httpx.Client(timeout=httpx.Timeout(PATIENCE, read=60))
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._answered.wait(PATIENCE), "no answer"
        return self

    def __exit__(self, *_error):
        self._client.close()
        self._thread.join(5)

    def _read(self):
        try:
            with self._client.stream("GET", f"{self._url}/live/events", **self._asked) as answer:
                self.status, self.headers = answer.status_code, answer.headers
                part = {}
                for line in answer.iter_lines():
                    name, _, value = line.partition(":")
                    if name == "retry":
                        self._answered.set()  # it listens
                    if line:
                        part[name] = value.strip()
                    elif part:
                        self._parts.put(part)
                        part = {}
        except (httpx.HTTPError, RuntimeError, AttributeError):
            pass  # closed by the test, or broken off
        self._answered.set()
        self._parts.put(None)

    def next(self, within=PATIENCE):
        """The next event as (kind, ids); None where the stream has ended. Fails where nothing comes."""
        until = time.monotonic() + within
        while True:
            part = self._parts.get(timeout=max(0.01, until - time.monotonic()))
            if part is None:
                return None
            if part.get("event") == "end":
                self.why = part["data"]
            elif "data" in part:
                self.last_id = part["id"]
                told = json.loads(part["data"])
                return told["kind"], told["ids"]

    def silent(self, seconds=1.5):
        """Whether nothing is told for so long."""
        try:
            return self.next(seconds) is None and self.why is None
        except queue.Empty:
            return True
