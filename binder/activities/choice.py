"""Single and multiple choice (QTI choice interaction)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import (
    ActivityType,
    Content,
    KeySchema,
    PromptSchema,
    Score,
    ScoreState,
    Tally,
    activities,
)
from binder.activities.choice_table import table
from binder.activities.forms import common, one, rows
from binder.activities.helping import Table
from binder.activities.pasting import options as pasted_options
from binder.activities.values import PartId, Points, exact, new_id, shuffled
from binder.sanitize import Html, InlineHtml, plain

__all__ = ["MULTIPLE_MODES", "Choice"]


class Option(marshmallow.Schema):
    """One line that can be ticked; its id is opaque: random, telling neither order nor answer."""

    id = fields.String(required=True, validate=PartId)
    html = InlineHtml(required=True, validate=validate.Length(min=1, max=5000))


class Body(PromptSchema):
    """What the learner sees."""

    multiple = fields.Boolean(load_default=False)
    shuffle = fields.Boolean(load_default=True)
    tell_count = fields.Boolean(load_default=False)
    options = fields.List(fields.Nested(Option), required=True, validate=validate.Length(min=2, max=50))


class Key(KeySchema):
    """What is right: `correct` option ids; for single choice `mapping` gives others a part of the points."""

    correct = fields.List(fields.String(validate=PartId), required=True, validate=validate.Length(min=1))
    mapping = fields.Dict(fields.String(validate=PartId), Points(maximum=Fraction(1)), load_default=dict)
    feedback = fields.Dict(fields.String(validate=PartId), Html(), load_default=dict)

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "mapping": exact(data["mapping"])}


class Response(marshmallow.Schema):
    """The ids that the learner ticked, each once."""

    choices = fields.List(fields.String(validate=PartId), load_default=list, validate=validate.Length(max=50))

    @marshmallow.post_load
    def unique(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Order and repetition carry no meaning."""
        return {"choices": sorted(set(data["choices"]))}


def _right_minus_wrong(good: int, bad: int, hits: int, wrong: int) -> Fraction:
    return Fraction(hits - wrong, good)


def _all_or_nothing(good: int, bad: int, hits: int, wrong: int) -> Fraction:
    return Fraction(int(hits == good and wrong == 0))


def _balanced(good: int, bad: int, hits: int, wrong: int) -> Fraction:
    return Fraction(hits, good) - (Fraction(wrong, bad) if bad else 0)


def _per_option(good: int, bad: int, hits: int, wrong: int) -> Fraction:
    return Fraction(hits + bad - wrong, good + bad)


def _ou_multi(good: int, bad: int, hits: int, wrong: int) -> Fraction:
    return Fraction(min(hits, good - wrong), good)


def _union(good: int, bad: int, hits: int, wrong: int) -> Fraction:
    return Fraction(hits, good + wrong)


MULTIPLE_MODES: dict[str, Callable[[int, int, int, int], Fraction]] = {
    "right_minus_wrong": _right_minus_wrong,
    "all_or_nothing": _all_or_nothing,
    "balanced": _balanced,
    "per_option": _per_option,
    "ou_multi": _ou_multi,
    "union": _union,
}
"""How several ticks become a fraction: (good options, bad options, hits, wrong ticks) → fraction, cut to [0, 1]."""


class Scoring(marshmallow.Schema):
    """How several ticks are scored; a single choice gives the fraction of the chosen option, whatever the mode."""

    mode = fields.String(load_default="right_minus_wrong", validate=validate.OneOf(list(MULTIPLE_MODES)))


EXAMPLES = {
    "fr": (
        "Les états de l’eau",
        "<p>Où l’eau est-elle solide ?</p>",
        ("dans un glacier", "dans la grêle", "dans un nuage"),
    ),
    "en": ("States of water", "<p>Where is water solid?</p>", ("in a glacier", "in hail", "in a cloud")),
}


