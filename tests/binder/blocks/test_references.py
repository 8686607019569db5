"""Formulas, pictures and links to pages within a text, and the block that is a formula."""

from __future__ import annotations

from uuid import UUID

import pytest
from markupsafe import Markup

from binder.blocks import FileView, blocks, load_block
from binder.blocks.pictures import img
from binder.blocks.references import formulas
from binder.content.renaming import renamed
from binder.errors import Invalid
from binder.maths import MAX_LATEX, mathml

PICTURE = "01890000-0000-7000-8000-000000000001"
PAGE = "01890000-0000-7000-8000-000000000002"


class Place:
    """Where a text is shown."""

    lang = "fr"
    embed_hosts = ()

    def __init__(self, file: FileView | None = None, address: str | None = None) -> None:
        self._file, self._address = file, address

    def file(self, resource_id: str) -> FileView | None:
        assert resource_id == PICTURE
        return self._file

    def activity(self, activity_id: str) -> Markup:
        raise AssertionError

    def page(self, page_id: str) -> str | None:
        assert page_id == PAGE
        return self._address


FILE = FileView(
    "/f/1",
    "a.png",
    "image/png",
    9,
    width=800,
    height=600,
    variants=((320, "/f/1?w=320"), (640, "/f/1?w=640")),
)


def shown(html: str, place: Place | None = None) -> str:
    block = load_block({"type": "text", "html": html})
    return str(blocks["text"].html(block, place or Place(FILE, "/p/2?a=1&b=2")))


def test_a_formula_in_a_text_is_mathml() -> None:
    assert shown(r'<p>a <span data-math="\frac{1}{2} &lt; x">?</span></p>') == (
        Markup("<p>a ") + mathml(r"\frac{1}{2} < x") + Markup("</p>")
    )


def test_a_formula_that_is_none_shows_its_latex() -> None:
    html = r'<p><span data-math="\foo{&lt;b&gt;}">x</span></p>'
    assert shown(html) == r'<p><code class="maths-error">\foo{&lt;b&gt;}</code></p>'
    assert blocks["text"].problems(load_block({"type": "text", "html": html})) == ["bad-formula"]
    assert blocks["text"].problems(load_block({"type": "text", "html": "<p>a</p>"})) == []
    assert blocks["text"].problems(load_block({"type": "text"})) == ["empty"]


def test_a_picture_in_a_text_has_its_sizes() -> None:
    assert shown(f'<p><img src="resource:{PICTURE}" alt="Un &quot;carré&quot;"></p>') == (
        '<p><img src="/f/1" srcset="/f/1?w=320 320w, /f/1?w=640 640w, /f/1 800w" '
        'sizes="(min-width: 50rem) 46rem, 100vw" width="800" height="600" alt="Un &#34;carré&#34;" loading="lazy"></p>'
    )


def test_a_picture_without_sizes_is_shown_as_it_is() -> None:
    bare = FileView("/f", "a", "image/png", 1, variants=((320, "/f?w=320"),))
    assert img(bare, "", "50vw") == '<img src="/f" srcset="/f?w=320 320w" sizes="50vw" alt="" loading="lazy">'
    assert (
        img(FileView('/f?"', "a", "image/svg+xml", 1), "<a>")
        == '<img src="/f?&#34;" alt="&lt;a&gt;" loading="lazy">'
    )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Fichier manquant"),
        (FileView("/f", "a", "image/png", 1, state="scanning"), "Fichier en cours d’analyse"),
        (FileView("/f", "a", "image/png", 1, state="refused"), "Fichier refusé par l’antivirus"),
    ],
)
def test_a_picture_that_cannot_be_shown_says_why(file: FileView | None, words: str) -> None:
    assert (
        shown(f'<img src="resource:{PICTURE}" alt="a">', Place(file))
        == f'<span class="missing">{words}</span>'
    )


def test_a_link_leads_to_the_page_or_nowhere() -> None:
    html = f'<p><a href="page:{PAGE}" title="Là">la <em>suite</em> <span data-math="x">x</span></a></p>'
    assert shown(html) == f'<p><a href="/p/2?a=1&amp;b=2" title="Là">la <em>suite</em> {mathml("x")}</a></p>'
    assert shown(html, Place()) == f'<p><span class="dead-link">la <em>suite</em> {mathml("x")}</span></p>'


def test_what_a_text_refers_to_and_says() -> None:
    html = (
        f'<p>a<img src="resource:{PICTURE}" alt="un carré"><img src="resource:{PICTURE}" alt=""> '
        rf'<a href="page:{PAGE}">b</a> <span data-math="\pi &lt; 4">x</span></p>'
    )
    block = load_block({"type": "text", "html": html})
    kind = blocks["text"]
    assert (kind.resources(block), kind.pages(block), kind.activities(block)) == ([PICTURE], [PAGE], [])
    assert kind.text(block) == r"a un carré b \pi < 4"
    assert blocks["heading"].pages(load_block({"type": "heading"})) == []


def test_a_text_that_stands_elsewhere_leads_to_the_new_rows() -> None:
    new = {PICTURE: UUID(int=1), PAGE: UUID(int=2)}
    html = f'<p><img src="resource:{PICTURE}" alt="{PICTURE}"> <a href="page:{PAGE}">page:{PAGE}</a></p>'
    block = renamed(load_block({"type": "text", "html": html}), new)
    assert blocks["text"].resources(block) == [str(UUID(int=1))]
    assert blocks["text"].pages(block) == [str(UUID(int=2))]
    assert f'alt="{PICTURE}"' in block["html"]
    assert f">page:{PAGE}<" in block["html"]


def test_where_there_is_no_page_formulas_are_shown_and_the_rest_is_words() -> None:
    html = f'<img src="resource:{PICTURE}" alt="a &lt;"> <a href="page:{PAGE}">b</a> <span data-math="x">x</span>'
    assert formulas(html) == f'a &lt; <span class="dead-link">b</span> {mathml("x")}'


def test_the_formula_block_shows_a_formula_in_its_own_line() -> None:
    block = load_block({"type": "math", "latex": "x^2", "label": "(1) <"})
    assert blocks["math"].html(block, Place()) == (
        f'<div class="formula"><div class="scroll" tabindex="0">{mathml("x^2", display=True)}</div>'
        '<span class="formula-label">(1) &lt;</span></div>'
    )
    assert blocks["math"].text(block) == "x^2 (1) <"
    assert blocks["math"].problems(block) == []


def test_an_unfinished_formula_block_is_kept() -> None:
    empty, wrong = load_block({"type": "math"}), load_block({"type": "math", "latex": r"\frac{1"})
    assert blocks["math"].problems(empty) == ["empty"]
    assert blocks["math"].html(empty, Place()) == ""
    assert blocks["math"].problems(wrong) == ["bad-formula"]
    assert r'<code class="maths-error">\frac{1</code>' in blocks["math"].html(wrong, Place())
    with pytest.raises(Invalid) as refused:
        load_block({"type": "math", "latex": "x" * (MAX_LATEX + 1)})
    assert refused.value.messages == {
        "block": {"latex": [f"a formula has {MAX_LATEX} characters at the most"]}
    }


@pytest.mark.parametrize("kind", ["text", "heading", "math"])
def test_a_new_block_of_words_loads_from_its_type_alone(kind: str) -> None:
    block = load_block({"type": kind})
    assert load_block(block) == block
    assert blocks[kind].html(block, Place()) == ""
    assert blocks[kind].problems(block) == ["empty"]
