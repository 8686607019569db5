"""What every type of activity shares."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import marshmallow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Points, Score, ScoreState, activities
from binder.errors import Invalid
from tests import factories

choice = activities["choice"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1", Fraction(1)),
        (2, Fraction(2)),
        (" 0,5 ", Fraction(1, 2)),
        ("0.5", Fraction(1, 2)),
        ("1/3", Fraction(1, 3)),
        ("1.5/4.5", Fraction(1, 3)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1000", Fraction(1000)),
    ],
)
def test_points_are_exact(written: Any, meant: Fraction) -> None:
    assert Points().deserialize(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "-1",
        "1e3",
        "1e999999",
        "1/0",
        "1/0.0",
        "1/2/3",
        "1_0",
        "٣",
        "½",
        "1001",
        "9" * 17,
        "1" * 10**6,
    ]
    + ["nan", "inf", True, 1.5, float("inf"), None, [], {}, "1 2", "0x10", 10**4000],
)
def test_what_is_no_number_of_points_is_refused(written: Any) -> None:
    with pytest.raises(marshmallow.ValidationError):
        Points().deserialize(written)


def test_points_are_written_as_a_fraction() -> None:
    class Schema(marshmallow.Schema):
        points = Points()

    assert Schema().dump({"points": Fraction(1, 3)}) == {"points": "1/3"}
    assert Schema().dump({"points": None}) == {"points": None}


@given(st.fractions(min_value=0, max_value=1000, max_denominator=99))
def test_points_survive_the_way_out_and_in(number: Fraction) -> None:
    assert Points().deserialize(str(number)) == number


@pytest.mark.parametrize(
    ("raw", "fraction", "state"),
    [
        (Fraction(-1, 2), Fraction(0), ScoreState.INCORRECT),
        (Fraction(0), Fraction(0), ScoreState.INCORRECT),
        (Fraction(1, 3), Fraction(1, 3), ScoreState.PARTIAL),
        (Fraction(1), Fraction(1), ScoreState.CORRECT),
        (Fraction(3, 2), Fraction(1), ScoreState.CORRECT),
    ],
)
def test_a_score_is_cut_to_between_nothing_and_everything(
    raw: Fraction, fraction: Fraction, state: ScoreState
) -> None:
    assert Score.of(raw) == Score(fraction, state)


def test_all_mistakes_are_told_at_once_by_field() -> None:
    with pytest.raises(Invalid) as refused:
        choice.load({"points": "lots", "body": {}, "key": {}, "scoring": {"mode": "guess"}})
    assert set(refused.value.messages) == {"points", "body", "key", "scoring"}


def test_one_point_is_the_default() -> None:
    data = factories.choice()
    del data["points"], data["scoring"]
    content = choice.load(data)
    assert (content.points, content.scoring) == (Fraction(1), {"mode": "right_minus_wrong"})


@pytest.mark.parametrize("part", ["body", "key", "scoring"])
@pytest.mark.parametrize("value", [[1], "text", 3, True, [[]], {"x": 1}])
def test_a_part_of_the_wrong_shape_is_refused(part: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        choice.load({**factories.choice(), part: value})
    assert part in refused.value.messages


def test_what_no_database_can_keep_is_left_out() -> None:
    data = factories.choice()
    data["body"]["prompt"] = "<p>un\x00 deux\ud800</p>"
    assert choice.load(data).body["prompt"] == "<p>un deux</p>"


@pytest.mark.parametrize("data", [None, [], "aaaa", 3, True])
def test_an_answer_is_an_object(data: Any) -> None:
    with pytest.raises(Invalid, match="an answer is an object"):
        choice.answer(data)
