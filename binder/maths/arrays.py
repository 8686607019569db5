"""Environments: matrices, systems, tables, aligned calculations."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from binder.maths.markup import Atom, element, fence, row
from binder.maths.parser import Parser
from binder.maths.symbols import MATRICES
from binder.maths.tokens import MathsError, Token

__all__ = ["COMMANDS"]

COLUMNS = re.compile(r"[lcr|\s]{1,60}")
SIDES = {"l": "m-left", "r": "m-right"}
ALIGNED = {"aligned", "align", "align*", "split", "alignat"}
LINES = {"gathered", "gather", "gather*"}


def _environment(parser: Parser, token: Token) -> Atom:
    name, at = parser.tokens.raw_group(token)
    if name not in MATRICES:
        raise MathsError(f"unknown command \\begin{{{name[:20]}}}", token.at)
    columns = ""
    if name in ("array", "alignat"):
        columns, at = parser.tokens.raw_group(token)
        if name == "array" and not COLUMNS.fullmatch(columns):
            raise MathsError("the columns of an array are written with l, c, r and |", at)
    cells, ruled = _cells(parser, name)
    table = _table(name, cells, ruled, "".join(columns.split()) if name == "array" else "")
    opening, closing = MATRICES[name]
    parts = [fence(opening, opens=True)] if opening else []
    parts.append(table)
    if closing:
        parts.append(fence(closing, opens=False))
    kind = "ord" if len(parts) > 1 else "inner"
    return Atom(kind, parts[0] if len(parts) == 1 else element("mrow", *parts))


def _cells(parser: Parser, name: str) -> tuple[list[list[list[Element]]], set[int]]:
    """The cells by row, and before which rows a line runs."""
    rows: list[list[list[Element]]] = [[]]
    ruled: set[int] = set()
    while True:
        while parser.tokens.peek().shown == "\\hline" and not rows[-1]:
            parser.tokens.next()
            ruled.add(len(rows) - 1)
        rows[-1].append(row(parser.items("&", "\\\\", "\\cr", "\\end")))
        end = parser.tokens.next()
        if end.kind == "&":
            continue
        if end.text == "end":
            closed, at = parser.tokens.raw_group(end)
            if closed != name:
                raise MathsError(f"\\begin{{{name}}} is not closed", at)
            break
        rows.append([])
    if len(rows[-1]) == 1 and not rows[-1][0]:
        rows.pop()
    return rows, ruled


def _table(name: str, rows: list[list[list[Element]]], ruled: set[int], columns: str) -> Element:
    sides = re.sub(r"\|", "", columns)
    made = []
    for number, cells in enumerate(rows):
        row_cells = []
        for place, cell in enumerate(cells):
            looks = _looks(name, sides, place)
            looks += [f"m-line-{edge}" for edge in _edges(columns, place)]
            if number in ruled:
                looks.append("m-line-top")
            if number == len(rows) - 1 and number + 1 in ruled:
                looks.append("m-line-bottom")
            attributes = {"class_": " ".join(looks)} if looks else {}
            row_cells.append(element("mtd", *cell, **attributes))
        made.append(element("mtr", *row_cells))
    attributes = {"displaystyle": "true"} if name in ALIGNED | LINES or name == "dcases" else {}
    if columns.strip("|") != columns or ruled:
        attributes["class_"] = "m-lines"
    table = element("mtable", *made, **attributes)
    return element("mstyle", table, displaystyle="false", scriptlevel="1") if name == "smallmatrix" else table


def _looks(name: str, sides: str, place: int) -> list[str]:
    if name in ALIGNED:
        return ["m-right m-tight-right", "m-left m-tight-left"][place % 2 : place % 2 + 1]
    if name.startswith("eqnarray"):
        sides = "rcl"
    if name.endswith("cases"):
        sides = "l" * (place + 1)
    side = sides[place : place + 1]
    return [SIDES[side]] if side in SIDES else []


def _edges(columns: str, place: int) -> list[str]:
    """On which sides of a column a line runs: left by a bar before it, right by one behind the last."""
    seen, edges = -1, []
    for number, letter in enumerate(columns):
        if letter == "|":
            continue
        seen += 1
        if seen == place:
            if columns[number - 1 : number] == "|" and number:
                edges.append("left")
            rest = columns[number + 1 :]
            if rest and not rest.strip("|"):
                edges.append("right")
    return edges


def _stack(parser: Parser, token: Token) -> Atom:
    """Lines one below the other, as under a limit."""
    opening = parser.tokens.next()
    if opening.kind != "{":
        raise MathsError(f"something is missing after {token.shown}", token.at)
    rows = []
    while True:
        rows.append(element("mtr", element("mtd", *row(parser.items("\\\\", "}")))))
        if parser.tokens.next().kind == "}":
            return Atom("ord", element("mtable", *rows, class_="m-stack"))


COMMANDS: dict[str, Callable[[Parser, Token], Atom]] = {"begin": _environment, "substack": _stack}
