"""Deep linking against the demo ENT: several things at once, without scripts; and by the keyboard alone, with them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from binder import db
from binder.models import Assignment, Binder, Page
from lti.models import Placement
from tests.browser import chromium, violations
from tests.flows.test_gradebook import answer, page_with_activity
from tests.flows.world import Visitor, World, running


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """One database will do: nothing here depends on which."""
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = db.create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    yield engine
    engine.dispose()


def open_picker(world: World, label: str = "5B") -> Visitor:
    """Mme Morel before the picker."""
    teacher = world.visitor()
    teacher.sign_in("morel")
    class_ = world.ent.school_class(label)
    teacher.get(f"{world.ent_url}/classes/{class_.id}")
    teacher.send(f"/classes/{class_.id}/activities")
    teacher.send("/lti/login")
    teacher.send("/lti/launch")
    assert teacher.page.url.endswith("/link"), teacher.page.text
    return teacher


def keys_of(page: Page) -> tuple[str, str]:
    """A page and its first question, as the picker's form names them."""
    question = next(block["activity"] for block in page.blocks if block["type"] == "activity")
    return f"p:{page.id}", f"a:{question}:{page.id}"


def test_a_page_a_question_and_a_binder_are_placed_at_once(world: World) -> None:
    lesson = page_with_activity(world)
    whole, question = keys_of(lesson)
    teacher = open_picker(world)
    teacher.send("/link", open=str(lesson.binder_id))
    assert lesson.title in teacher.page.text
    teacher.send("/link", what=[whole, question, f"b:{lesson.binder_id}"], action="how")
    teacher.send("/link/how", due_at="2031-03-10T18:00", **{"title-1": "La question seule"})
    teacher.send("/deep-linking/return")
    assert teacher.page.ok, teacher.page.text
    assert "3 éléments viennent de Classeur." in re.sub(r"\s", " ", teacher.page.text)
    links = {link.title: link for link in world.ent.links("5B")}
    page, alone = links[lesson.title], links["La question seule"]
    with world.session() as session:
        binder = links[session.get_one(Binder, (lesson.tenant_id, lesson.binder_id)).title]
    assert page.dates["submission"]["endDateTime"] == "2031-03-10T17:00:00Z"
    assert sorted(item.label for item in world.ent.line_items("5B")) == sorted(
        ["La question seule", lesson.title]
    )

    pupil = world.visitor()
    pupil.sign_in("jade")
    pupil.launch(alone.id)
    assert "/work/" in pupil.page.url
    assert len({name.partition(".")[0] for name in answer(pupil)}) <= 1
    pupil.send("/work/", action="hand-in", **answer(pupil))
    assert pupil.page.ok
    while world.tool.deliver():
        pass
    assert [cell.user.login for cell in world.ent.scores("5B")] == ["jade"]
    assert len(world.ent.line_items("5B")) == 2, "each link's own column is used"
    pupil.launch(binder.id)
    assert f"/read/binders/{lesson.binder_id}" in pupil.page.url
    assert lesson.title in pupil.page.text
    pupil.launch(page.id)
    with world.session() as session:
        given = session.scalars(sa.select(Assignment).where(Assignment.activity_id.is_(None))).one()
    assert f"/work/{given.id}" in pupil.page.url
    assert given.due_at is not None
    assert given.due_at.isoformat() == "2031-03-10T17:00:00+00:00"


@pytest.mark.parametrize("shape", ["link", "html"])
def test_the_ent_takes_what_it_asked_for(world: World, shape: str) -> None:
    world.ent.options.choice = replace(world.ent.options.choice, accept_types=(shape,))
    lesson = page_with_activity(world)
    teacher = open_picker(world)
    teacher.send("/link", what=keys_of(lesson)[0], action="place")
    teacher.send("/deep-linking/return")
    assert teacher.page.ok, teacher.page.text
    assert lesson.title in {link.title for link in world.ent.links("5B")}


def test_nothing_is_placed(world: World) -> None:
    teacher = open_picker(world)
    before = len(world.ent.links("5B"))
    teacher.send("/link", action="nothing")
    teacher.send("/deep-linking/return")
    assert "Rien n’a été choisi dans Classeur." in teacher.page.text
    assert len(world.ent.links("5B")) == before


# -- in a browser --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium(bare=True) as browser:
        yield browser


@pytest.fixture
def sites(engine: sa.Engine, tmp_path: Path) -> Iterator[World]:
    """Two sites, as browsers tell them apart."""
    with running(engine, tmp_path, ent_host="lms.test", tool_host="tool.test") as world:
        yield world


@pytest.mark.browser
def test_two_pages_are_placed_by_the_keyboard_alone(browser: Browser, sites: World) -> None:
    lesson = page_with_activity(sites)
    context = browser.new_context(
        ignore_https_errors=True, locale="fr-FR", viewport={"width": 375, "height": 800}
    )
    page = context.new_page()
    page.goto(f"{sites.ent_url}/sign-in")
    page.locator("button[name=login][value=morel]").click()
    class_ = sites.ent.school_class("5B")
    page.goto(f"{sites.ent_url}/classes/{class_.id}")
    page.locator("form[action$='/activities'] button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/link")
    page.locator("main").focus()

    def tab_to(selector: str) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"the Tab key does not reach {selector}")

    tab_to(f"button[value='{lesson.binder_id}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/link?binder=*")
    page.locator("main").focus()
    whole, question = keys_of(lesson)
    tab_to(f"input[value='{whole}']")
    page.keyboard.press("Space")
    tab_to("details.parts summary")
    page.keyboard.press("Enter")
    tab_to(f"input[value='{question}']")
    page.keyboard.press("Space")
    assert not violations(page, ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
    tab_to("button[value=how]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/link/how")
    assert not violations(page, ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"])
    tab_to("#title-1")
    page.keyboard.press("Control+A")
    page.keyboard.type("Tapé au clavier")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tapé au clavier").first).to_be_visible()
    assert page.url.startswith(sites.ent_url)
    assert {lesson.title, "Tapé au clavier"} <= {link.title for link in sites.ent.links("5B")}
    with sites.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Placement)) == 2
    context.close()
