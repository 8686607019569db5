"""Blocks are added, moved, duplicated, removed and put back: by mouse, by keyboard alone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from binder.blocks import blocks as types
from tests.browser import reach
from tests.frontend.editing import WRITING, Desk, block, desks, heading, saved, state

pytestmark = pytest.mark.browser

ONE = {"type": "heading", "text": "Un"}
TWO = {"type": "heading", "text": "Deux"}
THREE = {"type": "heading", "text": "Trois"}
Make = Callable[..., Desk]
FORMS = sorted(kind.name for kind in types if kind.name != "activity")
"""Types whose form is part of the editor; a question has a screen of its own."""


@pytest.fixture(scope="module")
def make(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Pages to write on."""
    with desks(sqlite_template, tmp_path_factory.mktemp("desks")) as desk:
        yield desk


def has_focus(locator: Locator) -> bool:
    return bool(locator.evaluate("it => it.contains(document.activeElement)"))


def said(page: Page, text: str) -> None:
    expect(page.locator("#said")).to_have_text(text)


def kinds_of(desk: Desk) -> list[str]:
    return [one["type"] for one in desk.blocks()]


def test_every_kind_of_block_is_added_by_mouse(make: Make) -> None:
    desk = make()
    page = desk.tab()
    dialog = page.get_by_role("dialog", name="Ajouter un bloc")
    for number, kind in enumerate(FORMS, 1):
        page.get_by_role("button", name="Ajouter un bloc", exact=True).click()
        expect(dialog).to_be_visible()
        dialog.locator(f"[data-kind-of={kind}]").click()
        said(page, f"Bloc ajouté en position {number} sur {number}.")
        expect(dialog).not_to_be_visible()
        expect(block(page, number)).to_have_attribute("data-kind", kind)
        page.wait_for_function(
            "n => document.querySelector(`#blocks > [data-place='${n}']`).contains(document.activeElement)",
            arg=number,
        )
    assert kinds_of(desk) == FORMS
    page.get_by_role("button", name="Ajouter un bloc", exact=True).click()
    first = dialog.locator(".kind").first
    assert first.get_attribute("value") == FORMS[-1]  # the one used last
    dialog.locator("[data-kind-of=activity]").click()
    page.wait_for_url("**/activity/new*")
    page.get_by_role("link", name="Choix unique ou multiple", exact=True).click()
    page.get_by_label("Titre").fill("Le temps")
    question = page.get_by_role("textbox", name="Question", exact=True).and_(page.locator(WRITING))
    question.click()
    page.keyboard.type("Que tombe-t-il ?")
    page.get_by_label("Réponse 1", exact=True).fill("La pluie")
    page.get_by_label("Réponse 2", exact=True).fill("Le ciel")
    page.get_by_label("Juste pour la réponse 1").check()
    page.get_by_role("button", name="Enregistrer la question").last.click()
    page.wait_for_url("**/edit*")
    assert kinds_of(desk) == [*FORMS, "activity"]
    assert not desk.troubles


def test_a_page_is_written_by_keyboard_alone(make: Make) -> None:
    desk = make()
    page = desk.tab()
    for number, (kind, text) in enumerate((("titre", "Les nuages"), ("texte", "Ils passent.")), 1):
        reach(page, page.locator(".add-end"))
        page.keyboard.press("Enter")
        expect(page.locator("#add-search")).to_be_focused()
        page.keyboard.type(kind)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        said(page, f"Bloc ajouté en position {number} sur {number}.")
        page.wait_for_function(
            "n => document.querySelector(`#blocks > [data-place='${n}']`).contains(document.activeElement)",
            arg=number,
        )
        page.keyboard.type(text)
        page.keyboard.press("Control+s")
        expect(page.locator("#said")).to_have_text(re.compile("Enregistré à"))
    assert desk.words() == ["Les nuages", "<p>Ils passent.</p>"]
    page.keyboard.press("Alt+ArrowUp")
    said(page, "Bloc 2 déplacé en position 1 sur 2.")
    assert has_focus(block(page, 1))
    page.keyboard.type("Vite. ")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_have_text(re.compile("Enregistré à"))
    assert kinds_of(desk) == ["text", "heading"]
    assert "Vite." in desk.words()[0]
    reach(page, block(page, 1).locator("[data-act=remove] button"), back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Annuler : le remettre")).to_be_focused()
    assert kinds_of(desk) == ["heading"]
    page.keyboard.press("Enter")
    said(page, "Bloc remis en position 1 sur 2.")
    assert kinds_of(desk) == ["text", "heading"]
    expect(block(page, 1)).to_be_focused()
    reach(page, block(page, 1).locator("details.more > summary"))
    page.keyboard.press("Enter")
    reach(page, block(page, 1).locator("[data-act=duplicate] button"))
    page.keyboard.press("Enter")
    said(page, "Bloc dupliqué : la copie est en position 2 sur 3.")
    assert kinds_of(desk) == ["text", "text", "heading"]
    reach(page, page.locator(".keys-button"), back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".keys-button")).to_be_focused()
    assert not desk.troubles


