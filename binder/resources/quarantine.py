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
from binder.media.scanning import Scanner, Verdict
from binder.models import AnswerFile, OutboxEntry, Resource, ResourceState
from binder.outbox import Begin, Due, Failed
from binder.resources.admitting import Held
from binder.storage import Storage

__all__ = ["FILE_STORED", "HOLDERS", "Quarantine", "Waiting", "admit", "digests", "waiting"]

HOLDERS: tuple[type[Resource] | type[AnswerFile], ...] = (Resource, AnswerFile)
"""The tables whose rows hold bytes of the storage: what authors show, and what learners hand in."""

FILE_STORED = "file-stored"
"""Event of the outbox; its subject is the digest of the bytes."""

log = logging.getLogger(__name__)


def admit(session: Session, file: Held) -> None:
    """A file that has just come, or come again, waits for the scanner, unless its bytes have been judged already."""
    digest = file.tenant_id, file.sha256
    others = {other.state: other.verdict for other in _files(session, *digest) if other.id != file.id}
    if ResourceState.REFUSED in others:
        file.state, file.verdict = ResourceState.REFUSED, others[ResourceState.REFUSED]
    elif file.state is ResourceState.READY and not (
        ResourceState.READY in others and _judged(session, *digest)
    ):
        file.state = ResourceState.SCANNING
    if file.state is not ResourceState.READY:
        outbox.put(session, file.tenant_id, FILE_STORED, file.sha256)


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
    scanning = [
        sa.select(sa.func.count()).select_from(kind).where(kind.state == ResourceState.SCANNING)
        for kind in HOLDERS
    ]
    entries = OutboxEntry.event == FILE_STORED, OutboxEntry.delivered_at.is_(None)
    failed = sa.select(OutboxEntry.error).where(*entries, OutboxEntry.error != "")
    return Waiting(
        sum(session.scalar(query) or 0 for query in scanning),
        session.scalar(sa.select(sa.func.min(OutboxEntry.due_at)).where(*entries)),
        session.scalar(failed.order_by(OutboxEntry.tries.desc()).limit(1)) or "",
    )


def _files(session: Session, tenant_id: UUID, sha256: str, *, lock: bool = False) -> list[Held]:
    """All that has these bytes."""
    found: list[Held] = []
    for kind in HOLDERS:
        query = sa.select(kind).where(kind.tenant_id == tenant_id, kind.sha256 == sha256).order_by(kind.id)
        found += session.scalars(query.with_for_update() if lock else query)
    return found


def digests(session: Session, tenant_id: UUID, *, but_refused: bool = False) -> set[str]:
    """The digests of all bytes that some file of a school has, smaller versions of pictures included.

    :param but_refused: those of refused files are not meant.
    """
    found: set[str] = set()
    for kind in HOLDERS:
        query = sa.select(kind.sha256, kind.variants).where(kind.tenant_id == tenant_id)
        if but_refused:
            query = query.where(kind.state != ResourceState.REFUSED)
        for sha256, variants in session.execute(query):
            found |= {sha256, *(each["sha256"] for each in variants.values())}
    return found


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
            states = {row.state: row.verdict for row in _files(session, *digest)}
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
            for row in _files(session, tenant_id, sha256, lock=True):
                if row.state is ResourceState.SCANNING:
                    row.state = ResourceState.READY

    def _refuse(self, tenant_id: UUID, sha256: str, verdict: Verdict) -> None:
        gone = {sha256}
        with self._begin() as session:
            for row in _files(session, tenant_id, sha256, lock=True):
                row.state, row.verdict = ResourceState.REFUSED, verdict.found
                gone |= {each["sha256"] for each in row.variants.values()}
            session.flush()
            gone -= digests(session, tenant_id, but_refused=True)
        log.warning("refused: the file %s of tenant %s is %s", sha256, tenant_id, verdict.found)
        for each in sorted(gone):
            self._storage.delete(tenant_id, each)
