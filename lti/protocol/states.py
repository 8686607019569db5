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
from lti.models import StoredState

__all__ = ["TakenState", "hashed", "store", "take"]

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
    )
)
FIND = sa.select(STATES.c.state).where(STATES.c.state == sa.bindparam("of_state"))


@dataclass(frozen=True, slots=True)
class TakenState:
    """What was kept of a login request."""

    nonce: str
    registration_id: UUID
    target_link_uri: str
    deployment_id: str | None
    """`lti_deployment_id` of the login request."""
    expires_at: datetime


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
        },
    )


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
