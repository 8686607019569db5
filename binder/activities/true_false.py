"""True or false (QTI choice interaction with two options), if wanted with a reason that a person marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import ActivityType, Content, KeySchema, PromptSchema, Score, Tally, activities
from binder.activities.forms import common, one
from binder.activities.values import Points, exact
from binder.sanitize import Html

__all__ = ["TrueFalse"]

Label = validate.Length(min=1, max=50)
WHY = {True: "match", False: "no_match", None: "unanswered"}
SIDES = {True: "true", False: "false"}


class Labels(marshmallow.Schema):
    """What stands at the two buttons, in the language of the content."""

    true = fields.String(load_default="Vrai", validate=Label)
    false = fields.String(load_default="Faux", validate=Label)


class Body(PromptSchema):
    """What the learner sees; `justify` asks for the reason, in so many lines."""

    labels = fields.Nested(Labels, load_default=lambda: {"true": "Vrai", "false": "Faux"})
    justify = fields.Boolean(load_default=False)
    lines = fields.Integer(load_default=4, validate=validate.Range(min=1, max=20))


class Key(KeySchema):
    """Whether the sentence is true, and what a good reason says."""

    value = fields.Boolean(required=True)
    justification = Html(load_default="")


class Split(marshmallow.Schema):
    """How the points are shared between the tick and its reason."""

    answer = Points(load_default=Fraction(1))
    justification = Points(load_default=Fraction(1))

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, str]:
        """Fractions are stored as text, exactly."""
        return exact(data)


class Scoring(marshmallow.Schema):
    """`split` matters where a reason is asked for; `after_wrong` says whether the reason of a wrong tick is read."""

    split = fields.Nested(Split, load_default=lambda: {"answer": "1", "justification": "1"})
    after_wrong = fields.String(load_default="marked", validate=validate.OneOf(["marked", "nothing"]))


class Response(marshmallow.Schema):
    """The tick and its reason; what is missing is left out."""

    value = fields.Boolean(load_default=None, allow_none=True)
    justification = fields.String(load_default="", validate=validate.Length(max=5000))

    @marshmallow.post_load
    def only_said(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Blanks are no reason."""
        said = {"value": data["value"]} if data["value"] is not None else {}
        return said | ({"justification": data["justification"]} if data["justification"].strip() else {})


@activities.register
class TrueFalse(ActivityType):
    """Say whether a sentence is true, and why."""

    name = "true_false"
    titles = {"fr": "Vrai ou faux", "en": "True or false"}
    lines = {
        "fr": "Dire si une phrase est vraie, et pourquoi si vous le demandez",
        "en": "Say whether a sentence is true, and why if you ask for it",
    }
    written = {**ActivityType.written, "justification": "block"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        labels = content.body["labels"]
        if labels["true"].strip().casefold() == labels["false"].strip().casefold():
            return {"body": {"labels": ["two options say the same"]}}
        if content.body["justify"] and not any(_split(content)):
            return {"scoring": {"split": ["the answer or its reason must be worth something"]}}
        return {}

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        unread = content.body["justify"] and not _split(content)[1]
        return ["the reason is worth nothing: nobody will be asked to read it"] if unread else []

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; true stands first, always."""
        return {name: content.body[name] for name in ("prompt", "labels", "justify", "lines")}

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`: a reason that may bring points waits for a person."""
        value = (response or {}).get("value")
        reason = content.body["justify"] and (response or {}).get("justification", "").strip()
        if value is None and not reason:
            return Score.unanswered()
        right = value is content.key["value"]
        answer = {"fraction": str(int(right)), "reason": WHY[None if value is None else right]}
        if not content.body["justify"]:
            return Score.of(Fraction(int(right)), {"answer": answer})
        worth, more = _split(content)
        sure = worth / (worth + more) if right else Fraction(0)
        unread = value is not None and not right and content.scoring["after_wrong"] == "nothing"
        if reason and more and not unread:
            waiting = {"fraction": "0", "reason": "to_mark"}
            return Score.to_mark(sure, {"answer": answer, "justification": waiting})
        why = "no_match" if reason else "unanswered"
        return Score.of(sure, {"answer": answer, "justification": {"fraction": "0", "reason": why}})

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {"value": content.key["value"], "justification": content.key["justification"]}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the label of the tick, and the reason."""
        said = response or {}
        tick = content.body["labels"][SIDES[said["value"]]] if said.get("value") is not None else ""
        reason = " ".join(said.get("justification", "").split()) if content.body["justify"] else ""
        return " · ".join(part for part in (tick, reason) if part)

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: how often each was ticked; reasons are read one by one."""
        counts = Counter((response or {}).get("value") for response in responses)
        return [
            Tally(
                content.body["labels"][SIDES[value]], counts[value], Fraction(value is content.key["value"])
            )
            for value in (True, False)
        ]

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        if lang.partition("-")[0] == "en":
            return {
                "title": "The Sun",
                "points": "2",
                "body": {
                    "prompt": "<p>The Sun is a star.</p>",
                    "labels": {"true": "True", "false": "False"},
                    "justify": True,
                },
                "key": {"value": True, "justification": "<p>It makes its own light.</p>"},
            }
        return {
            "title": "La lumière de la Lune",
            "points": "2",
            "body": {"prompt": "<p>La Lune produit sa propre lumière.</p>", "justify": True},
            "key": {
                "value": False,
                "justification": "<p>Elle renvoie la lumière qui lui vient du Soleil.</p>",
            },
        }

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: the fields `value` (`true` or `false`) and `justification`."""
        return {
            "value": next(iter(fields.get("value", ())), "") or None,
            "justification": next(iter(fields.get("justification", ())), ""),
        }

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`: `value`, `label_true`, `label_false`, `justify`, `lines`, …"""
        data = common(fields)
        labels = {
            side: one(fields, f"label_{side}") for side in SIDES.values() if one(fields, f"label_{side}")
        }
        data["body"] |= {
            "labels": labels,
            "justify": one(fields, "justify") == "1",
            "lines": one(fields, "lines", "4"),
        }
        data["key"] |= {"justification": one(fields, "justification")}
        if one(fields, "value"):
            data["key"]["value"] = one(fields, "value")
        shares = {name: one(fields, f"split_{name}") for name in ("answer", "justification")}
        data["scoring"] = {
            "split": {name: share for name, share in shares.items() if share},
            "after_wrong": one(fields, "after_wrong", "marked"),
        }
        return data


def _split(content: Content) -> tuple[Fraction, Fraction]:
    split = content.scoring["split"]
    return Fraction(split["answer"]), Fraction(split["justification"])
