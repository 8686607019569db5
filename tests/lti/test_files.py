"""Handing out files: parts of films, pictures that fit, and nothing that runs in our origin."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from binder.content import composing
from binder.models import Resource, ResourceState
from binder.resources import files
from binder.storage import FileStorage
from lti.views.rendering import file_views
from tests import media
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

FILM = media.film(b"vide") + bytes(range(256)) * 40
SIZE = len(FILM)


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One school for all."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    yield opened
    opened.close()


def shelve(school: School, data: bytes, name: str) -> tuple[UUID, str]:
    """A file of the binder, on its draft page: id and address."""
    teacher = school.people["teacher"]
    with school.begin() as session:
        row = files.add_file(
            session, teacher, school.ids["binder"], storage(school), io.BytesIO(data), name=name
        )
        block = {"type": "file", "resource": str(row.id), "label": "x"}
        composing.add_block(session, teacher, school.ids["page"], block)
        return row.id, f"/lti/my/pages/{school.ids['page']}/files/{row.id}"


def storage(school: School) -> FileStorage:
    found: FileStorage = school.app.extensions["lti"].storage
    return found


def get(school: School, path: str, who: str = "teacher", **headers: str) -> TestResponse:
    return somebody(school, who).client.get(path, headers=headers)


@pytest.fixture(scope="module")
def film(school: School) -> str:
    """The address of a film."""
    return shelve(school, FILM, "sortie.mp4")[1]


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=0-0", 0, 1),
        ("bytes=5000-", 5000, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        ("bytes=-999999999", 0, SIZE),
        ("bytes=0-", 0, SIZE),
        ("bytes=5000-999999999", 5000, SIZE),
        (f"bytes={SIZE - 1}-{SIZE - 1}", SIZE - 1, SIZE),
    ],
)
def test_a_part_of_a_film_is_handed_out(school: School, film: str, asked: str, begin: int, end: int) -> None:
    answer = get(school, film, Range=asked)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{SIZE}"
    assert answer.content_length == end - begin
    assert answer.data == FILM[begin:end]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=999999999-999999999999", "bytes=-0"])
def test_a_part_that_is_not_there_is_told_so(school: School, film: str, asked: str) -> None:
    answer = get(school, film, Range=asked)
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert answer.data == b""


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=5-2",
        "bytes=0-1,5-6",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "lines=0-1",
        "bytes=0-1" + "0" * 30,
        "0-5",
    ],
)
def test_a_range_that_nobody_understands_gives_the_whole(school: School, film: str, asked: str) -> None:
    answer = get(school, film, Range=asked)
    assert (answer.status_code, answer.data) == (200, FILM)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.content_length == SIZE


def test_a_part_of_what_was_changed_meanwhile_is_not_mixed_in(school: School, film: str) -> None:
    etag = get(school, film).headers["ETag"]
    same = get(school, film, **{"Range": "bytes=0-9", "If-Range": etag})
    assert (same.status_code, same.data) == (206, FILM[:10])
    for other in ('"0000"', f"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = get(school, film, **{"Range": "bytes=0-9", "If-Range": other})
        assert (answer.status_code, answer.data) == (200, FILM)


def test_what_a_browser_has_it_need_not_fetch_again(school: School, film: str) -> None:
    first = get(school, film)
    assert "private" in first.headers["Cache-Control"]
    again = get(school, film, **{"If-None-Match": first.headers["ETag"], "Range": "bytes=0-5"})
    assert (again.status_code, again.data) == (304, b"")
    assert get(school, film, **{"If-None-Match": '"other"'}).status_code == 200


def test_asking_for_the_head_alone_opens_nothing(school: School, film: str) -> None:
    answer = somebody(school, "teacher").client.head(film)
    assert (answer.status_code, answer.content_length, answer.data) == (200, SIZE, b"")


def test_the_version_that_fits_is_handed_out(school: School) -> None:
    id, path = shelve(school, media.jpeg(2000, 1000), "classe.jpg")
    whole = get(school, path)
    assert media.asked(whole.data).size == (2000, 1000)
    widths = {
        "1": 480,
        "480": 480,
        "481": 960,
        "1600": 1600,
        "1601": 2000,
        "9999999999": 2000,
        "x": 2000,
        "-5": 480,
    }
    for asked, width in widths.items():
        answer = get(school, f"{path}?w={asked}")
        assert media.asked(answer.data).size[0] == width
        assert answer.mimetype == "image/jpeg"
        assert (answer.headers["ETag"] == whole.headers["ETag"]) == (width == 2000)
        assert answer.content_length == len(answer.data)
    with Session(school.engine) as session:
        here: Any = type("Here", (), {"viewer": school.people["teacher"], "session": session})
        view = file_views(here, [{"id": "a", "type": "image", "resource": str(id)}], lambda name: "f")[
            str(id)
        ]
    assert (view.width, view.height, view.state) == (2000, 1000, "ready")
    assert view.variants == ((480, "f?w=480"), (960, "f?w=960"), (1600, "f?w=1600"))


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 3 2'/>"


@pytest.mark.parametrize(
    ("data", "name", "media_type", "how"),
    [
        (SVG, "a.svg", "image/svg+xml", "inline"),
        (media.saved(media.picture(), "PNG"), "a.png", "image/png", "inline"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nx\n", "a.vtt", "text/vtt", "inline"),
        (b"%PDF-1.7", "a.pdf", "application/pdf", "inline"),
        (b"%PDF-1.7\n<script>alert(1)</script>", "a.html", "application/pdf", "inline"),
        (b"<html><script>alert(1)</script>", "a.html", "application/octet-stream", "attachment"),
        (
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
            "a.xhtml",
            "application/octet-stream",
            "attachment",
        ),
        (b"alert(1)", "a.js", "text/plain", "attachment"),
        (b"GIF8=1;alert(1)", "a.gif", "text/plain", "attachment"),
        (media.zipped(a_dot_txt="x"), "a.zip", "application/octet-stream", "attachment"),
        (
            media.zipped(mimetype="application/vnd.oasis.opendocument.text"),
            "a.odt",
            "application/vnd.oasis.opendocument.text",
            "attachment",
        ),
    ],
)
def test_nothing_runs_in_our_origin(
    school: School, data: bytes, name: str, media_type: str, how: str
) -> None:
    answer = get(school, shelve(school, data, name)[1])
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"].startswith(how)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]


def test_a_type_that_an_old_row_claims_is_not_believed(school: School) -> None:
    id, path = shelve(school, b"%PDF-1.7 old", "a.pdf")
    for claimed in ("text/html", "application/xhtml+xml", "image/x-evil", "text/javascript"):
        with school.begin() as session:
            session.get_one(Resource, (school.people["teacher"].tenant_id, id)).media_type = claimed
        answer = get(school, path)
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("plan.pdf", 'filename="plan.pdf"'),
        (
            "L’été – n° 3.pdf",
            "filename=\"Lete  n 3.pdf\"; filename*=UTF-8''L%E2%80%99%C3%A9t%C3%A9%20%E2%80%93%20n%C2%B0%203.pdf",
        ),
        ('a"b\\c.pdf', 'filename="c.pdf"'),
        ('a"b.pdf', "filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("日本.pdf", "filename=\"file.pdf\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf"),
        ("日本", "filename=\"file.pdf\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", 'filename="aSet-Cookie: x=1.pdf"'),
    ],
)
def test_a_name_reaches_the_readers_disk(school: School, name: str, told: str) -> None:
    answer = get(school, shelve(school, f"%PDF-1.7 {name!r}".encode(), name)[1])
    assert answer.headers["Content-Disposition"] == f"inline; {told}"


def test_what_is_being_scanned_is_not_for_pupils_and_what_is_refused_for_nobody(school: School) -> None:
    id, path = shelve(school, b"%PDF-1.7 scanned", "a.pdf")
    for state, status in (
        (ResourceState.SCANNING, 200),
        (ResourceState.REFUSED, 404),
        (ResourceState.READY, 200),
    ):
        with school.begin() as session:
            session.get_one(Resource, (school.people["teacher"].tenant_id, id)).state = state
        assert get(school, path).status_code == status
        assert get(school, path, who="pupil").status_code == 403


def test_a_file_is_shown_to_its_author_before_a_page_shows_it(school: School) -> None:
    teacher = school.people["teacher"]
    with school.begin() as session:
        row = files.add_file(
            session, teacher, school.ids["binder"], storage(school), io.BytesIO(b"%PDF-1.7 new"), name="a.pdf"
        )
    path = f"/lti/my/binders/{school.ids['binder']}/files/{row.id}"
    assert get(school, path).data == b"%PDF-1.7 new"
    elsewhere = path.replace(str(school.ids["binder"]), str(school.ids["fractions"]))
    assert get(school, elsewhere).status_code == 404
    for who in ("pupil", "newcomer", "parent", "head"):
        assert get(school, path, who=who).status_code in (403, 404)


def test_what_may_be_chosen_is_told_in_both_languages(school: School) -> None:
    from lti.i18n import texts
    from lti.views.wording import helpers

    with school.app.app_context():
        french, english = (helpers(texts(language))["weight_limit"] for language in ("fr", "en"))
        assert french("picture").replace("\u00a0", " ").startswith("Images jusqu’à 25 Mo : JPEG, PNG")
        assert english("film") == "Films up to 500 MB: MP4, WebM, MOV."
        assert english("document") == english("captions") == "Files up to 100 MB."
        assert "100 Mo" in french("sound").replace("\u00a0", " ")
