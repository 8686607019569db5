"""What must hold together in a text with gaps, and what is probably not meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from binder.activities.base import Content
from binder.activities.gap_marks import fits, gaps_of, margined
from binder.activities.gapped import gap_ids, in_links, unclosed
from binder.activities.gaps_pasted import unknown_moodle
from binder.activities.items import worded
from binder.activities.texts import Rules, folded
from binder.sanitize import pictured

__all__ = ["check", "warnings"]


def check(content: Content) -> dict[str, Any]:
    """See `ActivityType.check`."""
    html, gaps, key = content.body["html"], content.body["gaps"], content.key["gaps"]
    ids = [gap["id"] for gap in gaps]
    options = [option["id"] for gap in gaps for option in gap["options"]]
    parts = [*ids, *options, *(piece["id"] for piece in content.body["bank"])]
    found = gap_ids(html)
    if not found:
        return {"body": {"html": ["mark the words that are missing: [[word]]"]}}
    if unclosed(html):
        return {"body": {"html": ["a gap begins with [[ and ends with ]], in one line"]}}
    if sorted(found) != sorted(ids) or set(key) != set(ids):
        return {"body": {"gaps": ["the gaps of the text are not those that are described"]}}
    if len(set(parts)) < len(parts):
        return {"body": {"gaps": ["two parts have the same id"]}}
    if in_links(html):
        return {"body": {"html": ["no gap can stand in a link"]}}
    if pictured(html):
        return {"body": {"html": ["put pictures into the question, above the text"]}}
    weights = content.scoring["weights"]
    if not set(weights) <= set(ids) or not sum(Fraction(weights.get(name, "1")) for name in ids):
        return {"scoring": {"weights": ["one gap at least is worth something"]}}
    lacking = [
        f"gap {number}: {message}"
        for number, gap in enumerate(gaps_of(content).values(), 1)
        for message in _lacking(content, gap)
    ]
    return {"key": {"gaps": lacking[:10]}} if lacking else {}


def _lacking(content: Content, gap: Mapping[str, Any]) -> Iterator[str]:
    key = content.key["gaps"][gap["id"]]
    if gap["kind"] in ("text", "number"):
        if all(each["fraction"] != "1" for each in key["accepted"]):
            yield "one answer is worth everything"
        if gap["kind"] == "number":
            lang = content.body["answer_lang"]
            if any(margined(each["text"], lang) is None for each in key["accepted"]):
                yield "write a number, such as 12 or 3.14 ± 0.01"
        return
    pieces = [piece for piece in content.body["bank"] if fits(piece, gap)]
    choices = gap["options"] if gap["kind"] == "select" else pieces
    ids = {choice["id"] for choice in choices}
    if not key["correct"] or not {*key["correct"], *key["mapping"], *key["feedback"]} <= ids:
        yield "one answer is worth everything"
    elif gap["kind"] == "select" and len({worded(each["html"]) for each in choices}) < len(choices):
        yield "two options say the same"
    elif gap["kind"] == "select" and len(choices) < 2:
        yield "a menu needs another answer than the right one"


def warnings(content: Content) -> list[str]:
    """See `ActivityType.warnings`."""
    found = []
    if unknown_moodle(content.body["html"]):
        found.append("a gap of Moodle in this text could not be read: it is shown as it is")
    strict = replace(Rules.of(content.scoring), accents="require")
    for gap in content.body["gaps"]:
        key = content.key["gaps"][gap["id"]]
        if gap["kind"] != "text":
            continue
        accepted = [folded(each["text"], strict) for each in key["accepted"]]
        rejected = {folded(each["text"], strict) for each in key["rejected"]}
        if len(set(accepted)) < len(accepted):
            found.append("two accepted answers of a gap are the same")
        if rejected & set(accepted):
            found.append("an answer of a gap is accepted and refused: it is refused")
    dragged = [gap for gap in content.body["gaps"] if gap["kind"] == "drag"]
    bank = content.body["bank"]
    if len(dragged) > 1 and len(bank) <= len(dragged) and not any(piece["infinite"] for piece in bank):
        found.append("there are no more words than gaps: the last one gives itself away")
    return list(dict.fromkeys(found))
