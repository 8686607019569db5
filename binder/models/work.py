"""What is given, done and marked: assignments, attempts, grades and visits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to, words
from binder.models.content import Page
from binder.models.people import Audience, Person

__all__ = ["ActivityProgress", "Assignment", "Attempt", "Grade", "GradingProgress", "Release", "Visit"]


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


class Assignment(TenantRow, Base):
    """A page given to an audience; one attempt answers all its activities, one score results."""

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
    page: Mapped[Page] = relationship(viewonly=True)
    audience: Mapped[Audience] = relationship(viewonly=True)

    def is_open(self, at: datetime) -> bool:
        """Whether learners may open it at that instant."""
        return self.opens_at is None or self.opens_at <= at

    def is_late(self, at: datetime) -> bool:
        """Whether a copy handed in at that instant is late."""
        return self.due_at is not None and at > self.due_at


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
