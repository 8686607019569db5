"""Writing: each command by mouse and by keyboard alone, the toolbar, the dialogs, leaving by Tab."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chromium as running_chromium
from tests.frontend.bundle import PIXEL, Paper, Site, bundled, papers, site

pytestmark = pytest.mark.browser

RESOURCE = "resource:00000000-0000-4000-8000-000000000901"
PAGE_ID = "00000000-0000-4000-8000-000000000002"
LONG = "".join(f"<p>Ligne {number}</p>" for number in range(80))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site."""
    with site(bundled(tmp_path_factory.mktemp("text"))) as started:
        yield started


@pytest.fixture(scope="module")
def paper(chromium: Browser, running: Site) -> Any:
    """Opens a window with the editor."""
    return papers(chromium, running)


def focused(window: Paper) -> str:
    """What has the focus: a command's name, a dialog's field, or an id."""
    return str(
        window.page.evaluate(
            """() => {
                const at = document.activeElement;
                return at.dataset.command || at.labels?.[0]?.textContent || at.getAttribute("role") || at.id;
            }"""
        )
    )


def by_mouse(window: Paper, *path: str) -> None:
    """Click through the toolbar and its menu."""
    for command in path:
        window.page.locator(f"[data-command={command}]").last.click()


def by_keyboard(window: Paper, *path: str) -> None:
    """The same with the keys alone."""
    window.settle()
    window.write("<Alt+F10>", "<Home>")
    for command in path:
        key = "ArrowRight" if command is path[0] else "ArrowDown"
        for _ in range(40):
            if focused(window) == command:
                break
            window.page.keyboard.press(key)
        assert focused(window) == command
        window.write("<Enter>")


TEXT = "<h3>Titre</h3><p>Le chat noir dort.</p>"
COMMANDS = {
    "bold": (("bold",), "<p>Le chat <strong>noir</strong> dort.</p>"),
    "italic": (("italic",), "<p>Le chat <em>noir</em> dort.</p>"),
    "underline": (("underline",), "<p>Le chat <u>noir</u> dort.</p>"),
    "bullets": (("bullets",), "<ul><li>Le chat noir dort.</li></ul>"),
    "numbers": (("numbers",), "<ol><li>Le chat noir dort.</li></ol>"),
    "quote": (("quote",), "<blockquote><p>Le chat noir dort.</p></blockquote>"),
    "heading3": (("style", "heading3"), "<h3>Le chat noir dort.</h3>"),
    "heading4": (("style", "heading4"), "<h4>Le chat noir dort.</h4>"),
    "superscript": (("more", "superscript"), "<p>Le chat <sup>noir</sup> dort.</p>"),
    "subscript": (("more", "subscript"), "<p>Le chat <sub>noir</sub> dort.</p>"),
    "strike": (("more", "strike"), "<p>Le chat <s>noir</s> dort.</p>"),
    "code": (("more", "code"), "<p>Le chat <code>noir</code> dort.</p>"),
    "codeBlock": (("more", "codeBlock"), "<pre><code>Le chat noir dort.</code></pre>"),
    "rule": (("more", "rule"), "<p>Le chat </p><hr><p> dort.</p>"),
}


@pytest.mark.parametrize("act", [by_mouse, by_keyboard])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_does_what_it_says(paper: Any, name: str, act: Any) -> None:
    path, wanted = COMMANDS[name]
    with paper(TEXT) as window:
        window.select("noir")
        act(window, *path)
        assert window.html == f"<h3>Titre</h3>{wanted}"
        assert focused(window) == "textbox"
        if name in ("bold", "italic", "underline", "bullets", "numbers", "quote"):
            assert window.page.locator(f"[data-command={name}]").get_attribute("aria-pressed") == "true"
            act(window, *path)
            assert window.html == TEXT
        else:
            window.write("<Control+z>")
            assert window.html == TEXT
            window.write("<Control+Shift+z>")
            assert window.html == f"<h3>Titre</h3>{wanted}"


