"""The screens that only a launch from a platform has: sound by axe, and no wider than a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from binder import db
from lti.models import Launch
from tests.browser import chromium, reach, violations
from tests.flows.test_copies import copy_of
from tests.flows.test_gradebook_column import marked
from tests.flows.test_launches import LTI, launch
from tests.flows.world import Visitor, World, running

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """Both servers, over a database of the test's own."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    with running(engine, tmp_path) as world:
        yield world
    engine.dispose()


def shown(world: World, browser: Browser, visitor: Visitor, screen: str, **options: Any) -> Page:
    """A screen in a window of the visitor's."""
    context = browser.new_context(ignore_https_errors=True, **options)
    for cookie in visitor.http.cookies:
        if cookie.name == "lti-launch":
            url = world.tool_url + cookie.path
            context.add_cookies(
                [{"name": cookie.name, "value": cookie.value or "", "url": url, "secure": True}]
            )
    page = context.new_page()
    answer = page.goto(f"{world.tool_url}{visitor.launch_path}{screen}")
    assert answer is not None
    assert answer.status == 200
    return page


def copied_class(world: World) -> Visitor:
    """The teacher of a class that is a copy."""
    world.ent.courier.background = False
    copy_of(world, "5A", "La copie")

    def copied(claims: dict[str, Any]) -> None:
        claims[LTI + "custom"] = {"context_history": world.ent.school_class("5A").id}

    visitor, _ = launch(world, "morel", copied, "5C")
    return visitor


def test_the_column_and_the_copied_class_are_sound(world: World) -> None:
    assignment, teacher = marked(world)
    screens = [(teacher, f"/given/{assignment}/gradebook"), (copied_class(world), "/copied")]
    with chromium(bare=True) as browser:
        for language, width, scheme in (("fr", 375, "dark"), ("en", 1280, "light")):
            with world.session() as session:
                session.execute(sa.update(Launch).values(locale=language))
                session.commit()
            for visitor, screen in screens:
                size = {"width": width, "height": 800}
                page = shown(world, browser, visitor, screen, viewport=size, color_scheme=scheme)
                assert violations(page, WCAG) == []
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
                page.context.close()


def test_the_column_and_the_copied_class_by_keyboard_alone(world: World) -> None:
    assignment, teacher = marked(world)
    with chromium(bare=True) as browser:
        page = shown(world, browser, teacher, f"/given/{assignment}/gradebook")
        reach(page, page.locator("#label"))
        page.keyboard.press("Control+a")
        page.keyboard.type("Devoir n° 1")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert [item.label for item in world.ent.line_items("5A")] == ["Devoir n° 1"]
        for control, key in (("main summary", "Enter"), ("[name=sure]", "Space")):
            reach(page, page.locator(control).last)
            page.keyboard.press(key)
        reach(page, page.locator("button.danger"))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert world.ent.line_items("5A") == []

        page = shown(world, browser, copied_class(world), "/copied")
        reach(page, page.locator("#binders"))
        page.keyboard.press("Space")
        reach(page, page.locator("main button.primary"))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("h1").count() == 1
        assert "/copied" not in page.url
