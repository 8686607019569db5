"""A question's form in a real browser: written by keyboard alone, its points while one types, tried, turned; without scripts, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from binder.content import (authoring, composing)
from binder.activities import order, short_answer
from binder.models import Activity
from binder.models import Page as BinderPage
from tests import factories
from tests.frontend.editing import Desk, desks, plain, saved
from tests.lti.test_pages import WCAG, axe_troubles

pytestmark = pytest.mark.browser

Make = Callable[..., Desk]


@pytest.fixture(scope="module")
def make(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Pages to write on."""
    with desks(sqlite_template, tmp_path_factory.mktemp("desks")) as desk:
        yield desk


def form(desk: Desk, type: str = "choice", **options: Any) -> Page:
    """The form of a new question in a window."""
    page = desk.tab(**options)
    page.goto(f"{desk.origin}{desk.path}/activity?type={type}")
    return page


def asked(desk: Desk) -> list[Activity]:
    """The questions on the page, as the server has them."""
    tenant = desk.school.people["teacher"].tenant_id
    with Session(desk.school.engine, expire_on_commit=False) as session:
        found = list(session.get_one(BinderPage, (tenant, desk.page_id)).binder.activities)
        for one in found:
            assert one.current
        return found


def tab_to(page: Page, target: Locator, most: int = 120) -> None:
    """Press the key until the focus is there; a rich text is left by Escape."""
    for _ in range(most):
        if target.evaluate("it => it === document.activeElement"):
            return
        if page.evaluate("document.activeElement.isContentEditable"):
            page.keyboard.press("Escape")
        page.keyboard.press("Tab")
    raise AssertionError(f"the key never comes to {target}")


def press(page: Page, name: str) -> None:
    """Come to a button by the key and press it."""
    button = page.get_by_role("button", name=name, exact=True)
    tab_to(page, button)
    page.keyboard.press("Enter")


def write(page: Page, target: Locator, text: str) -> None:
    tab_to(page, target)
    page.keyboard.type(text)


def table(page: Page) -> dict[str, list[str]]:
    """Answer → points, as the table shows them."""
    rows = page.locator("table.worth tbody tr").all()
    return {plain(row.locator("th").inner_text()): row.locator("td").all_inner_texts() for row in rows}


