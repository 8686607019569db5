"""The errors of the domain: each has a code for machines; words for people live in the web layer.

BinderError
├── Invalid      what was sent cannot be understood or breaks a rule; `messages` says where
├── NotFound     there is no such thing, or the viewer must not learn that there is
├── Forbidden    the viewer may not do this
├── Conflict     somebody else was faster: `current` is what the server holds now
├── Closed       too early, too late, or no attempt left
└── Unavailable  another server that we need does not do its part
"""

from __future__ import annotations

from typing import Any

__all__ = ["BinderError", "Closed", "Conflict", "Forbidden", "Invalid", "NotFound", "Unavailable"]


class BinderError(Exception):
    """Base of all errors of the domain.

    :param detail: what happened, in English, for logs and developers.
    """

    code = "error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class Invalid(BinderError):
    """What was sent cannot be understood or breaks a rule.

    :param messages: field name → list of messages, nested as the input is (marshmallow's shape).
    """

    code = "invalid"

    def __init__(self, detail: str = "", messages: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.messages = messages or {}


class NotFound(BinderError):
    """There is no such thing, or the viewer must not learn that there is."""

    code = "not-found"


class Forbidden(BinderError):
    """The viewer may not do this."""

    code = "forbidden"


class Conflict(BinderError):
    """Somebody else was faster.

    :param current: what the server holds now, so that nothing typed has to be lost.
    """

    code = "conflict"

    def __init__(self, detail: str = "", current: Any = None) -> None:
        super().__init__(detail)
        self.current = current


class Closed(BinderError):
    """Too early, too late, or no attempt left; `reason` is one of `not-open`, `over`, `handed-in`, `no-attempt-left`."""

    code = "closed"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class Unavailable(BinderError):
    """Another server that we need does not do its part; `detail` says what to mend."""

    code = "unavailable"
