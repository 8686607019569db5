"""What a teacher makes: binders, their readers and co-authors, sections, pages, files, activities."""

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
from binder.models.people import Audience, Person

__all__ = [
    "Activity",
    "ActivityVersion",
    "Arranged",
    "Binder",
    "Opening",
    "Page",
    "Resource",
    "ResourceState",
    "Right",
    "Section",
    "Share",
    "StoredFile",
]


class Binder(TenantRow, Base):
    """A digital textbook or workbook (classeur)."""

    __tablename__ = "binder_binder"
    __table_args__ = (belongs_to("owner_id", "binder_person"), sa.Index(None, "tenant_id", "owner_id"))

    owner_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(sa.String(255))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    lang: Mapped[str] = mapped_column(sa.String(35), default="fr")
    """Language of the content, BCP 47; the interface's is the viewer's."""
    subject: Mapped[str] = mapped_column(sa.String(255), default="")
    level: Mapped[str] = mapped_column(sa.String(255), default="")
    licence: Mapped[str] = mapped_column(sa.String(255), default="")
    credit: Mapped[str] = mapped_column(sa.Text, default="")
    """Whose work it was copied from, plain text; stays with every further copy."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    is_bank: Mapped[bool] = mapped_column(default=False)
    """Whether it is its owner's question bank: one each, without pages, in no list of binders."""
    listed_at: Mapped[datetime | None]
    """Since when the school's other teachers find it in their library; None: they do not."""
    trashed_at: Mapped[datetime | None]
    """Since when it is in the trash; what is there is nowhere else."""
    sections: Mapped[list[Section]] = relationship(
        primaryjoin=lambda: _in(Section) & Section.trashed_at.is_(None),
        back_populates="binder",
        order_by="Section.position, Section.id",
    )
    """All sections, top-level ones and their sub-sections, but for those in the trash."""
    pages: Mapped[list[Page]] = relationship(
        primaryjoin=lambda: _in(Page) & Page.trashed_at.is_(None),
        back_populates="binder",
        order_by="Page.position, Page.id",
    )
    """All pages but for those in the trash."""
    trash: Mapped[list[Page]] = relationship(
        primaryjoin=lambda: _in(Page) & Page.trashed_at.is_not(None), viewonly=True
    )
    """The pages in the trash."""
    resources: Mapped[list[Resource]] = relationship(back_populates="binder", order_by="Resource.id")
    activities: Mapped[list[Activity]] = relationship(back_populates="binder", order_by="Activity.id")

    shares: Mapped[list[Share]] = relationship(viewonly=True)
    openings: Mapped[list[Opening]] = relationship(viewonly=True)

    @property
    def chapters(self) -> list[Section]:
        """The top-level sections, in order."""
        return [section for section in self.sections if section.parent_id is None]


class Opening(TenantRow, Base):
    """A binder opened to an audience: its pupils find what is published in it, and their families too."""

    __tablename__ = "binder_opening"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("audience_id", "binder_audience"),
        belongs_to("created_by_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "audience_id", "binder_id"),
    )

    binder_id: Mapped[UUID]
    audience_id: Mapped[UUID]
    created_by_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=now)
    binder: Mapped[Binder] = relationship(viewonly=True)
    audience: Mapped[Audience] = relationship(viewonly=True)


class Right(StrEnum):
    """What a colleague may do to a binder; each right includes those before it."""

    READ = "read"
    PROPOSE = "propose"
    EDIT = "edit"
    MANAGE = "manage"


class Share(TenantRow, Base):
    """A colleague's right to a binder."""

    __tablename__ = "binder_share"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "binder_id", "person_id"),
        sa.Index(None, "tenant_id", "person_id"),
    )

    binder_id: Mapped[UUID]
    person_id: Mapped[UUID]
    right: Mapped[Right] = mapped_column(words(Right))
    created_at: Mapped[datetime] = mapped_column(default=now)
    binder: Mapped[Binder] = relationship(viewonly=True)
    person: Mapped[Person] = relationship(viewonly=True)


def _in(part: type[Section | Page]) -> sa.ColumnElement[bool]:
    return sa.and_(part.tenant_id == Binder.tenant_id, part.binder_id == Binder.id)


class Arranged:
    """Mixin: a part of a binder that stands in an order and may be out of pupils' sight."""

    position: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    """Pupils do not see it, whatever has been published."""
    visible_from: Mapped[datetime | None]
    """Pupils see it from then on; None: at once."""
    trashed_at: Mapped[datetime | None]
    """Since when it is in the trash; parts that went there together have the same instant."""

    def is_visible(self, at: datetime) -> bool:
        """Whether pupils may see it at that instant, as far as it is for this part to say."""
        return not self.hidden and (self.visible_from is None or self.visible_from <= at)


