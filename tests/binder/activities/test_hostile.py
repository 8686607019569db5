"""No answer keeps the server busy: each type against answers that nobody types and the largest that a page can send."""

from __future__ import annotations

import sys

import pytest

from benchmarks import hostile
from binder.activities import activities
from binder.activities.values import MOST_CHARACTERS, MOST_VALUES, bounded
from binder.errors import Invalid

SLOW = 3 if sys.gettrace() is None else 30
"""How many times slower than the machine of `benchmarks` the tests may run."""


@pytest.mark.parametrize("name", sorted(kind.name for kind in activities))
def test_the_slowest_answer_of_each_type_stays_below_5_ms(name: str) -> None:
    took, answer = hostile.worst(activities[name])
    assert took < SLOW * hostile.LIMIT, str(answer)[:300].encode("ascii", "backslashreplace")


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ({"text": "a" * MOST_CHARACTERS}, False),  # the field's name counts, too
        ({"": "a" * MOST_CHARACTERS}, True),
        ({"list": ["a"] * (MOST_VALUES - 2)}, True),
        ({"list": ["a"] * (MOST_VALUES - 1)}, False),
        ({str(number): number for number in range(MOST_VALUES // 2)}, True),
        ({str(number): number for number in range(MOST_VALUES // 2 + 1)}, False),
        ({"nested": [[["a"] * 400] * 2]}, True),
        ({"nested": [[["a"] * 400] * 3]}, False),
    ],
)
def test_answers_are_bounded_before_they_are_read(answer: object, fits: bool) -> None:
    if fits:
        assert bounded(answer) is answer
    else:
        with pytest.raises(Invalid) as refused:
            bounded(answer)
        assert "larger" in str(refused.value.messages)


def test_the_largest_drawing_and_the_fullest_gaps_fit() -> None:
    strokes = [{"points": " ".join(["1000 1000"] * 100)}] * 200
    drawing = activities["drawing"].answer({"strokes": strokes, "text": "é" * 5000})
    assert len(drawing["strokes"]) == 200
    assert drawing["strokes"][0]["ink"] == "black"
    assert len(activities["cloze"].answer({"gaps": {f"g{n}": "a" * 100 for n in range(60)}})["gaps"]) == 60
    with pytest.raises(Invalid):
        activities["cloze"].answer({"gaps": {f"g{n}": "a" * 101 for n in range(60)}})
    prose = f"<p>{'Un mot, un autre. ' * 70}</p>" * 15
    assert activities["free_text"].answer({"html": prose})["words"] > 4000
    with pytest.raises(Invalid):
        activities["free_text"].answer({"html": "<p>a</p>" * 1000})
