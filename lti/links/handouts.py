"""Files that a teacher has placed in a platform: sealed addresses, which open without a session.

The platform fetches a file soon after it was chosen, so its address holds for an hour. A picture stays where the platform
shows it, so its address holds for as long as the page shows the picture, published and to everybody. Nothing else opens.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.clock import now
from binder.errors import NotFound
from binder.models import Page, Resource
from binder.publication import visibility
from binder.publication.revisions import published
from binder.resources import files
from lti.models import Placement

__all__ = ["LIFETIME", "Handout", "opened", "secret_of"]

LIFETIME = timedelta(hours=1)
SEAL = 16
CONTENT = 16 + 16 + 6


@dataclass(frozen=True)
class Handout:
    """A file that an address opens, and as whom."""

    viewer: Viewer
    resource: Resource


def _seal(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, b"handout" + content, hashlib.sha256).digest()[:SEAL]


def secret_of(placement: Placement, key: bytes, *, until: datetime | None = None) -> str:
    """What stands in the address of the file of a placement.

    :param key: the server's own.
    :param until: None: as long as the page shows it.
    """
    seconds = int(until.timestamp()) if until is not None else 0
    content = placement.tenant_id.bytes + placement.id.bytes + seconds.to_bytes(6, "big")
    return urlsafe_b64encode(content + _seal(key, content)).decode().rstrip("=")


def opened(session: Session, key: bytes, secret: str) -> Handout:
    """The file of an address.

    :raises NotFound: if we never gave that address out, it is too old, or the page does not show the file to everybody.
    """
    try:
        whole = urlsafe_b64decode(secret.encode() + b"=" * (-len(secret) % 4))
    except (binascii.Error, ValueError):
        raise NotFound("no such file") from None
    content, seal = whole[:CONTENT], whole[CONTENT:]
    if len(whole) != CONTENT + SEAL or not hmac.compare_digest(seal, _seal(key, content)):
        raise NotFound("no such file")
    seconds = int.from_bytes(content[32:], "big")
    if seconds and seconds < now().timestamp():
        raise NotFound("the address is too old")
    tenant_id = UUID(bytes=content[:16])
    placement = session.get(Placement, (tenant_id, UUID(bytes=content[16:32])))
    page = session.get(Page, (tenant_id, placement.page_id)) if placement and placement.page_id else None
    if placement is None or page is None or page.trashed_at is not None or page.binder.trashed_at is not None:
        raise NotFound("no such file")
    viewer = Viewer(tenant_id, Role.LEARNER)
    shown = visibility.Seen(visibility.seen(published(session, page).blocks, audiences=(), at=now()))
    return Handout(
        viewer, files.shown_file(session, viewer, shown, UUID(str(placement.options.get("resource"))))
    )
