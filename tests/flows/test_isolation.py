"""Every route, walked with identifiers of another school and of another class: nobody sees what is not theirs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from binder import db
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.bank import lending
from binder.colleagues import proposing
from binder.content import composing
from binder.giving import assigning
from binder.media.mediatypes import Limits
from binder.models import AnswerFile, Audience, Tenant
from binder.publication import opening
from binder.resources import files, uploading
from binder.storage import FileStorage
from lti import LTI, kept_forms
from lti.tokens import Author
from tests import factories
from tests.keys import PRIVATE_KEY

ELSEWHERE = {
    "/lti/my/bank/files/<uuid:resource>",  # tests/lti/test_bank.py
    "/lti/my/given/<uuid:assignment>/answers/<uuid:activity>",  # tests/lti/test_regrade.py
    "/lti/my/copies/<uuid:attempt>/files/<uuid:file>",  # tests/lti/test_answer_files.py
}
"""Screens that want more than an identifier: these tests open them."""


@dataclass
class Shelf:
    """All that one teacher and one class have."""

    teacher: Viewer
    pupil: Viewer
    parent: Viewer
    head: Viewer
    ids: dict[str, Any] = field(default_factory=dict)
    """Name of a route's parameter → a thing of this class."""


def furnish(session: Session, storage: FileStorage, school: Tenant, class_: Audience) -> Shelf:
    """A teacher with a page of everything, given to the class, handed in by a pupil who has a parent."""
    teacher = factories.viewer(session, school, class_)
    pupil = factories.viewer(session, school, class_, role=Role.LEARNER, name="Lina")
    assert pupil.person_id
    parent = factories.viewer(
        session, school, class_, role=Role.MENTOR, name="Samira", children=frozenset({pupil.person_id})
    )
    head = factories.viewer(session, school, class_, role=Role.ADMINISTRATOR, name="Hélène")
    page, activity = factories.page_with_choice(session, teacher)
    resource = files.add_file(
        session, teacher, page.binder_id, storage, io.BytesIO(b"%PDF-1.7 ..."), name="a.pdf"
    )
    session.expire(page.binder, ["resources"])
    block = composing.add_block(
        session, teacher, page.id, {"type": "file", "resource": str(resource.id), "label": "Fiche"}
    )
    session.flush()
    given = assigning.give(session, teacher, page.id, max_attempts=0)
    revision = submitting.open_work(session, pupil, given.id).revision
    attempt = submitting.hand_in(session, pupil, given.id, revision.id, {}, number=1, seq=0)
    ids: dict[str, Any] = {
        "binder": page.binder_id,
        "page": page.id,
        "resource": resource.id,
        "block": block["id"],
    }
    ids |= {"assignment": given.id, "attempt": attempt.id, "child": pupil.person_id, "activity": activity.id}
    ids |= {"section": page.section_id, "revision": revision.id}
    upload = uploading.begin(
        session, teacher, uploading.ToBinder(page.binder_id), name="a.pdf", size=9, limits=Limits()
    )
    ids["upload"] = upload.id
    sent = {
        "sha256": resource.sha256,
        "name": "a.pdf",
        "media_type": "application/pdf",
        "size": resource.size,
    }
    handed_in = AnswerFile(tenant_id=school.id, assignment_id=given.id, person_id=pupil.person_id, **sent)
    session.add(handed_in)
    session.flush()
    ids["file"] = handed_in.id
    kept_forms.keep(
        session,
        Author(school.id, teacher.person_id or page.id),
        screen="rename_page",
        values={"page": str(page.id)},
        fields={"title": ["Typed too late"]},
    )
    text = {"type": "text", "html": "<p>x</p>"}
    ids["proposal"] = proposing.propose_new(session, teacher, page.id, text).id
    ids |= {"number": 1, "colleague": teacher.person_id, "person": pupil.person_id}
    ids["question"] = lending.keep(session, teacher, activity.id).id
    opening.open_to_class(session, teacher, page.binder_id)
    ids["form"] = kept_forms.kept(session, teacher)[0].id
    return Shelf(teacher, pupil, parent, head, ids)


@dataclass
class House:
    """Two schools; the first has two classes with a teacher each."""

    app: Flask
    mine: Shelf
    colleague: Shelf
    foreign: Shelf
    sign_in: Callable[[Viewer | None], FlaskClient]


