"""Text as people type it, and the HTML that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.blocks import load_block
from lti.views.typed import MARKUP, as_html, as_typed


def stored(html: str) -> str:
    return str(load_block({"type": "text", "html": html})["html"])


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("# Titre\n\nTexte", "<h3>Titre</h3><p>Texte</p>"),
        ("## Sous-titre\n### Plus bas", "<h4>Sous-titre</h4><h5>Plus bas</h5>"),
        ("Matériel :\n- règle\n- compas", "<p>Matériel :</p><ul><li>règle</li><li>compas</li></ul>"),
        ("1. Un\n2. Deux", "<ol><li>Un</li><li>Deux</li></ol>"),
        ("3. Trois\n4. Quatre", '<ol start="3"><li>Trois</li><li>Quatre</li></ol>'),
        ("1. Un\n3. Trois", "<p>1. Un<br>3. Trois</p>"),
        (
            "un *mot* et **deux *mots* forts**",
            "<p>un <em>mot</em> et <strong>deux <em>mots</em> forts</strong></p>",
        ),
        ("2*3*4 = 24 et 2 * 3 * 4", "<p>2*3*4 = 24 et 2 * 3 * 4</p>"),
        ("l'*eau*, *l’air*.", "<p>l'<em>eau</em>, <em>l’air</em>.</p>"),
        ("-5 < 3 & #1", "<p>-5 &lt; 3 &amp; #1</p>"),
        ("*\n\n-\n\n1.\n\n#", "<p>*</p><p>-</p><p>1.</p><p>#</p>"),
    ],
)
def test_lists_headings_and_emphasis(typed: str, html: str) -> None:
    assert as_html(typed) == html
    assert stored(html) == html
    assert as_html(as_typed(html)) == html
    assert not MARKUP.search(as_typed(html))


def test_one_line_has_emphasis_and_no_lists() -> None:
    assert as_html("- *un* & **deux**", inline=True) == "- <em>un</em> &amp; <strong>deux</strong>"
    assert as_typed("- <em>un</em> &amp; <strong>deux</strong>") == "- *un* & **deux**"


@pytest.mark.parametrize(
    ("html", "typed"),
    [
        ("<ul><li><p>un</p></li><li><p>deux</p></li></ul>", "- un\n- deux"),
        ("<p>a&nbsp;: b</p>\n<p></p><p>c</p>", "a\u00a0: b\n\nc"),
        ('<ol start="7"><li>a</li></ol>', "7. a"),
        ("<h4>a</h4><p>b<br>c</p>", "## a\n\nb\nc"),
    ],
)
def test_what_an_editor_wrote_is_shown_as_words(html: str, typed: str) -> None:
    assert as_typed(html) == typed


@pytest.mark.parametrize(
    "html",
    [
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
        '<p><span data-math="x">x</span></p>',
        '<p><a href="https://ok.test" rel="noopener noreferrer nofollow">a</a></p>',
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
        "<p>- a</p>",
        "<p>*a*</p>",
        "<p># a</p>",
        "<p>1. a</p>",
        "<p><strong><em>a</em></strong></p>",
        "<p><em>a<br>b</em></p>",
        "<p>a</p><blockquote>b</blockquote>",
        "<p>&lt;b&gt;</p>",
        "<p>a\nb</p>",
        "<p>a</p>b",
        "<p>a</p>b<p>c</p>",
    ],
)
def test_what_has_no_plain_form_is_shown_as_html(html: str) -> None:
    assert as_typed(html) == html
    assert as_html(as_typed(html)) == html


PIECES = [
    "*",
    "**",
    "- ",
    "1. ",
    "2. ",
    "# ",
    "\n",
    "\n\n",
    " ",
    "a",
    "é!",
    "<",
    "&",
    "<b>",
    "_",
    "\u00a0",
    ".",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_is_lost_between_words_and_html(typed: str) -> None:
    """Whatever was typed, saved, shown in the form and saved again gives the same text."""
    html = stored(as_html(typed))
    assert stored(as_html(as_typed(html))).replace("<p></p>", "") == html.replace(
        "<p></p>", ""
    ) or not html.startswith("<")
    if not MARKUP.search(typed):
        letters = [piece for piece in typed if piece in "aé!_."]
        assert [piece for piece in as_html(typed) if piece in "é!_"] == [
            one for one in letters if one in "é!_"
        ]
