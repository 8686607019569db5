"""One-time links by which platforms register themselves: whoever holds one may do so once, for one school."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now, uuid7
from binder.models import Tenant
from lti.errors import LTIError
from lti.models import DeploymentPolicy, Invitation

__all__ = [
    "LIFETIME",
    "InvitationBusy",
    "InvitationChanged",
    "InvitationOver",
    "InvitationUnknown",
    "InvitationUsed",
    "hashed",
    "invite",
    "opened",
    "school",
]

LIFETIME = timedelta(days=7)


class InvitationUnknown(LTIError):
    """There is no such invitation, or it was withdrawn."""

    code = "invitation-unknown"
    status = 404


class InvitationOver(LTIError):
    """Nobody used the invitation in time."""

    code = "invitation-over"
    status = 410


class InvitationUsed(LTIError):
    """A platform has registered by the invitation already."""

    code = "invitation-used"
    status = 410


class InvitationBusy(LTIError):
    """Somebody else's yes is just on its way to the platform."""

    code = "invitation-busy"
    status = 409


class InvitationChanged(LTIError):
    """What was reviewed is not what would be registered now: the link was opened again meanwhile."""

    code = "invitation-changed"
    status = 409


def hashed(secret: str) -> str:
    """What is stored of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def school(session: Session, name: str) -> Tenant:
    """The tenant of that name, made if need be."""
    found = session.scalar(sa.select(Tenant).where(Tenant.name == name).order_by(Tenant.id).limit(1))
    if found is None:
        found = Tenant(id=uuid7(), name=name)
        session.add(found)
        session.flush()
    return found


def invite(
    session: Session,
    tenant_id: UUID,
    *,
    policy: DeploymentPolicy = DeploymentPolicy.APPROVE,
    needs_approval: bool = True,
    lifetime: timedelta = LIFETIME,
    note: str = "",
) -> tuple[Invitation, str]:
    """An invitation, and the secret of its link, which is stored nowhere."""
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        id=uuid7(),
        secret=hashed(secret),
        tenant_id=tenant_id,
        policy=policy,
        needs_approval=needs_approval,
        note=note[:255],
        expires_at=now() + lifetime,
    )
    session.add(invitation)
    session.flush()
    return invitation, secret


def opened(session: Session, secret: str, *, lock: bool = False) -> Invitation:
    """The invitation of a link.

    :raises InvitationUnknown: if there is none.
    :raises InvitationUsed: if it has served.
    :raises InvitationOver: if it has expired.
    """
    query = sa.select(Invitation).where(Invitation.secret == hashed(secret))
    invitation = session.scalar(query.with_for_update() if lock else query)
    if invitation is None:
        raise InvitationUnknown("no such invitation")
    if invitation.used_at is not None:
        raise InvitationUsed("it has been used")
    if invitation.expires_at <= now():
        raise InvitationOver("it has expired")
    return invitation
