"""Our own keys: one signs what we send, all are published for platforms to check it.

https://www.imsglobal.org/spec/security/v1p0#h_key-management
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from lti.errors import SettingsInvalid

__all__ = ["KeyRing", "SigningKey", "Stored", "new_pem"]

ALGORITHM = "RS256"
LEAST_BITS = 2048
FRESH = 30.0
"""Seconds for which a process goes on with the keys that it has read; others may have changed them meanwhile."""


@dataclass(frozen=True)
class SigningKey:
    """A private key, parsed once: signing with PEM text would parse it each time (36 ms against 0.3 ms)."""

    kid: str
    """RFC 7638 thumbprint, so a kid never means another key."""
    private: RSAPrivateKey
    public_jwk: Mapping[str, str]

    @classmethod
    def parse(cls, pem: str) -> SigningKey:
        """:raises ValueError: if `pem` is not an unencrypted RSA private key of 2048 bits or more."""
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError("is encrypted, or of an unknown kind") from error
        if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
            raise ValueError(f"is not an RSA key of {LEAST_BITS} bits or more")
        numbers = key.public_key().public_numbers()
        members = {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}
        digest = hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest()
        kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return cls(kid, key, members | {"kid": kid, "alg": ALGORITHM, "use": "sig"})


def new_pem() -> str:
    """A new private key, PKCS 8, not encrypted."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=LEAST_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Stored:
    """The keys that live in the database at a moment."""

    active: SigningKey | None = None
    others: tuple[SigningKey, ...] = ()
    """Published before and after they sign."""


class KeyRing:
    """Our keys, those of the settings and those of the database; parsed once. Safe to share among threads.

    :param pems: private keys in PEM. Unless one in the database is active, the first of these signs.
    :param stored: reads those in the database; asked again after `FRESH` seconds.
    :raises SettingsInvalid: naming each that is not an RSA private key of 2048 bits or more.
    """

    def __init__(
        self,
        pems: Sequence[str],
        stored: Callable[[], Stored] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        keys: list[SigningKey] = []
        problems = []
        for number, pem in enumerate(pems, start=1):
            try:
                keys.append(SigningKey.parse(pem))
            except ValueError:
                problems.append(
                    f"LTI_PRIVATE_KEYS: key {number} is not an unencrypted RSA private key of {LEAST_BITS} bits or more"
                )
        if problems:
            raise SettingsInvalid("\n".join(problems))
        self._set = tuple(keys)
        self._read, self._clock = stored, clock
        self._stored, self._until = Stored(), float("-inf")
        self._lock = threading.Lock()

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """All that are published; the first signs."""
        stored = self._now_stored()
        first = () if stored.active is None else (stored.active,)
        return tuple({key.kid: key for key in (*first, *self._set, *stored.others)}.values())

    def _now_stored(self) -> Stored:
        if self._read is None or self._clock() < self._until:
            return self._stored
        # one thread asks; the others go on with what they have, but for the very first time
        if self._lock.acquire(blocking=self._until == float("-inf")):
            try:
                if self._clock() >= self._until:
                    self._stored = self._read()
                    self._until = self._clock() + FRESH
            finally:
                self._lock.release()
        return self._stored

    def forget(self) -> None:
        """Read the database again at the next question: for who has just changed it."""
        self._until = float("-inf")

    @property
    def signing(self) -> SigningKey:
        """:raises SettingsInvalid: if there is no key at all."""
        stored = self._now_stored()
        if stored.active is not None:
            return stored.active
        if not self._set:
            raise SettingsInvalid(
                "there is no key, and something must be signed: run `flask lti keys rotate`, or set LTI_PRIVATE_KEYS"
            )
        return self._set[0]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT of `claims`, signed RS256, with the kid in its header."""
        key = self.signing
        return jwt.encode(dict(claims), key.private, algorithm=ALGORITHM, headers={"kid": key.kid})

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The key set to publish: public members only. RFC 7517 section 5."""
        return {"keys": [dict(key.public_jwk) for key in self.keys]}


def _base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
