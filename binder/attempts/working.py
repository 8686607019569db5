"""What an assignment shows to somebody: the page in its order, how far they are, and what they may still do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, attributes, contains_eager, defer

from binder.access import Viewer, may, require
from binder.activities import Effect
from binder.activities.values import shuffled
from binder.attempts.closing import seed
from binder.blocks import kind_of
from binder.clock import now
from binder.errors import Closed, Forbidden, NotFound
from binder.giving.windows import GRACE, Window, window, windows_of
from binder.marks.marking import corrected
from binder.models import (
    Accommodation,
    ActivityVersion,
    Assignment,
    Attempt,
    Membership,
    Override,
    Page,
    PageRevision,
    Recipient,
)
from binder.publication import visibility
from binder.publication.revisions import revision_asking, revision_by_id, revision_of, versions_of

__all__ = ["Work", "open_work", "seed", "work_of_attempt"]

Block = Mapping[str, Any]


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
    """Whether the viewer can save answers: not after the hand-in or the end, and only for themselves."""
    blocks: Sequence[Block]
    """Those of the revision that the learner sees, in their order; `versions` holds the activities that stand in them."""
    window: Window = field(default_factory=Window)
    at: datetime = field(default_factory=now)
    """The server's time for all that is said here."""
    effects: Collection[Effect] = ()
    """The learner's accommodations: those of the attempt, or those that it would begin with."""
    must_begin: bool = False
    """Whether the page is shown only once the attempt is begun, since its time is limited."""

    @property
    def number(self) -> int:
        """Number of the attempt that is shown, or would be begun by the first save."""
        return self.attempt.number if self.attempt is not None else self.handed_in + 1

    @property
    def may_begin_again(self) -> bool:
        """Whether another attempt is allowed after those handed in."""
        done = self.handed_in > 0 and not self.answering and (self.attempt is None or not self.is_open)
        return done and self.window.allows(self.handed_in + 1) and not self.is_over

    @property
    def is_open(self) -> bool:
        """Whether an attempt is begun and not handed in."""
        return self.attempt is not None and self.attempt.submitted_at is None

    @property
    def is_over(self) -> bool:
        """Whether nothing can be begun any more."""
        return self.window.is_over(self.at)

    @property
    def ends_at(self) -> datetime | None:
        """When the open attempt is over."""
        return self.attempt.deadline_at if self.attempt is not None and self.is_open else None

    @property
    def remaining(self) -> int | None:
        """Whole seconds until the open attempt is over, by the server's clock; 0 after that, None without an end."""
        return None if self.ends_at is None else max(0, int((self.ends_at - self.at).total_seconds()))

    @property
    def is_overdue(self) -> bool:
        """Whether the server must hand the open attempt in."""
        return self.ends_at is not None and self.at > self.ends_at + GRACE


_WHOSE: sa.BindParameter[UUID] = sa.bindparam("person_id")
_GROUPS = sa.select(Membership.audience_id).where(
    Membership.tenant_id == sa.bindparam("tenant_id"), Membership.person_id == _WHOSE, Membership.active
)
_IN_TENANT = Assignment.tenant_id == sa.bindparam("tenant_id")
_GIVEN = (
    sa.select(
        Assignment,
        PageRevision.id,
        Attempt,
        Override,
        Accommodation,
        sa.exists()
        .where(Recipient.tenant_id == Assignment.tenant_id, Recipient.assignment_id == Assignment.id)
        .label("is_for_some"),
    )
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
            Attempt.person_id == _WHOSE,
        ),
    )
    .outerjoin(
        Override,
        sa.and_(
            Override.tenant_id == Assignment.tenant_id,
            Override.assignment_id == Assignment.id,
            sa.or_(Override.person_id == _WHOSE, Override.group_id.in_(_GROUPS)),
        ),
    )
    .outerjoin(
        Accommodation,
        sa.and_(Accommodation.tenant_id == Assignment.tenant_id, Accommodation.person_id == _WHOSE),
    )
    .where(_IN_TENANT, Assignment.id == sa.bindparam("id"))
    .order_by(Attempt.number)
    .options(contains_eager(Assignment.page).options(defer(Page.blocks), contains_eager(Page.binder)))
)
"""An assignment with its page and binder, which revision is published, and all that is a person's own in it."""


@dataclass(frozen=True)
class _Given:
    assignment: Assignment
    newest: UUID | None
    attempts: Sequence[Attempt]
    window: Window
    effects: Collection[Effect]


