"""What the texts of a short answer are worth: one by itself, or several of which each accepted answer counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from binder.activities.base import Content
from binder.activities.pairing import best_pairs
from binder.activities.texts import (
    Accepted,
    Match,
    Reason,
    Rejected,
    Rules,
    accepting,
    compare,
    folded_always,
    matches,
)

__all__ = ["REPEATED", "Found", "accepted", "found", "nearest", "rejected", "rules", "typed"]

REPEATED = "repeated"
"""The reason of an answer that counts already where it stands first; `texts.Reason` has the others."""
Found = tuple[Match, str]
"""What an answer is worth in its place, and why."""


def rules(content: Content) -> Rules:
    """What is asked of the texts; a dictation asks for capitals and accents, whatever its scoring says."""
    if content.body["mode"] == "spelling":
        return Rules(case="require", punctuation=content.scoring["punctuation"])
    return Rules.of(content.scoring)


def accepted(content: Content) -> list[list[Accepted]]:
    """The accepted answers, each with all the ways to write it."""
    return [
        [
            accepting(text, answer["fraction"], answer["feedback"])
            for text in (answer["text"], *answer["variants"])
        ]
        for answer in content.key["accepted"]
    ]


def rejected(content: Content) -> list[Rejected]:
    """The answers that are wrong although they look right."""
    return [Rejected(answer["text"], answer["feedback"]) for answer in content.key["rejected"]]


def typed(content: Content, response: Mapping[str, Any] | None) -> dict[str, str]:
    """The texts that count, by their place from 1 on; those that say nothing are left out."""
    response = response or {}
    if content.body["mode"] == "several":
        texts = response.get("texts") or [response.get("text", "")]
        texts = texts[: content.body["expected"]]
    else:
        texts = [response.get("text") or next(iter(response.get("texts", ())), "")]
    return {str(place): text for place, text in enumerate(texts, 1) if folded_always(text)}


def found(content: Content, response: Mapping[str, Any] | None) -> dict[str, Found]:
    """Place → what its text is worth."""
    texts, answers, wrong, how = (
        typed(content, response),
        accepted(content),
        rejected(content),
        rules(content),
    )
    if content.body["mode"] == "several":
        return dict(zip(texts, _once_each(list(texts.values()), answers, wrong, how), strict=True))
    every = [way for answer in answers for way in answer]
    matches = {place: compare(text, every, wrong, how) for place, text in texts.items()}
    return {place: (match, match.reason) for place, match in matches.items()}


def nearest(content: Content, text: str) -> str | None:
    """The accepted text to which a text comes nearest, but for accents or a slip; None if it is another."""
    ways = [way for answer in accepted(content) for way in answer]
    return compare(text, ways, (), Rules(accents="half", typos="tolerate")).accepted


def _once_each(
    texts: Sequence[str], answers: Sequence[Sequence[Accepted]], wrong: Sequence[Rejected], how: Rules
) -> list[Found]:
    each = {text: _by_answer(text, answers, wrong, how) for text in texts}
    pairs = best_pairs([[match.fraction for match in each[text]] for text in texts])
    return [_in_place(each[text], column) for text, column in zip(texts, pairs, strict=True)]


def _by_answer(
    text: str, answers: Sequence[Sequence[Accepted]], wrong: Sequence[Rejected], how: Rules
) -> list[Match]:
    """What a text is worth by each answer alone, whichever way of writing it is nearest."""
    nothing = compare(text, (), wrong, how)
    if nothing.reason is Reason.REJECTED:
        return [nothing] * len(answers)
    found = iter(matches(text, [way for answer in answers for way in answer], how))
    near = [[match for _ in answer if (match := next(found))] for answer in answers]
    return [max(each, key=_nearness) if each else nothing for each in near]


def _in_place(by_answer: Sequence[Match], column: int | None) -> Found:
    """The match that counts; without one, the nearest says why."""
    if column is not None:
        return by_answer[column], by_answer[column].reason
    best = max(by_answer, key=_nearness)
    if best.fraction:
        return Match(Fraction(0), best.reason, best.accepted), REPEATED
    return best, best.reason


def _nearness(match: Match) -> tuple[Fraction, bool]:
    return match.fraction, match.reason in (Reason.ACCENT_ERROR, Reason.TYPO)
