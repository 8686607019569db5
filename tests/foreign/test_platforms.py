"""Platforms that others wrote launch our tool: their code checks our requests and signs, ours checks their launches."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import sessionmaker

from binder import db
from binder.access import Role, Viewer
from binder.content import authoring
from binder.models import Assignment, Page, Person
from lti import LTI
from lti.errors import OtherBrowser, StateUnknown, TargetMismatch
from lti.models import Context, Registration
from tests import factories
from tests.foreign.browser import TOOL, Browser, Form
from tests.foreign.platforms import PUPIL, TEACHER, Account, Platform


def launch(platform: Platform, browser: Browser, account: Account, **options: Any) -> Form:
    """Go through a launch to its end; the form that carried it."""
    browser.get(platform.login_url(account, **options))
    assert browser.page.status == 200, browser.page.text
    form = browser.page.form(f"{TOOL}/lti/")
    assert form.action == f"{TOOL}/lti/launch"
    browser.send(form)
    return form


def write_a_page(engine: sa.Engine) -> str:
    """The teacher, who has launched before, has a published page with a question of 2 points; its id."""
    with sessionmaker(db.writing(engine), expire_on_commit=False).begin() as session:
        teacher = session.scalars(sa.select(Person)).one()
        context = session.scalars(sa.select(Context)).one()
        viewer = Viewer(
            tenant_id=teacher.tenant_id,
            role=Role.INSTRUCTOR,
            person_id=teacher.id,
            audience_id=context.audience_id,
        )
        page, _ = factories.page_with_choice(session, viewer)
        authoring.publish(session, viewer, page.id)
        return str(page.id)


def open_screen(browser: Browser, screen: str) -> None:
    """Another screen of the launch that is open."""
    launch_path = "/".join(browser.page.url.split("/")[:6])
    browser.get(launch_path + screen)
    assert browser.page.status == 200, browser.page.text


def answer_and_hand_in(browser: Browser) -> None:
    """Tick the right option of the only question, and hand in."""
    form = browser.page.form("/work/")
    (name,) = (name for name in form.offered if name.endswith(".choices"))
    browser.send(form, **{name: "aaaa", "action": "hand-in"})
    assert browser.page.status == 200, browser.page.text


def test_a_teacher_and_a_pupil_arrive_at_their_pages(
    platform: Platform, tool_app: Flask, engine: sa.Engine
) -> None:
    for account, screen, role in ((TEACHER, "/binders", "Instructor"), (PUPIL, "/work", "Learner")):
        browser = Browser(tool_app)
        launch(platform, browser, account)
        assert browser.page.status == 200, browser.page.text
        assert browser.page.url.endswith(screen)
        with engine.connect() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT p.display_name, l.role FROM lti_launch l JOIN binder_person p ON p.id = l.person_id"
                )
            ).all()
        assert (account.name, role) in [tuple(row) for row in rows]


def refused(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The codes of what our tool refused."""
    return [vars(record)["code"] for record in caplog.records if vars(record).get("event") == "refused"]


def test_a_launch_that_is_sent_again_opens_nothing(
    platform: Platform, browser: Browser, tool_app: Flask, engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """Who reloads the page is back in the session that it opened; anybody else is refused."""
    form = launch(platform, browser, PUPIL)
    opened = browser.page.url
    browser.send(form)
    assert browser.page.url == opened
    assert refused(caplog) == []
    stranger = Browser(tool_app)
    stranger.send(form)
    assert refused(caplog) == [StateUnknown.code]
    assert stranger.page.status >= 400
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM lti_launch")).scalar_one() == 1


def test_a_login_that_another_browser_began_is_refused(
    platform: Platform, tool_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    victim, attacker = Browser(tool_app), Browser(tool_app)
    attacker.get(platform.login_url(PUPIL))
    victim.send(attacker.page.form("/lti/launch"))
    assert refused(caplog) == [OtherBrowser.code]
    assert victim.page.status >= 400


def test_the_platform_takes_the_mark_of_a_given_page(
    platform: Platform, browser: Browser, tool_app: Flask, engine: sa.Engine
) -> None:
    """Its token endpoint believes our assertion; it makes the line item that we ask for, and keeps our score."""
    launch(platform, browser, TEACHER)
    page = write_a_page(engine)
    open_screen(browser, f"/pages/{page}/give")
    browser.send(browser.page.form("/give"))
    assert browser.page.status == 200, browser.page.text
    with engine.connect() as connection:
        assignment = connection.execute(sa.select(Assignment.id)).scalar_one()

    pupil = Browser(tool_app)
    launch(platform, pupil, PUPIL)
    open_screen(pupil, f"/work/{assignment}")
    answer_and_hand_in(pupil)
    tool: LTI = tool_app.extensions["lti"]
    tool.deliver()

    (score,) = platform.scores()
    assert score["userId"] == PUPIL.id
    assert (score["scoreGiven"], score["scoreMaximum"]) == (2, 2)
    assert score["gradingProgress"] == "FullyGraded"


def pick(platform: Platform, browser: Browser, engine: sa.Engine) -> None:
    """The teacher chooses a page in the platform's picker."""
    launch(platform, browser, TEACHER)
    page = write_a_page(engine)
    launch(platform, browser, TEACHER, picking=True)
    assert browser.page.status == 200, browser.page.text
    browser.send(browser.page.form("/link"), page=page)
    assert browser.page.status == 200, browser.page.text
    browser.send(next(form for form in browser.page.forms if "JWT" in form.fields))
    assert browser.page.status == 200, browser.page.text
    (item,) = platform.items()
    assert item["type"] == "ltiResourceLink"
    assert item["url"].startswith(f"{TOOL}/lti/open/")


def test_the_platform_takes_the_link_that_a_teacher_chose(
    platform: Platform, browser: Browser, engine: sa.Engine
) -> None:
    pick(platform, browser, engine)
    (item,) = platform.items()
    with engine.connect() as connection:
        title = connection.execute(sa.select(Page.title)).scalar_one()
    assert item["title"] == title
    assert item["lineItem"]["scoreMaximum"] == 2


def test_a_chosen_link_opens_its_page(
    lti1p3platform: Platform, browser: Browser, tool_app: Flask, engine: sa.Engine
) -> None:
    pick(lti1p3platform, browser, engine)
    pupil = Browser(tool_app)
    launch(lti1p3platform, pupil, PUPIL, item=0)
    assert pupil.page.status == 200, pupil.page.text
    answer_and_hand_in(pupil)
    tool: LTI = tool_app.extensions["lti"]
    tool.deliver()
    assert [score["scoreGiven"] for score in lti1p3platform.scores()] == [2]


def test_open_edx_names_another_target_at_login_than_in_the_launch_of_a_chosen_link(
    edx: Platform, browser: Browser, tool_app: Flask, engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """Its login request carries the block's general URL, against LTI 1.3 core 5.3.4: refused, unless the registration says so."""
    pick(edx, browser, engine)
    pupil = Browser(tool_app)
    launch(edx, pupil, PUPIL, item=0)
    assert refused(caplog) == [TargetMismatch.code]
    assert pupil.page.status >= 400
    with sessionmaker(db.writing(engine)).begin() as session:
        session.execute(sa.update(Registration).values(loose_target=True))
    again = Browser(tool_app)
    launch(edx, again, PUPIL, item=0)
    assert again.page.status == 200, again.page.text
    assert "/work/" in again.page.url
