"""A form's token: who it was made for, and that nobody else can make one."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.access import Role, Viewer
from lti import tokens

KEY = b"k" * 32
VIEWER = Viewer(tenant_id=uuid4(), role=Role.INSTRUCTOR, person_id=uuid4())


def test_a_token_tells_its_author() -> None:
    token = tokens.make(KEY, VIEWER, "secret")
    assert tokens.author(KEY, token) == tokens.Author(VIEWER.tenant_id, VIEWER.person_id or uuid4())
    assert tokens.fits(token, tokens.make(KEY, VIEWER, "secret"))


@pytest.mark.parametrize(
    "other",
    [
        tokens.make(KEY, VIEWER, "another session"),
        tokens.make(KEY, replace(VIEWER, person_id=uuid4()), "secret"),
        tokens.make(KEY, replace(VIEWER, tenant_id=uuid4()), "secret"),
        tokens.make(b"x" * 32, VIEWER, "secret"),
        "",
        "é",
    ],
    ids=["session", "person", "tenant", "key", "empty", "accent"],
)
def test_another_token_does_not_fit(other: str) -> None:
    assert not tokens.fits(other, tokens.make(KEY, VIEWER, "secret"))


def test_somebody_nameless_is_no_author() -> None:
    assert tokens.author(KEY, tokens.make(KEY, replace(VIEWER, person_id=None), "secret")) is None


@given(st.text())
def test_what_we_did_not_make_has_no_author(token: str) -> None:
    assert tokens.author(KEY, token) is None


@given(st.integers(0, 63), st.integers(1, 255))
def test_no_bit_of_a_token_can_be_changed(at: int, mask: int) -> None:
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    whole = bytearray(urlsafe_b64decode(tokens.make(KEY, VIEWER, "secret") + "=="))
    whole[at] ^= mask
    assert tokens.author(KEY, urlsafe_b64encode(bytes(whole)).decode().rstrip("=")) is None
