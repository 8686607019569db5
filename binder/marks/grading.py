"""Marking: score by itself, review by hand, release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.access import Viewer, find, require
from binder.clock import now
from binder.errors import Closed, Invalid
from binder.giving.assigning import assignment_of
from binder.marks.counting import counting_grade
from binder.marks.marking import corrected, marking
from binder.models import (
    ActivityProgress,
    ActivityVersion,
    Attempt,
    Grade,
    GradingProgress,
    Release,
)
from binder.sanitize import storable

__all__ = [
    "GRADE_RELEASED",
    "counting_grade",
    "give_back",
    "newest",
    "release",
    "released",
    "review",
    "score",
    "subject_of",
]

GRADE_RELEASED = "grade.released"
"""Event of the outbox: a grade that counts was released; its subject is `subject_of` the attempt."""
MAX_COMMENT = 10_000


def subject_of(assignment_id: UUID, person_id: UUID) -> str:
    """Whose grade for what: one gradebook cell, however many attempts and corrections lie behind it."""
    return f"{assignment_id}:{person_id}"


def newest(attempt: Attempt) -> Grade | None:
    """The grade that counts for an attempt, released or not."""
    return attempt.grades[-1] if attempt.grades else None


def released(attempt: Attempt) -> Grade | None:
    """The newest grade that learner and family may see; before the hand-in there is none to look for."""
    if attempt.submitted_at is None:
        return None
    return next((grade for grade in reversed(attempt.grades) if grade.released_at is not None), None)


def score(session: Session, attempt: Attempt, versions: Mapping[str, ActivityVersion]) -> Grade:
    """Score a copy that was handed in, against the versions that it was shown; release it if the assignment says so."""
    marked = marking(attempt, corrected(session, attempt.assignment, versions))
    waiting = marked.waiting
    grade = Grade(
        tenant_id=attempt.tenant_id,
        attempt_id=attempt.id,
        score_given=marked.given,
        score_maximum=marked.maximum,
        per_activity=marked.per_activity,
        graded_at=now(),
    )
    session.add(grade)
    attempt.grading_progress = GradingProgress.PENDING_MANUAL if waiting else GradingProgress.FULLY_GRADED
    attempt.activity_progress = ActivityProgress.SUBMITTED if waiting else ActivityProgress.COMPLETED
    session.flush()
    session.expire(attempt, ["grades"])
    if attempt.assignment.release is Release.AT_ONCE and not waiting:
        give_back(session, attempt, grade)
    return grade


def review(
    session: Session,
    viewer: Viewer,
    attempt_id: UUID,
    *,
    score_given: Fraction | None = None,
    comment: str = "",
) -> Grade:
    """A teacher's mark and comment on a copy: a new grade, the earlier ones stay.

    :param score_given: points; None leaves the score as it is.
    :param comment: plain text.
    :raises Closed: `not-handed-in` while the learner is still writing.
    :raises Invalid: if the score is below 0 or above the maximum.
    """
    attempt = find(session, viewer, Attempt, attempt_id, lock=True)
    require(viewer, "grade", attempt)
    comment = str(storable(comment)).strip()
    before = newest(attempt)
    if before is None:
        raise Closed("not-handed-in")
    if score_given is None and attempt.grading_progress is GradingProgress.PENDING_MANUAL:
        raise Invalid(
            "score", {"score_given": ["give points: a part of this copy cannot be scored by itself"]}
        )
    if score_given is not None and not 0 <= score_given <= before.score_maximum:
        raise Invalid("score", {"score_given": [f"from 0 to {before.score_maximum}"]})
    if len(comment) > MAX_COMMENT:
        raise Invalid("comment", {"comment": [f"{MAX_COMMENT} characters at the most"]})
    grade = Grade(
        tenant_id=attempt.tenant_id,
        attempt_id=attempt.id,
        score_given=before.score_given if score_given is None else score_given,
        score_maximum=before.score_maximum,
        per_activity=before.per_activity,
        comment=comment,
        grader_id=viewer.person_id,
        graded_at=now(),
    )
    session.add(grade)
    attempt.grading_progress, attempt.activity_progress = (
        GradingProgress.FULLY_GRADED,
        ActivityProgress.COMPLETED,
    )
    session.flush()
    session.expire(attempt, ["grades"])
    if attempt.assignment.release is Release.AT_ONCE:
        give_back(session, attempt, grade)
    return grade


def release(session: Session, viewer: Viewer, assignment_id: UUID) -> int:
    """Give all marked copies of an assignment back to their learners.

    :return: how many there were that had not been given back.
    """
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    query = sa.select(Attempt).where(
        Attempt.tenant_id == viewer.tenant_id,
        Attempt.assignment_id == assignment.id,
        Attempt.grading_progress == GradingProgress.FULLY_GRADED,
    )
    count = 0
    for attempt in session.scalars(query.order_by(Attempt.number)):
        grade = newest(attempt)
        if grade is not None and grade.released_at is None:
            give_back(session, attempt, grade)
            count += 1
    return count


def give_back(session: Session, attempt: Attempt, grade: Grade) -> None:
    """Let the learner see it and note that the gradebook must learn of it.

    Platforms compare the timestamps of one cell's scores at whole seconds and refuse what is not newer, so two
    releases for one learner are at least a second apart. https://www.imsglobal.org/spec/lti-ags/v2p0#timestamp
    """
    earlier = session.scalar(
        sa.select(sa.func.max(Grade.released_at))
        .join(Attempt, sa.and_(Attempt.tenant_id == Grade.tenant_id, Attempt.id == Grade.attempt_id))
        .where(
            Attempt.tenant_id == attempt.tenant_id,
            Attempt.assignment_id == attempt.assignment_id,
            Attempt.person_id == attempt.person_id,
        )
    )
    grade.released_at = _after(earlier)
    session.flush()
    if not attempt.person.is_test and grade.score_maximum > 0:
        outbox.put(
            session, attempt.tenant_id, GRADE_RELEASED, subject_of(attempt.assignment_id, attempt.person_id)
        )


def _after(earlier: datetime | None) -> datetime:
    instant = now()
    return instant if earlier is None else max(instant, earlier + timedelta(seconds=1))
