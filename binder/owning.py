"""Finding what the viewer may write, or may look at as a colleague."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require
from binder.errors import NotFound
from binder.models import Binder, Page

__all__ = ["own_binder", "own_binders", "own_page", "page_to_change"]


def own_binders(session: Session, viewer: Viewer) -> list[Binder]:
    """The viewer's binders, newest first, but for those in the trash; their question bank is none."""
    require(viewer, "write")
    query = sa.select(Binder).where(
        Binder.tenant_id == viewer.tenant_id,
        Binder.owner_id == viewer.person_id,
        Binder.trashed_at.is_(None),
        Binder.is_bank.is_(False),
    )
    return list(session.scalars(query.order_by(Binder.id.desc())))


def own_binder(session: Session, viewer: Viewer, binder_id: UUID, action: str = "author") -> Binder:
    """A binder to which the viewer may do `action`: `look`, `propose`, `author` or `manage`.

    :raises NotFound: also if it is in the trash, or a question bank, with which only `binder.bank.banking` deals.
    """
    binder = find(session, viewer, Binder, binder_id)
    if binder.is_bank:
        raise NotFound("a question bank is no binder")
    require(viewer, action, binder)
    if binder.trashed_at is not None:
        raise NotFound("the binder is in the trash")
    return binder


def own_page(session: Session, viewer: Viewer, page_id: UUID, action: str = "author") -> Page:
    """A page of a binder to which the viewer may do `action`, as `own_binder` has it."""
    page = find(session, viewer, Page, page_id)
    require(viewer, action, page.binder)
    if page.trashed_at is not None or page.binder.trashed_at is not None:
        raise NotFound("the page is in the trash")
    return page


def page_to_change(session: Session, viewer: Viewer, page_id: UUID) -> Page:
    """As `own_page`; others who change the page at this moment wait, then see this change."""
    find(session, viewer, Page, page_id, lock=True)
    return own_page(session, viewer, page_id)
