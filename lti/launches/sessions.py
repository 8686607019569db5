"""An open launch as a session: the secret in its cookie, and who is looking."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.clock import now
from binder.db import Instant
from lti.models import Context, Launch, Registration, ResourceLink
from lti.protocol.messages import DEEP_LINKING_REQUEST

__all__ = ["COOKIE", "Address", "OpenLaunch", "hashed", "new_secret", "open_launch", "purge"]

COOKIE = "lti-launch"
"""Name of the cookie; its path is the launch's own, so two tabs never share one."""


@dataclass(frozen=True)
class Address:
    """What stands for a launch in its pages' addresses.

    The secret is there only where a browser refuses every cookie of ours; then it counts only for requests that our own
    pages make (`lti.views.screens`), so that an address that is passed on opens nothing.
    """

    id: UUID
    secret: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.id}.{self.secret}" if self.secret else str(self.id)


@dataclass(frozen=True)
class OpenLaunch:
    """What the pages need of a launch; no claim gets through."""

    id: UUID
    viewer: Viewer
    return_url: str | None
    document_target: str
    message_type: str
    message: Mapping[str, Any]
    """What the message's type has kept (`lti.protocol.messages`)."""
    by_url: bool
    """The browser keeps no cookies for us; the secret stands in the address."""
    zone: str
    """The person's time zone (IANA); empty where unknown."""
    deployment_key: UUID | None
    platform_urls: tuple[str, ...]
    """Addresses of the platform, whose pages may hold ours in a frame."""
    assignment_id: UUID | None
    """The work that the launched link opens; None for a general link."""
    placement_id: UUID | None
    """What deep linking placed where the launched link is."""

    @property
    def deep_linking(self) -> bool:
        """Whether the platform asks for a link: everything else is out of the way then."""
        return self.message_type == DEEP_LINKING_REQUEST


_OPEN = (
    sa.select(
        Launch.tenant_id,
        Launch.id,
        Launch.secret,
        Launch.person_id,
        Launch.role,
        Launch.test_user,
        Launch.children,
        Launch.locale,
        Launch.return_url,
        Launch.document_target,
        Launch.message_type,
        Launch.message,
        Launch.by_url,
        Launch.zone,
        Launch.deployment_key,
        Registration.issuer,
        Registration.authorization_endpoint,
        Context.audience_id,
        ResourceLink.assignment_id,
        ResourceLink.placement_id,
    )
    .join(Registration, Registration.id == Launch.registration_id)
    .outerjoin(Context, sa.and_(Context.tenant_id == Launch.tenant_id, Context.id == Launch.context_id))
    .outerjoin(
        ResourceLink,
        sa.and_(ResourceLink.tenant_id == Launch.tenant_id, ResourceLink.id == Launch.resource_link_id),
    )
    .where(Launch.id == sa.bindparam("id"), Launch.expires_at > sa.bindparam("now", type_=Instant()))
)


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What the database keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_launch(session: Session, launch_id: UUID, secret: str) -> OpenLaunch | None:
    """The launch with that id if it is still open and the secret is its own."""
    row = session.connection().execute(_OPEN, {"id": launch_id, "now": now()}).first()
    if row is None or not hmac.compare_digest(row.secret, hashed(secret)):
        return None
    viewer = Viewer(
        tenant_id=row.tenant_id,
        role=Role(row.role),
        person_id=row.person_id,
        audience_id=row.audience_id,
        children=frozenset(UUID(child) for child in row.children),
        locale=row.locale,
        test_user=row.test_user,
    )
    return OpenLaunch(
        row.id,
        viewer,
        row.return_url,
        row.document_target,
        row.message_type,
        row.message or {},
        row.by_url,
        row.zone,
        row.deployment_key,
        tuple(url for url in (row.issuer, row.authorization_endpoint, row.return_url) if url),
        row.assignment_id,
        row.placement_id,
    )


def purge(session: Session | sa.Connection, *, limit: int = 100) -> int:
    """Forget launches that are over, some at a time.

    :return: how many.
    """
    over = sa.select(Launch.id).where(Launch.expires_at < now()).limit(limit)
    done = session.execute(
        sa.delete(Launch).where(Launch.id.in_(over)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it
