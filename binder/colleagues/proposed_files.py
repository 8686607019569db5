"""Files that come with a proposal: until it is accepted, for whoever made it and for those who decide."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.media import intake
from binder.media.mediatypes import Limits
from binder.models import Resource
from binder.owning import own_page
from binder.resources import files
from binder.resources.seclusion import hidden
from binder.sanitize import storable
from binder.storage import Storage

__all__ = ["add_file", "credited"]


def add_file(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    storage: Storage,
    stream: BinaryIO,
    *,
    name: str,
    limits: Limits,
    scan: bool = False,
) -> Resource:
    """As `binder.resources.files.add_file`, for a proposal that is going to name the file."""
    page = own_page(session, viewer, page_id, "propose")
    taken = intake.take(storage, viewer.tenant_id, stream, limits)
    return files.place(
        session, page.binder, taken, name=name, scan=scan, apart=hidden(session, viewer, page.binder)
    )


def credited(session: Session, resource: Resource, credit: str, licence: str) -> None:
    """Note who made a file that was just added, and under which licence it may be used."""
    resource.credit, resource.licence = (
        " ".join(str(storable(text)).split())[:255] for text in (credit, licence)
    )
    session.flush()
