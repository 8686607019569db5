"""What is given, done and marked: assignments, attempts, grades and visits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to, words
from binder.models.content import Page, StoredFile
from binder.models.people import Audience, Membership, Person

__all__ = [
    "Accommodation",
    "ActivityProgress",
    "AnswerFile",
    "Assignment",
    "Attempt",
    "Counting",
    "Grade",
    "GradingProgress",
    "Override",
    "Preset",
    "Recipient",
    "Regrade",
    "Release",
    "Visit",
]


class ActivityProgress(StrEnum):
    """How far the learner is. https://www.imsglobal.org/spec/lti-ags/v2p0#activityprogress"""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """How far the marking is. https://www.imsglobal.org/spec/lti-ags/v2p0#gradingprogress"""

    NOT_READY = "NotReady"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FULLY_GRADED = "FullyGraded"
    FAILED = "Failed"


class Release(StrEnum):
    """When learners see results."""

    AT_ONCE = "at_once"
    BY_HAND = "by_hand"


class Preset(StrEnum):
    """What an assignment is for; each stands for a line of the feedback matrix, see `binder.feedback`."""

    TRAINING = "training"
    """Answers may be checked while working; marks and answers after the hand-in."""
    HOMEWORK = "homework"
    """Nothing until it is released, then marks and answers."""
    TEST = "test"
    """Marks once released; answers when the last learner's time is over."""


class Counting(StrEnum):
    """Which of several attempts counts."""

    LAST = "last"
    BEST = "best"
    FIRST = "first"
    AVERAGE = "average"


class Assignment(TenantRow, Base):
    """A page given to an audience; one attempt answers all its activities, one score results.

    Dates, minutes and attempts are those of everybody: what holds for one learner is said by `binder.windows` only.
    """

    __tablename__ = "binder_assignment"
    __table_args__ = (
        belongs_to("page_id", "binder_page"),
        belongs_to("audience_id", "binder_audience"),
        belongs_to("created_by_id", "binder_person"),
        sa.Index(None, "tenant_id", "audience_id"),
        sa.Index(None, "tenant_id", "page_id"),
    )

    page_id: Mapped[UUID]
    audience_id: Mapped[UUID]
    created_by_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=now)
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """After this a copy is accepted and flagged late."""
    max_attempts: Mapped[int] = mapped_column(default=1)
    """0: as many as one likes."""
    release: Mapped[Release] = mapped_column(words(Release), default=Release.AT_ONCE)
    preset: Mapped[Preset] = mapped_column(words(Preset), default=Preset.HOMEWORK)
    closes_at: Mapped[datetime | None]
    """After this nothing more is taken in; None: late copies always are."""
    minutes: Mapped[int | None]
    """Time for one attempt from its beginning; then the server hands it in."""
    pinned: Mapped[bool] = mapped_column(default=False)
    """Whether `closes_at` stays where it is for those who have more time."""
    estimated_minutes: Mapped[int | None]
    """What its teacher thinks it takes; only told."""
    counting: Mapped[Counting] = mapped_column(words(Counting), default=Counting.LAST)
    try_penalty: Mapped[Fraction] = mapped_column(default=Fraction(0))
    """Part of a question's points that each checked wrong try costs, in [0, 1]."""
    shuffled: Mapped[bool] = mapped_column(default=False)
    """Whether the questions stand in another order for each attempt."""
    corrections: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Activity id → `{"version": id, "neutral": true, "full": true}`, each optional: what a regrade has set right."""
    page: Mapped[Page] = relationship(viewonly=True)
    audience: Mapped[Audience] = relationship(viewonly=True)
    recipients: Mapped[list[Recipient]] = relationship(viewonly=True, order_by="Recipient.id")
    """Whom of the class it is for; none: everybody."""
    overrides: Mapped[list[Override]] = relationship(viewonly=True, order_by="Override.id")

    def is_open(self, at: datetime) -> bool:
        """Whether learners may open it at that instant."""
        return self.opens_at is None or self.opens_at <= at

    def is_for(self, person_id: UUID | None) -> bool:
        """Whether it is for that learner of the class."""
        return not self.recipients or any(one.includes(person_id) for one in self.recipients)

    def is_late(self, at: datetime) -> bool:
        """Whether a copy handed in at that instant is late."""
        return self.due_at is not None and at > self.due_at


class Recipient(TenantRow, Base):
    """A learner or a group of the class that an assignment is for."""

    __tablename__ = "binder_recipient"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        belongs_to("group_id", "binder_audience"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "person_id"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "group_id"),
    )

    assignment_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    """One of the two is set."""
    members: Mapped[list[Membership]] = relationship(
        viewonly=True,
        primaryjoin=lambda: sa.and_(
            Membership.tenant_id == orm.foreign(Recipient.tenant_id),
            Membership.audience_id == orm.foreign(Recipient.group_id),
        ),
        uselist=True,
    )
    """Those of the group."""

    def includes(self, person_id: UUID | None) -> bool:
        """Whether that person is meant."""
        if self.group_id is None:
            return self.person_id == person_id
        return any(member.person_id == person_id and member.active for member in self.members)


class Override(TenantRow, Base):
    """Other dates, minutes or attempts for one learner, or for a group; what is None stays as it is for everybody."""

    __tablename__ = "binder_override"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        belongs_to("group_id", "binder_audience"),
        belongs_to("created_by_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "person_id"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "group_id"),
    )

    assignment_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    """One of the two is set; a learner's own goes before their group's."""
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    max_attempts: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    """Why, for teachers only."""
    created_by_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Accommodation(TenantRow, Base):
    """What a learner is always entitled to; effects only, never why. For their teachers and themselves."""

    __tablename__ = "binder_accommodation"
    __table_args__ = (
        belongs_to("person_id", "binder_person"),
        belongs_to("changed_by_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    time_factor: Mapped[Fraction] = mapped_column(default=Fraction(1))
    """Times any time limit: 4/3 for a third more (tiers temps)."""
    effects: Mapped[list[str]] = mapped_column(default=list)
    """Values of `binder.activities.Effect`."""
    changed_by_id: Mapped[UUID]
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Attempt(TenantRow, Base):
    """One person's go at an assignment (copie); handed in once `submitted_at` is set."""

    __tablename__ = "binder_attempt"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        belongs_to("revision_id", "binder_page_revision"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "person_id", "number"),
        sa.Index(None, "tenant_id", "person_id"),
    )

    assignment_id: Mapped[UUID]
    person_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(default=1)
    revision_id: Mapped[UUID]
    """The page as the learner saw it; its `activities` name the versions that are scored."""
    responses: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Activity id → answer."""
    seq: Mapped[int] = mapped_column(default=1)
    """Rises with each save: an old tab cannot overwrite newer answers."""
    writer: Mapped[str] = mapped_column(sa.String(32), default="")
    """Which open page saved last: its own late or repeated request is no conflict."""
    activity_progress: Mapped[ActivityProgress] = mapped_column(
        words(ActivityProgress), default=ActivityProgress.IN_PROGRESS
    )
    grading_progress: Mapped[GradingProgress] = mapped_column(
        words(GradingProgress), default=GradingProgress.NOT_READY
    )
    started_at: Mapped[datetime] = mapped_column(default=now)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    deadline_at: Mapped[datetime | None]
    """When the server hands it in; follows every change of dates, minutes and accommodations."""
    by_server: Mapped[bool] = mapped_column(default=False)
    """Whether the server handed it in, because time was over."""
    in_grace: Mapped[bool] = mapped_column(default=False)
    """Whether something arrived in the seconds after the end that a slow network is given."""
    effects: Mapped[list[str]] = mapped_column(default=list)
    """The learner's accommodations when it began."""
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Activity id → `{"tries", "response", "result"}` of what was checked while working (training)."""
    assignment: Mapped[Assignment] = relationship(viewonly=True)
    person: Mapped[Person] = relationship(viewonly=True)
    grades: Mapped[list[Grade]] = relationship(order_by="Grade.graded_at, Grade.id", viewonly=True)

    __mapper_args__ = {"version_id_col": seq}

    @property
    def receipt(self) -> str:
        """What a learner can show as proof of the hand-in: eight characters of the attempt's identifier."""
        return self.id.hex[-8:].upper()


