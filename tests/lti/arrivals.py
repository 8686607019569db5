"""People who arrive from a platform: launches that have passed every check, received in the test's database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from binder import db
from lti.claims import LaunchClaims
from lti.launches import launching, sessions
from lti.models import Deployment, Registration
from lti.protocol.launch import ValidatedLaunch
from lti.protocol.registrations import PlatformRegistration
from tests.conformance import platform
from tests.conformance.platform import MEMBERSHIP, L

SECRET = "of this browser"  # noqa: S105 - not one
TEACHER = {L + "roles": [MEMBERSHIP + "Instructor"], "sub": "morel", "name": "Claire Morel"}


class Platform:
    """A platform that is known, with one deployment, and its launches."""

    def __init__(self, engine: sa.Engine, **registration: Any) -> None:
        platform.register(engine, platform.registration(**registration))
        self.begin = db.writing(engine).begin
        with Session(engine) as session:
            self.registration = PlatformRegistration.of(session.scalars(sa.select(Registration)).one())
            deployment = session.scalars(sa.select(Deployment)).one()
        self.deployment_key, self.tenant_id = deployment.id, deployment.tenant_id

    def launch(self, body: dict[str, Any] | None = None, **more: Any) -> ValidatedLaunch:
        """An ordinary launch with some claims replaced; None takes one out."""
        claims = LaunchClaims.read(body or platform.claims(**more), platform.CLIENT)
        return ValidatedLaunch(claims, self.registration, self.deployment_key, self.tenant_id, ())

    def receive(self, valid: ValidatedLaunch, connection: sa.Connection | None = None) -> UUID:
        """Write a launch down; its id."""
        if connection is not None:
            return launching.receive(connection, valid, secret=SECRET, lifetime=60)
        with self.begin() as own:
            return launching.receive(own, valid, secret=SECRET, lifetime=60)

    def arrive(self, client: FlaskClient, **more: Any) -> str:
        """A browser after a launch; the path of its screens, without a slash at the end."""
        return keep_cookie(client, self.receive(self.launch(**more)))


def keep_cookie(client: FlaskClient, launch_id: UUID) -> str:
    """The browser has the cookie of a launch; the path of its screens."""
    path = f"/lti/l/{launch_id}"
    client.set_cookie(sessions.COOKIE, SECRET, path=path)
    return path
