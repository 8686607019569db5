"""Other dates for one learner, one group, or everybody, after a page was given; copies that are open follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, who
from binder.clock import now
from binder.errors import Invalid, NotFound
from binder.giving import deadlines
from binder.giving.assigning import assignment_of
from binder.giving.windows import Window, checked, window
from binder.models import Assignment, Override
from binder.recipients import groups_here, learners_of
from binder.sanitize import storable

__all__ = ["Dates", "override", "overrides_of", "reschedule", "withdraw"]

MAX_REASON = 500


@dataclass(frozen=True)
class Dates:
    """What is different; None: as it is for everybody."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    minutes: int | None = None
    max_attempts: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return self == Dates()


def overrides_of(session: Session, viewer: Viewer, assignment_id: UUID) -> Sequence[Override]:
    """All of an assignment with their reasons, for its teachers."""
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    session.expire(assignment, ["overrides"])
    return assignment.overrides


def override(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    dates: Dates,
    *,
    person_id: UUID | None = None,
    group_id: UUID | None = None,
    reason: str = "",
) -> Override:
    """Set other dates for one learner, or for one group; what was set for them before is replaced.

    :param reason: for teachers only, plain text.
    :raises Invalid: if nothing is different, or the dates that come of it are the wrong way round.
    :raises NotFound: if the assignment is not for that learner, or there is no such group.
    """
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    _check_whom(session, viewer, assignment, person_id, group_id)
    reason = str(storable(reason)).strip()
    if len(reason) > MAX_REASON:
        raise Invalid("reason", {"reason": [f"{MAX_REASON} characters at the most"]})
    if dates.is_empty:
        raise Invalid("dates", {"due_at": ["say what is different"]})
    values = {
        **asdict(dates),
        "reason": reason,
        "created_by_id": who(viewer),
        "created_at": now(),
    }
    row = _known(session, assignment, person_id, group_id)
    whose = {"person_id": person_id, "group_id": group_id}
    checked(window(assignment, person_id, [Override(**whose, **values)]))
    if row is None:
        row = Override(tenant_id=viewer.tenant_id, assignment_id=assignment.id, **whose)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    _renew(session, assignment, person_id)
    return row


def _check_whom(
    session: Session, viewer: Viewer, assignment: Assignment, person_id: UUID | None, group_id: UUID | None
) -> None:
    if group_id is not None:
        known = person_id is None and group_id in {group.id for group in groups_here(session, viewer)}
    else:
        known = person_id in {person.id for person in learners_of(session, assignment)}
    if not known:
        raise NotFound("nobody whom it is for")


def _known(
    session: Session, assignment: Assignment, person_id: UUID | None, group_id: UUID | None
) -> Override | None:
    query = sa.select(Override).where(
        Override.tenant_id == assignment.tenant_id, Override.assignment_id == assignment.id
    )
    whose = Override.group_id == group_id if person_id is None else Override.person_id == person_id
    # whoever would set one at this moment, too, waits for the assignment
    session.execute(
        sa.select(Assignment.id)
        .where(Assignment.tenant_id == assignment.tenant_id, Assignment.id == assignment.id)
        .with_for_update(key_share=True)
    )
    return session.scalar(query.where(whose).execution_options(populate_existing=True))


def _renew(session: Session, assignment: Assignment, person_id: UUID | None) -> None:
    session.expire(assignment, ["overrides"])
    persons = [person_id] if person_id is not None else []
    deadlines.renew(session, assignment.tenant_id, assignment_id=assignment.id, persons=persons)


def withdraw(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    *,
    person_id: UUID | None = None,
    group_id: UUID | None = None,
) -> None:
    """Let a learner or a group have the dates of everybody again; without an override nothing happens."""
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    row = _known(session, assignment, person_id, group_id)
    if row is not None:
        session.delete(row)
        session.flush()
        _renew(session, assignment, person_id)


def reschedule(session: Session, viewer: Viewer, assignment_id: UUID, found: Window) -> Assignment:
    """Change the dates, minutes and attempts of everybody; overrides and accommodations still go before or upon them.

    :raises Invalid: if the dates are the wrong way round.
    """
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    checked(found)
    assignment.opens_at, assignment.due_at, assignment.closes_at = (
        found.opens_at,
        found.due_at,
        found.closes_at,
    )
    assignment.minutes, assignment.max_attempts = found.minutes, found.max_attempts
    session.flush()
    _renew(session, assignment, None)
    return assignment
