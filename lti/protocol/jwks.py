"""Platforms' public keys, kept by the address of their key set.

Read again when no longer fresh, or at once for a key that is not there (a platform changed its keys), but not more often
than `LTI_JWKS_MIN_INTERVAL` and by one thread at a time. Where reading fails, the keys read before go on serving.
https://www.imsglobal.org/spec/security/v1p0#h_key-set-url
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import jwt
from jwt import PyJWK

from lti.errors import KeysUnreachable, KidUnknown, ServiceError
from lti.protocol.http import Answer, Http
from lti.settings import Settings

__all__ = ["PlatformKey", "PlatformKeys"]

MOST_BYTES = 256 * 1024
MOST_KEYS = 100
LEAST_BITS = 2048
USUAL_AGE = 3600.0
FAILURE_PAUSE = 5.0
"""Seconds before a key set that could not be read, and of which we hold nothing, is tried again."""
KEY_TYPE = {"RS": "RSA", "PS": "RSA", "ES": "EC"}
MAX_AGE = re.compile(r"(?:^|[,\s])max-age=\"?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """One public key of a platform, parsed once."""

    jwk: PyJWK
    algorithm: str | None
    """`alg` of the key set, where it says; then the key is good for nothing else."""

    def fits(self, algorithm: str) -> bool:
        """Whether a signature by `algorithm` can be this key's."""
        if self.algorithm is not None:
            return self.algorithm == algorithm
        if self.jwk.key_type == "EC":
            return self.jwk.algorithm_name == algorithm
        return self.jwk.key_type == KEY_TYPE.get(algorithm[:2])

    def verifies(self, signed: bytes, signature: bytes, algorithm: str) -> bool:
        """Whether `signature` over `signed` is this key's."""
        return bool(jwt.get_algorithm_by_name(algorithm).verify(signed, self.jwk.key, signature))


@dataclass(slots=True)
class _KeySet:
    """What is held of one address; times are of the monotonic clock."""

    keys: dict[str, PlatformKey] = field(default_factory=dict)
    fresh_until: float = float("-inf")
    usable_until: float = float("-inf")
    not_before: float = float("-inf")
    """No reading before this."""
    lock: threading.Lock = field(default_factory=threading.Lock)


class PlatformKeys:
    """All platforms' keys that this process has read. Safe to share among threads.

    :param clock: seconds that never go back.
    """

    def __init__(
        self, http: Http, settings: Settings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock
        self._sets: dict[str, _KeySet] = {}

    def key(self, url: str, kid: str) -> PlatformKey:
        """The key `kid` of the key set at `url`; may read it over the network, so hold no transaction.

        :raises KidUnknown: if there is no such key, even in a key set just read.
        :raises KeysUnreachable: if the key set cannot be read, and nothing of it is held.
        """
        held = self._sets.setdefault(url, _KeySet())
        now = self._clock()
        key = held.keys.get(kid) if now < held.usable_until else None
        if key is not None and now < held.fresh_until:
            return key
        # whoever holds a key that still serves does not wait for another thread to read the set afresh
        if held.lock.acquire(blocking=key is None):
            try:
                self._renew(url, held, kid)
                key = held.keys.get(kid)
            finally:
                held.lock.release()
        if key is None:
            raise KidUnknown(f"no key {kid[:80]!r} at {url}", kid=kid[:80], jwks_uri=url)
        return key

    def _renew(self, url: str, held: _KeySet, kid: str) -> None:
        now = self._clock()
        fresh = now < held.fresh_until
        if fresh and kid in held.keys:
            return  # another thread was faster
        if now >= held.usable_until:
            held.keys = {}
        if now >= held.not_before:
            try:
                held.keys, age = self._fetch(url)
            except ServiceError as error:
                pause = self._settings.jwks_min_interval
                held.not_before = now + (pause if held.keys else min(pause, FAILURE_PAUSE))
                if not held.keys:
                    why = f"answered {error.platform_status}" if error.is_quoted else error.detail
                    raise KeysUnreachable(f"{url}: {why}", jwks_uri=url) from error
                return
            read = self._clock()
            held.not_before = read + self._settings.jwks_min_interval
            held.fresh_until = read + age
            held.usable_until = held.fresh_until + self._settings.jwks_max_age
        elif not held.keys and not fresh:
            raise KeysUnreachable(f"{url}: could not be read a moment ago", jwks_uri=url)

    def _fetch(self, url: str) -> tuple[dict[str, PlatformKey], float]:
        answer = self._http.call(
            "GET", url, kind="key-set", headers={"Accept": "application/json"}, most_bytes=MOST_BYTES
        )
        if answer.status != 200:
            raise answer.error()
        document = answer.json()
        listed = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise ServiceError(200, retryable=False, detail="not a key set", url=url)
        return dict(_usable(listed[:MOST_KEYS])), self._age(answer)

    def _age(self, answer: Answer) -> float:
        found = MAX_AGE.search(answer.headers.get("Cache-Control", ""))
        wished = float(found.group(1)) if found else USUAL_AGE
        return min(max(wished, self._settings.jwks_min_age), self._settings.jwks_max_age)


def _usable(listed: list[Any]) -> Iterable[tuple[str, PlatformKey]]:
    """The keys for checking signatures; what cannot be parsed, or is meant for something else, is passed over."""
    for entry in listed:
        if not isinstance(entry, dict) or (entry.get("use") or "sig") != "sig":
            continue
        kid, algorithm = entry.get("kid"), entry.get("alg")
        if not isinstance(kid, str) or not kid or entry.get("kty") not in ("RSA", "EC"):
            continue
        try:
            jwk = PyJWK(entry)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if jwk.key_type == "RSA" and jwk.key.key_size < LEAST_BITS:
            continue
        yield kid, PlatformKey(jwk, algorithm)
