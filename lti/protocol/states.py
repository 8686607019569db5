"""Logins under way: kept from the login request to the launch, used once, swept when over."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lti.errors import OtherBrowser, StateUnknown
from lti.models import Registration, StoredState
from lti.values import origin

__all__ = ["TakenState", "Waiting", "hashed", "store", "take", "waiting"]

STATE_FORM = re.compile(r"[A-Za-z0-9_-]{16,64}")
SWEEP_EVERY = 8
"""Logins of this process from one sweep to the next …"""
SWEPT_AT_ONCE = 32
"""… and how many that are over it takes away: more than came in meanwhile, so they never pile up."""
_logins = itertools.count()

STATES: sa.Table = StoredState.__table__  # type: ignore[assignment]  # it is a Table
EXPIRED = (
    sa.select(STATES.c.state)
    .where(STATES.c.expires_at < sa.bindparam("moment"))
    .order_by(STATES.c.expires_at)
    .limit(SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)
)
SWEEP = sa.delete(STATES).where(STATES.c.state.in_(EXPIRED))
STORE = sa.insert(STATES)
# one statement takes the login away: a replay finds nothing, and a stranger without the secret takes nothing
TAKE = (
    sa.delete(STATES)
    .where(STATES.c.state == sa.bindparam("of_state"), STATES.c.browser == sa.bindparam("of_browser"))
    .returning(
        STATES.c.nonce,
        STATES.c.registration_id,
        STATES.c.target_link_uri,
        STATES.c.deployment_id,
        STATES.c.expires_at,
        STATES.c.binding,
    )
)
FIND = sa.select(STATES.c.state).where(STATES.c.state == sa.bindparam("of_state"))
REGISTRATIONS: sa.Table = Registration.__table__  # type: ignore[assignment]  # it is a Table
WAITING = (
    sa.select(STATES.c.binding, REGISTRATIONS.c.authorization_endpoint)
    .join(REGISTRATIONS, REGISTRATIONS.c.id == STATES.c.registration_id)
    .where(STATES.c.state == sa.bindparam("of_state"))
)


@dataclass(frozen=True, slots=True)
class TakenState:
    """What was kept of a login request."""

    nonce: str
    registration_id: UUID
    target_link_uri: str
    deployment_id: str | None
    """`lti_deployment_id` of the login request."""
    expires_at: datetime
    binding: str = "cookie"
    """How the browser keeps the secret: `cookie`, `storage` or `access`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A login under way whose browser keeps no cookies: how it keeps the secret, and who is asked for it."""

    binding: str
    platform_origin: str


def store(connection: sa.Connection, state: str, secret: str, moment: datetime, kept: TakenState) -> None:
    """Keep a login under way, and now and then sweep those that are over."""
    if next(_logins) % SWEEP_EVERY == 0:
        connection.execute(SWEEP, {"moment": moment})
    connection.execute(
        STORE,
        {
            "state": state,
            "nonce": kept.nonce,
            "browser": hashed(secret),
            "registration_id": kept.registration_id,
            "target_link_uri": kept.target_link_uri,
            "deployment_id": kept.deployment_id,
            "expires_at": kept.expires_at,
            "binding": kept.binding,
        },
    )


def waiting(connection: sa.Connection, state: str) -> Waiting | None:
    """A login whose secret is not in a cookie; None if there is none, or it is. Takes nothing away."""
    row = connection.execute(WAITING, {"of_state": state}).first() if STATE_FORM.fullmatch(state) else None
    if row is None or row.binding == "cookie":
        return None
    return Waiting(row.binding, origin(row.authorization_endpoint))


def take(connection: sa.Connection, state: str, secret: str | None) -> TakenState:
    """Take a login away, whether over or not; nobody gets it a second time.

    :param secret: what the browser kept; None if it kept nothing.
    :raises StateUnknown: if there is none.
    :raises OtherBrowser: if there is, and the secret is not its own; it stays then.
    """
    if not STATE_FORM.fullmatch(state):
        raise StateUnknown("no state")
    if secret is not None:
        row = connection.execute(TAKE, {"of_state": state, "of_browser": hashed(secret)}).first()
        if row is not None:
            return TakenState(*row)
    if connection.execute(FIND, {"of_state": state}).first() is None:
        raise StateUnknown("no such login")
    raise OtherBrowser(
        "the browser kept no secret" if secret is None else "it has another secret", secret=secret is not None
    )


def hashed(secret: str) -> str:
    """SHA-256 in hex: what we keep of a secret that the browser holds."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
