"""The tool at work: what pages, commands and workers share once a host has mounted it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session, sessionmaker

from binder import db, outbox
from binder.access import Viewer
from binder.attempts import submitting
from binder.clock import now
from binder.marks.grading import GRADE_RELEASED
from binder.media.scanning import Clamd, Scanner
from binder.models import OutboxEntry
from binder.outbox import Handler
from binder.resources.quarantine import FILE_STORED, Quarantine
from binder.storage import Storage
from lti import logs
from lti.keyring import rotation
from lti.keyring.sealing import Sealer
from lti.metrics import Metrics
from lti.protocol.http import Http
from lti.protocol.jwks import PlatformKeys
from lti.protocol.keys import KeyRing, Stored
from lti.protocol.services import Services
from lti.services.noticing import NOTICE_CAME, NOTICES_WANTED, NoticeReader
from lti.services.passback import Passback
from lti.services.roster import ROSTER_WANTED, RosterReader
from lti.settings import Settings
from lti.visits import VisitBuffer

__all__ = ["Tool", "tool"]

log = logs.logger()
BATCH = 20
"""Copies that are handed in in one transaction."""


class Tool:
    """Database, files, keys and connections of one mounted tool."""

    settings: Settings
    metrics: Metrics
    http: Http
    sealer: Sealer
    keys: KeyRing
    platform_keys: PlatformKeys
    services: Services
    visits: VisitBuffer
    scanner: Scanner | None
    """Who looks through new files; without one they are taken as they are."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        storage: Storage,
        viewer: Callable[[], Viewer | None] | None = None,
        administrator: Callable[[], bool] | None = None,
    ) -> None:
        self.engine = db.prepare(engine)
        self.storage = storage
        self.viewer = viewer
        self.administrator = administrator
        self._write = sessionmaker(db.writing(engine), expire_on_commit=False)
        self._write_lightly = db.writing(engine, durable=False)
        self._read = sessionmaker(db.reading(engine), expire_on_commit=False)

    def configure(self, settings: Settings) -> None:
        """Take the settings: parse keys, make connections and the buffer of visits."""
        self.settings = settings
        self.sealer = Sealer(settings.secret)
        self.keys = KeyRing(settings.private_keys, self._stored_keys)
        self.metrics = Metrics(self._waiting)
        self.http = Http(settings, metrics=self.metrics)
        self.platform_keys = PlatformKeys(self.http, settings)
        self.services = Services(self.http, self.keys)
        self.visits = VisitBuffer(self.begin, settings.visit_flush_seconds)
        self.scanner = Clamd(settings.clamd) if settings.clamd else None
        self._own_key = secrets.token_bytes(32)

    def form_key(self, secret_key: str | bytes | None) -> bytes:
        """What seals the tokens of forms: from the host's `SECRET_KEY`, or else `LTI_SECRET`, or else our private key.

        A tool that has none of them takes a key that lasts as long as the process.
        """
        known = secret_key or "".join(self.settings.secret[:1]) or "".join(self.settings.private_keys[:1])
        key = known.encode() if isinstance(known, str) else known
        return hashlib.sha256(b"classeur forms" + key).digest() if key else self._own_key

    def begin(self) -> AbstractContextManager[Session]:
        """A transaction that may write; leaving it commits, an exception rolls it back."""
        return self._write.begin()

    def begin_lightly(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that writes, without a session, for logins and launches: after a power cut people click again."""
        return self._write_lightly.begin()

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads; on PostgreSQL the server itself refuses to write in it."""
        return self._read.begin()

    def handlers(self) -> dict[str, Handler]:
        """Who tells what of the outbox; a host may add its own and give all to `binder.outbox.deliver`."""
        handlers: dict[str, Handler] = {
            GRADE_RELEASED: Passback(self.begin, self.services).send,
            ROSTER_WANTED: RosterReader(self.begin, self.services).fetch,
            NOTICES_WANTED: NoticeReader(self.begin, self.services).ask,
            NOTICE_CAME: NoticeReader(self.begin, self.services).act,
        }
        if self.scanner is not None:
            handlers[FILE_STORED] = Quarantine(self.begin, self.storage, self.scanner).judge
        return {event: self.metrics.counting(event, handler) for event, handler in handlers.items()}

    def deliver(self, *, limit: int = 1000) -> int:
        """Do what is due: hand in where time is over, send grades to gradebooks, fetch class lists, have files scanned.

        :return: how many entries were told.
        """
        self._close_overdue()
        return outbox.deliver(self.begin, self.handlers(), limit=limit)

    def _stored_keys(self) -> Stored:
        """Our keys in the database; none where its tables are not there yet."""
        try:
            with self.reading() as session:
                return rotation.read(session, self.sealer)
        except sa.exc.DBAPIError:
            logs.event(log, logs.WARNING, "keys-unread")
            return Stored()

    def _waiting(self) -> dict[str, tuple[int, float]]:
        """Event → entries of the outbox that wait, and seconds for which the oldest has been due; by an index."""
        query = (
            sa.select(OutboxEntry.event, sa.func.count(), sa.func.min(OutboxEntry.due_at))
            .where(OutboxEntry.due_at.is_not(None))
            .group_by(OutboxEntry.event)
        )
        with self.reading() as session:
            return {
                event: (count, max(0.0, (now() - due).total_seconds()))
                for event, count, due in session.execute(query)
                if due is not None
            }

    def _close_overdue(self) -> None:
        """A look that writes nothing comes first; each batch is a transaction of its own."""
        with self.reading() as session:
            waits = submitting.is_any_overdue(session)
        while waits:
            with self.begin() as session:
                waits = submitting.close_overdue(session, BATCH) == BATCH


def tool() -> Tool:
    """The tool of the app that answers this request, or runs this command."""
    return cast("Tool", current_app.extensions["lti"])
