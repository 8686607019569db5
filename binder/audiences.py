"""The classes and groups that somebody teaches."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.models import Audience, Membership

__all__ = ["taught"]


def taught(session: Session, viewer: Viewer) -> list[Audience]:
    """Those that the viewer teaches, by title; the one that they came from is always among them."""
    if not viewer.teaches:
        return []
    roles = (Role.INSTRUCTOR.value, Role.CONTENT_DEVELOPER.value)
    own = sa.select(Membership.audience_id).where(
        Membership.tenant_id == viewer.tenant_id,
        Membership.person_id == viewer.person_id,
        Membership.role.in_(roles),
        Membership.active,
    )
    query = sa.select(Audience).where(
        Audience.tenant_id == viewer.tenant_id,
        sa.or_(Audience.id.in_(own), Audience.id == viewer.audience_id),
    )
    return list(session.scalars(query.order_by(Audience.title, Audience.id)))
