"""What writing leaves behind: revisions, versions, proposals, uploads under way, and the words that a search looks in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to, words
from binder.models.content import Page
from binder.models.people import Person

__all__ = ["PageRevision", "PageText", "PageVersion", "Proposal", "ProposalState", "Upload"]


class PageRevision(TenantRow, Base):
    """A page as published once; never changed."""

    __tablename__ = "binder_page_revision"
    __table_args__ = (
        belongs_to("page_id", "binder_page"),
        belongs_to("created_by_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "page_id", "number"),
    )

    page_id: Mapped[UUID]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(255))
    blocks: Mapped[list[dict[str, Any]]]
    activities: Mapped[dict[str, Any]]
    """Activity id → id of the ActivityVersion that this revision shows."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_id: Mapped[UUID | None]


class PageVersion(TenantRow, Base):
    """The draft of a page as one author left it; what the same author does shortly after goes into the same row."""

    __tablename__ = "binder_page_version"
    __table_args__ = (
        belongs_to("page_id", "binder_page"),
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "page_id", "number"),
    )

    page_id: Mapped[UUID]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(255))
    blocks: Mapped[list[dict[str, Any]]]
    person_id: Mapped[UUID | None]
    """Who wrote it; None where nobody knows any more."""
    name: Mapped[str] = mapped_column(sa.String(255), default="")
    """Given by the author to find it again; a named version is never written over."""
    begun_at: Mapped[datetime] = mapped_column(default=now)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    published_number: Mapped[int | None]
    """Number of the revision that it was published as, if it was."""
    person: Mapped[Person | None] = relationship(viewonly=True)


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Proposal(TenantRow, Base):
    """A change to one block that a co-author wishes for; somebody who may edit decides."""

    __tablename__ = "binder_proposal"
    __table_args__ = (
        belongs_to("page_id", "binder_page"),
        belongs_to("person_id", "binder_person"),
        belongs_to("decided_by_id", "binder_person"),
        sa.Index(None, "tenant_id", "page_id"),
    )

    page_id: Mapped[UUID]
    block_id: Mapped[str] = mapped_column(sa.String(32))
    """The block to change, or, for a new one, the id that it will have."""
    after: Mapped[str] = mapped_column(sa.String(32), default="")
    """A new block stands behind this one; empty: at the end, or no new block."""
    base: Mapped[str] = mapped_column(sa.String(16), default="")
    """`binder.blocks.digest` of the block that the proposer started from; empty for a new one."""
    block: Mapped[dict[str, Any]]
    """The block as it would be."""
    note: Mapped[str] = mapped_column(sa.Text, default="")
    """Why, plain text."""
    person_id: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[ProposalState] = mapped_column(words(ProposalState), default=ProposalState.OPEN)
    decided_by_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    """What whoever decided has to say, plain text."""
    page: Mapped[Page] = relationship(viewonly=True)
    person: Mapped[Person] = relationship(
        viewonly=True,
        primaryjoin=lambda: sa.and_(
            Person.tenant_id == orm.foreign(Proposal.tenant_id),
            Person.id == orm.foreign(Proposal.person_id),
        ),
    )


class Upload(TenantRow, Base):
    """A file that is arriving in pieces; gone once it has become a Resource, or is too old."""

    __tablename__ = "binder_upload"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("assignment_id", "binder_assignment"),
        belongs_to("person_id", "binder_person"),
        sa.Index(None, "tenant_id", "expires_at"),
    )

    binder_id: Mapped[UUID | None]
    assignment_id: Mapped[UUID | None]
    """One of the two is set: where it is going, a binder or what a learner hands in."""
    person_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    """Bytes of the whole file, as announced."""
    received: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Bytes that are here, on the disk."""
    resource_id: Mapped[UUID | None]
    """The Resource or AnswerFile that it became."""
    expires_at: Mapped[datetime]


class PageText(TenantRow, Base):
    """The words of a page's draft, folded as `binder.content.searching.folded` does; a full-text index stands on it.

    `id` is the page's.
    """

    __tablename__ = "binder_page_text"
    __table_args__ = (
        belongs_to("id", "binder_page", ondelete="CASCADE"),
        belongs_to("binder_id", "binder_binder", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "docid"),
        sa.Index(None, "tenant_id", "binder_id"),
    )

    binder_id: Mapped[UUID]
    docid: Mapped[int] = mapped_column(sa.BigInteger)
    """What the full-text index of SQLite knows the row by: 62 random bits, those at the end of the page's id."""
    title: Mapped[str] = mapped_column(sa.Text)
    body: Mapped[str] = mapped_column(sa.Text)
