"""The way to platforms' servers: with time-outs, a limit of size, our name, and only where we mean to go.

https only (http to this very machine where `LTI_ALLOW_HTTP_LOOPBACK` says so), to public addresses and those that
`LTI_ALLOW_PRIVATE_HOSTS` names; a redirect is followed for GET and within one origin; no cookies, no netrc, no proxy of the
environment. PyLTI1p3's own calls go the same way, since this *is* a requests session.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from lti import logs
from lti.errors import ServiceError
from lti.metrics import Metrics
from lti.protocol.addresses import Gate, literal
from lti.protocol.answers import Answer
from lti.protocol.breaker import Breaker
from lti.protocol.connections import Adapter, NotAllowed
from lti.settings import Settings

__all__ = ["Answer", "Http"]

log = logs.logger("http")

MOST_REDIRECTS = 3
MOST_BYTES = 8 * 1024 * 1024
"""Of one answer: a page of a class list of thousands fits several times."""
PASSING = frozenset({502, 503, 504})
"""Statuses of a server that is just being started anew, often there again a moment later."""
MOST_REPEATS = 2
FIRST_PAUSE = 0.2
"""Seconds before the first repeat, on average; doubled for the second."""


Origin = tuple[str, str | None, int | None]


class AddressRefused(requests.exceptions.InvalidURL):
    """The host is at no address that may be connected to."""


class Resting(requests.exceptions.ConnectionError):
    """The server has not answered for some time and is left alone for a moment.

    :param seconds: for how long.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("no answer of late, so it is left alone for a moment")
        self.seconds = seconds


