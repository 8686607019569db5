"""Who else has a binder: the classes that read it, and the colleagues who write in it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to, words
from binder.models.content import Binder
from binder.models.people import Audience, Person

__all__ = ["Opening", "Right", "Share"]


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
