"""A learner's own list: what was given to them in any of their classes, by what there is to do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from binder.access import Role, Viewer, who
from binder.clock import now
from binder.errors import Forbidden
from binder.giving.windows import Window, windows_of
from binder.marks.grading import released
from binder.models import (
    Assignment,
    Attempt,
    Grade,
    Membership,
    Page,
    PageRevision,
    Preset,
    Recipient,
    Visit,
)

__all__ = ["Item", "Part", "parted", "work_list"]


class Part(StrEnum):
    """Where an assignment stands in the list, in the order of the list."""

    LATE = "late"
    """Due, not handed in, and still taken in."""
    THIS_WEEK = "this-week"
    LATER = "later"
    TO_READ = "to-read"
    """Given back and not looked at since."""
    TRAINING = "training"
    """Nobody waits for it."""
    DONE = "done"
    """Handed in, looked at, or over."""


@dataclass(frozen=True)
class Item:
    """One assignment for one learner."""

    assignment: Assignment
    window: Window
    part: Part
    attempt: Attempt | None
    """The last one."""
    grade: Grade | None
    """Only a released one."""
    questions: int

    @property
    def is_begun(self) -> bool:
        """Whether answers are saved and not handed in."""
        return self.attempt is not None and self.attempt.submitted_at is None

    @property
    def is_missed(self) -> bool:
        """Whether it was never handed in and cannot be any more."""
        over = self.window.is_over(now())
        return over and (self.attempt is None or self.attempt.submitted_at is None)


def work_list(session: Session, viewer: Viewer, person_id: UUID | None = None, *, zone: tzinfo) -> list[Item]:
    """All that is for a learner, what is most urgent first.

    Learners see what they have in all of their classes, a parent what a child of theirs has in the class they came from.

    :param person_id: whose; default: the viewer's own.
    :param zone: the school's, for where the week ends.
    :raises Forbidden: if it is neither the viewer's own nor a child's of theirs.
    """
    person = person_id or who(viewer)
    if viewer.role is Role.LEARNER:
        allowed, classes = person == viewer.person_id, None
    else:
        allowed, classes = person in viewer.children, viewer.audience_id
    if not allowed:
        raise Forbidden("another learner's work")
    assignments = [one for one in _given(session, viewer, person, classes) if one.is_for(person)]
    windows = windows_of(session, assignments, [person])
    attempts = _attempts(session, assignments, person)
    seen = _seen(session, assignments, person)
    asked = _questions(session, assignments)
    items = []
    for one in assignments:
        attempt = attempts.get(one.id)
        grade = released(attempt) if attempt else None
        window = windows[one.id, person]
        part = _part(one, window, attempt, grade, seen.get(one.id), zone)
        questions = asked.get(one.page_id, 0) if one.activity_id is None else 1
        items.append(Item(one, window, part, attempt, grade, questions))
    order = list(Part)
    return sorted(items, key=lambda item: (order.index(item.part), *_urgency(item)))


def parted(items: Collection[Item]) -> Mapping[Part, list[Item]]:
    """The items by part; a part without any is not there."""
    return {part: found for part in Part if (found := [item for item in items if item.part is part])}


def _urgency(item: Item) -> tuple[bool, float, str]:
    due = item.window.due_at or item.window.closes_at
    if item.part in (Part.DONE, Part.TO_READ):
        at = item.attempt.saved_at if item.attempt else item.assignment.created_at
        return False, -at.timestamp(), str(item.assignment.id)
    return due is None, due.timestamp() if due else 0.0, str(item.assignment.id)


def _part(
    assignment: Assignment,
    window: Window,
    attempt: Attempt | None,
    grade: Grade | None,
    seen: datetime | None,
    zone: tzinfo,
) -> Part:
    instant = now()
    if attempt is not None and attempt.submitted_at is not None:
        unread = (
            grade is not None and grade.released_at is not None and (not seen or seen < grade.released_at)
        )
        return Part.TO_READ if unread else Part.DONE
    if window.is_over(instant):
        return Part.DONE
    if assignment.preset is Preset.TRAINING and window.is_open(instant):
        return Part.TRAINING
    if window.is_late(instant):
        return Part.LATE
    if not window.is_open(instant):
        return Part.LATER
    due = window.due_at or window.closes_at
    return Part.THIS_WEEK if due is not None and due <= _sunday(instant, zone) else Part.LATER


def _sunday(instant: datetime, zone: tzinfo) -> datetime:
    """The end of the week on the school's clock."""
    local = instant.astimezone(zone)
    return datetime.combine(local.date() + timedelta(days=7 - local.weekday()), time(), zone)


def _given(session: Session, viewer: Viewer, person: UUID, only: UUID | None) -> list[Assignment]:
    classes = sa.select(Membership.audience_id).where(
        Membership.tenant_id == viewer.tenant_id,
        Membership.person_id == person,
        Membership.role == Role.LEARNER.value,
        Membership.active,
    )
    if only is not None:
        classes = classes.where(Membership.audience_id == only)
    query = (
        sa.select(Assignment)
        .where(Assignment.tenant_id == viewer.tenant_id, Assignment.audience_id.in_(classes))
        .options(
            joinedload(Assignment.page).options(joinedload(Page.binder)),
            selectinload(Assignment.recipients).selectinload(Recipient.members),
        )
        .order_by(Assignment.id)
    )
    found = session.scalars(query).unique()
    return [one for one in found if one.page.trashed_at is None and one.page.published_number is not None]


def _attempts(session: Session, assignments: list[Assignment], person: UUID) -> dict[UUID, Attempt]:
    query = (
        sa.select(Attempt)
        .where(
            Attempt.tenant_id.in_({one.tenant_id for one in assignments}),
            Attempt.assignment_id.in_([one.id for one in assignments]),
            Attempt.person_id == person,
        )
        .options(selectinload(Attempt.grades))
        .order_by(Attempt.number)
    )
    return {attempt.assignment_id: attempt for attempt in session.scalars(query)} if assignments else {}


def _seen(session: Session, assignments: list[Assignment], person: UUID) -> dict[UUID, datetime]:
    query = sa.select(Visit.assignment_id, Visit.last_at).where(
        Visit.tenant_id.in_({one.tenant_id for one in assignments}),
        Visit.assignment_id.in_([one.id for one in assignments]),
        Visit.person_id == person,
    )
    return {assignment: at for assignment, at in session.execute(query)} if assignments else {}


def _questions(session: Session, assignments: list[Assignment]) -> dict[UUID, int]:
    """Page → how many questions its published revision has."""
    query = (
        sa.select(PageRevision.page_id, PageRevision.activities)
        .join(Page, sa.and_(Page.tenant_id == PageRevision.tenant_id, Page.id == PageRevision.page_id))
        .where(
            PageRevision.tenant_id.in_({one.tenant_id for one in assignments}),
            PageRevision.page_id.in_({one.page_id for one in assignments}),
            PageRevision.number == Page.published_number,
        )
    )
    return {page: len(activities) for page, activities in session.execute(query)} if assignments else {}
