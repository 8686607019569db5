"""Pages when things go otherwise than planned: odd forms, missing files, lost sessions, platforms that are away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from binder import db
from binder.clock import now
from binder.models import Activity, ActivityVersion, Assignment, Binder, Page
from binder.storage import FileStorage
from lti import LTI
from lti.models import Launch, ResourceLink
from lti.views.errors import back
from tests import media
from tests.conformance import platform as claims_of
from tests.conformance.platform import MEMBERSHIP, L
from tests.keys import PRIVATE_KEY
from tests.lti.arrivals import TEACHER, Platform, keep_cookie
from tests.lti.gradebook import Class, Gradebook, open_class
from tests.lti.protocol.server import Server, Told
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One school for all; each test makes what it changes."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    yield opened
    opened.close()


@pytest.fixture
def teacher(school: School) -> Somebody:
    """The teacher, in English, with a form's token at hand."""
    teacher = somebody(school, "teacher", "en")
    teacher.open("/lti/my/binders")
    return teacher


@pytest.fixture
def page(school: School, teacher: Somebody) -> str:
    """The path of a new page in a new binder."""
    teacher.send("/lti/my/binders", title="Nouveau", lang="en", description="Un essai.")
    with Session(school.engine) as session:
        binder = session.scalars(sa.select(Binder.id).order_by(Binder.id.desc())).first()
    html = teacher.send(f"/lti/my/binders/{binder}/sections", title="Chapitre")
    section = re.search(r'name="section" value="([^"]+)"', html)
    assert section
    teacher.send(f"/lti/my/binders/{binder}/pages", section=section[1], title="Page")
    with Session(school.engine) as session:
        newest = session.scalars(sa.select(Page.id).order_by(Page.id.desc())).first()
    return f"/lti/my/pages/{newest}"


def blocks(school: School, page: str) -> list[dict[str, object]]:
    """What is on a page."""
    tenant = school.people["teacher"].tenant_id
    with Session(school.engine) as session:
        return list(session.get_one(Page, (tenant, UUID(page.rpartition("/")[2]))).blocks)


# Binders


def test_a_binder_needs_a_title(teacher: Somebody) -> None:
    html = teacher.send("/lti/my/binders", title=" ", description="Je garde ceci.")
    assert teacher.status == 422
    assert "give it a title" in html
    assert "Je garde ceci." in html


def test_a_binder_comes_back_from_its_own_file(school: School, teacher: Somebody) -> None:
    path = f"/lti/my/binders/{school.ids['binder']}/export"
    html = teacher.open(path)
    token, title = teacher.field("token"), re.search(r"<title>(.*?)</title>", html)
    assert title
    name = next(n for n in re.findall(r'name="format" value="([\w-]+)"', html) if "pupil" not in n)
    archive = teacher.client.post(path, data={"token": token, "format": name}, buffered=True).data
    answer = teacher.client.post(
        "/lti/my/binders/import", data={"token": token, "file": (BytesIO(archive), "classeur.zip")}
    )
    assert answer.status_code == 303
    with Session(school.engine) as session:
        tenant = school.people["teacher"].tenant_id
        new = session.get_one(Binder, (tenant, UUID(answer.location.rpartition("/")[2])))
        old = session.get_one(Binder, (tenant, school.ids["binder"]))
        assert new.id != old.id
        assert (new.title, len(new.pages)) == (old.title, len(old.pages))


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (None, "choose a file"),
        ((BytesIO(b""), ""), "choose a file"),
        ((BytesIO(b"Bonjour"), "lettre.zip"), "this file does not come from Classeur"),
    ],
)
def test_what_is_no_binder_is_not_brought_in(
    teacher: Somebody, upload: tuple[BytesIO, str] | None, words: str
) -> None:
    html = teacher.send("/lti/my/binders/import", **({"file": upload} if upload else {}))
    assert teacher.status == 422
    assert words in html


