"""A question turned into one of another type; what the other type has no place for is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from binder.activities.base import Content, activities
from binder.activities.gists import gist_of
from binder.activities.remaking import BUILDERS, BY_HAND, WORDS
from binder.errors import Invalid
from binder.sanitize import pictured, plain

__all__ = ["TARGETS", "targets", "transformed"]

COUNTING = "the way of counting points is not kept"
SEEN = "a picture or a sound of the question is not kept"
REST = "something of this question has no place here: look through it"

TARGETS: Mapping[str, Sequence[str]] = {
    "choice": ("short_answer", "cloze", "true_false", "order", "categorize"),
    "true_false": ("choice",),
    "short_answer": ("choice", "cloze"),
    "numeric": ("short_answer",),
    "match": ("categorize",),
    "categorize": ("match",),
    "order": ("match",),
}
"""Type → those that come near it; any may become a free text besides."""


def targets(kind: str) -> list[str]:
    """Names of the types into which a question of that type may be turned, the nearest first."""
    known = [*TARGETS.get(kind, ()), *(["free_text"] if kind != "free_text" else [])]
    return [name for name in known if name in activities]


def transformed(kind: str, content: Content, target: str, lang: str) -> tuple[dict[str, Any], list[str]]:
    """A question as one of another type.

    :return: data for the other type's `load()`, and what is lost, in English as the interface translates it. Prompt,
        hint, explanation, words for each result and points are always kept.
    :raises Invalid: if there is no way from the one to the other.
    """
    if target not in targets(kind):
        raise Invalid("no such way", {"to": ["a question of this type cannot become one of that type"]})
    words = WORDS.get(lang.partition("-")[0], WORDS["fr"])
    gist = gist_of(kind, content, lang)
    body, key, lost = BUILDERS[target](gist, words)
    prompt = content.body["prompt"] + body.pop("prompt_more", "")
    data = {
        "points": str(content.points),
        "body": {"prompt": prompt, "hint": content.body["hint"], **body},
        "key": {
            "explanation": content.key["explanation"],
            "overall": dict(content.key["overall"]),
            **key,
        },
        "scoring": {},
    }
    lost = [*gist.lost, *lost]
    if set(activities[kind].resources(content)) - set(pictured(prompt + content.body["hint"])):
        lost.append(SEEN)
    if gist.counted and dict(content.scoring) != activities[kind].Scoring().load({}):
        lost.append(COUNTING)
    if set(lost) <= {BY_HAND} and not _texts([content.body, content.key]) <= _texts(
        [data["body"], data["key"]]
    ):
        lost.append(REST)
    return data, list(dict.fromkeys(lost))


def _texts(value: Any) -> set[str]:
    """The words of a JSON value, apart from how they are set."""
    if isinstance(value, str):
        words = " ".join(plain(value).split()).casefold()
        return {words} if " " in words or len(words) > 8 else set()
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {text for part in parts for text in _texts(part)}
