"""Sorting (QTI match interaction): each item goes into a category, or stays out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from markupsafe import escape
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
from binder.activities.items import MOST_NAMED, Item, Named, entries, ids, mixed, worded
from binder.activities.values import PartId, new_id, shuffled
from binder.sanitize import plain

__all__ = ["MODES", "MOST_CATEGORIES", "MOST_ITEMS", "Categorize"]

MODES = ("per_item", "minus_wrong")
MOST_ITEMS = 60
MOST_CATEGORIES = 10


class Body(PromptSchema):
    """What the learner sees. `tell_intruders`: they are told that some items belong nowhere."""

    items = fields.List(fields.Nested(Item), required=True, validate=validate.Length(min=2, max=MOST_ITEMS))
    categories = fields.List(
        fields.Nested(Item), required=True, validate=validate.Length(min=1, max=MOST_CATEGORIES)
    )
    tell_intruders = fields.Boolean(load_default=True)


class Key(KeySchema):
    """Where each item belongs: the ids of the categories that are right; without any, it must stay out."""

    assign = fields.Dict(
        fields.String(validate=PartId),
        fields.List(fields.String(validate=PartId), validate=validate.Length(max=MOST_CATEGORIES)),
        required=True,
        validate=validate.Length(max=MOST_NAMED),
    )

    @marshmallow.pre_load
    def as_lists(self, data: Any, **kwargs: Any) -> Any:
        """A single category may be written without a list, none as null."""
        if not isinstance(data, Mapping) or not isinstance(data.get("assign"), Mapping):
            return data
        assign = {
            name: [] if value is None else [value] if isinstance(value, str) else value
            for name, value in data["assign"].items()
        }
        return {**data, "assign": assign}


class Scoring(marshmallow.Schema):
    """Whether a wrong place takes away what a right one has brought."""

    mode = fields.String(load_default="per_item", validate=validate.OneOf(MODES))


class Response(marshmallow.Schema):
    """Item id → category id; what is left out stands nowhere."""

    assign = Named()


EXAMPLES = {
    "fr": (
        "Les énergies",
        "<p>Range chaque source d’énergie dans sa catégorie.</p>",
        {
            "renouvelable": ("le vent", "le soleil", "le bois"),
            "non renouvelable": ("le pétrole", "l’uranium"),
        },
        "l’électricité",
    ),
    "en": (
        "Sources of energy",
        "<p>Sort each source of energy into its category.</p>",
        {"renewable": ("wind", "sunlight", "wood"), "non-renewable": ("oil", "uranium")},
        "electricity",
    ),
}


@activities.register
class Categorize(ActivityType):
    """Sort items into categories."""

    name = "categorize"
    titles = {"fr": "Tri par catégories", "en": "Sorting into categories"}
    lines = {
        "fr": "Ranger chaque élément dans sa catégorie, et laisser dehors les intrus",
        "en": "Put each item into its category, and leave out what belongs nowhere",
    }
    written = {**ActivityType.written, "category": "inline", "members": "inline", "intruders": "inline"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        items, categories = ids(content.body["items"]), ids(content.body["categories"])
        assign = content.key["assign"]
        if len({*items, *categories}) < len(items) + len(categories):
            return {"body": {"items": ["two parts have the same id"]}}
        for name in ("items", "categories"):
            words = {worded(part["html"]) for part in content.body[name]}
            if len(words) < len(content.body[name]):
                return {"body": {name: ["two of them say the same"]}}
        if set(assign) != set(items) or not {c for names in assign.values() for c in names} <= set(
            categories
        ):
            return {"key": {"assign": ["each item belongs to categories of this question, or to none"]}}
        if not any(assign.values()):
            return {"key": {"assign": ["one item at least belongs to a category"]}}
        return {}

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        used = {name for names in content.key["assign"].values() for name in names}
        empty = len(used) < len(content.body["categories"])
        return ["nothing belongs to one of the categories: is that meant?"] if empty else []

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; categories stand as the author put them."""
        body, assign = content.body, content.key["assign"]
        several = len({tuple(names) for names in assign.values()}) > 1

        def is_sorted(shown: Sequence[Mapping[str, Any]]) -> bool:
            groups = [tuple(assign[name]) for name in ids(shown)]
            runs = 1 + sum(one != other for one, other in zip(groups, groups[1:], strict=False))
            return several and len(groups) > len(set(groups)) and runs == len(set(groups))

        items = mixed(body["items"], seed, is_sorted) if several else shuffled(body["items"], seed)
        return {
            "prompt": body["prompt"],
            "items": [{"id": item["id"], "html": item["html"]} for item in items],
            "categories": [{"id": each["id"], "html": each["html"]} for each in body["categories"]],
            "tell_intruders": body["tell_intruders"],
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; what stays out rightly counts as soon as anything is placed."""
        chosen = _chosen(content, response)
        if not chosen:
            return Score.unanswered()
        parts = {}
        for name in ids(content.body["items"]):
            right, place = content.key["assign"][name], chosen.get(name)
            good = place in right if place else not right
            reason = "match" if good else "no_match" if place else "unanswered"
            parts[name] = {"fraction": str(int(good)), "reason": reason}
        hits = sum(part["reason"] == "match" for part in parts.values())
        wrong = sum(part["reason"] == "no_match" for part in parts.values())
        lost = wrong if content.scoring["mode"] == "minus_wrong" else 0
        return Score.of(Fraction(hits - lost, len(parts)), parts)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {"assign": {name: list(names) for name, names in content.key["assign"].items()}}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: category by category."""
        chosen = _chosen(content, response)
        said = []
        for category in content.body["categories"]:
            inside = [
                plain(item["html"])
                for item in content.body["items"]
                if chosen.get(item["id"]) == category["id"]
            ]
            if inside:
                said.append(f"{plain(category['html'])} : {', '.join(inside)}")
        return " · ".join(said)

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: how often each item was put into each category."""
        counts = Counter(pair for response in responses for pair in _chosen(content, response).items())
        return [
            Tally(
                f"{plain(item['html'])} → {plain(category['html'])}",
                counts[item["id"], category["id"]],
                Fraction(int(category["id"] in content.key["assign"][item["id"]])),
                {"assign": {item["id"]: category["id"]}},
            )
            for item in content.body["items"]
            for category in content.body["categories"]
            if counts[item["id"], category["id"]]
        ]

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: one item may belong to one more category, never in part."""
        chosen, assign = _chosen(content, response), content.key["assign"]
        wrong = [(name, place) for name, place in chosen.items() if place not in assign[name]]
        if len(wrong) != 1 or fraction != 1:
            return None
        ((name, place),) = wrong
        key = {**content.key, "assign": {**assign, name: [*assign[name], place]}}
        return {
            "points": str(content.points),
            "body": content.body,
            "key": key,
            "scoring": content.scoring,
        }

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, sorted_, intruder = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        texts = [(text, f"c{number}") for number, inside in enumerate(sorted_.values()) for text in inside]
        items = [*texts, (intruder, "")]
        return {
            "title": title,
            "points": "3",
            "body": {
                "prompt": prompt,
                "items": [{"id": f"i{number}", "html": text} for number, (text, _) in enumerate(items)],
                "categories": [{"id": f"c{number}", "html": text} for number, text in enumerate(sorted_)],
            },
            "key": {"assign": {f"i{number}": [at] if at else [] for number, (_, at) in enumerate(items)}},
        }

    def pasted(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """See `ActivityType.pasted`: `item -> category`; a line without a second part belongs nowhere."""
        body, assign = dict(data["body"]), dict(data["key"].get("assign", {}))
        items, categories = list(body.get("items", ())), list(body.get("categories", ()))
        for line in pasting.lines(text):
            html = str(escape(line.other))
            known = [each["id"] for each in categories if worded(each["html"]) == html]
            if line.other and not known:
                known = [new_id()]
                categories.append({"id": known[0], "html": html})
            items.append({"id": new_id(), "html": line.html})
            assign[items[-1]["id"]] = known
        body |= {"items": items, "categories": categories}
        return {**data, "body": body, "key": {**data["key"], "assign": assign}}

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: a field `in.<item id>` for each item."""
        chosen = {name.removeprefix("in."): one(fields, name) for name in fields if name[:3] == "in."}
        return {"assign": {name: place for name, place in chosen.items() if place}}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Categories are rows of `category`, `category_id` and `members`: their items, one a line; `intruders` belong nowhere.
        An item may stand in several. `known_id` and `known` name the items that there were, so that they keep their ids.
        """
        known = dict(zip(map(worded, fields.get("known", ())), fields.get("known_id", ()), strict=False))
        items: dict[str, str] = {}
        assign: dict[str, list[str]] = {}
        categories = []

        def put(text: str, *inside: str) -> None:
            name = items.setdefault(text, known.get(text) or new_id())
            assign.setdefault(name, []).extend(at for at in inside if at not in assign[name])

        for line in entries(fields, "category", "members"):
            categories.append({"id": line["category_id"] or new_id(), "html": line["category"]})
            for text in _lines(line["members"]):
                put(text, categories[-1]["id"])
        for text in _lines(one(fields, "intruders")):
            put(text)
        data = common(fields)
        data["body"] |= {
            "items": [{"id": name, "html": text} for text, name in items.items()],
            "categories": categories,
            "tell_intruders": one(fields, "tell_intruders") == "1",
        }
        data["key"]["assign"] = assign
        data["scoring"] = {"mode": one(fields, "mode", "per_item")}
        return data


def _lines(text: str) -> list[str]:
    return [worded(line) for line in text.splitlines() if line.strip()]


def _chosen(content: Content, response: Mapping[str, Any] | None) -> dict[str, str]:
    """The items of an answer that stand in a category, both of which there are."""
    items, categories = set(ids(content.body["items"])), set(ids(content.body["categories"]))
    assign = (response or {}).get("assign", {})
    return {name: place for name, place in assign.items() if name in items and place in categories}
