"""The picker: what the platform is answered when a teacher chooses a page, or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from binder import db
from binder.access import Role, Viewer
from binder.content import authoring, composing
from binder.models import Page
from binder.storage import FileStorage
from lti import LTI
from lti.claims import DEEP_LINKING, DEEP_LINKING_SETTINGS
from lti.links.linking import VARIABLES
from lti.models import Placement, User
from tests import factories
from tests.conformance import platform as claims_of
from tests.conformance.platform import L
from tests.keys import PRIVATE_KEY
from tests.lti.arrivals import TEACHER, Platform, keep_cookie


@dataclass
class Picker:
    """A teacher before the picker."""

    client: FlaskClient
    path: str
    platform: Platform
    engine: sa.Engine

    def choose(self, page: UUID | str = "", status: int = 200) -> dict[str, Any]:
        """Send the choice; the claims that the platform gets."""
        token = re.search(r'name="token" value="([\w-]+)"', self.client.get(f"{self.path}/link").text)
        assert token
        answer = self.client.post(f"{self.path}/link", data={"token": token[1], "page": str(page)})
        assert answer.status_code == status, answer.text
        if status != 200:
            return {}
        signed = re.search(r'name="JWT" value="([^"]+)"', answer.text)
        assert signed
        assert "form-action 'self' https://ent.example;" in answer.headers["Content-Security-Policy"]
        body = jwt.decode(unescape(signed[1]), options={"verify_signature": False})
        assert body["aud"] == [claims_of.ISSUER]
        return dict(body)

    def page(self, title: str = "La pluie", *, question: bool = True, subject: str = "morel") -> UUID:
        """A draft of a teacher's."""
        with Session(db.writing(self.engine)) as session:
            person_id = session.scalars(sa.select(User.person_id).where(User.subject == subject)).one()
            author = Viewer(self.platform.tenant_id, Role.INSTRUCTOR, person_id)
            if question:
                page, _ = factories.page_with_choice(session, author)
            else:
                page = factories.page(session, author, factories.binder(session, author))
                text = {"type": "text", "html": "<p>Il pleut.</p>"}
                composing.add_block(session, author, page.id, text)
            authoring.change_page_title(session, author, page.id, title=title)
            session.commit()
            return page.id

    def published(self, page: UUID) -> int | None:
        """The number that pupils see."""
        with Session(self.engine) as session:
            return session.get_one(Page, (self.platform.tenant_id, page)).published_number


Opening = Callable[..., Picker]


@pytest.fixture
def opened(engine: sa.Engine, platform: Platform, tmp_path: Path) -> Opening:
    """Opens the picker with changed settings."""
    app = Flask("classeur")
    app.config.update(LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_BASE_URL="https://tool.example")
    LTI(engine, storage=FileStorage(tmp_path)).init_app(app)

    def opening(**settings: Any) -> Picker:
        body = claims_of.deep_linking_claims(**TEACHER)
        usual = {**body[DEEP_LINKING_SETTINGS], "accept_types": ["ltiResourceLink"]}
        body[DEEP_LINKING_SETTINGS] = usual | settings
        client = app.test_client()
        path = keep_cookie(client, platform.receive(platform.launch(body)))
        assert client.get(f"{path}/").location == f"{path}/link"
        return Picker(client, path, platform, engine)

    return opening


def test_choosing_a_draft_publishes_it(opened: Opening) -> None:
    picker = opened(data="opaque")
    page = picker.page()
    assert picker.published(page) is None
    body = picker.choose(page)
    (item,) = body[DEEP_LINKING + "content_items"]
    assert (item["type"], item["title"]) == ("ltiResourceLink", "La pluie")
    assert body[DEEP_LINKING + "data"] == "opaque"
    assert body[L + "deployment_id"] == claims_of.DEPLOYMENT
    assert picker.published(page) == 1
    with Session(picker.engine) as session:
        chosen = session.scalars(sa.select(Placement)).one()
    assert item["url"] == f"https://tool.example/lti/open/{chosen.id}"
    assert item["lineItem"] == {
        "label": "La pluie",
        "scoreMaximum": 2,
        "resourceId": str(chosen.id),
        "tag": "classeur",
        "gradesReleased": True,
        "submissionReview": {
            "reviewableStatus": ["Submitted", "Completed"],
            "label": "Voir la copie",
            "url": item["url"],
        },
    }
    assert item["custom"] == {"placement": str(chosen.id), **VARIABLES}
    assert body[DEEP_LINKING + "msg"] == "«\xa0La pluie\xa0» vient de Classeur."
    assert body[DEEP_LINKING + "log"] == "Classeur: ltiResourceLink 1"


def test_a_page_that_is_published_as_it_stands_is_not_published_again(opened: Opening) -> None:
    picker = opened()
    page = picker.page()
    for _ in range(2):
        (item,) = picker.choose(page)[DEEP_LINKING + "content_items"]
        assert item["lineItem"]["scoreMaximum"] == 2
    assert picker.published(page) == 1


def test_a_page_without_questions_has_no_column(opened: Opening) -> None:
    picker = opened(accept_lineitem=True)
    (item,) = picker.choose(picker.page(question=False))[DEEP_LINKING + "content_items"]
    assert "lineItem" not in item


def test_a_platform_that_wants_no_columns_gets_none(opened: Opening) -> None:
    picker = opened(accept_lineitem=False)
    (item,) = picker.choose(picker.page())[DEEP_LINKING + "content_items"]
    assert "lineItem" not in item


def test_nothing_chosen_is_an_answer_too(opened: Opening) -> None:
    body = opened().choose()
    assert body[DEEP_LINKING + "content_items"] == []
    assert body[DEEP_LINKING + "msg"] == "Rien n’a été choisi dans Classeur."
    assert body[L + "message_type"] == "LtiDeepLinkingResponse"


@pytest.mark.parametrize("page", [str(UUID(int=7)), "../../x"])
def test_a_page_that_is_not_there_cannot_be_placed(opened: Opening, page: str) -> None:
    opened().choose(page, 404)


def test_the_page_of_a_colleague_is_not_offered_and_cannot_be_placed(opened: Opening) -> None:
    picker = opened()
    picker.platform.receive(picker.platform.launch(**{**TEACHER, "sub": "haddad"}))
    theirs = picker.page("Celle du collègue", subject="haddad")
    assert "Celle du collègue" not in picker.client.get(f"{picker.path}/link").text
    picker.choose(theirs, 403)
    assert picker.published(theirs) is None


def test_a_launch_that_asked_for_no_link_gets_none(opened: Opening) -> None:
    picker = opened()
    page = picker.page()
    picker.path = picker.platform.arrive(picker.client, **TEACHER)
    picker.choose(page, 403)
    assert picker.published(page) is None


def test_a_platform_that_takes_no_links_is_told_in_words(opened: Opening) -> None:
    picker = opened(accept_types=["html"])
    page = picker.page()
    picker.choose(page, 400)
    assert picker.published(page) is None, "what was refused leaves no trace"
