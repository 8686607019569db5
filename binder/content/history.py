"""What a page's draft was: a version for each author and sitting, so that nothing written over is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from binder.access import Viewer
from binder.blocks import digest
from binder.clock import now
from binder.errors import Invalid, NotFound
from binder.models import Page, PageVersion
from binder.owning import own_page, page_to_change
from binder.sanitize import storable

__all__ = [
    "KEPT_WHOLE",
    "SITTING",
    "begin_anew",
    "keep",
    "name_version",
    "newest",
    "state_of",
    "thin",
    "version",
    "versions",
]

SITTING = timedelta(minutes=10)
"""What one author does within this time is one version, unless it was published or named meanwhile."""
KEPT_WHOLE = timedelta(days=90)
"""Versions older than this are thinned out to one a day."""
AT_ONCE = 500
"""Rows that are deleted by one statement."""


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
    return _add(session, viewer, page, last, at)


def _add(session: Session, viewer: Viewer, page: Page, last: PageVersion | None, at: datetime) -> PageVersion:
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


def begin_anew(session: Session, viewer: Viewer, page: Page) -> None:
    """What comes next is a version of its own, also within a sitting; the draft as it stands stays in the one before.

    The caller has locked the page.
    """
    at, last = now(), newest(session, page.tenant_id, page.id)
    if last is None or (last.title, last.blocks) != (page.title, page.blocks):
        last = _add(session, viewer, page, last, at)
        session.flush()
    _add(session, viewer, page, last, at)
    session.flush()


def state_of(page: Page) -> str:
    """A short fingerprint of the whole draft: a form carries it, so that a change made meanwhile is noticed."""
    return digest({"title": page.title, "blocks": page.blocks})


def versions(
    session: Session, viewer: Viewer, page_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[PageVersion]:
    """The versions of a page that the viewer may write, the newest first.

    :param before: only those with a lower number.
    """
    page = own_page(session, viewer, page_id)
    query = sa.select(PageVersion).where(
        PageVersion.tenant_id == page.tenant_id, PageVersion.page_id == page.id
    )
    if before is not None:
        query = query.where(PageVersion.number < before)
    query = query.options(joinedload(PageVersion.person)).order_by(PageVersion.number.desc()).limit(limit)
    return list(session.scalars(query))


def version(session: Session, viewer: Viewer, page_id: UUID, number: int) -> PageVersion:
    """One version of a page that the viewer may write.

    :raises NotFound: if there is none, or not any more.
    """
    page = own_page(session, viewer, page_id)
    query = sa.select(PageVersion).where(
        PageVersion.tenant_id == page.tenant_id, PageVersion.page_id == page.id, PageVersion.number == number
    )
    found = session.scalar(query.options(joinedload(PageVersion.person)))
    if found is None:
        raise NotFound("no such version of this page")
    return found


def name_version(session: Session, viewer: Viewer, page_id: UUID, number: int, name: str) -> PageVersion:
    """Give a version a name to find it again, or take it away; a named one is never written over or thinned out.

    :raises Invalid: if the name is too long.
    """
    page_to_change(session, viewer, page_id)
    found = version(session, viewer, page_id, number)
    name = " ".join(str(storable(name)).split())
    if len(name) > 255:
        raise Invalid("name too long", {"name": ["255 characters at the most"]})
    found.name = name
    session.flush()
    return found


def thin(session: Session, *, at: datetime | None = None) -> int:
    """Of versions older than `KEPT_WHOLE` leave the last one of each day, and all that are named or were published.

    For everybody's pages: to be called by the machine, never for a viewer.

    :return: how many were deleted.
    """
    limit = (at or now()) - KEPT_WHOLE
    query = (
        sa.select(
            PageVersion.tenant_id,
            PageVersion.page_id,
            PageVersion.id,
            PageVersion.saved_at,
            sa.or_(PageVersion.name != "", PageVersion.published_number.is_not(None)).label("stays"),
        )
        .where(PageVersion.saved_at < limit)
        .order_by(PageVersion.tenant_id, PageVersion.page_id, PageVersion.number.desc())
    )
    gone: list[tuple[UUID, UUID]] = []
    last: tuple[UUID, UUID, object] | None = None
    for row in session.execute(query):
        day = (row.tenant_id, row.page_id, row.saved_at.date())
        if day == last and not row.stays:
            gone.append((row.tenant_id, row.id))
        last = day
    for start in range(0, len(gone), AT_ONCE):
        _delete(session, gone[start : start + AT_ONCE])
    return len(gone)


def _delete(session: Session, keys: Sequence[tuple[UUID, UUID]]) -> None:
    for tenant_id in {tenant_id for tenant_id, _ in keys}:
        ids = [id for owner, id in keys if owner == tenant_id]
        session.execute(
            sa.delete(PageVersion)
            .where(PageVersion.tenant_id == tenant_id, PageVersion.id.in_(ids))
            .execution_options(synchronize_session=False)
        )
