"""What a numeric question accepts: exact numbers with their tolerances and units, as stored and as an author types them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.forms import Row
from binder.activities.numbers import (
    NumberError,
    Reading,
    Tolerance,
    ToleranceKind,
    Unit,
    accepts,
    plain,
    read,
    written,
)
from binder.activities.values import Points
from binder.sanitize import Html

__all__ = [
    "TYPED",
    "AcceptedNumber",
    "Exact",
    "UnitName",
    "canonical",
    "matches",
    "ranged",
    "tolerance_of",
    "typed_row",
]

NUMBER = re.compile(r"-?[0-9]{1,200}(\.[0-9]{1,200})?|-?[0-9]{1,200}/0*[1-9][0-9]{0,199}", re.ASCII)
ENDS = {"[]": (False, False), "][": (True, True), "]]": (True, False), "[[": (False, True)}
"""As French writes intervals → whether low and high are left out."""
TYPED = (
    "accepted_value",
    "accepted_kind",
    "accepted_margin",
    "accepted_high",
    "accepted_ends",
    "accepted_fraction",
    "accepted_feedback",
)
"""Columns of the author's form; the first is the number, or the beginning of a range."""


class Exact(fields.Field[str]):
    """A marshmallow field: an exact number, written as "-3.14" or "22/7"; kept as `numbers.plain` writes it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = str(value).strip() if isinstance(value, str | int | float) and value is not True else ""
        if not NUMBER.fullmatch(text):
            raise marshmallow.ValidationError("write a number, such as 3.14 or 22/7")
        return plain(Fraction(text))


class ToleranceSchema(marshmallow.Schema):
    """See `numbers.Tolerance`."""

    kind = fields.String(load_default="abs", validate=validate.OneOf([kind.value for kind in ToleranceKind]))
    value = Exact(load_default="0")
    digits = fields.Integer(load_default=0, validate=validate.Range(min=0, max=15))
    low = Exact(load_default="0")
    high = Exact(load_default="0")
    open_low = fields.Boolean(load_default=False)
    open_high = fields.Boolean(load_default=False)

    @marshmallow.validates_schema
    def can_be_met(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Refuse what no answer could meet."""
        try:
            tolerance_of(data)
        except ValueError:
            if data["kind"] == "range":
                raise marshmallow.ValidationError("this range is empty", "high") from None
            raise marshmallow.ValidationError(
                "a tolerance is not negative, and there is at least one significant figure", "value"
            ) from None


class AcceptedNumber(marshmallow.Schema):
    """A number with its tolerance; 0 as `fraction` is for a mistake to which there is something to say."""

    value = Exact(load_default="0")
    tolerance = fields.Nested(ToleranceSchema, load_default=lambda: ToleranceSchema().load({}))
    fraction = Points(maximum=Fraction(1), load_default=Fraction(1))
    feedback = Html(load_default="")

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly; of a range, `value` is where it begins."""
        if data["tolerance"]["kind"] == "range":
            data["value"] = data["tolerance"]["low"]
        return {**data, "fraction": str(data["fraction"])}


class UnitName(marshmallow.Schema):
    """A unit; `multiplier` turns a number in it into one in the unit of the accepted numbers."""

    unit = fields.String(required=True, validate=validate.Length(min=1, max=30))
    multiplier = Exact(load_default="1")

    @marshmallow.validates("unit")
    def is_readable(self, value: str, data_key: str) -> None:
        """A unit must be one that learners can type."""
        try:
            read(f"1 {value}", "fr")
        except NumberError:
            raise marshmallow.ValidationError(
                "this is no unit: write it as pupils will, such as km/h"
            ) from None

    @marshmallow.validates("multiplier")
    def is_positive(self, value: str, data_key: str) -> None:
        """Nothing is measured in a unit of nothing."""
        if Fraction(value) <= 0:
            raise marshmallow.ValidationError("a unit is worth more than 0")


def tolerance_of(data: Mapping[str, Any]) -> Tolerance:
    """A stored tolerance.

    :raises ValueError: see `numbers.Tolerance`.
    """
    value, low, high = (Fraction(data[name]) for name in ("value", "low", "high"))
    kind = ToleranceKind(data["kind"])
    return Tolerance(kind, value, data["digits"], low, high, data["open_low"], data["open_high"])


def matches(accepted: Mapping[str, Any], reading: Reading, unit: Unit | None) -> bool:
    """Whether a number is one that is accepted.

    :param unit: in which it was typed; None: that of the accepted numbers.
    """
    multiplier = unit.multiplier if unit else Fraction(1)
    tolerance = tolerance_of(accepted["tolerance"])
    return accepts(reading, Fraction(accepted["value"]), tolerance, multiplier=multiplier)


def canonical(text: str, lang: str, *, percent: bool = False) -> str:
    """A number that an author typed, as it is stored; what cannot be read stays as it is and is refused later.

    :param percent: whether `5 %` may be written for 0.05.
    """
    try:
        reading = read(text, lang)
    except NumberError:
        return text
    if percent and reading.unit == "%":
        return plain(reading.value / 100)
    return text if reading.unit else plain(reading.value)


def ranged(accepted: Mapping[str, Any], lang: str) -> str:
    """An accepted number in signs: `3,14`, `3,14 ± 0,01`, `100 ± 5 %`, `[2 ; 3[`."""
    tolerance = accepted["tolerance"]
    value = written(Fraction(accepted["value"]), lang)
    if tolerance["kind"] == "range":
        ends = (tolerance["open_low"], tolerance["open_high"])
        high = written(Fraction(tolerance["high"]), lang)
        return f"{']' if ends[0] else '['}{value}\u00a0; {high}{'[' if ends[1] else ']'}"
    margin = Fraction(tolerance["value"])
    if tolerance["kind"] not in ("abs", "rel") or not margin:
        return value
    percent = f"{written(margin * 100, lang)}\u00a0%" if tolerance["kind"] == "rel" else written(margin, lang)
    return f"{value}\u00a0± {percent}"


def typed_row(line: Row, lang: str) -> dict[str, Any]:
    """A line of the author's form, columns `TYPED`, as data for `AcceptedNumber`."""
    kind = line["accepted_kind"] or "abs"
    value, margin = canonical(line["accepted_value"], lang), line["accepted_margin"]
    tolerance: dict[str, Any] = {"kind": kind}
    if kind == "range":
        low, high = ENDS.get(line["accepted_ends"], (False, False))
        tolerance |= {"low": value, "open_low": low, "open_high": high}
        tolerance["high"] = canonical(line["accepted_high"], lang)
    elif kind in ("decimals", "sigfigs"):
        tolerance["digits"] = margin or "0"
    else:
        tolerance["value"] = canonical(margin, lang, percent=kind == "rel") if margin else "0"
    return {
        "value": value,
        "tolerance": tolerance,
        "fraction": line["accepted_fraction"] or "1",
        "feedback": line["accepted_feedback"],
    }
