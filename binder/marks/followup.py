"""Who has read, done, got what: queries that give frozen values, no tables of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from binder import outbox
from binder.access import Role, Viewer, require
from binder.clock import now, uuid7
from binder.db import TenantRow
from binder.errors import Forbidden, NotFound
from binder.giving.assigning import assignment_of, given_here
from binder.giving.windows import Window, window, windows_of
from binder.marks.counting import counting
from binder.marks.feedback import grade_shown
from binder.marks.grading import GRADE_RELEASED, counting_grade, subject_of
from binder.models import Assignment, Attempt, Binder, Grade, OutboxEntry, Page, Person, Visit
from binder.recipients import learners_of

__all__ = [
    "Counts",
    "Passback",
    "Progress",
    "State",
    "VisitNote",
    "counts",
    "progress",
    "record_visits",
    "resend",
    "work_of",
]


class State(StrEnum):
    """How far one learner is with one assignment."""

    NOT_OPEN = "not-open"
    TO_DO = "to-do"
    SEEN = "seen"
    STARTED = "started"
    HANDED_IN = "handed-in"
    RETURNED = "returned"


class Passback(StrEnum):
    """What became of a grade on its way to the platform's gradebook."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Progress:
    """One learner and one assignment."""

    assignment: Assignment
    person: Person | None
    state: State
    attempt: Attempt | None = None
    grade: Grade | None = None
    """For learners and families only a released one."""
    passback: Passback = Passback.NONE
    passback_error: str = ""
    missing: bool = False
    """Due and not handed in."""
    window: Window = field(default_factory=Window)
    """The learner's own dates."""
    counting: Grade | None = None
    """What counts of several attempts, by the grades that may be seen."""


@dataclass(frozen=True)
class VisitNote:
    """That somebody opened an assignment's page."""

    tenant_id: UUID
    assignment_id: UUID
    person_id: UUID
    at: datetime


def progress(session: Session, viewer: Viewer, assignment_id: UUID) -> list[Progress]:
    """How far each learner is whom the assignment is for, in the order of the class list."""
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    people = learners_of(session, assignment)
    persons = [person.id for person in people]
    attempts = _attempts(session, [assignment], persons)
    windows = windows_of(session, [assignment], persons)
    seen = set(
        session.scalars(
            sa.select(Visit.person_id).where(
                Visit.tenant_id == viewer.tenant_id, Visit.assignment_id == assignment.id
            )
        )
    )
    sent = _passbacks(session, assignment)
    rows = []
    for person in people:
        whose = (assignment.id, person.id)
        told, error = sent.get(person.id, (Passback.NONE, ""))
        row = _progress(viewer, assignment, attempts.get(whose, []), windows[whose], seen=person.id in seen)
        rows.append(replace(row, person=person, passback=told, passback_error=error))
    return rows


def work_of(session: Session, viewer: Viewer, person_id: UUID | None = None) -> list[Progress]:
    """What a learner has to do in the viewer's class, and how far they are: for themselves, or for their parent.

    :raises Forbidden: if `person_id` is neither the viewer nor a child of theirs.
    """
    whose = person_id or viewer.person_id
    if viewer.role is not Role.LEARNER and whose not in viewer.children:
        raise Forbidden("another family's child")
    if viewer.role is Role.LEARNER and whose != viewer.person_id:
        raise Forbidden("another learner's work")
    assignments = [given for given in given_here(session, viewer) if given.is_for(whose)]
    persons = [whose] if whose else []
    attempts = _attempts(session, assignments, persons)
    windows = windows_of(session, assignments, persons)
    rows = []
    for given in assignments:
        key = (given.id, whose) if whose else None
        theirs = windows[key] if key else window(given, None)
        rows.append(_progress(viewer, given, attempts.get(key, []) if key else [], theirs))
    return rows


def _progress(
    viewer: Viewer, assignment: Assignment, attempts: list[Attempt], theirs: Window, *, seen: bool = False
) -> Progress:
    attempt = attempts[-1] if attempts else None
    grade = grade_shown(viewer, attempt)
    marked = [(one, found) for one in attempts if (found := grade_shown(viewer, one)) is not None]
    counts = counting(assignment.counting, marked)
    return Progress(
        assignment,
        None,
        _state(attempt, grade, theirs, seen=seen),
        attempt,
        grade,
        missing=_missing(attempt, theirs),
        window=theirs,
        counting=counts[1] if counts is not None and len(marked) > 1 else grade,
    )


