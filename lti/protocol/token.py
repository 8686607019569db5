"""An id_token taken apart, once, and not believed yet: its header, its claims, and what was signed.

RFC 7515 section 3.1, RFC 7519 section 7.2.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from lti.errors import TokenMalformed

__all__ = ["Token"]

MOST_CHARACTERS = 128 * 1024
COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
STANDARD_ALPHABET = str.maketrans("-_", "+/")


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse)


@dataclass(frozen=True, slots=True)
class Token:
    """The parts of a compact JWS."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any] = field(repr=False)
    signed: bytes = field(repr=False)
    """The bytes that the signature covers: header and claims as they came."""
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, compact: str) -> Token:
        """:raises TokenMalformed: if `compact` is not three parts of base64url, the first two JSON objects."""
        parts = COMPACT.fullmatch(compact) if len(compact) <= MOST_CHARACTERS else None
        if parts is None:
            raise TokenMalformed("not a JWT of three parts")
        header = _object(parts[1])
        if "crit" in header:
            # RFC 7515 section 4.1.11: what is critical and not understood makes the token invalid
            raise TokenMalformed("the header has critical extensions")
        signed = compact[: parts.end(2)].encode("ascii")
        return cls(header, _object(parts[2]), signed, _bytes(parts[3]))


def _bytes(part: str) -> bytes:
    padded = part.translate(STANDARD_ALPHABET) + "=" * (-len(part) % 4)
    try:
        return binascii.a2b_base64(padded, strict_mode=True)
    except binascii.Error as error:
        raise TokenMalformed("not base64url") from error


def _object(part: str) -> Mapping[str, Any]:
    try:
        text = _bytes(part).decode()
        value = DECODER.decode(text)
        if "\\u0000" in text and NUL.search(text):
            raise ValueError("NUL")
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair cannot be encoded
    except (ValueError, RecursionError) as error:
        raise TokenMalformed("not JSON, or with characters that are no text") from error
    if not isinstance(value, dict):
        raise TokenMalformed("not a JSON object")
    return value