def test_chapters_and_pages_need_titles(teacher: Somebody, page: str, school: School) -> None:
    path = f"/lti/my/binders/{school.ids['binder']}"
    section = re.search(r'name="section" value="([^"]+)"', teacher.open(path))
    assert section
    for where, fields in (("sections", {}), ("pages", {"section": section[1]})):
        html = teacher.send(f"{path}/{where}", title="", **fields)
        assert teacher.status == 422
        assert "give it a title" in html


def test_a_page_goes_into_a_section_of_its_own_binder(teacher: Somebody, school: School) -> None:
    section = re.search(
        r'name="section" value="([^"]+)"', teacher.open(f"/lti/my/binders/{school.ids['fractions']}")
    )
    assert section
    teacher.send(f"/lti/my/binders/{school.ids['binder']}/pages", section=section[1], title="Égarée")
    assert teacher.status == 404


@pytest.mark.parametrize("section", ["", "chapitre-1", str(UUID(int=7))])
def test_a_section_that_is_not_there_takes_no_page(teacher: Somebody, school: School, section: str) -> None:
    path = f"/lti/my/binders/{school.ids['binder']}"
    teacher.send(f"{path}/pages", section=section, title="Page")
    assert teacher.status == 404
    teacher.open(path)
    teacher.send(f"{path}/sections", parent=section or "?", title="Section")
    assert teacher.status == 404


def test_a_section_may_lie_in_a_section(teacher: Somebody, page: str, school: School) -> None:
    html = teacher.open("/lti/my/binders")
    binder = re.findall(r'href="(/lti/my/binders/[0-9a-f-]{36})"[^>]*>Nouveau', html)[-1]
    parent = re.search(r'name="parent" value="([^"]+)"', teacher.open(binder))
    assert parent
    html = teacher.send(f"{binder}/sections", parent=parent[1], title="Dedans")
    assert re.search(r"<h3[^>]*>.*Dedans</span></h3>", html)


# Export and errors


def test_a_format_that_is_not_there_is_told(teacher: Somebody, school: School) -> None:
    html = teacher.send(f"/lti/my/binders/{school.ids['binder']}/export", format="docx")
    assert teacher.status == 404
    assert "There is no such format" in html


def test_a_binder_too_large_for_a_file_is_told(
    teacher: Somebody, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporters.html.MAX_DOCUMENT", 10)
    html = teacher.send(f"/lti/my/binders/{school.ids['binder']}/export", format="html")
    assert teacher.status == 413
    assert "too large for one file" in html


@pytest.mark.parametrize("token", [None, "0" * 64, "é"])
def test_a_form_without_its_token_does_nothing(school: School, teacher: Somebody, token: str | None) -> None:
    data = {"title": "Volé"} | ({"token": token} if token else {})
    answer = teacher.client.post("/lti/my/binders", data=data)
    assert answer.status_code == 400
    assert "out of date" in answer.text
    with Session(school.engine) as session:
        assert session.scalars(sa.select(Binder).where(Binder.title == "Volé")).all() == []


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("https://ent.example/back", {}),
        ("https://ent.example/back?course=7#top", {"course": ["7"]}),
        ("http://localhost/back", {}),
    ],
)
def test_the_way_back_tells_the_platform_what_happened(url: str, query: dict[str, list[str]]) -> None:
    address = back(url, message="C’est fini", reference="AB12")
    assert address is not None
    told = {"lti_errormsg": ["C’est fini"], "lti_errorlog": ["reference AB12"]}
    assert parse_qs(urlsplit(address).query) == query | told
    assert urlsplit(address)._replace(query="") == urlsplit(url)._replace(query="")


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "//ent.example"])
def test_there_is_no_way_back_to_what_is_no_page(url: str | None) -> None:
    assert back(url, message="x", reference="y") is None


