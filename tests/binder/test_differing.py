"""Differences: nothing is lost in them, they are well formed, and they never take long."""

from __future__ import annotations

import random
import re
import sys
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.blocks import load_block
from binder.content.differing import Change, Marks, blocks_difference, difference

WORDS = "l’eau monte vers le ciel puis elle retombe en pluie &amp; neige 3 &lt; 5".split(" ")


class Reader(HTMLParser):
    """The text outside of one kind of element; notes whether all elements are closed in order."""

    def __init__(self, without: str) -> None:
        super().__init__()
        self.without, self.text = without, ""
        self.open: list[str] = []
        self.sound = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.sound = False

    def handle_data(self, data: str) -> None:
        if self.without not in self.open:
            self.text += data


def text(html: str, without: str = "") -> str:
    """The text, but for spaces, outside of the elements called `without`."""
    reader = Reader(without)
    reader.feed(str(html))
    reader.close()
    assert reader.sound, f"not well formed: {html}"
    assert not reader.open, f"not closed: {html}"
    return re.sub(r"\s+", "", reader.text)


def cleaned(html: str) -> str:
    return str(load_block({"id": "a", "type": "text", "html": html})["html"])


lines = st.recursive(
    st.sampled_from([*WORDS, " ", ", ", "<br>", "."]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(" ".join),
        st.tuples(st.sampled_from(["strong", "em", "u", "sub", "code"]), inner).map(
            lambda it: f"<{it[0]}>{it[1]}</{it[0]}>"
        ),
        inner.map(lambda it: f'<a href="https://example.org/">{it}</a>'),
    ),
    max_leaves=12,
)
items = st.lists(lines.map("<li>{}</li>".format), min_size=1, max_size=4).map("".join)
rows = st.lists(
    st.tuples(lines, lines).map(lambda it: f"<tr><td>{it[0]}</td><td>{it[1]}</td></tr>"), max_size=3
)
parts = st.one_of(
    lines.map("<p>{}</p>".format),
    lines.map("<h3>{}</h3>".format),
    items.map("<ul>{}</ul>".format),
    st.tuples(items, items).map(lambda it: f"<ol><li>x<ul>{it[0]}</ul></li>{it[1]}</ol>"),
    rows.map(lambda it: f"<table><tbody>{''.join(it)}</tbody></table>"),
    lines.map("<blockquote><p>{}</p></blockquote>".format),
    st.just("<hr>"),
    lines,
)
texts = st.lists(parts, max_size=5).map(lambda it: cleaned("".join(it)))


@given(texts, texts)
def test_nothing_is_lost_between_any_two_texts(old: str, new: str) -> None:
    html = difference(old, new)
    assert text(html, without="del") == text(new)
    assert text(html, without="ins") == text(old)


@given(st.lists(parts, min_size=2, max_size=6), st.data())
def test_nothing_is_lost_when_parts_are_changed_moved_and_taken_out(
    pieces: list[str], data: st.DataObject
) -> None:
    others = data.draw(st.permutations(pieces))[: data.draw(st.integers(1, len(pieces)))]
    old, new = cleaned("".join(pieces)), cleaned("".join([*others, data.draw(parts)]))
    html = difference(old, new)
    assert text(html, without="del") == text(new)
    assert text(html, without="ins") == text(old)


@given(texts)
def test_a_text_does_not_differ_from_itself(html: str) -> None:
    same = difference(html, html)
    assert "<ins>" not in same
    assert "<del>" not in same
    assert text(same) == text(html)


@given(st.text(alphabet="<>/&;abp \"'=!-", max_size=60), st.text(alphabet="<>/&;abp \"'=!-", max_size=60))
def test_whatever_comes_in_what_comes_out_is_well_formed(old: str, new: str) -> None:
    text(difference(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "<p>L’eau monte.</p>",
            "<p>L’eau chaude monte.</p>",
            "<p>L’eau <ins>chaude </ins>monte.</p>",
        ),
        (
            "<p>L’eau chaude monte.</p>",
            "<p>L’eau froide monte.</p>",
            "<p>L’eau <del>chaude</del><ins>froide</ins> monte.</p>",
        ),
        (
            "<p>Un mot.</p>",
            "<p>Un <strong>mot</strong>.</p>",
            "<p>Un <del>mot</del><ins><strong>mot</strong></ins>.</p>",
        ),
        ("<p>a b c</p><p>d e f</p>", "<p>d e f</p>", "<p><del>a b c</del></p><p>d e f</p>"),
        (
            "<ul><li>un</li><li>deux</li></ul>",
            "<ul><li>un</li><li>trois</li><li>deux</li></ul>",
            "<ul><li>un</li><li><ins>trois</ins></li><li>deux</li></ul>",
        ),
        (
            "<table><tr><td>1</td></tr></table>",
            "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>",
            "<table><tr><td>1</td></tr><tr><td><ins>2</ins></td></tr></table>",
        ),
        (
            '<p>Soit <span data-math="x">x</span>.</p>',
            '<p>Soit <span data-math="y">y</span>.</p>',
            '<p>Soit <del><span data-math="x">x</span></del><ins><span data-math="y">y</span></ins>.</p>',
        ),
        (
            "<p>un deux trois</p>",
            "<p>rien de tel</p>",
            "<p><del>un deux trois</del></p><p><ins>rien de tel</ins></p>",
        ),
        ('<p id="a">x</p>', '<p id="a">x y</p>', "<p>x<ins> y</ins></p>"),
    ],
    ids=lambda value: None,
)
def test_what_a_difference_looks_like(old: str, new: str, expected: str) -> None:
    assert difference(old, new) == expected


