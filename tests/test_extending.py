"""What docs/extending.md shows works: its code is run as it stands there."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from jinja2 import DictLoader
from sqlalchemy.orm import Session

from binder import db, outbox
from binder.activities import activities
from binder.blocks import blocks, load_block
from binder.content import composing
from binder.storage import FileStorage
from exporters import export, exporters
from lti.errors import MessageIncomplete
from lti.models import Deployment, Registration
from lti.protocol import asset_messages, messages
from lti.protocol.notices import CheckedNotice
from lti.protocol.registrations import StoredDeployment
from lti.services import noticing
from lti.views.screens import blueprint
from tests import factories
from tests.conformance.platform import L
from tests.lti.arrivals import Platform
from tests.lti.messaging import Class, of_type, open_class
from tests.lti.protocol.server import Asked, Told, serving
from tests.lti.school import open_school
from tests.lti.somebody import somebody

FILE = "01890000-0000-7000-8000-000000000001"
PAGE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text()
GIVEN = {"release": "at_once", "max_attempts": "1"}
HTML = re.findall(r"```html\n(.*?)```", PAGE, re.DOTALL)
"""Learner's template, author's form, form of the block, page of a message: as they stand on the page."""


@pytest.fixture(autouse=True)
def extended() -> Iterator[dict[str, Any]]:
    """The code of the page has run, and what it has defined; afterwards its kinds are unknown again."""
    registries = (activities, blocks, exporters)
    before = [dict(registry._kinds) for registry in registries]  # type: ignore[attr-defined]
    tables = (messages._types, noticing._acts)
    entries = [dict(table) for table in tables]
    rules, mounted = list(blueprint.deferred_functions), blueprint._got_registered_once
    # as in a program that starts: another test has mounted it already
    blueprint._got_registered_once = False
    defined: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        names = {"__name__": "extension"}
        exec(compile(code, "docs/extending.md", "exec"), names)  # noqa: S102 - our own page
        defined |= names
    yield defined
    for registry, kinds in zip(registries, before, strict=True):
        registry._kinds = kinds  # type: ignore[attr-defined]
    for table, known in zip(tables, entries, strict=True):
        table.clear()  # type: ignore[attr-defined]
        table.update(known)  # type: ignore[attr-defined]
    blueprint.deferred_functions[:] = rules
    blueprint._got_registered_once = mounted


def test_the_activity_type_scores() -> None:
    year = activities["year"]
    content = year.load(
        {
            "body": {"prompt": "<p>La prise de la Bastille ?</p>"},
            "key": {"year": 1789},
            "scoring": {"tolerance": 1},
        }
    )
    assert year.score(content, year.answer(year.answer_from_form({"year": ["1790"]}))).fraction == Fraction(1)
    assert year.score(content, year.answer(year.answer_from_form({"year": [""]}))).state == "unanswered"
    assert "1789" not in str(year.public(content, "seed"))
    with pytest.raises(Exception, match="not a valid year"):
        year.load(year.content_from_form({"prompt": ["<p>?</p>"], "year": ["?"]}))


def test_the_activitys_pages_are_shown_to_author_and_pupil(sqlite_template: Path, tmp_path: Path) -> None:
    school = open_school(sqlite_template, tmp_path)
    try:
        pages = {"lti/activities/year.html": HTML[0], "lti/activities/year_form.html": HTML[1]}
        school.app.jinja_loader = DictLoader(pages)  # type: ignore[misc]
        teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}"
        assert "Année" in teacher.open(f"{path}/activity/new")
        teacher.open(f"{path}/activity?type=year&example=1")
        assert 'value="1789"' in teacher.html
        teacher.send(f"{path}/activity", type="year", title="Date", prompt="Quand ?", year="jadis")
        assert teacher.status == 422
        assert 'value="jadis"' in teacher.html
        teacher.send(f"{path}/activity", type="year", title="Date", prompt="Quand ?", year="1789")
        assert teacher.status == 200
        teacher.open(path)
        assert "1789" in teacher.html
        teacher.open(f"{path}/give")
        given = teacher.send(f"{path}/give", **GIVEN)
        (address,) = set(re.findall(r"/lti/my/given/([0-9a-f-]{36})", given)) or {""}
        pupil = somebody(school, "pupil")
        assert ".year" in pupil.open(f"/lti/my/work/{address}")
        assert "1789" not in pupil.html
    finally:
        school.close()


def test_block_and_exporter_work_together(session: Session, storage: FileStorage) -> None:
    teacher = factories.viewer(session, factories.tenant(session))
    page, _ = factories.page_with_choice(session, teacher)
    composing.add_block(
        session, teacher, page.id, {"type": "quote", "words": "Rien ne se perd.", "author": "A. L."}
    )
    session.flush()
    session.expire(page)
    out = io.BytesIO()
    report = export("text", page.binder, storage, out)
    assert "Rien ne se perd." in out.getvalue().decode()
    assert [loss.detail for loss in report.losses] == ["activity"]
    assert "blockquote" in blocks["quote"].html(page.blocks[-1], None)  # type: ignore[arg-type]


def test_the_block_loads_from_nothing_and_from_its_form() -> None:
    kind, block = blocks["quote"], load_block({"type": "quote"})
    assert (kind.problems(block), kind.resources(block), kind.text(block)) == (["empty"], [], "")
    assert kind.html(block, None)  # type: ignore[arg-type]
    form = {"words": ["Rien ne se perd."], "resource": [FILE], "audience": [""], "hidden_until": [""]}
    saved = load_block({"id": block["id"], "type": "quote", **kind.from_form(form)})
    assert saved == {**block, "words": "Rien ne se perd.", "portrait": FILE}
    assert (kind.problems(saved), kind.resources(saved)) == ([], [FILE])


def test_the_blocks_form_is_shown_in_the_editor(sqlite_template: Path, tmp_path: Path) -> None:
    form = HTML[2]
    school = open_school(sqlite_template, tmp_path)
    try:
        school.app.jinja_loader = DictLoader({"lti/blocks/quote.html": form})  # type: ignore[misc]
        teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}"
        teacher.open(f"{path}/edit")
        teacher.send(f"{path}/blocks", type="quote", words="Tout se transforme.", author="A. L.")
        assert teacher.status == 200
        for part in ("<blockquote>Tout se transforme.", 'value="A. L."', 'name="credit"', 'name="audience"'):
            assert part in teacher.html
    finally:
        school.close()


@pytest.fixture
def klass(sqlite_template: Path, tmp_path: Path) -> Iterator[Class]:
    """See `open_class`."""
    shutil.copyfile(sqlite_template, tmp_path / "class.db")
    engine = db.create_engine(f"sqlite:///{tmp_path / 'class.db'}")
    yield open_class(engine, tmp_path, Platform(engine))
    engine.dispose()


class Service:
    """A platform's services: an access token, and whatever else stands at a path."""

    def __init__(self, klass: Class, url: str, **answers: Told) -> None:
        self.answers, self.asked = answers, dict[str, Asked]()
        with klass.session() as session, session.begin():
            row = session.scalars(sa.select(Registration)).one()
            row.token_endpoint = url + "/token"
            self.registration_id = row.id

    def answer(self, asked: Asked) -> Told:
        """Remembers what it was asked."""
        name = asked.path.strip("/")
        self.asked[name] = asked
        granted = Told(body=b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}')
        return granted if name == "token" else self.answers.get(name, Told(404))


