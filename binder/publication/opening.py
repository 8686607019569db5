"""Opening a binder to a class: its pupils and their families find what is published in it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, find, may, who
from binder.errors import Forbidden, NotFound
from binder.models import Audience, Binder, Membership, Opening
from binder.owning import own_binder

__all__ = ["as_pupil", "close", "open_placed", "open_to_class", "opened", "opened_to"]


def open_to_class(session: Session, viewer: Viewer, binder_id: UUID) -> Opening:
    """Open a binder to the class that the viewer came from; nothing happens if it is open."""
    binder = own_binder(session, viewer, binder_id)
    if viewer.audience_id is None or viewer.role is not Role.INSTRUCTOR:
        raise Forbidden("no class to open it to")
    find(session, viewer, Binder, binder_id, lock=True)
    existing = _opening(session, viewer, binder.id)
    if existing is not None:
        return existing
    opening = Opening(
        tenant_id=viewer.tenant_id,
        binder_id=binder.id,
        audience_id=viewer.audience_id,
        created_by_id=who(viewer),
    )
    session.add(opening)
    session.flush()
    session.expire(binder, ["openings"])
    return opening


def open_placed(
    session: Session, tenant_id: UUID, binder_id: UUID, audience_id: UUID, created_by_id: UUID
) -> None:
    """Open a binder to a class in which a teacher has placed a link to it; nothing happens if it is open.

    The caller vouches that the teacher `created_by_id`, who writes the binder, placed that link.

    :raises NotFound: if there is no such binder any more.
    """
    binder = session.get(Binder, (tenant_id, binder_id), with_for_update=True)
    if binder is None or binder.is_bank or binder.trashed_at is not None:
        raise NotFound("no such binder")
    known = sa.select(Opening.id).where(
        Opening.tenant_id == tenant_id, Opening.audience_id == audience_id, Opening.binder_id == binder_id
    )
    if session.execute(known).first() is None:
        session.add(
            Opening(
                tenant_id=tenant_id,
                binder_id=binder_id,
                audience_id=audience_id,
                created_by_id=created_by_id,
            )
        )
        session.flush()
        session.expire(binder, ["openings"])


def close(session: Session, viewer: Viewer, binder_id: UUID) -> None:
    """Close a binder to the class that the viewer came from; work that was given stays given."""
    binder = own_binder(session, viewer, binder_id)
    existing = _opening(session, viewer, binder.id)
    if existing is not None:
        session.delete(existing)
        session.flush()
        session.expire(binder, ["openings"])


def _opening(session: Session, viewer: Viewer, binder_id: UUID) -> Opening | None:
    return session.scalars(
        sa.select(Opening).where(
            Opening.tenant_id == viewer.tenant_id,
            Opening.audience_id == viewer.audience_id,
            Opening.binder_id == binder_id,
        )
    ).first()


def opened_to(session: Session, viewer: Viewer, binder_id: UUID) -> list[Audience]:
    """The classes that a binder is open to."""
    binder = own_binder(session, viewer, binder_id, "look")
    query = (
        sa.select(Audience)
        .join(Opening, sa.and_(Opening.tenant_id == Audience.tenant_id, Opening.audience_id == Audience.id))
        .where(Opening.tenant_id == viewer.tenant_id, Opening.binder_id == binder.id)
    )
    return list(session.scalars(query.order_by(Audience.title, Audience.id)))


def as_pupil(session: Session, viewer: Viewer, binder_id: UUID, audience_id: UUID | None = None) -> Viewer:
    """Somebody who sees of a binder what a pupil of a class would, were it open to them.

    :param audience_id: one of the classes that the viewer teaches; by default the one that they came from.
    :raises Forbidden: if the binder is not the viewer's, or the class not theirs.
    """
    own_binder(session, viewer, binder_id, "look")
    wanted = audience_id or viewer.audience_id
    if wanted is None:
        raise Forbidden("no class to look for")
    if wanted != viewer.audience_id:
        teaches = sa.select(Membership.id).where(
            Membership.tenant_id == viewer.tenant_id,
            Membership.person_id == viewer.person_id,
            Membership.audience_id == wanted,
            Membership.role == Role.INSTRUCTOR.value,
        )
        if session.execute(teaches).first() is None:
            raise Forbidden("not a class of theirs")
    return replace(viewer, role=Role.LEARNER, person_id=None, audience_id=wanted)


def opened(session: Session, viewer: Viewer) -> list[Binder]:
    """The binders that are open to the viewer's class, by title."""
    if not may(viewer, "read-opened"):
        return []
    query = (
        sa.select(Binder)
        .join(Opening, sa.and_(Opening.tenant_id == Binder.tenant_id, Opening.binder_id == Binder.id))
        .where(
            Opening.tenant_id == viewer.tenant_id,
            Opening.audience_id == viewer.audience_id,
            Binder.trashed_at.is_(None),
        )
        .order_by(Binder.title, Binder.id)
    )
    return list(session.scalars(query))
