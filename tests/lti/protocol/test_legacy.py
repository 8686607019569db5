"""The signed claim of who moves over from LTI 1.1: the specification's own example, and everything that breaks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lti.claims import LaunchClaims
from lti.protocol.legacy import is_signed, signature
from tests.conformance import platform
from tests.conformance.platform import L

SECRET = "my-lti11-secret"
GOLDEN = "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps="
CLAIM = {"oauth_consumer_key": "179248902", "oauth_consumer_key_sign": GOLDEN, "user_id": "old-lea"}


def claims(**more: Any) -> LaunchClaims:
    """The example's launch, with some claims replaced."""
    example = {"iss": "https://lmsvendor.com", "exp": 1551290856, "nonce": "172we8671fd8z"}
    named = {L + "deployment_id": "689302", L + "lti1p1": CLAIM}
    return LaunchClaims.read(platform.claims(**{**example, **named, **more}), "PM48OJSfGDTAzAo")


def signed(read: LaunchClaims, secret: str = SECRET) -> bool:
    """Whether the claim of a launch is believed."""
    assert read.legacy is not None
    return is_signed(secret, read.legacy, read)


def test_the_example_of_the_specification() -> None:
    read = claims()
    assert signed(read)
    assert read.legacy is not None
    assert read.legacy.user_id == "old-lea"
    made = signature(
        SECRET,
        consumer_key="179248902",
        deployment_id="689302",
        issuer="https://lmsvendor.com",
        client_id="PM48OJSfGDTAzAo",
        exp=1551290856,
        nonce="172we8671fd8z",
    )
    assert made == GOLDEN


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://other.example"),
        ("exp", 1551290857),
        ("exp", 1551290856.5),
        ("exp", "1551290856"),
        ("exp", True),
        ("exp", float("inf")),
        ("exp", float("nan")),
        ("nonce", "another"),
        ("nonce", 7),
        (L + "deployment_id", "689303"),
        (L + "lti1p1", {**CLAIM, "oauth_consumer_key": "179248903"}),
        (L + "lti1p1", {**CLAIM, "oauth_consumer_key_sign": GOLDEN.lower()}),
        (L + "lti1p1", {**CLAIM, "oauth_consumer_key_sign": "é" + GOLDEN}),
        (L + "lti1p1", {"oauth_consumer_key": "179248902"}),
    ],
)
def test_a_change_of_what_is_signed_breaks_it(claim: str, value: Any) -> None:
    assert not signed(claims(**{claim: value}))


def test_another_secret_or_client_breaks_it() -> None:
    assert not signed(claims(), "my-lti11-secre")
    assert not signed(replace(claims(), client_id="another"))


def test_whole_seconds_written_as_a_fraction_are_the_same_seconds() -> None:
    assert signed(claims(exp=1551290856.0))


def test_ids_that_are_not_said_are_those_of_lti_1_3() -> None:
    key = {"oauth_consumer_key": "k"}
    legacy = claims(**{L + "lti1p1": key}).legacy
    assert legacy is not None
    assert (legacy.user_id, legacy.context_id, legacy.resource_link_id) == ("person-1", "class-6b", "link-1")
    legacy = claims(**{L + "lti1p1": key, L + "lti11_legacy_user_id": 42}).legacy
    assert legacy is not None
    assert legacy.user_id == "42"


@pytest.mark.parametrize(
    "claim", [7, "x", [], {}, {"user_id": ["x"], "oauth_consumer_key": {}}, {"user_id": "x" * 256}]
)
def test_a_claim_that_is_no_good_refuses_nobody(claim: Any) -> None:
    legacy = claims(**{L + "lti1p1": claim}).legacy
    assert legacy is not None
    assert (legacy.consumer_key, legacy.signature, legacy.user_id) == ("", "", "person-1")


def test_without_the_claim_nothing_is_said() -> None:
    assert claims(**{L + "lti1p1": None}).legacy is None
