"""Who the platforms are, our own keys, and what platforms tell us unasked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from binder.clock import now, uuid7
from binder.db import Base, words

__all__ = [
    "AdminSession",
    "Deployment",
    "DeploymentPolicy",
    "DeploymentStatus",
    "Invitation",
    "KeyState",
    "LegacyConsumer",
    "Notice",
    "NoticeHandler",
    "RefusedLaunch",
    "Registration",
    "RegistrationStatus",
    "ToolKey",
]


class RegistrationStatus(StrEnum):
    """Whether launches by a registration are let in at all."""

    ACTIVE = "active"
    PENDING = "pending"
    """Registered by itself; an administrator has not said yes yet."""
    DISABLED = "disabled"


class DeploymentPolicy(StrEnum):
    """What happens to the first launch of a deployment that we have not heard of."""

    AUTO = "auto"
    """It is let in, and belongs to the registration's tenant."""
    APPROVE = "approve"
    """It waits until an administrator says yes."""
    DENY = "deny"
    """It is refused, and nothing is noted."""


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
    status: Mapped[RegistrationStatus] = mapped_column(
        words(RegistrationStatus), default=RegistrationStatus.ACTIVE
    )
    policy: Mapped[DeploymentPolicy] = mapped_column(words(DeploymentPolicy), default=DeploymentPolicy.DENY)
    """What happens to deployments that we have not heard of."""
    default_tenant_id: Mapped[UUID | None]
    """To whom new deployments belong; None: unknown deployments are refused, whatever the policy."""
    loose_target: Mapped[bool] = mapped_column(default=False)
    """Whether a launch may lead elsewhere (to us) than its login request said: Open edX does that with placed links."""
    product_family: Mapped[str] = mapped_column(sa.String(255), default="")
    """`moodle`, `canvas` …, where the platform says so."""
    scopes: Mapped[list[str]] = mapped_column(default=list)
    """Granted at registration, where the platform said so; else empty."""
    configuration: Mapped[dict[str, Any] | None]
    """What the platform said of itself, and answered, when it registered itself."""
    registration_uri: Mapped[str | None] = mapped_column(sa.Text)
    """Where our registration can be read and changed (RFC 7592), if the platform offers that."""
    registration_token: Mapped[str | None] = mapped_column(sa.Text)
    """For that address; sealed if `LTI_SECRET` is set."""
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


class Invitation(Base):
    """A link that lets one platform register itself, once; an administrator makes it and reviews what is asked.

    Dynamic Registration 1.0, https://www.imsglobal.org/spec/lti-dr/v1p0
    """

    __tablename__ = "lti_invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    secret: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 (hex) of what stands in the link."""
    tenant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("binder_tenant.id"))
    policy: Mapped[DeploymentPolicy] = mapped_column(
        words(DeploymentPolicy), default=DeploymentPolicy.APPROVE
    )
    """… of the registration that comes of it."""
    needs_approval: Mapped[bool] = mapped_column(default=True)
    """Whether that registration stays pending until an administrator says yes."""
    note: Mapped[str] = mapped_column(sa.String(255), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    under_way: Mapped[dict[str, Any] | None]
    """Between the platform's call and the answer on the review page: its configuration, and the sealed token."""
    registration_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("lti_registration.id", ondelete="SET NULL")
    )


class KeyState(StrEnum):
    """The life of one of our keys, in this order; all three are published."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRING = "retiring"


class ToolKey(Base):
    """One of our private keys, where they live in the database rather than in the settings.

    https://www.imsglobal.org/spec/security/v1p0#h_key-management
    """

    __tablename__ = "lti_tool_key"

    kid: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    """RFC 7638 thumbprint."""
    state: Mapped[KeyState] = mapped_column(words(KeyState))
    pem: Mapped[str] = mapped_column(sa.Text)
    """PKCS 8; sealed if `LTI_SECRET` is set (`lti.keyring.sealing`)."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    """When it came into its present state."""


class LegacyConsumer(Base):
    """The key and secret of LTI 1.1 that a platform used before: they prove who is moving over.

    https://www.imsglobal.org/spec/lti/v1p3/migr
    """

    __tablename__ = "lti_legacy_consumer"
    __table_args__ = (sa.UniqueConstraint("registration_id", "consumer_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_registration.id", ondelete="CASCADE"))
    consumer_key: Mapped[str] = mapped_column(sa.String(255))
    secret: Mapped[str] = mapped_column(sa.Text)
    """Sealed if `LTI_SECRET` is set."""


class NoticeHandler(Base):
    """What we asked a platform to tell us of one deployment. Platform Notification Service 1.0."""

    __tablename__ = "lti_notice_handler"
    __table_args__ = (sa.UniqueConstraint("deployment_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    deployment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_deployment.id", ondelete="CASCADE"))
    service_url: Mapped[str] = mapped_column(sa.Text)
    address: Mapped[str] = mapped_column(sa.Text)
    """Ours, where we want them."""
    offered: Mapped[list[str]]
    """Types of notice that the platform can send."""
    agreed: Mapped[dict[str, Any]]
    """Type → our address that the platform confirmed."""
    error: Mapped[str] = mapped_column(sa.Text, default="")
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Notice(Base):
    """A notice that came, kept so that it is acted on once however often it comes."""

    __tablename__ = "lti_notice"
    __table_args__ = (
        sa.UniqueConstraint("deployment_id", "notice_id"),
        sa.Index(None, "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    deployment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_deployment.id", ondelete="CASCADE"))
    notice_id: Mapped[str] = mapped_column(sa.String(255))
    type: Mapped[str] = mapped_column(sa.String(64))
    claims: Mapped[dict[str, Any]]
    """What it says, of the claims that its type needs; no person."""
    received_at: Mapped[datetime] = mapped_column(default=now)
    handled_at: Mapped[datetime | None]


class RefusedLaunch(Base):
    """One of the last launches that were refused, for administrators; no token, no name."""

    __tablename__ = "lti_refused_launch"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    """Rises with time."""
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    reference: Mapped[str] = mapped_column(sa.String(16))
    """What the person was shown."""
    code: Mapped[str] = mapped_column(sa.String(64))
    check: Mapped[str] = mapped_column(sa.String(64), default="")
    """Name of the check that failed; empty before the first."""
    checks_passed: Mapped[list[str]]
    issuer: Mapped[str] = mapped_column(sa.String(255), default="")
    client_id: Mapped[str] = mapped_column(sa.String(255), default="")
    facts: Mapped[dict[str, Any]]
    """What else is safe to keep."""


class AdminSession(Base):
    """An administrator at work: first the one-time link of `flask lti admin`, then the session it opened."""

    __tablename__ = "lti_admin_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    secret: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 (hex) of the link's secret, or of the cookie's once the link was used."""
    begun: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(index=True)
