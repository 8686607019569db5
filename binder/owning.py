"""Finding what the viewer may write."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require
from binder.models import Binder, Page

__all__ = ["own_binder", "own_binders", "own_page", "page_to_change"]


def own_binders(session: Session, viewer: Viewer) -> list[Binder]:
    """The viewer's binders, newest first."""
    require(viewer, "write")
    query = sa.select(Binder).where(Binder.tenant_id == viewer.tenant_id, Binder.owner_id == viewer.person_id)
    return list(session.scalars(query.order_by(Binder.id.desc())))


def own_binder(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    """A binder that the viewer may change."""
    binder = find(session, viewer, Binder, binder_id)
    require(viewer, "author", binder)
    return binder


def own_page(session: Session, viewer: Viewer, page_id: UUID) -> Page:
    """A page that the viewer may change."""
    page = find(session, viewer, Page, page_id)
    require(viewer, "author", page.binder)
    return page


def page_to_change(session: Session, viewer: Viewer, page_id: UUID) -> Page:
    """As `own_page`; others who change the page at this moment wait, then see this change."""
    page = find(session, viewer, Page, page_id, lock=True)
    require(viewer, "author", page.binder)
    return page
