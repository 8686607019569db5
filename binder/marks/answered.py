"""Copies that were handed in, each with the questions that its learner was asked and the versions that score them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, selectinload

from binder.marks.marking import corrected
from binder.models import ActivityVersion, Assignment, Attempt, Grade, Person
from binder.publication.revisions import revision_of, versions_of

__all__ = ["Copy", "copies", "last_of_each", "version_for_all"]


@dataclass(frozen=True)
class Copy:
    """An attempt that was handed in, and its newest grade."""

    attempt: Attempt
    grade: Grade
    versions: Mapping[str, ActivityVersion]
    """Activity id → version by which it is scored; a question that was not drawn for this learner is not there."""


def copies(session: Session, assignment: Assignment, *, lock: bool = False) -> list[Copy]:
    """All copies of an assignment that were handed in, in the order of the class list and of attempts.

    :param lock: read them afresh and let others who would change them wait for the end of the transaction.
    """
    theirs = (Attempt.tenant_id == assignment.tenant_id, Attempt.assignment_id == assignment.id)
    if lock:
        session.flush()
        session.execute(sa.select(Attempt.id).where(*theirs).order_by(Attempt.id).with_for_update())
    query = (
        sa.select(Attempt)
        .join(Attempt.person)
        .where(*theirs, Attempt.submitted_at.is_not(None), Attempt.grades.any())
        .order_by(Person.sort_name, Person.id, Attempt.number)
        .options(contains_eager(Attempt.person), selectinload(Attempt.grades))
        .execution_options(populate_existing=lock)
    )
    by_revision: dict[UUID, Mapping[str, ActivityVersion]] = {}
    found = []
    for attempt in session.scalars(query):
        versions = by_revision.get(attempt.revision_id)
        if versions is None:
            shown = versions_of(session, revision_of(session, attempt))
            versions = by_revision[attempt.revision_id] = corrected(session, assignment, shown)
        grade = attempt.grades[-1]
        asked = {name: versions[name] for name in grade.per_activity if name in versions}
        found.append(Copy(attempt, grade, asked))
    return found


def last_of_each(handed_in: Iterable[Copy]) -> list[Copy]:
    """The last copy of each learner; those of teachers who try things out are left out."""
    last = {copy.attempt.person_id: copy for copy in handed_in if not copy.attempt.person.is_test}
    return list(last.values())


def version_for_all(handed_in: Iterable[Copy], activity_id: str) -> ActivityVersion | None:
    """The newest version of a question by which any of these copies is scored."""
    versions = [copy.versions[activity_id] for copy in handed_in if activity_id in copy.versions]
    return max(versions, key=lambda version: version.number, default=None)
