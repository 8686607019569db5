"""Matching (QTI match interaction): each item on the left gets one of those on the right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities import pasting
from binder.activities.base import (
    ActivityType,
    Content,
    KeySchema,
    PromptSchema,
    Score,
    Tally,
    activities,
)
from binder.activities.forms import common, one
from binder.activities.items import MOST_NAMED, Item, Named, ids, mixed, worded
from binder.activities.match_form import content_of
from binder.activities.picturing import MaybePicture, pictures_of, shown_part
from binder.activities.values import PartId
from binder.sanitize import plain

__all__ = ["MODES", "MOST_ITEMS", "Match"]

MODES = ("per_pair", "all_or_nothing")
MOST_ITEMS = 26
"""On each side: those on the right are called by letters."""


class Side(Item):
    """One side of a pair; where it is a picture, its words are what the picture shows, for those who cannot see it."""

    picture = MaybePicture()

    @marshmallow.post_load
    def only_chosen(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Without a picture there is none."""
        return {name: value for name, value in data.items() if name != "picture" or value}


class Body(PromptSchema):
    """What the learner sees. Of the right side, some may belong to nothing; `reuse`: some may belong to several."""

    left = fields.List(fields.Nested(Side), required=True, validate=validate.Length(min=2, max=MOST_ITEMS))
    right = fields.List(fields.Nested(Side), required=True, validate=validate.Length(min=2, max=MOST_ITEMS))
    reuse = fields.Boolean(load_default=False)


class Key(KeySchema):
    """What belongs together: left id → right id."""

    pairs = fields.Dict(
        fields.String(validate=PartId),
        fields.String(validate=PartId),
        required=True,
        validate=validate.Length(min=1, max=MOST_NAMED),
    )


class Scoring(marshmallow.Schema):
    """How pairs become points."""

    mode = fields.String(load_default="per_pair", validate=validate.OneOf(MODES))


class Response(marshmallow.Schema):
    """Left id → the right id that was chosen for it."""

    pairs = Named()


EXAMPLES = {
    "fr": (
        "Qui a écrit quoi ?",
        "<p>Associe chaque œuvre à celle ou celui qui l’a écrite.</p>",
        {
            "Le Petit Prince": "Antoine de Saint-Exupéry",
            "Les Misérables": "Victor Hugo",
            "La Mare au diable": "George Sand",
        },
        "Jules Verne",
    ),
    "en": (
        "Who wrote what?",
        "<p>Match each book with its author.</p>",
        {"Oliver Twist": "Charles Dickens", "Emma": "Jane Austen", "Frankenstein": "Mary Shelley"},
        "Oscar Wilde",
    ),
}


