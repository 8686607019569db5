"""Label a picture (QTI graphic gap match interaction): choose, carry or write what belongs in each numbered zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import Any

from binder.activities.base import ActivityType, Content, Effect, Score, Tally, activities
from binder.activities.forms import common, one
from binder.activities.label_image_data import MOST_WAYS, Body, Key, Response, Scoring
from binder.activities.label_image_forms import content_of, example
from binder.activities.picturing import pictures_of, shown_part, size_of
from binder.activities.texts import Accepted, Match, Reason, Rules, compare, folded, literal
from binder.activities.values import shuffled
from binder.activities.zones import MOST_ZONES, placed

__all__ = ["LabelImage"]

FREELY = {"case": "ignore", "accents": "ignore", "typos": "tolerate"}
NOTHING = Fraction(0)


def _given(content: Content, response: Mapping[str, Any] | None) -> dict[str, str]:
    """What was put into each zone, in the author's order; labels that do not exist count for nothing."""
    body, said = content.body, (response or {}).get("zones", {})
    labels = {label["id"] for label in body["labels"]}
    found = {zone["id"]: said[zone["id"]] for zone in body["zones"] if said.get(zone["id"], "").strip()}
    return found if body["mode"] == "text" else {zone: it for zone, it in found.items() if it in labels}


def _text_match(content: Content, zone: str, typed: str) -> Match:
    ways = [
        Accepted(literal(way["text"]), Fraction(way["fraction"]))
        for way in content.key["texts"].get(zone, ())
    ]
    return compare(typed, ways, (), Rules.of(content.scoring))


def _judged(content: Content, response: Mapping[str, Any] | None) -> dict[str, tuple[Fraction, str]]:
    """Zone → what it is worth, and why; a label that may stand in one zone only is right once."""
    given, found, used = _given(content, response), dict[str, tuple[Fraction, str]](), set[str]()
    for zone, said in given.items():
        if content.body["mode"] == "text":
            match = _text_match(content, zone, said)
            found[zone] = match.fraction, match.reason.value
            continue
        right = said in content.key["zones"].get(zone, ()) and said not in used
        if right and not content.body["reuse"]:
            used.add(said)
        found[zone] = Fraction(int(right)), (Reason.MATCH if right else Reason.NO_MATCH).value
    return found