@pytest.mark.parametrize("act", [by_mouse, by_keyboard])
def test_undo_redo_and_clearing_are_in_the_menu(paper: Any, act: Any) -> None:
    with paper("<p>Un <strong><em>deux</em></strong> trois</p>") as window:
        window.select("deux")
        act(window, "more", "clear")
        assert window.html == "<p>Un deux trois</p>"
        act(window, "more", "undo")
        assert window.html == "<p>Un <strong><em>deux</em></strong> trois</p>"
        act(window, "more", "redo")
        assert window.html == "<p>Un deux trois</p>"


@pytest.mark.parametrize(
    ("key", "tag"),
    [("Control+b", "strong"), ("Control+i", "em"), ("Control+u", "u")],
    ids=("bold", "italic", "underline"),
)
def test_shortcuts_mark_what_is_selected(paper: Any, key: str, tag: str) -> None:
    with paper(TEXT) as window:
        window.select("noir")
        window.write(f"<{key}>")
        assert f"<{tag}>noir</{tag}>" in window.html


def test_the_keys_of_the_page_and_of_the_keyboard_are_left_alone(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        taken = window.page.evaluate(
            """() => [{key: "s", ctrlKey: true}, {key: "ArrowUp", altKey: true}, {key: "#", ctrlKey: true, altKey: true, code: "Digit3", keyCode: 51}]
                .filter(init => !document.activeElement.dispatchEvent(
                    new KeyboardEvent("keydown", {...init, bubbles: true, cancelable: true})))"""
        )
        assert taken == []


def test_signs_at_the_start_of_a_line_make_lists_headings_and_quotes(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").click()
        window.write(
            "### Un",
            "<Enter>",
            "## Deux",
            "<Enter>",
            "- a",
            "<Enter>",
            "b",
            "<Enter>",
            "<Enter>",
            "3. c",
            "<Enter>",
            "<Enter>",
            "> q",
        )
        assert window.html == (
            '<h3>Un</h3><h4>Deux</h4><ul><li>a</li><li>b</li></ul><ol start="3"><li>c</li></ol><blockquote><p>q</p></blockquote>'
        )


def test_a_heading_cannot_skip_a_level(paper: Any) -> None:
    with paper("<p>un</p><h3>deux</h3><p>trois</p><h4>quatre</h4><p>cinq</p>") as window:
        offered = {}
        for words in ("un", "trois", "cinq"):
            window.select(words)
            window.press("style")
            offered[words] = [
                item.get_attribute("data-command") for item in window.page.get_by_role("menuitemradio").all()
            ]
            window.write("<Escape>", "<Escape>")
        assert offered == {
            "un": ["paragraph", "heading3"],
            "trois": ["paragraph", "heading3", "heading4"],
            "cinq": ["paragraph", "heading3", "heading4", "heading5"],
        }


def test_the_toolbar_is_one_tab_stop_with_arrows_inside(paper: Any) -> None:
    with paper("<p>a</p>") as window:
        assert not window.page.get_by_role("toolbar").is_visible()
        window.page.locator("#before").focus()
        window.write("<Tab>")
        assert focused(window) == "textbox"
        toolbar = window.page.get_by_role("toolbar", name="Mise en forme")
        expect(toolbar).to_be_visible()
        assert toolbar.locator("[tabindex='0']").count() == 1
        window.write("<Alt+F10>")
        assert focused(window) == "style"
        seen = []
        for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "ArrowLeft", "Home"):
            window.write(f"<{key}>")
            seen.append(focused(window))
            assert toolbar.locator("[tabindex='0']").count() == 1
        assert seen == ["bold", "italic", "bold", "more", "style", "more", "style"]
        window.write("<ArrowRight>", "<Escape>")
        assert focused(window) == "textbox"
        window.write("<Shift+Tab>")
        assert focused(window) == "bold"
        window.write("<Shift+Tab>")
        assert focused(window) == "before"
        expect(toolbar).not_to_be_visible()


def test_what_cannot_be_done_is_said_and_does_nothing(paper: Any) -> None:
    with paper("<pre><code>x</code></pre><p>y</p>") as window:
        window.select("x")
        for command in ("formula", "picture", "table"):
            button = window.page.locator(f"[data-command={command}]")
            assert button.get_attribute("aria-disabled") == "true"
            button.click(force=True)
        assert window.page.locator("dialog").count() == 0
        window.select("y")
        assert window.page.locator("[data-command=table]").get_attribute("aria-disabled") is None


def test_a_menu_is_walked_by_arrows_and_letters_and_closed_by_escape(paper: Any) -> None:
    with paper("<p>a</p>") as window:
        window.page.locator("[role=textbox]").focus()
        window.write("<Alt+F10>", "<ArrowDown>")
        button = window.page.locator("[data-command=style]")
        assert (focused(window), button.get_attribute("aria-expanded")) == ("paragraph", "true")
        window.write("<End>")
        assert focused(window) == "heading3"
        window.write("p")
        assert focused(window) == "paragraph"
        window.write("<Escape>")
        assert (focused(window), button.get_attribute("aria-expanded")) == ("style", "false")
        button.click()
        expect(window.page.get_by_role("menu")).to_be_visible()
        window.page.locator("h1").click()
        expect(window.page.get_by_role("menu")).to_have_count(0)


def test_tab_leaves_the_text_but_for_the_start_of_an_item(paper: Any) -> None:
    with paper("<p>a</p><ul><li>un</li><li>deux</li></ul>") as window:
        window.select("deux")
        window.write("<ArrowRight>")
        window.settle()
        window.write("<Tab>")
        assert focused(window) == "after"
        window.select("deux")
        window.write("<ArrowLeft>")
        window.settle()
        window.write("<Tab>")
        assert window.html == "<p>a</p><ul><li>un<ul><li>deux</li></ul></li></ul>"
        window.write("<Shift+Tab>")
        assert window.html == "<p>a</p><ul><li>un</li><li>deux</li></ul>"
        window.write("<Escape>", "<Tab>")
        assert focused(window) == "after"
        assert window.html == "<p>a</p><ul><li>un</li><li>deux</li></ul>"
        window.write("<Shift+Tab>", "<Backspace>")
        assert window.html == "<p>a</p><ul><li>un</li></ul><p>deux</p>"


def test_tab_goes_through_the_cells_of_a_table_and_escape_tab_leaves_it(paper: Any) -> None:
    with paper("<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>") as window:
        window.select("a")
        window.write("<Tab>", "x")
        assert "<td>x</td>" in window.html
        window.write("<Shift+Tab>", "y")
        assert "<td>y</td><td>x</td>" in window.html
        window.write("<Escape>", "<Tab>")
        assert focused(window) == "after"
        window.select("x")
        window.write("<Tab>")
        assert focused(window) == "after"


def test_the_text_is_named_described_and_in_its_language(paper: Any) -> None:
    with paper() as window:
        text = window.page.get_by_role("textbox", name="Texte du bloc")
        assert text.get_attribute("aria-multiline") == "true"
        assert text.get_attribute("lang") == "fr"
        hint, error = str(text.get_attribute("aria-describedby")).split()
        assert "Échap" in str(window.page.locator(f"#{hint}").text_content())
        assert error == "text-error"
        assert not window.page.locator("#text-hint").is_visible()
        assert not window.page.locator("textarea").is_visible()
        window.page.get_by_text("Texte du bloc").click()
        assert focused(window) == "textbox"


def test_each_change_reaches_the_textarea_and_says_so_once(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").click()
        window.write("abc")
        assert (window.html, window.page.evaluate("heard.inputs")) == ("<p>abc</p>", 3)
        window.fill("<p>de <em>dehors</em></p>")
        assert window.page.evaluate("heard.inputs") == 3
        expect(window.page.locator("[role=textbox] em")).to_have_text("dehors")
        window.page.evaluate("editor.destroy()")
        assert window.page.locator("textarea").is_visible()
        assert window.page.locator("textarea").evaluate("it => it.required")
        assert window.page.locator("#text-hint").is_visible()
        assert window.page.locator(".rich").count() == 0


def test_the_textarea_is_there_if_the_editor_cannot_start(paper: Any) -> None:
    with paper(query="&wait=1&html=%3Cp%3Ea%3C/p%3E") as window:
        element = window.page.evaluate(
            "() => { start({ labels: { get hint() { throw new Error('broken'); } } }); return editor.element; }"
        )
        assert element is None
        assert window.page.locator("textarea").is_visible()
        assert window.html == "<p>a</p>"
        window.troubles.clear()  # the console was told why


# ---- dialogs ----


def dialog(window: Paper, name: str) -> Any:
    """The open dialog of that name."""
    found = window.page.get_by_role("dialog", name=name, exact=True)
    expect(found).to_be_visible()
    return found


def test_a_link_is_made_changed_and_taken_off_by_keyboard(paper: Any) -> None:
    with paper("<p>Voir la carte.</p>") as window:
        window.select("la carte")
        window.write("<Control+k>")
        dialog(window, "Lien")
        assert focused(window) == "Texte du lien"
        window.write("<Tab>", "<Tab>")
        assert focused(window) == "Adresse"
        window.write("geoportail.gouv.fr", "<Enter>")
        expect(window.page.locator("dialog")).to_have_count(0)
        assert window.html == '<p>Voir <a href="https://geoportail.gouv.fr">la carte</a>.</p>'
        assert focused(window) == "textbox"
        window.write("!")
        assert window.html == '<p>Voir <a href="https://geoportail.gouv.fr">la carte</a>!.</p>'
        window.select("carte")
        window.write("<Control+k>")
        opened = dialog(window, "Lien")
        assert opened.get_by_label("Texte du lien").input_value() == "la carte"
        opened.get_by_label("Mène vers").select_option("page")
        opened.get_by_label("Une page du classeur", exact=True).select_option("Les volcans")
        opened.get_by_role("button", name="Enregistrer").click()
        assert window.html == f'<p>Voir <a href="page:{PAGE_ID}">la carte</a>!.</p>'
        window.select("carte")
        window.write("<Control+k>")
        dialog(window, "Lien").get_by_role("button", name="Retirer le lien").click()
        assert window.html == "<p>Voir la carte!.</p>"


def test_a_link_that_says_nothing_is_warned_of_and_a_bad_address_refused(paper: Any) -> None:
    with paper("<p>Pour la suite, cliquez ici.</p>") as window:
        window.select("cliquez ici")
        window.press("link")
        opened = dialog(window, "Lien")
        expect(opened.get_by_role("status")).to_contain_text("Dites où mène le lien")
        opened.get_by_label("Texte du lien").fill("le cours sur les volcans")
        expect(opened.get_by_role("status")).to_be_empty()
        for bad in ("", "javascript:alert(1)", "deux mots", "data:text/html,x"):
            opened.get_by_label("Adresse", exact=True).fill(bad)
            opened.get_by_role("button", name="Insérer").click()
            expect(opened.locator(".error")).to_have_count(1)
            assert opened.get_by_label("Adresse", exact=True).get_attribute("aria-invalid") == "true"
        opened.get_by_label("Adresse", exact=True).fill("prof@ecole.fr")
        opened.get_by_role("button", name="Insérer").click()
        assert (
            window.html
            == '<p>Pour la suite, <a href="mailto:prof@ecole.fr">le cours sur les volcans</a>.</p>'
        )


def test_a_table_is_made_and_worked_on(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        by_keyboard(window, "table")
        opened = dialog(window, "Tableau")
        opened.get_by_label("Lignes").fill("0")
        opened.get_by_role("button", name="Insérer").click()
        expect(opened.locator(".error")).to_have_text("Un nombre de 1 à 100.")
        opened.get_by_label("Lignes").fill("2")
        opened.get_by_label("Colonnes").fill("2")
        opened.get_by_label("Légende").fill("Rois & reines")
        opened.get_by_role("button", name="Insérer").click()
        head = '<table><caption>Rois &amp; reines</caption><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        window.write("a", "<Tab>", "b", "<Tab>", "c", "<Tab>", "d")
        assert window.html == head + "<tbody><tr><td>c</td><td>d</td></tr></tbody></table>"
        by_keyboard(window, "tableTools", "headerColumn")
        assert '<tr><th scope="row">c</th><td>d</td></tr>' in window.html
        window.choose("tableTools", "headerRow")
        assert window.html.startswith(
            '<table><caption>Rois &amp; reines</caption><tbody><tr><th scope="row">a</th><td>b</td></tr>'
        )
        window.choose("tableTools", "rowAfter")
        window.choose("tableTools", "columnBefore")
        assert (window.html.count("<tr>"), window.html.count("<th"), window.html.count("<td")) == (3, 3, 6)
        window.choose("tableTools", "deleteRow")
        window.choose("tableTools", "deleteColumn")
        window.choose("tableTools", "caption")
        dialog(window, "Légende du tableau").get_by_label("Légende").fill("Souverains")
        dialog(window, "Légende du tableau").get_by_role("button", name="Enregistrer").click()
        assert "<caption>Souverains</caption>" in window.html
        window.choose("tableTools", "deleteTable")
        assert "<table" not in window.html


def test_cells_are_merged_and_split(paper: Any) -> None:
    with paper(
        "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>"
    ) as window:
        cells = window.page.locator("[role=textbox] td")
        cells.nth(0).click()
        cells.nth(0).hover()
        window.page.mouse.down()
        cells.nth(1).hover()
        window.page.mouse.up()
        window.choose("tableTools", "mergeCells")
        assert '<td colspan="2"><p>a</p><p>b</p></td>' in window.html
        window.choose("tableTools", "splitCell")
        assert window.html.count("<td") == 4


def test_a_formula_is_written_with_its_preview(paper: Any) -> None:
    with paper("<p>Aire : .</p>") as window:
        window.select(".")
        window.write("<ArrowLeft>")
        by_keyboard(window, "formula")
        opened = dialog(window, "Formule")
        assert focused(window) == "Formule en LaTeX"
        window.write("\\pi r^2")
        expect(opened.locator(".rich-preview msup")).to_be_visible()
        opened.get_by_label("Formule en LaTeX").fill("\\frac{")
        expect(opened.get_by_role("status")).not_to_be_empty()
        opened.get_by_label("Formule en LaTeX").fill("")
        opened.get_by_role("button", name="Insérer").click()
        expect(opened.locator(".error")).to_have_text("Écrivez une formule.")
        opened.get_by_role("button", name="Fraction").click()
        window.write("1")
        assert opened.get_by_label("Formule en LaTeX").input_value() == "\\frac{1}{}"
        opened.get_by_label("Formule en LaTeX").fill("\\pi r^2")
        opened.get_by_role("button", name="Insérer").click()
        assert window.html == '<p>Aire : <span data-math="\\pi r^2">\\pi r^2</span>.</p>'
        expect(window.page.locator("[role=textbox] .rich-formula math")).to_be_visible()
        window.settle()
        window.write("<Shift+ArrowLeft>")
        window.settle()
        window.page.locator(".rich-formula").dblclick()
        opened = dialog(window, "Formule")
        opened.get_by_label("Formule en LaTeX").fill("x + 1")
        opened.get_by_role("button", name="Enregistrer").click()
        assert window.html == '<p>Aire : <span data-math="x + 1">x + 1</span>.</p>'


def test_a_picture_needs_words_before_it_is_put_in(paper: Any) -> None:
    with paper("<p>Ici</p>") as window:
        window.select("Ici")
        window.write("<ArrowRight>")
        by_keyboard(window, "picture")
        opened = dialog(window, "Image")
        opened.get_by_role("button", name="Insérer").click()
        expect(opened.locator(".error")).to_have_count(2)
        opened.get_by_label("Fichier de l’image").set_input_files(
            {"name": "chat.png", "mimeType": "image/png", "buffer": PIXEL}
        )
        opened.get_by_role("button", name="Insérer").click()
        expect(opened.locator(".error")).to_have_count(1)
        assert window.page.evaluate("heard.sent.length") == 0
        opened.get_by_label("Texte alternatif").fill("Un chat qui dort")
        window.page.evaluate("failUploads = true")
        opened.get_by_role("button", name="Insérer").click()
        expect(opened.locator(".error")).to_have_text("L’image n’a pas pu être envoyée. Réessayez.")
        window.page.evaluate("failUploads = false")
        opened.get_by_role("button", name="Insérer").click()
        expect(window.page.locator("dialog")).to_have_count(0)
        assert window.html == f'<p>Ici<img src="{RESOURCE}" alt="Un chat qui dort"></p>'
        assert focused(window) == "textbox"
        window.page.locator("[role=textbox] img[alt]").first.click()
        window.press("picture")
        opened = dialog(window, "Image")
        opened.get_by_label("Image décorative").check()
        opened.get_by_role("button", name="Enregistrer").click()
        assert window.html == f'<p>Ici<img src="{RESOURCE}" alt=""></p>'


def test_words_are_marked_as_another_language_and_as_an_abbreviation(paper: Any) -> None:
    with paper("<p>Le week-end à l’ONU</p>") as window:
        window.select("week-end")
        by_keyboard(window, "more", "language")
        opened = dialog(window, "Langue de ces mots")
        opened.get_by_label("Langue", exact=True).select_option(label="anglais")
        opened.get_by_role("button", name="Enregistrer").click()
        window.select("ONU")
        window.choose("more", "abbreviation")
        opened = dialog(window, "Abréviation")
        opened.get_by_role("button", name="Enregistrer").click()
        expect(opened.locator(".error")).to_have_count(1)
        opened.get_by_label("En toutes lettres").fill("Organisation des Nations unies")
        opened.get_by_role("button", name="Enregistrer").click()
        assert (
            window.html
            == '<p>Le <span lang="en">week-end</span> à l’<abbr title="Organisation des Nations unies">ONU</abbr></p>'
        )


def test_a_dialog_given_up_changes_nothing_and_gives_the_focus_back(paper: Any) -> None:
    with paper(TEXT) as window:
        for command in ("link", "picture", "table", "formula"):
            window.select("noir")
            window.press(command)
            expect(window.page.locator("dialog")).to_be_visible()
            window.write("<Escape>")
            expect(window.page.locator("dialog")).to_have_count(0)
            assert focused(window) == "textbox"
        assert window.html == TEXT
        assert window.page.evaluate("heard.inputs") == 0


def test_nothing_moves_when_the_toolbar_comes_and_goes(paper: Any) -> None:
    with paper("<p>un</p>" * 5) as window:
        places = "() => ['[role=textbox]', '#after'].map(it => document.querySelector(it).getBoundingClientRect().top)"
        before = window.page.evaluate(places)
        window.page.locator("[role=textbox] p").nth(2).click()
        assert window.page.evaluate(places) == before
        window.page.locator("#after").click()
        assert focused(window) == "after"
        assert window.page.evaluate(places) == before


@pytest.mark.parametrize("key", ["ArrowUp", "PageUp", "Control+Home"])
def test_the_toolbar_never_covers_the_line_being_written(paper: Any, key: str) -> None:
    with paper(LONG, viewport={"width": 375, "height": 500}) as window:
        window.page.locator("[role=textbox]").focus()
        window.write("<Control+End>")
        for _ in range(1 if "Home" in key else 12):
            window.write(f"<{key}>")
            window.settle()
            window.page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            window.page.wait_for_function(  # scrolling takes its time on a busy machine
                """() => {
                    const range = getSelection().getRangeAt(0).cloneRange();
                    const box = range.getClientRects()[0] ?? range.startContainer.getBoundingClientRect();
                    const bar = document.querySelector(".rich-bar").getBoundingClientRect();
                    return box.top >= bar.bottom && innerHeight >= box.bottom;
                }""",
                timeout=10_000,
            )


def test_the_editor_is_small(running: Site) -> None:
    assert len(gzip.compress(running.script.read_bytes(), 9)) < 135_000