# Giving, following, marking


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"due_at": "demain"}, "write a date and a time"),
        ({"opens_at": "0001-01-01T00:00"}, "write a date and a time"),
        ({"max_attempts": "deux"}, "a whole number"),
        ({"max_attempts": "--5"}, "a whole number"),
        ({"max_attempts": "-1"}, "a whole number"),
        ({"max_attempts": "9999999999999"}, "a whole number"),
        ({"max_attempts": "²"}, "a whole number"),
    ],
)
def test_a_form_that_cannot_be_understood_gives_nothing(
    teacher: Somebody, school: School, page: str, fields: dict[str, str], words: str
) -> None:
    teacher.open(f"{page}/give")
    html = teacher.send(f"{page}/give", **fields)
    assert teacher.status == 422
    assert words in html
    for name, value in fields.items():
        assert re.search(rf'name="{name}"[^>]*value="{value}"', html)
    with Session(school.engine) as session:
        page_id = UUID(page.rpartition("/")[2])
        assert session.scalars(sa.select(Assignment).where(Assignment.page_id == page_id)).all() == []


def test_an_empty_number_is_the_usual_one(teacher: Somebody, school: School, page: str) -> None:
    teacher.open(f"{page}/give")
    teacher.send(f"{page}/give", max_attempts=" ")
    assert teacher.status == 200
    with Session(school.engine) as session:
        page_id = UUID(page.rpartition("/")[2])
        assert session.scalars(
            sa.select(Assignment.max_attempts).where(Assignment.page_id == page_id)
        ).all() == [1]


def test_a_grade_is_sent_again_for_a_person_only(teacher: Somebody, school: School) -> None:
    path = f"/lti/my/given/{school.ids['marked']}"
    for person in ("", "Inès", str(uuid4())):
        teacher.open(path)
        teacher.send(f"{path}/send", person=person)
        assert teacher.status == 404


def test_copies_are_given_back_together(teacher: Somebody, school: School) -> None:
    path = f"/lti/my/given/{school.ids['by_hand']}"
    teacher.open(path)
    teacher.send(f"{path}/release")
    assert teacher.status == 200
    pupil = somebody(school, "pupil", "en")
    assert "Your work is marked." in pupil.open(f"/lti/my/work/{school.ids['by_hand']}")


@pytest.mark.parametrize(
    ("score", "status"), [("beaucoup", 422), ("1/0", 422), ("-1", 422), ("", 200), ("1", 200), ("1/2", 200)]
)
def test_a_mark_is_a_number_or_nothing(teacher: Somebody, school: School, score: str, status: int) -> None:
    path = f"/lti/my/copies/{school.ids['copy']}"
    teacher.open(path)
    html = teacher.send(path, score_given=score, comment="Relis la consigne.")
    assert teacher.status == status
    assert status == 200 or ("write a number" in html and "Relis la consigne." in html)


# Pages


def test_a_page_keeps_its_title_if_the_new_one_is_empty(teacher: Somebody, page: str) -> None:
    teacher.open(f"{page}/edit")
    html = teacher.send(f"{page}/title", title="")
    assert teacher.status == 422
    assert "give it a title" in html
    assert ">Page</h1>" in teacher.open(page)
    teacher.open(f"{page}/edit")
    assert "Autre titre" in teacher.send(f"{page}/title", title=" Autre  titre ")


def test_blocks_are_added_where_one_wants_moved_and_removed(
    teacher: Somebody, school: School, page: str
) -> None:
    teacher.open(f"{page}/edit")
    for text in ("un", "deux"):
        teacher.send(f"{page}/blocks", type="heading", level="2", text=text)
    first, second = (str(block["id"]) for block in blocks(school, page))
    teacher.send(f"{page}/blocks", type="text", html="entre", after=first)
    teacher.send(f"{page}/blocks/{second}", action="move", by="-2")
    assert [block.get("text", "entre") for block in blocks(school, page)] == ["deux", "un", "entre"]
    teacher.send(f"{page}/blocks/{second}", action="remove")
    assert [block.get("text", "entre") for block in blocks(school, page)] == ["un", "entre"]


def test_a_block_that_is_not_whole_stays_in_its_form(teacher: Somebody, school: School, page: str) -> None:
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/blocks", type="heading", level="2", text="Titre")
    (block,) = blocks(school, page)
    for where, fields in (
        ("blocks", {"type": "file", "label": "Sans fichier" * 30}),
        (f"blocks/{block['id']}", {"text": "Sans fichier" * 30, "level": "2"}),
    ):
        html = teacher.send(f"{page}/{where}", **fields)
        assert teacher.status == 422
        assert 'value="Sans fichier' in html
    assert blocks(school, page) == [block]


