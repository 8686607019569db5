"""The way to platforms' servers: with time-outs, a limit of size, our name, and only where we mean to go.

https only (http to this very machine where `LTI_ALLOW_HTTP_LOOPBACK` says so); a redirect is followed for GET and
within one origin; no cookies, no netrc. PyLTI1p3's own calls go the same way, since this *is* a requests session.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from lti.errors import ServiceError
from lti.settings import Settings

__all__ = ["Answer", "Http"]

MOST_REDIRECTS = 3
MOST_BYTES = 8 * 1024 * 1024
"""Of one answer: a page of a class list of thousands fits several times."""
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
        error.retry_after = float(wait) if wait.isdecimal() and len(wait) < 7 else None
        return error


class Http(requests.Session):
    """One session for all platforms: connections are kept, cookies are not. Safe to share among threads."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.headers["User-Agent"] = f"{settings.user_agent} python-requests/{requests.__version__}"
        # no compression: a few bytes must not unfold to gigabytes
        self.headers["Accept-Encoding"] = "identity"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # an entry in the server's netrc would take the place of our access token
        self.auth = _as_it_is
        adapter = HTTPAdapter(pool_connections=32, pool_maxsize=32)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def call(self, method: str, url: str, *, most_bytes: int = MOST_BYTES, **options: Any) -> Answer:
        """One request, answered with whatever status.

        :param options: as for `requests.request`: `headers`, `data`, `params`.
        :raises ServiceError: if there is no answer, it is too long, or `url` is not one to talk to.
        """
        try:
            response = self.request(method, url, most_bytes=most_bytes, **options)
        except requests.exceptions.InvalidURL as error:
            raise ServiceError(None, retryable=False, detail=str(error), url=url) from error
        except (requests.exceptions.RequestException, ValueError) as error:
            raise ServiceError(None, retryable=True, detail=type(error).__name__, url=url) from error
        return Answer(response.status_code, response.headers, response.content, response.url)

    def request(
        self, method: str | bytes, url: str | bytes, *args: Any, most_bytes: int = MOST_BYTES, **options: Any
    ) -> requests.Response:
        """As in requests, within our bounds.

        :raises requests.exceptions.InvalidURL: if `url` (or where it redirects) is not one to talk to.
        """
        method, target = _text(method), _text(url)
        options |= {"allow_redirects": False, "stream": True, "timeout": self._settings.http_timeout}
        for _ in range(MOST_REDIRECTS + 1):
            if not self._settings.allows(target):
                raise requests.exceptions.InvalidURL("not an https URL")
            response = super().request(method, target, *args, **options)
            with response:
                next_target = _redirect(response) if method.upper() == "GET" else None
                if next_target is None:
                    self._read(response, most_bytes)
                    return response
            if _origin(next_target) != _origin(target):
                raise requests.exceptions.InvalidURL("redirected to another origin")
            target = next_target
            options.pop("params", None)
        raise requests.exceptions.TooManyRedirects("too many redirects")

    def _read(self, response: requests.Response, most_bytes: int) -> None:
        """Read the body piece by piece: neither endless nor drop by drop."""
        until = time.monotonic() + sum(self._settings.http_timeout)
        parts: list[bytes] = []
        size = 0
        while part := _piece(response):
            size += len(part)
            if size > most_bytes:
                raise requests.exceptions.ContentDecodingError("the answer is too long")
            if time.monotonic() > until:
                raise requests.exceptions.ReadTimeout("the answer is too slow")
            parts.append(part)
        response._content = b"".join(parts)
        response._content_consumed = True  # type: ignore[attr-defined]  # not in its stubs


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _piece(response: requests.Response) -> bytes:
    try:
        piece: bytes = response.raw.read1(65536, decode_content=True)
    except urllib3.exceptions.TimeoutError as error:
        raise requests.exceptions.ReadTimeout(str(error)) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error
    return piece


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _redirect(response: requests.Response) -> str | None:
    return urljoin(response.url, response.headers["Location"]) if response.is_redirect else None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
