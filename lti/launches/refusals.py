"""The last refused launches, for administrators: what a person's reference stands for, without token or name."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now, uuid7
from binder.sanitize import storable
from lti import logs
from lti.errors import LoginRequestInvalid, LTIError, RegistrationAmbiguous, RegistrationUnknown, StateUnknown
from lti.models import RefusedLaunch
from lti.protocol.registrations import Begin

__all__ = ["Throttle", "keep", "latest"]

log = logs.logger()

MOST = 250
"""Rows of each sort that a sweep leaves: of launches that a login had begun, and of what anybody may send us."""
SWEEP_EVERY = 50
ANYBODYS = (StateUnknown.code, LoginRequestInvalid.code, RegistrationUnknown.code, RegistrationAmbiguous.code)
"""Refusals that need no platform: they must not push out the others."""

TABLE: sa.Table = RefusedLaunch.__table__  # type: ignore[assignment]  # it is a Table
_kept = itertools.count()


class Throttle:
    """So many a second, and no more, whatever comes. Safe to share among threads.

    :param rate: a second; so many at once as well.
    """

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._left, self._at = rate, clock()
        self._lock = threading.Lock()

    def lets_through(self) -> bool:
        """Whether one more may pass."""
        with self._lock:
            at = self._clock()
            self._left = min(self._rate, self._left + (at - self._at) * self._rate)
            self._at = at
            if self._left < 1:
                return False
            self._left -= 1
            return True


LAUNCHES, ANYTHING = Throttle(5), Throttle(2)


def keep(begin: Begin, error: LTIError, reference: str) -> None:
    """Write a refusal down in a transaction of its own; of a flood only some, and none where the database is away."""
    throttle = ANYTHING if error.code in ANYBODYS else LAUNCHES
    if not throttle.lets_through():
        return
    facts = {name: _kept_fact(value) for name, value in logs.safe_facts(error).items()}
    row = {
        "id": uuid7(),
        "at": now(),
        "reference": reference,
        "code": error.code,
        "check": error.check_failed or "",
        "checks_passed": list(error.checks_passed),
        "issuer": str(facts.pop("issuer", None) or "")[:255],
        "client_id": str(facts.pop("client_id", None) or "")[:255],
        "facts": facts,
    }
    try:
        with begin() as connection:
            connection.execute(sa.insert(TABLE), row)
            if next(_kept) % SWEEP_EVERY == 0:
                _sweep(connection, TABLE.c.code.in_(ANYBODYS))
                _sweep(connection, TABLE.c.code.not_in(ANYBODYS))
    except sa.exc.SQLAlchemyError as failure:
        logs.event(log, logs.WARNING, "refusal-not-kept", error=type(failure).__name__, reference=reference)


def latest(session: Session, limit: int = 50) -> Sequence[RefusedLaunch]:
    """The newest first."""
    query = sa.select(RefusedLaunch).order_by(RefusedLaunch.at.desc(), RefusedLaunch.id.desc())
    return session.scalars(query.limit(limit)).all()


def _sweep(connection: sa.Connection, sort: sa.ColumnElement[bool]) -> None:
    newest = sa.select(TABLE.c.at).where(sort).order_by(TABLE.c.at.desc(), TABLE.c.id.desc())
    oldest_left = connection.scalar(newest.offset(MOST - 1).limit(1))
    if oldest_left is not None:
        connection.execute(sa.delete(TABLE).where(sort, TABLE.c.at < oldest_left))


def _kept_fact(value: object) -> object:
    return storable(value) if isinstance(value, str) else value