class Grade(TenantRow, Base):
    """Score and feedback on an attempt; a new row for each change, the newest counts."""

    __tablename__ = "binder_grade"
    __table_args__ = (
        belongs_to("attempt_id", "binder_attempt"),
        belongs_to("grader_id", "binder_person"),
        sa.Index(None, "tenant_id", "attempt_id"),
    )

    attempt_id: Mapped[UUID]
    score_given: Mapped[Fraction]
    score_maximum: Mapped[Fraction]
    per_activity: Mapped[dict[str, Any]]
    """Activity id → {fraction, points, state}."""
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    """Plain text."""
    grader_id: Mapped[UUID | None]
    """None: scored by itself."""
    graded_at: Mapped[datetime] = mapped_column(default=now)
    released_at: Mapped[datetime | None]
    """From then on the learner and their family see it; also the timestamp of the score that is sent (AGS)."""


class Regrade(TenantRow, Base):
    """That a question of work already handed in was marked anew: who did what, and what came of it."""

    __tablename__ = "binder_regrade"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("activity_id", "binder_activity"),
        belongs_to("person_id", "binder_person"),
        sa.Index(None, "tenant_id", "assignment_id"),
    )

    assignment_id: Mapped[UUID]
    activity_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(sa.String(32))
    """neutralise | accept | replace | full"""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed: Mapped[int] = mapped_column(default=0)
    """How many copies got another score."""
    kept: Mapped[int] = mapped_column(default=0)
    """How many kept theirs, because a teacher had set it or it would have been lower."""
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    person_id: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(default=now)


class AnswerFile(StoredFile, TenantRow, Base):
    """A file that a learner hands in with an answer; theirs, their family's and their teacher's to open."""

    __tablename__ = "binder_answer_file"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        sa.Index(None, "tenant_id", "assignment_id", "person_id"),
    )

    assignment_id: Mapped[UUID]
    person_id: Mapped[UUID]
    seconds: Mapped[int | None]
    """Length of a recording."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class Visit(TenantRow, Base):
    """That a person opened an assignment's page: counted in batches, never by the reading itself."""

    __tablename__ = "binder_visit"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "person_id"),
    )

    assignment_id: Mapped[UUID]
    person_id: Mapped[UUID]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=1)
