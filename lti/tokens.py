"""The token in every form: it shows that our own page sent the form, and whose page that was.

Another site can make a browser send a cookie, but cannot know the token. When the session is over, the token still
tells who was writing, so that what they typed can be kept for them.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from binder.access import Viewer

__all__ = ["Author", "author", "fits", "make"]

PART = 16
"""Bytes of each of the token's four parts: tenant, person, fingerprint of the session, seal."""
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Author:
    """Who a form was shown to."""

    tenant_id: UUID
    person_id: UUID


def _seal(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, b"form" + content, hashlib.sha256).digest()[:PART]


def make(key: bytes, viewer: Viewer, secret: str) -> str:
    """A token for the forms of `viewer`.

    :param key: the server's own.
    :param secret: of the session's cookie; empty where a host's own login says who is looking.
    """
    session = hashlib.sha256(b"session" + secret.encode()).digest()[:PART]
    content = viewer.tenant_id.bytes + (viewer.person_id or NOBODY).bytes + session
    return urlsafe_b64encode(content + _seal(key, content)).decode().rstrip("=")


def fits(token: str, expected: str) -> bool:
    """Whether a form's token is that of the present session."""
    return hmac.compare_digest(token.encode(), expected.encode())


def author(key: bytes, token: str) -> Author | None:
    """Whom a token was made for, whether or not their session is still open; None if we did not make it."""
    try:
        whole = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    content, seal = whole[: 3 * PART], whole[3 * PART :]
    if len(whole) != 4 * PART or not hmac.compare_digest(seal, _seal(key, content)):
        return None
    person = UUID(bytes=content[PART : 2 * PART])
    return None if person == NOBODY else Author(UUID(bytes=content[:PART]), person)
