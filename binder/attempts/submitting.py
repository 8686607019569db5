"""The learner's side: begin, save answers, check them, hand in, never twice, never lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, who
from binder.activities import Effect, ScoreState
from binder.attempts.closing import close_overdue, is_any_overdue, seed, submit, versions_now
from binder.attempts.saving import (
    Place,
    attempts_of,
    begin_attempt,
    check_may_begin,
    save_answers,
    window_of,
)
from binder.attempts.working import Work, open_work, work_of_attempt
from binder.clock import now
from binder.errors import Closed, Forbidden, NotFound
from binder.giving.assigning import assignment_of
from binder.marks import corrections
from binder.marks.marking import result_of, score_one
from binder.models import Attempt, Preset
from binder.publication.revisions import published, revision_asking, versions_of

__all__ = [
    "Work",
    "begin",
    "check",
    "close_overdue",
    "hand_in",
    "is_any_overdue",
    "open_work",
    "published",
    "save",
    "seed",
    "versions_of",
    "work_of_attempt",
]


def begin(session: Session, viewer: Viewer, assignment_id: UUID, *, number: int) -> Attempt:
    """Begin an attempt without an answer, so that its time runs; beginning it again changes nothing.

    :param number: of the attempt that the learner wants to begin.
    :raises Closed: `not-open`, `over` or `no-attempt-left`.
    """
    assignment = assignment_of(session, viewer, assignment_id, "answer")
    person_id = who(viewer)
    attempts = attempts_of(session, assignment, person_id)
    known = next((one for one in attempts if one.number == number), None)
    if known is not None:
        return known
    window = window_of(session, assignment, person_id)
    if window.is_over(now()):
        raise Closed("over")
    check_may_begin(window, attempts, number)
    revision = revision_asking(session, published(session, assignment.page), assignment.activity_id)
    place = Place(viewer, assignment_id, revision.id, number)
    begun = begin_attempt(session, place, assignment, revision, {}, window)
    return begun or attempts_of(session, assignment, person_id)[-1]


def save(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    revision_id: UUID,
    responses: Mapping[str, Any],
    *,
    number: int,
    seq: int,
    partial: bool = False,
    writer: str = "",
) -> Attempt:
    """Keep a learner's answers; the first save begins the attempt.

    :param revision_id: the page that the learner was shown.
    :param responses: activity id → answer, of all activities on the page.
    :param number: of the attempt that the learner is writing.
    :param seq: of the attempt as the learner last saw it, 0 before the first save.
    :param partial: `responses` are those of some activities; the answers to others stay.
    :param writer: the open page that saves. What it saved last itself it may save over, whatever `seq` says: the
        answer to that save was lost on its way.
    :raises Conflict: if another tab or device has saved since; `current` is the attempt as it is.
    :raises Closed: `handed-in`, `not-open`, `over`, `no-attempt-left`, or `time-over`: what was sent was not taken in.
    :raises Invalid: if an answer cannot be understood.
    """
    place = Place(viewer, assignment_id, revision_id, number)
    return save_answers(session, place, responses, seq=seq, partial=partial, writer=writer)


def check(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    revision_id: UUID,
    activity_id: str,
    response: Any,
    *,
    number: int,
    seq: int,
    writer: str = "",
) -> Attempt:
    """Keep one answer and say at once what it is worth (training); the same answer again is no other try.

    Parameters and errors as `save`; the result stands in the attempt's `checks`.

    :raises Forbidden: if answers are not told while working.
    :raises NotFound: if there is no such activity on the page.
    """
    assignment = assignment_of(session, viewer, assignment_id, "answer")
    if assignment.preset is not Preset.TRAINING:
        raise Forbidden("answers are not told while working")
    answer = {activity_id: response}
    attempt = save(session, viewer, assignment_id, revision_id, answer, number=number, seq=seq, partial=True)
    if activity_id not in attempt.responses:
        raise NotFound("no such activity")
    given, before = attempt.responses[activity_id], attempt.checks.get(activity_id)
    if before is not None and before["response"] == given:
        return attempt
    version = versions_now(session, attempt)[activity_id]
    score = score_one(version, given, Effect.among(attempt.effects))
    was_right = before is not None and before["right"]
    is_wrong = score.state in (ScoreState.INCORRECT, ScoreState.PARTIAL) and not was_right
    attempt.checks = {
        **attempt.checks,
        activity_id: {
            "tries": (before["tries"] if before else 0) + (score.state is not ScoreState.UNANSWERED),
            "wrong": (before["wrong"] if before else 0) + is_wrong,
            "right": was_right or score.state is ScoreState.CORRECT,
            "response": given,
            "result": result_of(score, version.points),
        },
    }
    session.flush()
    return attempt


def hand_in(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    revision_id: UUID,
    responses: Mapping[str, Any],
    *,
    number: int,
    seq: int,
    writer: str = "",
) -> Attempt:
    """Save and hand in, in one; a second click on the same attempt gives the first receipt.

    Late copies are accepted and flagged. Parameters and errors as `save`.
    """
    assignment = assignment_of(session, viewer, assignment_id, "answer")
    corrections.share(session, assignment)
    place = Place(viewer, assignment_id, revision_id, number)
    try:
        attempt = save_answers(session, place, responses, seq=seq, writer=writer, final=True)
    except Closed as closed:
        if closed.reason != "handed-in":
            raise
        return attempts_of(session, assignment, who(viewer))[number - 1]
    submit(session, attempt, now())
    return attempt
