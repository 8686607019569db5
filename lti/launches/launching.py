"""A validated launch becomes rows: who came, from which class, through which link – and an open session."""

from __future__ import annotations

import itertools
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.clock import now, uuid7
from lti import people
from lti.keyring.sealing import Sealer
from lti.launches import places, sessions
from lti.models import Launch
from lti.protocol.launch import ValidatedLaunch
from lti.protocol.messages import message_type

__all__ = ["receive"]

MAX_CHILDREN = 50


PURGE_EVERY, PURGED_AT_ONCE = 16, 64
"""Launches of this process from one purge to the next, and how many that are over it takes away: they never pile up."""
_launches = itertools.count()

LAUNCHES: sa.Table = Launch.__table__  # type: ignore[assignment]  # it is a Table
STORE = sa.insert(LAUNCHES)
OVER = (
    sa.select(LAUNCHES.c.id)
    .where(LAUNCHES.c.expires_at < sa.bindparam("moment"))
    .order_by(LAUNCHES.c.expires_at)
    .limit(PURGED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
"""Another process that purges at the same moment takes others."""
PURGE = sa.delete(LAUNCHES).where(LAUNCHES.c.id.in_(OVER))
UNSEALED = Sealer()


def receive(
    connection: sa.Connection,
    valid: ValidatedLaunch,
    *,
    secret: str,
    lifetime: float,
    by_url: bool = False,
    sealer: Sealer = UNSEALED,
) -> UUID:
    """Write down a launch whose checks have all passed.

    Most launches bring nothing new: one query says so, and nothing but the launch itself is written.

    :param secret: what the browser will keep in its cookie; the row keeps its digest.
    :param lifetime: seconds for which the session stays open.
    :param sealer: opens what proves that somebody was known under LTI 1.1 (`lti.legacy`).
    :param by_url: the browser keeps no cookies, so the secret will stand in the addresses.
    :return: the launch's id.
    """
    if next(_launches) % PURGE_EVERY == 0:
        connection.execute(PURGE, {"moment": now()})
    claims, tenant_id, role = valid.claims, valid.tenant_id, valid.claims.role
    place = places.known(connection, valid)
    children: list[UUID] = []
    if place is None or role is Role.MENTOR:
        with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
            place = place or places.learn(session, valid, sealer)
            subjects = claims.role_scope_mentor[:MAX_CHILDREN]
            children = people.persons(session, tenant_id, claims.issuer, subjects)
    launch_id = uuid7()
    connection.execute(
        STORE,
        {
            "tenant_id": tenant_id,
            "id": launch_id,
            "secret": sessions.hashed(secret),
            "registration_id": valid.registration.id,
            "person_id": place.person_id,
            "context_id": place.context_id,
            "resource_link_id": place.resource_link_id,
            "role": role.value,
            "test_user": claims.test_user,
            "children": [str(child) for child in children],
            "locale": claims.locale,
            "return_url": claims.presentation.return_url,
            "document_target": claims.presentation.document_target,
            "message_type": claims.message_type,
            "message": message_type(claims.message_type).keep(claims),
            "deployment_key": valid.deployment_key,
            "zone": claims.zone,
            "by_url": by_url,
            "expires_at": now() + timedelta(seconds=lifetime),
        },
    )
    return launch_id
