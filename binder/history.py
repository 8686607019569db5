"""What a page's draft was: a version for each author and sitting, so that nothing written over is gone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.clock import now
from binder.models import Page, PageVersion

__all__ = ["SITTING", "keep", "newest"]

SITTING = timedelta(minutes=10)
"""What one author does within this time is one version, unless it was published or named meanwhile."""


def newest(session: Session, tenant_id: UUID, page_id: UUID) -> PageVersion | None:
    """The last version of a page."""
    query = sa.select(PageVersion).where(PageVersion.tenant_id == tenant_id, PageVersion.page_id == page_id)
    return session.scalars(query.order_by(PageVersion.number.desc()).limit(1)).first()


def keep(session: Session, viewer: Viewer, page: Page) -> PageVersion:
    """Note the draft as it stands now; the caller has locked the page."""
    last, at = newest(session, page.tenant_id, page.id), now()
    if (
        last is not None
        and last.person_id == viewer.person_id
        and last.published_number is None
        and not last.name
        and at - last.begun_at < SITTING
    ):
        last.title, last.blocks, last.saved_at = page.title, list(page.blocks), at
        return last
    version = PageVersion(
        tenant_id=page.tenant_id,
        page_id=page.id,
        number=last.number + 1 if last is not None else 1,
        title=page.title,
        blocks=list(page.blocks),
        person_id=viewer.person_id,
        begun_at=at,
        saved_at=at,
    )
    session.add(version)
    return version
