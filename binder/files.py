"""A binder's files: taking them in, and handing them out to those who see a page that shows them."""

from __future__ import annotations

import os.path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, find
from binder.authoring import own_binder
from binder.blocks import blocks
from binder.errors import Invalid, NotFound
from binder.models import Page, PageRevision, Resource
from binder.sanitize import storable
from binder.storage import Storage

__all__ = ["MAX_FILE", "add_file", "shown_file"]

MAX_FILE = 100 * 1024 * 1024
"""Bytes of one file at the most."""


def add_file(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    storage: Storage,
    stream: BinaryIO,
    *,
    name: str,
    credit: str = "",
    licence: str = "",
    limit: int = MAX_FILE,
) -> Resource:
    """Store a file in a binder; the same bytes are kept once, however often they are added.

    :param name: as the author's computer calls it; folders in it are dropped.
    :raises Invalid: if it is empty or larger than `limit` bytes.
    """
    binder = own_binder(session, viewer, binder_id)
    stored = storage.save(viewer.tenant_id, stream, limit=limit)
    if not stored.size:
        raise Invalid("empty file", {"file": ["the file is empty: choose another"]})
    name = os.path.basename(str(storable(name)).replace("\\", "/")).strip()[:255] or "file"
    for resource in binder.resources:
        if (resource.sha256, resource.name) == (stored.sha256, name):
            return resource
    resource = Resource(
        tenant_id=viewer.tenant_id,
        binder_id=binder.id,
        sha256=stored.sha256,
        name=name,
        media_type=stored.media_type,
        size=stored.size,
        credit=storable(credit)[:255],
        licence=storable(licence)[:255],
    )
    session.add(resource)
    session.flush()
    session.expire(binder, ["resources"])
    return resource


def shown_file(session: Session, viewer: Viewer, shown: Page | PageRevision, resource_id: UUID) -> Resource:
    """A file that a page or revision shows; whoever may see that may see the file.

    :raises NotFound: if it does not show that file.
    """
    name = str(resource_id)
    if not any(name in blocks[block["type"]].resources(block) for block in shown.blocks):
        raise NotFound("this page shows no such file")
    return find(session, viewer, Resource, resource_id)
