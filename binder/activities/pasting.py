"""A list that an author pastes: one line a row, `*` or `=` before what is right, a tab or ` -> ` between the two of a pair."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from binder.activities.values import new_id

__all__ = ["MOST_LINES", "MOST_PASTED", "Pasted", "items", "lines", "options", "pairs", "texts"]

MOST_PASTED = 20_000
"""Characters that are looked at; what stands behind them is left out."""
MOST_LINES = 200
BULLET = re.compile(r"(?:[-–•◦▪]|\(?[0-9]{1,3}[.)]|\(?[A-Za-z]\))\s+(?=\S)")
"""What a word processor puts before the lines of a list."""
SPACES = re.compile(r"[^\S\t]+")
BETWEEN = re.compile(r"\s*\t\s*|\s+(?:->|→|=>)\s+")


@dataclass(frozen=True)
class Pasted:
    """One line of a pasted list."""

    text: str
    right: bool = False
    other: str = ""
    """What it belongs to, where the line is a pair."""

    @property
    def html(self) -> str:
        """`text` as inline HTML."""
        return str(escape(self.text))


def lines(text: str) -> list[Pasted]:
    """The lines that say something, in order, each text once."""
    found: dict[tuple[str, str], Pasted] = {}
    for line in text[:MOST_PASTED].splitlines():
        one = _line(line)
        if one.text:
            found.setdefault((one.text, one.other), one)
        if len(found) == MOST_LINES:
            break
    return list(found.values())


def _line(line: str) -> Pasted:
    line = _bare(SPACES.sub(" ", line).strip())
    right = line[:1] in ("*", "=")
    if right:
        line = _bare(line[1:].lstrip())
    one, *others = BETWEEN.split(line, maxsplit=1)
    return Pasted(" ".join(one.split()), right, " ".join(others[0].split()) if others else "")


def _bare(line: str) -> str:
    found = BULLET.match(line)
    return line[found.end() :] if found else line


def options(data: Mapping[str, Any], text: str) -> dict[str, Any]:
    """As `ActivityType.pasted` for `body.options` and `key.correct`; several right ones make it a multiple choice."""
    body, key = dict(data["body"]), dict(data["key"])
    new = [(new_id(), line) for line in lines(text)]
    body["options"] = [*body.get("options", ()), *({"id": id, "html": line.html} for id, line in new)]
    key["correct"] = [*key.get("correct", ()), *(id for id, line in new if line.right)]
    body["multiple"] = bool(body.get("multiple")) or len(key["correct"]) > 1
    return {**data, "body": body, "key": key}


def texts(data: Mapping[str, Any], text: str) -> dict[str, Any]:
    """As `ActivityType.pasted` for the accepted texts of `key.accepted`."""
    key = dict(data["key"])
    new = ({"text": line.text, "variants": [], "fraction": "1", "feedback": ""} for line in lines(text))
    return {**data, "key": {**key, "accepted": [*key.get("accepted", ()), *new]}}


def items(data: Mapping[str, Any], text: str) -> dict[str, Any]:
    """As `ActivityType.pasted` for `body.items` in their right order, `key.order`."""
    body, key = dict(data["body"]), dict(data["key"])
    new = [{"id": new_id(), "html": line.html} for line in lines(text)]
    body["items"] = [*body.get("items", ()), *new]
    key["order"] = [*key.get("order", ()), *(item["id"] for item in new)]
    return {**data, "body": body, "key": key}


def pairs(data: Mapping[str, Any], text: str) -> dict[str, Any]:
    """As `ActivityType.pasted` for `body.left`, `body.right` and `key.pairs`; a line without a second part is no pair."""
    body, key = dict(data["body"]), dict(data["key"])
    left, right = list(body.get("left", ())), list(body.get("right", ()))
    joined = dict(key.get("pairs", {}))
    for line in lines(text):
        if line.other:
            one, other = new_id(), new_id()
            left.append({"id": one, "html": line.html})
            right.append({"id": other, "html": str(escape(line.other))})
            joined[one] = other
    return {**data, "body": {**body, "left": left, "right": right}, "key": {**key, "pairs": joined}}
