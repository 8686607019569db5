"""MathML Core: its elements, rows with the right spaces, and the gate through which all of it leaves."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markupsafe import Markup, escape

__all__ = ["Atom", "element", "fence", "function", "one", "operator", "row", "upright", "written"]

ATTRIBUTES = {
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {"form", "stretchy", "fence", "lspace", "rspace", "minsize", "maxsize", "movablelimits"},
    "mtext": {"class"},
    "mrow": {"class"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"displaystyle", "class"},
    "mtd": {"class"},
} | {name: set() for name in "mn msqrt mroot msub msup msubsup munderover mtr mphantom".split()}
VALUE = re.compile(r"[a-z0-9 .-]{1,60}")
UNARY = frozenset("+-−±∓")
APPLY = "\u2061"


@dataclass
class Atom:
    """A part of a row. `kind` is TeX's: ord, fun, big, bin, rel, open, close, punct; or bar and bracket, whose side is
    not yet known."""

    kind: str
    node: Element
    limits: bool = False
    """Whether exponent and index stand above and below."""


def element(tag: str, *children: Element, text: str = "", **attributes: str) -> Element:
    """An element; a trailing underscore of an attribute's name is dropped."""
    made = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    made.text = text
    made.extend(children)
    return made


def operator(text: str, **attributes: str) -> Element:
    """A `mo`."""
    return element("mo", text=text, **attributes)


def fence(text: str, *, opens: bool, **attributes: str) -> Element:
    """A bracket that grows with what it holds."""
    form = "prefix" if opens else "postfix"
    made = operator(text, form=form, fence="true", stretchy="true", **attributes)
    if text in "[]":  # the dictionary knows them the other way round only
        _tight(made, form)
    return made


def one(nodes: list[Element], *, group: bool = False) -> Element:
    """A single element for several.

    :param group: a sign alone is wrapped, too: in braces it is no operator.
    """
    return nodes[0] if len(nodes) == 1 and not (group and nodes[0].tag == "mo") else element("mrow", *nodes)


def upright(text: str) -> Element:
    """A word or a letter in upright type."""
    return element("mi", text=text) if len(text) > 1 else element("mi", text=text, mathvariant="normal")


def function(name: str, *, limits: bool) -> Atom:
    """The name of a function."""
    if limits:
        return Atom("fun", operator(name, movablelimits="true", lspace="0", rspace="0"), limits=True)
    return Atom("fun", upright(name))


def _sided(atom: Atom, before: str, opened: Counter[str]) -> str:
    """Which side a bracket is on: `]a ; b[` opens with what closes elsewhere, `|` is both."""
    sign = (atom.node.text or "") if atom.kind == "bar" else "["
    first = before in ("start", "bin", "rel", "open", "punct", "big")
    opens = first or not opened[sign]
    opened[sign] += 1 if opens else -1
    _tight(atom.node, "prefix" if opens else "postfix")
    atom.node.set("stretchy", "false")
    return "open" if opens else "close"


def _tight(node: Element, form: str) -> None:
    node.set("form", form)
    node.set("lspace", "0")
    node.set("rspace", "0")


def row(atoms: list[Atom]) -> list[Element]:
    """The elements of a row: signs that stand before a number are told from operators, functions get their spaces."""
    made: list[Element] = []
    before = "start"
    opened: Counter[str] = Counter()
    for number, atom in enumerate(atoms):
        kind = atom.kind
        if kind in ("bar", "bracket"):
            kind = _sided(atom, before, opened)
        if kind == "bin" and before in ("start", "bin", "rel", "open", "punct", "fun", "big"):
            if (atom.node.text or "") in UNARY:
                _tight(atom.node, "prefix")
            kind = "ord"
        elif kind == "bin" and number == len(atoms) - 1 and atom.node.tag == "mo":
            _tight(atom.node, "postfix")
        if kind == "fun" and before in ("ord", "close", "fun"):
            made.append(element("mspace", width="0.167em"))
        made.append(atom.node)
        if (
            kind == "fun"
            and number + 1 < len(atoms)
            and atoms[number + 1].kind not in ("rel", "close", "punct")
        ):
            space = "0" if atoms[number + 1].kind in ("open", "bar") else "0.167em"
            made.append(operator(APPLY, lspace="0", rspace=space))
        before = kind
    return made


def written(node: Element) -> Markup:
    """MathML as text. Whatever LaTeX made it: no other element, attribute or value passes than those listed here."""
    pieces: list[str] = []
    _write(node, pieces)
    return Markup("".join(pieces))  # noqa: S704 - each piece is checked or escaped below


def _write(node: Element, pieces: list[str]) -> None:
    tag = node.tag
    allowed = ATTRIBUTES.get(tag)
    if allowed is None or not node.attrib.keys() <= allowed:
        raise ValueError(f"not MathML of ours: {tag}")
    pieces.append(f"<{tag}")
    for name, value in node.attrib.items():
        if name != "alttext" and not VALUE.fullmatch(value):
            raise ValueError(f"not a value of ours: {name}")
        pieces.append(f' {name}="{escape(value)}"')
    pieces.append(f">{escape(node.text or '')}")
    for child in node:
        _write(child, pieces)
    pieces.append(f"</{tag}>")
