"""Choosing in the picker, and what comes of it: items of all types, reasons, dates, files, and where the links lead."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from binder import db
from binder.access import Role, Viewer
from binder.clock import frozen, now
from binder.colleagues import sharing
from binder.content import authoring, composing
from binder.errors import NotFound
from binder.models import Assignment, Audience, Binder, Page, Preset, Right
from binder.publication import revisions
from binder.resources import files
from binder.storage import FileStorage
from lti import LTI
from lti.claims import DEEP_LINKING, DEEP_LINKING_SETTINGS
from lti.launches import places
from lti.links.linking import VARIABLES
from lti.links.things import Key
from lti.models import Deployment, Placement, Registration, ResourceLink, User
from lti.protocol.registrations import PlatformRegistration
from tests import factories
from tests.conformance import platform as claims_of
from tests.conformance.platform import MEMBERSHIP, L
from tests.keys import PRIVATE_KEY
from tests.lti import arrivals
from tests.lti.arrivals import Platform, keep_cookie
from tests.media import picture, saved

ALL = ["ltiResourceLink", "link", "html", "image", "file"]
TEACHER: dict[str, Any] = dict(arrivals.TEACHER)
PUPIL: dict[str, Any] = {L + "roles": [MEMBERSHIP + "Learner"], "sub": "lina", "name": "Lina"}


class Known(Platform):
    """The platform of a database that has it already."""

    def __init__(self, engine: sa.Engine) -> None:
        self.begin = db.writing(engine).begin
        with Session(engine) as session:
            self.registration = PlatformRegistration.of(session.scalars(sa.select(Registration)).one())
            deployment = session.scalars(sa.select(Deployment)).one()
        self.deployment_key, self.tenant_id = deployment.id, deployment.tenant_id


@dataclass
class Class:
    """A teacher with a binder before the picker of a platform, and the links that come of it."""

    app: Flask
    platform: Platform
    engine: sa.Engine
    teacher: Viewer
    ids: dict[str, UUID]
    client: FlaskClient
    path: str = ""

    def open(self, **settings: Any) -> None:
        """The picker, with changed settings."""
        body = claims_of.deep_linking_claims(**TEACHER)
        body[L + "context"] = claims_of.claims()[L + "context"]
        body[L + "launch_presentation"] = {"locale": "fr"}
        usual = {
            "accept_types": ALL,
            "accept_presentation_document_targets": ["embed", "iframe", "window"],
            "accept_multiple": True,
        }
        body[DEEP_LINKING_SETTINGS] = {**body[DEEP_LINKING_SETTINGS], **usual, **settings}
        self.path = keep_cookie(self.client, self.platform.receive(self.platform.launch(body)))

    def get(self, screen: str = "") -> TestResponse:
        """One of the picker's screens."""
        return self.client.get(f"{self.path}/link{screen}")

    def post(self, screen: str = "", **fields: Any) -> TestResponse:
        """A form of one."""
        token = re.search(r'name="token" value="([\w-]+)"', self.get().text)
        assert token
        return self.client.post(f"{self.path}/link{screen}", data={"token": token[1], **fields})

    def key(self, name: str) -> str:
        """How forms name a thing."""
        kind = {"binder": "b", "chapter": "s", "question": "a", "picture": "f", "pdf": "f"}.get(name, "p")
        after = f":{self.ids['lesson']}" if kind in "af" else ""
        return f"{kind}:{self.ids[name]}{after}"

    def items(self, answer: TestResponse) -> list[dict[str, Any]]:
        """What the platform gets."""
        return list(self.claims(answer)[DEEP_LINKING + "content_items"])

    def claims(self, answer: TestResponse) -> dict[str, Any]:
        """The whole answer to the platform."""
        assert answer.status_code == 200, answer.text
        signed = re.search(r'name="JWT" value="([^"]+)"', answer.text)
        assert signed, answer.text
        return dict(jwt.decode(unescape(signed[1]), options={"verify_signature": False}))

    def place(self, *names: str, **fields: Any) -> list[dict[str, Any]]:
        """Tick, and place."""
        keys = [self.key(name) for name in names]
        screen = "/how" if fields else ""
        return self.items(self.post(screen, what=keys, action="place", **fields))

    def arrive(self, item: dict[str, Any], link: str = "placed", custom: Any = (), **who: Any) -> str:
        """Where somebody lands who opens the placed link."""
        values = {**item["custom"], **dict(custom)}
        claims = {
            L + "target_link_uri": item["url"],
            L + "resource_link": {"id": link, "title": item["title"]},
            L + "custom": {name: "" if value.startswith("$") else value for name, value in values.items()},
        }
        self.path = self.platform.arrive(self.client, **{**claims, **(who or PUPIL)})
        return str(self.client.get(f"{self.path}/").location)

    def assignment(self) -> Assignment:
        """The only one."""
        with Session(self.engine, expire_on_commit=False) as session:
            return session.scalars(sa.select(Assignment)).one()


