"""Marking one question of work already handed in anew: what would change, doing it, and the trail of what was done.

Copies handed in later are scored by what is set right here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require, who
from binder.activities import activities, type_of
from binder.clock import now
from binder.content.asking import content_of
from binder.errors import Invalid, NotFound
from binder.giving.assigning import assignment_of
from binder.marks import grading
from binder.marks.answered import copies, version_for_all
from binder.marks.corrections import hold
from binder.marks.rekeying import accepted, as_version, keep_version, worth
from binder.marks.remarking import Case, Change, Kept, Kind, Move, moves
from binder.models import (
    Activity,
    ActivityProgress,
    ActivityVersion,
    Assignment,
    Binder,
    Grade,
    GradingProgress,
    Person,
    Regrade,
)
from binder.sanitize import storable

__all__ = ["Change", "Kept", "Kind", "Move", "apply", "past", "preview", "question", "said"]

MAX_REASON = 500


def preview(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    activity_id: UUID,
    change: Change,
    *,
    lower: bool = False,
) -> list[Move]:
    """What `apply` would do, copy by copy in the order of the class list; writes nothing.

    :param lower: also lower scores.
    :raises Forbidden: unless the viewer follows the assignment; to `replace`, unless they write in its binder, too.
    :raises NotFound: if nobody has handed in an answer to that question.
    :raises Invalid: if the answer cannot be accepted, or the newest version is of another type.
    """
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    case = _case(session, viewer, assignment, activity_id)
    change = _checked(case, change)
    version = _wanted(session, viewer, case, change)
    return moves(case, change, version, lower=lower)[1]


def apply(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    activity_id: UUID,
    change: Change,
    *,
    lower: bool = False,
    reason: str = "",
) -> Regrade | None:
    """Mark the question anew; scores that were given back are given back again, and sent.

    Parameters and errors as `preview`.

    :param reason: why, for teachers only.
    :return: the line of the trail; None if there was nothing to change.
    """
    reason = " ".join(str(storable(reason)).split())
    if len(reason) > MAX_REASON:
        raise Invalid("reason", {"reason": [f"{MAX_REASON} characters at the most"]})
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    hold(session, assignment)
    case = _case(session, viewer, assignment, activity_id, lock=True)
    change = _checked(case, change)
    version = _wanted(session, viewer, case, change)
    if change.kind is Kind.ACCEPT and version is not case.base:
        content = accepted(case.base, change.response, change.fraction)
        version = keep_version(
            session, viewer, case.activity, case.base, content, change.response, change.fraction
        )
    corrections, found = moves(case, change, version, lower=lower)
    noted = [move for move in found if move.is_noted]
    if corrections == assignment.corrections and not noted:
        return None
    assignment.corrections = corrections
    session.flush()
    for move in noted:
        _note(session, move)
    return _trail(session, viewer, case, change, version, found, lower=lower, reason=reason)


def past(session: Session, viewer: Viewer, assignment_id: UUID) -> list[tuple[Regrade, Person]]:
    """What was marked anew in an assignment and by whom, the newest first."""
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    query = (
        sa.select(Regrade, Person)
        .join(Person, sa.and_(Person.tenant_id == Regrade.tenant_id, Person.id == Regrade.person_id))
        .where(Regrade.tenant_id == viewer.tenant_id, Regrade.assignment_id == assignment.id)
        .order_by(Regrade.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def question(session: Session, viewer: Viewer, assignment_id: UUID, activity_id: UUID) -> ActivityVersion:
    """The newest version by which copies are scored.

    :raises NotFound: if nobody has handed in an answer to that question.
    """
    return _case(session, viewer, assignment_of(session, viewer, assignment_id, "follow"), activity_id).base


def said(version: ActivityVersion, response: Mapping[str, Any]) -> str:
    """An answer in words, plain text."""
    return type_of(version.type).summary(content_of(version), response)


def _case(
    session: Session, viewer: Viewer, assignment: Assignment, activity_id: UUID, *, lock: bool = False
) -> Case:
    who(viewer)
    asked = [copy for copy in copies(session, assignment, lock=lock) if str(activity_id) in copy.versions]
    base = version_for_all(asked, str(activity_id))
    if base is None or base.type not in activities:
        raise NotFound("no such question in what was handed in")
    activity = find(session, viewer, Activity, activity_id, lock=lock)
    return Case(assignment, activity, base, asked)


def _checked(case: Case, change: Change) -> Change:
    """The change with its answer as a learner's would be kept."""
    if change.kind is not Kind.ACCEPT:
        return Change(change.kind)
    if not 0 < change.fraction <= 1:
        raise Invalid("fraction", {"fraction": ["must lie between 0 and 1"]})
    return replace(change, response=type_of(case.base.type).answer(change.response))


def _wanted(session: Session, viewer: Viewer, case: Case, change: Change) -> ActivityVersion | None:
    """The version by which all copies are to be scored; None: by those that score them now."""
    if change.kind is Kind.ACCEPT:
        if worth(case.base, change.response) == change.fraction:
            return case.base
        return as_version(case.activity, case.base, accepted(case.base, change.response, change.fraction))
    if change.kind is not Kind.REPLACE:
        return None
    require(viewer, "author", find(session, viewer, Binder, case.activity.binder_id))
    if case.activity.current.type != case.base.type:
        raise Invalid(
            "type", {"version": ["the question is of another type now: its key does not fit the copies"]}
        )
    return case.activity.current


def _note(session: Session, move: Move) -> None:
    """The copy's new result; as visible as the one before."""
    attempt, before = move.attempt, move.before
    grade = Grade(
        tenant_id=attempt.tenant_id,
        attempt_id=attempt.id,
        score_given=move.given,
        score_maximum=move.maximum,
        per_activity=dict(move.per_activity),
        comment=before.comment,
        graded_at=now(),
        released_at=before.released_at if move.kept is Kept.UNCHANGED else None,
    )
    session.add(grade)
    attempt.grading_progress, attempt.activity_progress = (
        (GradingProgress.PENDING_MANUAL, ActivityProgress.SUBMITTED)
        if move.waiting
        else (GradingProgress.FULLY_GRADED, ActivityProgress.COMPLETED)
    )
    session.flush()
    session.expire(attempt, ["grades"])
    if move.kept is None and before.released_at is not None and not move.waiting:
        grading.give_back(session, attempt, grade)


def _trail(
    session: Session,
    viewer: Viewer,
    case: Case,
    change: Change,
    version: ActivityVersion | None,
    found: list[Move],
    *,
    lower: bool,
    reason: str,
) -> Regrade:
    detail: dict[str, Any] = {"title": case.base.title, "lower": lower}
    if change.kind is Kind.ACCEPT:
        detail |= {"answer": said(case.base, change.response)[:500], "fraction": str(change.fraction)}
    if version is not None:
        detail |= {"from": str(case.base.id), "version": str(version.id)}
    row = Regrade(
        tenant_id=viewer.tenant_id,
        assignment_id=case.assignment.id,
        activity_id=case.activity.id,
        kind=change.kind.value,
        detail=detail,
        changed=sum(move.kept is None for move in found),
        kept=sum(move.kept in (Kept.OVERRIDE, Kept.LOWER) for move in found),
        reason=reason,
        person_id=who(viewer),
        made_at=now(),
    )
    session.add(row)
    session.flush()
    return row
