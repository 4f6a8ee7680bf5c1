"""Logs as one line an event: time in UTC, level, logger, message, then key=value pairs; a traceback is one more value."""
import json
import logging
import sys
import time

PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/+@%")
QUIET = {"flask_appbuilder": logging.WARNING, "alembic": logging.WARNING, "sqlalchemy": logging.WARNING,
         "flask-limiter": logging.WARNING, "faker": logging.WARNING}


class OneLine(logging.Formatter):
    """`2026-11-22T00:43:52.120Z INFO balcao.access GET /login/ status=200 ms=12`; line breaks never get through."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{stamp}.{int(record.msecs):03d}Z {record.levelname} {record.name} {escaped(record.getMessage())}"
        pairs = dict(getattr(record, "pairs", {}))
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
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)
