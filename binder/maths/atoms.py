"""Single signs as parts of a formula, and what stands at their corners."""

from __future__ import annotations

import unicodedata
from xml.etree.ElementTree import Element

from binder.maths.markup import Atom, element, operator, upright
from binder.maths.symbols import BIG, BINARY, LETTERS, RELATIONS, in_font

__all__ = ["SIGNS", "letter", "sign", "with_scripts"]

SIGNS = {"+": "bin", "-": "bin", "*": "bin", "=": "rel", "<": "rel", ">": "rel", ":": "rel", ";": "punct"} | {
    ",": "punct",
    "(": "open",
    ")": "close",
    "[": "bracket",
    "]": "bracket",
    "|": "bar",
    "/": "slash",
    "!": "close",
    "?": "close",
    ".": "ord",
    "%": "ord",
    "$": "ord",
    '"': "ord",
    "@": "ord",
    "`": "ord",
}
"""Character of a keyboard → what it does in a formula."""


def sign(text: str) -> Atom:
    """A sign that is not ASCII, as a keyboard or another program has it."""
    if text in "²³":
        return Atom("ord", element("msup", element("mrow"), element("mn", text={"²": "2", "³": "3"}[text])))
    for table, kind in ((RELATIONS, "rel"), (BINARY, "bin"), (BIG, "big")):
        if text in table.values():
            return Atom(kind, operator(text))
    if text in "−":
        return Atom("bin", operator(text))
    if text in LETTERS.values() or unicodedata.category(text)[0] not in "SP":
        return letter(text, None)
    return Atom("ord", element("mtext", text=text))


def letter(text: str, font: str | None, *, prefix: bool = False) -> Atom:
    """A letter or sign that stands for itself; a quantifier stands before what it speaks of."""
    if prefix:
        return Atom("open", operator(text, form="prefix", lspace="0", rspace="0"))
    if unicodedata.category(text) == "Ll" and font is None:
        return Atom("ord", element("mi", text=text))
    if unicodedata.category(text)[0] == "L" and font:
        return Atom("ord", element("mi", text=in_font(text, font)))
    if text in "%€$#_&£¥§©†‡":
        return Atom("ord", element("mtext", text=text))
    return Atom("ord", upright(text))


def with_scripts(base: Atom, below: Element | None, above: Element | None) -> Atom:
    """An atom with its index and exponent, beside it or below and above."""
    if below is None and above is None:
        return base
    if below is None and above is not None and above.text in ("∘", "°"):
        degree = element("mrow", base.node, upright("°"))
        return Atom("ord", degree)
    tags = ("munder", "mover", "munderover") if base.limits else ("msub", "msup", "msubsup")
    if above is None and below is not None:
        made = element(tags[0], base.node, below)
    elif below is None and above is not None:
        made = element(tags[1], base.node, above)
    else:
        made = element(tags[2], base.node, *(part for part in (below, above) if part is not None))
    kind = base.kind
    if kind in ("bar", "bracket"):
        base.node.set("stretchy", "false")
        kind = "close"
    return Atom(kind, made, limits=False)
