"""A binder's files: taking them in, handing them out to those who see a page that shows them, forgetting the unused."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find
from binder.blocks import kind_of
from binder.clock import now
from binder.errors import NotFound
from binder.media import captions, intake
from binder.media.mediatypes import Limits, named
from binder.models import (
    ActivityVersion,
    Binder,
    Page,
    PageRevision,
    PageVersion,
    Proposal,
    Resource,
    ResourceState,
    Tenant,
    Upload,
)
from binder.owning import own_binder
from binder.publication.visibility import Seen
from binder.resources import quarantine
from binder.resources.seclusion import hidden
from binder.sanitize import storable
from binder.storage import Storage

__all__ = ["MAX_FILE", "Collected", "add_file", "collect", "own_file", "place", "plain_name", "shown_file"]

MAX_FILE = Limits().most
"""Bytes of one file of an archive at the most."""


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
    limits: Limits | None = None,
    scan: bool = False,
) -> Resource:
    """Store a file in a binder, made safe; the same bytes are kept once, however often they are added.

    :param stream: seekable.
    :param name: as the author's computer calls it; folders in it are dropped.
    :param scan: it waits until a virus scanner has looked at it.
    :raises Invalid: if it is empty, too large, a damaged picture or an unsafe drawing.
    """
    binder = own_binder(session, viewer, binder_id)
    taken = intake.take(storage, viewer.tenant_id, stream, limits or Limits())
    return place(session, binder, taken, name=name, credit=credit, licence=licence, scan=scan)


def place(
    session: Session,
    binder: Binder,
    taken: intake.Taken,
    *,
    name: str,
    credit: str = "",
    licence: str = "",
    scan: bool = False,
    apart: Collection[str] = (),
) -> Resource:
    """A file that has been taken in becomes one of the binder's; the same under the same name is there once.

    :param apart: ids of files that are not taken for the same.
    """
    name = named(plain_name(name), taken.media_type)
    captions.check_name(name, taken.media_type)
    for resource in binder.resources:
        if (resource.sha256, resource.name) == (taken.sha256, name) and str(resource.id) not in apart:
            if scan and resource.state is not ResourceState.READY:
                quarantine.admit(session, resource)
            return resource
    resource = Resource(
        tenant_id=binder.tenant_id,
        binder_id=binder.id,
        name=name,
        credit=storable(credit)[:255],
        licence=storable(licence)[:255],
        **asdict(taken),
    )
    session.add(resource)
    session.flush()
    if scan:
        quarantine.admit(session, resource)
    session.expire(binder, ["resources"])
    return resource


def plain_name(name: str) -> str:
    """The last part of a path, in characters that can be seen."""
    name = os.path.basename(str(storable(name)).replace("\\", "/"))
    return "".join(letter for letter in name if letter.isprintable()).strip() or "file"


def shown_file(
    session: Session, viewer: Viewer, shown: Page | PageRevision | Seen, resource_id: UUID
) -> Resource:
    """A file that a page or revision shows; whoever may see that may see the file.

    What is being scanned is for those who write the page only, what was refused for nobody.

    :raises NotFound: if it does not show that file.
    """
    name = str(resource_id)
    if not any(name in kind_of(block).resources(block) for block in shown.blocks):
        raise NotFound("this page shows no such file")
    resource = find(session, viewer, Resource, resource_id)
    return _handed_out(resource, isinstance(shown, Page))


def own_file(session: Session, viewer: Viewer, binder_id: UUID, resource_id: UUID) -> Resource:
    """A file of a binder that the viewer may look at as a colleague, whether a page shows it or not.

    :raises NotFound: if the binder has no such file, or it came with another colleague's proposal.
    """
    binder = own_binder(session, viewer, binder_id, "look")
    resource = find(session, viewer, Resource, resource_id)
    if resource.binder_id != binder.id or str(resource_id) in hidden(session, viewer, binder):
        raise NotFound("this binder has no such file")
    return _handed_out(resource, True)


def _handed_out(resource: Resource, to_authors: bool) -> Resource:
    ready = resource.state is ResourceState.READY
    if not ready and not (to_authors and resource.state is ResourceState.SCANNING):
        raise NotFound("the file is not handed out")
    return resource


@dataclass(frozen=True)
class Collected:
    """What was forgotten: rows of files, and bytes that no file used."""

    resources: int = 0
    blobs: int = 0


UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def collect(session: Session, storage: Storage, older_than: timedelta) -> Collected:
    """Forget the files that nothing shows – no page, revision, version, proposal or activity – and bytes without a file.

    Bytes go one run later than the last file that used them: somebody may be copying that at this very moment.

    :param older_than: what was added since is left alone; somebody may be about to use it.
    """
    before, files_gone, blobs_gone = now() - older_than, 0, 0
    for tenant_id in session.scalars(sa.select(Tenant.id).order_by(Tenant.id)).all():
        used = quarantine.digests(session, tenant_id)
        gone = [row for row in _unshown(session, tenant_id) if _made(row) < before]
        for row in gone:
            session.execute(sa.delete(Resource).where(Resource.tenant_id == tenant_id, Resource.id == row))
        for sha256, saved in list(storage.kept(tenant_id)):
            if sha256 not in used and saved < before:
                storage.delete(tenant_id, sha256, before=before)
                blobs_gone += 1
        files_gone += len(gone)
    session.expire_all()
    return Collected(files_gone, blobs_gone)


def _made(id: UUID) -> datetime:
    """When a row was made, by its identifier."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, now().tzinfo)


def _unshown(session: Session, tenant_id: UUID) -> list[UUID]:
    """The files whose id stands nowhere, whatever the kind of block that might name them."""
    shown = {found for text in _writings(session, tenant_id) for found in UUIDS.findall(text)}
    rows = session.scalars(sa.select(Resource.id).where(Resource.tenant_id == tenant_id))
    return [id for id in rows if str(id) not in shown]


def _writings(session: Session, tenant_id: UUID) -> Iterator[str]:
    """All that names files."""
    for column in (Page.blocks, PageRevision.blocks, PageVersion.blocks, Proposal.block):
        owner = column.class_
        query = sa.select(column).where(owner.tenant_id == tenant_id).execution_options(yield_per=200)
        for value in session.scalars(query):
            yield _json(value)
    query = sa.select(ActivityVersion.body, ActivityVersion.key).where(ActivityVersion.tenant_id == tenant_id)
    for body, key in session.execute(query.execution_options(yield_per=200)):
        yield _json([body, key])
    for id in session.scalars(sa.select(Upload.resource_id).where(Upload.tenant_id == tenant_id)):
        yield str(id)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
