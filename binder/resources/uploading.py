"""Files that arrive in pieces: announced, received, resumed after a break, and at the end a file of their destination."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, who
from binder.clock import now
from binder.errors import Conflict, Invalid, NotFound
from binder.media import intake
from binder.media.mediatypes import Limits
from binder.models import Resource, Upload
from binder.owning import own_binder
from binder.resources.admitting import Destination, Held, Terms
from binder.resources.files import place
from binder.sanitize import storable
from binder.storage import Storage

__all__ = ["LIFETIME", "MOST", "ToBinder", "begin", "cancel", "expire", "receive", "upload_of"]

LIFETIME = timedelta(days=7)
"""How long an upload may rest between two pieces."""
MOST = 100
"""Uploads of one person under way at the same time."""
UNKNOWN = 0
"""The size of what is still being made, such as a recording; it is told with the last piece."""

Begin = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class ToBinder:
    """A binder that the viewer writes; a `binder.resources.admitting.Destination`."""

    binder_id: UUID

    @property
    def columns(self) -> Mapping[str, UUID]:
        """See `Destination.columns`."""
        return {"binder_id": self.binder_id}

    def enter(self, session: Session, viewer: Viewer, limits: Limits) -> Terms:
        """See `Destination.enter`."""
        own_binder(session, viewer, self.binder_id)
        return Terms(limits)

    def place(self, session: Session, viewer: Viewer, taken: intake.Taken, *, name: str, scan: bool) -> Held:
        """See `Destination.place`."""
        return place(session, own_binder(session, viewer, self.binder_id), taken, name=name, scan=scan)

    def found(self, session: Session, viewer: Viewer, id: UUID) -> Held:
        """See `Destination.found`."""
        return find(session, viewer, Resource, id)


def begin(
    session: Session, viewer: Viewer, to: Destination, *, name: str, size: int | None, limits: Limits
) -> Upload:
    """Announce a file.

    :param size: bytes of the whole file; None if that will be known at its end only.
    :raises Invalid: if it is empty, larger than any file may be, or one too many.
    """
    terms = to.enter(session, viewer, limits)
    if size is not None:
        _check_size(size, terms)
    mine = Upload.tenant_id == viewer.tenant_id, Upload.person_id == who(viewer)
    waiting = sa.select(sa.func.count()).where(*mine, Upload.resource_id.is_(None), Upload.expires_at > now())
    if (session.scalar(waiting.select_from(Upload)) or 0) >= MOST:
        raise Invalid(
            "too many uploads", {"file": ["too many files are on their way: wait for some to arrive"]}
        )
    upload = Upload(
        tenant_id=viewer.tenant_id,
        **to.columns,
        person_id=who(viewer),
        name=str(storable(name))[:255] or "file",
        size=UNKNOWN if size is None else size,
        expires_at=now() + LIFETIME,
    )
    session.add(upload)
    session.flush()
    return upload


def _check_size(size: int, terms: Terms) -> None:
    if not size:
        raise Invalid("empty file", {"file": ["the file is empty: choose another"]})
    if size > terms.limits.most:
        message = f"this file is too large: {terms.limits.most / 1_000_000:g} MB at the most"
        raise Invalid("too large", {"file": [message]})


def upload_of(session: Session, viewer: Viewer, to: Destination, upload_id: UUID) -> Upload:
    """An upload of the viewer's own, to a place where they may send files now.

    :raises NotFound: also if it belongs to somebody else, goes elsewhere, or has expired.
    """
    to.enter(session, viewer, Limits())
    return _own(session, viewer, to, upload_id)


def _own(session: Session, viewer: Viewer, to: Destination, upload_id: UUID, *, lock: bool = False) -> Upload:
    upload = find(session, viewer, Upload, upload_id, lock=lock)
    elsewhere = any(getattr(upload, column) != value for column, value in to.columns.items())
    if elsewhere or upload.person_id != viewer.person_id or upload.expires_at <= now():
        raise NotFound("no such upload")
    return upload


@dataclass(frozen=True)
class _Piece:
    """A piece of an upload: whose and of what, as it was when the piece began to arrive."""

    viewer: Viewer
    to: Destination
    upload_id: UUID
    storage: Storage
    terms: Terms
    size: int


def receive(
    begin: Begin,
    viewer: Viewer,
    to: Destination,
    upload_id: UUID,
    storage: Storage,
    stream: BinaryIO,
    *,
    offset: int,
    limits: Limits,
    scan: bool = False,
    size: int | None = None,
) -> tuple[int, Held | None]:
    """Take a piece; the last one makes the file.

    No transaction is open while bytes arrive or pictures are made smaller.

    :param begin: opens a transaction.
    :param scan: see `Destination.place`.
    :param size: bytes of the whole file, where that was not announced; comes with the last piece.
    :return: bytes that are here now, and the file once it is whole.
    :raises Conflict: if the piece does not begin where the last one ended.
    :raises Invalid: if the file is not one to keep; what had come is forgotten if it would never be.
    """
    with begin() as session:
        terms = to.enter(session, viewer, limits)
        upload = _own(session, viewer, to, upload_id, lock=size is not None)
        if upload.size == UNKNOWN and size is not None:
            _check_size(size, terms)
            upload.size = size
        piece, done = _Piece(viewer, to, upload_id, storage, terms, upload.size), upload.resource_id
    if done is not None:
        return _again(begin, piece, offset, done)
    room = (piece.size or terms.limits.most) - offset
    try:
        here = storage.append(viewer.tenant_id, str(upload_id), offset, stream, max(0, room))
    except NotFound:
        with begin() as session:
            if _own(session, viewer, to, upload_id).resource_id is None:
                raise
        # somebody else's connection has brought all of it while this one was sending
        raise Conflict("all is here", piece.size) from None
    try:
        taken = _taken(piece, here, first=offset == 0)
        with begin() as session:
            file = _noted(session, piece, here, taken, scan=scan)
    except Invalid:
        with begin() as session:
            cancel(session, viewer, to, upload_id, storage)
        raise
    if file is not None:
        storage.discard(viewer.tenant_id, str(upload_id))
    return here, file


def _again(begin: Begin, piece: _Piece, offset: int, file_id: UUID) -> tuple[int, Held | None]:
    """Somebody who did not hear that all had arrived asks once more."""
    if offset != piece.size:
        raise Conflict("all is here", piece.size)
    with begin() as session:
        return piece.size, piece.to.found(session, piece.viewer, file_id)


def _taken(piece: _Piece, here: int, *, first: bool) -> intake.Taken | None:
    """The file once it is whole; its first piece shows whether it is one to send here, and not too large for its kind."""
    tenant_id, name, storage = piece.viewer.tenant_id, str(piece.upload_id), piece.storage
    whole = here >= piece.size != UNKNOWN
    if not whole and (not here or (piece.size and not first)):
        return None
    with storage.staged(tenant_id, name) as staged:
        media_type = intake.recognise(staged, piece.size or here, piece.terms.limits)
        piece.terms.check(media_type, whole=whole)
        if not whole:
            return None
        return intake.take(
            storage, tenant_id, staged, piece.terms.limits, keep=lambda: storage.finish(tenant_id, name)
        )


def _noted(
    session: Session, piece: _Piece, here: int, taken: intake.Taken | None, *, scan: bool
) -> Held | None:
    """Write down what has arrived; whoever is first makes the file."""
    viewer, to = piece.viewer, piece.to
    upload = _own(session, viewer, to, piece.upload_id, lock=True)
    upload.received, upload.expires_at = max(upload.received, here), now() + LIFETIME
    if upload.resource_id is not None:
        return to.found(session, viewer, upload.resource_id)
    if taken is None:
        return None
    file = to.place(session, viewer, taken, name=upload.name, scan=scan)
    upload.resource_id = file.id
    return file


def cancel(session: Session, viewer: Viewer, to: Destination, upload_id: UUID, storage: Storage) -> None:
    """Forget an upload and what has arrived of it; a file that it became stays."""
    session.delete(_own(session, viewer, to, upload_id, lock=True))
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
