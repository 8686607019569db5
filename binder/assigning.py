"""Giving a page to an audience."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from binder import authoring
from binder.access import Viewer, find, require
from binder.errors import Forbidden, Invalid, NotFound
from binder.models import Assignment, Page, Release

__all__ = ["assignment_of", "give", "given_here", "place"]

MAX_ATTEMPTS = 100


def give(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    *,
    opens_at: datetime | None = None,
    due_at: datetime | None = None,
    max_attempts: int = 1,
    release: Release = Release.AT_ONCE,
) -> Assignment:
    """Give a page of the viewer's own to the class that they came from; a draft is published by it.

    :param due_at: hand-ins after this are accepted and flagged late.
    :param max_attempts: 0 for as many as one likes.
    :raises Invalid: if the dates are the wrong way round.
    :raises Forbidden: if the viewer came from no class, or the page is not theirs.
    """
    page = authoring.own_page(session, viewer, page_id)
    if viewer.audience_id is None or viewer.person_id is None:
        raise Forbidden("no class to give it to")
    if opens_at and due_at and due_at <= opens_at:
        raise Invalid("dates", {"due_at": ["the work is due before it opens"]})
    if not 0 <= max_attempts <= MAX_ATTEMPTS:
        raise Invalid(
            "attempts", {"max_attempts": [f"from 1 to {MAX_ATTEMPTS}, or 0 for as many as one likes"]}
        )
    if page.published_number is None or page.changed:
        authoring.publish(session, viewer, page_id)
    assignment = Assignment(
        tenant_id=viewer.tenant_id,
        page_id=page.id,
        audience_id=viewer.audience_id,
        created_by_id=viewer.person_id,
        opens_at=opens_at,
        due_at=due_at,
        max_attempts=max_attempts,
        release=release,
    )
    session.add(assignment)
    session.flush()
    return assignment


def place(
    session: Session, tenant_id: UUID, page_id: UUID, audience_id: UUID, created_by_id: UUID
) -> Assignment:
    """The assignment behind a link that a teacher placed in a class: found, or made on its first opening.

    The caller vouches that the teacher `created_by_id`, who owns the page, placed that link.

    :raises NotFound: if there is no such page any more.
    """
    query = (
        sa.select(Assignment)
        .where(
            Assignment.tenant_id == tenant_id,
            Assignment.page_id == page_id,
            Assignment.audience_id == audience_id,
        )
        .order_by(Assignment.id)
    )
    existing = session.scalars(query).first()
    if existing is None:  # of those who open it first at the same moment, one makes it
        page = session.get(Page, (tenant_id, page_id), with_for_update=True)
        if page is None or page.trashed_at is not None or page.binder.trashed_at is not None:
            raise NotFound("no such page")
        existing = session.scalars(query).first()
    if existing is not None:
        return existing
    assignment = Assignment(
        tenant_id=tenant_id, page_id=page_id, audience_id=audience_id, created_by_id=created_by_id
    )
    session.add(assignment)
    session.flush()
    return assignment


def assignment_of(session: Session, viewer: Viewer, assignment_id: UUID, action: str) -> Assignment:
    """An assignment to which the viewer may do `action`: `read`, `answer` or `follow`."""
    assignment = find(
        session, viewer, Assignment, assignment_id, joinedload(Assignment.page).joinedload(Page.binder)
    )
    require(viewer, action, assignment)
    return assignment


def given_here(session: Session, viewer: Viewer) -> list[Assignment]:
    """What has been given to the viewer's class, the newest first, with pages and binders loaded."""
    if viewer.audience_id is None:
        return []
    query = (
        sa.select(Assignment)
        .where(Assignment.tenant_id == viewer.tenant_id, Assignment.audience_id == viewer.audience_id)
        .options(joinedload(Assignment.page).joinedload(Page.binder))
        .order_by(Assignment.id.desc())
    )
    return list(session.scalars(query))
