"""What is done and marked: attempts with their files, grades, regrades and visits."""

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
from binder.models.content import StoredFile
from binder.models.given import Assignment
from binder.models.people import Person

__all__ = ["ActivityProgress", "AnswerFile", "Attempt", "Grade", "GradingProgress", "Regrade", "Visit"]


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


class Attempt(TenantRow, Base):
    """One person's go at an assignment (copie); handed in once `submitted_at` is set."""

    __tablename__ = "binder_attempt"
    __table_args__ = (
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        belongs_to("revision_id", "binder_page_revision"),
        sa.UniqueConstraint("tenant_id", "assignment_id", "person_id", "number"),
        sa.Index(None, "tenant_id", "person_id"),
        sa.Index(
            "ix_binder_attempt_open",
            "tenant_id",
            "deadline_at",
            sqlite_where=sa.text("submitted_at IS NULL AND deadline_at IS NOT NULL"),
            postgresql_where=sa.text("submitted_at IS NULL AND deadline_at IS NOT NULL"),
        ),
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