@activities.register
class Match(ActivityType):
    """Find what belongs together."""

    name = "match"
    titles = {"fr": "Association", "en": "Matching"}
    lines = {"fr": "Relier ce qui va ensemble", "en": "Find what belongs together"}
    written = {**ActivityType.written, "left": "inline", "right": "inline", "extra": "inline"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        left, right = ids(content.body["left"]), ids(content.body["right"])
        pairs = content.key["pairs"]
        if len({*left, *right}) < len(left) + len(right):
            return {"body": {"left": ["two parts have the same id"]}}
        if len({_looks(item) for item in content.body["left"]}) < len(left):
            return {"body": {"left": ["two lines say the same on the left"]}}
        if set(pairs) != set(left) or not set(pairs.values()) <= set(right):
            return {"key": {"pairs": ["each line needs both sides"]}}
        if not content.body["reuse"] and len(set(pairs.values())) < len(pairs):
            return {"key": {"pairs": ["the same answer stands in two lines: tick that it may"]}}
        return {}

    def resources(self, content: Content) -> list[str]:
        """See `ActivityType.resources`."""
        body = content.body
        return [*super().resources(content), *pictures_of(body["left"], body["right"])]

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        few = len(content.body["right"]) < 3
        return ["with two answers only, the first one gives the other away"] if few else []

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`: the left side as the author put it, the right side in another order than it."""
        body, pairs = content.body, content.key["pairs"]
        in_order = list(dict.fromkeys(pairs[name] for name in ids(body["left"])))

        def is_right(shown: Sequence[Mapping[str, Any]]) -> bool:
            return [name for name in ids(shown) if name in in_order] == in_order

        return {
            "prompt": body["prompt"],
            "left": [shown_part(item, "html") for item in body["left"]],
            "right": [shown_part(item, "html") for item in mixed(body["right"], seed, is_right)],
            "reuse": body["reuse"],
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; items on the right that say the same are one."""
        words = {item["id"]: _looks(item) for item in content.body["right"]}
        chosen = _chosen(content, response)
        if not chosen:
            return Score.unanswered()
        parts = {}
        for name in ids(content.body["left"]):
            right = name in chosen and words[chosen[name]] == words[content.key["pairs"][name]]
            reason = "match" if right else "no_match" if name in chosen else "unanswered"
            parts[name] = {"fraction": str(int(right)), "reason": reason}
        hits = sum(part["fraction"] == "1" for part in parts.values())
        if content.scoring["mode"] == "all_or_nothing":
            return Score.of(Fraction(int(hits == len(parts))), parts)
        return Score.of(Fraction(hits, len(parts)), parts)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {"pairs": dict(content.key["pairs"])}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: pair by pair."""
        chosen = _chosen(content, response)
        return " · ".join(
            _pair(content, name, chosen[name]) for name in ids(content.body["left"]) if name in chosen
        )

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: how often each pair was made, in the order of the left side."""
        right = {item["id"]: worded(item["html"]) for item in content.body["right"]}
        counts: Counter[tuple[str, str]] = Counter()
        one_of: dict[tuple[str, str], str] = {}
        for response in responses:
            for name, other in _chosen(content, response).items():
                counts[name, right[other]] += 1
                one_of.setdefault((name, right[other]), other)
        left = ids(content.body["left"])
        made = sorted(counts.items(), key=lambda each: (left.index(each[0][0]), -each[1], each[0][1]))
        return [
            Tally(
                _pair(content, name, one_of[name, words]),
                count,
                Fraction(int(words == right[content.key["pairs"][name]])),
            )
            for (name, words), count in made
        ]

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, pairs, extra = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        right = [*pairs.values(), extra]
        return {
            "title": title,
            "points": str(len(pairs)),
            "body": {
                "prompt": prompt,
                "left": [{"id": f"l{number}", "html": text} for number, text in enumerate(pairs)],
                "right": [{"id": f"r{number}", "html": text} for number, text in enumerate(right)],
            },
            "key": {"pairs": {f"l{number}": f"r{number}" for number in range(len(pairs))}},
        }

    def pasted(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """See `ActivityType.pasted`: pairs."""
        return pasting.pairs(data, text)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: a field `pair.<left id>` for each line."""
        chosen = {name.removeprefix("pair."): one(fields, name) for name in fields if name[:5] == "pair."}
        return {"pairs": {name: other for name, other in chosen.items() if other}}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form` and `match_form`."""
        return content_of(fields, common(fields))


def _looks(item: Mapping[str, Any]) -> tuple[str, str]:
    """What two sides have in common that nobody can tell apart."""
    return worded(item["html"]), item.get("picture") or ""


def _chosen(content: Content, response: Mapping[str, Any] | None) -> dict[str, str]:
    """The pairs of an answer whose both sides there are."""
    left, right = set(ids(content.body["left"])), set(ids(content.body["right"]))
    pairs = (response or {}).get("pairs", {})
    return {name: other for name, other in pairs.items() if name in left and other in right}


def _pair(content: Content, name: str, other: str) -> str:
    left = next(item["html"] for item in content.body["left"] if item["id"] == name)
    right = next(item["html"] for item in content.body["right"] if item["id"] == other)
    return f"{plain(left)} → {plain(right)}"