def test_a_question_is_written_counted_tried_and_turned_by_keyboard_alone(make: Make) -> None:
    desk = make()
    page = form(desk)
    write(page, page.get_by_label("Titre"), "L’eau solide")
    editor = page.locator("[contenteditable=true]").first
    expect(editor).to_be_visible()
    write(page, editor, "Où l’eau est-elle solide ?")
    tab_to(page, page.locator("details.paste summary"))
    page.keyboard.press("Enter")
    write(page, page.get_by_label("Un élément par ligne"), "* un glacier\n* la grêle\nun nuage\nun lac")
    press(page, "En faire des lignes")
    expect(page.get_by_role("textbox", name="Réponse 4")).to_have_value("un lac")
    expect(page.locator("[name=correct]:checked")).to_have_count(2)
    expect(page.locator("table.worth")).to_be_visible()
    points = page.get_by_label("Points", exact=True)
    tab_to(page, points)
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    expect(page.locator("table.worth tbody tr").first.locator("td").first).to_have_text("2")
    assert table(page)["un glacier"] == ["1", "0", "1", "1,5", "1", "1"]
    tab_to(page, page.locator("#trial button").last)
    page.keyboard.press("Enter")
    expect(page.locator("#trial fieldset.activity")).to_be_visible()
    box = page.locator("#trial").get_by_label("la grêle")
    tab_to(page, box)
    page.keyboard.press("Space")
    press(page, "Vérifier")
    expect(page.locator("#trial .verdict")).to_contain_text("1 sur 2")
    assert not asked(desk), "nothing is stored before the author says so"
    ways = page.get_by_label("La transformer en")
    tab_to(page, ways)
    page.keyboard.type("Remise")
    expect(ways).to_have_value(order.Order.name)
    press(page, "Transformer")
    expect(page.locator("#transformed")).to_contain_text("le choix des réponses justes n’est pas gardé")
    expect(page.locator("#transformed")).to_be_focused()
    assert not asked(desk)
    tab_to(page, page.get_by_label("Titre"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/edit#a-"))
    (stored,) = asked(desk)
    assert (stored.type, stored.title) == ("order", "L’eau solide")
    assert "Où l’eau est-elle solide" in plain(stored.current.body["prompt"])
    assert not desk.troubles


def test_the_same_path_by_buttons_where_no_script_runs(make: Make) -> None:
    desk = make()
    page = form(desk, java_script_enabled=False)
    page.get_by_label("Titre").fill("L’eau solide")
    page.get_by_label("Question", exact=True).fill("Où l’eau est-elle *solide* ?")
    page.locator("details.paste summary").click()
    page.get_by_label("Un élément par ligne").fill("* un glacier\n* la grêle\nun nuage\nun lac")
    page.get_by_role("button", name="En faire des lignes").click()
    expect(page.get_by_role("textbox", name="Réponse 4")).to_have_value("un lac")
    expect(page.locator("table.worth")).to_have_count(0)
    page.get_by_role("button", name="Montrer le barème").click()
    assert table(page)["un glacier + un nuage"] == ["0", "0", "0", "0,5", "0,5", "0,33"]
    page.locator("#trial button").last.click()
    page.locator("#trial").get_by_label("la grêle").check()
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator("#trial .verdict")).to_contain_text("0,5 sur 1")
    page.get_by_label("La transformer en").select_option(label="Remise en ordre")
    page.get_by_role("button", name="Transformer").click()
    expect(page.locator("#transformed")).to_contain_text("Pas encore enregistré")
    assert not asked(desk)
    page.get_by_role("button", name="Enregistrer la question").click()
    (stored,) = asked(desk)
    assert (stored.type, stored.current.body["prompt"]) == (
        "order",
        "<p>Où l’eau est-elle <em>solide</em> ?</p>",
    )


def test_what_a_typed_answer_is_worth_is_told_while_one_types(make: Make) -> None:
    desk = make()
    page = form(desk, short_answer.ShortAnswer.name)
    page.get_by_label("Titre").fill("Le gel")
    page.locator("[name=accepted]").first.fill("été")
    page.locator("#probe_text").fill("ete")
    expect(page.locator("[data-probe] li")).to_have_count(1)
    editor = page.locator("[contenteditable=true]").first
    editor.click()
    page.keyboard.type("Quelle saison ?")
    expect(page.locator("[data-probe]")).to_contain_text("0 sur 1")
    page.locator("#probe_text").fill("L’ÉTÉ")
    page.locator("#probe_text").fill("ÉTÉ")
    expect(page.locator("[data-probe]")).to_contain_text("1 sur 1")
    page.locator("#probe_text").fill("")
    expect(page.locator("[data-probe]")).to_be_empty()
    assert not asked(desk)
    assert not desk.troubles


def test_what_was_not_saved_is_offered_again_on_the_same_device(make: Make) -> None:
    desk = make()
    context = desk.context()
    first = form(desk, context=context)
    first.get_by_label("Titre").fill("Une question commencée")
    first.get_by_role("textbox", name="Réponse 1").fill("un glacier")
    for _ in range(50):
        if "un glacier" in first.evaluate("JSON.stringify(localStorage)"):
            break
        first.wait_for_timeout(100)
    first.close(run_before_unload=False)
    page = form(desk, context=context)
    note = page.get_by_text("Vous aviez commencé à écrire ici")
    expect(note).to_be_visible()
    page.get_by_role("button", name="Le reprendre").click()
    expect(page.get_by_label("Titre")).to_have_value("Une question commencée")
    expect(page.get_by_role("textbox", name="Réponse 1")).to_have_value("un glacier")
    page.get_by_role("textbox", name="Réponse 2").fill("un nuage")
    page.locator("[name=correct]").first.check()
    editor = page.locator("[contenteditable=true]").first
    editor.click()
    page.keyboard.type("Où ?")
    page.get_by_role("button", name="Enregistrer la question").click()
    page.wait_for_url(re.compile(r"/edit"))
    again = form(desk, context=context)
    again.wait_for_timeout(300)
    expect(again.get_by_text("Vous aviez commencé à écrire ici")).to_have_count(0)


def test_a_draw_is_ticked_together_and_saves_itself(make: Make) -> None:
    desk = make()
    teacher = desk.school.people["teacher"]
    with desk.school.begin() as session:
        own = session.get_one(BinderPage, (teacher.tenant_id, desk.page_id))
        for title in ("Un", "Deux", "Trois"):
            authoring.save_activity(session, teacher, own.binder_id, factories.choice(title=title))
        draw = composing.add_block(session, teacher, desk.page_id, {"type": "draw"})
    page = desk.tab()
    section = page.locator(f"#b-{draw['id']}")
    section.locator("details.edit > summary").first.click()
    section.get_by_label("Un", exact=True).check()
    section.get_by_label("Trois", exact=True).check()
    saved(page)
    expect(section.locator(".preview")).to_contain_text("1 de ces 2 questions")
    (block,) = desk.blocks()
    titles = {str(one.id): one.title for one in asked(desk)}
    assert [titles[name] for name in block["activities"]] == ["Un", "Trois"]
    section.get_by_label("Combien en reçoit chaque élève").fill("2")
    saved(page)
    expect(section.locator(".preview .draw-note")).to_have_count(0)
    assert not desk.troubles


def test_leaving_with_something_unsaved_is_asked(make: Make) -> None:
    desk = make()
    page = form(desk)
    page.get_by_label("Titre").fill("Une question")
    asked_to_stay: list[str] = []

    def stay(dialog: Any) -> None:
        asked_to_stay.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Revenir sans enregistrer").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked_to_stay == ["beforeunload"]


def test_selected_words_become_a_gap_by_keyboard(make: Make) -> None:
    desk = make()
    page = form(desk, "cloze")
    write(page, page.get_by_label("Titre"), "Les états de l’eau")
    area = page.locator("textarea[name=html]")
    text = page.get_by_role("textbox", name="Texte à trous").and_(page.locator("[contenteditable=true]"))
    text.click()
    page.keyboard.type("Au froid, l’eau devient de la glace solide.")
    said = page.locator("[data-gap-said]")
    for _ in range(8):
        page.keyboard.press("ArrowLeft")  # before « solide »
    page.keyboard.press("Control+Shift+ArrowLeft")
    press(page, "Faire un trou des mots sélectionnés")
    expect(area).to_have_value("<p>Au froid, l’eau devient de la [[glace]] solide.</p>")
    expect(said).to_have_text("Trou : glace")
    assert text.evaluate("it => it === document.activeElement"), "one goes on writing behind the gap"
    page.keyboard.type("!")
    expect(area).to_have_value("<p>Au froid, l’eau devient de la [[glace]]! solide.</p>")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    press(page, "Faire un trou des mots sélectionnés")
    expect(said).to_have_text("Il y a déjà un trou ici.")
    text.click()
    page.keyboard.press("Control+Home")  # the word at the caret
    press(page, "Faire un trou des mots sélectionnés")
    expect(area).to_have_value("<p>[[Au]] froid, l’eau devient de la [[glace]]! solide.</p>")
    page.get_by_role("button", name="Montrer les trous ci-dessous").click()
    expect(page.locator(".gap-row")).to_have_count(2)
    assert not desk.troubles


def test_selected_words_become_a_gap_in_the_field_alone(make: Make) -> None:
    """Where the text editor could not come."""
    desk = make()
    page = desk.tab()
    page.add_init_script("window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} }")
    page.goto(f"{desk.origin}{desk.path}/activity?type=cloze")
    area = page.locator("textarea[name=html]")
    button = page.get_by_role("button", name="Faire un trou des mots sélectionnés")
    area.fill("Un [mot] ici")
    area.evaluate("it => it.setSelectionRange(3, 9)")
    button.click()
    expect(area).to_have_value("Un [[\\[mot\\]]] ici")


@pytest.mark.parametrize("width", [375, 1280])
def test_the_screens_fit_and_have_no_barrier(make: Make, width: int) -> None:
    desk = make()
    page = form(desk, viewport={"width": width, "height": 800}, has_touch=width < 500)
    page.get_by_label("Titre").fill("L’eau solide")
    page.locator("details.paste summary").click()
    page.get_by_label("Un élément par ligne").fill(
        "* un glacier très long et très ancien\n* la grêle\nun nuage\nun lac"
    )
    page.get_by_role("button", name="En faire des lignes").click()
    editor = page.locator("[contenteditable=true]").first
    editor.click()
    page.keyboard.type("Où ?")
    expect(page.locator("table.worth")).to_be_visible()
    page.get_by_role("button", name="Enregistrer et mettre dans ma banque").click()
    expect(page.get_by_text("gardé dans votre banque")).to_be_visible()
    page.locator("#trial button").last.click()
    expect(page.locator("#trial fieldset.activity")).to_be_visible()
    paths = [
        "",
        f"{desk.path}/questions",
        f"{desk.path}/try",
        "/lti/my/bank",
        f"/lti/my/bank?page={desk.page_id}",
    ]
    for path in paths:
        if path:
            page.goto(desk.origin + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert not axe_troubles(page, WCAG), path
