"""What platforms call our persons, classes, links and columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to
from lti.models.platforms import Deployment

__all__ = ["Context", "CourseCopy", "Group", "LegacyId", "LineItem", "Placement", "ResourceLink", "User"]


class User(TenantRow, Base):
    """A platform's user: `sub` is unique for one issuer. Points at the person of the domain."""

    __tablename__ = "lti_user"
    __table_args__ = (
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "issuer", "subject"),
        sa.Index(None, "tenant_id", "person_id"),
    )

    issuer: Mapped[str] = mapped_column(sa.String(255))
    subject: Mapped[str] = mapped_column(sa.String(255))
    person_id: Mapped[UUID]


class Context(TenantRow, Base):
    """A platform's class, course or group; its id is unique for one deployment. Points at the audience."""

    __tablename__ = "lti_context"
    __table_args__ = (
        belongs_to("audience_id", "binder_audience"),
        sa.UniqueConstraint("tenant_id", "deployment_id", "context_id"),
        sa.Index(None, "tenant_id", "audience_id"),
    )

    deployment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_deployment.id"))
    context_id: Mapped[str] = mapped_column(sa.String(255))
    audience_id: Mapped[UUID]
    deployment: Mapped[Deployment] = relationship()
    lineitems_url: Mapped[str | None] = mapped_column(sa.Text)
    """AGS container as last given by the platform; read again at each launch."""
    ags_scopes: Mapped[list[str]] = mapped_column(default=list)
    memberships_url: Mapped[str | None] = mapped_column(sa.Text)
    """NRPS service as last given by the platform."""
    differences_url: Mapped[str | None] = mapped_column(sa.Text)
    """Where the platform tells what has changed since the last class list."""
    roster_at: Mapped[datetime | None]
    """When the class list was last brought up to date."""
    roster_whole_at: Mapped[datetime | None]
    """When the whole of it was; in between, differences may do."""
    roster_error: Mapped[str] = mapped_column(sa.String(255), default="")
    """Why it could not be, the last time; empty if it could."""
    groups_url: Mapped[str | None] = mapped_column(sa.Text)
    """Course groups as last given by the platform …"""
    group_sets_url: Mapped[str | None] = mapped_column(sa.Text)
    """… and their sets."""


class Group(TenantRow, Base):
    """A platform's group inside a class; points at an audience of its own. Course Groups 1.0."""

    __tablename__ = "lti_group"
    __table_args__ = (
        belongs_to("context_id", "lti_context"),
        belongs_to("audience_id", "binder_audience"),
        sa.UniqueConstraint("tenant_id", "context_id", "group_id"),
    )

    context_id: Mapped[UUID]
    group_id: Mapped[str] = mapped_column(sa.String(255))
    audience_id: Mapped[UUID]
    set_id: Mapped[str] = mapped_column(sa.String(255), default="")
    set_title: Mapped[str] = mapped_column(sa.String(255), default="")
    """Sets divide a class in one way each: project teams, half classes."""
    gone: Mapped[bool] = mapped_column(default=False)
    """The platform lists it no more; work that was given to it stays."""


class ResourceLink(TenantRow, Base):
    """A link that somebody placed in a platform's class; its id is unique for one deployment."""

    __tablename__ = "lti_resource_link"
    __table_args__ = (
        belongs_to("context_id", "lti_context"),
        belongs_to("assignment_id", "binder_assignment"),
        sa.UniqueConstraint("tenant_id", "context_id", "resource_link_id"),
    )

    context_id: Mapped[UUID]
    resource_link_id: Mapped[str] = mapped_column(sa.String(255))
    title: Mapped[str] = mapped_column(sa.String(255), default="")
    assignment_id: Mapped[UUID | None]
    """The work that the link opens, once known; a general link opens the binder and has none."""
    placement_id: Mapped[UUID | None]
    """What deep linking placed there, once known."""


class LineItem(TenantRow, Base):
    """The gradebook column of one assignment in the platform of its audience."""

    __tablename__ = "lti_line_item"
    __table_args__ = (
        belongs_to("context_id", "lti_context"),
        belongs_to("assignment_id", "binder_assignment"),
        sa.UniqueConstraint("tenant_id", "assignment_id"),
    )

    context_id: Mapped[UUID]
    assignment_id: Mapped[UUID]
    url: Mapped[str] = mapped_column(sa.Text)


class Placement(TenantRow, Base):
    """What a teacher chose in a platform's picker: what the signed link names, and who chose it.

    The row is the permission: whoever launches the link in a class gives it to that class, as the teacher who placed it
    wished. One of binder, section, page and activity is meant: the narrowest that is set.
    """

    __tablename__ = "lti_placement"
    __table_args__ = (
        belongs_to("binder_id", "binder_binder"),
        belongs_to("section_id", "binder_section"),
        belongs_to("page_id", "binder_page"),
        belongs_to("activity_id", "binder_activity"),
        belongs_to("created_by_id", "binder_person"),
    )

    binder_id: Mapped[UUID | None]
    section_id: Mapped[UUID | None]
    page_id: Mapped[UUID | None]
    activity_id: Mapped[UUID | None]
    created_by_id: Mapped[UUID]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How it is to be given: dates, attempts and the like, as the picker's form had them."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class CourseCopy(TenantRow, Base):
    """A class that the platform made by copying another: which, and what came along."""

    __tablename__ = "lti_course_copy"
    __table_args__ = (
        belongs_to("context_id", "lti_context"),
        sa.UniqueConstraint("tenant_id", "context_id", "origin"),
    )

    context_id: Mapped[UUID]
    """The new class."""
    origin: Mapped[str] = mapped_column(sa.String(255))
    """The platform's id of the class it was copied from."""
    told_by: Mapped[str] = mapped_column(sa.String(16))
    """`notice`, or `launch` for the variable `$Context.id.history`."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was copied, and what was not, with the reason; for the teacher."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime | None]
    """When a teacher has read it."""


class LegacyId(TenantRow, Base):
    """What a host knew a person, class or link by under LTI 1.1; a launch with the signed claim takes it over."""

    __tablename__ = "lti_legacy_id"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "consumer_key", "kind", "value"),)

    consumer_key: Mapped[str] = mapped_column(sa.String(255))
    kind: Mapped[str] = mapped_column(sa.String(16))
    """`user`, `context` or `link`."""
    value: Mapped[str] = mapped_column(sa.String(255))
    """The id under LTI 1.1."""
    target_id: Mapped[UUID]
    """Of the person, audience or assignment."""
    taken_at: Mapped[datetime | None]