def test_a_page_is_written_without_scripts(make: Make) -> None:
    desk = make()
    page = desk.tab(java_script_enabled=False)
    for kind in FORMS:
        page.locator(f"[data-kind-of={kind}]").click()
    assert kinds_of(desk) == FORMS
    at = FORMS.index("heading") + 1
    page.goto(f"{desk.origin}{desk.path}/edit?open={desk.blocks()[at - 1]['id']}")
    block(page, at).locator("input[name=text]").fill("Sans script")
    block(page, at).get_by_role("button", name="Enregistrer ce bloc").click()
    assert "Sans script" in desk.words()
    before = kinds_of(desk)
    block(page, 1).get_by_role("button", name="Supprimer").click()
    expect(page.locator("#notes")).to_contain_text("Bloc supprimé")
    assert kinds_of(desk) == before[1:]
    page.get_by_role("button", name="Annuler : le remettre").click()
    assert kinds_of(desk) == before
    block(page, 1).get_by_role("button", name="Descendre le bloc 1").click()
    assert kinds_of(desk) == [before[1], before[0], *before[2:]]
    block(page, 1).locator("details.more > summary").click()
    block(page, 1).get_by_label("Déplacer à la position").select_option("3")
    block(page, 1).get_by_role("button", name="Déplacer le bloc 1").click()
    assert kinds_of(desk) == [before[0], before[2], before[1], *before[3:]]
    page.locator(".plus a").first.click()
    expect(page.get_by_label("Où ?")).to_have_value("-")
    page.locator("[data-kind-of=divider]").click()
    assert kinds_of(desk)[0] == "divider"
    page.get_by_label("Titre de la page").fill("Autre titre")
    page.get_by_role("button", name="Enregistrer le titre").click()
    assert desk.title() == "Autre titre"


def test_without_scripts_two_in_one_block_choose_between_their_versions(make: Make) -> None:
    desk = make({"type": "text", "html": "<p>La pluie tombe.</p>"})
    page = desk.tab(java_script_enabled=False)
    desk.rewrite(0, html="<p>La pluie tombe fort.</p>")
    block(page, 1).locator("details.edit > summary").click()
    block(page, 1).get_by_label("Texte", exact=True).fill("La neige tombe.")
    block(page, 1).get_by_role("button", name="Enregistrer ce bloc").click()
    both = page.get_by_role("alert")
    expect(both).to_contain_text("La pluie tombe fort.")
    expect(both.locator(".difference ins")).to_contain_text("neige")
    expect(both.locator(".difference del").first).to_contain_text("pluie")
    both.get_by_role("button", name="Garder les deux").click()
    assert desk.words() == ["<p>La pluie tombe fort.</p>", "<p>La neige tombe.</p>"]


def test_blocks_move_by_their_buttons_and_the_focus_goes_with_them(make: Make) -> None:
    desk = make(ONE, TWO, THREE)
    page = desk.tab()
    page.get_by_role("button", name="Descendre le bloc 1").click()
    said(page, "Bloc 1 déplacé en position 2 sur 3.")
    expect(page.get_by_role("button", name="Descendre le bloc 2")).to_be_focused()
    page.keyboard.press("Enter")
    said(page, "Bloc 2 déplacé en position 3 sur 3.")
    expect(page.get_by_role("button", name="Monter le bloc 3")).to_be_focused()
    assert desk.words() == ["Deux", "Trois", "Un"]
    block(page, 3).locator("details.more > summary").click()
    block(page, 3).get_by_label("Déplacer à la position").select_option("1")
    block(page, 3).get_by_role("button", name="Déplacer le bloc 3").click()
    said(page, "Bloc 3 déplacé en position 1 sur 3.")
    assert desk.words() == ["Un", "Deux", "Trois"]
    expect(page.locator("#blocks .block-top h2")).to_have_text(
        [f"Bloc {place} sur 3 : Intertitre" for place in (1, 2, 3)]
    )


def test_a_block_is_dragged_by_its_handle(make: Make) -> None:
    desk = make(ONE, TWO, THREE)
    page = desk.tab()
    place = block(page, 3).bounding_box()
    assert place
    block(page, 1).locator(".drag").drag_to(
        block(page, 3), target_position={"x": 60, "y": place["height"] - 6}
    )
    said(page, "Bloc 1 déplacé en position 3 sur 3.")
    assert desk.words() == ["Deux", "Trois", "Un"]


