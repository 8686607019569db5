"""The errors of exporting and of reading an export back: a code for machines, what to do for developers and logs."""

from __future__ import annotations

from binder.errors import BinderError, Invalid

__all__ = ["ExportError", "Unreadable"]


class ExportError(BinderError):
    """The export cannot be made.

    :param code: `unknown-format` or `too-large`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class Unreadable(Invalid):
    """A zip that cannot be read back; nothing of it has been used.

    :param reason: one of `not-a-zip`, `zip64`, `too-many-entries`, `too-large`, `bomb`, `bad-name`, `special-entry`,
        `no-binder`, `damaged`, `too-new`, for the web layer to translate.
    :param message: what is wrong and what to do about it, in English.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}", {"file": [message]})
        self.reason = reason
