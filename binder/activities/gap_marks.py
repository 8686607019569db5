"""What each gap of a text is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from binder.activities.base import Content
from binder.activities.gapped import gap_ids
from binder.activities.items import worded
from binder.activities.numbers import NumberError, Reading, read
from binder.activities.numeric import NO_UNIT
from binder.activities.texts import Reason, Rejected, Rules, accepting, compare

__all__ = ["UNREADABLE", "Mark", "fits", "gaps_of", "margined", "marks", "number_in", "typed"]

UNREADABLE = "unreadable"
"""The reason of a gap whose number cannot be read; `texts.Reason` has the others."""
SPENT = "repeated"
"""The reason of a word of the bank that was used more often than it is there."""
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Mark:
    """What the answer to one gap is worth, why, and what is said to it, HTML."""

    fraction: Fraction
    reason: str
    feedback: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer that can be read."""
        return self.reason not in (Reason.UNANSWERED, UNREADABLE)


def gaps_of(content: Content) -> dict[str, Mapping[str, Any]]:
    """The gaps by id, in the order of the text."""
    gaps = {gap["id"]: gap for gap in content.body["gaps"]}
    return {name: gaps[name] for name in gap_ids(content.body["html"])}


def typed(response: Mapping[str, Any] | None) -> Mapping[str, str]:
    """What stands in the gaps of an answer."""
    gaps: Mapping[str, str] = (response or {}).get("gaps", {})
    return gaps


def marks(content: Content, response: Mapping[str, Any] | None) -> dict[str, Mark]:
    """Every gap's mark, in the order of the text."""
    said, rules = typed(response), Rules.of(content.scoring)
    pieces = {piece["id"]: piece for piece in content.body["bank"]}
    made = {}
    for name, gap in gaps_of(content).items():
        text, key = said.get(name, ""), content.key["gaps"][name]
        if not text.strip():
            made[name] = Mark(NOTHING, Reason.UNANSWERED)
        elif gap["kind"] == "text":
            made[name] = _text(text, key, rules)
        elif gap["kind"] == "number":
            made[name] = _number(text, key, content.body["answer_lang"])
        elif gap["kind"] == "select":
            made[name] = _chosen(text, key, {option["id"]: option["html"] for option in gap["options"]})
        else:
            words = {one: piece["html"] for one, piece in pieces.items() if fits(piece, gap)}
            made[name] = _chosen(text, key, words)
    return _each_piece_once(content, said, made)


def fits(piece: Mapping[str, Any], gap: Mapping[str, Any]) -> bool:
    """Whether a word of the bank may be put into a gap."""
    return bool(piece["group"] == gap["group"])


def _text(text: str, key: Mapping[str, Any], rules: Rules) -> Mark:
    accepted = [accepting(one["text"], one["fraction"], one["feedback"]) for one in key["accepted"]]
    rejected = [Rejected(one["text"], one["feedback"]) for one in key["rejected"]]
    found = compare(text, accepted, rejected, rules)
    return Mark(found.fraction, found.reason, found.feedback)


def _number(text: str, key: Mapping[str, Any], lang: str) -> Mark:
    reading = number_in(text, lang)
    if isinstance(reading, str):
        return Mark(NOTHING, UNREADABLE)
    near = [one for one in key["accepted"] if _is_near(reading, one["text"], lang)]
    if not near:
        return Mark(NOTHING, Reason.NO_MATCH)
    best = max(near, key=lambda one: Fraction(one["fraction"]))
    fraction = Fraction(best["fraction"])
    return Mark(fraction, Reason.MATCH if fraction else Reason.NO_MATCH, best["feedback"])


def number_in(text: str, lang: str) -> Reading | str:
    """A number without a unit; or why it is none."""
    try:
        reading = read(text, lang)
    except NumberError as error:
        return error.message
    return NO_UNIT if reading.unit else reading


def _is_near(reading: Reading, accepted: str, lang: str) -> bool:
    bounds = margined(accepted, lang)
    return bounds is not None and bounds[0] <= reading.value <= bounds[1]


@lru_cache(maxsize=2048)
def margined(text: str, lang: str) -> tuple[Fraction, Fraction] | None:
    """What an author accepts as a number: `3,14`, `3,14 ± 0,01` or `100 ± 5 %`; None if it cannot be read."""
    number, sign, margin = text.replace("+/-", "±").partition("±")
    try:
        value, apart = read(number, lang), read(margin, lang) if sign else None
    except NumberError:
        return None
    if value.unit or (apart and (apart.unit not in ("", "%") or apart.value < 0)):
        return None
    off = NOTHING if apart is None else apart.value
    if apart is not None and apart.unit:
        off = abs(value.value) * off / 100
    return value.value - off, value.value + off


def _chosen(chosen: str, key: Mapping[str, Any], words: Mapping[str, str]) -> Mark:
    """What was chosen; two options that say the same are one."""
    if chosen not in words:
        return Mark(NOTHING, Reason.UNANSWERED)
    same = [one for one, html in words.items() if worded(html) == worded(words[chosen])]
    if set(same) & set(key["correct"]):
        fraction = Fraction(1)
    else:
        fraction = max(Fraction(key["mapping"].get(one, "0")) for one in same)
    said = next((key["feedback"][one] for one in (chosen, *same) if one in key["feedback"]), "")
    return Mark(fraction, Reason.MATCH if fraction else Reason.NO_MATCH, said)


def _each_piece_once(content: Content, said: Mapping[str, str], made: dict[str, Mark]) -> dict[str, Mark]:
    """A word counts in as many gaps as it stands in the bank, the best first; further ones are worth nothing."""
    bank = {piece["id"]: piece for piece in content.body["bank"]}
    in_bank: Counter[tuple[int, str]] = Counter()
    for piece in bank.values():
        in_bank[piece["group"], worded(piece["html"])] += 1 if not piece["infinite"] else len(made)
    used: Counter[tuple[int, str]] = Counter()
    gaps = gaps_of(content)
    for name, mark in sorted(made.items(), key=lambda each: -each[1].fraction):
        if gaps[name]["kind"] != "drag" or not mark.is_answered:
            continue
        piece = bank[said[name]]
        words = piece["group"], worded(piece["html"])
        used[words] += 1
        if used[words] > in_bank[words]:
            made[name] = Mark(NOTHING, SPENT)
    return made
