"""A platform's gradebook that a test can look into, on a real server, and a class of that platform with work in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.giving import assigning
from binder.models import OutboxEntry
from lti.models import Context, User
from tests import factories
from tests.conformance.platform import AGS, NRPS
from tests.lti.arrivals import TEACHER, Platform
from tests.lti.protocol.server import JSON, Asked, Server, Told


@dataclass
class Gradebook:
    """Access tokens, line items and scores; `hook` is called before a line item is made."""

    server: Server
    items: list[dict[str, Any]] = field(default_factory=list)
    scores: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(path, score) of each."""
    hook: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.server.answer = self.answer

    def answer(self, asked: Asked) -> Told:
        """As a platform does."""
        if asked.path == "/token":
            return _json({"access_token": "t", "token_type": "bearer", "expires_in": 3600})
        if asked.method == "DELETE":
            self.items = [item for item in self.items if not item["id"].endswith(asked.path)]
            return Told(204)
        if asked.path.endswith("/scores"):
            self.scores.append((asked.path, asked.json))
            return Told(204)
        if asked.path == "/lineitems" and asked.method == "POST":
            self.hook()
            self.items.append({**asked.json, "id": f"{self.server.url}/lineitems/{len(self.items) + 1}"})
            return _json(self.items[-1], 201)
        return _json(self.items) if asked.path == "/lineitems" else Told(404)


def _json(body: Any, status: int = 200) -> Told:
    return Told(status, json.dumps(body).encode(), JSON)


@dataclass
class Class:
    """A class of a platform, with a page that was given to it."""

    engine: sa.Engine
    platform: Platform
    teacher: Viewer
    pupil: Viewer
    assignment: UUID

    def hand_in(self, pupil: Viewer | None = None) -> None:
        """A pupil hands in; the mark is given back at once, and is on its way."""
        with Session(db.writing(self.engine)) as session:
            work = submitting.open_work(session, pupil or self.pupil, self.assignment)
            submitting.hand_in(
                session, pupil or self.pupil, self.assignment, work.revision.id, {}, number=1, seq=0
            )
            session.commit()

    def entry(self) -> OutboxEntry:
        """What is on its way, or arrived."""
        with Session(self.engine) as session:
            return session.scalars(sa.select(OutboxEntry).where(OutboxEntry.event == "grade.released")).one()


def open_class(engine: sa.Engine, server: Server, *, gradebook: bool = True) -> Class:
    """Teacher and pupil have launched, and a page with a question is given."""
    platform = Platform(engine, token_endpoint=server.url + "/token")
    services: dict[str, Any] = {
        AGS: {"scope": [], "lineitems": server.url + "/lineitems"} if gradebook else None,
        NRPS: {"context_memberships_url": server.url + "/members"},
    }
    platform.receive(platform.launch(**TEACHER, **services))
    platform.receive(platform.launch(sub="lina", name="Lina", **services))
    with Session(db.writing(engine)) as session:
        audience = session.scalars(sa.select(Context.audience_id)).one()
        persons = dict(session.execute(sa.select(User.subject, User.person_id)).all())  # type: ignore[arg-type]
        teacher = Viewer(platform.tenant_id, Role.INSTRUCTOR, persons["morel"], audience)
        pupil = Viewer(platform.tenant_id, Role.LEARNER, persons["lina"], audience)
        page, _ = factories.page_with_choice(session, teacher)
        given = assigning.give(session, teacher, page.id)
        session.commit()
        return Class(engine, platform, teacher, pupil, given.id)
