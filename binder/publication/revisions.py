"""What pupils see of pages: revisions, and the activity versions that they show.

Neither ever changes, so a process reads each only once; what is kept belongs to no session.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.errors import NotFound
from binder.keeping import Kept
from binder.models import ActivityVersion, Attempt, Page, PageRevision

__all__ = [
    "published",
    "revision_asking",
    "revision_by_id",
    "revision_by_number",
    "revision_of",
    "versions_of",
]

_REVISION = sa.select(*PageRevision.__table__.c).where(
    PageRevision.tenant_id == sa.bindparam("tenant_id"), PageRevision.id == sa.bindparam("id")
)
_PUBLISHED = sa.select(PageRevision).where(
    PageRevision.tenant_id == sa.bindparam("tenant_id"),
    PageRevision.page_id == sa.bindparam("page_id"),
    PageRevision.number == sa.bindparam("number"),
)
_NUMBERED = sa.select(*PageRevision.__table__.c).where(
    PageRevision.tenant_id == sa.bindparam("tenant_id"),
    PageRevision.page_id == sa.bindparam("page_id"),
    PageRevision.number == sa.bindparam("number"),
)
_VERSIONS = sa.select(*ActivityVersion.__table__.c).where(
    ActivityVersion.tenant_id == sa.bindparam("tenant_id"),
    ActivityVersion.id.in_(sa.bindparam("wanted", expanding=True)),
)
MOST_KEPT = 500
_revisions: Kept[PageRevision] = Kept(MOST_KEPT)
"""By id, and by page and number."""
_versions: Kept[Mapping[str, ActivityVersion]] = Kept(MOST_KEPT)
"""By the ids of those that a revision shows."""


def revision_by_id(session: Session, tenant_id: UUID, id: UUID) -> PageRevision:
    """A page as it was published once, to look at: it belongs to no session.

    :raises NotFound: if there is none.
    """
    found = _revisions.get(tenant_id, id)
    if found is None:
        row = session.execute(_REVISION, {"tenant_id": tenant_id, "id": id}).mappings().first()
        if row is None:
            raise NotFound("no such revision")
        found = PageRevision(**row)
        _revisions.put(tenant_id, id, found)
    return found


def revision_by_number(session: Session, tenant_id: UUID, page_id: UUID, number: int) -> PageRevision:
    """As `revision_by_id`, by the page's id and the revision's number.

    :raises NotFound: if there is none.
    """
    found = _revisions.get(tenant_id, (page_id, number))
    if found is None:
        values = {"tenant_id": tenant_id, "page_id": page_id, "number": number}
        row = session.execute(_NUMBERED, values).mappings().first()
        if row is None:
            raise NotFound("no such revision")
        found = PageRevision(**row)
        _revisions.put(tenant_id, (page_id, number), found)
    return found


def revision_of(session: Session, attempt: Attempt) -> PageRevision:
    """The page as it was when the attempt began."""
    return revision_by_id(session, attempt.tenant_id, attempt.revision_id)


def published(session: Session, page: Page) -> PageRevision:
    """What pupils see of a page.

    :raises NotFound: while it is a draft.
    """
    values = {"tenant_id": page.tenant_id, "page_id": page.id, "number": page.published_number}
    revision = session.scalar(_PUBLISHED, values)
    if revision is None:
        raise NotFound("the page is not published")
    return revision


def revision_asking(session: Session, revision: PageRevision, activity_id: UUID | None) -> PageRevision:
    """The page as an assignment that begins now shows it: as published, or as it was last published with the activity.

    :param activity_id: the only one that the assignment is about; a later revision may be without it.
    :raises NotFound: if it was never published.
    """
    name = str(activity_id)
    if activity_id is None or name in revision.activities:
        return revision
    before = sa.select(PageRevision.id, PageRevision.activities).where(
        PageRevision.tenant_id == revision.tenant_id,
        PageRevision.page_id == revision.page_id,
        PageRevision.number < revision.number,
    )
    for id, activities in session.execute(before.order_by(PageRevision.number.desc())):
        if name in activities:
            return revision_by_id(session, revision.tenant_id, id)
    raise NotFound("the question was never published")


def versions_of(session: Session, revision: PageRevision) -> Mapping[str, ActivityVersion]:
    """The activity versions that a revision shows, by activity id; they belong to no session."""
    names = tuple(revision.activities.values())
    if not names:
        return {}
    found = _versions.get(revision.tenant_id, names)
    if found is None:
        values = {"tenant_id": revision.tenant_id, "wanted": [UUID(name) for name in names]}
        rows = session.execute(_VERSIONS, values).mappings()
        found = {str(row["activity_id"]): ActivityVersion(**row) for row in rows}
        _versions.put(revision.tenant_id, names, found)
    return found