def test_it_is_said_in_words_too_and_once_a_run() -> None:
    html = difference("<p>un deux trois</p>", "<p>un quatre cinq trois</p>", Marks("ajouté :", "retiré <"))
    assert html.count("ajouté :") == 1
    assert '<del><span class="visually-hidden">retiré &lt; </span>deux</del>' in html


def _lesson(count: int, seed: int) -> list[str]:
    dice = random.Random(seed)  # noqa: S311 - the same text each time
    common = [f"mot{number}" for number in range(40)]
    rare = [f"terme{number}" for number in range(4000)]
    return [dice.choice(common if dice.random() < 0.6 else rare) for _ in range(count)]


def _in_time(old: str, new: str, seconds: float = 4.0) -> None:
    begun = time.process_time()
    html = difference(old, new)
    took = time.process_time() - begun
    assert text(html, without="del") == text(new)
    assert text(html, without="ins") == text(old)
    assert took < (10 * seconds if sys.gettrace() else seconds), f"{took:.1f} s"  # coverage makes it slower


def test_half_a_megabyte_takes_seconds_however_it_was_changed() -> None:
    words = _lesson(70_000, 1)
    paragraphs = [" ".join(words[at : at + 100]) for at in range(0, len(words), 100)]
    old = "".join(f"<p>{it}</p>" for it in paragraphs)
    changed = [
        it.replace("mot7 ", "changé ") if number % 3 == 0 else it for number, it in enumerate(paragraphs)
    ]
    _in_time(old, "".join(f"<p>{it}</p>" for it in changed))
    _in_time(f"<p>{' '.join(words)}</p>", f"<p>{' '.join(_lesson(70_000, 2))}</p>")


def test_a_long_text_in_another_order_takes_no_longer() -> None:
    words = _lesson(7_000, 1)
    paragraphs = [" ".join(words[at : at + 100]) for at in range(0, len(words), 100)]
    old = "".join(f"<p>{it}</p>" for it in paragraphs)
    _in_time(old, "".join(f"<p>{it}</p>" for it in reversed(paragraphs)))
    _in_time(old, "".join(f"<p>{' '.join(reversed(it.split()))}</p>" for it in paragraphs))
    _in_time(old, f"<p>{' '.join(words)}</p>")


def test_texts_made_to_be_slow_are_not() -> None:
    few = " ".join(f"a{number % 60} b{number % 59}" for number in range(1500))
    many = " ".join(f"b{number % 58} a{number % 61}" for number in range(1500))
    _in_time(f"<p>{few}</p>", f"<p>{many}</p>")
    items = "".join(f"<li>{number % 97}</li>" for number in range(9000))
    others = "".join(f"<li>{number % 89}</li>" for number in range(9000))
    _in_time(f"<ul>{items}</ul>", f"<ul>{others}</ul>")
    _in_time(
        "<blockquote>" * 90 + "x" + "</blockquote>" * 90, "<blockquote>" * 90 + "y" + "</blockquote>" * 90
    )


# ---- blocks ----


def block(id: str, words: str = "x") -> dict[str, str]:
    return {"id": id, "type": "text", "html": words}


def changes(old: str, new: str) -> list[tuple[str, str]]:
    """Each letter is a block; a capital letter is the same block, changed."""
    before = [block(letter.lower(), letter) for letter in old]
    after = [block(letter.lower(), letter) for letter in new]
    return [(str(change.change), change.id) for change in blocks_difference(before, after)]


def test_what_became_of_each_block() -> None:
    assert changes("abc", "abc") == [("kept", "a"), ("kept", "b"), ("kept", "c")]
    assert changes("abc", "aBc") == [("kept", "a"), ("changed", "b"), ("kept", "c")]
    assert changes("abc", "ac") == [("kept", "a"), ("removed", "b"), ("kept", "c")]
    assert changes("abc", "bc") == [("removed", "a"), ("kept", "b"), ("kept", "c")]
    assert changes("ac", "abc") == [("kept", "a"), ("added", "b"), ("kept", "c")]
    assert changes("abcd", "bcda") == [("kept", "b"), ("kept", "c"), ("kept", "d"), ("moved", "a")]
    assert changes("abcd", "dAbc") == [("moved", "d"), ("changed", "a"), ("kept", "b"), ("kept", "c")]
    assert changes("", "") == []


@given(st.permutations("abcdefgh"), st.integers(0, 8), st.permutations("abcdefghij"), st.integers(0, 10))
def test_every_block_is_told_once(old: list[str], before: int, new: list[str], after: int) -> None:
    old, new = old[:before], new[:after]
    told = blocks_difference([block(it) for it in old], [block(it) for it in new])
    assert [it.id for it in told if it.new] == new
    assert {it.id for it in told if it.change is Change.REMOVED} == set(old) - set(new)
    assert {it.id for it in told if it.change is Change.ADDED} == set(new) - set(old)
    assert len(told) == len(set(old) | set(new))
    if not any(it.change is Change.MOVED for it in told):
        assert [it for it in old if it in new] == [it for it in new if it in old]
