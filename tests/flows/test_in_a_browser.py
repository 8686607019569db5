"""The main path in a real browser: Classeur in an iframe of another site, third-party cookies blocked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from binder import db
from binder.models import Assignment
from binder.models import Page as BinderPage
from tests.browser import chromium
from tests.flows.test_gradebook import page_with_activity
from tests.flows.world import World, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """Two sites, `lms.test` and `tool.test`, over HTTPS; marks are sent by a thread, as in the demo."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    settings = {"LTI_DELIVER_IN_PROCESS": True}
    with running(engine, tmp_path, ent_host="lms.test", tool_host="tool.test", settings=settings) as world:
        yield world
    engine.dispose()


def person(browser: Browser, world: World, login: str, *, scripts: bool) -> tuple[BrowserContext, Page]:
    """Somebody's own browser, signed in at the ENT."""
    context = browser.new_context(
        ignore_https_errors=True,
        java_script_enabled=scripts,
        locale="fr-FR",
        viewport={"width": 900, "height": 900},
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{world.ent_url}/sign-in")
    page.locator(f"button[name=login][value={login}]").click()
    return context, page


def open_classeur(page: Page, world: World, label: str, *, scripts: bool) -> FrameLocator:
    """The general link of a class, in its iframe; without scripts the ENT's forms have their buttons pressed."""
    page.goto(f"{world.ent_url}/links/{world.ent.link(label).id}")
    frame = page.frame_locator("iframe#tool")
    if not scripts:
        frame.locator("#continue").wait_for()
        while frame.locator("#continue").count():
            with page.expect_event("framenavigated"):
                frame.locator("#continue").click()
            frame.locator("h1").first.wait_for()
    return frame


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_teachers_gift_to_the_familys_look(browser: Browser, world: World, scripts: bool) -> None:
    lesson = page_with_activity(world)
    give(browser, world, lesson, scripts=scripts)
    hand_in(browser, world, lesson, scripts=scripts)
    expect_mark(browser, world, scripts=scripts)
    expect_family(browser, world, lesson, scripts=scripts)
    expect_stranger_refused(browser, world, lesson, scripts=scripts)


def give(browser: Browser, world: World, lesson: BinderPage, *, scripts: bool) -> None:
    """Mme Morel finds the page in her binder and gives it to 5e A."""
    context, page = person(browser, world, "morel", scripts=scripts)
    frame = open_classeur(page, world, "5A", scripts=scripts)
    with world.session() as session:
        title = session.get_one(BinderPage, (lesson.tenant_id, lesson.id)).binder.title
    frame.get_by_role("link", name=title).first.click()
    frame.get_by_role("link", name=lesson.title).first.click()
    frame.get_by_role("link", name="Donner à la classe").first.click()
    while world.tool.deliver():  # the class list is being fetched by the same worker that sends marks
        pass
    frame.get_by_role("button", name="Donner la page").click()
    expect(frame.get_by_role("table")).to_be_visible()
    expect(frame.get_by_role("heading", level=1)).to_contain_text(lesson.title)
    context.close()


def hand_in(browser: Browser, world: World, lesson: BinderPage, *, scripts: bool) -> None:
    """Lina answers in the iframe; a cookie that is not partitioned would not have come."""
    context, page = person(browser, world, "lina", scripts=scripts)
    frame = open_classeur(page, world, "5A", scripts=scripts)
    frame.get_by_role("link", name=lesson.title).first.click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text(lesson.title)
    groups = frame.locator("fieldset")
    for number in range(groups.count()):
        groups.nth(number).locator("input[type=radio], input[type=checkbox]").first.check()
    frame.locator("button[value=save]:visible").last.click()
    expect(frame.locator("#state [role=status]")).to_contain_text("Enregistré")
    frame.locator("button[value=hand-in]").click()
    expect(frame.locator("#state .receipt")).to_be_visible()
    cookies = [cookie for cookie in context.cookies() if cookie["name"] == "lti-launch"]
    assert cookies
    assert all(cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "None" for cookie in cookies)
    assert all(cookie.get("partitionKey") for cookie in cookies)
    context.close()


def expect_mark(browser: Browser, world: World, *, scripts: bool) -> None:
    """The mark stands in the ENT's gradebook, for Lina."""
    for _ in range(200):  # the thread that sends looks every second
        if world.ent.scores("5A"):
            break
        time.sleep(0.1)
    assert [cell.user.login for cell in world.ent.scores("5A")] == ["lina"]
    assert len(world.ent.score_posts()) == 1
    context, page = person(browser, world, "lina", scripts=scripts)
    page.goto(f"{world.ent_url}/classes/{world.ent.school_class('5A').id}/gradebook")
    expect(page.locator("#gradebook tr[data-login=lina] .score")).to_contain_text("/")
    context.close()


def expect_family(browser: Browser, world: World, lesson: BinderPage, *, scripts: bool) -> None:
    """Lina's mother sees the work and its result, and can change nothing."""
    context, page = person(browser, world, "samira", scripts=scripts)
    frame = open_classeur(page, world, "5A", scripts=scripts)
    expect(frame.get_by_text("Lina Benali").first).to_be_visible()
    frame.get_by_role("link", name=lesson.title).first.click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text(lesson.title)
    expect(frame.locator("main button")).to_have_count(0)
    expect(frame.locator("main input:not([disabled])")).to_have_count(0)
    context.close()


def expect_stranger_refused(browser: Browser, world: World, lesson: BinderPage, *, scripts: bool) -> None:
    """Adam of 5e B, in his own launch, asks for 5e A's work."""
    with world.session() as session:
        assignment = session.scalars(sa.select(Assignment.id)).one()
    context, page = person(browser, world, "adam", scripts=scripts)
    open_classeur(page, world, "5B", scripts=scripts).locator("nav.tabs").wait_for()
    inside = next(frame for frame in page.frames if world.tool_url in frame.url)
    launch = inside.url.split("/lti/l/")[1].split("/")[0]
    answers: list[int] = []
    page.on(
        "response", lambda response: answers.append(response.status) if assignment_in(response.url) else None
    )

    def assignment_in(url: str) -> bool:
        return "/work/" in url

    inside.goto(f"{world.tool_url}/lti/l/{launch}/work/{assignment}")
    assert answers == [403]
    context.close()


def test_an_unpartitioned_cookie_would_not_come(browser: Browser, world: World) -> None:
    """The control of the experiment: this browser does block third-party cookies in that iframe."""
    world.tool_app.add_url_rule("/plain", "plain", plain_cookie)
    context, page = person(browser, world, "lina", scripts=True)
    open_classeur(page, world, "5A", scripts=True).locator("nav.tabs").wait_for()
    inside = next(frame for frame in page.frames if world.tool_url in frame.url)
    inside.goto(f"{world.tool_url}/plain")
    inside.goto(f"{world.tool_url}/plain")
    assert inside.locator("body").inner_text() == "none"
    page.goto(f"{world.tool_url}/plain")
    page.goto(f"{world.tool_url}/plain")
    assert page.locator("body").inner_text() == "1"
    context.close()


def plain_cookie() -> object:
    """Sets a cookie that is not partitioned, and says whether it came back."""
    from flask import make_response, request

    response = make_response(request.cookies.get("plain", "none"))
    response.set_cookie("plain", "1", secure=True, samesite="None")
    return response
