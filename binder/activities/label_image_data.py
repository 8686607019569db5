"""What a picture to be labelled holds: where its zones are is public, what belongs there stands in the key."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import KeySchema, PromptSchema
from binder.activities.picturing import MaybePicture, Picture
from binder.activities.values import PartId, Points
from binder.activities.zones import MOST_ZONES, Zone

__all__ = ["MODES", "MOST_LABELS", "MOST_TEXT", "Body", "Key", "Response", "Scoring"]

MODES = ("select", "drag", "text")
MOST_LABELS = 40
MOST_TEXT = 200
MOST_WAYS = 10
"""Right labels, or right texts, of one zone."""


class Place(Zone):
    """A numbered zone; `label_sr` says where it is, for those who cannot see it, and never what belongs there."""

    label_sr = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, error="say in words where each zone is"),
            validate.Length(max=MOST_TEXT),
        ],
    )


class Label(marshmallow.Schema):
    """What may stand in a zone; where it is a picture, its text is what the picture shows."""

    id = fields.String(required=True, validate=PartId)
    text = fields.String(required=True, validate=validate.Length(min=1, max=MOST_TEXT))
    picture = MaybePicture()

    @marshmallow.post_load
    def only_chosen(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Without a picture there is none."""
        return {name: value for name, value in data.items() if name != "picture" or value}


class Body(PromptSchema):
    """What the learner sees: `labels` are chosen from a menu (`select`) or carried there (`drag`); none for `text`."""

    image = fields.Nested(Picture, required=True)
    mode = fields.String(load_default="select", validate=validate.OneOf(MODES))
    zones = fields.List(fields.Nested(Place), load_default=list, validate=validate.Length(max=MOST_ZONES))
    labels = fields.List(fields.Nested(Label), load_default=list, validate=validate.Length(max=MOST_LABELS))
    reuse = fields.Boolean(load_default=False)
    """Whether a label may stand in several zones."""


class Text(marshmallow.Schema):
    """A text that is right in a zone, or right in part."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=MOST_TEXT))
    fraction = Points(maximum=Fraction(1), load_default=lambda: Fraction(1))

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "fraction": str(data["fraction"])}


class Key(KeySchema):
    """Zone → ids of the labels that are right there, or, where learners write, the texts."""

    zones = fields.Dict(
        fields.String(validate=PartId),
        fields.List(fields.String(validate=PartId), validate=validate.Length(min=1, max=MOST_WAYS)),
        load_default=dict,
        validate=validate.Length(max=MOST_ZONES),
    )
    texts = fields.Dict(
        fields.String(validate=PartId),
        fields.List(fields.Nested(Text), validate=validate.Length(min=1, max=MOST_WAYS)),
        load_default=dict,
        validate=validate.Length(max=MOST_ZONES),
    )


class Scoring(marshmallow.Schema):
    """How zones add up, whether a wrong one takes the share of a right one, and what is asked of a text."""

    mode = fields.String(load_default="per_zone", validate=validate.OneOf(["per_zone", "all_or_nothing"]))
    penalty = fields.Boolean(load_default=False)
    case = fields.String(load_default="ignore", validate=validate.OneOf(["ignore", "require"]))
    accents = fields.String(load_default="require", validate=validate.OneOf(["require", "half", "ignore"]))
    typos = fields.String(load_default="no", validate=validate.OneOf(["no", "tolerate"]))


class Response(marshmallow.Schema):
    """Zone → id of the label, or the text, that the learner put there."""

    zones = fields.Dict(
        fields.String(validate=PartId),
        fields.String(validate=validate.Length(max=MOST_TEXT)),
        load_default=dict,
        validate=validate.Length(max=MOST_ZONES),
    )

    @marshmallow.post_load
    def filled(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """What was left empty is not there; the order carries no meaning."""
        kept = {zone: text for zone, text in sorted(data["zones"].items()) if text.strip()}
        return {"zones": kept} if kept else {}
