"""A teacher's session ends while they write, in the iframe of a platform: what they typed is there when they come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, FrameLocator, Page, expect

from binder import db
from binder.models import Page as BinderPage
from lti.models import Launch
from tests.browser import chromium
from tests.flows.test_gradebook import page_with_activity
from tests.flows.test_in_a_browser import open_classeur, person
from tests.flows.world import World, running

pytestmark = pytest.mark.browser

BEFORE, AFTER = "Écrit avant la fin.", "Écrit après la fin."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """Two sites over HTTPS."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    with running(engine, tmp_path, ent_host="lms.test", tool_host="tool.test") as world:
        yield world
    engine.dispose()


def editor(page: Page, world: World, lesson: BinderPage, *, scripts: bool) -> FrameLocator:
    """Mme Morel opens the page to write on it."""
    frame = open_classeur(page, world, "5A", scripts=scripts)
    with world.session() as session:
        title = session.get_one(BinderPage, (lesson.tenant_id, lesson.id)).binder.title
    frame.get_by_role("link", name=title).first.click()
    frame.get_by_role("link", name=lesson.title).first.click()
    frame.get_by_role("link", name="Modifier", exact=True).first.click()
    return frame


def end_all_sessions(world: World) -> None:
    """As if the night had passed."""
    with world.session() as session:
        session.execute(sa.delete(Launch))
        session.commit()


def written(world: World, lesson: BinderPage) -> str:
    """The page's texts as the server has them."""
    with world.session() as session:
        page = session.get_one(BinderPage, (lesson.tenant_id, lesson.id))
        return " ".join(block.get("html", "") for block in page.blocks)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_typed_after_the_sessions_end_is_saved_on_return(
    browser: Browser, world: World, scripts: bool
) -> None:
    lesson = page_with_activity(world)
    context, page = person(browser, world, "morel", scripts=scripts)
    page.on("dialog", lambda dialog: dialog.accept())
    frame = editor(page, world, lesson, scripts=scripts)
    text = frame.locator("section.block[data-kind=text]").first
    if scripts:
        words = text.locator("[contenteditable=true]")
        words.click()
        words.press("Control+End")
        words.press_sequentially(f" {BEFORE}")
        words.press("Control+s")
        expect(frame.locator("#save-state")).to_contain_text("Enregistré")
        end_all_sessions(world)
        words.press_sequentially(f" {AFTER}")
        expect(frame.get_by_text("session est terminée").first).to_be_visible()
    else:
        text.locator("details.edit > summary").click()
        text.locator("textarea").first.fill(BEFORE)
        end_all_sessions(world)
        text.locator("textarea").first.fill(f"{BEFORE} {AFTER}")
        text.locator("details.edit button.primary").click()
        expect(frame.get_by_text("ce que vous avez écrit est gardé")).to_be_visible()
    assert AFTER not in written(world, lesson)
    frame = open_classeur(page, world, "5A", scripts=scripts)
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Gardé pour vous")
    expect(frame.locator("main")).to_contain_text(AFTER)
    frame.get_by_role("button", name="Enregistrer maintenant").first.click()
    expect(frame.locator("#blocks")).to_be_visible()
    assert AFTER in written(world, lesson)
    assert BEFORE in written(world, lesson)
    context.close()
