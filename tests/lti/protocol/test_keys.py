"""Our keys: the first signs, all are published."""

from __future__ import annotations

import base64
import hashlib
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from lti.errors import SettingsInvalid
from lti.protocol.keys import KeyRing
from lti.settings import Settings
from tests.conformance.platform import private_key


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, encryption: KeySerializationEncryption | None = None
) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def test_first_key_signs_and_all_are_published() -> None:
    settings = Settings.from_config({"LTI_PRIVATE_KEYS": pem(private_key("a")) + pem(private_key("b"))})
    ring = KeyRing(settings.private_keys)
    token = ring.sign({"iss": "x"})
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["kid"]) == ("RS256", ring.keys[0].kid)
    published = jwt.PyJWKSet.from_dict(ring.jwks())
    assert [key.key_id for key in published.keys] == [key.kid for key in ring.keys]
    assert jwt.decode(token, published[header["kid"]], algorithms=["RS256"]) == {"iss": "x"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, published.keys[1], algorithms=["RS256"])


def test_published_key_holds_nothing_private() -> None:
    (jwk,) = KeyRing([pem(private_key("a"))]).jwks()["keys"]
    assert set(jwk) == {"kty", "n", "e", "kid", "alg", "use"}
    assert (jwk["kty"], jwk["e"], jwk["alg"], jwk["use"]) == ("RSA", "AQAB", "RS256", "sig")


def test_kid_is_the_thumbprint() -> None:
    """RFC 7638 section 3."""
    (jwk,) = KeyRing([pem(private_key("a"))]).jwks()["keys"]
    canonical = json.dumps({"e": jwk["e"], "kty": "RSA", "n": jwk["n"]}, separators=(",", ":")).encode()
    assert jwk["kid"] == base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()


def test_no_key_at_all() -> None:
    ring = KeyRing([])
    assert ring.jwks() == {"keys": []}
    with pytest.raises(SettingsInvalid, match="LTI_PRIVATE_KEYS"):
        ring.sign({})


def test_bad_keys_are_named_and_not_shown() -> None:
    good = private_key("a")
    bad = [
        pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(good, BestAvailableEncryption(b"secret")),
        good.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ]
    with pytest.raises(SettingsInvalid) as caught:
        KeyRing([pem(good), *bad])
    assert [line.split(" is ")[0] for line in caught.value.detail.splitlines()] == [
        f"LTI_PRIVATE_KEYS: key {number}" for number in range(2, 7)
    ]
    assert "BEGIN" not in caught.value.detail
