"""What clicks on a picture, or ticks in its list, hit, and what that is worth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from binder.activities.base import Content
from binder.activities.helping import Line, Table
from binder.activities.hotspot_data import MODES
from binder.activities.picturing import size_of
from binder.activities.zones import contains, hits

__all__ = [
    "BESIDE",
    "Judged",
    "fraction_of",
    "judged",
    "mode_of",
    "named",
    "points_of",
    "table",
    "ticked",
    "weights_of",
    "zones_of",
]

BESIDE = "—"
"""Stands for a click beside all zones."""


@dataclass(frozen=True)
class Judged:
    """An answer beside what is right."""

    right: int
    """Right zones, or right answers, that there are."""
    found: int
    wrong: int
    worth: Fraction
    """What was found by its weight, of all that is right."""
    parts: Mapping[str, Any]

    @property
    def fraction(self) -> Fraction:
        """Each that is wrong takes the mean share of a right one away; may be below 0."""
        return self.worth - Fraction(self.wrong, self.right)


def weights_of(content: Content) -> dict[str, Fraction]:
    """Right zone → its weight, 1 where nothing is said."""
    said = content.key.get("weights", {})
    return {zone: Fraction(said.get(zone, "1")) for zone in dict.fromkeys(content.key["correct"])}


def zones_of(content: Content) -> Sequence[Mapping[str, Any]]:
    """The zones, wherever they stand."""
    zones: Sequence[Mapping[str, Any]] = (content.body if content.body["visible"] else content.key)["zones"]
    return zones


def mode_of(content: Content) -> str:
    """`visible`, `hidden`, or `alternative` for those who cannot see the picture; see `Hotspot.adapted`."""
    return str(content.body.get("form", "visible" if content.body["visible"] else "hidden"))


def points_of(content: Content, response: Mapping[str, Any] | None) -> list[list[float]]:
    """The clicks that count: no more than may be made."""
    points = list((response or {}).get("points", ())) if mode_of(content) == "hidden" else []
    return points[: content.body["max_points"]]


def ticked(content: Content, response: Mapping[str, Any] | None) -> list[str]:
    """The zones, or options of the alternative, that were ticked, in the author's order."""
    visible = mode_of(content) == "visible"
    lines = content.body["zones"] if visible else content.body["alternative"]["options"]
    return [line["id"] for line in lines if line["id"] in (response or {}).get("zones", ())]


def judged(content: Content, response: Mapping[str, Any] | None) -> Judged | None:
    """What an answer hits; None without one. A click hits one zone, the one that is worth most in all."""
    right = weights_of(content)
    if points := points_of(content, response):
        zones = [zone for zone in zones_of(content) if zone["id"] in right]
        found = hits(zones, points, size_of(content.body["image"]), right)
        parts = {str(place + 1): _part(place in found) for place in range(len(points))}
        return told(right, set(found.values()), len(points) - len(found), parts)
    chosen = ticked(content, response)
    if not chosen:
        return None
    if mode_of(content) != "visible":
        right = dict.fromkeys(content.key["alternative"], Fraction(1))
    hit = right.keys() & set(chosen)
    return told(right, hit, len(chosen) - len(hit), {it: _part(it in hit) for it in chosen})


def told(right: Mapping[str, Fraction], hit: Collection[str], wrong: int, parts: Mapping[str, Any]) -> Judged:
    """Of what is right, with its weights, some was hit."""
    worth = sum((right[it] for it in hit), Fraction(0)) / sum(right.values())
    return Judged(len(right), len(hit), wrong, worth, parts)


def fraction_of(mode: str, found: Judged) -> Fraction:
    """By the way of counting; may be below 0."""
    if mode == "all_or_nothing":
        return Fraction(int(found.found == found.right and not found.wrong))
    return found.fraction


def table(content: Content) -> Table:
    """See `ActivityType.scoring_table`: everything, each right zone alone, everything but one, something wrong, too."""
    right, zones = weights_of(content), zones_of(content)
    names = {zone["id"]: zone["label"] or f"#{place}" for place, zone in enumerate(zones, 1)}
    heaviest = sorted(right, key=lambda zone: -right[zone])
    answers = [(heaviest, 0), *(([zone], 0) for zone in heaviest), (heaviest[:-1], 0), (heaviest, 1)]
    answers += [(heaviest[:1], 1), ([], 1)]
    once = {(tuple(hit), wrong): None for hit, wrong in answers if hit or wrong}
    lines = []
    for hit, wrong in once:
        words = " + ".join([*(names[zone] for zone in hit), *[BESIDE] * wrong])
        found = told(right, hit, wrong, {})
        lines.append(Line(words, [max(Fraction(0), fraction_of(mode, found)) for mode in MODES]))
    return Table(
        ["Zone by zone", "All or nothing"],
        [*lines, Line("", [Fraction(0)] * len(MODES))],
        MODES.index(content.scoring["mode"]),
    )


def _part(is_right: bool) -> dict[str, str]:
    return {"fraction": str(int(is_right)), "reason": "hit" if is_right else "miss"}


def named(content: Content, point: Sequence[float]) -> list[str]:
    """Ids of the zones around a point, the right ones first."""
    around = [
        zone["id"] for zone in zones_of(content) if contains(zone, point, size_of(content.body["image"]))
    ]
    return sorted(around, key=lambda zone: zone not in content.key["correct"])
