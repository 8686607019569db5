"""Single and multiple choice (QTI choice interaction)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import ActivityType, Content, Points, Score, ScoreState, activities
from binder.sanitize import Html, InlineHtml, plain

__all__ = ["MULTIPLE_MODES", "Choice"]

OptionId = validate.Regexp(r"^[a-z0-9]{1,32}\Z", error="lower-case letters and digits")


class Option(marshmallow.Schema):
    """One line that can be ticked; its id is opaque: random, telling neither order nor answer."""

    id = fields.String(required=True, validate=OptionId)
    html = InlineHtml(required=True, validate=validate.Length(min=1, max=5000))


class Body(marshmallow.Schema):
    """What the learner sees."""

    prompt = Html(required=True, validate=validate.Length(min=1))
    multiple = fields.Boolean(load_default=False)
    shuffle = fields.Boolean(load_default=True)
    tell_count = fields.Boolean(load_default=False)
    options = fields.List(fields.Nested(Option), required=True, validate=validate.Length(min=2, max=50))


class Key(marshmallow.Schema):
    """What is right: `correct` option ids; for single choice `mapping` gives others a part of the points."""

    correct = fields.List(fields.String(validate=OptionId), required=True, validate=validate.Length(min=1))
    mapping = fields.Dict(fields.String(validate=OptionId), Points(maximum=Fraction(1)), load_default=dict)
    feedback = fields.Dict(fields.String(validate=OptionId), Html(), load_default=dict)
    explanation = Html(load_default="")

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "mapping": {option: str(fraction) for option, fraction in data["mapping"].items()}}


class Response(marshmallow.Schema):
    """The ids that the learner ticked, each once."""

    choices = fields.List(
        fields.String(validate=OptionId), load_default=list, validate=validate.Length(max=50)
    )

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


@activities.register
class Choice(ActivityType):
    """Choose one option, or all that apply."""

    name = "choice"
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
            options.sort(key=lambda option: hashlib.sha256(f"{seed}/{option['id']}".encode()).digest())
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
            "explanation": content.key["explanation"],
        }

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: the field `choices`."""
        return {"choices": [choice for choice in fields.get("choices", ()) if choice]}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Options are rows: `option` texts, `option_id` (empty for a new row), `option_feedback`, `option_part` (what the
        row is worth if it is not quite right) and `correct` holding the row numbers that are right; rows without a
        text are left out.
        """

        def one(name: str, default: str = "") -> str:
            return next(iter(fields.get(name, ())), default)

        def cell(name: str, row: int) -> str:
            column = fields.get(name, ())
            return column[row].strip() if row < len(column) else ""

        rows = [row for row in range(len(fields.get("option", ()))) if cell("option", row)]
        ids = {row: cell("option_id", row) or secrets.token_hex(4) for row in rows}
        ticked = [row for row in rows if str(row) in fields.get("correct", ())]
        return {
            "points": one("points", "1"),
            "body": {
                "prompt": one("prompt"),
                "multiple": one("multiple") == "1",
                "shuffle": one("shuffle") == "1",
                "tell_count": one("tell_count") == "1",
                "options": [{"id": ids[row], "html": cell("option", row)} for row in rows],
            },
            "key": {
                "correct": [ids[row] for row in ticked],
                "mapping": {
                    ids[row]: cell("option_part", row)
                    for row in rows
                    if cell("option_part", row) and row not in ticked
                },
                "feedback": {
                    ids[row]: cell("option_feedback", row) for row in rows if cell("option_feedback", row)
                },
                "explanation": one("explanation"),
            },
            "scoring": {"mode": one("mode", "right_minus_wrong")},
        }