@pytest.mark.parametrize("fields", [{"type": "spell"}, {}])
def test_a_block_of_an_unknown_kind_is_refused(
    teacher: Somebody, school: School, page: str, fields: dict[str, str]
) -> None:
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/blocks", **fields)
    assert teacher.status == 422
    assert blocks(school, page) == []


@pytest.mark.parametrize("action", ["save", "move", "remove"])
def test_a_block_that_is_not_there_cannot_be_changed(teacher: Somebody, page: str, action: str) -> None:
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/blocks/zzzz", action=action, type="text", html="x", by="1")
    assert teacher.status == 404


def test_a_picture_is_taken_in_and_an_empty_file_is_not(teacher: Somebody, school: School, page: str) -> None:
    picture = media.saved(media.picture(), "PNG")
    teacher.open(f"{page}/edit")
    html = teacher.send(f"{page}/blocks", type="image", alt="Rien", file=(BytesIO(b""), "vide.png"))
    assert teacher.status == 422
    assert "the file is empty" in html
    for decorative in ("1", "0"):
        teacher.send(
            f"{page}/blocks",
            type="image",
            alt="Un nuage",
            decorative=decorative,
            file=(BytesIO(picture), "nuage.png"),
        )
        assert teacher.status == 200
    assert [block["decorative"] for block in blocks(school, page)] == [True, False]
    source = re.search(r'src="(/lti/my/pages/[^"]+/files/[^"]+)"', teacher.open(page))
    assert source
    answer = teacher.client.get(source[1], buffered=True)
    assert (answer.data, answer.mimetype) == (picture, "image/png")


