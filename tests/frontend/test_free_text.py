"""A learner's free text with emphasis and lists: an editor over the field, saved by itself, and the field alone without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session

from binder.giving import assigning
from binder.content import (authoring, composing)
from binder.models import Attempt
from tests import factories
from tests.browser import chromium as running_chromium
from tests.lti.school import School, open_school, served
from tests.lti.test_pages import WCAG, Window, axe_troubles, seen_troubles, window

pytestmark = pytest.mark.browser

RICH = {
    "title": "Le renard",
    "points": "4",
    "body": {"prompt": "<p>Quelle leçon ?</p>", "format": "rich", "min_words": 3, "max_words": 30},
}


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A class with a page of one rich text."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    with opened.begin() as session:
        teacher = opened.people["teacher"]
        binder = factories.binder(session, teacher, "Fables")
        page = factories.page(session, teacher, binder)
        made = authoring.save_activity(session, teacher, binder.id, RICH, type="free_text")
        composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(made.id)})
        authoring.publish(session, teacher, page.id)
        opened.ids |= {
            "work": assigning.give(session, teacher, page.id, max_attempts=0).id,
            "asked": made.id,
            "sheet": page.id,
        }
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


@contextmanager
def writing(school: School, chromium: Browser, who: str, **options: Any) -> Iterator[tuple[Window, Page]]:
    """Somebody at the question."""
    with served(school.app) as origin, window(chromium, origin, **options) as there:
        yield there, there.look(who, f"/lti/my/work/{school.ids['work']}")


def saved(school: School, who: str) -> dict[str, Any]:
    """What the server has of somebody's answer."""
    with Session(school.engine) as session:
        query = sa.select(Attempt).where(
            Attempt.assignment_id == school.ids["work"],
            Attempt.person_id == school.people[who].person_id,
        )
        found: dict[str, Any] = session.scalars(query).one().responses[str(school.ids["asked"])]
        return found


def text(page: Page) -> Locator:
    return page.locator("fieldset.free_text [contenteditable=true]")


def told(page: Page, state: str = "saved") -> None:
    expect(page.locator("#answers-state")).to_have_attribute("data-state", state)


def test_a_text_with_emphasis_lists_and_a_formula_saves_itself_and_is_shown(
    school: School, chromium: Browser
) -> None:
    with writing(school, chromium, "pupil") as (there, page):
        expect(page.get_by_role("textbox", name="Votre réponse").or_(text(page)).first).to_be_visible()
        text(page).click()
        page.keyboard.press("Control+B")
        page.keyboard.type("Moralité")
        page.keyboard.press("Control+B")
        page.keyboard.type(" :")
        page.keyboard.press("Enter")
        page.keyboard.type("- qui trompe")
        page.keyboard.press("Enter")
        page.keyboard.type("sera trompé")
        expect(page.locator("[data-count] [data-words]")).to_contain_text("5")
        with page.expect_response(
            lambda it: it.request.method == "POST" and it.url.endswith(f"{school.ids['work']}")
        ):
            page.locator("h1").click()
        told(page)
        html = saved(school, "pupil")["html"]
        assert html == "<p><strong>Moralité</strong> :</p><ul><li>qui trompe</li><li>sera trompé</li></ul>"
        assert saved(school, "pupil")["words"] == 5
        page.reload()
        expect(text(page).locator("strong")).to_have_text("Moralité")
        expect(text(page).locator("li")).to_have_count(2)
        text(page).click()
        page.keyboard.press("Alt+F10")
        page.get_by_role("button", name="Formule", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox").first.fill("\\frac{1}{2}")
        expect(dialog.locator("math")).to_be_visible()
        dialog.get_by_role("button", name="Insérer").click()
        expect(text(page).locator("math")).to_be_visible()
        assert not seen_troubles(page, "fr")
        assert not axe_troubles(page, WCAG)
        page.get_by_role("button", name="Rendre", exact=False).first.click()
        expect(page.locator(".free_text .written strong")).to_have_text("Moralité")
        expect(page.locator(".free_text .written math")).to_have_count(1)
        assert not there.troubles
        with Session(school.engine) as session:
            copy = session.scalars(
                sa.select(Attempt.id).where(
                    Attempt.assignment_id == school.ids["work"], Attempt.submitted_at.is_not(None)
                )
            ).first()
        there.look("teacher", f"/lti/my/copies/{copy}")
        expect(page.locator(".free_text .written strong")).to_have_text("Moralité")


def test_what_is_typed_offline_stays_on_the_device_with_its_emphasis(
    school: School, chromium: Browser
) -> None:
    with writing(school, chromium, "pupil2") as (there, page):
        text(page).click()
        there.context.set_offline(True)
        page.keyboard.press("Control+I")
        page.keyboard.type("Hors ligne")
        page.locator("h1").click()
        told(page, "offline")
        there.context.set_offline(False)
        page.reload()
        expect(text(page).locator("em, i")).to_have_text("Hors ligne")
        told(page)
        expect(page.locator(".two-answers")).to_have_count(0)
        assert "Hors ligne</em>" in saved(school, "pupil2")["html"]


def test_two_tabs_show_both_texts_in_words(school: School, chromium: Browser) -> None:
    with writing(school, chromium, "pupil3") as (there, page):
        text(page).wait_for()
        other = there.context.new_page()
        other.goto(page.url)
        for where, words in ((page, "Le premier texte"), (other, "Le second texte")):
            where.bring_to_front()
            text(where).click()
            where.keyboard.type(words)
            where.locator("h1").click()
            if where is page:
                told(page)
        panel = other.locator(".two-answers")
        expect(panel.locator("[data-mine]")).to_have_text("Le second texte")
        expect(panel.locator("[data-theirs]")).to_have_text("Le premier texte")
        panel.locator("[data-keep=mine]").click()
        told(other)
        assert saved(school, "pupil3")["html"] == "<p>Le second texte</p>"
    with writing(school, chromium, "pupil3", java_script_enabled=False) as (there, page):
        area = page.locator("fieldset.free_text textarea")
        expect(area).to_have_value("Le second texte")
        area.fill("Sans scripts.\nDeux lignes.")
        page.get_by_role("button", name="Enregistrer", exact=False).first.click()
        expect(area).to_have_value("Sans scripts.\nDeux lignes.")
        assert saved(school, "pupil3")["html"] == ""
        assert saved(school, "pupil3")["text"] == "Sans scripts.\nDeux lignes."


def test_a_teacher_tries_it_in_the_form_and_the_page_weighs_no_more(
    school: School, chromium: Browser
) -> None:
    with (
        served(school.app) as origin,
        window(chromium, origin, viewport={"width": 375, "height": 700}) as there,
    ):
        page = there.look("teacher", f"/lti/my/pages/{school.ids['sheet']}/try")
        text(page).click()
        page.keyboard.type("Un essai de trois mots")
        page.get_by_role("button", name="Vérifier").click()
        expect(page.locator(".free_text .written")).to_have_text("Un essai de trois mots")
        assert not there.troubles


def test_what_comes_with_a_hostile_text_is_gone() -> None:
    from binder.activities import activities

    answer = activities["free_text"].answer(
        {
            "html": '<p onclick="x()">A<script>x()</script><img src="resource:00000000-0000-4000-8000-000000000001" alt="vu">'
            '<a href="page:00000000-0000-4000-8000-000000000001">ici</a><a href="javascript:x()">là</a></p>'
        }
    )
    assert answer["html"] == "<p>Avuicilà</p>"
