"""What is logged: events with fields, under one logger `lti`; never a token, a name, an address of mail or a subject.

A line reads `event key=value …`; the fields are also attributes of the record, for whatever formatter the host uses.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from datetime import UTC, datetime
from logging import DEBUG, INFO, WARNING
from urllib.parse import urlsplit

from flask import g, has_request_context, request

from lti.errors import LTIError, ServiceError

__all__ = [
    "DEBUG",
    "INFO",
    "WARNING",
    "JsonFormatter",
    "event",
    "logger",
    "place",
    "request_id",
    "safe_facts",
]

REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
PLAIN = re.compile(r"[\w.:/,@%+*?=-]*", re.ASCII)
MOST = 300
"""Characters of one value."""
RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What a record has of its own."""
SAFE = frozenset(
    "claim client_id deployment_id error issuer jwks_uri kid missing parameter platform platform_status url".split()
)
"""Facts of an error that name machines and settings, never people; others are not logged."""


def logger(part: str = "") -> logging.Logger:
    """The logger `lti`, or a part of it."""
    return logging.getLogger(f"lti.{part}" if part else "lti")


def event(log: logging.Logger, level: int, what: str, /, **fields: object) -> None:
    """Log that something happened; where a request is answered, with its id and the reference that its user sees."""
    if not log.isEnabledFor(level):
        return
    fields = {name: value for name, value in fields.items() if value not in (None, "", (), [])}
    if has_request_context():
        fields["request_id"] = request_id()
    extra = {(f"{name}_" if name in RECORD else name): _bounded(value) for name, value in fields.items()}
    pairs = " ".join(f"{name}={_written(value)}" for name, value in extra.items())
    log.log(level, "%s %s", what, pairs, extra={"event": what, **extra}, stacklevel=2)


def request_id() -> str:
    """The id that a server in front gave this request (`X-Request-ID`), if it is sane, or else one of ours."""
    known: str | None = g.get("lti_request_id")
    if known is None:
        sent = request.headers.get("X-Request-ID", "")
        known = g.lti_request_id = sent if REQUEST_ID.fullmatch(sent) else secrets.token_hex(8)
    return known


def place(url: object) -> str:
    """Scheme and host of an address: what follows them may hold names and keys."""
    try:
        parts = urlsplit(str(url))
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}"
    except ValueError:
        return ""


def safe_facts(error: LTIError) -> dict[str, object]:
    """What may be kept of an error: facts about machines, with addresses cut to their hosts, and what happened.

    A platform's own words are left out: nobody knows what they quote.
    """
    facts = {name: _fact(name, value) for name, value in error.facts.items() if name in SAFE}
    if not error.detail or (isinstance(error, ServiceError) and error.is_quoted):
        return facts
    return {**facts, "detail": error.detail[:MOST]}


def _fact(name: str, value: object) -> object:
    if name in ("url", "jwks_uri"):
        return place(value)
    return _bounded(value)


def _bounded(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return ",".join(str(each) for each in value)[:MOST]
    return str(value)[:MOST]


def _written(value: object) -> str:
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the record's fields, and an exception's type and places.

    An exception's words are left out, since they may quote what was worked on.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in RECORD}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__qualname__
            line["at"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)
