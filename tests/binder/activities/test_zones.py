"""Zones on a picture: what they are, which points lie in them, and which points hit which."""

from __future__ import annotations

import itertools
import random
import time
from typing import Any

import marshmallow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities.picturing import Picture, picture_from_form, zone_rows
from binder.activities.zones import Coordinate, Zone, contains, hits, placed
from tests.binder.activities.placed import LIMIT

FILE = "01890000-0000-7000-8000-000000000001"
WIDE, TALL, SQUARE, UNKNOWN = (800, 400), (400, 800), (500, 500), (0, 0)
STAR = [0.5, 0.1, 0.7, 0.9, 0.1, 0.4, 0.9, 0.4, 0.3, 0.9]
"""Five corners whose edges cross: even-odd, its middle is outside."""


def zone(shape: str, *coords: float, id: str = "z") -> dict[str, Any]:
    loaded: dict[str, Any] = Zone().load({"id": id, "shape": shape, "coords": list(coords)})
    return loaded


@pytest.mark.parametrize(
    ("size", "point", "is_in"),
    [
        (SQUARE, (0.6, 0.5), True),
        (SQUARE, (0.6001, 0.5), False),
        (SQUARE, (0.5, 0.6), True),
        (SQUARE, (0.5, 0.6001), False),
        # twice as wide as high: a tenth of the width is a fifth of the height
        (WIDE, (0.6, 0.5), True),
        (WIDE, (0.5, 0.7), True),
        (WIDE, (0.5, 0.7001), False),
        (WIDE, (0.56, 0.66), True),
        (WIDE, (0.5601, 0.66), False),
        # twice as high as wide
        (TALL, (0.6, 0.5), True),
        (TALL, (0.5, 0.55), True),
        (TALL, (0.5, 0.5501), False),
        (UNKNOWN, (0.5, 0.6), True),
    ],
)
def test_a_circle_is_one_in_pixels(size: tuple[int, int], point: tuple[float, float], is_in: bool) -> None:
    assert contains(zone("circle", 0.5, 0.5, 0.1), point, size) is is_in


@pytest.mark.parametrize("size", [WIDE, TALL, UNKNOWN])
@pytest.mark.parametrize(
    ("point", "is_in"),
    [((0.2, 0.3), True), ((0.5, 0.4), True), ((0.35, 0.35), True)]
    + [((0.1999, 0.35), False), ((0.3, 0.4001), False)],
)
def test_a_rectangle_holds_its_edges(point: tuple[float, float], is_in: bool, size: tuple[int, int]) -> None:
    assert contains(zone("rect", 0.2, 0.3, 0.3, 0.1), point, size) is is_in


@pytest.mark.parametrize(
    ("corners", "point", "is_in"),
    [
        ([0.1, 0.1, 0.5, 0.1, 0.1, 0.5], (0.2, 0.2), True),
        ([0.1, 0.1, 0.5, 0.1, 0.1, 0.5], (0.3, 0.3), True),  # on the long edge
        ([0.1, 0.1, 0.5, 0.1, 0.1, 0.5], (0.3001, 0.3001), False),
        ([0.1, 0.1, 0.5, 0.1, 0.1, 0.5], (0.1, 0.1), True),
        (STAR, (0.5, 0.5), False),  # the middle of a star
        (STAR, (0.5, 0.3), True),
        ([0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.5, 0.5, 0.1, 0.9], (0.5, 0.7), False),  # a notch
        ([0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.5, 0.5, 0.1, 0.9], (0.2, 0.7), True),
    ],
)
def test_a_polygon_is_even_odd(corners: list[float], point: tuple[float, float], is_in: bool) -> None:
    assert contains(zone("poly", *corners), point, WIDE) is is_in
    pairs = list(zip(corners[::2], corners[1::2], strict=True))
    reverse = itertools.chain(*reversed(pairs))
    assert contains(zone("poly", *reverse), point, WIDE) is is_in


@given(st.data())
def test_where_a_polygon_begins_changes_nothing(data: st.DataObject) -> None:
    place = st.integers(0, 100).map(lambda number: number / 100)
    corners = data.draw(st.lists(st.tuples(place, place), min_size=3, max_size=8))
    point = data.draw(st.tuples(place, place))
    turns = [corners[n:] + corners[:n] for n in range(len(corners))]
    found = {contains(zone("poly", *itertools.chain(*turn)), point, WIDE) for turn in turns}
    assert len(found) == 1


def test_as_many_zones_are_hit_as_can_be() -> None:
    small, large = zone("rect", 0.4, 0.4, 0.1, 0.1, id="a"), zone("rect", 0.3, 0.3, 0.4, 0.4, id="b")
    points = [(0.45, 0.45), (0.35, 0.35)]  # the first lies in both, the second only in the large one
    for zones in itertools.permutations((small, large)):
        for order in itertools.permutations(points):
            assert len(hits(zones, order, SQUARE)) == 2
    assert hits([small], [(0.45, 0.45), (0.46, 0.46)], SQUARE) == {0: "a"}
    assert (
        hits([small], [(0.9, 0.9)], SQUARE)
        == hits([], [(0.5, 0.5)], SQUARE)
        == hits([small], [], SQUARE)
        == {}
    )


