"""The rows that LTI needs beside the domain's: who the platforms are, what they call things, and open launches."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now, uuid7
from binder.db import Base, TenantRow, belongs_to

__all__ = [
    "ContentItem",
    "Context",
    "Deployment",
    "DeploymentStatus",
    "FeedAddress",
    "KeptForm",
    "Launch",
    "LineItem",
    "Registration",
    "ResourceLink",
    "StoredState",
    "User",
]


class DeploymentStatus(StrEnum):
    """Whether launches of a deployment are let in."""

    APPROVED = "approved"
    PENDING = "pending"
    DENIED = "denied"


class Registration(Base):
    """What one platform and we know of each other: issuer + our client id, and the platform's endpoints.

    https://www.imsglobal.org/spec/lti/v1p3#tool-deployment-0
    """

    __tablename__ = "lti_registration"
    __table_args__ = (sa.UniqueConstraint("issuer", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    issuer: Mapped[str] = mapped_column(sa.String(255))
    """Compared exactly: case and trailing slash count."""
    client_id: Mapped[str] = mapped_column(sa.String(255))
    name: Mapped[str] = mapped_column(sa.String(255), default="")
    """How people call the platform, for error pages and administrators."""
    authorization_endpoint: Mapped[str] = mapped_column(sa.Text)
    token_endpoint: Mapped[str] = mapped_column(sa.Text)
    token_audience: Mapped[str | None] = mapped_column(sa.Text)
    """`aud` of our client assertions where the platform wants another than its token endpoint."""
    jwks_uri: Mapped[str] = mapped_column(sa.Text)
    algorithms: Mapped[list[str]] = mapped_column(default=lambda: ["RS256"])
    """The signature algorithms accepted from this platform; never taken from a token's header."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    deployments: Mapped[list[Deployment]] = relationship(back_populates="registration")


class Deployment(Base):
    """One installation of the tool in a platform; it belongs to a tenant (a school, or a whole platform)."""

    __tablename__ = "lti_deployment"
    __table_args__ = (sa.UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_registration.id"))
    deployment_id: Mapped[str] = mapped_column(sa.String(255))
    """The platform's word for it, unique within the registration."""
    tenant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("binder_tenant.id"))
    status: Mapped[DeploymentStatus] = mapped_column(
        sa.Enum(
            DeploymentStatus, native_enum=False, length=16, values_callable=lambda e: [m.value for m in e]
        ),
        default=DeploymentStatus.APPROVED,
    )
    registration: Mapped[Registration] = relationship(back_populates="deployments")


class StoredState(Base):
    """One login under way: from the login request to the launch, minutes at the most, used once.

    State and nonce are one record, so the nonce of one login never fits the state of another.
    """

    __tablename__ = "lti_stored_state"

    state: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64))
    browser: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 (hex) of the secret that the browser keeps in a cookie: the launch must come from the same one."""
    registration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_registration.id", ondelete="CASCADE"))
    target_link_uri: Mapped[str] = mapped_column(sa.Text)
    deployment_id: Mapped[str | None] = mapped_column(sa.String(255))
    """`lti_deployment_id` of the login request, where the platform sent one."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


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


class ContentItem(TenantRow, Base):
    """A page that a teacher chose in a platform's picker: what the signed link names, and who chose it.

    The row is the permission: whoever launches the link in a class gives the page to that class, as the teacher who
    placed it wished.
    """

    __tablename__ = "lti_content_item"
    __table_args__ = (
        belongs_to("page_id", "binder_page"),
        belongs_to("created_by_id", "binder_person"),
    )

    page_id: Mapped[UUID]
    created_by_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Launch(TenantRow, Base):
    """An open session: one validated launch in one browser tab.

    The cookie holds a secret of which the row keeps the SHA-256; the path holds the row's id.
    """

    __tablename__ = "lti_launch"
    __table_args__ = (
        belongs_to("person_id", "binder_person"),
        belongs_to("context_id", "lti_context"),
        belongs_to("resource_link_id", "lti_resource_link"),
        sa.UniqueConstraint("id"),
    )

    secret: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 (hex) of the cookie's value."""
    registration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_registration.id"))
    person_id: Mapped[UUID | None]
    """None for an anonymous launch (no `sub`): reading only, nothing is recorded."""
    context_id: Mapped[UUID | None]
    resource_link_id: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(sa.String(32))
    test_user: Mapped[bool] = mapped_column(default=False)
    children: Mapped[list[str]] = mapped_column(default=list)
    """Person ids of a Mentor's children, from `role_scope_mentor`."""
    locale: Mapped[str] = mapped_column(sa.String(35), default="")
    return_url: Mapped[str | None] = mapped_column(sa.Text)
    document_target: Mapped[str] = mapped_column(sa.String(16), default="")
    deep_linking: Mapped[dict[str, Any] | None]
    """`deep_linking_settings` and deployment of a deep-linking request; None otherwise."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class KeptForm(TenantRow, Base):
    """What somebody sent after their session was over: nothing of it is done, nothing of it is lost.

    They are shown it when they come back, and it is done or thrown away as they say.
    """

    __tablename__ = "lti_kept_form"
    __table_args__ = (
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "person_id", "subject"),
    )

    person_id: Mapped[UUID]
    subject: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 (hex) of screen and values: what is sent again replaces what was sent before."""
    screen: Mapped[str] = mapped_column(sa.String(64))
    """Name of the screen that it was sent to."""
    values: Mapped[dict[str, Any]]
    """What stood in the address, such as the page's id."""
    fields: Mapped[dict[str, Any]]
    """Field name → list of what was typed."""
    kept_at: Mapped[datetime] = mapped_column(default=now, index=True)


class FeedAddress(TenantRow, Base):
    """Which of their addresses for calendars a learner uses now; without a row it is the first."""

    __tablename__ = "lti_feed_address"
    __table_args__ = (
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(default=0)
