"""What is given, to whom, and what holds for single learners: assignments, recipients, overrides, accommodations."""

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
from binder.models.content import Activity, Page
from binder.models.people import Audience, Membership

__all__ = ["Accommodation", "Assignment", "Counting", "Override", "Preset", "Recipient", "Release"]


class Release(StrEnum):
    """When learners see results."""

    AT_ONCE = "at_once"
    BY_HAND = "by_hand"


class Preset(StrEnum):
    """What an assignment is for; each stands for a line of the feedback matrix, see `binder.marks.feedback`."""

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

    Dates, minutes and attempts are those of everybody: what holds for one learner is said by `binder.giving.windows` only.
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
    activity_id: Mapped[UUID | None]
    """The only activity of the page that it is about, where a single one was embedded; None: all of them."""
    page: Mapped[Page] = relationship(viewonly=True)
    activity: Mapped[Activity | None] = relationship(
        viewonly=True,
        primaryjoin=lambda: sa.and_(
            Activity.tenant_id == orm.foreign(Assignment.tenant_id),
            Activity.id == orm.foreign(Assignment.activity_id),
        ),
    )
    audience: Mapped[Audience] = relationship(viewonly=True)
    members: Mapped[list[Membership]] = relationship(
        viewonly=True,
        uselist=True,
        primaryjoin=lambda: sa.and_(
            Membership.tenant_id == orm.foreign(Assignment.tenant_id),
            Membership.audience_id == orm.foreign(Assignment.audience_id),
        ),
    )
    """Those of the class."""
    recipients: Mapped[list[Recipient]] = relationship(viewonly=True, order_by="Recipient.id")
    """Whom of the class it is for; none: everybody."""
    overrides: Mapped[list[Override]] = relationship(viewonly=True, order_by="Override.id")

    @property
    def title(self) -> str:
        """What it is called: as its page, or as the only activity that it is about."""
        return self.activity.title if self.activity is not None and self.activity.title else self.page.title

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
