"""What people paste, as the clipboard really holds it, becomes clean text; nothing in it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from binder.sanitize import Html
from tests.browser import chromium as running_chromium
from tests.frontend.bundle import PIXEL, bundled, papers, site

pytestmark = pytest.mark.browser

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.name.removesuffix(".expected.html") for path in FIXTURES.glob("*.expected.html"))
LOST_THREE = "3 images n’ont pas pu être collées : ajoutez-les une par une."
DATA = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.fixture(scope="module")
def paper(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens a window with the editor."""
    with site(bundled(tmp_path_factory.mktemp("text"))) as running:
        yield papers(chromium, running)


def cleaned(html: str) -> str:
    """As the server stores it."""
    return str(Html().deserialize(html))


def fixture(name: str) -> str:
    """A file of the fixtures."""
    return (FIXTURES / f"{name}.html").read_text(encoding="utf-8")


def expected(name: str) -> str:
    """What should be stored of a fixture."""
    return cleaned(re.sub(r">\n(?=<)", ">", fixture(f"{name}.expected").strip()))


def test_there_are_enough_clipboards() -> None:
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_clipboard_becomes_clean_text(paper: Any, name: str) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(html=fixture(name), text="text of the clipboard")
        assert cleaned(window.html) == expected(name)
        assert cleaned(window.html) == re.sub(
            r'<a href="(?!page:)[^"]*"', r'\g<0> rel="noopener noreferrer nofollow"', window.html
        )
        window.write("<Control+z>")
        assert window.html == ""


@pytest.mark.parametrize("name", NAMES)
def test_cleaning_again_what_was_cleaned_changes_nothing(paper: Any, name: str) -> None:
    with paper() as window:
        once = window.page.evaluate("html => clean(html).root.innerHTML", fixture(name))
        assert window.page.evaluate("html => clean(html).root.innerHTML", once) == once


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "word-pictures",
            f"{LOST_THREE} Une formule a été collée en texte. Les notes de bas de page se trouvent à la fin du texte.",
        ),
        (
            "libreoffice",
            "Une image n’a pas pu être collée : ajoutez-la à part. Les notes de bas de page se trouvent à la fin du texte.",
        ),
        ("google-docs", "Une image n’a pas pu être collée : ajoutez-la à part."),
        (
            "ent-tiptap",
            "Une image n’a pas pu être collée : ajoutez-la à part. Un tableau dans un tableau est devenu du texte.",
        ),
    ],
)
def test_what_could_not_be_pasted_is_told_in_words(paper: Any, name: str, said: str) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(html=fixture(name))
        note = window.page.locator(".rich-note")
        expect(note).not_to_be_empty()
        shown = note.inner_text().replace("\u00a0", " ").replace("\u202f", " ")
        assert (shown, window.announced()) == (said, [said])


