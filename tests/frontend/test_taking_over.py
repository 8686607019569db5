"""The rich editor comes late, over a slow line, while somebody writes in the plain field already: they write on in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.frontend.editing import WRITING, Desk, desks

pytestmark = pytest.mark.browser

Make = Callable[..., Desk]


@pytest.fixture(scope="module")
def make(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Pages to write on."""
    with desks(sqlite_template, tmp_path_factory.mktemp("desks")) as desk:
        yield desk


def without_editor(desk: Desk) -> tuple[Page, list[Route]]:
    """A question's form whose chunk with the editor is still on its way."""
    context, held = desk.context(), list[Route]()
    context.route("**/text-*.js", lambda route: held.append(route))  # a bound method is no handler for Playwright
    page = context.new_page()
    with page.expect_request("**/text-*.js"):
        page.goto(f"{desk.origin}{desk.path}/activity?type=choice")
    return page, held


@pytest.mark.parametrize(
    ("first", "keys", "then", "html"),
    [
        ("Où l’eau ", [], "gèle-t-elle ?", "<p>Où l’eau gèle-t-elle ?</p>"),
        ("Où l’eau", [], " gèle", "<p>Où l’eau gèle</p>"),
        ("Où elle", ["ArrowLeft"] * 4, "gèle-t-", "<p>Où gèle-t-elle</p>"),
        ("elle", ["Home"], "Où ", "<p>Où elle</p>"),
        ("Un\n", [], "deux", "<p>Un</p><p>deux</p>"),
        ("Un\n\nDeux", [], " fois", "<p>Un</p><p>Deux fois</p>"),
        ("Un\n\ndeux", ["Home"], "et ", "<p>Un</p><p>et deux</p>"),
        ("Un\ndeux", ["Home"], "et ", "<p>Un<br>et deux</p>"),
        ("", [], "Rien avant", "<p>Rien avant</p>"),
    ],
)
def test_who_writes_in_the_plain_field_writes_on_in_the_editor(
    make: Make, first: str, keys: list[str], then: str, html: str
) -> None:
    page, held = without_editor(make())
    field = page.locator("#prompt")
    field.click()
    page.keyboard.type(first)
    for key in keys:
        page.keyboard.press(key)
    editor = page.locator(WRITING).first
    assert not editor.count()
    for route in held:
        route.continue_()
    expect(editor).to_be_focused()
    page.keyboard.type(then)
    expect(field).to_have_value(html)


def test_an_editor_that_comes_late_takes_the_focus_from_nobody(make: Make) -> None:
    page, held = without_editor(make())
    page.get_by_label("Titre").click()
    page.keyboard.type("Les états")
    for route in held:
        route.continue_()
    expect(page.locator(WRITING).first).to_be_visible()
    page.keyboard.type(" de l’eau")
    expect(page.get_by_label("Titre")).to_have_value("Les états de l’eau")
