"""A pupil's page saves itself, under every accident: no network, no session, two tabs, a wrong clock, an impatient finger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from binder.models import Assignment, Attempt
from tests.browser import chromium as running_chromium
from tests.lti.school import School, open_school, served

pytestmark = pytest.mark.browser


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


class Desk:
    """A pupil's browser at a piece of work."""

    def __init__(self, school: School, context: BrowserContext, origin: str) -> None:
        self.school, self.context, self.origin = school, context, origin
        self.work = school.ids["free"]

    def sign_in(self) -> None:
        """The pupil is known."""
        self.context.add_cookies([{"name": "as", "value": "pupil", "url": self.origin}])

    def open(self) -> Page:
        """A tab with the work in it, its scripts running."""
        page = self.context.new_page()
        page.goto(f"{self.origin}/lti/my/work/{self.work}")
        expect(page.locator("#answers-state")).to_be_visible()
        return page

    def answers(self) -> list[str]:
        """Ids of the options that the server has."""
        with self.school.begin() as session:
            query = sa.select(Attempt).where(
                Attempt.assignment_id == self.work,
                Attempt.person_id == self.school.people["pupil"].person_id,
            )
            attempts = session.scalars(query.order_by(Attempt.number)).all()
            return [one for attempt in attempts for it in attempt.responses.values() for one in it["choices"]]

    def attempts(self) -> list[Attempt]:
        """The pupil's, the first one first."""
        with self.school.begin() as session:
            query = sa.select(Attempt).where(
                Attempt.assignment_id == self.work,
                Attempt.person_id == self.school.people["pupil"].person_id,
            )
            return list(session.scalars(query.order_by(Attempt.number)))


@contextmanager
def desk(school: School, chromium: Browser, *, script: str = "") -> Iterator[Desk]:
    """A browser of its own; script: runs before every page."""
    with served(school.app) as origin:
        context = chromium.new_context(locale="fr")
        if script:
            context.add_init_script(script)
        made = Desk(school, context, origin)
        made.sign_in()
        yield made
        context.close()


def tick(page: Page, number: int) -> str:
    """Choose an option of the first question; its id."""
    option = page.locator("fieldset[data-activity=choice]").first.locator("input").nth(number)
    option.check()
    return option.get_attribute("value") or ""


def saved(page: Page) -> None:
    """Wait until the page says so."""
    expect(page.locator("#answers-state")).to_have_attribute("data-state", "saved", timeout=15_000)
    expect(page.locator("#answers-state")).to_have_text(re.compile("Enregistré à"))


def state(page: Page, name: str) -> None:
    expect(page.locator("#answers-state")).to_have_attribute("data-state", name, timeout=15_000)


def test_an_answer_is_saved_by_itself_and_is_there_on_another_device(
    school: School, chromium: Browser
) -> None:
    with desk(school, chromium) as there:
        chosen = tick(page := there.open(), 1)
        saved(page)
        assert there.answers() == [chosen]
        other = chromium.new_context(locale="fr")
        elsewhere = Desk(school, other, there.origin)
        elsewhere.sign_in()
        assert elsewhere.open().locator(f"input[value='{chosen}']").is_checked()
        other.close()


def test_without_a_network_answers_wait_and_are_sent(school: School, chromium: Browser) -> None:
    with desk(school, chromium) as there:
        page = there.open()
        there.context.set_offline(True)
        chosen = tick(page, 0)
        state(page, "offline")
        expect(page.locator("#answers-state")).to_contain_text("gardées sur cet appareil")
        assert there.answers() == []
        there.context.set_offline(False)
        saved(page)
        assert there.answers() == [chosen]


def test_a_page_that_was_closed_without_a_network_has_lost_nothing(school: School, chromium: Browser) -> None:
    with desk(school, chromium) as there:
        page = there.open()
        there.context.set_offline(True)
        chosen = tick(page, 2)
        state(page, "offline")
        page.close()
        there.context.set_offline(False)
        again = there.open()
        saved(again)
        assert again.locator(f"input[value='{chosen}']").is_checked()
        assert there.answers() == [chosen]


