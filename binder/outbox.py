"""Telling others, surely: a change and the note of it are one transaction; a worker tells, again if need be.

An entry says what changed, not the new value: the newest state is read when telling, so neither order nor
repetition does harm.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now, uuid7
from binder.models.outbox import OutboxEntry
from binder.sanitize import storable

__all__ = ["LEASE", "Begin", "Due", "Failed", "Handler", "deliver", "put", "send_again"]

LEASE = timedelta(minutes=2)
"""For how long one worker has an entry for itself; after that another may try."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
PATIENT_WAIT = timedelta(minutes=15)
MAX_TRIES = 30
"""Some six days at the longest wait; then the failure is final until somebody sends it again."""

log = logging.getLogger(__name__)

Begin = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction that writes; leaving it commits."""


@dataclass(frozen=True)
class Due:
    """An entry that a handler is asked to tell."""

    tenant_id: UUID
    id: UUID
    event: str
    subject: str
    seq: int
    tries: int


class Failed(Exception):
    """A handler could not tell.

    :param final: trying again would not help.
    :param after: seconds that the other side asks us to wait (Retry-After).
    :param patient: it is a server of the school's own: ask for ever, four times an hour at the least.
    """

    def __init__(
        self, reason: str, *, final: bool = False, after: float | None = None, patient: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.final, self.after, self.patient = reason, final, after, patient


Handler = Callable[[Due], None]
"""Tells one entry; opens its own short transactions and holds none while it talks to others."""


def put(session: Session, tenant_id: UUID, event: str, subject: str) -> None:
    """Note, in the caller's transaction, that others must be told."""
    values = {"seq": OutboxEntry.seq + 1, "due_at": now(), "tries": 0, "delivered_at": None, "error": ""}
    known = (OutboxEntry.tenant_id == tenant_id, OutboxEntry.event == event, OutboxEntry.subject == subject)
    update = sa.update(OutboxEntry).where(*known).values(values).execution_options(synchronize_session=False)
    if session.execute(update).rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        return
    try:
        with session.begin_nested():
            session.add(OutboxEntry(id=uuid7(), tenant_id=tenant_id, event=event, subject=subject))
    except sa.exc.IntegrityError:  # another transaction noted it first
        session.execute(update)


def send_again(session: Session, tenant_id: UUID, event: str, subject: str) -> None:
    """Make an entry due at once, also after a final failure."""
    put(session, tenant_id, event, subject)


def deliver(begin: Begin, handlers: Mapping[str, Handler], *, limit: int = 1000) -> int:
    """Tell what is due, one entry after the other; several workers may do so at once.

    :param handlers: event → who tells it; entries of other events are left alone.
    :param limit: entries at the most.
    :return: how many were told.
    """
    told = 0
    for _ in range(limit):
        due = _claim(begin, list(handlers))
        if due is None:
            break
        try:
            handlers[due.event](due)
        except Failed as failure:
            _postpone(begin, due, failure)
        except Exception as error:
            log.exception("outbox: %s %s", due.event, due.subject)
            _postpone(begin, due, Failed(type(error).__name__))
        else:
            _finish(begin, due)
            told += 1
    return told


def _claim(begin: Begin, events: list[str]) -> Due | None:
    """Take the entry that has waited longest by pushing its due date; a plain conditional UPDATE on every database."""
    with begin() as session:
        instant = now()
        waiting = (
            sa.select(OutboxEntry.tenant_id, OutboxEntry.id, OutboxEntry.due_at)
            .where(OutboxEntry.due_at <= instant, OutboxEntry.event.in_(events))
            .order_by(OutboxEntry.due_at)
            .limit(20)
        )
        for tenant_id, id, due_at in session.execute(waiting).all():
            claim = (
                sa.update(OutboxEntry)
                .where(OutboxEntry.tenant_id == tenant_id, OutboxEntry.id == id, OutboxEntry.due_at == due_at)
                .values(due_at=instant + LEASE, tries=OutboxEntry.tries + 1)
                .returning(OutboxEntry.event, OutboxEntry.subject, OutboxEntry.seq, OutboxEntry.tries)
                .execution_options(synchronize_session=False)
            )
            row = session.execute(claim).first()
            if row is not None:
                return Due(tenant_id, id, *row)
    return None


def _finish(begin: Begin, due: Due) -> None:
    with begin() as session:
        _close(session, due, due_at=None, delivered_at=now(), error="")


def _postpone(begin: Begin, due: Due, failure: Failed) -> None:
    longest = PATIENT_WAIT if failure.patient else LONGEST_WAIT
    wait = min(FIRST_WAIT * 2 ** min(due.tries - 1, 20), longest)
    if failure.after is not None:
        asked = timedelta(seconds=min(LONGEST_WAIT.total_seconds(), failure.after))
        wait = min(max(wait, asked), LONGEST_WAIT)
    wait *= random.uniform(1.0, 1.25)  # noqa: S311 - spreads retries, guards nothing
    final = failure.final or (due.tries >= MAX_TRIES and not failure.patient)
    with begin() as session:
        _close(
            session,
            due,
            due_at=None if final else now() + wait,
            delivered_at=None,
            error=storable(failure.reason)[:500],
        )


def _close(session: Session, due: Due, **values: object) -> None:
    """Write down the outcome, unless the subject changed meanwhile: then the entry is due for the newer state."""
    known = (OutboxEntry.tenant_id == due.tenant_id, OutboxEntry.id == due.id, OutboxEntry.seq == due.seq)
    session.execute(
        sa.update(OutboxEntry).where(*known).values(**values).execution_options(synchronize_session=False)
    )
