"""The platform's own signing keys, published before they are used and after they are retired."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import get_default_algorithms

from examples.ent.database import Database

HMAC_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


@dataclass(frozen=True)
class SigningKey:
    """One RSA key pair with its place in the rotation: next, active or retiring."""

    kid: str
    state: str
    pem: str

    @property
    def private(self) -> RSAPrivateKey:
        """The private half."""
        return _load(self.pem)

    @property
    def public_pem(self) -> str:
        """The public half as PEM text."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(encoding, form).decode()

    def jwk(self) -> dict[str, Any]:
        """The public half as a JSON Web Key (LTI security framework 1.0, 6.3)."""
        return {**_public_numbers(self.private), "alg": "RS256", "use": "sig", "kid": self.kid}


class Keys:
    """The rotation next, active, retiring; at every moment exactly one key is active."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        with database.writing() as connection:
            if connection.execute("SELECT 1 FROM keys").fetchone() is None:
                for state in ("active", "next"):
                    self._insert(connection, state)

    @property
    def active(self) -> SigningKey:
        """The key that signs now."""
        return next(key for key in self.all() if key.state == "active")

    def all(self) -> list[SigningKey]:
        """Every published key, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT kid, state, pem FROM keys ORDER BY created_at, rowid"
            ).fetchall()
        return [SigningKey(row["kid"], row["state"], row["pem"]) for row in rows]

    def document(self) -> dict[str, Any]:
        """The JWK set (RFC 7517, 5)."""
        return {"keys": [key.jwk() for key in self.all()]}

    def rotate(self) -> SigningKey:
        """Sign with the key announced as next, keep publishing the old one, announce another."""
        with self._database.writing() as connection:
            connection.execute("UPDATE keys SET state = 'retiring' WHERE state = 'active'")
            connection.execute("UPDATE keys SET state = 'active' WHERE state = 'next'")
            self._insert(connection, "next")
        return self.active

    def replace(self) -> SigningKey:
        """Drop every key and sign with one nobody has seen announced, as after a theft."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM keys")
            for state in ("active", "next"):
                self._insert(connection, state)
        return self.active

    def withdraw_retiring(self) -> None:
        """Stop publishing the keys that no longer sign."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM keys WHERE state = 'retiring'")

    def _insert(self, connection: Any, state: str) -> None:
        key = new_key(state)
        row = (key.kid, key.state, key.pem, self._clock().timestamp())
        connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", row)


def new_key(state: str = "foreign") -> SigningKey:
    """Make a key pair that is named by its thumbprint (RFC 7638)."""
    private = generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = private.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    members = json.dumps(_public_numbers(private), sort_keys=True, separators=(",", ":"))
    return SigningKey(_base64url(hashlib.sha256(members.encode()).digest()), state, pem)


def encode(claims: Mapping[str, Any], key: Any, *, algorithm: str, headers: Mapping[str, Any]) -> str:
    """Sign any claims under any header (RFC 7515, 7.1), also those a careful reader must refuse."""
    header = {"typ": "JWT", "alg": algorithm, **headers}
    header = {name: value for name, value in header.items() if value is not None}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, dict(claims)))
    if algorithm == "none":
        return f"{signed}."
    if algorithm in HMAC_DIGESTS:
        secret = key if isinstance(key, bytes) else str(key).encode()
        return f"{signed}.{_base64url(hmac.digest(secret, signed.encode(), HMAC_DIGESTS[algorithm]))}"
    signer = get_default_algorithms()[algorithm]
    return f"{signed}.{_base64url(signer.sign(signed.encode(), signer.prepare_key(key)))}"


@lru_cache(maxsize=64)
def _load(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    return cast(RSAPrivateKey, key)


def _public_numbers(key: RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {"e": _base64url(_octets(numbers.e)), "kty": "RSA", "n": _base64url(_octets(numbers.n))}


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
