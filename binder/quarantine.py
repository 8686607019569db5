"""New files wait until a virus scanner has looked at them; what it refuses is forgotten but for its name.

The note that a file waits is made in the transaction that makes the file; a worker asks the scanner. Bytes are judged
once a tenant, by their digest.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.errors import NotFound, Unavailable
from binder.models import OutboxEntry, Resource, ResourceState
from binder.outbox import Begin, Due, Failed
from binder.scanning import Scanner, Verdict
from binder.storage import Storage

__all__ = ["FILE_STORED", "Quarantine", "Waiting", "admit", "waiting"]

FILE_STORED = "file-stored"
"""Event of the outbox; its subject is the digest of the bytes."""

log = logging.getLogger(__name__)


def admit(session: Session, resource: Resource) -> None:
    """A file that has just come, or come again, waits for the scanner, unless its bytes have been judged already."""
    digest = resource.tenant_id, resource.sha256
    others = {
        other.state: other.verdict
        for other in session.scalars(_resources(*digest).where(Resource.id != resource.id))
    }
    if ResourceState.REFUSED in others:
        resource.state, resource.verdict = ResourceState.REFUSED, others[ResourceState.REFUSED]
    elif resource.state is ResourceState.READY and not (
        ResourceState.READY in others and _judged(session, *digest)
    ):
        resource.state = ResourceState.SCANNING
    if resource.state is not ResourceState.READY:
        outbox.put(session, resource.tenant_id, FILE_STORED, resource.sha256)


@dataclass(frozen=True)
class Waiting:
    """The files of all schools that no scanner has looked at yet."""

    files: int
    due_at: datetime | None
    """When the question about one of them was, or is, to be asked."""
    error: str
    """Why the last question was in vain, if it was."""


def waiting(session: Session) -> Waiting:
    """What there is to do."""
    scanning = (
        sa.select(sa.func.count()).select_from(Resource).where(Resource.state == ResourceState.SCANNING)
    )
    entries = OutboxEntry.event == FILE_STORED, OutboxEntry.delivered_at.is_(None)
    failed = sa.select(OutboxEntry.error).where(*entries, OutboxEntry.error != "")
    return Waiting(
        session.scalar(scanning) or 0,
        session.scalar(sa.select(sa.func.min(OutboxEntry.due_at)).where(*entries)),
        session.scalar(failed.order_by(OutboxEntry.tries.desc()).limit(1)) or "",
    )


def _resources(tenant_id: UUID, sha256: str) -> sa.Select[Resource]:
    same = Resource.tenant_id == tenant_id, Resource.sha256 == sha256
    return sa.select(Resource).where(*same).order_by(Resource.id)


def _judged(session: Session, tenant_id: UUID, sha256: str) -> bool:
    entry = sa.select(OutboxEntry.id).where(
        OutboxEntry.tenant_id == tenant_id,
        OutboxEntry.event == FILE_STORED,
        OutboxEntry.subject == sha256,
        OutboxEntry.delivered_at.is_not(None),
    )
    return session.scalar(entry) is not None


class Quarantine:
    """Has files looked through.

    :param begin: opens a transaction that writes.
    """

    def __init__(self, begin: Begin, storage: Storage, scanner: Scanner) -> None:
        self._begin, self._storage, self._scanner = begin, storage, scanner

    def judge(self, due: Due) -> None:
        """Ask about the bytes of one digest; a handler of the outbox. No transaction is open meanwhile."""
        digest = due.tenant_id, due.subject
        with self._begin() as session:
            states = {row.state: row.verdict for row in session.scalars(_resources(*digest))}
        if ResourceState.REFUSED in states:
            verdict = Verdict(states[ResourceState.REFUSED])
        elif ResourceState.SCANNING in states:
            verdict = self._asked(due)
            if verdict.is_clean:
                self._release(*digest)
                return
        else:
            return
        self._refuse(*digest, verdict)

    def _asked(self, due: Due) -> Verdict:
        try:
            with self._storage.open(due.tenant_id, due.subject) as stream:
                return self._scanner.scan(stream)
        except NotFound:
            raise Failed("the bytes of the file are gone", final=True) from None
        except Unavailable as error:
            raise Failed(error.detail, patient=True) from error

    def _release(self, tenant_id: UUID, sha256: str) -> None:
        with self._begin() as session:
            for row in session.scalars(_resources(tenant_id, sha256).with_for_update()):
                if row.state is ResourceState.SCANNING:
                    row.state = ResourceState.READY

    def _refuse(self, tenant_id: UUID, sha256: str, verdict: Verdict) -> None:
        digests = {sha256}
        with self._begin() as session:
            for row in session.scalars(_resources(tenant_id, sha256).with_for_update()):
                row.state, row.verdict = ResourceState.REFUSED, verdict.found
                digests |= {each["sha256"] for each in row.variants.values()}
            session.flush()
            digests -= _used(session, tenant_id)
        log.warning("refused: the file %s of tenant %s is %s", sha256, tenant_id, verdict.found)
        for each in sorted(digests):
            self._storage.delete(tenant_id, each)


def _used(session: Session, tenant_id: UUID) -> set[str]:
    """The digests of all bytes that some file has which was not refused."""
    rows = session.execute(
        sa.select(Resource.sha256, Resource.variants).where(
            Resource.tenant_id == tenant_id, Resource.state != ResourceState.REFUSED
        )
    )
    return {
        it for sha256, variants in rows for it in (sha256, *(each["sha256"] for each in variants.values()))
    }
