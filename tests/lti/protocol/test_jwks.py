"""Platforms' keys: kept, read again when due, and kept on when the platform is away."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from lti.errors import KeysUnreachable, KidUnknown
from lti.protocol.http import Http
from lti.protocol.jwks import PlatformKeys
from lti.settings import Settings
from tests.conformance.platform import key_set, public_jwk
from tests.lti.protocol.server import Asked, Server, Told


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(http: Http, clock: Clock) -> PlatformKeys:
    return PlatformKeys(http, Settings(allow_http_loopback=True), clock=clock)


def test_key_set_is_read_once(server: Server, keys: PlatformKeys) -> None:
    server.tells(key_set("key-1", "key-2"))
    first = keys.key(server.url, "key-1")
    assert keys.key(server.url, "key-1") is first
    assert keys.key(server.url, "key-2") is not first
    assert len(server.asked) == 1
    assert server.asked[0].headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    ("cache_control", "age"),
    [
        ("", 3600),
        ("max-age=600", 600),
        ("public, max-age=1", 300),
        ("max-age=9999999", 86400),
        ("no-store", 3600),
    ],
)
def test_key_set_is_fresh_as_long_as_the_platform_says_within_bounds(
    server: Server, keys: PlatformKeys, clock: Clock, cache_control: str, age: float
) -> None:
    server.tells(key_set(), Cache_Control=cache_control)
    keys.key(server.url, "key-1")
    clock.now += age - 1
    keys.key(server.url, "key-1")
    assert len(server.asked) == 1
    clock.now += 1
    keys.key(server.url, "key-1")
    assert len(server.asked) == 2


def test_unknown_key_makes_it_read_again_but_not_too_often(
    server: Server, keys: PlatformKeys, clock: Clock
) -> None:
    server.tells(key_set("key-1"))
    keys.key(server.url, "key-1")
    server.tells(key_set("key-1", "key-2"))
    with pytest.raises(KidUnknown):
        keys.key(server.url, "key-2")
    assert len(server.asked) == 1, "just read"
    clock.now += 30
    assert keys.key(server.url, "key-2")
    for _ in range(5):
        with pytest.raises(KidUnknown) as caught:
            keys.key(server.url, "key-3")
    assert len(server.asked) == 2
    assert caught.value.facts["kid"] == "key-3"


def test_key_taken_away_is_refused_once_the_set_is_read_again(
    server: Server, keys: PlatformKeys, clock: Clock
) -> None:
    server.tells(key_set("key-1", "key-2"))
    keys.key(server.url, "key-1")
    server.tells(key_set("key-2"))
    clock.now += 3600
    with pytest.raises(KidUnknown):
        keys.key(server.url, "key-1")
    server.tells({"keys": []})
    clock.now += 3600
    with pytest.raises(KidUnknown):
        keys.key(server.url, "key-2")


BAD = [
    (500, b"Oops"),
    (200, b"<html>maintenance</html>"),
    (200, b'{"error": "maintenance"}'),
    (200, b'{"keys": {"keys": []}}'),
    (200, b"[]"),
    (200, b""),
    (404, key_set()),
    (302, b""),
    (200, b'{"keys": [' + b" " * 300_000 + b"]}"),
]


@pytest.mark.parametrize(("status", "body"), BAD, ids=range(len(BAD)))
def test_keys_serve_on_while_the_platform_is_away(
    server: Server, keys: PlatformKeys, clock: Clock, status: int, body: bytes
) -> None:
    server.tells(key_set())
    first = keys.key(server.url, "key-1")
    server.tells(body, status=status)
    clock.now += 3600
    assert keys.key(server.url, "key-1") is first
    assert keys.key(server.url, "key-1") is first
    assert len(server.asked) == 2, "not asked again at once"
    clock.now += 86400
    with pytest.raises(KeysUnreachable):
        keys.key(server.url, "key-1")
    server.tells(key_set())
    clock.now += 30
    assert keys.key(server.url, "key-1")


@pytest.mark.parametrize(("status", "body"), BAD, ids=range(len(BAD)))
def test_first_reading_may_fail_and_is_tried_again_soon(
    server: Server, keys: PlatformKeys, clock: Clock, status: int, body: bytes
) -> None:
    server.tells(body, status=status)
    for _ in range(3):
        with pytest.raises(KeysUnreachable) as caught:
            keys.key(server.url, "key-1")
    assert caught.value.status == 502
    assert len(server.asked) == 1
    server.tells(key_set())
    clock.now += 5
    assert keys.key(server.url, "key-1")


def test_silent_platform_is_given_up(server: Server, keys: PlatformKeys) -> None:
    def answer(asked: Asked) -> Told:
        time.sleep(1)
        return Told()

    server.answer = answer
    with pytest.raises(KeysUnreachable):
        keys.key(server.url, "key-1")


def test_only_one_thread_reads(server: Server, keys: PlatformKeys, clock: Clock) -> None:
    reading, may_go_on = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Told:
        reading.set()
        may_go_on.wait(5)
        return Told(body=key_set("key-1", "key-2"))

    server.answer = answer
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(keys.key(server.url, "key-1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    reading.wait()
    may_go_on.set()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(server.asked) == 1
    # whoever has a key that still serves does not wait for the thread that reads
    clock.now += 3600
    reading.clear()
    may_go_on.clear()
    slow = threading.Thread(target=lambda: keys.key(server.url, "key-1"))
    slow.start()
    reading.wait()
    assert keys.key(server.url, "key-1") is found[0]
    assert slow.is_alive()
    may_go_on.set()
    slow.join()
    assert len(server.asked) == 2


def test_what_is_no_key_for_signatures_is_passed_over(server: Server, keys: PlatformKeys) -> None:
    small = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)  # noqa: S505
    entries: list[Any] = [
        "key",
        public_jwk("key-1", use="enc"),
        public_jwk("key-1", kid=None),
        public_jwk("key-1", kid=5),
        public_jwk("key-1", n="%%%"),
        public_jwk("key-1", alg="HS256"),
        public_jwk("key-1", alg=["RS256"]),
        public_jwk("key-1", alg="XX1"),
        public_jwk("key-1", kty="EC"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "key-1", "alg": "HS256"},
        {"kid": "key-1"},
        dict(small) | {"kid": "key-1"},
        public_jwk("key-1", use=None),
    ]
    server.tells({"keys": entries[:-1]})
    with pytest.raises(KidUnknown):
        keys.key(server.url, "key-1")
    server.tells({"keys": entries})
    assert keys.key(server.url + "/other", "key-1")


def test_key_is_good_for_its_algorithm_only(server: Server, keys: PlatformKeys) -> None:
    curve = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    any_rsa = public_jwk("any", alg=None)
    server.tells({"keys": [public_jwk("one"), any_rsa, dict(curve) | {"kid": "curve"}]})
    fits = {
        kid: [
            name
            for name in ("RS256", "RS512", "PS256", "ES256", "ES384", "HS256")
            if keys.key(server.url, kid).fits(name)
        ]
        for kid in ("one", "any", "curve")
    }
    assert fits == {"one": ["RS256"], "any": ["RS256", "RS512", "PS256"], "curve": ["ES256"]}
    assert not keys.key(server.url, "curve").verifies(b"x", b"y" * 64, "ES256")
    assert not keys.key(server.url, "curve").verifies(b"x", b"y", "ES256")
    assert json.loads(key_set())["keys"][0]["kid"] == "key-1"
