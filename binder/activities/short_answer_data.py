"""What a short answer is made of, and what is typed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import KeySchema, PromptSchema
from binder.activities.texts import MAX_TEXT, folded_always
from binder.activities.values import Points
from binder.sanitize import Html

__all__ = ["MODES", "MOST_TEXTS", "OPTIONS", "Body", "Key", "Response", "Scoring"]

MODES = ("one", "several", "spelling")
"""One answer; so many of the accepted ones, each counted once; one that is written as it is heard."""
MOST_TEXTS = 50
"""Ways to write the accepted answers at the most."""
MOST_EXPECTED = 12
OPTIONS = ("case", "accents", "accent_fraction", "typos", "typo_fraction", "punctuation")
"""What `Scoring` holds."""
ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Text = validate.Length(min=1, max=MAX_TEXT)
Sound = validate.Regexp(rf"^({ID})?\Z", error="choose a file of this binder")
Language = validate.Regexp(r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})?)?\Z", error="a language such as fr or en")


class AcceptedText(marshmallow.Schema):
    """An accepted answer; `variants` are other ways to write it. `*` stands for any characters."""

    text = fields.String(required=True, validate=Text)
    variants = fields.List(fields.String(validate=Text), load_default=list, validate=validate.Length(max=20))
    fraction = Points(maximum=Fraction(1), load_default=Fraction(1))
    feedback = Html(load_default="")

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "fraction": str(data["fraction"])}


class RejectedText(marshmallow.Schema):
    """An answer that is wrong although it looks like a right one."""

    text = fields.String(required=True, validate=Text)
    feedback = Html(load_default="")


class Body(PromptSchema):
    """What the learner sees. `audio` is heard in a dictation, `alternative` asks those who cannot hear it."""

    mode = fields.String(load_default="one", validate=validate.OneOf(MODES))
    expected = fields.Integer(load_default=3, validate=validate.Range(min=2, max=MOST_EXPECTED))
    audio = fields.String(load_default="", validate=Sound)
    alternative = Html(load_default="")
    placeholder = fields.String(load_default="", validate=validate.Length(max=100))
    size = fields.Integer(load_default=30, validate=validate.Range(min=5, max=80))
    answer_lang = fields.String(load_default="", validate=Language)


class Key(KeySchema):
    """What is right, what is wrong although it looks right, and what is heard."""

    accepted = fields.List(
        fields.Nested(AcceptedText), required=True, validate=validate.Length(min=1, max=MOST_TEXTS)
    )
    rejected = fields.List(
        fields.Nested(RejectedText), load_default=list, validate=validate.Length(max=MOST_TEXTS)
    )
    transcript = Html(load_default="")


class Scoring(marshmallow.Schema):
    """What is asked of a text, see `texts.Rules`; a dictation asks for more, see `citing.rules`."""

    case = fields.String(load_default="ignore", validate=validate.OneOf(["ignore", "require"]))
    accents = fields.String(load_default="require", validate=validate.OneOf(["require", "half", "ignore"]))
    accent_fraction = Points(maximum=Fraction(1), load_default=Fraction(1, 2))
    typos = fields.String(load_default="no", validate=validate.OneOf(["no", "tolerate"]))
    typo_fraction = Points(maximum=Fraction(1), load_default=Fraction(1, 2))
    punctuation = fields.String(load_default="ignore", validate=validate.OneOf(["ignore", "require"]))

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {name: str(value) for name, value in data.items()}


class Response(marshmallow.Schema):
    """What was typed, as it was typed; what is blank is no answer."""

    text = fields.String(load_default="", validate=validate.Length(max=MAX_TEXT))
    texts = fields.List(
        fields.String(validate=validate.Length(max=MAX_TEXT)),
        load_default=list,
        validate=validate.Length(max=MOST_EXPECTED),
    )

    @marshmallow.post_load
    def only_said(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Leave out what says nothing; several answers keep their places."""
        return {name: value for name, value in data.items() if folded_always("".join(value))}
