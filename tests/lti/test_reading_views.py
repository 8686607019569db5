"""The screens around writing: a binder open to a class, search, the check before publishing, paper, next year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from PIL import Image

from binder.clock import now
from binder.content import authoring
from binder.models import Assignment, Binder, Page
from binder.publication import opening
from tests.browser import chromium
from tests.lti.school import School, open_school, served
from tests.lti.somebody import somebody


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def opened(school: School) -> School:
    """Its binder is open to the class."""
    teacher = somebody(school, "teacher")
    teacher.open(f"/lti/my/binders/{school.ids['binder']}")
    teacher.send(f"/lti/my/binders/{school.ids['binder']}/open")
    assert teacher.status == 200
    with school.begin() as session:  # pages to read that were not given as work
        binder = session.scalars(sa.select(Binder).where(Binder.id == school.ids["binder"])).one()
        for page in binder.pages[-3:]:
            authoring.publish(session, school.people["teacher"], page.id)
    return school


def titles(html: str) -> list[str]:
    """The pages of a table of contents."""
    return re.findall(r'<li class="leaf">\s*<a href="[^"]+" lang="\w+">([^<]+)</a>', html)


def test_pupils_and_families_read_an_open_binder(opened: School) -> None:
    for who in ("pupil", "parent"):
        reader = somebody(opened, who)
        assert "Classeurs de la classe" in reader.open("/lti/my/read")
        html = reader.open(f"/lti/my/read/binders/{opened.ids['binder']}")
        assert titles(html)
    pupil = somebody(opened, "pupil")
    html = pupil.open(f"/lti/my/read/binders/{opened.ids['binder']}")
    address = re.search(r'href="(/lti/my/read/pages/[\w-]+)"', html)
    assert address
    page = pupil.open(address[1])
    assert pupil.status == 200
    assert "Page suivante" in page or "Page précédente" in page
    assert 'type="radio"' not in page


def test_given_pages_lead_to_the_work_with_its_state(opened: School) -> None:
    html = somebody(opened, "pupil").open(f"/lti/my/read/binders/{opened.ids['binder']}")
    assert re.search(r'<li class="leaf">\s*<a href="/lti/my/work/[\w-]+"', html)


def test_a_draft_is_nowhere_for_pupils(opened: School) -> None:
    pupil = somebody(opened, "pupil")
    pupil.open(f"/lti/my/read/pages/{opened.ids['draft']}")
    assert pupil.status in (403, 404)


def test_files_of_a_page_come_with_it(opened: School) -> None:
    pupil = somebody(opened, "pupil")
    contents = pupil.open(f"/lti/my/read/binders/{opened.ids['binder']}")
    found = 0
    for address in re.findall(r'href="(/lti/my/read/pages/[\w-]+)"', contents):
        for source in re.findall(r'src="([\w-]+/files/[\w-]+)', pupil.open(address)):
            found += 1
            assert pupil.client.get(f"/lti/my/read/pages/{source}", buffered=True).status_code == 200
    with opened.begin() as session:
        given = session.scalars(sa.select(Assignment)).all()
        assert given
    assert pupil.client.get(f"/lti/my/read/pages/{opened.ids['page']}/files/{uuid4()}").status_code == 404
    assert found or "figure" not in contents


def test_closing_it_ends_that(opened: School) -> None:
    teacher = somebody(opened, "teacher")
    teacher.open(f"/lti/my/binders/{opened.ids['binder']}")
    teacher.send(f"/lti/my/binders/{opened.ids['binder']}/shut")
    pupil = somebody(opened, "pupil")
    assert "Aucun classeur" in pupil.open("/lti/my/read")
    pupil.open(f"/lti/my/read/binders/{opened.ids['binder']}")
    assert pupil.status == 403


def test_a_teacher_looks_as_a_pupil_before_opening_it(school: School) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(f"/lti/my/binders/{school.ids['binder']}")
    teacher.send(f"/lti/my/binders/{school.ids['binder']}/shut")
    html = teacher.open(f"/lti/my/binders/{school.ids['binder']}/as-pupil")
    assert "Voici ce que voit un élève" in html
    address = re.search(r'href="(/lti/my/pages/[\w-]+/as-pupil)"', html)
    assert address
    assert "Réponse" not in teacher.open(address[1]) or teacher.status == 200
    teacher.open(f"/lti/my/pages/{school.ids['draft']}/as-pupil")
    assert teacher.status == 404
    with school.begin() as session:
        assert opening.opened(session, school.people["pupil"]) == []


def test_reading_writes_nothing_and_asks_little(opened: School) -> None:
    pupil = somebody(opened, "pupil")
    html = pupil.open(f"/lti/my/read/binders/{opened.ids['binder']}")
    address = re.findall(r'href="(/lti/my/read/pages/[\w-]+)"', html)[0]
    pupil.open(address)
    statements: list[str] = []

    def note(connection: sa.Connection, cursor: object, statement: str, *others: object) -> None:
        statements.append(statement)

    engine = opened.app.extensions["lti"].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        pupil.open(address)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    asked = [one for one in statements if not one.startswith(("PRAGMA", "BEGIN"))]
    assert len(asked) <= 3, asked
    assert not [one for one in asked if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_search_shows_what_it_found_and_where(school: School) -> None:
    teacher = somebody(school, "teacher")
    with school.begin() as session:
        title = session.scalars(sa.select(Page.title).where(Page.id == school.ids["page"])).one()
    word = max(re.findall(r"\w+", title), key=len)
    html = teacher.open(f"/lti/my/search?q={word}")
    assert word in html
    assert f"/lti/my/pages/{school.ids['page']}" in html
    assert "<mark>" in teacher.open("/lti/my/search?q=eau")
    inside = teacher.open(f"/lti/my/search?q={word}&binder={school.ids['binder']}")
    assert "Chercher dans tous mes classeurs" in inside
    assert "Essayez avec moins de mots" in teacher.open("/lti/my/search?q=zzzzzz")
    assert teacher.open("/lti/my/search")
    teacher.open(f"/lti/my/search?q=x&binder={uuid4()}")
    assert teacher.status == 404
    pupil = somebody(school, "pupil")
    pupil.open("/lti/my/search?q=eau")
    assert pupil.status == 403


def test_the_check_leads_to_what_is_to_mend(school: School) -> None:
    teacher = somebody(school, "teacher")
    with school.begin() as session:
        page = session.scalars(sa.select(Page).where(Page.id == school.ids["draft"])).one()
        page.blocks = [
            {"id": "b1", "type": "text", "html": '<p><a href="https://a.example">cliquez ici</a></p>'},
            {"id": "b2", "type": "image", "resource": "", "alt": "", "decorative": False, "caption": ""},
        ]
    html = teacher.open(f"/lti/my/pages/{school.ids['draft']}/ready")
    assert "1 point à corriger" in html
    assert "1 conseil" in html
    assert f"/lti/my/pages/{school.ids['draft']}/edit#b-b2" in html
    assert "Publier telle quelle" in html


def test_a_page_a_section_and_a_binder_are_printed(school: School) -> None:
    teacher = somebody(school, "teacher")
    with school.begin() as session:
        page = session.scalars(sa.select(Page).where(Page.id == school.ids["page"])).one()
        section = page.section_id
    one = teacher.open(f"/lti/my/pages/{school.ids['page']}/print")
    assert one.count('<article class="content leaf"') == 1
    assert "<svg" in one
    assert "<svg" not in teacher.open(f"/lti/my/pages/{school.ids['page']}/print?codes=0")
    some = teacher.open(f"/lti/my/sections/{section}/print").count('<article class="content leaf"')
    every = teacher.open(f"/lti/my/binders/{school.ids['binder']}/print").count(
        '<article class="content leaf"'
    )
    with school.begin() as session:
        binder = session.scalars(sa.select(Binder).where(Binder.id == school.ids["binder"])).one()
        assert 1 <= some <= every == len(binder.pages)


def test_answers_are_printed_only_if_asked_for(school: School) -> None:
    teacher = somebody(school, "teacher")
    path = f"/lti/my/pages/{school.ids['page']}/print"
    without, with_answers = teacher.open(path), teacher.open(f"{path}?answers=1")
    assert "on-paper" in without
    assert "on-paper" not in with_answers
    assert len(with_answers) > len(without)


@pytest.mark.parametrize(
    ("who", "screen"), [("teacher", "/lti/my/pages/"), ("pupil", "/lti/my/work/"), ("head", "")]
)
def test_a_printed_code_leads_everybody_to_their_place(school: School, who: str, screen: str) -> None:
    with school.begin() as session:
        given = session.scalars(sa.select(Assignment).where(Assignment.opens_at.is_(None))).first()
        assert given
        page_id = given.page_id
    person = somebody(school, who)
    answer = person.client.get(f"/lti/go/{page_id}", follow_redirects=True)
    if screen:
        assert answer.request.path.startswith(screen)
        assert answer.status_code == 200
    else:
        assert answer.status_code == 403


def test_a_printed_code_without_a_session_says_where_to_go(school: School) -> None:
    answer = school.app.test_client().get(f"/lti/go/{school.ids['page']}")
    assert answer.status_code == 200
    assert "Connectez-vous" in answer.text or "ENT" in answer.text


@pytest.mark.browser
def test_a_phone_reads_the_code_on_the_screen(school: School) -> None:
    import zxingcpp

    with served(school.app) as origin, chromium(bare=True) as browser:
        context = browser.new_context(viewport={"width": 1000, "height": 900}, device_scale_factor=2)
        context.add_cookies([{"name": "as", "value": "teacher", "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/lti/my/pages/{school.ids['page']}/print")
        picture = Image.open(BytesIO(page.locator(".code svg").first.screenshot()))
        found = zxingcpp.read_barcodes(picture)
        context.close()
    assert [code.text.rpartition("/lti/go/")[2] for code in found] == [str(school.ids["page"])]


def test_next_years_plan_is_shown_and_confirmed(school: School) -> None:
    teacher = somebody(school, "teacher")
    path = f"/lti/my/binders/{school.ids['binder']}/next-year"
    html = teacher.open(f"{path}?zone=B")
    ids = re.findall(r'name="give" value="([\w-]+)"', html)
    assert ids
    with school.begin() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(Assignment))
    late = (now() + timedelta(days=300)).strftime("%Y-%m-%dT08:00")
    refused = teacher.send(
        path, title="Copie", give=ids[0], **{f"opens-{ids[0]}": late, f"due-{ids[0]}": "2026-01-01T08:00"}
    )
    assert teacher.status == 422
    assert "Copie" in refused
    assert late in refused
    teacher.open(path)
    teacher.send(path, title="Copie", give=ids[0], **{f"opens-{ids[0]}": late, f"due-{ids[0]}": ""})
    assert teacher.status == 200
    with school.begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == before + 1
        assert session.scalars(sa.select(Binder).where(Binder.title == "Copie")).one()


@pytest.mark.parametrize("query", ["?year=abcd", "?year=9999&zone=Z", "?class=", "?zone=<b>"])
def test_a_strange_choice_is_no_choice(school: School, query: str) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(f"/lti/my/binders/{school.ids['binder']}/next-year{query}")
    assert teacher.status == 200


def test_a_date_that_is_none_is_told(school: School) -> None:
    teacher = somebody(school, "teacher")
    path = f"/lti/my/binders/{school.ids['binder']}/next-year"
    given = re.findall(r'name="give" value="([\w-]+)"', teacher.open(path))[0]
    teacher.send(path, title="Copie", give=given, **{f"opens-{given}": "demain"})
    assert teacher.status == 422
