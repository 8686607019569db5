"""The screens that only a launch from a platform has: sound by axe, and no wider than a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from binder import db
from lti.models import Launch
from tests.browser import chromium, violations
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


def test_the_column_and_the_copied_class_are_sound(world: World) -> None:
    assignment, teacher = marked(world)
    world.ent.courier.background = False
    copy_of(world, "5A", "La copie")

    def copied(claims: dict[str, Any]) -> None:
        claims[LTI + "custom"] = {"context_history": world.ent.school_class("5A").id}

    other, _ = launch(world, "morel", copied, "5C")
    screens: list[tuple[Visitor, str]] = [(teacher, f"/given/{assignment}/gradebook"), (other, "/copied")]
    with chromium(bare=True) as browser:
        for language, width, scheme in (("fr", 375, "dark"), ("en", 1280, "light")):
            with world.session() as session:
                session.execute(sa.update(Launch).values(locale=language))
                session.commit()
            for visitor, screen in screens:
                context = browser.new_context(
                    ignore_https_errors=True,
                    viewport={"width": width, "height": 800},
                    color_scheme=scheme,  # type: ignore[arg-type]  # one of its words
                )
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
                assert violations(page, WCAG) == []
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
                context.close()