class Http(requests.Session):
    """One session for all platforms: connections are kept, cookies are not. Safe to share among threads.

    :param sleep: waits so many seconds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        metrics: Metrics | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._metrics = metrics
        self._sleep = sleep
        self._breaker = Breaker()
        self._gate = Gate(settings)
        self.headers["User-Agent"] = f"{settings.user_agent} python-requests/{requests.__version__}"
        # no compression: a few bytes must not unfold to gigabytes
        self.headers["Accept-Encoding"] = "identity"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # an entry in the server's netrc would take the place of our access token, a proxy would resolve names by itself
        self.trust_env = False
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        adapter = Adapter(self._gate, connections=32)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def call(
        self,
        method: str,
        url: str,
        *,
        kind: str = "other",
        repeatable: bool | None = None,
        most_bytes: int = MOST_BYTES,
        **options: Any,
    ) -> Answer:
        """One request, answered with whatever status.

        :param kind: what it is counted as.
        :param repeatable: whether it does no harm twice, so that it is made anew if it fails for a moment; None: if it
            only reads.
        :param options: as for `requests.request`: `headers`, `data` (or a function that makes it for each try), `params`.
        :raises ServiceError: if there is no answer, it is too long, or `url` is not one to talk to.
        """
        repeats = MOST_REPEATS if (method.upper() == "GET" if repeatable is None else repeatable) else 0
        until = time.monotonic() + self._settings.http_retry_seconds
        for repeat in range(repeats + 1):
            answer = self._try(method, url, kind, most_bytes=most_bytes, **options)
            pause = None if repeat == repeats else _pause(answer, repeat)
            if pause is None or time.monotonic() + pause >= until:
                break
            if self._metrics is not None:
                self._metrics.repeated(kind)
            self._sleep(pause)
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    def _try(self, method: str, url: str, kind: str, **options: Any) -> Answer | ServiceError:
        """One try, counted and logged."""
        began = time.perf_counter()
        answer = self._asked(method, url, **options)
        seconds = time.perf_counter() - began
        status = _word(answer) if isinstance(answer, ServiceError) else answer.status
        if self._metrics is not None:
            self._metrics.called(kind, status, seconds)
        level = logs.DEBUG if isinstance(answer, Answer) and answer.ok else logs.INFO
        logs.event(
            log, level, "called", kind=kind, host=logs.place(url), status=status, seconds=round(seconds, 4)
        )
        return answer

    def _asked(self, method: str, url: str, **options: Any) -> Answer | ServiceError:
        if callable(data := options.get("data")):
            options["data"] = data()
        try:
            response = self.request(method, url, **options)
        except requests.exceptions.InvalidURL as error:
            refused = isinstance(
                error, AddressRefused
            )  # which an administrator can mend without anybody's losing a grade
            return _failure(error, ServiceError(None, retryable=refused, detail=str(error), url=url))
        except Resting as error:
            failure = ServiceError(None, retryable=True, detail=str(error), url=url)
            failure.retry_after = error.seconds
            return _failure(error, failure)
        except (requests.exceptions.RequestException, ValueError) as error:
            return _failure(error, ServiceError(None, retryable=True, detail=type(error).__name__, url=url))
        return Answer(response.status_code, response.headers, response.content, response.url)

    def request(
        self, method: str | bytes, url: str | bytes, *args: Any, most_bytes: int = MOST_BYTES, **options: Any
    ) -> requests.Response:
        """As in requests, within our bounds; nobody is asked who has not answered of late.

        :raises requests.exceptions.InvalidURL: if `url` (or where it redirects, or its address) is not one to talk to.
        """
        method, target = _text(method), _text(url)
        server = _origin(target)
        wait = self._breaker.wait(server)
        if wait > 0:
            raise Resting(wait)
        try:
            response = self._follow(method, target, *args, most_bytes=most_bytes, **options)
        except (
            requests.exceptions.ConnectionError,
            requests.exceptions.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ):
            self._failed(server)
            raise
        if response.status_code in (502, 504):
            self._failed(server)
        else:
            self._breaker.answered(server)
        return response

    def _failed(self, server: Origin) -> None:
        if self._breaker.failed(server):
            logs.event(log, logs.WARNING, "left-alone", host=f"{server[0]}://{server[1]}", port=server[2])

    def _follow(
        self, method: str, target: str, *args: Any, most_bytes: int, **options: Any
    ) -> requests.Response:
        options |= {"allow_redirects": False, "stream": True, "timeout": self._settings.http_timeout}
        for _ in range(MOST_REDIRECTS + 1):
            if not self._settings.allows(target):
                raise requests.exceptions.InvalidURL("not an https URL")
            options["proxies"] = self._proxies(target)
            try:
                response = super().request(method, target, *args, **options)
            except NotAllowed as error:
                raise AddressRefused(str(error)) from error
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

    def _proxies(self, url: str) -> dict[str, str]:
        """The proxy for `url`; what is inside the school's network is reached without it.

        :raises AddressRefused: if `url` holds an address that not even the proxy is to be asked for.
        """
        proxy, host = self._settings.http_proxy, urlsplit(url).hostname or ""
        if proxy is None or self._gate.knows(host):
            return {}
        address = literal(host)
        if address is not None and not self._gate.allows(host, address):
            raise AddressRefused(f"{host} is no public address; see LTI_ALLOW_PRIVATE_HOSTS")
        return {"http": proxy, "https": proxy}

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


def _failure(cause: Exception, error: ServiceError) -> ServiceError:
    error.__cause__ = cause
    return error


def _word(error: ServiceError) -> str:
    """What happened instead of an answer, as a label."""
    match error.__cause__:
        case Resting():
            return "resting"
        case requests.exceptions.InvalidURL():
            return "refused"
        case requests.exceptions.Timeout():
            return "timeout"
        case _:
            return "none"


def _pause(answer: Answer | ServiceError, repeat: int) -> float | None:
    """Seconds before the request may be made anew; None if it would be of no use."""
    pause: float = FIRST_PAUSE * 2**repeat * random.uniform(0.5, 1.5)  # noqa: S311 - spreads repeats, guards nothing
    if isinstance(answer, ServiceError):
        cause = answer.__cause__
        passes = isinstance(cause, requests.exceptions.ConnectionError)
        return pause if passes and not isinstance(cause, Resting | requests.exceptions.SSLError) else None
    asked: float | None = answer.error().retry_after if answer.status in PASSING | {429} else None
    if asked is not None:
        return max(asked, pause)
    return pause if answer.status in PASSING else None


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


def _origin(url: str) -> Origin:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise requests.exceptions.InvalidURL("not a URL") from error
