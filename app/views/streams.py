"""Files that are sent while they are made: few at a time, since each holds a thread of the requests."""
import threading
from collections.abc import Iterable

from flask import Response, stream_with_context
from flask_babel import gettext as _

_places = threading.BoundedSemaphore(2)  # a process


def streamed(pieces: Iterable[bytes], filename: str, kind: str) -> Response:
    """The file as a stream, or 503 where two are being sent already."""
    if not _places.acquire(blocking=False):
        return Response(_("Two exports are being sent already: try again in a minute."), 503,
                        {"Retry-After": "60"}, content_type="text/plain; charset=utf-8")
    answer = Response(stream_with_context(pieces), content_type=kind, headers={
        "Content-Disposition": f"attachment; filename={filename}", "Cache-Control": "no-store"})
    answer.call_on_close(_places.release)
    return answer
