"""Another end than the teacher knows, as they are told of it."""

from __future__ import annotations

import pytest

from lti.launches import sessions
from tests.browser import chromium, reach, violations
from tests.conformance.platform import L
from tests.lti.arrivals import SECRET
from tests.lti.school import served
from tests.lti.test_picker import TEACHER, Class, furnished, klass

__all__ = ["furnished", "klass"]

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_the_moved_date_is_sound_and_read_by_keyboard_alone(klass: Class) -> None:  # noqa: F811
    (item,) = klass.place("lesson", opens_at="2031-03-03T08:00", due_at="2031-03-10T18:00")
    klass.arrive(item)
    said = {"submission_end": "2031-03-12T17:00:00Z"}
    with served(klass.app) as origin, chromium(bare=True) as browser:
        for lang, width, scheme in (("en", 1280, "dark"), ("fr", 375, "light")):
            claims = {**TEACHER, L + "launch_presentation": {"locale": lang}}
            lands = klass.arrive(item, custom=said, **claims)
            assert "/moved/" in lands
            context = browser.new_context(
                viewport={"width": width, "height": 700},
                color_scheme=scheme,  # type: ignore[arg-type]  # one of its words
            )
            context.add_cookies(
                [{"name": sessions.COOKIE, "value": f'"{SECRET}"', "url": f"{origin}{klass.path}/"}]
            )
            page = context.new_page()
            page.goto(origin + lands)
            assert page.locator("html").get_attribute("lang") == lang
            assert violations(page, WCAG) == []
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        reach(page, page.get_by_role("button", name="J’ai lu"))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "/given/" in page.url
