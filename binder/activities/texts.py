"""Compares what a learner typed with what an author accepts.

Two layers: what never matters (`folded_always`: the ways in which keyboards and word processors write the same text) and
what the author decides (`Rules`). No pattern of an author is ever run by `re`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from binder.activities.edits import edits
from binder.activities.signs import PLAIN, TELLTALE

__all__ = [
    "MAX_TEXT",
    "Accepted",
    "Match",
    "Reason",
    "Rejected",
    "Rules",
    "accepting",
    "compare",
    "folded",
    "folded_always",
    "literal",
    "matches",
]

MAX_TEXT = 500
"""Characters of an accepted text or a typed answer at the most; callers see to it."""

QUOTED = re.compile(r"« ?([^«»]*?) ?»")
MOST_LOOKED_AT = 30
"""Quotations and digraphs that are looked at one by one: no text of this length has more."""
DIGRAPH = re.compile(r"([OA])E(?=[^\W\d_])")
ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]+")
"""Accents, and the vowel points of Hebrew and Arabic; signs that other scripts spell with are letters."""
STROKES = str.maketrans("øØłŁđĐħĦ", "oOlLdDhH")
FINAL = " .,;:!?"
STAR = re.compile(r"(?<!\\)\*")
DIGIT = re.compile(r"\d")


class Reason(StrEnum):
    """Why an answer got its fraction; shown to the learner."""

    MATCH = "match"
    ACCENT_ERROR = "accent_error"
    TYPO = "typo"
    REJECTED = "rejected"
    NO_MATCH = "no_match"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Rules:
    """What the author asks of a text, beyond what never matters.

    :param accent_fraction: what a text is worth whose accents alone are wrong, where they count `half`.
    :param typo_fraction: what a text with a tolerated typing error is worth.
    """

    case: Literal["ignore", "require"] = "ignore"
    accents: Literal["require", "half", "ignore"] = "require"
    accent_fraction: Fraction = Fraction(1, 2)
    typos: Literal["no", "tolerate"] = "no"
    typo_fraction: Fraction = Fraction(1, 2)
    punctuation: Literal["ignore", "require"] = "ignore"

    @classmethod
    def of(cls, scoring: Mapping[str, Any]) -> Rules:
        """The rules that stand in an activity's `scoring`; what is missing is as by default."""
        known = {name: scoring[name] for name in cls.__dataclass_fields__ if name in scoring}
        for name in {"accent_fraction", "typo_fraction"} & known.keys():
            known[name] = Fraction(known[name])
        return cls(**known)

    @property
    def worth_without_accents(self) -> Fraction:
        """What a text is worth that differs by its accents."""
        return {"require": Fraction(0), "half": self.accent_fraction, "ignore": Fraction(1)}[self.accents]


@dataclass(frozen=True)
class Accepted:
    """A text that is right, or right in part; `*` stands for any characters, `\\*` for a star."""

    text: str
    fraction: Fraction = Fraction(1)
    feedback: str = ""


@lru_cache(maxsize=4096)
def accepting(text: str, fraction: str, feedback: str) -> Accepted:
    """An accepted text as an activity keeps it: they come back with every copy that is scored."""
    return Accepted(text, Fraction(fraction), feedback)


@dataclass(frozen=True)
class Rejected:
    """A text that is wrong although it looks like a right one; taken as it is, without `*`."""

    text: str
    feedback: str = ""


@dataclass(frozen=True)
class Match:
    """What a typed text is worth, why, and by which accepted text."""

    fraction: Fraction
    reason: Reason
    accepted: str | None = None
    feedback: str = ""


class _Rank(IntEnum):
    """Of two matches that are worth the same, the smaller rank is told to the learner."""

    EXACT = 0
    PATTERN = 1
    ACCENTS = 2
    TYPO = 3
    WORTHLESS_PATTERN = 4


@dataclass(frozen=True)
class _Folded:
    """A text, folded, an accepted one split at its stars; `bare` is without accents."""

    kept: tuple[str, ...]
    bare: tuple[str, ...]
    letters: frozenset[str]
    digits: Sequence[str]
    allowed: int = 0