def test_moving_a_block_disturbs_nobody_who_is_writing(make: Make) -> None:
    desk = make({"type": "text", "html": "<p>Un</p>"}, TWO)
    page = desk.tab()
    writing = block(page, 1).locator(WRITING)
    writing.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" deux")
    page.keyboard.press("Alt+ArrowDown")
    said(page, "Bloc 1 déplacé en position 2 sur 2.")
    page.keyboard.type(" trois")
    saved(page)
    assert desk.words() == ["Deux", "<p>Un deux trois</p>"]
    assert has_focus(block(page, 2))


def test_what_is_not_saved_yet_survives_an_action_on_another_block(make: Make) -> None:
    desk = make(ONE, TWO, THREE)
    page = desk.tab()
    page.route(f"**/blocks/{desk.blocks()[0]['id']}", lambda route: route.abort())
    heading(page, 1).fill("Pas encore")
    block(page, 2).locator("[data-act=down] button").click()
    said(page, "Bloc 2 déplacé en position 3 sur 3.")
    expect(block(page, 1).locator("input[name=text]")).to_have_value("Pas encore")
    page.unroute("**/blocks/*")
    page.unroute(f"**/blocks/{desk.blocks()[0]['id']}")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert desk.words() == ["Pas encore", "Trois", "Deux"]


def test_what_others_have_done_meanwhile_appears_with_the_next_action(make: Make) -> None:
    desk = make(ONE, TWO)
    page = desk.tab()
    desk.rewrite(0, text="Un, par une collègue")
    block(page, 2).locator("[data-act=up] button").click()
    said(page, "Bloc 2 déplacé en position 1 sur 2.")
    expect(block(page, 2).locator(".preview")).to_have_text("Un, par une collègue")


def test_a_removal_is_undone_at_its_place_and_the_offer_stays_until_it_is_closed(make: Make) -> None:
    desk = make(ONE, TWO, THREE)
    page = desk.tab()
    block(page, 2).get_by_role("button", name="Supprimer le bloc 2").click()
    undo = page.get_by_role("button", name="Annuler : le remettre")
    expect(undo).to_be_focused()
    block(page, 1).locator("[data-act=down] button").click()
    said(page, "Bloc 1 déplacé en position 2 sur 2.")
    undo.click()
    expect(page.locator("#blocks > [data-block]")).to_have_count(3)
    assert desk.words() == ["Trois", "Deux", "Un"]
    block(page, 1).get_by_role("button", name="Supprimer le bloc 1").click()
    page.get_by_role("button", name="Fermer ce message").click()
    expect(undo).to_have_count(0)
    assert desk.words() == ["Deux", "Un"]


def test_an_action_that_the_server_does_not_hear_is_said(make: Make) -> None:
    desk = make(ONE, TWO)
    page = desk.tab()
    page.route("**/blocks/*", lambda route: route.abort())
    block(page, 1).locator("[data-act=down] button").click()
    expect(page.locator("#said")).to_have_text(re.compile("Cela n’a pas été fait"))
    assert desk.words() == ["Un", "Deux"]


def test_a_new_block_goes_where_the_plus_was_pressed(make: Make) -> None:
    desk = make(ONE, TWO)
    page = desk.tab()
    page.get_by_role("link", name="Ajouter un bloc après le bloc 1").click()
    page.locator("[data-kind-of=divider]").click()
    said(page, "Bloc ajouté en position 2 sur 3.")
    page.get_by_role("link", name="Ajouter un bloc au début").click()
    page.locator("#add-search").fill("vidéo")
    page.keyboard.press("Enter")
    said(page, "Bloc ajouté en position 1 sur 4.")
    assert kinds_of(desk) == ["video", "heading", "divider", "heading"]


def test_texts_keep_their_form_in_the_rich_editor(make: Make) -> None:
    html = "<p>Un</p><p>Deux<br>encore</p>"
    desk = make({"type": "text", "html": html})
    page = desk.tab()
    writing = block(page, 1).locator("[contenteditable=true]")
    expect(writing.locator("p")).to_have_count(2)
    expect(state(page)).to_have_text("Tout est enregistré")
    writing.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("!")
    saved(page)
    assert desk.words() == ["<p>Un</p><p>Deux<br>encore!</p>"]


def test_thirty_texts_are_there_at_once_and_their_editors_only_where_one_looks(make: Make) -> None:
    desk = make(*({"type": "text", "html": f"<p>{'Texte long. ' * 40}</p>"} for _ in range(30)))
    page = desk.tab()
    expect(block(page, 1).locator("[contenteditable=true]")).to_be_visible()
    assert page.locator("#blocks [contenteditable=true]").count() < 15
    block(page, 30).scroll_into_view_if_needed()
    expect(block(page, 30).locator("[contenteditable=true]")).to_be_visible()