def furnish(session: Session, teacher: Viewer, storage: FileStorage) -> dict[str, UUID]:
    """A binder with a published lesson, a draft, an empty page, a question alone, and files."""
    binder = factories.binder(session, teacher)
    lesson, question = factories.page_with_choice(session, teacher, binder)
    image = files.add_file(
        session, teacher, binder.id, storage, io.BytesIO(saved(picture(4, 3), "PNG")), name="carte d’eau.png"
    )
    pdf = files.add_file(session, teacher, binder.id, storage, io.BytesIO(b"%PDF-1.7"), name="fiche.pdf")
    session.expire(binder)
    for block in (
        {"type": "image", "resource": str(image.id), "alt": "Une carte"},
        {"type": "file", "resource": str(pdf.id)},
    ):
        composing.add_block(session, teacher, lesson.id, block)
    authoring.publish(session, teacher, lesson.id)
    section = lesson.section_id
    pages = {
        name: authoring.add_page(session, teacher, section, title=name).id
        for name in ("draft", "empty", "asking")
    }
    composing.add_block(session, teacher, pages["draft"], {"type": "text", "html": "<p>Un brouillon.</p>"})
    asked = authoring.save_activity(session, teacher, binder.id, factories.choice(title="Seule"))
    session.expire(binder)
    composing.add_block(session, teacher, pages["asking"], {"type": "activity", "activity": str(asked.id)})
    authoring.publish(session, teacher, pages["asking"])
    later = authoring.add_section(session, teacher, binder.id, title="Plus tard")
    own = {"binder": binder.id, "chapter": section, "later": later.id, "lesson": lesson.id, **pages}
    return {**own, "question": question.id, "picture": image.id, "pdf": pdf.id}


@dataclass(frozen=True)
class Furnished:
    """A platform and a binder as they were made once: the tests work in copies."""

    folder: Path
    teacher: Viewer
    ids: dict[str, UUID]


