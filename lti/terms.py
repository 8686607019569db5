"""Terms of use: who has said what to them, here and at the platform that asked (LtiEulaRequest)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, who
from binder.clock import now, uuid7
from lti.models import Agreement, Launch, Registration, User
from lti.protocol.services import Connector, Services

__all__ = ["Asked", "agreement", "answered", "asked", "forgotten"]


@dataclass(frozen=True)
class Asked:
    """Who is to be told, and where."""

    connector: Connector
    url: str
    scopes: tuple[str, ...]
    subject: str
    """The platform's id of the person; empty for somebody whom it does not name."""


def asked(session: Session, viewer: Viewer, launch_id: UUID, services: Services) -> Asked:
    """What the platform's message says of its service."""
    launch = session.get_one(Launch, (viewer.tenant_id, launch_id))
    registration, message = session.get_one(Registration, launch.registration_id), launch.message or {}
    subject = session.scalar(
        sa.select(User.subject)
        .where(
            User.tenant_id == viewer.tenant_id,
            User.issuer == registration.issuer,
            User.person_id == viewer.person_id,
        )
        .limit(1)
    )
    scopes = tuple(message.get("scopes", ()))
    return Asked(services.connector(registration), str(message.get("url", "")), scopes, subject or "")


def agreement(session: Session, viewer: Viewer) -> Agreement | None:
    """What the viewer has answered, if they have."""
    return session.scalar(
        sa.select(Agreement).where(
            Agreement.tenant_id == viewer.tenant_id, Agreement.person_id == viewer.person_id
        )
    )


def answered(session: Session, viewer: Viewer, *, accepted: bool) -> None:
    """Keep what the viewer has answered last.

    :raises Forbidden: if their platform does not say who they are.
    """
    known = agreement(session, viewer)
    if known is None:
        known = Agreement(id=uuid7(), tenant_id=viewer.tenant_id, person_id=who(viewer))
        session.add(known)
    known.accepted, known.at = accepted, now()
    session.flush()


def forgotten(session: Session, viewer: Viewer, issuer: str) -> None:
    """Forget the answers of all whom a platform names: they will be asked again."""
    named = sa.select(User.person_id).where(User.tenant_id == viewer.tenant_id, User.issuer == issuer)
    query = sa.delete(Agreement).where(
        Agreement.tenant_id == viewer.tenant_id, Agreement.person_id.in_(named)
    )
    session.execute(query.execution_options(synchronize_session=False))
