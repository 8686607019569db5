"""Which of several attempts counts, and what of it goes to the gradebook."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.models import Assignment, Attempt, Counting, Grade

__all__ = ["counting", "counting_grade"]

Marked = tuple[Attempt, Grade]


def counting(mode: Counting, marked: list[Marked]) -> Marked | None:
    """What counts of marked attempts, the first attempt first, each with the one grade that holds for it.

    The average belongs to the last attempt, out of the points that this one has; its grade is stored nowhere.
    """
    if not marked:
        return None
    if mode is Counting.FIRST:
        return marked[0]
    if mode is Counting.BEST:
        return max(marked, key=lambda one: _fraction(one[1]))
    last, grade = marked[-1]
    if mode is Counting.LAST or len(marked) == 1:
        return last, grade
    mean = sum((_fraction(one) for _, one in marked), Fraction(0)) / len(marked)
    return last, _like(grade, mean * grade.score_maximum)


def _fraction(grade: Grade) -> Fraction:
    return grade.score_given / grade.score_maximum if grade.score_maximum else Fraction(0)


def _like(grade: Grade, score_given: Fraction) -> Grade:
    """A grade that belongs to no session."""
    values = {column.key: getattr(grade, column.key) for column in Grade.__table__.c}
    return Grade(**{**values, "score_given": score_given})


def counting_grade(session: Session, assignment: Assignment, person_id: UUID) -> Marked | None:
    """The attempt and released grade that count for a learner, as they go to the gradebook.

    Its `released_at` is that of their newest release of all: gradebooks refuse what is not newer than what they have,
    also when another attempt counts from now on.
    """
    query = (
        sa.select(Attempt, Grade)
        .join(Grade, sa.and_(Grade.tenant_id == Attempt.tenant_id, Grade.attempt_id == Attempt.id))
        .where(
            Attempt.tenant_id == assignment.tenant_id,
            Attempt.assignment_id == assignment.id,
            Attempt.person_id == person_id,
            Grade.released_at.is_not(None),
        )
        .order_by(Attempt.number, Grade.graded_at, Grade.id)
    )
    rows = [(row[0], row[1]) for row in session.execute(query)]
    holding = {attempt.number: (attempt, grade) for attempt, grade in rows}
    found = counting(assignment.counting, list(holding.values()))
    if found is None:
        return None
    attempt, grade = found
    newest = max(each.released_at for _, each in rows if each.released_at is not None)
    if grade.released_at != newest:
        grade = _like(grade, grade.score_given)
        grade.released_at = newest
    return attempt, grade
