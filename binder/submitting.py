"""The learner's side: save answers, hand in, never twice, never lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, defer

from binder import grading, visibility
from binder.access import Viewer, find, may, require, who
from binder.activities import activities
from binder.assigning import assignment_of
from binder.clock import now, uuid7
from binder.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from binder.models import ActivityProgress, ActivityVersion, Assignment, Attempt, Page, PageRevision
from binder.revisions import published, revision_by_id, revision_of, versions_of

__all__ = [
    "Work",
    "hand_in",
    "open_work",
    "published",
    "save",
    "seed",
    "versions_of",
    "work_of_attempt",
]


@dataclass(frozen=True)
class Work:
    """An assignment as its learner opens it: what to show, and how far they are."""

    assignment: Assignment
    revision: PageRevision
    versions: Mapping[str, ActivityVersion]
    """Activity id → the version to show."""
    attempt: Attempt | None
    """The attempt to show: the open one, or else the last handed in; None where a new one would begin."""
    handed_in: int
    """How many attempts have been handed in."""
    answering: bool
    """Whether the viewer can save answers: not after the hand-in, and only for themselves."""
    blocks: Sequence[Mapping[str, Any]]
    """Those of the revision that the learner sees; `versions` holds the activities that stand in them."""

    @property
    def number(self) -> int:
        """Number of the attempt that is shown, or would be begun by the first save."""
        return self.attempt.number if self.attempt is not None else self.handed_in + 1

    @property
    def may_begin_again(self) -> bool:
        """Whether another attempt is allowed after those handed in."""
        limit = self.assignment.max_attempts
        return self.handed_in > 0 and not self.answering and (not limit or self.handed_in < limit)


def seed(tenant_id: UUID, assignment_id: UUID, person_id: UUID | None, number: int) -> str:
    """What decides the order of options: the same for one attempt at each loading, without a row being written."""
    return f"{tenant_id}/{assignment_id}/{person_id}/{number}"


_ATTEMPTS = (
    sa.select(Attempt)
    .where(
        Attempt.tenant_id == sa.bindparam("tenant_id"),
        Attempt.assignment_id == sa.bindparam("assignment_id"),
        Attempt.person_id == sa.bindparam("person_id"),
    )
    .order_by(Attempt.number)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def _attempts(session: Session, assignment: Assignment, person_id: UUID) -> list[Attempt]:
    """A person's attempts, the first one first, read afresh; another tab that would write waits for our end."""
    whose = {"tenant_id": assignment.tenant_id, "assignment_id": assignment.id, "person_id": person_id}
    return list(session.scalars(_ATTEMPTS, whose))


_GIVEN = (
    sa.select(Assignment, PageRevision.id, Attempt)
    .join(Assignment.page)
    .join(Page.binder)
    .outerjoin(
        PageRevision,
        sa.and_(
            PageRevision.tenant_id == Page.tenant_id,
            PageRevision.page_id == Page.id,
            PageRevision.number == Page.published_number,
        ),
    )
    .outerjoin(
        Attempt,
        sa.and_(
            Attempt.tenant_id == Assignment.tenant_id,
            Attempt.assignment_id == Assignment.id,
            Attempt.person_id == sa.bindparam("person_id"),
        ),
    )
    .where(Assignment.tenant_id == sa.bindparam("tenant_id"), Assignment.id == sa.bindparam("id"))
    .order_by(Attempt.number)
    .options(contains_eager(Assignment.page).options(defer(Page.blocks), contains_eager(Page.binder)))
)
"""An assignment with its page and its binder, which revision is published, and a person's attempts: a row each."""


def open_work(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    *,
    person_id: UUID | None = None,
    again: bool = False,
) -> Work:
    """An assignment as its learner, their parent or their teacher sees it. Writes nothing.

    :param person_id: whose attempts to show; default: the viewer's own.
    :param again: show a new attempt, if one is allowed, after what has been handed in.
    :raises Closed: `not-open` for learners and parents before its opening date.
    :raises NotFound: if the page is not published.
    """
    whose = person_id or viewer.person_id
    values = {"tenant_id": viewer.tenant_id, "id": assignment_id, "person_id": whose}
    given = session.execute(_GIVEN, values).all()
    if not given:
        raise NotFound("no such assignment")
    assignment, newest, _ = given[0]
    require(viewer, "read", assignment)
    if not viewer.teaches and not assignment.is_open(now()):
        raise Closed("not-open")
    if person_id not in (None, viewer.person_id) and person_id not in viewer.children:
        raise Forbidden("another learner's work")
    attempts = [row[2] for row in given if row[2] is not None]
    attempt = attempts[-1] if attempts else None
    handed_in = sum(1 for one in attempts if one.submitted_at is not None)
    may_begin = not attempts or (
        again and (not assignment.max_attempts or handed_in < assignment.max_attempts)
    )
    if attempt is not None and attempt.submitted_at is not None and may_begin:
        attempt = None
    is_open = attempt is None or attempt.submitted_at is None
    shown = newest if attempt is None else attempt.revision_id
    if shown is None:
        raise NotFound("the page is not published")
    page = revision_by_id(session, viewer.tenant_id, shown)
    persons = {person for person in (whose, *viewer.children) if person and person_id in (None, person)}
    blocks = visibility.seen_by(
        session, assignment, page, persons, done_at=attempt.submitted_at if attempt else None
    )
    return Work(
        assignment,
        page,
        visibility.asked(versions_of(session, page), blocks),
        attempt,
        handed_in,
        answering=is_open and may(viewer, "answer", assignment) and whose == viewer.person_id,
        blocks=blocks,
    )