def test_the_largest_question_is_looked_at_fast() -> None:
    chance = random.Random(4)
    zones = [zone("poly", *(chance.random() for _ in range(48)), id=f"z{n}") for n in range(20)]
    points = [(chance.random(), chance.random()) for _ in range(10)]
    began = time.process_time()
    hits(zones, points, WIDE)
    assert time.process_time() - began < LIMIT


@pytest.mark.parametrize(
    ("shape", "coords", "message"),
    [
        ("circle", [0.5, 0.5], "a zone has a place and a size"),
        ("circle", [0.5, 0.5, 0], "a zone has a place and a size"),
        ("rect", [0.5, 0.5, 0.1], "a zone has a place and a size"),
        ("rect", [0.5, 0.5, 0.1, 0], "a zone has a place and a size"),
        ("rect", [0.95, 0.5, 0.1, 0.1], "a zone reaches out of the picture"),
        ("poly", [0.1, 0.1, 0.2, 0.2], "a polygon has three corners at least"),
        ("poly", [0.1] * 7, "a polygon has three corners at least"),
    ],
)
def test_what_is_no_shape_is_refused(shape: str, coords: list[float], message: str) -> None:
    with pytest.raises(marshmallow.ValidationError) as refused:
        zone(shape, *coords)
    assert refused.value.messages == {"coords": [message]}


def test_too_many_corners_are_refused() -> None:
    with pytest.raises(marshmallow.ValidationError):
        zone("poly", *[0.1] * 50)


@pytest.mark.parametrize(
    ("typed", "place"),
    [(0, 0), (1, 1), (0.12346, 0.1235), ("12,5%", 0.125), ("12.5 %", 0.125), ("100%", 1), ("0.25", 0.25)],
)
def test_a_place_is_a_fraction_or_a_percentage(typed: Any, place: float) -> None:
    assert Coordinate().deserialize(typed) == place


@pytest.mark.parametrize(
    "typed",
    [-0.1, 1.1, True, "", "%", "101%", "-1%", "1e-3", "a%", "1,2,3%", float("nan"), float("inf"), 10**400]
    + [[], {}, "9" * 10**6, "²%"],
)
def test_what_is_no_place_is_refused(typed: Any) -> None:
    with pytest.raises(marshmallow.ValidationError):
        Coordinate().deserialize(typed)


@pytest.mark.parametrize(
    ("shape", "coords", "centre"),
    [
        ("circle", [0.2, 0.3, 0.1], [0.2, 0.3]),
        ("rect", [0.2, 0.3, 0.1, 0.2], [0.25, 0.4]),
        ("poly", [0.1, 0.1, 0.5, 0.1, 0.1, 0.5], [0.2, 0.3]),
        ("poly", [0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.8, 0.9, 0.8, 0.2, 0.1, 0.2], [0.85, 0.5]),  # an angle
        ("poly", [0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [0.1, 0.1]),
    ],
)
def test_the_number_of_a_zone_stands_in_it(shape: str, coords: list[float], centre: list[float]) -> None:
    assert placed(zone(shape, *coords))["centre"] == centre


def test_lines_of_a_form_become_zones() -> None:
    form = {
        "zone_id": ["z1", "", "", ""],
        "zone_shape": ["circle", "poly", "rect", "rect"],
        "zone_x": ["25", "", "", "10%"],
        "zone_y": ["50,5", "", "", "oops"],
        "zone_w": ["10", "", "", ""],
        "zone_h": ["7", "", "", ""],
        "zone_corners": ["", "10 20; 30,5 20 ;30 60", "", ""],
        "zone_label": ["un", "", "", ""],
    }
    first, second, last = (line.zone() for line in zone_rows(form, "zone_label"))
    assert first == {"id": "z1", "shape": "circle", "coords": ["25%", "50,5%", "10%"]}
    assert second["coords"] == ["10%", "20%", "30,5%", "20%", "30%", "60%"]
    assert last["coords"] == ["10%", "oops%", "%", "%"]  # what was typed is there to be shown again
    assert [line.number for line in zone_rows(form, "zone_label")] == [0, 1, 3]
    assert Zone().load(second)["coords"] == [0.1, 0.2, 0.305, 0.2, 0.3, 0.6]
    assert zone_rows({}) == []


def test_what_the_server_knows_of_a_picture_goes_first() -> None:
    form = {"resource": [FILE], "picture_alt": ["Un rond"], "width": ["3"], "height": ["x"]}
    assert picture_from_form(form) == {"resource": FILE, "alt": "Un rond", "width": "3"}
    sure = picture_from_form({**form, "resource_width": ["800"], "resource_height": ["400"]})
    assert Picture().load(sure) == {"resource": FILE, "alt": "Un rond", "width": 800, "height": 400}


@pytest.mark.parametrize("data", [{}, {"resource": ""}, {"resource": None}, {"resource": "x"}])
def test_a_picture_that_is_missing_is_asked_for(data: dict[str, Any]) -> None:
    with pytest.raises(marshmallow.ValidationError) as refused:
        Picture().load({**data, "alt": ""})
    assert set(refused.value.messages) == {"resource", "alt"}


@given(st.floats(0, 1), st.floats(0, 1))
def test_places_survive_being_typed(x: float, y: float) -> None:
    kept = Coordinate().deserialize(x)
    assert Coordinate().deserialize(f"{kept * 100:.4f}%") == kept
    assert contains(zone("rect", 0, 0, 1, 1), (kept, Coordinate().deserialize(y)), WIDE)
