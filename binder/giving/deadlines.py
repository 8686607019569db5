"""Open attempts follow every change of dates, minutes and accommodations, also while they are being written."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, attributes, joinedload

from binder.giving.windows import deadline, windows_of
from binder.models import Assignment, Attempt

__all__ = ["renew"]


def renew(
    session: Session, tenant_id: UUID, *, assignment_id: UUID | None = None, persons: Collection[UUID] = ()
) -> int:
    """Compute anew when open attempts are over: of an assignment, of persons, or of both.

    Their sequence numbers stay, so that no tab takes it for somebody else's change.

    :return: how many changed.
    """
    query = sa.select(Attempt).where(Attempt.tenant_id == tenant_id, Attempt.submitted_at.is_(None))
    if assignment_id is not None:
        query = query.where(Attempt.assignment_id == assignment_id)
    if persons:
        query = query.where(Attempt.person_id.in_(persons))
    session.flush()
    attempts = list(
        session.scalars(query.options(joinedload(Attempt.assignment)).with_for_update(of=Attempt))
    )
    given: dict[UUID, Assignment] = {one.assignment_id: one.assignment for one in attempts}
    windows = windows_of(session, list(given.values()), {one.person_id for one in attempts})
    changed = 0
    for attempt in attempts:
        ends = deadline(windows[attempt.assignment_id, attempt.person_id], attempt.started_at)
        if ends == attempt.deadline_at:
            continue
        table = cast("sa.Table", Attempt.__table__)
        session.execute(
            sa.update(table)
            .where(table.c.tenant_id == tenant_id, table.c.id == attempt.id)
            .values(deadline_at=ends)
        )
        attributes.set_committed_value(attempt, "deadline_at", ends)
        changed += 1
    return changed
