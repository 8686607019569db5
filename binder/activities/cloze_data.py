"""What a text with gaps is made of, and what learners put into the gaps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities import short_answer_data
from binder.activities.base import KeySchema, PromptSchema
from binder.activities.gapped import MOST_GAPS, GappedHtml
from binder.activities.items import Item, Named
from binder.activities.numeric import Language
from binder.activities.texts import MAX_TEXT
from binder.activities.values import PartId, Points, exact
from binder.sanitize import Html

__all__ = ["FORMATS", "KINDS", "MODES", "WIDTHS", "Body", "Key", "Response", "Scoring"]

KINDS = ("text", "number", "select", "drag")
"""Typed freely, a number, a menu of the gap's own, a word of the bank."""
MODES = ("per_gap", "all_or_nothing")
FORMATS = ("", "moodle", "h5p")
MOST_ANSWERS = 30
MOST_PIECES = 80
MOST_GROUPS = 20
MOST_TYPED = 6000
"""Characters in all gaps together: a hundred for each of the most gaps."""
WIDTHS = (6, 10, 16, 24, 40)
"""Of a field, in letters: a few only, the same for all fields, so that it says little about the answer."""
TOO_MUCH = "larger than an answer to any question can be"
Group = validate.Range(min=1, max=MOST_GROUPS)


class Gap(marshmallow.Schema):
    """One gap: `options` are those of its menu, `group` says which words of the bank may be put into it."""

    id = fields.String(required=True, validate=PartId)
    kind = fields.String(load_default="text", validate=validate.OneOf(KINDS))
    options = fields.List(fields.Nested(Item), load_default=list, validate=validate.Length(max=MOST_ANSWERS))
    group = fields.Integer(load_default=1, validate=Group)


class Piece(Item):
    """One word of the bank; an `infinite` one may be used in several gaps."""

    group = fields.Integer(load_default=1, validate=Group)
    infinite = fields.Boolean(load_default=False)


class Body(PromptSchema):
    """What the learner sees: `html` with the places of its gaps. `answer_lang` says what a comma in a number means."""

    html = GappedHtml(required=True, validate=validate.Length(min=1))
    gaps = fields.List(fields.Nested(Gap), load_default=list, validate=validate.Length(max=MOST_GAPS))
    bank = fields.List(fields.Nested(Piece), load_default=list, validate=validate.Length(max=MOST_PIECES))
    width = fields.Integer(load_default=10, validate=validate.OneOf(WIDTHS))
    answer_lang = fields.String(load_default="fr", validate=Language)


class Answer(marshmallow.Schema):
    """A text or a number that is right, or right in part: `3,14 ± 0,01` is a number with its margin."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=MAX_TEXT))
    fraction = Points(maximum=Fraction(1), load_default=Fraction(1))
    feedback = Html(load_default="")

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "fraction": str(data["fraction"])}


PartIds = fields.List(
    fields.String(validate=PartId), load_default=list, validate=validate.Length(max=MOST_PIECES)
)


class GapKey(marshmallow.Schema):
    """What is right in one gap: texts and numbers are `accepted` or `rejected`; of a menu or the bank, `correct` are the
    ids that are right and `mapping` gives others a part of the points."""

    accepted = fields.List(
        fields.Nested(Answer), load_default=list, validate=validate.Length(max=MOST_ANSWERS)
    )
    rejected = fields.List(
        fields.Nested(short_answer_data.RejectedText),
        load_default=list,
        validate=validate.Length(max=MOST_ANSWERS),
    )
    correct = PartIds
    mapping = fields.Dict(
        fields.String(validate=PartId),
        Points(maximum=Fraction(1)),
        load_default=dict,
        validate=validate.Length(max=MOST_PIECES),
    )
    feedback = fields.Dict(
        fields.String(validate=PartId), Html(), load_default=dict, validate=validate.Length(max=MOST_PIECES)
    )

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "mapping": exact(data["mapping"])}


class Key(KeySchema):
    """What is right, by gap; `converted` names the format from which the gaps were read when the text was last written."""

    gaps = fields.Dict(
        fields.String(validate=PartId),
        fields.Nested(GapKey),
        required=True,
        validate=validate.Length(max=MOST_GAPS),
    )
    converted = fields.String(load_default="", validate=validate.OneOf(FORMATS))


class Scoring(short_answer_data.Scoring):
    """`weights` of gaps that are not worth 1; the rest is asked of texts, see `texts.Rules`."""

    mode = fields.String(load_default="per_gap", validate=validate.OneOf(MODES))
    weights = fields.Dict(
        fields.String(validate=PartId), Points(), load_default=dict, validate=validate.Length(max=MOST_GAPS)
    )

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        weights = exact(data["weights"])
        return {**super().keep_exact(data, **kwargs), "weights": weights}


class Response(marshmallow.Schema):
    """Gap id → what was typed, or the id of what was chosen; what is blank is no answer."""

    gaps = Named(fields.String(validate=validate.Length(max=MAX_TEXT)))

    @marshmallow.post_load
    def only_said(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Leave out what says nothing; gaps are for words, not for pages."""
        if sum(map(len, data["gaps"].values())) > MOST_TYPED:
            raise marshmallow.ValidationError(TOO_MUCH, "gaps")
        return {"gaps": {name: text for name, text in data["gaps"].items() if text.strip()}}
