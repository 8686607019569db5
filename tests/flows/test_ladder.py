"""The launch ladder in a real browser between two sites over HTTPS: each way to launch where cookies are refused.

A browser that refuses partitioned cookies (older Safari and Firefox) is Chromium whose cookies of that kind are taken out
of our answers on their way into a frame; everything else is Chromium's own doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from binder import db
from lti.models import Launch, StoredState
from tests.browser import chromium, reach, violations
from tests.flows.test_in_a_browser import open_classeur, person
from tests.flows.world import World, running

pytestmark = pytest.mark.browser

WORK = "Mon travail"
NEW_WINDOW = "Ouvrir dans une nouvelle fenêtre"


class WithoutPartitioned:
    """What a browser sees of us that does not know the attribute and blocks cookies of third parties."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        self.refused = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        in_frame = environ.get("HTTP_SEC_FETCH_DEST") not in ("document", None)

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = [
                (name, value)
                for name, value in headers
                if not (in_frame and name.lower() == "set-cookie" and "partitioned" in value.lower())
            ]
            self.refused += len(headers) - len(kept)
            return start(status, kept, *more)

        return self.app(environ, begin)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """Two sites; the browser keeps no cookies of ours in a frame."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    with running(engine, tmp_path, ent_host="lms.test", tool_host="tool.test") as world:
        world.tool_app.wsgi_app = WithoutPartitioned(world.tool_app.wsgi_app)  # type: ignore[method-assign]
        yield world
        assert world.tool_app.wsgi_app.refused  # type: ignore[attr-defined]
    engine.dispose()


def opened_by_url(world: World) -> list[bool]:
    """Of each launch, oldest first: whether its session stands in its addresses."""
    with world.session() as session:
        return list(session.scalars(sa.select(Launch.by_url).order_by(Launch.id)))


def frame_url(page: Page) -> str:
    """Where the tool's frame is."""
    return next(frame.url for frame in page.frames if "tool.test" in frame.url)


def tool_frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe#tool")


def allow_access(browser: Browser, page: Page, world: World) -> None:
    """What somebody does who says yes to “allow tool.test to use its cookies inside lms.test?”."""
    target = page.context.new_cdp_session(page).send("Target.getTargetInfo")["targetInfo"]
    browser.new_browser_cdp_session().send(
        "Browser.setPermission",
        {
            "permission": {"name": "storage-access"},
            "setting": "granted",
            "origin": world.ent_url,
            "embeddedOrigin": world.tool_url,
            "browserContextId": target["browserContextId"],
        },
    )


def press(page: Page, button: Locator) -> None:
    """By keyboard alone."""
    reach(page, button)
    page.keyboard.press("Enter")


def new_window(context: BrowserContext, frame: FrameLocator) -> Page:
    """What the button opens."""
    with context.expect_page() as opened:
        press(frame.owner.page, frame.get_by_role("button", name=NEW_WINDOW))
    opened.value.get_by_role("heading", level=1, name=WORK).wait_for()
    return opened.value


def test_the_platforms_storage_carries_a_launch_and_its_session(browser: Browser, world: World) -> None:
    context, page = person(browser, world, "lina", scripts=True)
    frame = open_classeur(page, world, "5A", scripts=True)
    frame.get_by_role("heading", level=1, name=WORK).wait_for()
    frame.get_by_role("link", name="Classeurs de la classe").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Classeurs de la classe")
    assert not [cookie for cookie in context.cookies() if cookie["name"] == "lti-launch"]
    assert opened_by_url(world) == [True]
    address = frame_url(page)
    # the address opens nothing for whom it is passed on to, nor in another tab
    for stranger in (context.new_page(), browser.new_context(ignore_https_errors=True).new_page()):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 401
    # … and the frame goes on, also after a reload and back
    frame.get_by_role("link", name=WORK).first.click()
    frame.get_by_role("heading", level=1, name=WORK).wait_for()
    page.evaluate("() => history.back()")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Classeurs de la classe")
    context.close()


def test_a_secret_counts_only_from_our_own_page(browser: Browser, world: World) -> None:
    """Login CSRF: a stranger's page sends a login of the stranger's, secret and all, from the victim's browser."""
    caught: list[dict[str, str]] = []
    context, page = person(browser, world, "lina", scripts=True)

    def catch(route: Any) -> None:
        data = route.request.post_data_json or {}
        if route.request.method == "POST" and data.get("secret"):
            caught.append(data)
            route.abort()
        else:
            route.continue_()

    page.route("**/lti/launch", catch)
    page.goto(f"{world.ent_url}/links/{world.ent.link('5A').id}")
    page.wait_for_timeout(10)
    for _ in range(200):
        if caught:
            break
        page.wait_for_timeout(50)
    (stolen,) = caught
    victim = browser.new_context(ignore_https_errors=True, locale="fr-FR").new_page()
    victim.goto(f"{world.ent_url}/sign-in")
    fields = "".join(
        f"<input type=hidden name='{name}' value='{stolen[name]}'>"
        for name in ("state", "id_token", "secret")
    )
    form = f"<form method=post action='{world.tool_url}/lti/launch'>{fields}</form>"
    victim.evaluate("html => { document.body.innerHTML = html; document.forms[0].submit() }", form)
    victim.wait_for_url("**/lti/launch")
    expect(victim.locator("h1")).to_have_text("Ouverture…")
    assert opened_by_url(world) == []
    context.close()