@pytest.fixture(scope="module")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Made once."""
    folder = tmp_path_factory.mktemp("picker")
    shutil.copy(sqlite_template, folder / "test.db")
    engine = db.create_engine(f"sqlite:///{folder / 'test.db'}")
    platform = Platform(engine)
    platform.receive(platform.launch(**TEACHER))
    with Session(db.writing(engine)) as session:
        person = session.scalars(sa.select(User.person_id).where(User.subject == "morel")).one()
        audience = session.scalars(sa.select(Audience.id)).one()
        teacher = Viewer(platform.tenant_id, Role.INSTRUCTOR, person, audience)
        ids = furnish(session, teacher, FileStorage(folder / "files"))
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return Furnished(folder, teacher, ids)


@pytest.fixture
def klass(furnished: Furnished, tmp_path: Path) -> Iterator[Class]:
    """Before the picker. One database will do: nothing here depends on which."""
    for kept in (revisions._revisions, revisions._versions):  # the copies have the same ids
        kept.clear()
    shutil.copy(furnished.folder / "test.db", tmp_path / "test.db")
    shutil.copytree(furnished.folder / "files", tmp_path / "files")
    engine = db.create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    app = Flask("classeur")
    app.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(furnished.folder))}
    app.config.update(LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_BASE_URL="https://tool.example", SECRET_KEY="x")
    LTI(engine, storage=FileStorage(tmp_path / "files")).init_app(app)
    platform = Known(engine)
    found = Class(app, platform, engine, furnished.teacher, furnished.ids, app.test_client())
    found.open()
    yield found
    app.extensions["lti"].visits.flush()
    engine.dispose()


# -- choosing ------------------------------------------------------------------------------------------------------


def test_several_things_at_once(klass: Class) -> None:
    items = klass.place("binder", "chapter", "lesson", "question")
    assert [item["title"] for item in items] == [
        "Le cycle de l’eau",
        "Chapitre",
        "L’évaporation",
        "Évaporation",
    ]
    assert {item["type"] for item in items} == {"ltiResourceLink"}
    assert [item.get("lineItem", {}).get("scoreMaximum") for item in items] == [None, None, 2, 2]
    for item in items:
        assert item["url"] == f"https://tool.example/lti/open/{item['custom']['placement']}"
        assert {**item["custom"], **VARIABLES} == item["custom"]
    with Session(klass.engine) as session:
        rows = {str(row.id): row for row in session.scalars(sa.select(Placement))}
    meant = [rows[item["custom"]["placement"]] for item in items]
    assert [(row.section_id, row.page_id, row.activity_id) for row in meant] == [
        (None, None, None),
        (klass.ids["chapter"], None, None),
        (None, klass.ids["lesson"], None),
        (None, klass.ids["lesson"], klass.ids["question"]),
    ]
    assert {row.binder_id for row in meant} == {klass.ids["binder"]}


def test_one_at_a_time_where_the_platform_wants_that(klass: Class) -> None:
    klass.open(accept_multiple=False)
    page = klass.get().text
    assert 'type="radio"' in page
    assert "une chose à la fois" in page
    answer = klass.post(what=[klass.key("lesson"), klass.key("binder")], action="place")
    assert answer.status_code == 400
    with Session(klass.engine) as session:
        assert session.scalars(sa.select(Placement)).all() == [], "what was refused leaves no trace"


def test_ticks_stay_while_one_looks_around(klass: Class) -> None:
    with Session(db.writing(klass.engine)) as session:
        other = factories.binder(session, klass.teacher, "Les volcans").id
        session.commit()
    answer = klass.post(what=[klass.key("lesson"), klass.key("question")], open=str(other))
    assert answer.status_code == 303
    looked = klass.client.get(answer.location).text
    assert "Coché ailleurs" in looked
    assert re.findall(r'value="([^"]+)" checked', looked) == [klass.key("lesson"), klass.key("question")]
    searched = klass.client.get(
        klass.post(what=[klass.key("lesson")], action="look", q="evaporation").location
    ).text
    assert re.findall(r'value="([^"]+)" checked', searched) == [klass.key("lesson")]
    assert "1 page contient" in searched or "1 page" in searched
    how = klass.client.get(klass.post(what=[klass.key("lesson")], action="how").location).text
    assert re.findall(r'name="what" value="([^"]+)"', how) == [klass.key("lesson")]


@pytest.mark.parametrize("action", ["place", "how"])
def test_nothing_ticked_is_said(klass: Class, action: str) -> None:
    answer = klass.post(action=action)
    assert answer.status_code == 422
    assert "Cochez d’abord quelque chose." in answer.text


@pytest.mark.parametrize("action", ["place", "how"])
def test_too_much_at_once_is_said_and_the_first_stay_ticked(klass: Class, action: str) -> None:
    names = [klass.key("lesson"), *(f"p:{UUID(int=number)}" for number in range(20))]
    answer = klass.post(action=action, what=names)
    assert answer.status_code == 422
    assert "20 éléments à la fois au plus." in answer.text
    assert re.findall(r'value="([^"]+)" checked', klass.get().text) == [klass.key("lesson")]


@given(st.text(max_size=100) | st.builds("{}:{}:{}".format, st.sampled_from("bspaf"), st.uuids(), st.uuids()))
def test_any_text_names_a_thing_or_nothing(text: str) -> None:
    try:
        key = Key.read(text)
    except NotFound:
        return
    assert Key.read(str(key)) == key


def test_nothing_on_purpose_is_an_answer(klass: Class) -> None:
    claims = klass.claims(klass.post(action="nothing", what=[klass.key("lesson")]))
    assert claims[DEEP_LINKING + "content_items"] == []
    assert claims[DEEP_LINKING + "msg"] == "Rien n’a été choisi dans Classeur."


def test_a_hostile_return_address_is_only_text(klass: Class) -> None:
    """The platform's word goes into a form's `action`: nothing in it opens a tag or leaves the attribute."""
    hostile = "https://ent.example/back?a=1&b=\"><script>fire()</script>'<img src=x onerror=fire()>"
    klass.open(deep_link_return_url=hostile)
    answer = klass.post(action="nothing")
    assert answer.status_code == 200
    assert "<script>fire" not in answer.text
    assert "<img" not in answer.text
    action = re.search(r'<form method="post" action="([^"]*)" data-submit', answer.text)
    assert action
    assert unescape(action[1]) == hostile
    assert "form-action 'self' https://ent.example" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "p",
        "p:x",
        "x:1",
        f"p:{UUID(int=7)}",
        f"a:{UUID(int=7)}",
        f"p:{UUID(int=7)}:{UUID(int=7)}",
        "p:" * 99,
    ],
)
@pytest.mark.parametrize("action", ["place", "look", "how"])
def test_nonsense_is_not_there(klass: Class, key: str, action: str) -> None:
    answer = klass.post(what=[key], action=action)
    if answer.status_code == 303:
        assert key.startswith("p:0")
        assert klass.client.get(answer.location).status_code in (200, 303)
    else:
        assert answer.status_code == 404


def test_a_pupil_chooses_nothing(klass: Class) -> None:
    body = claims_of.deep_linking_claims(**PUPIL)
    path = keep_cookie(klass.client, klass.platform.receive(klass.platform.launch(body)))
    for screen in ("", "/new"):
        assert klass.client.get(f"{path}/link{screen}").status_code == 403


# -- what the platform takes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "name", "shape"),
    [
        (["ltiResourceLink", "link"], "lesson", "ltiResourceLink"),
        (["link", "ltiResourceLink"], "lesson", "ltiResourceLink"),
        (["link"], "lesson", "link"),
        (["link"], "binder", "link"),
        (["link"], "chapter", "link"),
        (["link"], "question", "link"),
        (["html"], "lesson", "html"),
        (["image"], "picture", "image"),
        (["file"], "picture", "file"),
        (["file", "image"], "picture", "image"),
        (["file"], "pdf", "file"),
    ],
)
def test_the_best_of_what_is_taken(klass: Class, accept: list[str], name: str, shape: str) -> None:
    klass.open(accept_types=accept)
    (item,) = klass.place(name)
    assert item["type"] == shape


@pytest.mark.parametrize(
    ("settings", "name", "why"),
    [
        ({}, "empty", "Il n’y a encore rien sur cette page."),
        ({}, "later", "Rien n’y est encore publié"),
        ({"accept_types": ["html"]}, "draft", "celle-ci est un brouillon"),
        ({"accept_types": ["html"]}, "asking", "il n’y en a pas sur cette page"),
        ({"accept_types": ["html"]}, "binder", "n’accepte rien de cette sorte"),
        ({"accept_types": ["image"]}, "lesson", "n’accepte rien de cette sorte"),
        ({"accept_types": ["image"]}, "pdf", "n’accepte rien de cette sorte"),
        ({"accept_types": ["file"], "accept_media_types": "image/*"}, "pdf", "les fichiers de ce type"),
        (
            {"accept_types": ["html"], "accept_presentation_document_targets": ["window"]},
            "lesson",
            "ne peut pas être montrée",
        ),
    ],
)
def test_what_cannot_be_chosen_says_why(klass: Class, settings: dict[str, Any], name: str, why: str) -> None:
    klass.open(**settings)
    if name == "later":
        key = f"s:{klass.ids['later']}"
    else:
        key = klass.key(name)
    row = re.search(rf'<input[^>]*value="{key}" disabled>(.*?)</label>', klass.get().text, re.DOTALL)
    assert row, "it is there, and cannot be ticked"
    assert why in row[1]
    answer = klass.post(what=[key], action="place")
    assert answer.status_code == 400


def test_a_colleagues_binder_is_shown_with_the_reason(klass: Class) -> None:
    klass.platform.receive(klass.platform.launch(**{**TEACHER, "sub": "haddad"}))
    with Session(db.writing(klass.engine)) as session:
        person = session.scalars(sa.select(User.person_id).where(User.subject == "haddad")).one()
        colleague = Viewer(klass.platform.tenant_id, Role.INSTRUCTOR, person, klass.teacher.audience_id)
        binder = factories.binder(session, colleague, "Celui du collègue")
        page, _ = factories.page_with_choice(session, colleague, binder)
        authoring.publish(session, colleague, page.id)
        assert klass.teacher.person_id
        sharing.share(session, colleague, binder.id, klass.teacher.person_id, Right.READ)
        session.commit()
        binder_id, key = binder.id, f"p:{page.id}"
    shown = klass.get(f"?binder={binder_id}").text
    assert "seuls ceux qui l’écrivent peuvent le placer" in shown
    assert re.search(rf'value="{key}" disabled', shown)
    assert klass.post(what=[key], action="place").status_code == 403
    with Session(db.writing(klass.engine)) as session:
        assert klass.teacher.person_id
        sharing.change_right(
            session, colleague, binder_id, klass.teacher.person_id, Right.EDIT, base=Right.READ
        )
        session.commit()
    (item,) = klass.items(klass.post(what=[key], action="place"))
    assert item["title"] == "L’évaporation"


def test_no_column_where_there_is_none(klass: Class) -> None:
    klass.open(accept_lineitem=False)
    assert (
        "les notes restent dans Classeur"
        in klass.client.get(klass.post(what=[klass.key("lesson")], action="how").location).text
    )
    (item,) = klass.place("lesson")
    assert "lineItem" not in item


def test_a_copy_of_the_texts_has_neither_questions_nor_files(klass: Class) -> None:
    klass.open(accept_types=["html"])
    (item,) = klass.place("lesson")
    assert "<p>Lis, puis réponds.</p>" in item["html"]
    for gone in ("vapeur", "input", "img", "/lti/", "fiche.pdf"):
        assert gone not in item["html"]
    assert set(item) == {"type", "title", "html"}


# -- how -----------------------------------------------------------------------------------------------------------


def test_dates_and_display_go_to_the_platform_and_to_the_assignment(klass: Class) -> None:
    fields = {
        "title": "À faire",
        "opens_at": "2031-03-03T08:00",
        "due_at": "2031-03-10T18:00",
        "target": "window",
        "preset": "training",
        "max_attempts": "3",
        "asks": "1",
        "column": "1",
    }
    (item,) = klass.place("lesson", **fields)
    assert (item["title"], item["lineItem"]["label"]) == ("À faire", "À faire")
    assert item["submission"] == {
        "startDateTime": "2031-03-03T07:00:00Z",
        "endDateTime": "2031-03-10T17:00:00Z",
    }
    assert item["available"] == {"startDateTime": "2031-03-03T07:00:00Z"}
    assert item["window"] == {"targetName": "_blank"}
    assert "iframe" not in item
    klass.arrive(item)
    work = klass.assignment()
    assert (work.max_attempts, work.preset) == (3, Preset.TRAINING)
    assert work.opens_at
    assert work.due_at
    assert work.due_at - work.opens_at == timedelta(days=7, hours=10)


def test_each_thing_has_its_own_fields(klass: Class) -> None:
    first, second = klass.place(
        "lesson",
        "question",
        title="Un",
        **{"title-1": "Deux", "asks-1": "1", "target-1": "iframe", "due_at-1": "2031-03-10T18:00"},
    )
    assert (first["title"], second["title"]) == ("Un", "Deux")
    assert ("lineItem" in first, "lineItem" in second) == (True, False), "its box was not ticked"
    assert ("submission" in first, "submission" in second) == (False, True)
    assert second["iframe"] == {"height": 700}


@pytest.mark.parametrize(
    ("shape", "names"), [("link", {"url", "title", "text", "icon"}), ("html", {"html", "title"})]
)
def test_another_shape_than_the_best(klass: Class, shape: str, names: set[str]) -> None:
    (item,) = klass.place("lesson", shape=shape)
    assert set(item) == {"type", *names}
    assert item["type"] == shape


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"opens_at": "2031-03-10T08:00", "due_at": "2031-03-03T18:00"}, "avant"),
        ({"due_at": "demain"}, "date"),
        ({"max_attempts": "1000"}, "100"),
        ({"max_attempts": "x"}, "100"),
        ({"title": "x" * 256}, "255"),
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_what_is_wrong_is_said_and_nothing_placed(
    klass: Class, fields: dict[str, str], message: str, at: int
) -> None:
    named = {f"{name}-{at}" if at else name: value for name, value in fields.items()}
    keys = [klass.key("lesson"), klass.key("question")]
    answer = klass.post("/how", what=keys, action="place", **named)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'id="{next(reversed(named))}-error"' in answer.text
    with Session(klass.engine) as session:
        assert session.scalars(sa.select(Placement)).all() == []


def test_a_page_that_is_too_long_to_copy_can_be_linked_to(klass: Class) -> None:
    with Session(db.writing(klass.engine)) as session:
        for _ in range(2):
            block = {"type": "text", "html": f"<p>{'abcdefg ' * 8000}</p>"}
            composing.add_block(session, klass.teacher, klass.ids["draft"], block)
        authoring.publish(session, klass.teacher, klass.ids["draft"])
        session.commit()
    answer = klass.post("/how", what=[klass.key("draft")], action="place", shape="html")
    assert answer.status_code == 422
    assert "choisissez une autre façon" in answer.text


def test_back_from_how_keeps_the_ticks(klass: Class) -> None:
    answer = klass.post("/how", what=[klass.key("lesson")], action="back")
    assert re.findall(r'value="([^"]+)" checked', klass.client.get(answer.location).text) == [
        klass.key("lesson")
    ]
    klass.open()
    assert klass.get("/how").location.endswith("/link"), "nothing is ticked"


# -- made on the spot ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "begins"), [("chapter", "activity"), ("chapter", "text"), ("new", "activity"), ("bare", "text")]
)
def test_a_page_made_on_the_spot_comes_back_ticked(klass: Class, where: str, begins: str) -> None:
    with Session(db.writing(klass.engine)) as session:
        bare = factories.binder(session, klass.teacher, "Vide").id
        session.commit()
    assert klass.post(what=[klass.key("lesson")], action="new").location.endswith("/link/new")
    value = {"chapter": f"s:{klass.ids['chapter']}", "new": "new", "bare": f"b:{bare}"}[where]
    answer = klass.post("/new", title="Toute neuve", where=value, **{"with": begins})
    form = klass.client.get(answer.location)
    assert form.status_code == 200
    assert answer.location.endswith("/activity/new" if begins == "activity" else "/edit")
    assert f'href="{klass.path}/link"' in form.text
    assert "Mes classeurs</a></li>" not in form.text.partition("<main")[0].partition("trail")[0]
    with Session(klass.engine) as session:
        page = session.scalars(sa.select(Page).where(Page.title == "Toute neuve")).one()
        titles = {"chapter": "Le cycle de l’eau", "new": "Toute neuve", "bare": "Vide"}
        assert session.get_one(Binder, (page.tenant_id, page.binder_id)).title == titles[where]
        key, page_id = f"p:{page.id}", page.id
    with Session(db.writing(klass.engine)) as session:
        composing.add_block(session, klass.teacher, page_id, {"type": "text", "html": "<p>a</p>"})
        session.commit()
    assert set(re.findall(r'value="([^"]+)" checked', klass.get().text)) == {key, klass.key("lesson")}


@pytest.mark.parametrize("where", ["p:x", f"s:{UUID(int=7)}", f"b:{UUID(int=7)}"])
def test_a_page_goes_nowhere_else(klass: Class, where: str) -> None:
    assert klass.post("/new", title="a", where=where).status_code == 404


def test_a_page_needs_a_title(klass: Class) -> None:
    answer = klass.post("/new", title=" ", where="new")
    assert answer.status_code == 422
    with Session(klass.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Binder)) == 1


# -- files ---------------------------------------------------------------------------------------------------------


def path_of(item: dict[str, Any]) -> str:
    """The address without its host."""
    return urlsplit(str(item["url"])).path


def test_a_file_is_fetched_without_a_session_for_an_hour(klass: Class) -> None:
    (item,) = klass.place("pdf")
    assert (item["title"], item["mediaType"]) == ("fiche.pdf", "application/pdf")
    assert datetime.fromisoformat(item["expiresAt"]) - now() < timedelta(hours=1, seconds=5)
    nobody = klass.app.test_client()
    got = nobody.get(path_of(item))
    assert (got.status_code, got.data) == (200, b"%PDF-1.7")
    with frozen(now() + timedelta(hours=1, minutes=1)):
        assert nobody.get(path_of(item)).status_code == 404


def test_a_picture_is_shown_for_as_long_as_its_page_shows_it(klass: Class) -> None:
    (item,) = klass.place("picture")
    assert (item["type"], item["width"], item["height"]) == ("image", 4, 3)
    assert "carte%20d%E2%80%99eau.png" in item["url"]
    nobody = klass.app.test_client()
    with frozen(now() + timedelta(days=300)):
        assert nobody.get(path_of(item)).mimetype == "image/png"
    with Session(db.writing(klass.engine)) as session:
        page = session.get_one(Page, (klass.teacher.tenant_id, klass.ids["lesson"]))
        block = next(one for one in page.blocks if one["type"] == "image")
        composing.remove_block(session, klass.teacher, page.id, block["id"])
        session.commit()
        assert nobody.get(path_of(item)).status_code == 200, "pupils see it still"
        authoring.publish(session, klass.teacher, page.id)
        session.commit()
    assert nobody.get(path_of(item)).status_code == 404


@pytest.mark.parametrize("change", ["seal", "length", "nonsense", "other"])
def test_an_address_that_we_did_not_seal_opens_nothing(klass: Class, change: str) -> None:
    (item,) = klass.place("pdf")
    _, secret, name = path_of(item).rsplit("/", 2)
    other = {
        "seal": secret[:-4] + ("AAAA" if not secret.endswith("AAAA") else "BBBB"),
        "length": secret[:-8],
        "nonsense": "é" * 40,
        "other": "A" * len(secret),
    }[change]
    assert klass.app.test_client().get(f"/lti/placed/{other}/{name}").status_code == 404


# -- where links lead ----------------------------------------------------------------------------------------------


def test_an_embedded_question_is_all_that_is_asked(klass: Class) -> None:
    (item,) = klass.place("question")
    lands = klass.arrive(item)
    work = klass.assignment()
    assert lands == f"{klass.path}/work/{work.id}"
    assert work.activity_id == klass.ids["question"]
    shown = klass.client.get(lands).text
    assert "Que devient l’eau chauffée" in shown
    assert "Lis, puis réponds." not in shown
    assert klass.arrive(item, **TEACHER) == f"{klass.path}/given/{work.id}"


@pytest.mark.parametrize("name", ["binder", "chapter"])
def test_a_placed_binder_is_read_by_the_class(klass: Class, name: str) -> None:
    (item,) = klass.place(name)
    anchor = f"#s-{klass.ids['chapter']}" if name == "chapter" else ""
    for _ in range(2):
        lands = klass.arrive(item)
        assert lands == f"{klass.path}/read/binders/{klass.ids['binder']}{anchor}"
        assert "L’évaporation" in klass.client.get(lands).text
    assert klass.client.get(f"{klass.path}/read/pages/{klass.ids['lesson']}").status_code == 200
    assert klass.client.get(f"{klass.path}/read/pages/{klass.ids['draft']}").status_code == 404
    assert klass.arrive(item, **TEACHER) == f"{klass.path}/binders/{klass.ids['binder']}{anchor}"
    other = {**TEACHER, "sub": "haddad"}
    assert klass.arrive(item, **other) == f"{klass.path}/read/binders/{klass.ids['binder']}{anchor}"


def test_a_link_is_known_by_its_parameter_where_the_platform_keeps_no_address(klass: Class) -> None:
    (item,) = klass.place("lesson")
    klass.arrive({**item, "url": "https://tool.example/lti/launch"})
    assert klass.assignment().page_id == klass.ids["lesson"]


@pytest.mark.parametrize("value", ["", "x", str(UUID(int=7)), "$Placement"])
def test_a_parameter_that_names_nothing_is_an_ordinary_link(klass: Class, value: str) -> None:
    (item,) = klass.place("lesson")
    lands = klass.arrive({**item, "url": "https://tool.example/lti/launch", "custom": {"placement": value}})
    assert lands == f"{klass.path}/work"


@pytest.mark.parametrize("name", ["lesson", "binder"])
def test_a_second_launch_learns_nothing(klass: Class, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (item,) = klass.place(name)
    told = {"submission_end": "2031-03-10T17:00:00Z"}
    klass.arrive(item, custom=told)

    def learn(*_: Any) -> None:
        raise AssertionError("everything is known")

    monkeypatch.setattr(places, "learn", learn)
    klass.arrive(item, custom=told)


# -- a platform that says another end ------------------------------------------------------------------------------

DUE = datetime.fromisoformat("2031-03-10T17:00:00Z")


@pytest.mark.parametrize(
    ("said", "due", "applied"),
    [
        ("", DUE, None),
        ("$ResourceLink.submission.endDateTime", DUE, None),
        ("bientôt", DUE, None),
        ("2031-03-12", DUE, None),
        ("9999-12-31T23:59:59-23:59", DUE, None),
        ("2031-03-10T17:00:00Z", DUE, None),
        ("2031-03-10T18:00:00.000+01:00", DUE, None),
        ("2031-03-12T17:00:00Z", DUE + timedelta(days=2), True),
        ("2031-03-09T17:00:00Z", DUE - timedelta(days=1), True),
        ("2021-03-09T17:00:00Z", DUE, False),
        ("2031-03-01T17:00:00Z", DUE, False),
    ],
)
def test_another_end_holds_and_the_teacher_is_told(
    klass: Class, said: str, due: datetime, applied: bool | None
) -> None:
    (item,) = klass.place("lesson", opens_at="2031-03-03T08:00", due_at="2031-03-10T18:00")
    klass.arrive(item)
    assert klass.assignment().due_at == DUE
    klass.arrive(item, custom={"submission_end": said})
    work = klass.assignment()
    assert work.due_at == due
    lands = klass.arrive(item, custom={"submission_end": said}, **TEACHER)
    follow_up = f"{klass.path}/given/{work.id}"
    if applied is None:
        assert lands == follow_up
        return
    assert lands == f"{klass.path}/moved/{work.id}"
    shown = klass.client.get(lands).text
    assert ("Classeur a repris la nouvelle date." in shown) is applied
    assert ("rien n’a été changé" in shown) is not applied
    token = re.search(r'name="token" value="([\w-]+)"', shown)
    assert token
    assert klass.client.post(lands, data={"token": token[1]}).location == follow_up
    assert klass.arrive(item, custom={"submission_end": said}, **TEACHER) == follow_up.replace(
        follow_up.partition("/given")[0], klass.path
    )


def test_what_a_teacher_sets_here_stays_until_the_platform_says_something_new(klass: Class) -> None:
    (item,) = klass.place("lesson", due_at="2031-03-10T18:00")
    for said, due in (
        ("2031-03-12T17:00:00Z", "2031-03-12T17:00:00Z"),
        (None, "2031-04-01T17:00:00Z"),
        ("2031-03-12T17:00:00Z", "2031-04-01T17:00:00Z"),
        ("2031-05-01T17:00:00Z", "2031-05-01T17:00:00Z"),
    ):
        if said is None:
            with Session(db.writing(klass.engine)) as session:
                session.scalars(sa.select(Assignment)).one().due_at = datetime.fromisoformat(due)
                session.commit()
        else:
            klass.arrive(item, custom={"submission_end": said})
        assert klass.assignment().due_at == datetime.fromisoformat(due)


def test_a_later_end_moves_the_last_deadline_along(klass: Class) -> None:
    (item,) = klass.place("lesson", due_at="2031-03-10T18:00")
    klass.arrive(item)
    with Session(db.writing(klass.engine)) as session:
        session.scalars(sa.select(Assignment)).one().closes_at = DUE + timedelta(days=1)
        session.commit()
    klass.arrive(item, custom={"submission_end": "2031-03-20T17:00:00Z"})
    work = klass.assignment()
    assert work.closes_at == work.due_at == datetime.fromisoformat("2031-03-20T17:00:00Z")


def test_the_same_page_placed_twice_in_one_class_is_one_work_unless_wished_otherwise(klass: Class) -> None:
    first, second = klass.place("lesson")[0], None
    klass.open()
    (second,) = klass.place("lesson")
    klass.open()
    (third,) = klass.place("lesson", max_attempts="2")
    for number, item in enumerate((first, second, third)):
        klass.arrive(item, link=f"link-{number}")
    with Session(klass.engine) as session:
        found = session.scalars(
            sa.select(ResourceLink.assignment_id)
            .where(ResourceLink.assignment_id.is_not(None))
            .order_by(ResourceLink.resource_link_id)
        ).all()
    assert len(found) == 3
    assert found[0] == found[1] != found[2]


def test_a_link_whose_content_is_chosen_anew_leads_there(klass: Class) -> None:
    (first,) = klass.place("lesson")
    assert "/work/" in klass.arrive(first)
    for name, lands in (("binder", "/read/binders/"), ("question", "/work/"), ("lesson", "/work/")):
        klass.open()
        (item,) = klass.place(name)
        assert lands in klass.arrive(item), "the platform keeps the link's own id"
        assert lands in klass.arrive(item)
    with Session(klass.engine) as session:
        given = session.scalars(sa.select(Assignment).order_by(Assignment.id)).all()
    assert [one.activity_id for one in given] == [None, klass.ids["question"]]


def test_dates_belong_to_the_class_that_they_were_chosen_for(klass: Class) -> None:
    (item,) = klass.place("lesson", due_at="2031-03-10T18:00", max_attempts="3")
    klass.arrive(item)
    other: dict[str, Any] = {L + "context": {"id": "class-of-next-year", "title": "6B"}}
    klass.arrive(item, **PUPIL, **other)
    with Session(klass.engine) as session:
        given = session.scalars(sa.select(Assignment).order_by(Assignment.id)).all()
    assert [(one.due_at, one.max_attempts) for one in given] == [(DUE, 3), (None, 3)]
