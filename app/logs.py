"""One line an event: time in UTC, level, logger, message, then key=value pairs; a traceback is one more value."""
import contextvars
import json
import logging
import sys
import time

PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/+@%")
QUIET = ("uvicorn", "flask_appbuilder", "alembic", "sqlalchemy", "flask-limiter", "faker")  # warnings only

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id")  # set by the web process


class OneLine(logging.Formatter):
    """`2026-11-22T00:43:52.120Z INFO balcao.access GET /login/ status=200 ms=12`; line breaks never get through."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{stamp}.{int(record.msecs):03d}Z {record.levelname} {record.name} {escaped(record.getMessage())}"
        pairs = dict(getattr(record, "pairs", {}))
        if request_id.get(""):
            pairs["request"] = request_id.get()
        if record.exc_info:
            pairs["traceback"] = self.formatException(record.exc_info)
        return " ".join([head, *(f"{key}={_value(value)}" for key, value in pairs.items())])


def escaped(text: str) -> str:
    """The text without anything that could begin a new line or move a terminal's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _value(value) -> str:
    text = str(value)
    return text if text and set(text) <= PLAIN else json.dumps(text, ensure_ascii=False)


def configure(app, level: int = logging.INFO) -> None:
    """Send every logger of the process to standard error in this form, and drop what frameworks have put in place."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    app.logger.handlers.clear()
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
