"""The extension: what a host gives, and what the pages share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from binder import db, outbox
from binder.access import Viewer
from binder.grading import GRADE_RELEASED
from binder.outbox import Handler
from binder.storage import Storage
from lti import views
from lti.cli import commands
from lti.courier import Courier
from lti.passback import Passback
from lti.protocol.http import Http
from lti.protocol.jwks import PlatformKeys
from lti.protocol.keys import KeyRing
from lti.protocol.services import Services
from lti.roster import ROSTER_WANTED, RosterReader
from lti.settings import Settings
from lti.visits import VisitBuffer

__all__ = ["LTI"]


class LTI:
    """Classeur in a Flask app: `LTI(engine, storage=…).init_app(app)`.

    :param engine: of a database that `flask lti upgrade` has brought up to date.
    :param storage: where the bytes of files live.
    :param viewer: who is looking, for hosts with a login of their own; None where nobody is signed in. Its pages are
        under `<prefix>/my/`, beside those of LTI launches.
    """

    settings: Settings
    http: Http
    keys: KeyRing
    platform_keys: PlatformKeys
    services: Services
    visits: VisitBuffer

    def __init__(
        self, engine: sa.Engine, *, storage: Storage, viewer: Callable[[], Viewer | None] | None = None
    ) -> None:
        self.engine = db.prepare(engine)
        self.storage = storage
        self.viewer = viewer
        self._write = sessionmaker(db.writing(engine), expire_on_commit=False)
        self._read = sessionmaker(db.reading(engine), expire_on_commit=False)

    def init_app(self, app: Flask, *, url_prefix: str = "/lti") -> None:
        """Mount the blueprint and the `flask lti` commands; read the settings `LTI_…` of the app.

        :raises SettingsInvalid: listing all that is to mend.
        """
        self.settings = Settings.from_config(app.config)
        self.keys = KeyRing(self.settings.private_keys)
        self.http = Http(self.settings)
        self.platform_keys = PlatformKeys(self.http, self.settings)
        self.services = Services(self.http, self.keys)
        self.visits = VisitBuffer(self.begin, self.settings.visit_flush_seconds)
        app.extensions["lti"] = self
        app.register_blueprint(views.blueprint, url_prefix=url_prefix)
        app.cli.add_command(commands)
        if self.settings.deliver_in_process:
            app.before_request(Courier(self.deliver).start)

    def begin(self) -> AbstractContextManager[Session]:
        """A transaction that may write; leaving it commits, an exception rolls it back."""
        return self._write.begin()

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads; on PostgreSQL the server itself refuses to write in it."""
        return self._read.begin()

    def handlers(self) -> dict[str, Handler]:
        """Who tells what of the outbox; a host may add its own and give all to `binder.outbox.deliver`."""
        return {
            GRADE_RELEASED: Passback(self.begin, self.services).send,
            ROSTER_WANTED: RosterReader(self.begin, self.services).fetch,
        }

    def deliver(self, *, limit: int = 1000) -> int:
        """Do what is due: send grades to gradebooks, fetch class lists.

        :return: how many entries were told.
        """
        return outbox.deliver(self.begin, self.handlers(), limit=limit)
