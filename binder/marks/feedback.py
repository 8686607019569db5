"""What may be seen of a result, by whom and when: everything that shows marks or answers asks here.

========= ======================== =================================================
preset    marks                    answers
========= ======================== =================================================
training  once released            after the hand-in; a right answer once it is checked
homework  once released            with the marks
test      once released            with the marks, when the last learner's time is over
========= ======================== =================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, may
from binder.activities import ScoreState
from binder.giving.windows import GRACE, windows_of
from binder.marks.grading import newest, released
from binder.models import Assignment, Attempt, Grade, Preset
from binder.recipients import learners_of

__all__ = ["Shown", "all_done", "checked", "grade_shown", "visible"]


@dataclass(frozen=True)
class Shown:
    """What of an attempt may be seen: its marks and the comment, and what would have been right."""

    marks: bool
    answers: bool


NOTHING = Shown(marks=False, answers=False)


def visible(
    session: Session, viewer: Viewer, assignment: Assignment, attempt: Attempt | None, at: datetime
) -> Shown:
    """What the viewer may see of an attempt at that instant."""
    if attempt is None or attempt.submitted_at is None or not may(viewer, "see-copy", attempt):
        return NOTHING
    if viewer.role not in (Role.LEARNER, Role.MENTOR):
        return Shown(marks=newest(attempt) is not None, answers=True)
    marks = released(attempt) is not None
    if assignment.preset is Preset.TRAINING:
        return Shown(marks, answers=True)
    if assignment.preset is Preset.TEST:
        return Shown(marks, answers=marks and all_done(session, assignment, at))
    return Shown(marks, answers=marks)


def grade_shown(viewer: Viewer, attempt: Attempt | None) -> Grade | None:
    """The grade that goes with what `visible` says of marks."""
    if attempt is None or not may(viewer, "see-copy", attempt):
        return None
    return released(attempt) if viewer.role in (Role.LEARNER, Role.MENTOR) else newest(attempt)


def checked(attempt: Attempt | None) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Of an attempt that is being written: results of what was checked and not changed since, and what was right.

    :return: activity id → result; ids of the activities whose answers may be seen.
    """
    if (
        attempt is None
        or attempt.submitted_at is not None
        or attempt.assignment.preset is not Preset.TRAINING
    ):
        return {}, frozenset()
    results = {
        name: check["result"]
        for name, check in attempt.checks.items()
        if check["response"] == attempt.responses.get(name)
    }
    right = {name for name, result in results.items() if result["state"] == ScoreState.CORRECT.value}
    return results, frozenset(right)


def all_done(session: Session, assignment: Assignment, at: datetime) -> bool:
    """Whether nobody whom it is for can hand in any more: their time is over, or they have no attempt left."""
    persons = [person.id for person in learners_of(session, assignment)]
    windows = windows_of(session, [assignment], persons)
    known = sa.select(Attempt.person_id, Attempt.submitted_at, Attempt.deadline_at).where(
        Attempt.tenant_id == assignment.tenant_id, Attempt.assignment_id == assignment.id
    )
    handed_in: Counter[UUID] = Counter()
    writing: set[UUID] = set()
    for person_id, submitted_at, deadline_at in session.execute(known):
        if submitted_at is not None:
            handed_in[person_id] += 1
        elif deadline_at is None or at <= deadline_at + GRACE:
            writing.add(person_id)
    for person in persons:
        window = windows[assignment.id, person]
        over = window.closes_at is not None and at > window.closes_at + GRACE
        if person in writing or not (over or not window.allows(handed_in[person] + 1)):
            return False
    return True
