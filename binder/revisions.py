"""What pupils see of pages: revisions, and the activity versions that they show. Neither ever changes."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.errors import NotFound
from binder.models import ActivityVersion, Attempt, Page, PageRevision

__all__ = ["published", "revision_of", "versions_of"]

_PUBLISHED = sa.select(PageRevision).where(
    PageRevision.tenant_id == sa.bindparam("tenant_id"),
    PageRevision.page_id == sa.bindparam("page_id"),
    PageRevision.number == sa.bindparam("number"),
)
_VERSIONS = sa.select(ActivityVersion).where(
    ActivityVersion.tenant_id == sa.bindparam("tenant_id"),
    ActivityVersion.id.in_(sa.bindparam("wanted", expanding=True)),
)


def revision_of(session: Session, attempt: Attempt) -> PageRevision:
    """The page as it was when the attempt began."""
    return session.get_one(PageRevision, (attempt.tenant_id, attempt.revision_id))


def published(session: Session, page: Page) -> PageRevision:
    """What pupils see of a page.

    :raises NotFound: while it is a draft.
    """
    values = {"tenant_id": page.tenant_id, "page_id": page.id, "number": page.published_number}
    revision = session.scalar(_PUBLISHED, values)
    if revision is None:
        raise NotFound("the page is not published")
    return revision


def versions_of(session: Session, revision: PageRevision) -> dict[str, ActivityVersion]:
    """The activity versions that a revision shows, by activity id."""
    wanted = [UUID(name) for name in revision.activities.values()]
    if not wanted:
        return {}
    found = session.scalars(_VERSIONS, {"tenant_id": revision.tenant_id, "wanted": wanted})
    return {str(version.activity_id): version for version in found}
