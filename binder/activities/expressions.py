"""What a question about a formula holds: letters, accepted expressions, where they are compared, how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.algebra import AlgebraError, Form, Range, latex, parse, spoken
from binder.activities.base import KeySchema, PromptSchema
from binder.activities.numeric import MAX_TYPED, Language
from binder.activities.quantities import Exact
from binder.activities.values import Points
from binder.sanitize import Html

__all__ = [
    "COMPARED",
    "MOST_ACCEPTED",
    "FormulaBody",
    "FormulaKey",
    "FormulaResponse",
    "FormulaScoring",
    "domain_of",
]

COMPARED = ("equivalent", "same_form", "exact")
"""Worth the same; written alike up to factors 1 and terms 0; written alike. The order of terms never counts."""
MOST_ACCEPTED = 10
LETTER = r"[A-Za-zαβγδΔεθλμρστφωΩ](_[0-9A-Za-z]{1,3})?"
Letter = validate.Regexp(rf"^{LETTER}\Z", error="a letter, such as x or u_n")
Typed = validate.Length(min=1, max=MAX_TYPED)


class FormulaBody(PromptSchema):
    """What the learner sees. `before` stands before the field, such as “f(x) =”; `letters` may occur in an answer."""

    answer_lang = fields.String(load_default="fr", validate=Language)
    letters = fields.List(
        fields.String(validate=Letter), load_default=lambda: ["x"], validate=validate.Length(max=6)
    )
    equation = fields.Boolean(load_default=False)
    before = fields.String(load_default="", validate=validate.Length(max=60))


class AcceptedExpression(marshmallow.Schema):
    """An expression as an author typed it; 0 as `fraction` is for a mistake to which there is something to say."""

    text = fields.String(required=True, validate=Typed)
    fraction = Points(maximum=Fraction(1), load_default=Fraction(1))
    feedback = Html(load_default="")

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "fraction": str(data["fraction"])}


class RangeSchema(marshmallow.Schema):
    """What a letter may be where expressions are compared."""

    letter = fields.String(required=True, validate=Letter)
    low = Exact(load_default="-3")
    high = Exact(load_default="3")
    whole = fields.Boolean(load_default=False)

    @marshmallow.validates_schema
    def is_no_point(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Refuse a range in which there is nothing to compare."""
        low, high = Fraction(data["low"]), Fraction(data["high"])
        if low >= high or max(abs(low), abs(high)) > 10**6:
            raise marshmallow.ValidationError("from a smaller to a larger number, up to 1000000", "high")


class FormulaKey(KeySchema):
    """What is right, and where it is compared; letters without a range lie between -3 and 3."""

    accepted = fields.List(
        fields.Nested(AcceptedExpression), required=True, validate=validate.Length(min=1, max=MOST_ACCEPTED)
    )
    ranges = fields.List(fields.Nested(RangeSchema), load_default=list, validate=validate.Length(max=6))


class FormulaScoring(marshmallow.Schema):
    """How an answer is compared, how it is to be written, and what it is worth when it is right but written otherwise."""

    compare = fields.String(load_default="equivalent", validate=validate.OneOf(COMPARED))
    form = fields.String(load_default="none", validate=validate.OneOf([form.value for form in Form]))
    form_fraction = Points(maximum=Fraction(1), load_default=Fraction(0))

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {**data, "form_fraction": str(data["form_fraction"])}


class FormulaResponse(marshmallow.Schema):
    """`raw` as it was typed under `lang`; `latex` and `spoken` follow from it and are made here, whoever sends them."""

    raw = fields.String(load_default="", validate=validate.Length(max=MAX_TYPED))
    lang = fields.String(load_default="fr", validate=Language)

    class Meta:
        unknown = marshmallow.EXCLUDE

    @marshmallow.post_load
    def add_reading(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Say what was read; what is blank is no answer."""
        if not data["raw"].strip():
            return {}
        try:
            node = parse(data["raw"], equation="=" in data["raw"])
        except AlgebraError:
            return data
        return {**data, "latex": latex(node, data["lang"]), "spoken": spoken(node, data["lang"])}


def domain_of(key: Mapping[str, Any]) -> dict[str, Range]:
    """Letter → what it may be."""
    return {
        each["letter"]: Range(Fraction(each["low"]), Fraction(each["high"]), each["whole"])
        for each in key["ranges"]
    }