def _attempts(
    session: Session, assignments: list[Assignment], people: list[UUID]
) -> dict[tuple[UUID, UUID], list[Attempt]]:
    """Everybody's attempts, the first one first."""
    if not assignments or not people:
        return {}
    query = (
        sa.select(Attempt)
        .where(
            Attempt.tenant_id == assignments[0].tenant_id,
            Attempt.assignment_id.in_([assignment.id for assignment in assignments]),
            Attempt.person_id.in_(people),
        )
        .options(selectinload(Attempt.grades))
        .order_by(Attempt.number)
    )
    found: dict[tuple[UUID, UUID], list[Attempt]] = {}
    for attempt in session.scalars(query):
        found.setdefault((attempt.assignment_id, attempt.person_id), []).append(attempt)
    return found


def _state(attempt: Attempt | None, grade: Grade | None, theirs: Window, *, seen: bool) -> State:
    if attempt is None:
        if not theirs.is_open(now()):
            return State.NOT_OPEN
        return State.SEEN if seen else State.TO_DO
    if attempt.submitted_at is None:
        return State.STARTED
    return State.RETURNED if grade is not None and grade.released_at is not None else State.HANDED_IN


def _missing(attempt: Attempt | None, theirs: Window) -> bool:
    return theirs.is_late(now()) and (
        attempt is None or (attempt.submitted_at is None and attempt.number == 1)
    )


def _passbacks(session: Session, assignment: Assignment) -> dict[UUID, tuple[Passback, str]]:
    query = sa.select(OutboxEntry).where(
        OutboxEntry.tenant_id == assignment.tenant_id,
        OutboxEntry.event == GRADE_RELEASED,
        OutboxEntry.subject.startswith(f"{assignment.id}:", autoescape=True),
    )
    told = {}
    for entry in session.scalars(query):
        if entry.delivered_at is not None:
            state = Passback.SENT
        else:
            state = Passback.WAITING if entry.due_at is not None else Passback.REFUSED
        told[UUID(entry.subject.partition(":")[2])] = (state, entry.error)
    return told


def resend(session: Session, viewer: Viewer, assignment_id: UUID, person_id: UUID) -> None:
    """Send a learner's released grade to the gradebook again.

    :raises NotFound: if none was given back to that person, or they are a teacher trying things out.
    """
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    counting = counting_grade(session, assignment, person_id)
    if counting is None or counting[0].person.is_test:
        raise NotFound("no grade to send")
    outbox.put(session, viewer.tenant_id, GRADE_RELEASED, subject_of(assignment.id, person_id))


def record_visits(session: Session, notes: Iterable[VisitNote]) -> int:
    """Write down a batch of visits, one row for each person and assignment.

    :return: how many rows were touched.
    """
    batches: dict[tuple[UUID, UUID, UUID], list[datetime]] = {}
    for note in notes:
        batches.setdefault((note.tenant_id, note.assignment_id, note.person_id), []).append(note.at)
    for (tenant_id, assignment_id, person_id), instants in sorted(batches.items()):
        known = (
            Visit.tenant_id == tenant_id,
            Visit.assignment_id == assignment_id,
            Visit.person_id == person_id,
        )
        update = (
            sa.update(Visit)
            .where(*known)
            .values(last_at=max(instants), count=Visit.count + len(instants))
            .execution_options(synchronize_session=False)
        )
        if session.execute(update).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
            continue
        first = Visit(id=uuid7(), tenant_id=tenant_id, assignment_id=assignment_id, person_id=person_id)
        first.first_at, first.last_at, first.count = min(instants), max(instants), len(instants)
        try:
            with session.begin_nested():
                session.add(first)
        except sa.exc.IntegrityError:  # another process was first
            session.execute(update)
    return len(batches)


@dataclass(frozen=True)
class Counts:
    """How much there is in a school, and what waits for its gradebooks."""

    binders: int
    pages: int
    assignments: int
    handed_in: int
    grades_waiting: int
    grades_refused: int


def counts(session: Session, viewer: Viewer) -> Counts:
    """The school in numbers, for its head; no pupil's data."""
    require(viewer, "administer")
    entries = (OutboxEntry.event == GRADE_RELEASED, OutboxEntry.delivered_at.is_(None))

    def count(model: type[TenantRow], *conditions: sa.ColumnElement[bool]) -> int:
        query = (
            sa.select(sa.func.count())
            .select_from(model)
            .where(model.tenant_id == viewer.tenant_id, *conditions)
        )
        return session.scalar(query) or 0

    return Counts(
        binders=count(Binder, Binder.trashed_at.is_(None), Binder.is_bank.is_(False)),
        pages=count(Page, Page.trashed_at.is_(None)),
        assignments=count(Assignment),
        handed_in=count(Attempt, Attempt.submitted_at.is_not(None)),
        grades_waiting=count(OutboxEntry, *entries, OutboxEntry.due_at.is_not(None)),
        grades_refused=count(OutboxEntry, *entries, OutboxEntry.due_at.is_(None)),
    )
