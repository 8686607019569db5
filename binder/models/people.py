"""Who there is: tenants, persons, audiences and memberships."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import uuid7
from binder.db import Base, TenantRow, belongs_to

__all__ = ["Audience", "Membership", "Person", "Tenant"]


class Tenant(Base):
    """One school, or one whole platform: what belongs to it never mixes with another's."""

    __tablename__ = "binder_tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(sa.String(255))
    zone: Mapped[str] = mapped_column(sa.String(16), default="")
    """Its zone of school holidays, as `binder.giving.school_year` calls it; empty where nobody has said it."""


class Person(TenantRow, Base):
    """A learner, teacher or author; the platform's identifiers are not here."""

    __tablename__ = "binder_person"

    display_name: Mapped[str] = mapped_column(sa.String(255), default="")
    """Empty where the platform does not tell names."""
    sort_name: Mapped[str] = mapped_column(sa.String(255), default="")
    """Family name first, accents and case folded: the order of a class list."""
    is_test: Mapped[bool] = mapped_column(default=False)
    """A teacher trying things out as a pupil: not on class lists, no grade leaves."""
    erased_at: Mapped[datetime | None]
    """When their data were erased at their wish; what is left has no name and no answers."""


class Audience(TenantRow, Base):
    """Who is addressed: a class, or a group in it."""

    __tablename__ = "binder_audience"

    title: Mapped[str] = mapped_column(sa.String(255), default="")


class Membership(TenantRow, Base):
    """A person in an audience, with a LIS context role."""

    __tablename__ = "binder_membership"
    __table_args__ = (
        belongs_to("audience_id", "binder_audience"),
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "audience_id", "person_id"),
        sa.Index(None, "tenant_id", "person_id"),
    )

    audience_id: Mapped[UUID]
    person_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(sa.String(32))
    active: Mapped[bool] = mapped_column(default=True)
    person: Mapped[Person] = relationship(viewonly=True)
