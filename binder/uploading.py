"""Files that arrive in pieces: announced, received, resumed after a break, and at the end a file of the binder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import intake
from binder.access import Viewer, find, who
from binder.clock import now
from binder.errors import Conflict, Invalid, NotFound
from binder.files import place
from binder.mediatypes import Limits
from binder.models import Resource, Upload
from binder.owning import own_binder
from binder.sanitize import storable
from binder.storage import Storage

__all__ = ["LIFETIME", "MOST", "begin", "cancel", "expire", "receive", "upload_of"]

LIFETIME = timedelta(days=7)
"""How long an upload may rest between two pieces."""
MOST = 100
"""Uploads of one person under way at the same time."""

Begin = Callable[[], AbstractContextManager[Session]]


def begin(
    session: Session, viewer: Viewer, binder_id: UUID, *, name: str, size: int, limits: Limits
) -> Upload:
    """Announce a file.

    :param size: bytes of the whole file.
    :raises Invalid: if it is empty, larger than any file may be, or one too many.
    """
    binder = own_binder(session, viewer, binder_id)
    if not size:
        raise Invalid("empty file", {"file": ["the file is empty: choose another"]})
    if size > limits.most:
        message = f"this file is too large: {limits.most / 1_000_000:g} MB at the most"
        raise Invalid("too large", {"file": [message]})
    mine = Upload.tenant_id == viewer.tenant_id, Upload.person_id == who(viewer)
    waiting = sa.select(sa.func.count()).where(*mine, Upload.resource_id.is_(None), Upload.expires_at > now())
    if (session.scalar(waiting.select_from(Upload)) or 0) >= MOST:
        raise Invalid(
            "too many uploads", {"file": ["too many files are on their way: wait for some to arrive"]}
        )
    upload = Upload(
        tenant_id=viewer.tenant_id,
        binder_id=binder.id,
        person_id=who(viewer),
        name=str(storable(name))[:255] or "file",
        size=size,
        expires_at=now() + LIFETIME,
    )
    session.add(upload)
    session.flush()
    return upload


def upload_of(
    session: Session, viewer: Viewer, binder_id: UUID, upload_id: UUID, *, lock: bool = False
) -> Upload:
    """An upload of the viewer's own.

    :raises NotFound: also if it belongs to a colleague, to another binder, or has expired.
    """
    own_binder(session, viewer, binder_id)
    upload = find(session, viewer, Upload, upload_id, lock=lock)
    if (upload.binder_id, upload.person_id) != (binder_id, viewer.person_id) or upload.expires_at <= now():
        raise NotFound("no such upload")
    return upload


def receive(
    begin: Begin,
    viewer: Viewer,
    binder_id: UUID,
    upload_id: UUID,
    storage: Storage,
    stream: BinaryIO,
    *,
    offset: int,
    limits: Limits,
    scan: bool = False,
) -> tuple[int, Resource | None]:
    """Take a piece; the last one makes the file.

    No transaction is open while bytes arrive or pictures are made smaller.

    :param begin: opens a transaction.
    :param scan: see `binder.files.add_file`.
    :return: bytes that are here now, and the file once it is whole.
    :raises Conflict: if the piece does not begin where the last one ended.
    :raises Invalid: if the file is not one to keep; what had come is forgotten if it would never be.
    """
    with begin() as session:
        upload = upload_of(session, viewer, binder_id, upload_id)
        size, done = upload.size, upload.resource_id
    if done is not None:
        return _again(begin, viewer, offset, size, done)
    here = storage.append(viewer.tenant_id, str(upload_id), offset, stream, size - min(offset, size))
    try:
        taken = _taken(viewer, upload_id, storage, limits, here, size, first=offset == 0)
        with begin() as session:
            resource = _noted(session, viewer, binder_id, upload_id, here, taken, scan=scan)
    except Invalid:
        with begin() as session:
            cancel(session, viewer, binder_id, upload_id, storage)
        raise
    if resource is not None:
        storage.discard(viewer.tenant_id, str(upload_id))
    return here, resource


def _again(
    begin: Begin, viewer: Viewer, offset: int, size: int, resource_id: UUID
) -> tuple[int, Resource | None]:
    """Somebody who did not hear that all had arrived asks once more."""
    if offset != size:
        raise Conflict("all is here", size)
    with begin() as session:
        return size, find(session, viewer, Resource, resource_id)


def _taken(
    viewer: Viewer, upload_id: UUID, storage: Storage, limits: Limits, here: int, size: int, *, first: bool
) -> intake.Taken | None:
    """The file once it is whole; its first piece shows whether it is too large for its kind."""
    tenant_id, name = viewer.tenant_id, str(upload_id)
    if here < size and not (first and here):
        return None
    with storage.staged(tenant_id, name) as staged:
        if here < size:
            intake.recognise(staged, size, limits)
            return None
        return intake.take(storage, tenant_id, staged, limits, keep=lambda: storage.finish(tenant_id, name))


def _noted(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    upload_id: UUID,
    here: int,
    taken: intake.Taken | None,
    *,
    scan: bool,
) -> Resource | None:
    """Write down what has arrived; whoever is first makes the file."""
    upload = upload_of(session, viewer, binder_id, upload_id, lock=True)
    upload.received, upload.expires_at = max(upload.received, here), now() + LIFETIME
    if upload.resource_id is not None:
        return find(session, viewer, Resource, upload.resource_id)
    if taken is None:
        return None
    resource = place(session, own_binder(session, viewer, binder_id), taken, name=upload.name, scan=scan)
    upload.resource_id = resource.id
    return resource


def cancel(session: Session, viewer: Viewer, binder_id: UUID, upload_id: UUID, storage: Storage) -> None:
    """Forget an upload and what has arrived of it; a file that it became stays."""
    session.delete(upload_of(session, viewer, binder_id, upload_id, lock=True))
    session.flush()
    storage.discard(viewer.tenant_id, str(upload_id))


def expire(session: Session, storage: Storage) -> int:
    """Forget the uploads that have rested too long.

    :return: how many.
    """
    old = session.execute(sa.select(Upload.tenant_id, Upload.id).where(Upload.expires_at <= now())).all()
    for tenant_id, id in old:
        session.execute(sa.delete(Upload).where(Upload.tenant_id == tenant_id, Upload.id == id))
        storage.discard(tenant_id, str(id))
    return len(old)