@pytest.mark.parametrize("fault", ["silent", "wrong_origin", "exhausted"])
def test_where_the_storage_fails_a_window_opens(browser: Browser, world: World, fault: str) -> None:
    world.ent.options.storage_faults = frozenset({fault})
    context, page = person(browser, world, "lina", scripts=True)
    frame = open_classeur(page, world, "5A", scripts=True)
    frame.get_by_role("button", name=NEW_WINDOW).wait_for()
    opened = new_window(context, frame)
    expect(frame.get_by_role("status").filter(has_text="autre fenêtre")).to_be_visible()
    assert opened_by_url(world) == [False]
    opened.reload()
    opened.get_by_role("heading", level=1, name=WORK).wait_for()
    context.close()


def test_a_frame_that_is_not_there_is_looked_for_in_the_page_around(browser: Browser, world: World) -> None:
    world.ent.options.storage_faults = frozenset({"no_frame"})
    context, page = person(browser, world, "lina", scripts=True)
    frame = open_classeur(page, world, "5A", scripts=True)
    frame.locator("h1").filter(has_text=WORK).or_(
        frame.get_by_role("button", name=NEW_WINDOW)
    ).first.wait_for()
    assert opened_by_url(world) in ([True], [])
    context.close()


def test_the_browser_lends_its_own_cookies(browser: Browser, world: World) -> None:
    """Storage Access: asked for by a button, as browsers want it."""
    world.ent.options.storage_target = None
    context, page = person(browser, world, "lina", scripts=True)
    allow_access(browser, page, world)
    first = context.new_page()  # browsers lend only what has been used by itself before
    first.goto(f"{world.tool_url}/lti/")
    first.locator("summary").click()
    frame = open_classeur(page, world, "5A", scripts=True)
    frame.get_by_role("button", name="Continuer ici").click()
    frame.get_by_role("heading", level=1, name=WORK).wait_for()
    assert opened_by_url(world) == [True]
    with world.session() as session:
        assert session.scalars(sa.select(StoredState)).all() == []
    context.close()


def test_a_refused_permission_leaves_the_window(browser: Browser, world: World) -> None:
    world.ent.options.storage_target = None
    context, page = person(browser, world, "lina", scripts=True)
    frame = open_classeur(page, world, "5A", scripts=True)
    here = frame.get_by_role("button", name="Continuer ici")
    frame.get_by_role("button", name=NEW_WINDOW).wait_for()
    if here.is_visible():
        here.click()
        expect(frame.get_by_text("ne l’a pas permis")).to_be_visible()
    new_window(context, frame)
    context.close()


def test_without_scripts_there_is_the_window(browser: Browser, world: World) -> None:
    context, page = person(browser, world, "lina", scripts=False)
    page.goto(f"{world.ent_url}/links/{world.ent.link('5A').id}")
    frame = tool_frame(page)
    frame.locator("#continue").click()
    with context.expect_page() as opened:
        frame.get_by_role("button", name=NEW_WINDOW).click()
    window = opened.value
    while window.locator("#continue").or_(window.get_by_role("heading", name=WORK)).first.is_visible():
        if not window.locator("#continue").count():
            break
        with window.expect_navigation():
            window.locator("#continue").click()
    window.get_by_role("heading", level=1, name=WORK).wait_for()
    context.close()


def test_a_blocked_window_is_explained_and_gone_round(browser: Browser, world: World) -> None:
    world.ent.options.storage_target = None
    context, page = person(browser, world, "lina", scripts=True)
    page.add_init_script("window.open = () => null")
    frame = open_classeur(page, world, "5A", scripts=True)
    press(page, frame.get_by_role("button", name=NEW_WINDOW))
    expect(frame.get_by_role("alert")).to_contain_text("bloqué")
    inside: Any = next(each for each in page.frames if world.tool_url in each.url)
    assert violations(inside, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]) == []
    press(page, frame.get_by_role("button", name="Ouvrir à la place de cette page"))
    page.wait_for_url("**/work")
    page.get_by_role("heading", level=1, name=WORK).wait_for()
    context.close()


def test_a_choice_left_open_overnight_is_told_in_words(browser: Browser, world: World) -> None:
    world.ent.options.storage_target = None
    context, page = person(browser, world, "lina", scripts=True)
    frame = open_classeur(page, world, "5A", scripts=True)
    button = frame.get_by_role("button", name=NEW_WINDOW)
    button.wait_for()
    clock = world.ent.clock
    world.ent.clock = lambda: clock() + timedelta(hours=12)
    with context.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("ENT")
    assert opened_by_url(world) == []
    context.close()


def test_two_tabs_are_two_people(browser: Browser, world: World) -> None:
    context, tab = person(browser, world, "lina", scripts=True)
    first = open_classeur(tab, world, "5A", scripts=True)
    first.get_by_role("heading", level=1, name=WORK).wait_for()
    other = context.new_page()
    other.goto(f"{world.ent_url}/sign-in")
    other.locator("button[name=login][value=tom]").click()
    second = open_classeur(other, world, "5A", scripts=True)
    second.get_by_role("heading", level=1, name=WORK).wait_for()
    first.get_by_role("link", name="Classeurs de la classe").click()
    first.get_by_role("heading", level=1, name="Classeurs de la classe").wait_for()
    with world.session() as session:
        people = session.scalars(sa.select(Launch.person_id).order_by(Launch.id)).all()
    assert len(set(people)) == 2
    context.close()
