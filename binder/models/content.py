"""What a teacher makes: binders, sections, pages and their revisions, files, activities and their versions."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to

__all__ = ["Activity", "ActivityVersion", "Binder", "Page", "PageRevision", "Resource", "Section"]


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
    created_at: Mapped[datetime] = mapped_column(default=now)
    sections: Mapped[list[Section]] = relationship(back_populates="binder", order_by="Section.position")
    """All sections, top-level ones and their sub-sections; `tree` nests them."""
    pages: Mapped[list[Page]] = relationship(back_populates="binder", order_by="Page.position")
    resources: Mapped[list[Resource]] = relationship(back_populates="binder", order_by="Resource.id")
    activities: Mapped[list[Activity]] = relationship(back_populates="binder", order_by="Activity.id")

    @property
    def chapters(self) -> list[Section]:
        """The top-level sections, in order."""
        return [section for section in self.sections if section.parent_id is None]


class Section(TenantRow, Base):
    """An ordered part of a binder; may hold sections. A chapter is a top-level section."""

    __tablename__ = "binder_section"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("parent_id", "binder_section"),
        sa.Index(None, "tenant_id", "binder_id"),
    )

    binder_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(sa.String(255))
    binder: Mapped[Binder] = relationship(back_populates="sections")

    @property
    def sections(self) -> list[Section]:
        """The sub-sections, in order."""
        return [section for section in self.binder.sections if section.parent_id == self.id]

    @property
    def pages(self) -> list[Page]:
        """The section's own pages, in order; they stand before its sub-sections."""
        return [page for page in self.binder.pages if page.section_id == self.id]


class Page(TenantRow, Base):
    """What one opens, reads, is given: a list of blocks. What stands here is the draft."""

    __tablename__ = "binder_page"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("section_id", "binder_section"),
        sa.Index(None, "tenant_id", "binder_id"),
    )

    binder_id: Mapped[UUID]
    section_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(sa.String(255))
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """`{id, type, …}` each, as the block type of that name defines."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each change: two writers never overwrite each other unseen."""
    published_number: Mapped[int | None]
    """Number of the revision that pupils see; None while it is a draft."""
    changed: Mapped[bool] = mapped_column(default=True)
    """Whether the draft differs from what is published."""
    binder: Mapped[Binder] = relationship(back_populates="pages")

    __mapper_args__ = {"version_id_col": version}


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


class Resource(TenantRow, Base):
    """A file in a binder; its bytes are stored once a tenant, under their digest."""

    __tablename__ = "binder_resource"
    __table_args__ = (belongs_to("binder_id", "binder_binder"), sa.Index(None, "tenant_id", "binder_id"))

    binder_id: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(255))
    media_type: Mapped[str] = mapped_column(sa.String(127))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    """Bytes."""
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
