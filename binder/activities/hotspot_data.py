"""What a hotspot question holds: zones that are seen stand in `body`, hidden ones in `key`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import KeySchema, PromptSchema
from binder.activities.picturing import Picture
from binder.activities.values import PartId, Points, exact
from binder.activities.zones import MOST_ZONES, Coordinate, Zone
from binder.sanitize import Html

__all__ = ["MODES", "MOST_POINTS", "Body", "Key", "Response", "Scoring"]

MOST_POINTS = 10
MODES = ("per_zone", "all_or_nothing")


class LabelledZone(Zone):
    """A zone and what it is called: for those who see it, those who do not, and the teacher's lists."""

    label = fields.String(load_default="", validate=validate.Length(max=200))


class Option(marshmallow.Schema):
    """A line of the alternative that can be ticked."""

    id = fields.String(required=True, validate=PartId)
    text = fields.String(required=True, validate=validate.Length(min=1, max=300))


class Alternative(marshmallow.Schema):
    """The same question without a picture; its own words, where `prompt` of the question would make no sense."""

    prompt = Html(load_default="")
    options = fields.List(fields.Nested(Option), load_default=list, validate=validate.Length(max=MOST_ZONES))


class Body(PromptSchema):
    """What the learner sees; `zones` only where they are `visible`."""

    image = fields.Nested(Picture, required=True)
    visible = fields.Boolean(load_default=False)
    max_points = fields.Integer(load_default=1, validate=validate.Range(min=1, max=MOST_POINTS))
    zones = fields.List(
        fields.Nested(LabelledZone), load_default=list, validate=validate.Length(max=MOST_ZONES)
    )
    alternative = fields.Nested(Alternative, load_default=lambda: {"prompt": "", "options": []})


class Key(KeySchema):
    """Hidden zones, which of the zones are right, which options of the alternative, words and a weight for each zone."""

    zones = fields.List(
        fields.Nested(LabelledZone), load_default=list, validate=validate.Length(max=MOST_ZONES)
    )
    correct = fields.List(
        fields.String(validate=PartId), load_default=list, validate=validate.Length(max=MOST_ZONES)
    )
    alternative = fields.List(
        fields.String(validate=PartId), load_default=list, validate=validate.Length(max=MOST_ZONES)
    )
    feedback = fields.Dict(
        fields.String(validate=PartId), Html(), load_default=dict, validate=validate.Length(max=MOST_ZONES)
    )
    weights = fields.Dict(
        fields.String(validate=PartId),
        Points(minimum=Fraction(1, 100), maximum=Fraction(100)),
        load_default=dict,
        validate=validate.Length(max=MOST_ZONES),
    )
    """Zone → what it weighs beside the others, where that is not 1."""

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        weights = {zone: weight for zone, weight in data["weights"].items() if weight != 1}
        return {**data, "weights": exact(weights)}


class Scoring(marshmallow.Schema):
    """`per_zone`: each right zone brings its share, by its weight; each click or tick beside them takes away the mean."""

    mode = fields.String(load_default="per_zone", validate=validate.OneOf(MODES))


class Response(marshmallow.Schema):
    """Points on the picture, or zones, or options of the alternative; `unread` is what was typed and is no point."""

    points = fields.List(
        fields.List(Coordinate(), validate=validate.Length(equal=2)),
        load_default=list,
        validate=validate.Length(max=MOST_POINTS),
    )
    zones = fields.List(
        fields.String(validate=PartId), load_default=list, validate=validate.Length(max=MOST_ZONES)
    )
    unread = fields.List(
        fields.List(fields.String(validate=validate.Length(max=50)), validate=validate.Length(equal=2)),
        load_default=list,
        validate=validate.Length(max=MOST_POINTS),
    )

    @marshmallow.post_load
    def unique(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Order and repetition of ticks carry no meaning; what is empty is left out."""
        data["zones"] = sorted(set(data["zones"]))
        return {name: value for name, value in data.items() if value}
