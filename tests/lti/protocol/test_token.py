"""Tokens taken apart."""

from __future__ import annotations

import base64
import json

import pytest

from lti.errors import TokenMalformed
from lti.protocol.token import Token


def compact(claims: bytes, header: bytes = b'{"alg":"RS256"}') -> str:
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (header, claims, b"sig"))


def test_parts() -> None:
    text = compact(json.dumps({"name": "Léa 😀", "words": r"\u0000 is NUL, \ud83d a half"}).encode())
    token = Token.parse(text)
    assert token.header == {"alg": "RS256"}
    assert token.claims == {"name": "Léa 😀", "words": r"\u0000 is NUL, \ud83d a half"}
    assert token.signed.decode() == text.rpartition(".")[0]
    assert token.signature == b"sig"
    assert "Léa" not in repr(token)


@pytest.mark.parametrize(
    "claims",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"\xff{}",
        b"[" * 50_000,
        b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        rb'{"a": "\u0000"}',
        rb'{"a\\\u0000": 1}',
        rb'{"a": "\ud800"}',
        rb'{"\uDC00": 1}',
    ],
)
def test_claims_that_are_no_json_object_of_texts(claims: bytes) -> None:
    with pytest.raises(TokenMalformed):
        Token.parse(compact(claims))


@pytest.mark.parametrize(
    "text",
    ["", "..", "a..", "e30.e30", "e30.e30.a.b", "e30=.e30.a", "e3.e30.a", "e30.e30.a b", "e30.e30.a\n"],
)
def test_text_that_is_no_compact_jws(text: str) -> None:
    with pytest.raises(TokenMalformed):
        Token.parse(text)
