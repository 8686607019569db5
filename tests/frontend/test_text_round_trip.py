"""Whatever the server stores comes out of the editor as it went in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from binder.sanitize import Html
from tests.browser import chromium as running_chromium
from tests.frontend.bundle import bundled, papers, site

pytestmark = pytest.mark.browser

ID = "0f0e0d0c-0b0a-4988-8776-655443322110"
SAME = [
    "<p>Bonjour.</p>",
    "<p>Un</p><p>Deux</p>",
    "<h3>A</h3><h4>B</h4><h5>C</h5><p>d</p>",
    "<p><strong>a</strong> <em>b</em> <u>c</u> <s>d</s> x<sub>1</sub> y<sup>2</sup> <code>f()</code></p>",
    "<p><strong><em><u>tout</u></em></strong></p>",
    "<p><strong>a <em>b</em></strong><em> c</em></p>",
    "<p><strong><code>gras</code></strong></p>",
    "<p>a<br>b</p>",
    "<p>Quoi&nbsp;? «&nbsp;Oui&nbsp;» 3&nbsp;km</p>",
    "<p>1 &lt; 2 &amp; 3 &gt; 2 \"x\" 'y'</p>",
    "<ul><li>a</li><li>b</li></ul>",
    "<ol><li>a</li></ol>",
    '<ol start="7"><li>g</li><li>h</li></ol>',
    "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>",
    "<ul><li><p>a</p><p>b</p></li></ul>",
    "<ol><li><p>a</p><blockquote><p>q</p></blockquote></li></ol>",
    "<ul><li><ul><li>nu</li></ul></li></ul>",
    "<ul><li></li></ul>",
    "<blockquote><p>Dit-il.</p><p>Encore.</p></blockquote>",
    "<blockquote><h4>T</h4><ul><li>a</li></ul></blockquote>",
    "<pre><code>if x:\n    y = 1\n\nfin</code></pre>",
    "<pre>sans code</pre>",
    "<pre>avec <strong>gras</strong></pre>",
    "<p>a</p><hr><p>b</p>",
    '<p><a href="https://www.example.org/a?b=1&amp;c=2#d" rel="noopener noreferrer nofollow">lien</a></p>',
    '<p><a href="mailto:a@b.fr" rel="noopener noreferrer nofollow">lettre</a></p>',
    '<p><a href="tel:+33123456789" title="Accueil" rel="noopener noreferrer nofollow">appel</a></p>',
    f'<p>Voir <a href="page:{ID}">la <em>page</em></a>.</p>',
    '<p><abbr title="Organisation des Nations unies">ONU</abbr> et <abbr>CP</abbr></p>',
    '<p>Le <span lang="en">week-end</span>, <span lang="zh-Hant">你好</span></p>',
    '<p><span lang="en"><strong>a</strong> b</span></p>',
    '<p>Aire&nbsp;: <span data-math="\\pi r^2">\\pi r^2</span>.</p>',
    '<p><span data-math="a &lt; b &amp; &quot;c&quot;">a &lt; b &amp; "c"</span></p>',
    '<p><span data-math="x">x</span><span data-math="y">y</span></p>',
    f'<p><img src="resource:{ID}" alt="Un chat"> et <img src="resource:{ID}" alt=""></p>',
    f'<p><a href="https://x.fr" rel="noopener noreferrer nofollow"><img src="resource:{ID}" alt="&lt;Un&gt; &quot;chat&quot;"></a></p>',
    "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
    '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td>c</td><td></td></tr></tbody></table>',
    '<table><caption>Les <em>rois</em></caption><tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table>',
    '<table><thead><tr><td></td><th scope="col">b</th></tr></thead><tbody><tr><th scope="row">c</th><td>d</td></tr></tbody></table>',
    '<table><tbody><tr><td colspan="2">a</td></tr><tr><td rowspan="2">b</td><td>c</td></tr><tr><td>d</td></tr></tbody></table>',
    '<table><thead><tr><th colspan="2" scope="colgroup">a</th></tr><tr><th scope="col">b</th><th scope="col">c</th></tr></thead><tbody><tr><td>d</td><td>e</td></tr></tbody><tfoot><tr><td>f</td><td>g</td></tr></tfoot></table>',
    "<table><tbody><tr><td><p>a</p><p>b</p></td><td>x<ul><li>c</li></ul></td></tr></tbody></table>",
    "<table><tbody><tr><td><h4>a</h4></td></tr></tbody></table><p>z</p>",
    '<ul><li>avant <span data-math="x">x</span><br>après</li></ul>',
    "<p>un</p><p></p><p>deux</p>",
    "",
]
EQUAL = [
    ("Texte nu", "<p>Texte nu</p>"),
    ("<p><b>a</b> <i>b</i></p>", "<p><strong>a</strong> <em>b</em></p>"),
    ("<ul><li><p>a</p></li></ul>", "<ul><li>a</li></ul>"),
    ("<blockquote>q</blockquote>", "<blockquote><p>q</p></blockquote>"),
    ("<table><tr><td><p>a</p></td></tr></table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
    (
        "<table><tr><th>a</th><td>b</td></tr></table>",
        '<table><tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table>',
    ),
    (
        "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>",
        '<table><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>',
    ),
    ("<p><em><strong>a</strong></em></p>", "<p><strong><em>a</em></strong></p>"),
    ("<p>\n  a\n  b\n</p>\n\n<p>c</p>\n", "<p>a b</p><p>c</p>"),
    ("<ul><li>a</li><ul><li>b</li></ul></ul>", None),
    ("<p>a</p><p></p>", "<p>a</p>"),
]


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


def through(window: Any, html: str) -> str:
    """What the server would store after something else was typed at the end and taken away again."""
    window.fill(html)
    window.page.locator("[role=textbox]").focus()
    window.page.evaluate(
        "() => { const text = document.querySelector('[role=textbox]'); getSelection().selectAllChildren(text.lastElementChild); getSelection().collapseToEnd(); }"
    )
    window.settle()
    window.page.keyboard.press("Control+End")
    window.settle()
    before = window.html
    window.write("§")
    assert "§" in window.html
    assert window.html != before
    window.write("<Backspace>")
    return str(window.html)


def test_what_is_stored_comes_back_the_same(paper: Any) -> None:
    with paper() as window:
        wrong = []
        for html in SAME:
            assert cleaned(html) == html, "the corpus must be canonical"
            got = cleaned(through(window, html))
            if got != html:
                wrong.append(f"{html}\n  became {got}")
        assert not wrong, "\n".join(wrong)
        assert len(SAME) >= 30


def test_other_ways_to_write_the_same_come_back_in_the_one_form(paper: Any) -> None:
    with paper() as window:
        for html, wanted in EQUAL:
            got = cleaned(through(window, html))
            assert got == (wanted if wanted is not None else got)
            assert "b" in got or "q" in got or wanted is not None
            assert cleaned(through(window, got)) == got


def test_opening_a_text_changes_nothing(paper: Any) -> None:
    with paper(query="&html=%3Cp%3E%3Cb%3Ea%3C/b%3E") as window:
        window.page.locator("[role=textbox]").focus()
        window.write("<ArrowRight>", "<ArrowLeft>")
        window.page.locator("#after").focus()
        assert window.html == "<p><b>a</b>"
        assert window.page.evaluate("heard.inputs") == 0


def test_a_comment_has_no_headings_tables_and_pictures_but_keeps_their_words(paper: Any) -> None:
    with paper(query="&kind=comment") as window:
        through(
            window, f'<h3>T</h3><table><tr><td>a</td></tr></table><p>b<img src="resource:{ID}" alt="x"></p>'
        )
        assert window.html == "<p>T</p><p>a</p><p>b</p>"
        assert (
            window.page.locator("[data-command=picture], [data-command=table], [data-command=style]").count()
            == 0
        )
