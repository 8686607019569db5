"""Files and texts that come with a hand of the mouse or from the clipboard: dropped on a block, or pasted by Ctrl+V."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from binder.models import Resource
from tests.exporters.shelf import PNG
from tests.frontend.editing import Desk, block, desks, heading, saved

pytestmark = pytest.mark.browser

PICTURE = {"name": "mare.png", "type": "image/png", "base64": base64.b64encode(PNG).decode()}
SHEET = {"name": "fiche.pdf", "type": "application/pdf", "base64": base64.b64encode(b"%PDF-1.7\n1").decode()}
FIXTURES = Path(__file__).parent / "fixtures"
Make = Callable[..., Desk]
DROP = """(target, files) => {
    const transfer = new DataTransfer();
    for (const { name, type, base64 } of files) {
        transfer.items.add(new File([Uint8Array.from(atob(base64), it => it.charCodeAt(0))], name, { type }));
    }
    const box = target.getBoundingClientRect();
    const [clientX, clientY] = [box.left + box.width / 2, box.top + box.height / 2];
    return ["dragenter", "dragover", "drop"].map(kind => !target.dispatchEvent(
        new DragEvent(kind, { dataTransfer: transfer, clientX, clientY, bubbles: true, cancelable: true })));
}"""
COPY = """html => {
    addEventListener("copy", event => {
        event.clipboardData.setData("text/html", html);
        event.clipboardData.setData("text/plain", new DOMParser().parseFromString(html, "text/html").body.textContent);
        event.preventDefault();
    }, { once: true });
    return document.execCommand("copy");
}"""
WRITE = """async ({ html, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), it => it.charCodeAt(0));
    const kinds = { "image/png": new Blob([bytes], { type: "image/png" }) };
    if (html) kinds["text/html"] = new Blob([html], { type: "text/html" });
    await navigator.clipboard.write([new ClipboardItem(kinds)]);
}"""


@pytest.fixture(scope="module")
def make(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Pages to write on."""
    with desks(sqlite_template, tmp_path_factory.mktemp("desks")) as desk:
        yield desk


def drop(target: Locator, *files: dict[str, str]) -> None:
    """Let files fall on something; the browser does not open them in the page's place."""
    prevented = target.evaluate(DROP, list(files))
    assert prevented[1:] == [True, True]


def names(desk: Desk, number: int) -> list[str]:
    """The files that a block shows, by their names."""
    shown = desk.blocks()[number - 1]
    ids = [shown["resource"]] if "resource" in shown else [one["resource"] for one in shown["items"]]
    tenant = desk.school.people["teacher"].tenant_id
    with Session(desk.school.engine) as session:
        return [session.get_one(Resource, (tenant, UUID(id))).name for id in ids]


def test_a_file_dropped_on_a_block_becomes_its_file(make: Make) -> None:
    desk = make({"type": "image"}, {"type": "heading", "text": "Après"})
    page = desk.tab()
    drop(block(page, 1).locator(".preview"), PICTURE)
    expect(block(page, 1).locator(".preview img")).to_be_visible()
    saved(page)
    assert names(desk, 1) == ["mare.png"]
    assert not desk.troubles


def test_files_dropped_where_no_field_is_for_them_become_blocks_of_their_own(make: Make) -> None:
    desk = make({"type": "heading", "text": "Un"}, {"type": "heading", "text": "Deux"})
    page = desk.tab()
    drop(block(page, 1), PICTURE, SHEET)
    expect(page.locator("#blocks > [data-block]")).to_have_count(4)
    expect(block(page, 3)).to_have_attribute("data-kind", "file")
    expect(block(page, 3).locator(".preview a").first).to_be_visible()
    saved(page)
    assert [one["type"] for one in desk.blocks()] == ["heading", "image", "file", "heading"]
    assert (names(desk, 2), names(desk, 3)) == (["mare.png"], ["fiche.pdf"])
    drop(block(page, 4), PICTURE, {**PICTURE, "name": "source.png"})
    expect(page.locator("#blocks > [data-block]")).to_have_count(5)
    expect(block(page, 5).locator(".preview img")).to_have_count(2)
    saved(page)
    assert names(desk, 5) == ["mare.png", "source.png"]
    assert not desk.troubles


def test_a_file_that_misses_every_block_leaves_the_page_open(make: Make) -> None:
    desk = make({"type": "heading", "text": "Un"})
    page = desk.tab()
    heading(page, 1).fill("Un et demi")
    drop(page.locator("h1").first, PICTURE)
    expect(heading(page, 1)).to_have_value("Un et demi")
    assert [one["type"] for one in desk.blocks()] == ["heading"]


