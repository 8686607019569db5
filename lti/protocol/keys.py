"""Our own keys: the first signs what we send, all are published for platforms to check it.

https://www.imsglobal.org/spec/security/v1p0#h_key-management
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lti.errors import SettingsInvalid

__all__ = ["KeyRing"]

ALGORITHM = "RS256"
LEAST_BITS = 2048


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


class KeyRing:
    """Our keys, parsed once.

    :param pems: private keys in PEM; the first signs, all are published.
    :raises SettingsInvalid: naming each that is not an RSA private key of 2048 bits or more.
    """

    def __init__(self, pems: Sequence[str]) -> None:
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
        self.keys = tuple(keys)

    @property
    def signing(self) -> SigningKey:
        """:raises SettingsInvalid: if there is no key at all."""
        if not self.keys:
            raise SettingsInvalid("LTI_PRIVATE_KEYS is empty, and something must be signed")
        return self.keys[0]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT of `claims`, signed RS256, with the kid in its header."""
        key = self.signing
        return jwt.encode(dict(claims), key.private, algorithm=ALGORITHM, headers={"kid": key.kid})

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The key set to publish: public members only. RFC 7517 section 5."""
        return {"keys": [dict(key.public_jwk) for key in self.keys]}


def _base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