def test_nothing_is_said_where_nothing_was_lost(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(html=fixture("word-lists"))
        window.page.wait_for_timeout(50)
        assert window.announced() == []


def test_plain_text_keeps_its_paragraphs_lines_and_lists(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(
            text="Un\r\ndeux\r\n\r\n\r\n- a\r\n- b\r\n\r\n3. c\n4) d\n\n2024 – <b>pas gras</b>\n- seul"
        )
        assert window.html == (
            "<p>Un<br>deux</p><ul><li>a</li><li>b</li></ul>"
            '<ol start="3"><li>c</li><li>d</li></ol><p>2024 – &lt;b&gt;pas gras&lt;/b&gt;<br>- seul</p>'
        )


def test_words_pasted_into_a_line_stay_in_the_line(paper: Any) -> None:
    with paper("<p>Le chat dort.</p>") as window:
        window.select("dort")
        window.paste(html="<meta charset='utf-8'><span style='font-weight:700'>ronronne</span>")
        assert window.html == "<p>Le chat <strong>ronronne</strong>.</p>"


def test_an_address_pasted_over_words_becomes_their_link(paper: Any) -> None:
    with paper("<p>Voir la carte.</p>") as window:
        window.select("la carte")
        window.paste(text="https://www.geoportail.gouv.fr/carte")
        assert window.html == '<p>Voir <a href="https://www.geoportail.gouv.fr/carte">la carte</a>.</p>'


def test_an_address_pasted_alone_is_a_link_and_typing_goes_on_outside(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(text="https://a.example/b?c=d")
        window.write(" suite")
        assert window.html == '<p><a href="https://a.example/b?c=d">https://a.example/b?c=d</a> suite</p>'


def test_what_the_editor_copies_it_takes_back_unchanged(paper: Any) -> None:
    text = '<h4>Sous-titre</h4><p><span lang="en">hello</span> <span data-math="x^2">x^2</span></p>'
    with paper(f"<h3>Titre</h3>{text}") as window:
        window.page.locator("[role=textbox]").focus()
        copied = window.page.evaluate(
            """() => {
                const text = document.querySelector("[role=textbox]");
                const range = document.createRange();
                range.setStart(text.querySelector("h4").firstChild, 0);
                range.setEndAfter(text.querySelector("p").lastChild);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                document.dispatchEvent(new Event("selectionchange"));
                const transfer = new DataTransfer();
                text.dispatchEvent(new ClipboardEvent("copy", {clipboardData: transfer, bubbles: true, cancelable: true}));
                return transfer.getData("text/html");
            }"""
        )
        window.fill("")
        window.page.locator("[role=textbox]").focus()
        window.paste(html=copied)
        assert window.html == text


def test_pictures_in_the_clipboard_are_sent_and_described_one_by_one(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(
            html=f'<p>Un <img src="{DATA}"> et <img src="{DATA}"> et <img src="file:///c/a.png"></p>'
        )
        assert window.html.replace("  ", " ") == "<p>Un et et</p>"
        dialog = window.page.get_by_role("dialog", name="Image 1 sur 2")
        dialog.get_by_role("button", name="Insérer").click()
        expect(dialog.locator(".error")).to_be_visible()
        assert window.page.evaluate("heard.sent.length") == 0
        dialog.get_by_label("Texte alternatif").fill("Un volcan")
        dialog.get_by_role("button", name="Insérer").click()
        second = window.page.get_by_role("dialog", name="Image 2 sur 2")
        second.get_by_role("button", name="Annuler").click()
        expect(window.page.locator(".rich-note")).not_to_be_empty()
        assert window.page.evaluate("heard.sent") == [{"name": "1.png", "type": "image/png", "size": 70}]
        assert '<img src="resource:00000000-0000-4000-8000-000000000901" alt="Un volcan">' in window.html
        assert window.html.count("<img") == 1
        assert "pending" not in window.html
        assert window.announced() == ["Une image n’a pas pu être collée : ajoutez-la à part."]


def test_a_picture_file_is_pasted_with_its_words(paper: Any) -> None:
    with paper("<p>Ici</p>") as window:
        window.select("Ici")
        window.write("<ArrowRight>")
        window.paste(
            files=[{"name": "photo.png", "type": "image/png", "bytes": list(PIXEL)}],
            html=f'<img src="{DATA}">',
        )
        dialog = window.page.get_by_role("dialog", name="Image")
        dialog.get_by_label("Texte alternatif").fill("photo")
        dialog.get_by_role("button", name="Insérer").click()
        expect(dialog.locator(".error")).to_have_text("Un nom de fichier ne décrit pas l’image.")
        dialog.get_by_label("Image décorative").check()
        dialog.get_by_role("button", name="Insérer").click()
        expect(window.page.locator("[role=textbox] img:not(.ProseMirror-separator)")).to_have_attribute(
            "alt", ""
        )
        assert window.html == '<p>Ici<img src="resource:00000000-0000-4000-8000-000000000901" alt=""></p>'
        window.write(" suite")
        assert window.html.endswith(" suite</p>")


def test_a_picture_is_dropped_where_the_pointer_is(paper: Any) -> None:
    with paper("<p>Un</p><p>Deux</p>") as window:
        file = {"name": "photo.png", "type": "image/png", "bytes": list(PIXEL)}
        window.page.evaluate("file => drop('[role=textbox] p:nth-child(2)', {files: [file]})", file)
        dialog = window.page.get_by_role("dialog", name="Image")
        dialog.get_by_label("Texte alternatif").fill("Une éolienne")
        dialog.get_by_role("button", name="Insérer").click()
        expect(window.page.locator("[role=textbox] img[alt='Une éolienne']")).to_be_visible()
        assert window.html == (
            '<p>Un</p><p><img src="resource:00000000-0000-4000-8000-000000000901" alt="Une éolienne">Deux</p>'
        )


def test_a_picture_of_the_binder_is_not_sent_again(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(
            html='<p>Vu : <img src="/picture.png?00000000-0000-4000-8000-000000000007" alt="Un chat"></p>'
        )
        assert window.html == (
            '<p>Vu : <img src="resource:00000000-0000-4000-8000-000000000007" alt="Un chat"></p>'
        )
        assert window.page.evaluate("heard.sent") == []


def test_a_table_of_a_spreadsheet_is_pasted_as_table_and_not_as_its_picture(paper: Any) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        sheet = "<html><body><table><tr><td><b>Nom</b></td><td><b>Note</b></td></tr><tr><td>Léa</td><td>14,5</td></tr></table></body></html>"
        window.paste(html=sheet, files=[{"name": "image.png", "type": "image/png", "bytes": list(PIXEL)}])
        assert window.html == (
            '<table><thead><tr><th scope="col">Nom</th><th scope="col">Note</th></tr></thead>'
            "<tbody><tr><td>Léa</td><td>14,5</td></tr></tbody></table>"
        )


HOSTILE = [
    '<img src=x onerror="window.fired=1">',
    '<a href="javascript:window.fired=1">x</a>',
    '<a href="java&#10;script:window.fired=1">x</a>',
    "<svg><script>window.fired=1</script></svg>",
    '<iframe srcdoc="<script>parent.fired=1</script>"></iframe>',
    '<iframe src="javascript:parent.fired=1"></iframe>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=window.fired=1>">',
    '<img src="resource:00000000-0000-4000-8000-000000000901" onload="window.fired=1" alt="&quot;><script>1">',
    '<span data-math="x" onclick="window.fired=1" style="background:url(javascript:1)">x</span>',
    "<table><caption><img src=x onerror=window.fired=1>t</caption><tr><td>a</td><td>b</td></tr></table>",
    '<p data-pm-slice=\'0 0 ["table",{"caption":"<img src=x onerror=window.fired=1>"}]\'>a</p>',
    '<form action="javascript:window.fired=1"><button>a</button></form>',
    '<object data="data:text/html,<script>parent.fired=1</script>"></object>',
    "<template><img src=x onerror=window.fired=1></template><noscript><img src=x onerror=window.fired=1></noscript>",
]


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_pasted_and_loaded_code_does_nothing(paper: Any, payload: str) -> None:
    with paper() as window:
        window.page.locator("[role=textbox]").focus()
        window.paste(html=payload)
        for _ in range(2):
            for element in window.page.locator("[role=textbox] *").all():
                element.dispatch_event("click")
            assert window.page.evaluate("window.fired") is None
            assert not re.search(
                r"<(script|iframe|svg|object|form|style)|\son\w+=|href=\"java|style=", window.html
            )
            window.fill(payload)
            window.write("x")