@activities.register
class Choice(ActivityType):
    """Choose one option, or all that apply."""

    name = "choice"
    titles = {"fr": "Choix unique ou multiple", "en": "Single or multiple choice"}
    lines = {
        "fr": "Cocher une réponse, ou toutes celles qui conviennent",
        "en": "Tick one answer, or all that apply",
    }
    written = {**ActivityType.written, "option": "inline", "option_feedback": "block"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        body, key = content.body, content.key
        ids = [option["id"] for option in body["options"]]
        texts = [" ".join(plain(option["html"]).split()).casefold() for option in body["options"]]
        named = {*key["correct"], *key["mapping"], *key["feedback"]}
        messages: dict[str, Any] = {}
        if len(set(ids)) < len(ids):
            messages["body"] = {"options": ["two options have the same id"]}
        elif len(set(texts)) < len(texts):
            messages["body"] = {"options": ["two options say the same"]}
        elif not named <= set(ids):
            messages["key"] = {"correct": [f"no such option: {', '.join(sorted(named - set(ids)))}"]}
        elif not body["multiple"] and len(set(key["correct"])) != 1:
            messages["key"] = {"correct": ["a single choice has exactly one right option"]}
        elif body["multiple"] and key["mapping"]:
            messages["key"] = {"mapping": ["parts of the points are for single choices"]}
        return messages

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; says how many answers are expected only where the author wants it."""
        body = content.body
        options = [{"id": option["id"], "html": option["html"]} for option in body["options"]]
        if body["shuffle"]:
            options = shuffled(options, seed)
        count = len(set(content.key["correct"])) if body["multiple"] and body["tell_count"] else None
        return {"prompt": body["prompt"], "multiple": body["multiple"], "options": options, "count": count}

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; ids that are no options count for nothing."""
        options = {option["id"] for option in content.body["options"]}
        ticked = options & set((response or {}).get("choices", ()))
        if not ticked:
            return Score(Fraction(0), ScoreState.UNANSWERED)
        good = set(content.key["correct"])
        if not content.body["multiple"]:
            if len(ticked) > 1:
                return Score(Fraction(0), ScoreState.INCORRECT)
            (chosen,) = ticked
            return Score.of(
                Fraction(1) if chosen in good else Fraction(content.key["mapping"].get(chosen, "0"))
            )
        mode = MULTIPLE_MODES[content.scoring["mode"]]
        return Score.of(mode(len(good), len(options - good), len(ticked & good), len(ticked - good)))

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        ticked = set((response or {}).get("choices", ()))
        feedback = content.key["feedback"]
        return {
            "correct": sorted(set(content.key["correct"])),
            "feedback": {option: html for option, html in feedback.items() if option in ticked},
        }

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the texts of the chosen options."""
        ticked = set((response or {}).get("choices", ()))
        return " · ".join(plain(it["html"]) for it in content.body["options"] if it["id"] in ticked)

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: how often each option was chosen, in the author's order."""
        counts = Counter(choice for response in responses for choice in (response or {}).get("choices", ()))
        good, parts = content.key["correct"], content.key["mapping"]
        single = not content.body["multiple"]
        return [
            Tally(
                plain(option["html"]),
                counts[option["id"]],
                Fraction(1) if option["id"] in good else Fraction(parts.get(option["id"], "0")),
                {"choices": [option["id"]]} if single else None,
            )
            for option in content.body["options"]
        ]

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: a single choice has other options that are worth something."""
        chosen = response.get("choices", ())
        if content.body["multiple"] or len(chosen) != 1:
            return None
        mapping = {**content.key["mapping"], chosen[0]: str(fraction)}
        key = {**content.key, "mapping": mapping}
        return {
            "points": str(content.points),
            "body": content.body,
            "key": key,
            "scoring": content.scoring,
        }

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        everything = len(set(content.key["correct"])) == len(content.body["options"])
        return ["every answer is right: is that meant?"] if everything else []

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, texts = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        return {
            "title": title,
            "points": "1",
            "body": {
                "prompt": prompt,
                "multiple": True,
                "options": [{"id": f"o{number}", "html": text} for number, text in enumerate(texts)],
            },
            "key": {"correct": ["o0", "o1"]},
        }

    def pasted(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """See `ActivityType.pasted`."""
        return pasted_options(data, text)

    def scoring_table(self, content: Content, lang: str) -> Table | None:
        """See `ActivityType.scoring_table`."""
        return table(self, content)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: the field `choices`."""
        return {"choices": [choice for choice in fields.get("choices", ()) if choice]}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Options are rows: `option` texts, `option_id` (empty for a new row), `option_feedback`, `option_part` (what the
        row is worth if it is not quite right) and `correct` holding the row numbers that are right; rows without a
        text are left out.
        """

        lines = rows(fields, "option", "option_id", "option_feedback", "option_part")
        ids = {line.number: line["option_id"] or new_id() for line in lines}
        right = [line for line in lines if str(line.number) in fields.get("correct", ())]
        said, partly = (
            [line for line in lines if line["option_feedback"]],
            [line for line in lines if line["option_part"] and line not in right],
        )
        data = common(fields)
        data["body"] |= {
            "multiple": one(fields, "multiple") == "1",
            "shuffle": one(fields, "shuffle") == "1",
            "tell_count": one(fields, "tell_count") == "1",
            "options": [{"id": ids[line.number], "html": line["option"]} for line in lines],
        }
        data["key"] |= {
            "correct": [ids[line.number] for line in right],
            "mapping": {ids[line.number]: line["option_part"] for line in partly},
            "feedback": {ids[line.number]: line["option_feedback"] for line in said},
        }
        data["scoring"] = {"mode": one(fields, "mode", "right_minus_wrong")}
        return data