def _given(session: Session, viewer: Viewer, assignment_id: UUID, whose: UUID | None) -> _Given:
    values = {"tenant_id": viewer.tenant_id, "id": assignment_id, "person_id": whose}
    rows = session.execute(_GIVEN, values).all()
    if not rows:
        raise NotFound("no such assignment")
    assignment, newest, _, _, entitled, is_for_some = rows[0]
    if not is_for_some:
        attributes.set_committed_value(assignment, "recipients", [])
    attempts = {row[2].id: row[2] for row in rows if row[2] is not None}
    overrides = {row[3].id: row[3] for row in rows if row[3] is not None}
    return _Given(
        assignment,
        newest,
        list(attempts.values()),
        window(assignment, whose, overrides.values(), entitled),
        Effect.among(entitled.effects) if entitled is not None else (),
    )


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
    whose, at = person_id or viewer.person_id, now()
    given = _given(session, viewer, assignment_id, whose)
    assignment = given.assignment
    require(viewer, "read", assignment)
    _is_theirs(viewer, assignment, person_id)
    if not viewer.teaches and not given.window.is_open(at):
        raise Closed("not-open")
    attempt = given.attempts[-1] if given.attempts else None
    handed_in = sum(1 for one in given.attempts if one.submitted_at is not None)
    is_over = given.window.is_over(at)
    if attempt is not None and attempt.submitted_at is not None:
        attempt = None if again and given.window.allows(handed_in + 1) and not is_over else attempt
    is_open = attempt is None or attempt.submitted_at is None
    in_time = not is_over if attempt is None else attempt.deadline_at is None or at <= attempt.deadline_at
    shown = given.newest if attempt is None else attempt.revision_id
    if shown is None:
        raise NotFound("the page is not published")
    page = revision_by_id(session, viewer.tenant_id, shown)
    page = revision_asking(session, page, assignment.activity_id)
    persons = {person for person in (whose, *viewer.children) if person and person_id in (None, person)}
    must_begin = attempt is None and given.window.minutes is not None and not viewer.teaches
    done_at = attempt.submitted_at if attempt else None
    blocks = [] if must_begin else visibility.seen_by(session, assignment, page, persons, done_at=done_at)
    order = seed(viewer.tenant_id, assignment.id, whose, attempt.number if attempt else handed_in + 1)
    versions = visibility.asked(versions_of(session, page), blocks, order)
    return Work(
        assignment,
        page,
        corrected(session, assignment, versions) if done_at is not None else versions,
        attempt,
        handed_in,
        answering=is_open and in_time and may(viewer, "answer", assignment) and whose == viewer.person_id,
        blocks=blocks if viewer.teaches else in_order(assignment, blocks, order),
        window=given.window,
        at=at,
        effects=given.effects if attempt is None else Effect.among(attempt.effects),
        must_begin=must_begin,
    )


def _is_theirs(viewer: Viewer, assignment: Assignment, person_id: UUID | None) -> None:
    if person_id in (None, viewer.person_id):
        return
    if person_id not in viewer.children or not assignment.is_for(person_id):
        raise Forbidden("another learner's work")


def in_order(assignment: Assignment, blocks: Sequence[Block], order: str) -> Sequence[Block]:
    """The blocks; where the assignment says so, those with questions change places, as `order` decides."""
    if not assignment.shuffled:
        return blocks
    places = [at for at, block in enumerate(blocks) if kind_of(block).activities(block)]
    found = list(blocks)
    for at, block in zip(places, shuffled([blocks[at] for at in places], f"{order}/order"), strict=True):
        found[at] = block
    return found


def work_of_attempt(session: Session, attempt: Attempt) -> Work:
    """One copy as its teacher sees it, with the page that its learner was shown."""
    revision, assignment, done_at = revision_of(session, attempt), attempt.assignment, attempt.submitted_at
    blocks = visibility.seen_by(session, assignment, revision, [attempt.person_id], done_at=done_at)
    order = seed(attempt.tenant_id, assignment.id, attempt.person_id, attempt.number)
    versions = visibility.asked(versions_of(session, revision), blocks, order)
    windows = windows_of(session, [assignment], [attempt.person_id])
    return Work(
        assignment,
        revision,
        corrected(session, assignment, versions) if done_at is not None else versions,
        attempt,
        attempt.number,
        answering=False,
        blocks=in_order(assignment, blocks, order),
        window=windows[assignment.id, attempt.person_id],
        effects=Effect.among(attempt.effects),
    )
