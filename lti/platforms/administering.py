"""What administrators of the tool decide and look at: registrations, deployments, what waits to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.errors import Conflict, NotFound
from binder.models import OutboxEntry, Tenant
from lti.models import (
    Context,
    Deployment,
    DeploymentPolicy,
    DeploymentStatus,
    Invitation,
    RefusedLaunch,
    Registration,
    RegistrationStatus,
)

__all__ = [
    "Counts",
    "State",
    "counts",
    "decide",
    "deployments",
    "drop",
    "entries",
    "invitations",
    "rule",
    "send_again",
    "switch",
    "tenants",
    "waiting",
    "withdraw",
]

MOST = 100
"""Rows of one page."""


class State(StrEnum):
    """Where an entry of the outbox is on its way."""

    WAITING = "waiting"
    """Not tried yet."""
    FAILED = "failed"
    """It failed, and will be tried again."""
    DEAD = "dead"
    """It failed for good: somebody must send it again, or drop it."""


@dataclass(frozen=True)
class Counts:
    """What an administrator may have to see to."""

    registrations: int
    deployments: int
    failed: int
    dead: int
    refused: int
    """Launches of which the refusal is kept."""


def counts(session: Session) -> Counts:
    """What waits for an administrator."""

    def number(query: sa.Select[int]) -> int:
        return session.scalar(query) or 0

    def rows(*conditions: sa.ColumnElement[bool]) -> int:
        return number(sa.select(sa.func.count()).where(*conditions))

    sent = waiting(session)
    return Counts(
        rows(Registration.status == RegistrationStatus.PENDING),
        rows(Deployment.status == DeploymentStatus.PENDING),
        sum(number for (_, state), number in sent.items() if state is State.FAILED),
        sum(number for (_, state), number in sent.items() if state is State.DEAD),
        number(sa.select(sa.func.count()).select_from(RefusedLaunch)),
    )


def tenants(session: Session) -> Sequence[Tenant]:
    """All schools, by name."""
    return session.scalars(sa.select(Tenant).order_by(Tenant.name, Tenant.id).limit(1000)).all()


def switch(session: Session, key: UUID, status: RegistrationStatus) -> Registration:
    """Let launches by a registration in, or not."""
    registration = session.get(Registration, key, with_for_update=True)
    if registration is None:
        raise NotFound
    registration.status = status
    session.flush()
    return registration


def rule(session: Session, key: UUID, policy: DeploymentPolicy, tenant_id: UUID | None) -> Registration:
    """What happens to deployments that we have not heard of, and whose they will be."""
    registration = session.get(Registration, key, with_for_update=True)
    if registration is None or (tenant_id is not None and session.get(Tenant, tenant_id) is None):
        raise NotFound
    registration.policy, registration.default_tenant_id = policy, tenant_id
    session.flush()
    return registration


def deployments(session: Session, *, pending: bool = False) -> Sequence[tuple[Deployment, str, bool]]:
    """(deployment, its school, whether it has been launched from); those that wait come first."""
    used = sa.exists().where(Context.deployment_id == Deployment.id)
    query = (
        sa.select(Deployment, Tenant.name, used)
        .join(Tenant, Tenant.id == Deployment.tenant_id)
        .options(sa.orm.joinedload(Deployment.registration))
        .order_by(Deployment.status != DeploymentStatus.PENDING, Deployment.id.desc())
        .limit(1000)
    )
    if pending:
        query = query.where(Deployment.status == DeploymentStatus.PENDING)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def decide(
    session: Session, key: UUID, status: DeploymentStatus, *, tenant_id: UUID | None = None
) -> Deployment:
    """Let launches of a deployment in, or not.

    :param tenant_id: whose it is, if that is to change.
    :raises Conflict: if it has classes already, which cannot change their school.
    """
    deployment = session.get(Deployment, key, with_for_update=True)
    if deployment is None:
        raise NotFound
    if tenant_id is not None and tenant_id != deployment.tenant_id:
        if session.get(Tenant, tenant_id) is None:
            raise NotFound
        if session.scalar(sa.select(Context.id).where(Context.deployment_id == key).limit(1)):
            raise Conflict("classes of this deployment belong to a school already")
        deployment.tenant_id = tenant_id
    deployment.status = status
    session.flush()
    return deployment


def invitations(session: Session) -> Sequence[tuple[Invitation, str]]:
    """(invitation, its school), the newest first."""
    query = (
        sa.select(Invitation, Tenant.name)
        .join(Tenant, Tenant.id == Invitation.tenant_id)
        .order_by(Invitation.id.desc())
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def withdraw(session: Session, key: UUID) -> None:
    """An invitation that nobody has used opens nothing any more."""
    gone = sa.delete(Invitation).where(Invitation.id == key, Invitation.used_at.is_(None))
    if not session.execute(gone).rowcount:  # type: ignore[attr-defined]  # a DELETE's result has it
        raise NotFound


def _in(state: State) -> tuple[sa.ColumnElement[bool], ...]:
    """An index leads to what is due; the dead are what is neither due nor told."""
    if state is State.DEAD:
        return OutboxEntry.due_at.is_(None), OutboxEntry.delivered_at.is_(None)
    failed = OutboxEntry.error != ""
    return OutboxEntry.due_at.is_not(None), failed if state is State.FAILED else ~failed


def waiting(session: Session) -> dict[tuple[str, State], int]:
    """(event, state) → how many entries."""
    found = {}
    for state in State:
        query = sa.select(OutboxEntry.event, sa.func.count()).where(*_in(state)).group_by(OutboxEntry.event)
        for event, number in session.execute(query):
            found[event, state] = number
    return found


def entries(session: Session, *states: State, limit: int = MOST) -> Sequence[tuple[OutboxEntry, str]]:
    """(entry, its school) in these states, the newest first."""
    query = (
        sa.select(OutboxEntry, Tenant.name)
        .join(Tenant, Tenant.id == OutboxEntry.tenant_id)
        .where(sa.or_(*(sa.and_(*_in(state)) for state in states or State)))
        .order_by(OutboxEntry.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def send_again(session: Session, key: UUID | None = None) -> int:
    """Make an entry due at once; None: all that failed.

    :return: how many.
    """
    query = sa.select(OutboxEntry.tenant_id, OutboxEntry.event, OutboxEntry.subject)
    if key is None:
        query = query.where(sa.or_(sa.and_(*_in(State.FAILED)), sa.and_(*_in(State.DEAD))))
    else:
        query = query.where(OutboxEntry.id == key, OutboxEntry.delivered_at.is_(None))
    found = session.execute(query).all()
    for tenant_id, event, subject in found:
        outbox.send_again(session, tenant_id, event, subject)
    if key is not None and not found:
        raise NotFound
    return len(found)


def drop(session: Session, key: UUID) -> None:
    """Forget an entry that failed for good: nobody is told."""
    gone = sa.delete(OutboxEntry).where(OutboxEntry.id == key, *_in(State.DEAD))
    if not session.execute(gone).rowcount:  # type: ignore[attr-defined]  # a DELETE's result has it
        raise NotFound
