"""Texts with gaps, matching, putting in order and sorting, answered by keyboard, without scripts, and with a finger."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page

from binder.giving import assigning
from binder.content import (authoring, composing)
from binder.resources import files
from binder.models import Attempt, Grade
from binder.storage import FileStorage
from tests import factories
from tests.browser import chromium as running_chromium
from tests.exporters.shelf import PNG
from tests.lti.school import School, open_school, served
from tests.lti.test_pages import WCAG, axe_troubles, ordinary, plain, reach, seen_troubles, window

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parents[1] / "conformance/samples"
NAMED = "01890000-0000-7000-8000-000000000001"
"""The picture that the samples name."""
KINDS = ("cloze", "match", "order", "categorize")
RIGHT_ORDER = ("ia", "ib", "ic", "id", "ie")


@dataclass
class Work:
    """A page with a question of each kind, given to the class."""

    school: School
    assignment: UUID
    ids: dict[str, str]
    """Kind → id of the question."""

    @property
    def path(self) -> str:
        """Where a pupil answers."""
        return f"/lti/my/work/{self.assignment}"

    def fractions(self, who: str) -> dict[str, Fraction]:
        """What the newest copy of somebody is worth, by kind."""
        person = self.school.people[who].person_id
        with self.school.begin() as session:
            query = (
                sa.select(Grade)
                .join(Attempt, Grade.attempt_id == Attempt.id)
                .where(Attempt.assignment_id == self.assignment, Attempt.person_id == person)
                .order_by(Attempt.number.desc())
            )
            results = session.scalars(query).first().per_activity
        return {kind: Fraction(results[name]["fraction"]) for kind, name in self.ids.items()}


@pytest.fixture
def work(sqlite_template: Path, tmp_path: Path) -> Iterator[Work]:
    """The samples of the four kinds on one page, which nobody has answered."""
    school = open_school(sqlite_template, tmp_path)
    teacher, ids = school.people["teacher"], {}
    storage: FileStorage = school.app.extensions["lti"].storage
    with school.begin() as session:
        binder = factories.binder(session, teacher)
        picture = files.add_file(session, teacher, binder.id, storage, io.BytesIO(PNG), name="a.png")
        session.expire(binder, ["resources"])
        page = factories.page(session, teacher, binder, "Quatre questions")
        for kind in KINDS:
            text = (SAMPLES / f"{kind}.json").read_text(encoding="utf-8")
            data = json.loads(text.replace(NAMED, str(picture.id)))
            ids[kind] = str(authoring.save_activity(session, teacher, binder.id, data, type=kind).id)
            session.expire(binder)
            composing.add_block(session, teacher, page.id, {"type": "activity", "activity": ids[kind]})
        given = assigning.give(session, teacher, page.id, max_attempts=0).id
    yield Work(school, given, ids)
    school.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def field(page: Page, work: Work, kind: str, name: str) -> Locator:
    """A field of a question."""
    return page.locator(f'[name="{work.ids[kind]}.{name}"]')


def choose(page: Page, menu: Locator, value: str) -> None:
    """Choose in a menu by keys alone."""
    reach(page, menu)
    for _ in range(12):
        if menu.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not in the menu")


def piece_of(question: Locator, words: str) -> Locator:
    """A piece to place: its words, or those that stand for its picture."""
    pictured = question.locator(f'.piece:has(img[alt="{words}"])')
    return question.locator(".piece", has_text=words).or_(pictured)


def hand_in(page: Page) -> None:
    """Tab to the button and press it."""
    reach(page, page.get_by_role("button", name="Rendre", exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator(".receipt").wait_for()


def write_gaps(page: Page, work: Work) -> None:
    """Fill the gaps by keys alone."""
    reach(page, field(page, work, "cloze", "gap.ga"))
    page.keyboard.type("lumière")
    choose(page, field(page, work, "cloze", "gap.gb"), "oa")
    choose(page, field(page, work, "cloze", "gap.gc"), "pa")
    reach(page, field(page, work, "cloze", "gap.gd"))
    page.keyboard.type("6,5")


def sort_animals(page: Page, work: Work) -> None:
    """Choose the categories by keys alone; one is wrong, which costs another."""
    for name, category in (("ia", "ca"), ("ib", "ca"), ("ic", "cb"), ("id", "cb"), ("ie", "ca")):
        choose(page, field(page, work, "categorize", f"in.{name}"), category)


def shown_order(page: Page) -> list[str]:
    """The ids of the items to be put in order, as they stand on the page."""
    values: list[str] = page.locator('[data-activity="order"] [name$=".shown"]').evaluate_all(
        "all => all.map(it => it.value)"
    )
    return values


def test_everything_is_answered_by_keyboard_with_scripts(work: Work, chromium: Browser) -> None:
    size = {"width": 700, "height": 700}
    with served(work.school.app) as origin, window(chromium, origin, viewport=size) as there:
        page = there.page
        there.look("pupil2", work.path)
        page.locator(".movers").first.wait_for()
        write_gaps(page, work)

        match = page.locator('[data-activity="match"]')
        for piece, place in (("Lisbonne", "le Portugal"), ("Athènes", "la Grèce")):
            reach(page, piece_of(match, piece))
            page.keyboard.press("Enter")
            assert match.locator(".put").count() == 3
            reach(page, match.get_by_role("button", name=f"ici : « {piece} » pour « {place} »"))
            page.keyboard.press("Enter")
            assert match.locator("[role=status]").evaluate(
                "it => new Promise(r => setTimeout(() => r(it.textContent), 60))"
            )
        assert field(page, work, "match", "pair.la").input_value() == "ra"
        assert field(page, work, "match", "pair.lb").evaluate("it => it === document.activeElement")
        choose(page, field(page, work, "match", "pair.lc"), "rd")  # wrong

        items = page.locator('[data-activity="order"] li')
        confirmed = page.locator("[data-confirmed]")
        assert not confirmed.is_checked()
        for place, wanted in enumerate(RIGHT_ORDER):
            while (now := shown_order(page).index(wanted)) > place:
                up = items.nth(now).locator("[data-step='-1']")
                reach(page, up)
                page.keyboard.press("Enter")
                assert (
                    items.nth(now - 1)
                    .locator("[data-step='-1']")
                    .evaluate("it => it === document.activeElement")
                )
                said = page.locator('[data-activity="order"] [role=status]')
                said.filter(has_text=f"position {now} sur 5").wait_for(state="attached")
        assert confirmed.is_checked(), "the first change counts"
        assert field(page, work, "order", "at.ie").input_value() == "5"

        sort_animals(page, work)
        hand_in(page)
        assert "Tu as rendu" in plain(page, "#state") or "corrigé" in plain(page, "#state")
        assert not there.troubles
    third = Fraction(2, 3)
    assert work.fractions("pupil2") == {"cloze": 1, "match": third, "order": 1, "categorize": Fraction(3, 5)}


def test_everything_is_answered_by_keyboard_without_scripts(work: Work, chromium: Browser) -> None:
    with (
        served(work.school.app) as origin,
        window(chromium, origin, java_script_enabled=False, viewport={"width": 375, "height": 700}) as there,
    ):
        page = there.page
        there.look("pupil3", work.path)
        assert not page.locator(".piece, .put, .movers").count()
        write_gaps(page, work)
        for name, other in (("la", "ra"), ("lb", "rb"), ("lc", "rc")):
            choose(page, field(page, work, "match", f"pair.{name}"), other)
        order = [*RIGHT_ORDER[:2], "id", "ic", "ie"]  # those two may change places
        for place, name in enumerate(order, 1):
            menu = field(page, work, "order", f"at.{name}")
            reach(page, menu)
            for _ in range(5):
                page.keyboard.press("ArrowUp")
            choose(page, menu, str(place))
        sort_animals(page, work)
        hand_in(page)
        assert "Rendu" in ordinary(page.inner_text("#state"))
    assert work.fractions("pupil3") == {"cloze": 1, "match": 1, "order": 1, "categorize": Fraction(3, 5)}


def test_an_untouched_order_counts_only_if_it_is_confirmed(work: Work, chromium: Browser) -> None:
    with (
        served(work.school.app) as origin,
        window(chromium, origin, java_script_enabled=False) as there,
    ):
        page = there.page
        there.look("pupil", work.path)
        page.get_by_role("button", name="Enregistrer et continuer plus tard").click()
        assert not page.locator("[data-confirmed]").is_checked()
        before = shown_order(page)
        reach(page, page.locator("[data-confirmed]"))
        page.keyboard.press("Space")
        page.get_by_role("button", name="Enregistrer et continuer plus tard").click()
        assert page.locator("[data-confirmed]").is_checked()
        assert shown_order(page) == before


def drop(page: Page, piece: Locator, place: Locator) -> None:
    """Tap what is taken, then its place."""
    piece.tap()
    assert piece.get_attribute("aria-pressed") == "true"
    place.tap()


def test_everything_is_answered_with_a_finger_on_a_narrow_screen(work: Work, chromium: Browser) -> None:
    touch: dict[str, Any] = {"viewport": {"width": 375, "height": 700}, "has_touch": True, "is_mobile": True}
    with served(work.school.app) as origin, window(chromium, origin, **touch) as there:
        page = there.page
        there.look("pupil2", work.path)
        page.locator(".movers").first.wait_for()
        assert not seen_troubles(page, "fr")
        small = page.locator(".piece, .movers button").evaluate_all(
            "all => all.filter(it => Math.min(it.offsetHeight, it.offsetWidth) < 44).map(it => it.outerHTML)"
        )
        assert not small

        cloze, match, sorting = (
            page.locator(f'[data-activity="{kind}"]') for kind in ("cloze", "match", "categorize")
        )
        field(page, work, "cloze", "gap.ga").fill("lumière")
        field(page, work, "cloze", "gap.gb").select_option("oa")
        field(page, work, "cloze", "gap.gd").fill("6")
        drop(page, piece_of(cloze, "sel"), cloze.locator(".put"))
        drop(page, piece_of(cloze, "sucre"), cloze.locator(".put"))  # takes its place
        assert field(page, work, "cloze", "gap.gc").input_value() == "pa"
        assert cloze.locator("li.used").count() == 1

        puts = match.locator(".put")
        for place, piece in enumerate(("Porto", "Dublin", "Athènes")):
            drop(page, piece_of(match, piece), puts.nth(place))
        drop(page, piece_of(match, "Lisbonne"), puts.nth(0))
        drop(page, piece_of(match, "Dublin"), puts.nth(2))  # moves there, and leaves its place empty
        assert field(page, work, "match", "pair.lb").input_value() == ""
        drop(page, piece_of(match, "Athènes"), puts.nth(1))

        items = page.locator('[data-activity="order"] li')
        for place, wanted in enumerate(RIGHT_ORDER):
            while (now := shown_order(page).index(wanted)) > place:
                items.nth(now).locator("[data-step='-1']").tap()
        items.nth(0).locator("[data-step='-1']").tap(force=True)  # leads nowhere
        items.nth(3).locator("[data-step='1']").tap()  # the last two are exchanged: one error

        for category, names in (("amphibiens", ("ia", "ib")), ("poissons", ("ic", "id"))):
            piece_of(sorting, category).tap()
            for name in names:
                field(page, work, "categorize", f"in.{name}").locator("xpath=..").locator(".put").tap()
            piece_of(sorting, category).tap()
        assert sorting.locator(".put:visible").count() == 0
        assert not seen_troubles(page, "fr")
        assert not axe_troubles(page, WCAG)
        page.get_by_role("button", name="Rendre", exact=True).tap()
        page.locator(".receipt").wait_for()
        assert not there.troubles
    expected = {"cloze": 1, "match": 1, "order": Fraction(3, 4), "categorize": 1}
    assert work.fractions("pupil2") == expected


def test_things_can_be_dragged_with_a_mouse(work: Work, chromium: Browser) -> None:
    with (
        served(work.school.app) as origin,
        window(chromium, origin, viewport={"width": 900, "height": 900}) as there,
    ):
        page = there.page
        there.look("pupil3", work.path)
        match = page.locator('[data-activity="match"]')
        match.locator(".piece").first.wait_for()
        piece, menu = piece_of(match, "Dublin"), field(page, work, "match", "pair.lc")
        piece.scroll_into_view_if_needed()
        piece.drag_to(menu, force=True)
        assert menu.input_value() == "rc"
        assert match.locator(".put:visible").count() == 0
        piece.hover()
        page.mouse.down()
        page.mouse.move(5, 5, steps=3)
        page.mouse.up()
        assert match.locator(".put:visible").count() == 0, "let go elsewhere, nothing is picked"
        piece.click()
        page.keyboard.press("Escape")
        assert match.locator(".put:visible").count() == 0
        assert not there.troubles


def test_what_the_journal_puts_back_is_shown(work: Work, chromium: Browser) -> None:
    with served(work.school.app) as origin, window(chromium, origin) as there:
        page = there.look("pupil3", work.path)
        page.locator(".movers").first.wait_for()
        shown_before = shown_order(page)
        page.evaluate(
            """() => {
                const put = (control, value) => {
                    control.value = value;
                    control.dispatchEvent(new Event("rich:reload"));
                };
                const order = document.querySelector("[data-activity=order]");
                const fields = [...order.querySelectorAll("[name$='.shown']")];
                const ids = fields.map(it => it.value).reverse();
                fields.forEach((it, place) => put(it, ids[place]));
                [...order.querySelectorAll("select")].forEach((it, place) => put(it, String(5 - place)));
                put(document.querySelector("[data-activity=cloze] .place select"), "pb");
            }"""
        )
        assert shown_order(page) == shown_before[::-1]
        places = page.locator('[data-activity="order"] select').evaluate_all("all => all.map(it => it.value)")
        assert places == ["1", "2", "3", "4", "5"]
        assert page.locator('[data-activity="cloze"] li.used').inner_text().startswith("sel")
        assert not there.troubles