def work_of_attempt(session: Session, attempt: Attempt) -> Work:
    """One copy as its teacher sees it, with the page that its learner was shown."""
    revision, assignment, done_at = revision_of(session, attempt), attempt.assignment, attempt.submitted_at
    blocks = visibility.seen_by(session, assignment, revision, [attempt.person_id], done_at=done_at)
    versions = visibility.asked(versions_of(session, revision), blocks)
    return Work(assignment, revision, versions, attempt, attempt.number, answering=False, blocks=blocks)


def save(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    revision_id: UUID,
    responses: Mapping[str, Any],
    *,
    number: int,
    seq: int,
) -> Attempt:
    """Keep a learner's answers; the first save begins the attempt.

    :param revision_id: the page that the learner was shown.
    :param responses: activity id → answer, of all activities on the page.
    :param number: of the attempt that the learner is writing.
    :param seq: of the attempt as the learner last saw it, 0 before the first save.
    :raises Conflict: if another tab or device has saved since; `current` is the attempt as it is.
    :raises Closed: `handed-in`, `not-open` or `no-attempt-left`.
    :raises Invalid: if an answer cannot be understood.
    """
    assignment = assignment_of(session, viewer, assignment_id, "answer")
    person_id = who(viewer)
    if not assignment.is_open(now()):
        raise Closed("not-open")
    attempts = _attempts(session, assignment, person_id)
    attempt = next((one for one in attempts if one.number == number), None)
    if attempt is not None and attempt.submitted_at is not None:
        raise Closed("handed-in")
    revision = find(session, viewer, PageRevision, attempt.revision_id if attempt else revision_id)
    if revision.page_id != assignment.page_id:
        raise NotFound("no such revision of this page")
    cleaned = {
        name: activities[version.type].answer(responses[name])
        for name, version in _asked(session, assignment, revision, person_id).items()
        if name in responses
    }
    if attempt is None:
        _may_begin(assignment, attempts, number)
        begun = _begin(session, assignment, person_id, revision, number, cleaned)
        if begun is not None:
            return begun
        attempt = _attempts(session, assignment, person_id)[-1]
        if attempt.submitted_at is not None:
            raise Closed("handed-in")
    if attempt.seq != seq and attempt.responses != cleaned:
        raise Conflict("saved in another tab", attempt)
    attempt.responses, attempt.saved_at = cleaned, now()
    session.flush()
    return attempt


def _may_begin(assignment: Assignment, attempts: list[Attempt], number: int) -> None:
    if attempts and attempts[-1].submitted_at is None:
        raise Conflict("another attempt is open", attempts[-1])
    if assignment.max_attempts and len(attempts) >= assignment.max_attempts:
        raise Closed("no-attempt-left")
    if number != len(attempts) + 1:
        raise Invalid("no such attempt", {"number": [f"the next attempt is number {len(attempts) + 1}"]})


def _begin(
    session: Session,
    assignment: Assignment,
    person_id: UUID,
    revision: PageRevision,
    number: int,
    responses: dict[str, Any],
) -> Attempt | None:
    """The new attempt; None if another request has begun it at this moment."""
    attempt = Attempt(
        id=uuid7(),
        tenant_id=assignment.tenant_id,
        assignment_id=assignment.id,
        person_id=person_id,
        number=number,
        revision_id=revision.id,
        responses=responses,
    )
    try:
        with session.begin_nested():
            session.add(attempt)
    except IntegrityError:
        return None
    return attempt


def _asked(
    session: Session, assignment: Assignment, revision: PageRevision, person_id: UUID
) -> Mapping[str, ActivityVersion]:
    """The activities that a learner sees now."""
    blocks = visibility.seen_by(session, assignment, revision, [person_id])
    return visibility.asked(versions_of(session, revision), blocks)


def hand_in(
    session: Session,
    viewer: Viewer,
    assignment_id: UUID,
    revision_id: UUID,
    responses: Mapping[str, Any],
    *,
    number: int,
    seq: int,
) -> Attempt:
    """Save and hand in, in one; a second click on the same attempt gives the first receipt.

    Late copies are accepted and flagged. Parameters and errors as `save`.
    """
    assignment = assignment_of(session, viewer, assignment_id, "answer")
    try:
        attempt = save(session, viewer, assignment_id, revision_id, responses, number=number, seq=seq)
    except Closed as closed:
        if closed.reason != "handed-in":
            raise
        return _attempts(session, assignment, who(viewer))[number - 1]
    instant = now()
    attempt.submitted_at, attempt.late = instant, assignment.is_late(instant)
    attempt.activity_progress = ActivityProgress.SUBMITTED
    session.flush()
    revision = find(session, viewer, PageRevision, attempt.revision_id)
    grading.score(session, attempt, _asked(session, assignment, revision, attempt.person_id))
    return attempt
