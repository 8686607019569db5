"""Every type of question as a pupil meets it: sound for assistive technology, in both languages, by day and night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from binder.marks import grading
from binder.models import Attempt, Preset
from tests.browser import chromium as running_chromium
from tests.flows.test_keys_stay import Asked, answers, ask
from tests.lti.school import open_school, served
from tests.lti.somebody import somebody

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def asked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """One page with every type: a pupil has not begun, another has their result."""
    school = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    made = ask(school, Preset.HOMEWORK)
    answers(made, somebody(school, "pupil2"), "hand-in")
    teacher = school.people["teacher"]
    with school.begin() as session:
        (attempt,) = session.query(Attempt).filter_by(assignment_id=made.ids["assignment"])
        grade = grading.newest(attempt)
        assert grade is not None
        grading.review(session, teacher, attempt.id, score_given=grade.score_maximum / 2)
        grading.release(session, teacher, made.ids["assignment"])
    yield made
    school.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.mark.parametrize("who", ["pupil", "pupil2", "teacher"])
@pytest.mark.parametrize(("lang", "scheme", "width"), [("fr", "light", 375), ("en", "dark", 1280)])
def test_every_type_is_sound(
    asked: Asked, chromium: Browser, who: str, lang: str, scheme: str, width: int
) -> None:
    with served(asked.school.app) as origin:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]  # a literal
            reduced_motion="reduce",
        )
        context.add_cookies(
            [{"name": name, "value": value, "url": origin} for name, value in (("as", who), ("lang", lang))]
        )
        page, troubles = context.new_page(), []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.goto(f"{origin}/lti/my/work/{asked.ids['assignment']}")
        page.wait_for_load_state("networkidle")
        assert page.locator(".activity").count() == len(asked.stains)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options={"runOnly": WCAG})
        assert found.violations_count == 0, found.generate_report()
        assert not troubles
        context.close()
