"""Whose work a platform's gradebook wants looked at (LtiSubmissionReviewRequest)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.errors import NotFound
from binder.models import Attempt
from lti import privacy
from lti.models import Context, Launch, LineItem, ResourceLink

__all__ = ["Reviewed", "reviewed"]


@dataclass(frozen=True)
class Reviewed:
    """What the platform names, as far as it is known here."""

    assignment_id: UUID
    person_id: UUID | None
    """None for a pupil who has never come here."""
    attempt_id: UUID | None
    """Of their newest copy that was handed in."""


def reviewed(session: Session, viewer: Viewer, launch_id: UUID) -> Reviewed:
    """The work behind the column, or else behind the link, and the pupil's newest copy of it.

    Whoever shows it asks whether the viewer may see it.

    :raises NotFound: if neither the column nor the link stands for work that is known here.
    """
    launch = session.get_one(Launch, (viewer.tenant_id, launch_id))
    assignment_id = _by_column(session, launch) or _by_link(session, launch)
    if assignment_id is None:
        raise NotFound("no work behind this column")
    person_id = privacy.person_of(session, launch)
    copy = sa.select(Attempt.id).where(
        Attempt.tenant_id == viewer.tenant_id,
        Attempt.assignment_id == assignment_id,
        Attempt.person_id == person_id,
        Attempt.submitted_at.is_not(None),
    )
    newest = session.scalar(copy.order_by(Attempt.number.desc()).limit(1)) if person_id else None
    return Reviewed(assignment_id, person_id, newest)


def _by_column(session: Session, launch: Launch) -> UUID | None:
    """Only a column of the class that the message comes from."""
    return session.scalar(
        sa.select(LineItem.assignment_id)
        .join(Context, sa.and_(Context.tenant_id == LineItem.tenant_id, Context.id == LineItem.context_id))
        .where(
            LineItem.tenant_id == launch.tenant_id,
            Context.id == launch.context_id,
            LineItem.url == (launch.message or {}).get("lineitem"),
        )
        .limit(1)
    )


def _by_link(session: Session, launch: Launch) -> UUID | None:
    if launch.resource_link_id is None:
        return None
    return session.get_one(ResourceLink, (launch.tenant_id, launch.resource_link_id)).assignment_id
