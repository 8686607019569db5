"""Zones on a picture and points that are clicked there: places are fractions of the picture's natural size, tests exact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.values import PartId

__all__ = ["MOST_CORNERS", "MOST_ZONES", "Coordinate", "Point", "Zone", "contains", "hits", "placed"]

MOST_ZONES = 20
MOST_CORNERS = 24
SCALE = 10_000
"""Places are kept to a ten-thousandth of the picture, so that they can be compared as whole numbers."""
PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{0,8})?) ?%")
PLAIN = re.compile(r"[01](?:\.[0-9]{0,12})?")
SIZES = {"circle": 3, "rect": 4}
"""Numbers of a circle (centre x and y, radius in widths of the picture) and a rectangle (left, top, width, height)."""

Point = Sequence[float]
"""x from the left and y from the top, each a fraction of the picture."""


class Coordinate(fields.Float):
    """A marshmallow field: a fraction of the picture's size; a text may give it in percent, as people type it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> float:
        number: Any = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if isinstance(value, str) and len(value) <= 16:
            if found := PERCENT.fullmatch(value.strip()):
                number = Fraction(found[1].replace(",", ".")) / 100
            elif PLAIN.fullmatch(value.strip()):
                number = Fraction(value.strip())
        if number is None or not 0 <= number <= 1:
            raise marshmallow.ValidationError("a place on the picture is a number from 0 to 100 %")
        return float(round(number * SCALE) / SCALE)


class Zone(marshmallow.Schema):
    """A circle, a rectangle, or a polygon whose corners follow each other: x1, y1, x2, y2, …"""

    id = fields.String(required=True, validate=PartId)
    shape = fields.String(required=True, validate=validate.OneOf(["rect", "circle", "poly"]))
    coords = fields.List(Coordinate(), required=True, validate=validate.Length(max=2 * MOST_CORNERS))

    @marshmallow.validates_schema(skip_on_field_errors=True)
    def is_a_shape(self, data: dict[str, Any], **kwargs: Any) -> None:
        """As many numbers as its shape has, an area, and nothing of a rectangle outside the picture."""
        shape, coords = data["shape"], [_whole(number) for number in data["coords"]]
        if shape == "poly":
            if len(coords) < 6 or len(coords) % 2:
                raise marshmallow.ValidationError("a polygon has three corners at least", "coords")
        elif len(coords) != SIZES[shape] or not all(coords[2:]):
            raise marshmallow.ValidationError("a zone has a place and a size", "coords")
        elif shape == "rect" and (coords[0] + coords[2] > SCALE or coords[1] + coords[3] > SCALE):
            raise marshmallow.ValidationError("a zone reaches out of the picture", "coords")


def contains(zone: Mapping[str, Any], point: Point, size: tuple[int, int]) -> bool:
    """Whether the point lies in the zone or on its edge; a circle is one in pixels, whatever the picture's proportions.

    :param size: of the picture, in pixels; 0 where it is not known, which matters to circles alone.
    """
    x, y = map(_whole, point)
    coords = [_whole(number) for number in zone["coords"]]
    if zone["shape"] == "poly":
        return _in_polygon(list(zip(coords[::2], coords[1::2], strict=True)), x, y)
    left, top = coords[:2]
    if zone["shape"] == "rect":
        return 0 <= x - left <= coords[2] and 0 <= y - top <= coords[3]
    width, height = size if all(size) else (1, 1)
    return bool(((x - left) * width) ** 2 + ((y - top) * height) ** 2 <= (coords[2] * width) ** 2)


def _whole(number: float) -> int:
    return round(number * SCALE)


def _in_polygon(corners: Sequence[tuple[int, int]], x: int, y: int) -> bool:
    """Even-odd: a line to the right from an inner point crosses the edges an odd number of times."""
    inside = False
    ax, ay = corners[-1]
    for bx, by in corners:
        across = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if not across and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if (ay > y) != (by > y) and (across > 0) == (by > ay):
            inside = not inside
        ax, ay = bx, by
    return inside


def hits(
    zones: Sequence[Mapping[str, Any]],
    points: Sequence[Point],
    size: tuple[int, int],
    weights: Mapping[str, Fraction] | None = None,
) -> dict[int, str]:
    """Which points hit a zone: place of the point → id of the zone; each zone once, and as many as can be.

    :param weights: of the zones; where zones overlap, those are hit that weigh most in all.
    """
    inside = {
        zone["id"]: [place for place, point in enumerate(points) if contains(zone, point, size)]
        for zone in zones
    }
    taken: dict[int, str] = {}

    def find(zone: str, seen: set[int]) -> bool:
        for place in inside[zone]:
            if place not in seen:
                seen.add(place)
                if place not in taken or find(taken[place], seen):
                    taken[place] = zone
                    return True
        return False

    for zone in sorted(inside, key=lambda zone: -(weights or {}).get(zone, Fraction(1))):
        find(zone, set())  # the heaviest first: what has a point once keeps one
    return dict(sorted(taken.items()))


def placed(zone: Mapping[str, Any]) -> dict[str, Any]:
    """The zone with its `centre`, where its number stands: for a polygon, halfway up where it is widest there."""
    return {**zone, "centre": [round(number, 4) for number in _centre(zone["shape"], zone["coords"])]}


def _centre(shape: str, coords: Sequence[float]) -> tuple[float, float]:
    if shape == "circle":
        return coords[0], coords[1]
    if shape == "rect":
        return coords[0] + coords[2] / 2, coords[1] + coords[3] / 2
    y = (min(coords[1::2]) + max(coords[1::2])) / 2
    crossings = sorted(_crossings(list(zip(coords[::2], coords[1::2], strict=True)), y))
    spans = list(zip(crossings[::2], crossings[1::2], strict=False))
    left, right = max(spans, key=lambda span: span[1] - span[0], default=(coords[0], coords[0]))
    return (left + right) / 2, y


def _crossings(corners: Sequence[tuple[float, float]], y: float) -> Iterator[float]:
    ax, ay = corners[-1]
    for bx, by in corners:
        if (ay > y) != (by > y):
            yield ax + (bx - ax) * (y - ay) / (by - ay)
        ax, ay = bx, by
