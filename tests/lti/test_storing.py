"""A tool whose files are in a real object store: people get them from there, and only those who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from binder.errors import Unavailable
from tests import media
from tests.browser import chromium
from tests.lti.school import School, open_school, served
from tests.lti.somebody import somebody
from tests.lti.test_cli import run

if TYPE_CHECKING:
    from binder.storage.s3 import S3Storage
    from tests import swift

pytestmark = pytest.mark.s3


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path, object_store: S3Storage) -> Iterator[School]:
    """A school whose files are in an object store."""
    opened = open_school(sqlite_template, tmp_path)
    opened.app.extensions["lti"].storage = object_store
    yield opened
    opened.close()


def show(school: School, data: bytes, name: str, **fields: str) -> str:
    """The address at which a pupil reads a file that the teacher has just put on a page."""
    teacher, page = somebody(school, "teacher", "en"), f"/lti/my/pages/{school.ids['reading']}"
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/blocks", file=(BytesIO(data), name), **fields)
    assert teacher.status == 200
    teacher.send(f"{page}/publish")
    found = re.findall(r"/files/([0-9a-f-]{36})", teacher.open(f"/lti/my/pages/{school.ids['reading']}"))
    return f"/lti/my/read/pages/{school.ids['reading']}/files/{found[-1]}"


@pytest.mark.browser
def test_a_pupil_sees_a_picture_that_comes_from_the_store(school: School, object_store: S3Storage) -> None:
    photo = media.jpeg(1200, 800)
    path = show(school, photo, "vallée.jpg", type="image", alt="Une vallée")
    (origin,) = object_store.origins
    with served(school.app) as here, chromium(bare=True) as browser:
        context = browser.new_context(locale="fr", viewport={"width": 375, "height": 700})
        context.add_cookies([{"name": "as", "value": "pupil", "url": here}])
        page, troubles, answers = context.new_page(), list[str](), list[tuple[str, int]]()
        page.on("console", lambda it: troubles.append(it.text) if it.type == "error" else None)
        page.on("response", lambda it: answers.append((it.url, it.status)))
        shown = page.goto(f"{here}/lti/my/read/pages/{school.ids['reading']}")
        assert shown
        rules = dict(
            rule.strip().split(" ", 1) for rule in shown.headers["content-security-policy"].split(";")
        )
        assert rules["img-src"] == f"'self' data: {origin}"
        assert rules["media-src"] == f"'self' {origin}"
        assert [name for name, rule in rules.items() if origin in rule] == ["img-src", "media-src"]
        picture = page.get_by_alt_text("Une vallée")
        picture.scroll_into_view_if_needed()
        page.wait_for_function(
            "picture => picture.complete && picture.naturalWidth", arg=picture.element_handle()
        )
        assert troubles == []
        assert [status for url, status in answers if urlsplit(url).path == path] == [302]
        assert [status for url, status in answers if url.startswith(origin)] == [200]
        context.close()
        # it is the rule that lets it in
        object_store.__dict__["origins"] = ()
        context = browser.new_context(locale="fr", viewport={"width": 375, "height": 700})
        context.add_cookies([{"name": "as", "value": "pupil", "url": here}])
        page = context.new_page()
        page.on("console", lambda it: troubles.append(it.text) if it.type == "error" else None)
        page.goto(f"{here}/lti/my/read/pages/{school.ids['reading']}")
        picture = page.get_by_alt_text("Une vallée")
        picture.scroll_into_view_if_needed()
        page.wait_for_function("it => it.complete && !it.naturalWidth", arg=picture.element_handle())
        assert any("Content Security Policy" in text for text in troubles)


def test_the_way_to_the_store_is_for_who_may_see_the_file(school: School, object_store: S3Storage) -> None:
    path = show(school, media.saved(media.picture(), "PNG"), "plan.png", type="image", alt="Un plan")
    answer = somebody(school, "pupil").client.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "private, max-age=300")
    assert answer.headers["Vary"] == "Cookie"
    assert 300 < object_store.lifetime.total_seconds()
    draft = path.replace("/read/", "/")
    assert somebody(school, "teacher").client.get(draft).status_code == 302
    for who, asked in (("unknown", path), ("unknown", draft), ("pupil", draft)):
        refused = somebody(school, who).client.get(asked)
        assert refused.status_code in (401, 403, 404)
        assert "Location" not in refused.headers


def test_what_a_browser_must_have_from_us_comes_from_us(school: School) -> None:
    """Captions of another origin are not shown, and parts of them are nobody's wish."""
    path = show(
        school, b"WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour\n", "a.vtt", type="file", label="Captions"
    )
    answer = somebody(school, "pupil").client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/vtt")
    assert b"Bonjour" in answer.data


class Nowhere:
    """A store without credentials."""

    @property
    def origins(self) -> list[str]:
        """See `binder.storage.Storage`."""
        raise Unavailable("there are no credentials")

    def url(self, tenant_id: UUID, sha256: str, **told: str) -> str:
        """See `binder.storage.Storage`."""
        raise Unavailable("there are no credentials")


def test_a_store_that_is_away_says_so_and_nothing_breaks(school: School, swift_store: swift.Store) -> None:
    path = show(school, media.saved(media.picture(), "PNG"), "plan.png", type="image", alt="Un plan")
    tool = school.app.extensions["lti"]
    tool.storage = swift_store.part(swift_store.client(secret="wrong"))
    teacher = somebody(school, "teacher", "en")
    teacher.open(f"/lti/my/pages/{school.ids['reading']}/edit")
    html = teacher.send(
        f"/lti/my/pages/{school.ids['reading']}/blocks",
        type="image",
        alt="x",
        file=(BytesIO(media.jpeg()), "a.jpg"),
    )
    assert teacher.status == 503
    assert "The files cannot be reached just now" in html
    assert somebody(school, "pupil").client.get(path).status_code == 302
    tool.storage = Nowhere()
    assert somebody(school, "teacher", "en").open(f"/lti/my/pages/{school.ids['reading']}")
    assert somebody(school, "pupil").client.get(path).status_code == 503
    tool.storage = swift_store.part(swift_store.client(secret="wrong"))
    found = run(school.app, "doctor").output
    assert "MEND  files: the credentials for the bucket “classeur-files” are refused" in found
    assert "Traceback" not in found
