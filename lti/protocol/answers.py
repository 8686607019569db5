"""What a platform's server answered, and the error that it may be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests

from lti.errors import ServiceError

__all__ = ["Answer"]

RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform's server answered; the body has been read and the connection is free again."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Whether the request was granted."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; None if it is empty.

        :raises ServiceError: if it is something else.
        """
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise ServiceError(
                self.status, retryable=False, detail="the answer is not JSON", url=self.url
            ) from None

    def error(self) -> ServiceError:
        """The error that this answer is."""
        words = self.body[:200].decode("utf-8", "replace")
        printable = "".join(letter if letter.isprintable() else " " for letter in words)
        error = ServiceError(self.status, retryable=self.status in RETRYABLE, detail=printable, url=self.url)
        wait = self.headers.get("Retry-After", "")
        error.is_quoted = True
        error.retry_after = float(wait) if wait.isdecimal() and len(wait) < 7 else None
        return error