def credit(desk: Desk, number: int) -> tuple[str, str]:
    """Author and licence of a block's file."""
    tenant = desk.school.people["teacher"].tenant_id
    with Session(desk.school.engine) as session:
        found = session.get_one(Resource, (tenant, UUID(desk.blocks()[number - 1]["resource"])))
        return found.credit, found.licence


def test_who_made_a_file_may_be_said_before_it_is_chosen(make: Make) -> None:
    desk = make({"type": "image"})
    context = desk.context()
    page = desk.tab(context)
    form = block(page, 1)
    form.locator("details.edit > summary").first.click()
    form.locator("details.credits > summary").click()
    form.get_by_label("Auteur ou source").fill("Musée de l’Eau")
    form.get_by_label("Licence du fichier").select_option("CC BY-SA 4.0")
    saved(page)
    page.close()
    page = desk.tab(context)
    form = block(page, 1)
    expect(form.locator("[name=credit]")).to_have_value("Musée de l’Eau")
    drop(form.locator(".preview"), PICTURE)
    expect(form.locator(".preview img")).to_be_visible()
    saved(page)
    assert credit(desk, 1) == ("Musée de l’Eau", "CC BY-SA 4.0")
    page.close()
    page = desk.tab(context)
    expect(page.locator("#said")).to_be_empty()
    assert not desk.troubles


def test_who_made_a_file_may_be_said_first_without_scripts(make: Make) -> None:
    desk = make({"type": "image", "alt": "Une mare"})
    page = desk.tab(java_script_enabled=False)
    form = block(page, 1)
    form.locator("details.edit > summary").first.click()
    form.locator("details.credits > summary").click()
    form.get_by_label("Auteur ou source").fill("Musée de l’Eau")
    form.get_by_label("Licence du fichier").select_option("other")
    form.get_by_label("Autre licence").fill("Etalab 2.0")
    form.get_by_role("button", name="Enregistrer ce bloc").click()
    expect(form.locator("[name=credit]")).to_have_value("Musée de l’Eau")
    expect(form.locator("[name=licence]")).to_have_value("other")
    expect(form.locator("[name=alt]")).to_have_value("Une mare")
    expect(form).to_contain_text("choisissez aussi le fichier")
    form.locator("input[type=file]").set_input_files(
        {"name": "mare.png", "mimeType": "image/png", "buffer": PNG}
    )
    form.get_by_role("button", name="Enregistrer ce bloc").click()
    expect(form.locator(".preview img")).to_be_visible()
    assert credit(desk, 1) == ("Musée de l’Eau", "Etalab 2.0")


# ---- the clipboard of the machine ----


def clipboard(desk: Desk) -> Page:
    """The editor in a browser that may use the clipboard."""
    context = desk.context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=desk.origin)
    return desk.tab(context)


@pytest.mark.parametrize("name", ["word-lists", "word-table", "libreoffice"])
def test_what_word_has_copied_is_pasted_by_the_keyboard(make: Make, name: str) -> None:
    desk = make({"type": "text", "html": "<p>Avant.</p>"})
    page = clipboard(desk)
    other = page.context.new_page()
    other.goto(desk.origin + desk.path)
    assert other.evaluate(COPY, (FIXTURES / f"{name}.html").read_text("utf-8"))
    page.bring_to_front()
    text = block(page, 1).locator("[contenteditable=true]")
    text.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")
    expect(text).not_to_contain_text("Avant.")
    page.keyboard.press("Control+S")
    saved(page)
    html = desk.blocks()[0]["html"]
    expected = (FIXTURES / f"{name}.expected.html").read_text("utf-8")
    for tag in ("<ol", "<ul", "<li", "<td", "<th", "<h2", "<h3"):
        assert html.count(tag) == expected.count(tag), (tag, html)
    assert "mso" not in html.lower()
    assert "class=" not in html
    assert not desk.troubles


def test_a_picture_in_the_clipboard_is_pasted_into_a_block(make: Make) -> None:
    desk = make({"type": "image"}, {"type": "text", "html": "<p>Ici.</p>"})
    page = clipboard(desk)
    page.evaluate(WRITE, {"html": "", "base64": PICTURE["base64"]})
    block(page, 1).locator("details.edit > summary").click()
    block(page, 1).locator("input[type=file]").focus()
    page.keyboard.press("Control+V")
    expect(block(page, 1).locator(".preview img")).to_be_visible()
    saved(page)
    assert len(names(desk, 1)) == 1
    text = block(page, 2).locator("[contenteditable=true]")
    text.click()
    page.keyboard.press("Control+V")
    dialog = page.get_by_role("dialog", name="Image")
    dialog.get_by_label("Texte alternatif").fill("Une mare")
    dialog.get_by_role("button", name="Insérer").click()
    expect(text.locator("img[alt='Une mare']")).to_be_visible()
    page.keyboard.press("Control+S")
    saved(page)
    assert 'alt="Une mare"' in desk.blocks()[1]["html"]
    assert not desk.troubles