def test_a_file_too_large_is_refused(
    teacher: Somebody, school: School, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = school.app.extensions["lti"]
    monkeypatch.setattr(tool, "settings", replace(tool.settings, max_file=0.001))
    teacher.open(f"{page}/edit")
    html = teacher.send(
        f"{page}/blocks", type="file", label="Film", file=(BytesIO(b"%PDF-" + bytes(999)), "a.pdf")
    )
    assert teacher.status == 422
    assert "this file is too large: 0.001 MB at the most" in html
    assert blocks(school, page) == []


def test_a_question_that_is_changed_is_still_one_question(
    teacher: Somebody, school: School, page: str
) -> None:
    path = f"{page}/activity"
    typed = {"title": "Forme", "prompt": "?", "option": ["un disque", "rien"], "correct": "0", "points": "1"}
    teacher.open(path)
    teacher.send(path, action="save", **typed)
    (block,) = blocks(school, page)
    html = teacher.open(f"{path}?activity={block['activity']}")
    assert 'value="un disque"' in html
    ids = re.findall(r'name="option_id" value="(\w+)"', html)
    teacher.send(
        path, action="save", activity=str(block["activity"]), option_id=ids, **{**typed, "points": "3"}
    )
    assert teacher.status == 200
    assert blocks(school, page) == [block]
    with Session(school.engine) as session:
        activity = session.scalars(
            sa.select(Activity).where(Activity.id == UUID(str(block["activity"])))
        ).one()
        query = sa.select(ActivityVersion.points).where(ActivityVersion.activity_id == activity.id)
        assert sorted(session.scalars(query)) == [1, 3]


def test_a_published_page_leads_back_to_itself(teacher: Somebody, page: str) -> None:
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/publish")
    assert teacher.status == 200
    assert "Published" in teacher.html


class Elsewhere(FileStorage):
    """A store that hands out its files itself."""

    def url(self, tenant_id: UUID, sha256: str, *, media_type: str, disposition: str) -> str | None:
        """An address of its own."""
        return f"https://files.example/{sha256}?type={media_type}&{disposition}"


def test_a_store_may_hand_out_its_files_itself(
    teacher: Somebody, school: School, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(school.app.extensions["lti"], "storage", Elsewhere(tmp_path))
    teacher.open(f"{page}/edit")
    teacher.send(f"{page}/blocks", type="file", label="Fiche", file=(BytesIO(b"%PDF-1.7"), "a.pdf"))
    address = re.search(r'"(/lti/my/pages/[^"]+/files/[^"]+)"', teacher.open(page))
    assert address
    answer = teacher.client.get(address[1])
    assert answer.status_code == 302
    assert answer.location.startswith("https://files.example/")


# Launches and doors


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    """A host with nothing but Classeur in it, whose address nobody has set."""
    app = Flask("classeur")
    app.config.update(
        LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_ALLOW_HTTP_LOOPBACK=True, LTI_VISIT_FLUSH_SECONDS=3600
    )
    LTI(engine, storage=FileStorage(tmp_path)).init_app(app)
    return app


def test_without_a_set_address_that_of_the_request_is_used(app: Flask, platform: Platform) -> None:
    asked = claims_of.login_request(target_link_uri="https://open.example/lti/launch")
    browser = app.test_client()
    begun = browser.get(
        "/lti/login", query_string=asked, base_url="https://open.example", follow_redirects=False
    )
    assert (begun.status_code, begun.location.partition("?")[0]) == (307, "/lti/login/again")
    begun = browser.get("/lti/login", query_string=asked, base_url="https://open.example")
    assert parse_qs(urlsplit(begun.location).query)["redirect_uri"] == ["https://open.example/lti/launch"]


def test_an_address_opened_outside_of_a_platform_says_where_to_go(app: Flask) -> None:
    answer = app.test_client().get(f"/lti/open/{uuid4()}", follow_redirects=True)
    assert answer.request.path == "/lti/"
    assert answer.status_code == 200
    assert "http://localhost/lti/login" in answer.text


def test_a_launch_opens_to_its_own_secret_and_not_after_its_end(
    app: Flask, platform: Platform, engine: sa.Engine
) -> None:
    client = app.test_client()
    path = platform.arrive(client)
    assert client.get(f"{path}/work").status_code == 200
    client.set_cookie("lti-launch", "guessed", path=path)
    assert client.get(f"{path}/work").status_code == 401
    keep_cookie(client, UUID(path.rpartition("/")[2]))
    assert client.get(f"{path}/work").status_code == 200
    with db.writing(engine).begin() as connection:
        connection.execute(sa.update(Launch).values(expires_at=now()))
    assert client.get(f"{path}/work").status_code == 401


@pytest.fixture
def class_(engine: sa.Engine, server: Server) -> Class:
    """A class of a platform with a page that was given to it."""
    Gradebook(server)
    return open_class(engine, server)


@pytest.mark.parametrize(
    ("role", "screen"),
    [("Instructor", "given"), ("Learner", "work"), ("Mentor", "family"), ("Administrator", "overview")],
)
def test_a_link_to_a_work_opens_it_for_those_whom_it_concerns(
    app: Flask, class_: Class, role: str, screen: str
) -> None:
    with db.writing(class_.engine).begin() as connection:
        connection.execute(sa.update(ResourceLink).values(assignment_id=class_.assignment))
    client = app.test_client()
    path = class_.platform.arrive(client, **{L + "roles": [MEMBERSHIP + role]})
    assert client.get(f"{path}/").location.startswith(f"{path}/{screen}")


def test_a_platform_that_is_away_is_told_with_the_way_back(app: Flask, class_: Class, server: Server) -> None:
    client = app.test_client()
    path = class_.platform.arrive(client, **TEACHER)
    token = re.search(r'name="token" value="([\w-]+)"', client.get(f"{path}/given/{class_.assignment}").text)
    assert token
    server.answer = lambda asked: Told(503)
    answer = client.post(f"{path}/given/{class_.assignment}/roster", data={"token": token[1]})
    assert answer.status_code == 502
    assert "ne répond pas" in answer.text
    assert re.search(r'href="https://ent.example/back\?lti_errormsg=[^"]+reference', answer.text)