def test_a_session_that_ends_keeps_what_is_answered(school: School, chromium: Browser) -> None:
    with desk(school, chromium) as there:
        page = there.open()
        there.context.clear_cookies()
        chosen = tick(page, 1)
        state(page, "signed-out")
        expect(page.locator("#answers-state")).to_contain_text("rouvre Classeur")
        there.sign_in()
        page.evaluate("dispatchEvent(new Event('focus'))")
        saved(page)
        assert there.answers() == [chosen]


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_two_tabs_never_overwrite_each_other_unseen(school: School, chromium: Browser, keep: str) -> None:
    with desk(school, chromium) as there:
        first, second = there.open(), there.open()
        theirs = tick(second, 0)
        saved(second)
        mine = tick(first, 1)
        state(first, "conflict")
        panel = first.locator(".two-answers")
        expect(panel).to_be_visible()
        assert panel.evaluate("it => it.contains(document.activeElement)")
        assert there.answers() == [theirs]
        panel.locator(f"[data-keep={keep}]").press("Enter")
        expect(panel).to_have_count(0)
        wanted = mine if keep == "mine" else theirs
        expect(first.locator(f"input[value='{wanted}']").first).to_be_checked()
        saved(first) if keep == "mine" else None
        assert there.answers() == [wanted]


def test_a_reply_that_is_lost_is_no_conflict(school: School, chromium: Browser) -> None:
    with desk(school, chromium) as there:
        page = there.open()
        lost: list[str] = []

        def lose(route: object) -> None:
            request = route.request  # type: ignore[attr-defined]
            if request.method == "POST" and not lost:
                lost.append(request.url)
                route.fetch()  # type: ignore[attr-defined]  # it arrives, and its answer does not
                route.abort()  # type: ignore[attr-defined]
            else:
                route.continue_()  # type: ignore[attr-defined]

        page.route("**/work/**", lose)
        tick(page, 0)
        state(page, "offline")
        chosen = tick(page, 2)
        saved(page)
        assert there.answers() == [chosen]


def test_a_double_click_hands_in_once(school: School, chromium: Browser) -> None:
    with desk(school, chromium) as there:
        page = there.open()
        chosen = tick(page, 1)
        page.get_by_role("button", name="Rendre", exact=True).dblclick()
        page.locator(".receipt").wait_for()
        (attempt,) = there.attempts()
        assert attempt.submitted_at is not None
        assert there.answers() == [chosen]


def test_the_devices_clock_decides_nothing(school: School, chromium: Browser) -> None:
    wrong = "const real = Date.now.bind(Date); Date.now = () => real() + 86400000;"
    with school.begin() as session:
        given = session.get_one(Assignment, (school.people["pupil"].tenant_id, UUID(str(school.ids["free"]))))
        given.minutes = 2
    with desk(school, chromium, script=wrong) as there:
        page = there.context.new_page()
        page.goto(f"{there.origin}/lti/my/work/{there.work}")
        page.get_by_role("button", name="Commencer").click()
        left = page.locator("#time-left [data-text]")
        expect(left).to_have_text(re.compile(r"^[12]:\d\d$"))
        chosen = tick(page, 0)
        saved(page)
        assert there.answers() == [chosen]
        page.locator("[data-hide-time]").press("Enter")
        expect(left).to_be_hidden()


def test_when_time_is_over_the_server_hands_in_what_was_saved(school: School, chromium: Browser) -> None:
    with school.begin() as session:
        given = session.get_one(Assignment, (school.people["pupil"].tenant_id, school.ids["free"]))
        given.minutes = 1
    with desk(school, chromium) as there:
        page = there.context.new_page()
        page.goto(f"{there.origin}/lti/my/work/{there.work}")
        page.get_by_role("button", name="Commencer").click()
        chosen = tick(page, 1)
        saved(page)
        with school.begin() as session:  # the minute passes
            attempt = session.scalars(sa.select(Attempt).where(Attempt.assignment_id == there.work)).one()
            assert attempt.deadline_at is not None
            attempt.deadline_at = attempt.started_at
            attempt.started_at = attempt.saved_at = attempt.deadline_at
        with school.begin() as session:
            row = session.scalars(sa.select(Attempt).where(Attempt.assignment_id == there.work)).one()
            session.execute(
                sa.update(Attempt.__table__)  # type: ignore[arg-type]  # a table it is
                .where(Attempt.__table__.c.id == row.id)
                .values(deadline_at=sa.func.datetime("now", "-5 minutes"))
            )
        page.goto(f"{there.origin}/lti/my/work/{there.work}")
        page.locator(".receipt").wait_for()
        (attempt,) = there.attempts()
        assert attempt.by_server
        assert there.answers() == [chosen]