def test_words_with_their_picture_stay_words_in_a_field(make: Make) -> None:
    """Office copies a picture of the words beside them."""
    desk = make({"type": "image"}, {"type": "text", "html": "<p>Ici.</p>"})
    page = clipboard(desk)
    page.evaluate(WRITE, {"html": "<p>Une mare gelée</p>", "base64": PICTURE["base64"]})
    text = block(page, 2).locator("[contenteditable=true]")
    text.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")
    expect(text).to_have_text("Une mare gelée")
    page.keyboard.press("Control+S")
    saved(page)
    assert desk.blocks()[1]["html"] == "<p>Une mare gelée</p>"
    page.evaluate(
        """base64 => {
            const files = new DataTransfer();
            files.items.add(new File([Uint8Array.from(atob(base64), it => it.charCodeAt(0))], "x.png", { type: "image/png" }));
            files.setData("text/plain", "Une mare");
            const field = document.querySelector("textarea[name=alt]");
            window.prevented = !field.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true }));
        }""",
        PICTURE["base64"],
    )
    assert page.evaluate("window.prevented") is False
    assert not desk.troubles


# ---- more than the server takes ----


def question(desk: Desk, page: Page) -> None:
    """A question about a picture, with a picture that is too large."""
    desk.school.app.config["MAX_CONTENT_LENGTH"] = 300_000
    page.goto(f"{desk.origin}{desk.path}/activity?type=drawing")
    page.get_by_label("Titre").fill("Dessine la mare")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "grande.png", "mimeType": "image/png", "buffer": PNG + b"0" * 500_000}
    )


def test_a_form_too_large_is_not_sent_and_says_so(make: Make) -> None:
    desk = make()
    page = desk.tab()
    question(desk, page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Enregistrer la question", exact=True).click()
    file = page.locator("input[type=file]").first
    assert "trop lourd" in file.evaluate("it => it.validationMessage")
    assert "0,5\u202fMo" in file.evaluate("it => it.validationMessage.replace(' Mo', '\u202fMo')")
    assert not [url for url in sent if url.endswith("/activity")]
    expect(page.get_by_label("Titre")).to_have_value("Dessine la mare")
    file.set_input_files({"name": "mare.png", "mimeType": "image/png", "buffer": PNG})
    assert file.evaluate("it => it.validationMessage") == ""
    assert page.locator("form[data-sent]").count() == 0


def test_what_was_typed_in_a_form_that_the_server_refused_is_on_the_device(make: Make) -> None:
    """The host, or a server in front of it, lets less through than the page knows."""
    desk = make()
    context = desk.context()
    page = desk.tab(context)
    question(desk, page)
    page.evaluate("document.body.removeAttribute('data-most')")
    page.route(
        "**/activity", lambda route: route.fulfill(status=413, body="<h1>413</h1>", content_type="text/html")
    )
    page.evaluate("document.querySelector('input[type=file]').value = ''")
    page.get_by_role("button", name="Enregistrer la question", exact=True).click()
    expect(page.locator("h1")).to_have_text("413")
    page.unroute("**/activity")
    page.goto(f"{desk.origin}{desk.path}/activity?type=drawing")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_label("Titre")).to_have_value("Dessine la mare")


def test_what_was_typed_in_a_form_that_was_too_large_is_kept_without_scripts(make: Make) -> None:
    desk = make()
    page = desk.tab(java_script_enabled=False)
    question(desk, page)
    page.locator("textarea[name=prompt]").fill("Où est l’eau ?")
    page.get_by_role("button", name="Enregistrer la question", exact=True).click()
    expect(page.locator("main")).to_contain_text("Ce que vous avez envoyé était trop lourd.")
    expect(page.locator(".typed", has_text="Dessine la mare")).to_be_visible()
    expect(page.locator(".typed", has_text="Où est l’eau ?")).to_be_visible()
    page.get_by_role("button", name="Enregistrer maintenant").click()
    expect(page.locator("#blocks")).to_contain_text("Où est l’eau ?")
