"""Putting in order (QTI order interaction): lines one below the other, or the words of a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities import pasting
from binder.activities.base import ActivityType, Content, KeySchema, PromptSchema, Score, activities
from binder.activities.forms import Row, common, one
from binder.activities.helping import Line, Table
from binder.activities.items import MOST_NAMED, Item, entries, ids, mixed, worded
from binder.activities.sequences import SEQUENCE_MODES, longest_run
from binder.activities.values import PartId, new_id
from binder.sanitize import plain

__all__ = ["AUTO", "LAYOUTS", "MODE_NAMES", "MOST_ITEMS", "SHORT", "Order", "mode_of"]

AUTO = "auto"
"""`exact` up to `SHORT` items, `longest` above: one item that was moved is then one error."""
SHORT = 4
MOST_ITEMS = 30
LAYOUTS = ("vertical", "horizontal")
MODE_NAMES = {
    "exact": "All or nothing",
    "position": "Place by place",
    "adjacent": "Neighbours",
    "longest": "Longest run",
    "pairs_centred": "Pairs",
}


class Body(PromptSchema):
    """What the learner sees: the items, `vertical` or as words of a sentence, and always in another order."""

    items = fields.List(fields.Nested(Item), required=True, validate=validate.Length(min=2, max=MOST_ITEMS))
    layout = fields.String(load_default="vertical", validate=validate.OneOf(LAYOUTS))


PartIds = fields.List(fields.String(validate=PartId), validate=validate.Length(min=2, max=MOST_ITEMS))


class Key(KeySchema):
    """The right order; `equivalents` are items that follow each other and may do so in any order."""

    order = fields.List(
        fields.String(validate=PartId), required=True, validate=validate.Length(max=MOST_ITEMS)
    )
    equivalents = fields.List(PartIds, load_default=list, validate=validate.Length(max=MOST_ITEMS))


class Scoring(marshmallow.Schema):
    """How near to the right order is near enough."""

    mode = fields.String(load_default=AUTO, validate=validate.OneOf([AUTO, *SEQUENCE_MODES]))


class Response(marshmallow.Schema):
    """All ids in the learner's order; empty as long as they have neither moved nor confirmed anything."""

    order = fields.List(
        fields.String(validate=PartId), load_default=list, validate=validate.Length(max=MOST_NAMED)
    )

    @marshmallow.post_load
    def each_once(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """The first place of each counts."""
        return {"order": list(dict.fromkeys(data["order"]))}


EXAMPLES = {
    "fr": (
        "De la graine au fruit",
        "<p>Remets dans l’ordre les étapes de la vie d’un pommier.</p>",
        (
            "la graine germe",
            "l’arbre grandit",
            "l’arbre fleurit",
            "la fleur est pollinisée",
            "le fruit mûrit",
        ),
    ),
    "en": (
        "From seed to fruit",
        "<p>Put the stages of an apple tree’s life in order.</p>",
        ("the seed sprouts", "the tree grows", "it blossoms", "the flower is pollinated", "the fruit ripens"),
    ),
}


def mode_of(content: Content) -> str:
    """Which of `sequences.SEQUENCE_MODES` counts."""
    mode = content.scoring["mode"]
    return mode if mode != AUTO else "exact" if len(content.key["order"]) <= SHORT else "longest"


@activities.register
class Order(ActivityType):
    """Put items in order."""

    name = "order"
    titles = {"fr": "Remise en ordre", "en": "Putting in order"}
    lines = {
        "fr": "Remettre en ordre des étapes, des dates, les mots d’une phrase",
        "en": "Put steps, dates or the words of a sentence in order",
    }
    written = {**ActivityType.written, "item": "inline"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        items, order = ids(content.body["items"]), content.key["order"]
        if len(set(items)) < len(items):
            return {"body": {"items": ["two parts have the same id"]}}
        if sorted(items) != sorted(order):
            return {"key": {"order": ["the right order has each item once"]}}
        tied = [name for group in content.key["equivalents"] for name in group]
        if len(set(tied)) < len(tied) or not set(tied) <= set(order):
            return {"key": {"equivalents": ["an item stands in one group at the most"]}}
        for group in content.key["equivalents"]:
            places = sorted(order.index(name) for name in group)
            if places[-1] - places[0] >= len(places):
                return {"key": {"equivalents": ["items that may change places follow each other"]}}
        if self._fraction(content, order[::-1], "exact") == 1:
            return {"body": {"items": ["any order would be right"]}}
        return {}

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; never in a right order."""
        shown = mixed(
            content.body["items"], seed, lambda items: self._fraction(content, ids(items), "exact") == 1
        )
        return {
            "prompt": content.body["prompt"],
            "layout": content.body["layout"],
            "items": [{"id": item["id"], "html": item["html"]} for item in shown],
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; items that say the same are interchangeable."""
        known = set(content.key["order"])
        order = [name for name in (response or {}).get("order", ()) if name in known]
        if not order:
            return Score.unanswered()
        mode = mode_of(content)
        right, answered = _ranks(content, order, by_place=mode == "position")
        if mode in ("longest", "pairs_centred"):
            good = set(longest_run(answered))
        else:
            good = {place for place, rank in enumerate(answered) if rank == right[place]}
        parts = {
            name: {
                "fraction": str(int(place in good)),
                "reason": "match" if place in good else "no_match",
            }
            for place, name in enumerate(order)
        }
        return Score.of(SEQUENCE_MODES[mode](right, answered), parts)

    def _fraction(self, content: Content, order: Sequence[str], mode: str) -> Fraction:
        return Score.of(SEQUENCE_MODES[mode](*_ranks(content, order, by_place=mode == "position"))).fraction

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {
            "order": list(content.key["order"]),
            "equivalents": [list(group) for group in content.key["equivalents"]],
        }

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the items in the learner's order."""
        words = {item["id"]: plain(item["html"]) for item in content.body["items"]}
        between = " " if content.body["layout"] == "horizontal" else " · "
        return between.join(words[name] for name in (response or {}).get("order", ()) if name in words)

    def scoring_table(self, content: Content, lang: str) -> Table | None:
        """See `ActivityType.scoring_table`: two items exchanged, one moved, everything reversed."""
        order = list(content.key["order"])
        typical = [order, [order[1], order[0], *order[2:]], [order[-1], *order[:-1]], order[::-1]]
        each_once = list({tuple(one): one for one in typical}.values())
        return Table(
            list(MODE_NAMES.values()),
            [
                Line(
                    self.summary(content, {"order": one}),
                    [self._fraction(content, one, mode) for mode in MODE_NAMES],
                )
                for one in each_once
            ],
            list(MODE_NAMES).index(mode_of(content)),
        )

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, texts = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        names = [f"i{number}" for number in range(len(texts))]
        return {
            "title": title,
            "points": "2",
            "body": {
                "prompt": prompt,
                "items": [{"id": name, "html": text} for name, text in zip(names, texts, strict=True)],
            },
            "key": {"order": names},
        }

    def pasted(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """See `ActivityType.pasted`: items in their right order."""
        return pasting.items(data, text)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`.

        `shown` are the ids as they stood in the form, `at.<id>` the place that each is given, from 1 on, and `confirmed`
        says that the order as it stands is the answer; without it, something must have been moved.
        """
        shown = list(dict.fromkeys(fields.get("shown", ())))[:MOST_NAMED]
        moved: dict[str, tuple[int, int, int]] = {}
        for place, name in enumerate(shown, 1):
            wanted = _place(one(fields, f"at.{name}"), place)
            moved[name] = (wanted, (wanted > place) - (wanted < place), place)
        touched = any(way for _, way, _ in moved.values()) or one(fields, "confirmed") == "1"
        return {"order": sorted(shown, key=moved.__getitem__) if touched else []}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Items are rows of `item`, `item_id` and `item_place`, a number; where two have the same, they stay in their order.
        `tied` holds the numbers of the rows that may change places with the one before.
        """
        lines = entries(fields, "item")
        places = fields.get("item_place", ())

        def place(line: Row) -> int:
            return _place(places[line.number] if line.number < len(places) else "", line.number + 1)

        names = {line.number: line["item_id"] or new_id() for line in lines}
        ordered = sorted(lines, key=place)
        groups: list[list[str]] = []
        for line in ordered:
            if groups and str(line.number) in fields.get("tied", ()):
                groups[-1].append(names[line.number])
            else:
                groups.append([names[line.number]])
        data = common(fields)
        data["body"] |= {
            "items": [{"id": names[line.number], "html": line["item"]} for line in ordered],
            "layout": one(fields, "layout", "vertical"),
        }
        data["key"] |= {
            "order": [names[line.number] for line in ordered],
            "equivalents": [group for group in groups if len(group) > 1],
        }
        data["scoring"] = {"mode": one(fields, "mode", AUTO)}
        return data


def _place(typed: str, otherwise: int) -> int:
    """A place that somebody typed; what is none leaves the item where it is."""
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 3 else otherwise


def _ranks(content: Content, order: Sequence[str], *, by_place: bool) -> tuple[list[int], list[int]]:
    """Ranks of the right order and of an answer.

    :param by_place: of several items that say the same, whether one is first taken for that whose place it has.
    """
    key = content.key["order"]
    words = {item["id"]: worded(item["html"]) for item in content.body["items"]}
    group = {name: number for number, names in enumerate(content.key["equivalents"]) for name in names}
    ranks, rank = {}, 0
    for place, name in enumerate(key):
        if not place or name not in group or group.get(key[place - 1]) != group[name]:
            rank = place
        ranks[name] = rank
    free: dict[str, list[str]] = {}
    for name in key:
        free.setdefault(words[name], []).append(name)
    meant: dict[int, str] = {}
    for place, (name, wanted) in enumerate(zip(order, key, strict=False)):
        if by_place and words[name] == words[wanted]:
            free[words[name]].remove(wanted)
            meant[place] = wanted
    for place, name in enumerate(order):
        if place not in meant:
            meant[place] = free[words[name]].pop(0)
    return [ranks[name] for name in key], [ranks[meant[place]] for place in range(len(order))]