def test_the_message_opens_its_screen_and_nothing_else_does(klass: Class) -> None:
    klass.app.jinja_loader = DictLoader({"lti/homework.html": HTML[3]})
    homework = of_type("ExampleHomeworkRequest", **{L + "activity": {"id": "dissertation-7"}})
    _, page = klass.open("lina", **homework)
    assert page.status_code == 200
    assert "dissertation-7" in page.text
    assert "ExampleHomeworkRequest" in messages.message_types()
    with pytest.raises(MessageIncomplete):
        klass.open("lina", **homework | {L + "activity": {}})
    client, path = klass.send("lina")
    assert client.get(path + "/homework").status_code == 403


def test_the_service_is_called_without_a_launch(klass: Class, extended: dict[str, Any]) -> None:
    with serving() as server:
        members = {"members": [{"user_id": str(number), "roles": ["Learner"]} for number in range(3)]}
        service = Service(klass, server.url, members=Told(body=json.dumps(members).encode()))
        server.answer = service.answer
        assert extended["count_learners"](klass.tool, service.registration_id, server.url + "/members") == 3
    assert service.asked["members"].query == {"role": ["Learner"], "limit": ["100"]}


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (b"Rien ne se perd, tout se transforme.", {"processingProgress": "Processed", "result": "7 words"}),
        (b"x" * 1_000_001, {"processingProgress": "Failed", "errorCode": "ASSET_TOO_LARGE"}),
    ],
)
def test_the_package_processes_what_is_handed_in(
    klass: Class, extended: dict[str, Any], work: bytes, told: dict[str, str]
) -> None:
    with serving() as server:
        service = Service(klass, server.url, file=Told(body=work), reports=Told(201, b""))
        server.answer = service.answer
        digest = base64.b64encode(hashlib.sha256(work).digest()).decode()
        asset = {"asset_id": "a-1", "url": server.url + "/file", "sha256_checksum": digest}
        claims = {
            L + "activity": {"id": "act-1"},
            L + "submission": {"id": "sub-1"},
            L + "assetservice": {"assets": [asset]},
            L + "assetreport": {"report_url": server.url + "/reports"},
        }
        _notify(klass, claims)
        handlers = {extended["WORK_ARRIVED"]: extended["Processor"](klass.tool).process}
        assert outbox.deliver(klass.tool.begin, {**klass.tool.handlers(), **handlers}) >= 2
    report = service.asked["reports"].json
    assert (report["assetId"], report["type"]) == ("a-1", "words")
    assert report.items() >= told.items()


def _notify(klass: Class, claims: dict[str, Any]) -> None:
    """A notice has come, and waits to be acted on."""
    with klass.session() as session, session.begin():
        row = session.scalars(sa.select(Deployment)).one()
        deployment = StoredDeployment(row.id, row.deployment_id, row.tenant_id, row.status)
        checked = CheckedNotice(
            "n-1", asset_messages.SUBMISSION_NOTICE, claims, klass.platform.registration, deployment
        )
        assert noticing.keep(session, checked)