def folded_always(text: str) -> str:
    """The text without what never matters: smart quotes and dashes, kinds of spaces, composed or not, œ or oe."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if TELLTALE.search(text):
            text = unicodedata.normalize("NFC", text.translate(PLAIN))
    text = " ".join(text.replace("`", "'").split())
    if "«" in text or "»" in text:
        if 0 <= text.find("«") < text.find("»"):
            text = QUOTED.sub(r'"\1"', text, count=MOST_LOOKED_AT)
        text = text.replace("«", '"').replace("»", '"')
    for sign in ";:!?":
        text = text.replace(f" {sign}", sign)
    return DIGRAPH.sub(_digraph, text, count=MOST_LOOKED_AT) if "OE" in text or "AE" in text else text


def folded(text: str, rules: Rules) -> str:
    """The text without what does not matter under these rules: two texts that are equal now are one answer."""
    kept = _kept(text, rules.case, rules.punctuation)
    return _bare(kept) if rules.accents == "ignore" else kept


def literal(text: str) -> str:
    """A typed text as an accepted one: its stars are stars."""
    return text.replace("*", r"\*")


def matches(typed: str, accepted: Sequence[Accepted], rules: Rules) -> list[Match | None]:
    """What the typed text is worth by each accepted one alone; None where they have nothing in common."""
    kept = _kept(typed, rules.case, rules.punctuation)
    return [found and found[1] for found in _found(kept, accepted, rules)]


def compare(
    typed: str, accepted: Sequence[Accepted], rejected: Sequence[Rejected] = (), rules: Rules | None = None
) -> Match:
    """The best that the typed text is worth by any accepted one; a rejected text is wrong whatever is accepted."""
    rules = rules or Rules()
    kept = _kept(typed, rules.case, rules.punctuation)
    if not kept:
        return Match(Fraction(0), Reason.UNANSWERED)
    for wrong in rejected:
        if kept == _authored(wrong.text, rules.case, rules.punctuation):
            return Match(Fraction(0), Reason.REJECTED, feedback=wrong.feedback)
    found = [candidate for candidate in _found(kept, accepted, rules) if candidate]
    if not found:
        return Match(Fraction(0), Reason.NO_MATCH)
    return min(
        found, key=lambda each: (-each[1].fraction, each[0], each[1].accepted or "", each[1].feedback)
    )[1]


def _found(kept: str, accepted: Sequence[Accepted], rules: Rules) -> list[tuple[_Rank, Match] | None]:
    if not kept:
        return [None] * len(accepted)
    bare = _bare(kept)
    folded_once = _Folded((kept,), (bare,), frozenset(bare), DIGIT.findall(bare))
    return [_against(answer, folded_once, rules) for answer in accepted]


def _against(answer: Accepted, typed: _Folded, rules: Rules) -> tuple[_Rank, Match] | None:
    """Exact, but for accents, but for typing errors: the first that holds."""
    pattern = _pattern(answer.text, rules.case, rules.punctuation)
    single = len(pattern.kept) == 1
    if _fits(typed.kept[0], pattern.kept) or (
        rules.accents == "ignore" and _fits(typed.bare[0], pattern.bare)
    ):
        rank = _Rank.EXACT if single else _Rank.PATTERN
        if answer.fraction:
            return rank, Match(answer.fraction, Reason.MATCH, answer.text, answer.feedback)
        rank = _Rank.EXACT if single else _Rank.WORTHLESS_PATTERN
        return rank, Match(Fraction(0), Reason.NO_MATCH, answer.text, answer.feedback)
    if _fits(typed.bare[0], pattern.bare):
        return _Rank.ACCENTS, _lessened(answer, Reason.ACCENT_ERROR, rules.worth_without_accents)
    if rules.typos == "no" or not single or not pattern.allowed:
        return None
    if abs(len(typed.bare[0]) - len(pattern.bare[0])) > pattern.allowed:
        return None
    if len(typed.letters - pattern.letters) > pattern.allowed or typed.digits != pattern.digits:
        return None  # too far away; and another number is another answer
    apart = edits(typed.bare[0], pattern.bare[0], pattern.allowed)
    if apart > pattern.allowed:
        return None
    if rules.accents != "ignore" and edits(typed.kept[0], pattern.kept[0], apart) > apart:
        worth = min(rules.worth_without_accents, rules.typo_fraction)
        return _Rank.TYPO, _lessened(answer, Reason.TYPO if worth else Reason.ACCENT_ERROR, worth)
    return _Rank.TYPO, _lessened(answer, Reason.TYPO, rules.typo_fraction)


def _lessened(answer: Accepted, reason: Reason, worth: Fraction) -> Match:
    """A match in part; the author's words to a right answer are not said to one that is worth nothing."""
    fraction = answer.fraction * worth
    return Match(fraction, reason, answer.text, answer.feedback if fraction else "")


def _digraph(found: re.Match[str]) -> str:
    """A large OE that begins a word written small is Oe."""
    return f"{found[1]}{'e' if found.string[found.end()].islower() else 'E'}"


def _kept(text: str, case: str, punctuation: str) -> str:
    """The text under the rules, accents kept; final signs stay where there is nothing else."""
    text = folded_always(text)
    if punctuation == "ignore":
        text = text.rstrip(FINAL) or text
    if case == "ignore":
        text = text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())
    return text


def _bare(kept: str) -> str:
    if kept.isascii():
        return kept
    return unicodedata.normalize("NFC", "".join(map(_letter, kept))) or kept


@lru_cache(maxsize=2048)
def _letter(character: str) -> str:
    return ACCENTS.sub("", unicodedata.normalize("NFD", character)).translate(STROKES)


@lru_cache(maxsize=2048)
def _authored(text: str, case: str, punctuation: str) -> str:
    """As `_kept`, for authors' texts, which come back with every copy that is scored."""
    return _kept(text, case, punctuation)


@lru_cache(maxsize=2048)
def _pattern(text: str, case: str, punctuation: str) -> _Folded:
    kept = _kept(text, case, punctuation)
    bare = _bare(kept)
    letters = sum(1 for _ in islice(filter(str.isalpha, bare), 10))
    allowed = 0 if letters <= 3 else 1 if letters <= 9 else 2
    return _Folded(_split(kept), _split(bare), frozenset(bare), DIGIT.findall(bare), allowed)


def _split(text: str) -> tuple[str, ...]:
    if "*" not in text:
        return (text,)
    return tuple(part.replace(r"\*", "*") for part in STAR.split(text))


def _fits(text: str, parts: tuple[str, ...]) -> bool:
    """Whether the parts stand in the text in their order, the first at its beginning and the last at its end."""
    if len(parts) == 1:
        return text == parts[0]
    start, end = len(parts[0]), len(text) - len(parts[-1])
    if start > end or not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return False
    for part in parts[1:-1]:
        place = text.find(part, start, end)
        if place < 0:
            return False
        start = place + len(part)
    return True