@activities.register
class LabelImage(ActivityType):
    """Put the right label into each zone of a picture."""

    name = "label_image"
    titles = {"fr": "Légender une image", "en": "Label a picture"}
    lines = {
        "fr": "Choisir, faire glisser ou écrire la légende de chaque zone",
        "en": "Choose, drag or write the label of each zone",
    }
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        body, key = content.body, content.key
        zones, labels = [zone["id"] for zone in body["zones"]], [label["id"] for label in body["labels"]]
        texts = [" ".join(label["text"].split()).casefold() for label in body["labels"]]
        writing = body["mode"] == "text"
        answered = key["texts"] if writing else key["zones"]
        faults = {
            "draw at least one zone on the picture": not zones,
            "two zones have the same id": len(set(zones)) < len(zones),
            "two labels have the same id": len(set(labels)) < len(labels),
            "two labels say the same": len(set(texts)) < len(texts),
            "where pupils write, labels would tell them what to write": writing and bool(labels),
            "no such zone": not set(zones) >= {*key["zones"], *key["texts"]},
            "no such label": not set(labels) >= set(chain.from_iterable(key["zones"].values())),
            "say what belongs in each zone": set(answered) != set(zones),
            "the size of the picture is not known, and a circle needs it: press “Show the picture”": not all(
                size_of(body["image"])
            )
            and any(zone["shape"] == "circle" for zone in body["zones"]),
        }
        found = [message for message, holds in faults.items() if holds]
        return {"body": {"zones": found[:1]}} if found else {}

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        body, rules = content.body, Rules(accents="ignore")
        places = {zone["id"]: folded(zone["label_sr"], rules) for zone in body["zones"]}
        told = any(
            folded(text, rules) in places[zone]
            for zone, texts in self._right(content).items()
            for text in texts
            if len(text) > 2
        )
        few = body["mode"] != "text" and len(body["zones"]) == 1 and len(body["labels"]) == 1
        found = {
            "where a zone is described, its answer is told": told,
            "there is but one label: add some that are wrong": few,
        }
        return [message for message, holds in found.items() if holds]

    def _right(self, content: Content) -> dict[str, list[str]]:
        """Zone → the labels or texts that are right there, as people read them."""
        labels = {label["id"]: label["text"] for label in content.body["labels"]}
        if content.body["mode"] == "text":
            found = content.key["texts"].items()
            return {zone: [way["text"] for way in ways if way["fraction"] == "1"] for zone, ways in found}
        return {zone: [labels[it] for it in ids] for zone, ids in content.key["zones"].items()}

    def resources(self, content: Content) -> list[str]:
        """See `ActivityType.resources`."""
        body = content.body
        return [*super().resources(content), body["image"]["resource"], *pictures_of(body["labels"])]

    def adapted(self, content: Content, effects: Collection[Effect]) -> Content:
        """See `ActivityType.adapted`: positions are told in words, without the picture; spelling may cost nothing."""
        if Effect.NO_SPELLING in effects and content.body["mode"] == "text":
            content = replace(content, scoring={**content.scoring, **FREELY, "typo_fraction": "1"})
        if Effect.ALTERNATIVES in effects:
            mode = "text" if content.body["mode"] == "text" else "select"
            content = replace(content, body={**content.body, "mode": mode, "form": "alternative"})
        return content

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; zones keep their numbers, labels come in no order that tells anything."""
        body = content.body
        shown = {
            **{name: body[name] for name in ("prompt", "mode", "reuse")},
            "form": body.get("form", "picture"),
            "image": dict(body["image"]),
            "zones": [placed(zone) for zone in body["zones"]],
        }
        labels, again = shuffled(body["labels"], seed), 0
        while len(labels) > 1 and again < 8 and self._tells(content, labels):
            again += 1
            labels = shuffled(body["labels"], f"{seed}/{again}")
        return {**shown, "labels": [shown_part(label, "text") for label in labels]}

    def _tells(self, content: Content, labels: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the labels stand in the order of the zones in which they are right."""
        found = iter([label["id"] for label in labels])
        wanted = [content.key["zones"].get(zone["id"], [""])[0] for zone in content.body["zones"]]
        return all(label in found for label in dict.fromkeys(wanted))

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; parts are the zones that were filled."""
        judged, scoring = _judged(content, response), content.scoring
        if not judged:
            return Score.unanswered()
        parts = {zone: {"fraction": str(worth), "reason": why} for zone, (worth, why) in judged.items()}
        total = sum((worth for worth, _ in judged.values()), NOTHING)
        count = len(content.body["zones"])
        if scoring["mode"] == "all_or_nothing":
            return Score.of(Fraction(int(total == count)), parts)
        wrong = sum(1 for worth, _ in judged.values() if not worth) if scoring["penalty"] else 0
        return Score.of((total - wrong) / count, parts)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`: what is right in each zone, in words, and how each was filled."""
        judged = _judged(content, response)
        return {
            "correct": self._right(content),
            "parts": {zone: {"fraction": str(worth), "reason": why} for zone, (worth, why) in judged.items()},
        }

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the numbers of the zones, and what was put there."""
        numbers = {zone["id"]: place for place, zone in enumerate(content.body["zones"], 1)}
        words = self._words(content, response)
        return " · ".join(f"{numbers[zone]} : {text}" for zone, text in words.items())

    def _words(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, str]:
        labels = {label["id"]: label["text"] for label in content.body["labels"]}
        given = _given(content, response)
        return {zone: labels.get(said, " ".join(said.split())) for zone, said in given.items()}

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: each zone by itself, with what was put there."""
        counts, first = Counter[tuple[str, str]](), dict[tuple[str, str], dict[str, Any]]()
        strict = replace(Rules.of(content.scoring), accents="require")
        for response in responses:
            for zone, said in _given(content, response).items():
                each = zone, folded(said, strict) if content.body["mode"] == "text" else said
                counts[each] += 1
                first.setdefault(each, {"zones": {zone: said}})
        return [
            Tally(
                self.summary(content, first[each]),
                count,
                _judged(content, first[each])[each[0]][0],
                first[each],
            )
            for each, count in counts.most_common()
        ]

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: what stands in one zone; a label is right or not, a text may be so in part."""
        given, key, writing = _given(content, response), content.key, content.body["mode"] == "text"
        if len(given) != 1 or (not writing and fraction != 1):
            return None
        ((zone, said),) = given.items()
        part = "texts" if writing else "zones"
        more: Any = {"text": said.strip(), "fraction": str(fraction)} if writing else said
        ways = [*key[part].get(zone, ()), more]
        if len(ways) > MOST_WAYS:
            return None
        return {
            "points": str(content.points),
            "body": content.body,
            "key": {**key, part: {**key[part], zone: ways}},
            "scoring": content.scoring,
        }

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`; the picture is for the author to choose."""
        return example(lang)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: a field for each zone, named by its id."""
        filled = {zone: one(fields, zone) for zone in fields}
        return {"zones": dict(list({zone: it for zone, it in filled.items() if it}.items())[:MOST_ZONES])}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form` and `label_image_forms.content_of`."""
        return content_of(fields, common(fields))
