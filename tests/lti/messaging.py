"""A class of a platform for tests of messages beside links: a teacher, two pupils, work with a column, and a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from binder import db
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.giving import assigning
from binder.storage import FileStorage
from lti import LTI
from lti.claims import LaunchClaims
from lti.models import Context, LineItem, User
from lti.protocol.messages import message_type
from tests import factories
from tests.conformance import platform as claims_of
from tests.conformance.platform import ISSUER, MEMBERSHIP, L
from tests.keys import PRIVATE_KEY
from tests.lti.arrivals import TEACHER, Platform

COLUMN = ISSUER + "/lineitems/7"
ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
PROCTORING = "https://purl.imsglobal.org/spec/lti-ap/claim/"
WHO: dict[str, dict[str, Any]] = {
    "morel": dict(TEACHER),
    "lina": {L + "roles": [MEMBERSHIP + "Learner"], "sub": "lina", "name": "Lina Benali"},
    "tom": {L + "roles": [MEMBERSHIP + "Learner"], "sub": "tom", "name": "Tom Petit"},
    "samira": {L + "roles": [MEMBERSHIP + "Mentor"], "sub": "samira", "name": "Samira Benali"},
    "head": {L + "roles": [ADMINISTRATOR], "sub": "head", "name": "Anne Fournier"},
}


def of_type(name: str, **more: Any) -> dict[str, Any]:
    """Claims that make a launch one of another type."""
    return {L + "message_type": name, **more}


def about(user: str) -> dict[str, Any]:
    """The claim that names another user."""
    return {L + "for_user": {"user_id": user, "name": "Someone", "roles": []}}


@dataclass
class Class:
    """A running app, its platform, and the class."""

    app: Flask
    tool: LTI
    engine: sa.Engine
    platform: Platform
    storage: FileStorage
    work: UUID

    def session(self) -> Session:
        """A look into the database; may write."""
        return Session(db.writing(self.engine), expire_on_commit=False)

    def send(self, who: str, **claims: Any) -> tuple[FlaskClient, str]:
        """A browser after a launch; the path of its screens. The message's own check is passed like all others."""
        client = self.app.test_client()
        body = claims_of.claims(**{**WHO[who], **claims})
        read = LaunchClaims.read(body, claims_of.CLIENT)
        message_type(read.message_type).check(read)
        return client, self.platform.arrive(client, **{**WHO[who], **claims})

    def open(self, who: str, lang: str = "fr", **claims: Any) -> tuple[FlaskClient, TestResponse]:
        """The page that a launch leads to."""
        presentation = {
            "document_target": "window",
            "return_url": ISSUER + "/back",
            "locale": lang,
        }
        client, path = self.send(who, **{L + "launch_presentation": presentation, **claims})
        return client, client.get(path + "/?kept=later", follow_redirects=True)

    def person(self, subject: str) -> UUID | None:
        """Who stands behind a user of the platform."""
        with self.session() as session:
            return session.scalar(sa.select(User.person_id).where(User.subject == subject))

    def viewer(self, who: str, role: Role) -> Viewer:
        """Somebody of the class, looking."""
        with self.session() as session:
            context = session.scalars(sa.select(Context)).one()
        return Viewer(context.tenant_id, role, self.person(WHO[who]["sub"]), context.audience_id, locale="fr")

    def hand_in(self, who: str, text: str = "") -> UUID:
        """A copy of the class's work; its id."""
        viewer = self.viewer(who, Role.LEARNER)
        with self.session() as session, session.begin():
            opened = submitting.open_work(session, viewer, self.work)
            answers = {name: {"choices": ["aaaa"]} for name in opened.versions}
            attempt = submitting.hand_in(
                session, viewer, self.work, opened.revision.id, answers, number=1, seq=0
            )
            if text:
                attempt.responses = {**attempt.responses, "more": {"text": text}}
            return attempt.id


def token_of(answer: TestResponse) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def open_class(engine: sa.Engine, folder: Path, platform: Platform, **settings: Any) -> Class:
    """A class where everybody but Tom has come once."""
    app = Flask("classeur")
    app.config.update(
        SECRET_KEY="tests",
        LTI_PRIVATE_KEYS=PRIVATE_KEY,
        LTI_VISIT_FLUSH_SECONDS=0,
        LTI_ALLOW_HTTP_LOOPBACK=True,
        **settings,
    )
    storage = FileStorage(folder / "files")
    tool = LTI(engine, storage=storage)
    tool.init_app(app)
    made = Class(app, tool, engine, platform, storage, UUID(int=0))
    for who in ("morel", "lina", "samira"):
        made.send(who)
    teacher = made.viewer("morel", Role.INSTRUCTOR)
    with made.session() as session, session.begin():
        page, _ = factories.page_with_choice(session, teacher)
        given = assigning.give(session, teacher, page.id)
        made.work = given.id
        context = session.scalars(sa.select(Context)).one()
        session.add(
            LineItem(tenant_id=given.tenant_id, context_id=context.id, assignment_id=given.id, url=COLUMN)
        )
    return made