class Section(Arranged, TenantRow, Base):
    """An ordered part of a binder; may hold sections. A chapter is a top-level section."""

    __tablename__ = "binder_section"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("parent_id", "binder_section"),
        sa.Index(None, "tenant_id", "binder_id"),
    )

    binder_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(sa.String(255))
    binder: Mapped[Binder] = relationship(primaryjoin=lambda: _in(Section), back_populates="sections")

    @property
    def sections(self) -> list[Section]:
        """The sub-sections, in order."""
        return [section for section in self.binder.sections if section.parent_id == self.id]

    @property
    def pages(self) -> list[Page]:
        """The section's own pages, in order; they stand before its sub-sections."""
        return [page for page in self.binder.pages if page.section_id == self.id]


class Page(Arranged, TenantRow, Base):
    """What one opens, reads, is given: a list of blocks. What stands here is the draft."""

    __tablename__ = "binder_page"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("section_id", "binder_section"),
        sa.Index(None, "tenant_id", "binder_id"),
    )

    binder_id: Mapped[UUID]
    section_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(sa.String(255))
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """`{id, type, …}` each, as the block type of that name defines."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each change: two writers never overwrite each other unseen."""
    published_number: Mapped[int | None]
    """Number of the revision that pupils see; None while it is a draft."""
    changed: Mapped[bool] = mapped_column(default=True)
    """Whether the draft differs from what is published."""
    writers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Block id → `[writer, seq]` of its last saving by itself: a tab's own late or repeated request is no conflict."""
    binder: Mapped[Binder] = relationship(primaryjoin=lambda: _in(Page), back_populates="pages")

    __mapper_args__ = {"version_id_col": version}


class ResourceState(StrEnum):
    """What is known of a file: only a ready one is handed out to others than its author."""

    READY = "ready"
    SCANNING = "scanning"
    REFUSED = "refused"


class StoredFile:
    """Mixin: a file whose bytes stand in the storage, once a tenant, under their digest."""

    sha256: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(127))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    """Bytes."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    """Pixels of a picture as it is shown."""
    variants: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Width in pixels → `{sha256, size}` of the picture made smaller."""
    state: Mapped[ResourceState] = mapped_column(words(ResourceState), default=ResourceState.READY)
    verdict: Mapped[str] = mapped_column(sa.String(255), default="")
    """What a virus scanner found in a refused file."""


class Resource(StoredFile, TenantRow, Base):
    """A file in a binder."""

    __tablename__ = "binder_resource"
    __table_args__ = (belongs_to("binder_id", "binder_binder"), sa.Index(None, "tenant_id", "binder_id"))

    binder_id: Mapped[UUID]
    credit: Mapped[str] = mapped_column(sa.String(255), default="")
    licence: Mapped[str] = mapped_column(sa.String(255), default="")
    binder: Mapped[Binder] = relationship(back_populates="resources")


class Activity(TenantRow, Base):
    """An exercise of some type; what it asks and what is right stand in its versions."""

    __tablename__ = "binder_activity"
    __table_args__ = (belongs_to("binder_id", "binder_binder"), sa.Index(None, "tenant_id", "binder_id"))

    binder_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(sa.String(64))
    """Name of a registered activity type."""
    title: Mapped[str] = mapped_column(sa.String(255))
    number: Mapped[int] = mapped_column(default=1)
    """Number of the newest version."""
    tags: Mapped[list[str]] = mapped_column(default=list)
    origin_id: Mapped[UUID | None]
    """The question of a bank that it was taken from."""
    origin_number: Mapped[int | None]
    """Number of that question's version."""
    binder: Mapped[Binder] = relationship(back_populates="activities")
    current: Mapped[ActivityVersion] = relationship(
        primaryjoin=lambda: sa.and_(
            orm.foreign(ActivityVersion.tenant_id) == Activity.tenant_id,
            orm.foreign(ActivityVersion.activity_id) == Activity.id,
            orm.foreign(ActivityVersion.number) == Activity.number,
        ),
        viewonly=True,
        uselist=False,
    )
    """The newest version."""


class ActivityVersion(TenantRow, Base):
    """An activity as it stood once; never changed, for attempts point at it.

    What the learner sees (`body`) stands apart from what decides the score (`key`, `scoring`).
    """

    __tablename__ = "binder_activity_version"
    __table_args__ = (
        belongs_to("activity_id", "binder_activity"),
        sa.UniqueConstraint("tenant_id", "activity_id", "number"),
    )

    activity_id: Mapped[UUID]
    number: Mapped[int]
    type: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[str] = mapped_column(sa.String(255))
    points: Mapped[Fraction]
    body: Mapped[dict[str, Any]]
    key: Mapped[dict[str, Any]]
    scoring: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
