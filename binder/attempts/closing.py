"""The end of an attempt: handed in by its learner or, when time is over, by the server."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now
from binder.giving.windows import GRACE, windows_of
from binder.marks import corrections, grading
from binder.models import ActivityProgress, ActivityVersion, Assignment, Attempt, PageRevision
from binder.publication import visibility
from binder.publication.revisions import revision_of, versions_of

__all__ = ["asked", "close_overdue", "is_any_overdue", "seed", "submit", "versions_now"]

log = logging.getLogger(__name__)
PATIENCE = timedelta(minutes=15)
"""How long a copy that could not be scored is left alone, by each process."""
MOST_LEFT = 1000
_left: dict[UUID, datetime] = {}
"""Attempt → until when; who looks meanwhile sees it as it is, and nothing is tried again."""


def seed(tenant_id: UUID, assignment_id: UUID, person_id: UUID | None, number: int) -> str:
    """What decides the order of options and what is drawn: the same for one attempt at each loading, without a row."""
    return f"{tenant_id}/{assignment_id}/{person_id}/{number}"


def asked(
    session: Session, assignment: Assignment, revision: PageRevision, person_id: UUID, number: int
) -> Mapping[str, ActivityVersion]:
    """The activities that a learner sees now in the attempt of that number."""
    blocks = visibility.seen_by(session, assignment, revision, [person_id])
    whose = seed(assignment.tenant_id, assignment.id, person_id, number)
    return visibility.asked(versions_of(session, revision), blocks, whose)


def versions_now(session: Session, attempt: Attempt) -> Mapping[str, ActivityVersion]:
    """The activities that the learner of an attempt sees now."""
    revision = revision_of(session, attempt)
    return asked(session, attempt.assignment, revision, attempt.person_id, attempt.number)


def submit(session: Session, attempt: Attempt, instant: datetime, *, by_server: bool = False) -> None:
    """Hand in what is saved, and score it; what arrives in the seconds after the end is as good as at the end."""
    window = windows_of(session, [attempt.assignment], [attempt.person_id])[
        attempt.assignment_id, attempt.person_id
    ]
    in_time = min(instant, attempt.deadline_at) if attempt.deadline_at is not None else instant
    attempt.submitted_at, attempt.late, attempt.by_server = instant, window.is_late(in_time), by_server
    attempt.activity_progress = ActivityProgress.SUBMITTED
    session.flush()
    grading.score(session, attempt, versions_now(session, attempt))


def _overdue(assignment_id: UUID | None) -> list[sa.ColumnElement[bool]]:
    instant = now()
    conditions = [Attempt.submitted_at.is_(None), Attempt.deadline_at < instant - GRACE]
    if left := [attempt for attempt, until in _left.items() if until > instant]:
        conditions.append(Attempt.id.not_in(left))
    return conditions if assignment_id is None else [*conditions, Attempt.assignment_id == assignment_id]


def is_any_overdue(session: Session, *, assignment_id: UUID | None = None) -> bool:
    """Whether there is anything for `close_overdue` to do."""
    return session.execute(sa.select(Attempt.id).where(*_overdue(assignment_id)).limit(1)).first() is not None


def _leave(attempt_id: UUID) -> None:
    instant = now()
    for known in [one for one, until in _left.items() if until <= instant]:
        _left.pop(known, None)
    if len(_left) < MOST_LEFT:
        _left[attempt_id] = instant + PATIENCE


def close_overdue(session: Session, limit: int = 100, *, assignment_id: UUID | None = None) -> int:
    """Hand in for learners whose time is over what they had saved; several processes may do so at once.

    :param assignment_id: of one assignment only.
    :return: how many copies were handed in.
    """
    columns = (Attempt.tenant_id, Attempt.id, Attempt.assignment_id)
    waiting = sa.select(*columns).where(*_overdue(assignment_id))
    waiting = waiting.order_by(Attempt.deadline_at).limit(limit)
    closed = 0
    for tenant_id, id, given in session.execute(waiting).all():
        corrections.share(session, session.get_one(Assignment, (tenant_id, given)))
        query = sa.select(Attempt).where(Attempt.tenant_id == tenant_id, Attempt.id == id)
        query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
        attempt = session.scalar(query)
        if attempt is None or attempt.submitted_at is not None or attempt.deadline_at is None:
            continue
        if attempt.deadline_at >= now() - GRACE:  # it was given more time at this moment
            continue
        try:
            with session.begin_nested():
                submit(session, attempt, attempt.deadline_at, by_server=True)
            closed += 1
        except Exception:  # one copy that cannot be scored must not keep the others waiting
            log.exception("cannot hand in the attempt %s", id)
            _leave(id)
    return closed
