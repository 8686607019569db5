"""Formulas: 200 of school read as they should, and nothing that is written makes anything but a formula."""

from __future__ import annotations

import random
import re
import sys
import time
import unicodedata
from collections import Counter
from contextlib import suppress
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from binder.maths import MAX_LATEX, MathsError, mathml
from binder.maths.markup import ATTRIBUTES, element, written
from tests.binder.payloads import PAYLOADS
from tests.browser import chromium

STYLES = Path(__file__).parents[3] / "lti" / "static" / "lti.css"
APPLY = "\u2061"


class Formula(NamedTuple):
    """A line of the corpus; `reading` holds the signs that are heard, in order, or nothing."""

    level: str
    what: str
    latex: str
    reading: str = ""


CORPUS = [
    Formula(*line.split(" ¦ "))
    for line in (Path(__file__).parent / "corpus.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
READ = [formula for formula in CORPUS if formula.reading]


class Gate(HTMLParser):
    """Tags and attributes of a text, and whether its elements are closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[str, str]] = set()
        self.open: list[str] = []
        self.others: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.found.add((tag, ""))
        self.found |= {(tag, name) for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def is_a_formula(html: str) -> None:
    gate = Gate(html)
    allowed = {(tag, name) for tag, names in ATTRIBUTES.items() for name in [*names, ""]}
    assert gate.found <= allowed
    assert not gate.open
    assert not gate.others
    assert html.startswith('<math display="')


def heard(html: str) -> str:
    return re.sub(r"\s", "", unescape(re.sub(r"<[^>]*>", "", html))).replace(APPLY, "")


def in_order(reading: str, text: str) -> str:
    """The first sign of the reading that is not where it should be."""
    at = 0
    for sign in reading.split():
        at = text.find(sign, at)
        if at < 0:
            return sign
        at += len(sign)
    return ""


def test_the_corpus_is_large_and_of_every_year() -> None:
    assert len({formula.latex for formula in CORPUS}) == len(CORPUS) >= 200
    levels = Counter(formula.level for formula in CORPUS)
    assert all(levels[level] >= 10 for level in ("6e", "5e", "4e", "3e", "2de", "1re", "Tle"))
    assert len(READ) >= 150


@pytest.mark.parametrize("formula", CORPUS, ids=[f"{one.level} {one.what}" for one in CORPUS])
def test_a_formula_of_school_is_converted(formula: Formula) -> None:
    for display in (False, True):
        html = mathml(formula.latex, display=display)
        is_a_formula(html)
        assert in_order(formula.reading, heard(html)) == ""
        assert "\\" not in re.sub(r'alttext="[^"]*"', "", html)
    assert f'alttext="{formula.latex}"'.replace("&", "&amp;").replace("<", "&lt;").replace(
        ">", "&gt;"
    ).replace("'", "&#39;") in mathml(formula.latex)


@pytest.mark.parametrize(
    ("latex", "inner"),
    [
        ("3,5", "<mn>3,5</mn>"),
        ("x^12", "<msup><mi>x</mi><mn>1</mn></msup><mn>2</mn>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\mathrm{km}", "<mi>km</mi>"),
        (r"\mathrm{d}x", '<mi mathvariant="normal">d</mi><mi>x</mi>'),
        (r"\mathbb R", "<mi>ℝ</mi>"),
        (
            r"\mathcal{C}\mathfrak{C}\mathbf{0}\mathbf{u}\boldsymbol{\alpha}",
            "<mi>𝒞</mi><mi>ℭ</mi><mn>𝟎</mn><mi>𝐮</mi><mi>𝜶</mi>",
        ),
        ("f'", "<msup><mi>f</mi><mo>′</mo></msup>"),
        ("f'^2", "<msup><mi>f</mi><mrow><mo>′</mo><mn>2</mn></mrow></msup>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\not\in", "<mo>∉</mo>"),
        (r"\text{a $x$ é}", "<mrow><mtext>a\u00a0</mtext><mi>x</mi><mtext>\u00a0é</mtext></mrow>"),
        ("cm²", "<mi>c</mi><mi>m</mi><msup><mrow></mrow><mn>2</mn></msup>"),
        ("$x$", "<mi>x</mi>"),
        (r"\[ x \]", "<mi>x</mi>"),
        (r"a \displaystyle b", '<mi>a</mi><mstyle displaystyle="true" scriptlevel="0"><mi>b</mi></mstyle>'),
        (r"{\rm ab}c", "<mrow><mrow></mrow><mi>ab</mi></mrow><mi>c</mi>"),
        (r"\mathit{x}", "<mi>x</mi>"),
        (r"\mathbb{é}", "<mi>é</mi>"),
        ("5 ≤ π", "<mn>5</mn><mo>≤</mo><mi>π</mi>"),
        ("3 − 2", "<mn>3</mn><mo>−</mo><mn>2</mn>"),
        ("5 £ ↯", "<mn>5</mn><mtext>£</mtext><mtext>↯</mtext>"),
        (r"\big| x", '<mo stretchy="true" minsize="1.2em" maxsize="1.2em">|</mo><mi>x</mi>'),
        (r"\xrightarrow[a]{b}", '<munderover><mo stretchy="true">→</mo><mi>a</mi><mi>b</mi></munderover>'),
        (
            r"a \bmod b",
            '<mi>a</mi><mrow><mspace width="1em"></mspace><mi>mod</mi><mspace width="0.333em"></mspace><mi>b</mi></mrow>',
        ),
        (r"\phantom{x}", "<mphantom><mi>x</mi></mphantom>"),
        (
            r"\lim\nolimits_x",
            '<msub><mo movablelimits="true" lspace="0" rspace="0">lim</mo><mi>x</mi></msub>',
        ),
        (
            r"\abs{x}",
            '<mrow><mo form="prefix" fence="true" stretchy="true">|</mo><mi>x</mi>'
            '<mo form="postfix" fence="true" stretchy="true">|</mo></mrow>',
        ),
        (
            r"\left( a \middle| b \right)",
            '<mrow><mo form="prefix" fence="true" stretchy="true">(</mo><mi>a</mi>'
            '<mo stretchy="true" fence="true" lspace="0.278em" rspace="0.278em">|</mo><mi>b</mi>'
            '<mo form="postfix" fence="true" stretchy="true">)</mo></mrow>',
        ),
        (
            r"\begin{eqnarray} a & = & b \end{eqnarray}",
            '<mtable><mtr><mtd class="m-right"><mi>a</mi></mtd><mtd><mo>=</mo></mtd>'
            '<mtd class="m-left"><mi>b</mi></mtd></mtr></mtable>',
        ),
        (
            r"\begin{smallmatrix} a \end{smallmatrix}",
            '<mstyle displaystyle="false" scriptlevel="1"><mtable><mtr><mtd><mi>a</mi></mtd></mtr></mtable></mstyle>',
        ),
    ],
)
def test_how_latex_is_read(latex: str, inner: str) -> None:
    assert re.fullmatch(f"<math [^>]*><mrow>{re.escape(inner)}</mrow></math>", mathml(latex))


@pytest.mark.parametrize(
    ("latex", "opening"),
    [
        ("]a ; b[", 1),
        ("[a ; b[", 1),
        ("]a ; b]", 1),
        (r"x \in ]-\infty ; 2] \cup ]3 ; 4[", 2),
        ("|x| + |y|", 2),
    ],
)
def test_brackets_open_and_close_as_french_writes_intervals(latex: str, opening: int) -> None:
    html = mathml(latex)
    assert html.count('form="prefix" lspace="0" rspace="0" stretchy') == opening
    assert html.count('form="postfix" lspace="0" rspace="0" stretchy') == opening


def test_a_sign_before_a_number_is_no_operator() -> None:
    tight = '<mo form="prefix" lspace="0" rspace="0">−</mo>'
    assert mathml("(-5) - 3").count(tight) == 1
    assert mathml("-x = -2 \\times -3").count(tight) == 3


@pytest.mark.parametrize(
    ("latex", "message", "position"),
    [
        (r"x + \foo", r"unknown command \foo", 4),
        (r"\begin{foo}x\end{foo}", r"unknown command \begin{foo}", 0),
        (r"\def\a{\a\a}\a", r"unknown command \def", 0),
        (r"\newcommand{\a}{x}", r"unknown command \newcommand", 0),
        (r"\href{javascript:xs()}{x}", r"unknown command \href", 0),
        (r"\text{\textcolor{red}{x}}", r"unknown command \textcolor", 6),
        (r"\frac{1}", r"something is missing after \frac", 0),
        ("x^", "something is missing after ^", 1),
        ("x^2^3", "^ stands in a wrong place", 3),
        ("{x", "{ is not closed", 2),
        ("x}", "} closes nothing", 1),
        (r"\left( x", r"\left is not closed", 8),
        (r"x \right)", r"\right stands in a wrong place", 2),
        (r"\left", r"a bracket is missing after \left", 0),
        (r"\sqrt[3", "[ is not closed", 7),
        (r"\begin{cases} x", r"\begin is not closed", 15),
        (r"\begin{pmatrix}a\end{cases}", r"\begin{pmatrix} is not closed", 21),
        (r"\begin{array}{zz}a\end{array}", "the columns of an array are written with l, c, r and |", 14),
        ("a & b", "& stands in a wrong place", 2),
        (r"a \\ b", r"\\ stands in a wrong place", 2),
        (r"\substack a", r"something is missing after \substack", 0),
        (r"\text a", r"something is missing after \text", 0),
        (r"\operatorname{}", r"something is missing after \operatorname", 14),
        (r"\not{ab}", r"something is missing after \not", 0),
        ("\\", "something is missing after \\", 0),
        ("x\x07", "a character that no formula has: U+0007", 1),
        ("\\text{\x07}", "a character that no formula has: U+0007", 6),
        ("{" * 50, "nested deeper than 40 levels", 40),
        (r"\sqrt" * 50, "nested deeper than 40 levels", 200),
        ("x" * (MAX_LATEX + 1), f"a formula has {MAX_LATEX} characters at the most", MAX_LATEX),
        ("", "write a formula", 0),
        (" $ $ ", "write a formula", 0),
    ],
)
def test_what_is_wrong_is_said_and_where(latex: str, message: str, position: int) -> None:
    with pytest.raises(MathsError) as wrong:
        mathml(latex)
    assert (wrong.value.detail, wrong.value.position) == (message, position)
    assert wrong.value.messages == {"latex": [message]}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize(
    "pattern", ["%s", r"\text{%s}", r"\mathrm{%s}", r"\begin{array}{%s}x\end{array}", r"\operatorname{%s}"]
)
def test_markup_in_latex_is_no_markup(payload: str, pattern: str) -> None:
    try:
        html = mathml((pattern % payload)[:MAX_LATEX])
    except MathsError:
        return
    is_a_formula(html)


PIECES = sorted(set(re.findall(r"\\[A-Za-z]+|\\.|[^\\\s]", "".join(formula.latex for formula in CORPUS))))
BOMBS = [
    "{" * 2000,
    "^" * 2000,
    "[" * 2000,
    "|" * 2000,
    "'" * 2000,
    r"\left(" * 333,
    r"\frac" * 400,
    "1" * 2000,
] + [
    "12 345 " * 285,
    r"\begin{array}{" + "|c" * 30 + "}" + "&" * 1900,
    r"\begin{array}{" + "|c" * 29 + "}" + "a&b\\\\" * 300 + r"\end{array}",
    r"\text{" * 333,
    r"\mathrm{" * 250,
    r"\sqrt{" * 39 + "x" + "}" * 39 + "[a" * 800,
    "x_1^2" * 400,
    r"\not" * 500,
    r"\substack{" + r"a\\" * 600 + "}",
    "$" * 2000,
    r"\text{" + "$x$" * 660 + "}",
]


@given(st.lists(st.sampled_from([*PIECES, *" \t\n<>&\"'\x00\u202e\ud800éß²∈", "\\"]), max_size=80))
def test_whatever_is_written_is_a_formula_or_refused(pieces: list[str]) -> None:
    try:
        html = mathml("".join(pieces))
    except MathsError as wrong:
        assert wrong.detail  # noqa: PT017 - either way is right
        return
    is_a_formula(html)


@pytest.mark.parametrize(
    "node",
    [
        element("script", text="xs()"),
        element("mi", onclick="xs()"),
        element("mi", href="javascript:xs()"),
        element("mo", form='"><img src=q onerror=xs()>'),
        element("mrow", element("img", src="q")),
    ],
)
def test_nothing_else_passes_the_gate(node: Element) -> None:
    """Whatever the parser should make by mistake."""
    with pytest.raises(ValueError, match="of ours"):
        written(node)


LIMIT = 0.05 if sys.gettrace() is None else 0.5
"""Seconds; somebody who counts lines, as coverage does, has more time."""


def seconds(latex: str) -> float:
    """Of the processor, the best of five: what others do meanwhile is not its fault."""
    took = []
    for _ in range(5):
        began = time.process_time()
        with suppress(MathsError):
            mathml(latex[:MAX_LATEX])
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("latex", BOMBS, ids=[bomb[:12] for bomb in BOMBS])
def test_no_formula_takes_long(latex: str) -> None:
    assert seconds(latex) < LIMIT


@pytest.mark.parametrize("seed", range(40))
def test_no_mixture_takes_long(seed: int) -> None:
    chosen = random.Random(seed)
    unit = "".join(chosen.choices(PIECES, k=chosen.randrange(1, 40)))
    assert seconds(unit * (MAX_LATEX // len(unit))) < LIMIT


@pytest.fixture(scope="module")
def sheet() -> list[dict[str, float | str]]:
    """What a browser makes of all formulas, and of the same LaTeX as text."""
    cells = "".join(
        f"<div class=cell><span class=math>{mathml(formula.latex, display=True)}</span></div>"
        for formula in CORPUS
    )
    with chromium(bare=True) as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_content(f"<!doctype html><html lang=fr><style>{STYLES.read_text('utf-8')}</style>{cells}")
        found: list[dict[str, float | str]] = page.evaluate(MEASURE)
        names = accessible(page)
    for cell, name in zip(found, names, strict=True):
        cell["heard"] = name
    return found


MEASURE = """() => [...document.querySelectorAll('math')].map(math => {
    const box = math.getBoundingClientRect(), row = math.firstElementChild.getBoundingClientRect();
    const size = parseFloat(getComputedStyle(math).fontSize);
    const leaves = [...math.querySelectorAll('mi, mn, mo, mtext')].filter(it => it.textContent.trim() && it.textContent !== '\\u2061');
    const flat = leaves.filter(it => it.localName !== 'mo').map(it => it.getBoundingClientRect());
    let overlaps = 0;
    flat.forEach((a, i) => flat.slice(i + 1).forEach(b => {
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (width > 0.35 * Math.min(a.width, b.width) && height > 0.6 * Math.min(a.height, b.height)) overlaps += 1;
    }));
    return {width: row.width / size, height: row.height / size, leaves: leaves.length, overlaps,
            empty: leaves.filter(it => it.getBoundingClientRect().height === 0).length, tall: box.height / size};
})"""


def accessible(page: Page) -> list[str]:
    """The texts that assistive technology meets in each formula, in order."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def words(node: dict[str, object]) -> str:
        role, name = (dict(node.get(part) or {}).get("value", "") for part in ("role", "name"))  # type: ignore[call-overload]
        if role == "StaticText":
            return str(name)
        children = node.get("childIds") or []
        return "".join(words(by_id[child]) for child in children if child in by_id)  # type: ignore[union-attr, attr-defined]

    return [words(node) for node in nodes if (node.get("role") or {}).get("value") == "MathMLMath"]


@pytest.mark.browser
def test_every_formula_is_laid_out_by_a_browser(sheet: list[dict[str, float | str]]) -> None:
    odd = []
    for formula, cell in zip(CORPUS, sheet, strict=True):
        leaves = float(cell["leaves"])
        sane = 0.3 < float(cell["width"]) < 1.5 * leaves + 12 and 0.4 < float(cell["height"]) < 9
        if not sane or cell["overlaps"] or cell["empty"]:
            odd.append((formula.latex, cell))
    assert not odd


@pytest.mark.browser
def test_every_formula_is_heard_as_it_should(sheet: list[dict[str, float | str]]) -> None:
    """By the browser's accessibility tree, which is what screen readers get."""
    wrong = []
    for formula, cell in zip(CORPUS, sheet, strict=True):
        said = unicodedata.normalize("NFKC", re.sub(rf"[\s{APPLY}\u0302]", "", str(cell["heard"])))
        missed = in_order(unicodedata.normalize("NFKC", formula.reading), said)
        if missed:
            wrong.append((formula.latex, said, missed))
    assert not wrong
