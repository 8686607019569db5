"""Logins and launches under way, and what belongs to one person's visits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from binder.clock import now
from binder.db import Base, TenantRow, belongs_to

__all__ = ["Agreement", "FeedAddress", "KeptForm", "Launch", "StoredState"]


class StoredState(Base):
    """One login under way: from the login request to the launch, minutes at the most, used once.

    State and nonce are one record, so the nonce of one login never fits the state of another.
    """

    __tablename__ = "lti_stored_state"

    state: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64))
    browser: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 (hex) of the secret that the browser keeps: the launch must come from the same one."""
    binding: Mapped[str] = mapped_column(sa.String(16), default="cookie")
    """Where it keeps the secret: `cookie`, `storage` (the platform's, by postMessage) or `access` (Storage Access)."""
    registration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lti_registration.id", ondelete="CASCADE"))
    target_link_uri: Mapped[str] = mapped_column(sa.Text)
    deployment_id: Mapped[str | None] = mapped_column(sa.String(255))
    """`lti_deployment_id` of the login request, where the platform sent one."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


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
    message_type: Mapped[str] = mapped_column(sa.String(64), default="")
    message: Mapped[dict[str, Any] | None]
    """What the message's type needs later, such as whose work is to be reviewed."""
    deployment_key: Mapped[UUID | None]
    """Our row of the deployment."""
    zone: Mapped[str] = mapped_column(sa.String(64), default="")
    """The person's time zone (IANA), where the platform says so."""
    by_url: Mapped[bool] = mapped_column(default=False)
    """The browser keeps no cookies for us: the secret stands in the addresses of this launch."""
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


class Agreement(TenantRow, Base):
    """Somebody's answer to the terms of use, where the platform asks for it (LtiEulaRequest)."""

    __tablename__ = "lti_agreement"
    __table_args__ = (
        belongs_to("person_id", "binder_person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    accepted: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=now)
