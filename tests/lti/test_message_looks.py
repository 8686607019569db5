"""The screens of messages beside links: sound for assistive technology, in both languages, on a phone and by night."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from binder import db
from binder.access import Role
from lti.launches import sessions
from lti.protocol.message_kinds import DATA_PRIVACY, EULA_REQUEST, SUBMISSION_REVIEW
from tests import factories
from tests.browser import chromium as running_chromium
from tests.browser import reach, violations
from tests.conformance.platform import AGS, ISSUER, L
from tests.lti.arrivals import SECRET, Platform
from tests.lti.messaging import COLUMN, Class, about, of_type, open_class
from tests.lti.school import served
from tests.lti.test_messages import ALL, ENDED, PROCTORING, SUPERVISED, TERMS, USER

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REVIEW = of_type(SUBMISSION_REVIEW, **{AGS: {"scope": [], "lineitem": COLUMN}})
PRIVACY = of_type(DATA_PRIVACY[0], **{L + "context": None, L + "resource_link": None})
EULA = of_type(EULA_REQUEST, **{TERMS: {"url": ISSUER + "/eula", "scope": [USER, ALL]}})
SCREENS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "review-nothing": ("morel", "/review", {**REVIEW, **about("tom")}),
    "review-refused": ("samira", "/review", {**REVIEW, **about("lina")}),
    "review-unknown": (
        "morel",
        "/review",
        {**REVIEW, **about("lina"), AGS: {"scope": [], "lineitem": ISSUER + "/other"}},
    ),
    "privacy": ("head", "/privacy", {**PRIVACY, **about("morel")}),
    "privacy-nobody": ("head", "/privacy", {**PRIVACY, **about("nobody-here")}),
    "erase": ("head", "/privacy/erase", {**PRIVACY, **about("morel")}),
    "erase-self": ("morel", "/privacy/erase", PRIVACY),
    "terms": ("head", "/terms", EULA),
    "proctoring": ("lina", "/proctoring", SUPERVISED),
    "proctoring-end": ("lina", "/proctoring/end", {**ENDED, PROCTORING + "errormsg": "Temps écoulé."}),
    "other-clock": ("morel", "/given", {"zoneinfo": "Indian/Reunion"}),
}


def furnished(template: Path, folder: Path) -> Class:
    """A class; its teacher has a binder that nobody else uses."""
    shutil.copy(template, folder / "test.db")
    engine = db.create_engine(f"sqlite:///{folder / 'test.db'}")
    klass = open_class(engine, folder, Platform(engine))
    teacher = klass.viewer("morel", Role.INSTRUCTOR)
    with klass.session() as session, session.begin():
        factories.binder(session, teacher, "Brouillons")
    return klass


@pytest.fixture(scope="module")
def klass(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """See `furnished`."""
    made = furnished(sqlite_template, tmp_path_factory.mktemp("class"))
    yield made
    made.tool.visits.flush()
    made.engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def shown(klass: Class, browser: Browser, origin: str, name: str, lang: str, **options: Any) -> Any:
    """The page of a screen, and what its console has said."""
    who, screen, claims = SCREENS[name]
    presentation = {"document_target": "window", "return_url": ISSUER + "/back", "locale": lang}
    _, path = klass.send(who, **{L + "launch_presentation": presentation, **claims})
    context = browser.new_context(reduced_motion="reduce", **options)
    context.add_cookies([{"name": sessions.COOKIE, "value": f'"{SECRET}"', "url": f"{origin}{path}/"}])
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: (
            troubles.append(said.text) if said.type == "error" and "status of 40" not in said.text else None
        ),
    )
    page.goto(origin + path + screen)
    page.wait_for_load_state("networkidle")
    return page, troubles


@pytest.mark.parametrize(("lang", "scheme", "width"), [("fr", "light", 375), ("en", "dark", 1280)])
def test_every_screen_is_sound(klass: Class, chromium: Browser, lang: str, scheme: str, width: int) -> None:
    with served(klass.app) as origin:
        for name in SCREENS:
            page, troubles = shown(
                klass,
                chromium,
                origin,
                name,
                lang,
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
            )
            assert page.locator("h1").count() == 1, name
            assert page.locator("main .aside code").count() == 0, f"{name}: an error"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert violations(page, WCAG) == [], name
            assert not troubles, name
            page.context.close()


def test_erasing_asks_twice_by_the_keyboard_alone(klass: Class, chromium: Browser) -> None:
    with served(klass.app) as origin:
        page, _ = shown(klass, chromium, origin, "erase", "fr")
        reach(page, page.locator("main button"))
        page.keyboard.press("Enter")
        page.wait_for_selector("#sure")
        reach(page, page.locator("main button.danger"))
        page.keyboard.press("Enter")  # the browser wants the tick first
        assert page.locator("#sure").is_visible()
        reach(page, page.locator("#sure"), back=True)
        page.keyboard.press("Space")
        assert page.locator("#sure").is_checked()
        page.context.close()


if __name__ == "__main__":
    import tempfile

    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        empty = Path(place) / "template.db"
        engine = db.create_engine(f"sqlite:///{empty}")
        db.upgrade(engine, ("binder", "lti"))
        engine.dispose()
        made = furnished(empty, Path(place))
        with served(made.app) as origin, running_chromium(bare=True) as browser:
            for lang, width in (("fr", 375), ("fr", 1280), ("en", 1280)):
                for name in sys.argv[2:] or SCREENS:
                    page, _ = shown(
                        made, browser, origin, name, lang, viewport={"width": width, "height": 700}
                    )
                    page.screenshot(path=out / f"{name}-{lang}-{width}.png", full_page=True)
                    page.context.close()