@pytest.fixture
def house(engine: sa.Engine, storage: FileStorage) -> Iterator[House]:
    """Everything furnished, and an app whose login the test decides."""
    with Session(db.writing(engine), expire_on_commit=False) as session:
        school, other = factories.tenant(session), factories.tenant(session, "Collège voisin")
        mine = furnish(session, storage, school, factories.audience(session, school))
        colleague = furnish(session, storage, school, factories.audience(session, school, "5e B"))
        foreign = furnish(session, storage, other, factories.audience(session, other))
        session.commit()
    someone: list[Viewer | None] = [None]
    app = Flask("host")
    app.config.update(SECRET_KEY="tests", LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_VISIT_FLUSH_SECONDS=3600)
    LTI(engine, storage=storage, viewer=lambda: someone[0]).init_app(app)

    def sign_in(viewer: Viewer | None) -> FlaskClient:
        someone[0] = viewer
        return app.test_client()

    yield House(app, mine, colleague, foreign, sign_in)
    app.extensions["lti"].visits.flush()


def screens(app: Flask) -> list[tuple[Rule, str]]:
    """(route, method) of every screen that takes identifiers, under the host's own login."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/lti/my/") and rule.arguments - {"launch"}
        for method in (rule.methods or set()) & {"GET", "POST", "PATCH", "DELETE"}
    ]


def form(client: FlaskClient, ids: dict[str, Any]) -> dict[str, Any]:
    """A form that would do something: the token is right, all identifiers are the victim's."""
    from lti.views.screens import _from_host

    with client.application.test_request_context():
        token = _from_host(None).token  # type: ignore[arg-type]
    fields = {name: str(value) for name, value in ids.items()}
    return {
        **fields,
        "token": token,
        "title": "x",
        "person": fields["child"],
        "type": "text",
        "html": "<p>x</p>",
    }


def call(
    house: House, client: FlaskClient, rule: Rule, method: str, ids: dict[str, Any], **extra: Any
) -> int:
    """The status of a request to that route with those identifiers."""
    with house.app.test_request_context():
        adapter = house.app.url_map.bind("localhost")
        path = adapter.build(
            rule.endpoint, {name: ids[name] for name in rule.arguments - {"launch"}}, method=method
        )
    if method == "GET":
        return client.get(path, query_string=extra, buffered=True).status_code
    fields = {**form(client, ids), **extra}
    token = {"X-Classeur-Token": fields["token"]}
    return client.open(path, method=method, data=fields, headers=token, buffered=True).status_code


@pytest.mark.parametrize("role", ["teacher", "pupil", "parent", "head"])
@pytest.mark.parametrize("victim", ["foreign", "colleague"])
def test_no_route_opens_what_belongs_to_others(house: House, role: str, victim: str) -> None:
    client = house.sign_in(getattr(house.mine, role))
    shelf: Shelf = getattr(house, victim)
    walked = 0
    for rule, method in screens(house.app):
        status = call(house, client, rule, method, shelf.ids)
        assert status in (403, 404), (
            f"{role} got {status} from {method} {rule.rule} with {victim} identifiers"
        )
        walked += 1
    assert walked >= 20


@pytest.mark.parametrize(
    "name", ["page", "assignment", "resource", "child", "attempt", "binder", "activity", "upload"]
)
def test_one_foreign_identifier_among_own_ones_is_enough(house: House, name: str) -> None:
    """A page of one's own with another school's file, a child of one's own with another class's work, …"""
    for role in ("teacher", "pupil", "parent"):
        client = house.sign_in(getattr(house.mine, role))
        for victim in (house.foreign, house.colleague):
            mixed = {**house.mine.ids, name: victim.ids[name]}
            for rule, method in screens(house.app):
                if name in rule.arguments:
                    status = call(house, client, rule, method, mixed)
                    assert status in (403, 404), (
                        f"{role} got {status} from {method} {rule.rule} with a foreign {name}"
                    )


def test_the_walk_would_notice_an_open_door(house: House) -> None:
    """With one's own identifiers the same requests do succeed."""
    opened = set()
    for role in ("teacher", "pupil", "parent"):
        client = house.sign_in(getattr(house.mine, role))
        for rule, method in screens(house.app):
            if method == "GET" and call(house, client, rule, method, house.mine.ids) in (200, 303):
                opened.add(rule.rule)
    assert opened | ELSEWHERE == {rule.rule for rule, method in screens(house.app) if method == "GET"}
    assert not opened & ELSEWHERE


def test_a_launch_opens_to_its_own_cookie_only(house: House) -> None:
    client = house.sign_in(house.mine.teacher)
    launch = UUID(int=7)
    for rule in house.app.url_map.iter_rules():
        if rule.rule.startswith("/lti/l/") and "GET" in (rule.methods or set()):
            with house.app.test_request_context():
                adapter = house.app.url_map.bind("localhost")
                values = {name: house.mine.ids.get(name) for name in rule.arguments} | {"launch": launch}
                path = adapter.build(rule.endpoint, values)
            assert client.get(path, buffered=True).status_code == 401


def test_nobody_is_nobody(house: House) -> None:
    client = house.sign_in(None)
    for rule, method in screens(house.app):
        if method == "GET":
            assert call(house, client, rule, method, house.mine.ids) == 401
