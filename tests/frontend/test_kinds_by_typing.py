"""Questions that are ticked or typed: by keyboard alone with scripts and without, and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect

from binder.models import ActivityVersion, Attempt, Preset
from tests.browser import chromium as running_chromium
from tests.flows.test_keys_stay import Asked, ask
from tests.lti.school import open_school, served

pytestmark = pytest.mark.browser
TYPED = {
    "short_answer": ("text", "l’evaporation", "partial", "1/2"),
    "numeric": ("raw", "119,5 km/h", "correct", "1"),
    "formula": ("raw", "(x+3)(x-3)", "correct", "1"),
    "free_text": ("text", "Qui trompe sera trompé.", "to_mark", "0"),
}
"""Type → field, what is typed, and what becomes of it."""


@pytest.fixture
def asked(sqlite_template: Path, tmp_path: Path) -> Iterator[Asked]:
    """One page with every type."""
    school = open_school(sqlite_template, tmp_path)
    yield ask(school, Preset.HOMEWORK)
    school.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(400):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("not reached by Tab")


def graded(asked: Asked) -> dict[str, dict[str, Any]]:
    """Type → result of the copy that was handed in."""
    with asked.school.begin() as session:
        attempt = session.scalars(
            sa.select(Attempt).where(Attempt.assignment_id == asked.ids["assignment"])
        ).one()
        assert attempt.submitted_at is not None
        query = sa.select(ActivityVersion.activity_id, ActivityVersion.type)
        types = {str(activity): type for activity, type in session.execute(query)}
        return {types[name]: result for name, result in attempt.grades[-1].per_activity.items()}


@pytest.mark.parametrize("how", ["keyboard", "no-script", "touch"])
def test_typed_and_ticked(asked: Asked, chromium: Browser, how: str) -> None:
    touch = how == "touch"
    options: dict[str, Any] = {"has_touch": True, "is_mobile": True} if touch else {}
    with served(asked.school.app) as origin:
        context = chromium.new_context(
            java_script_enabled=how != "no-script",
            viewport={"width": 375 if touch else 900, "height": 800},
            locale="fr",
            **options,
        )
        context.add_cookies([{"name": "as", "value": "pupil", "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/lti/my/work/{asked.ids['assignment']}")
        for kind, (field, text, _, _) in TYPED.items():
            place = page.locator(f"fieldset[data-activity={kind}] [name$='.{field}']").first
            if touch:
                place.tap()
                place.fill(text)
            else:
                tab_to(page, place)
                page.keyboard.press("Control+a")
                page.keyboard.type(text)
        no = page.locator("fieldset[data-activity=true_false] input[type=radio]").nth(1)
        one = page.locator("fieldset[data-activity=choice] input").first
        for target in (no, one):
            if touch:
                target.tap()
            else:
                first = target.locator("xpath=ancestor::fieldset").locator("input").first
                page.evaluate("window.scrollTo(0, 0)") if how == "keyboard" else None
                tab_to(page, first)
                page.keyboard.press("Space")
                if not first.evaluate("(it, other) => it === other", target.element_handle()):
                    page.keyboard.press("ArrowDown")
            expect(target).to_be_checked()
        button = page.get_by_role("button", name="Rendre", exact=True)
        button.tap() if touch else button.press("Enter")
        page.locator(".receipt").wait_for()
        context.close()
    found = graded(asked)
    for kind, (_, _, state, fraction) in TYPED.items():
        assert (found[kind]["state"], found[kind]["fraction"]) == (state, fraction), kind
    assert (found["true_false"]["state"], found["true_false"]["fraction"]) == ("partial", "1/4")  # no reason given
    assert found["choice"]["state"] in ("correct", "partial", "incorrect")
