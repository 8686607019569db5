"""Calls to a platform's services: an access token where needed, kept while it lasts; one retry if it is refused.

The connector is PyLTI1p3's, so its own service classes work over it; it needs a registration, no launch.
https://www.imsglobal.org/spec/security/v1p0#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pylti1p3.service_connector import ServiceConnector, TServiceConnectorResponse

from binder.clock import now
from lti.errors import ServiceError
from lti.models import Registration
from lti.protocol.http import Answer, Http
from lti.protocol.keys import KeyRing
from lti.protocol.links import links_of
from lti.protocol.registrations import PlatformRegistration

__all__ = ["Connector", "Reply", "Services", "TokenCache"]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFETIME = 240
CLOCK_SKEW = 5
"""Seconds that our assertions are dated back, for platforms whose clocks are behind."""
USUAL_LIFETIME = 300.0
"""Of an access token whose platform does not say."""
SAFETY = 60.0
"""Seconds before its end from which an access token is not used any more."""
MOST_PAGES = 500
KINDS = {
    "lineitem": "line-items",
    "lineitem.readonly": "line-items",
    "score": "score",
    "result.readonly": "results",
    "contextmembership.readonly": "members",
}
"""What a call is counted as, by the last part of its first scope."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered: the body as JSON, and the links of its header by relation."""

    status: int
    body: Any
    links: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, what it is good for, and until when (by the cache's clock)."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    until: float


class TokenCache:
    """Access tokens of this process, by platform, client and scopes; one request in flight for each. Thread-safe."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._locks: dict[tuple[str, ...], threading.Lock] = {}

    def get(self, key: tuple[str, ...], fetch: Callable[[], AccessToken]) -> AccessToken:
        """The token under `key`, or the one that `fetch` gets."""
        token = self._tokens.get(key)
        if token is not None and self.clock() < token.until:
            return token
        with self._locks.setdefault(key, threading.Lock()):
            token = self._tokens.get(key)
            if token is None or self.clock() >= token.until:
                token = self._tokens[key] = fetch()
            return token

    def drop(self, key: tuple[str, ...], value: str) -> None:
        """Forget a token that a platform refused, unless another has taken its place."""
        with self._locks.setdefault(key, threading.Lock()):
            token = self._tokens.get(key)
            if token is not None and token.value == value:
                del self._tokens[key]


class Services:
    """The services of all platforms: connections and access tokens are shared, so a token is asked for once an hour."""

    def __init__(self, http: Http, keys: KeyRing) -> None:
        self._http = http
        self._keys = keys
        self._tokens = TokenCache()

    def connector(self, registration: Registration | PlatformRegistration) -> Connector:
        """For one platform; cheap to make, and of use after the transaction that `registration` came from."""
        if isinstance(registration, Registration):
            registration = PlatformRegistration.of(registration, self._keys)
        return Connector(registration, self._keys, self._http, self._tokens)


class Connector(ServiceConnector):
    """Calls one platform's services in our name."""

    def __init__(
        self, registration: PlatformRegistration, keys: KeyRing, http: Http, tokens: TokenCache
    ) -> None:
        super().__init__(registration, http)
        self.registration = registration
        self._keys = keys
        self._http = http
        self._tokens = tokens

    def get_access_token(self, scopes: Sequence[str]) -> str:
        """:raises ServiceError: if the platform gives no token, or not for all of `scopes`."""
        wanted = tuple(sorted(set(scopes)))
        token = self._tokens.get(self._key(wanted), lambda: self._fetch_token(wanted))
        lacking = set(wanted) - token.scopes
        if lacking:
            raise ServiceError(403, retryable=False, detail=f"scope not granted: {' '.join(sorted(lacking))}")
        return token.value

    def call(
        self,
        method: str,
        url: str,
        *,
        scopes: Sequence[str],
        accept: str = "application/json",
        content_type: str | None = None,
        data: str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call of a service.

        :param params: added to the query that `url` may have already.
        :raises ServiceError: unless the answer is 2xx; `retryable` says whether trying again may help.
        """
        headers = {"Accept": accept}
        if content_type is not None:
            headers["Content-Type"] = content_type
        body = None if data is None else data.encode()
        answer = self._authorized(method, url, scopes, headers, kind=_kind(scopes), data=body, params=params)
        body_read = answer.json() if "json" in answer.headers.get("Content-Type", "json") else None
        return Reply(
            answer.status, body_read, links_of(answer.headers.get("Link", ""), answer.url), answer.headers
        )

    def download(self, url: str, *, scopes: Sequence[str], kind: str, receive: Callable[..., None]) -> int:
        """A file, taken by `receive` – a hook of requests – while it arrives; the answer's status.

        Never anew by itself: what has been written stays written.

        :raises ServiceError: unless the answer is 2xx, or if `receive` refuses it.
        """
        hooks = {"response": receive}
        options = {"kind": kind, "repeatable": False, "hooks": hooks}
        return self._authorized("GET", url, scopes, {"Accept": "*/*"}, **options).status

    def pages(
        self, url: str, *, scopes: Sequence[str], accept: str, params: Mapping[str, str] | None = None
    ) -> Iterator[Reply]:
        """A listing page by page, by the `next` links as they are.

        :raises ServiceError: also if the pages go round in a circle or do not end.
        """
        seen: set[str] = set()
        following: str | None = url
        while following is not None:
            if following in seen or len(seen) >= MOST_PAGES:
                raise ServiceError(200, retryable=False, detail="the pages do not end", url=following)
            seen.add(following)
            reply = self.call("GET", following, scopes=scopes, accept=accept, params=params)
            yield reply
            following, params = reply.links.get("next"), None

    def make_service_request(
        self,
        scopes: Sequence[str],
        url: str,
        is_post: bool = False,
        data: str | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        case_insensitive_headers: bool = False,
    ) -> TServiceConnectorResponse:
        """The same call in PyLTI1p3's form, for its own service classes."""
        reply = self.call(
            "POST" if is_post else "GET",
            url,
            scopes=scopes,
            accept=accept,
            content_type=content_type if is_post else None,
            data=data if is_post else None,
        )
        headers = dict(reply.headers)
        return {"headers": headers, "body": reply.body, "next_page_url": reply.links.get("next")}

    def _authorized(
        self, method: str, url: str, scopes: Sequence[str], headers: Mapping[str, str], **options: Any
    ) -> Answer:
        """One request with an access token; with a new one, once, where the platform refuses the one that we have."""

        def send() -> tuple[Answer, str]:
            token = self.get_access_token(scopes)
            with_token = {**headers, "Authorization": f"Bearer {token}"}
            return self._http.call(method, url, headers=with_token, **options), token

        answer, token = send()
        if answer.status == 401:
            self._tokens.drop(self._key(scopes), token)
            answer, _ = send()
        if not answer.ok:
            raise answer.error()
        return answer

    def _key(self, scopes: Sequence[str]) -> tuple[str, ...]:
        return (self.registration.token_endpoint, self.registration.client_id, *sorted(set(scopes)))

    def _fetch_token(self, scopes: tuple[str, ...]) -> AccessToken:
        asked = self._tokens.clock()
        answer = self._http.call(
            "POST",
            self.registration.token_endpoint,
            kind="token",
            repeatable=True,
            data=lambda: self._token_form(scopes),
            headers={"Accept": "application/json"},
        )
        return _access_token(answer, scopes, asked)

    def _token_form(self, scopes: tuple[str, ...]) -> dict[str, str]:
        """With an assertion of its own for each try: a platform takes each only once."""
        moment, client_id = int(now().timestamp()), self.registration.client_id
        assertion = self._keys.sign(
            {
                "iss": client_id,
                "sub": client_id,
                "aud": self.registration.token_audience,
                "iat": moment - CLOCK_SKEW,
                "exp": moment + ASSERTION_LIFETIME,
                "jti": str(uuid.uuid4()),
            }
        )
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            "scope": " ".join(scopes),
        }


def _kind(scopes: Sequence[str]) -> str:
    return KINDS.get(scopes[0].rpartition("/")[2], "other") if scopes else "other"


def _access_token(answer: Answer, wanted: tuple[str, ...], asked: float) -> AccessToken:
    if not answer.ok:
        raise answer.error()
    granted = answer.json()
    value = granted.get("access_token") if isinstance(granted, dict) else None
    kind = granted.get("token_type", "bearer") if isinstance(granted, dict) else None
    if (
        not isinstance(value, str)
        or not value.isascii()
        or not value.isprintable()
        or str(kind).lower() != "bearer"
    ):
        raise ServiceError(
            answer.status, retryable=False, detail="no bearer token in the answer", url=answer.url
        )
    scopes = granted.get("scope")
    try:
        lifetime = float(granted["expires_in"])
    except (KeyError, TypeError, ValueError):
        lifetime = USUAL_LIFETIME
    if not 0 <= lifetime < 86400:
        lifetime = USUAL_LIFETIME
    usable = lifetime - SAFETY if lifetime > 2 * SAFETY else lifetime / 2
    return AccessToken(
        value, frozenset(scopes.split() if isinstance(scopes, str) and scopes else wanted), asked + usable
    )
