"""What helps authors: a pasted list becomes rows, and typical answers to their own question have their price."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import activities, pasting
from binder.activities.choice_table import WAYS
from binder.activities.helping import Helping
from binder.activities.pasting import MOST_LINES, Pasted

CHOICE = activities["choice"]
EMPTY: dict[str, Any] = {"points": "1", "body": {"options": []}, "key": {"correct": []}, "scoring": {}}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("un glacier", Pasted("un glacier")),
        ("*un glacier", Pasted("un glacier", True)),
        ("= un   glacier ", Pasted("un glacier", True)),
        ("- un glacier", Pasted("un glacier")),
        ("•\tun glacier", Pasted("un glacier")),
        ("3. un glacier", Pasted("un glacier")),
        ("b) un glacier", Pasted("un glacier")),
        ("- * un glacier", Pasted("un glacier", True)),
        ("* 3) un glacier", Pasted("un glacier", True)),
        ("le 3. mars", Pasted("le 3. mars")),
        ("L. Pasteur", Pasted("L. Pasteur")),
        ("-5", Pasted("-5")),
        ("3.14", Pasted("3.14")),
        ("2 * 3 = 6", Pasted("2 * 3 = 6")),
        ("Paris\tFrance", Pasted("Paris", other="France")),
        ("Paris -> France", Pasted("Paris", other="France")),
        ("Paris → la France -> l’Europe", Pasted("Paris", other="la France -> l’Europe")),
        ("a->b", Pasted("a->b")),
        ("Paris\t", Pasted("Paris")),
    ],
)
def test_a_line_is_read(line: str, found: Pasted) -> None:
    assert pasting.lines(line) == [found]


def test_empty_lines_and_repetitions_are_left_out() -> None:
    assert [one.text for one in pasting.lines("a\n\n  \n*\nb\r\na\n")] == ["a", "b"]


def test_a_list_comes_behind_what_is_there() -> None:
    data = {
        **EMPTY,
        "body": {"prompt": "<p>?</p>", "options": [{"id": "a", "html": "un"}]},
        "key": {"correct": ["a"]},
    }
    made = CHOICE.pasted(data, "* deux <3\ntrois")
    assert [one["html"] for one in made["body"]["options"]] == ["un", "deux &lt;3", "trois"]
    assert len(made["key"]["correct"]) == 2
    assert made["body"]["multiple"] is True
    assert data["body"]["options"] == [{"id": "a", "html": "un"}], (
        "what was typed is not changed under one's hands"
    )
    assert CHOICE.load(made).body["multiple"]


def test_one_right_answer_leaves_a_single_choice() -> None:
    assert CHOICE.pasted(EMPTY, "*un\ndeux")["body"]["multiple"] is False


def test_pairs_need_two_sides() -> None:
    data: dict[str, Any] = {"body": {}, "key": {}}
    made = pasting.pairs(data, "Paris -> France\nseul\nRome\tItalie")
    assert [one["html"] for one in made["body"]["left"]] == ["Paris", "Rome"]
    right = {one["id"]: one["html"] for one in made["body"]["right"]}
    assert [right[made["key"]["pairs"][one["id"]]] for one in made["body"]["left"]] == ["France", "Italie"]


def test_items_are_pasted_in_their_right_order() -> None:
    made = pasting.items({"body": {"items": []}, "key": {"order": []}}, "un\ndeux\ntrois")
    assert [one["id"] for one in made["body"]["items"]] == made["key"]["order"]


def test_a_type_need_not_understand_lists() -> None:
    assert Helping().pasted(EMPTY, "un\ndeux") == EMPTY


@given(st.text(max_size=400))
def test_any_text_may_be_pasted(text: str) -> None:
    made = CHOICE.pasted(EMPTY, text)
    ids = [one["id"] for one in made["body"]["options"]]
    assert set(made["key"]["correct"]) <= set(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "bomb",
    [
        "a" + " " * 60_000 + "b",
        "\t" * 60_000,
        "* " * 30_000,
        "1. " * 20_000,
        "x\n" * 60_000,
        "a -> " * 12_000,
    ],
)
def test_a_long_text_is_read_quickly(bomb: str) -> None:
    began = time.process_time()
    assert len(pasting.lines(bomb)) <= MOST_LINES
    assert time.process_time() - began < 0.1


def choice(right: str, wrong: str, *, multiple: bool = True, **key: Any) -> Any:
    """A question whose options are called by their ids."""
    options = [{"id": name, "html": name} for name in right + wrong]
    body = {"prompt": "<p>?</p>", "multiple": multiple, "options": options}
    return CHOICE.load({"points": "1", "body": body, "key": {"correct": list(right), **key}})


def test_the_table_is_that_of_the_reference() -> None:
    """question-types.md 3.2: a and b are right, c and d are not."""
    table = CHOICE.scoring_table(choice("ab", "cd"), "fr")
    assert table
    assert list(table.columns) == list(WAYS.values())
    found = {line.answer: [str(fraction) for fraction in line.fractions] for line in table.lines}
    assert found["a + b"] == ["1", "1", "1", "1", "1", "1"]
    assert found["a"] == ["1/2", "0", "1/2", "3/4", "1/2", "1/2"]
    assert found["a + b + c"] == ["1/2", "0", "1/2", "3/4", "1/2", "2/3"]
    assert found["a + c"] == ["0", "0", "0", "1/2", "1/2", "1/3"]
    assert found["a + b + c + d"] == ["0", "0", "0", "1/2", "0", "1/2"]
    assert found[""] == ["0"] * 6


def test_the_column_that_counts_is_marked() -> None:
    data = {**dict(vars(choice("ab", "cd"))), "points": "1", "scoring": {"mode": "union"}}
    table = CHOICE.scoring_table(CHOICE.load(data), "fr")
    assert table
    assert table.columns[table.chosen] == "Overlap"


def test_a_single_choice_shows_what_each_option_is_worth() -> None:
    table = CHOICE.scoring_table(choice("a", "bc", multiple=False, mapping={"b": "1/3"}), "fr")
    assert table
    assert [(line.answer, list(line.fractions)) for line in table.lines] == [
        ("a", [Fraction(1)]),
        ("b", [Fraction(1, 3)]),
        ("c", [Fraction(0)]),
    ]


@given(right=st.integers(1, 25), wrong=st.integers(0, 25))
def test_a_table_stays_small(right: int, wrong: int) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789" * 2
    names = [f"{letter}{number}" for number, letter in enumerate(letters[: right + wrong])]
    if len(names) < 2:
        return
    options = [{"id": name, "html": f"{name} " * 50} for name in names]
    body = {"prompt": "<p>?</p>", "multiple": True, "options": options}
    table = CHOICE.scoring_table(CHOICE.load({"body": body, "key": {"correct": names[:right]}}), "fr")
    assert table
    assert 2 <= len(table.lines) <= 8
    assert len({line.answer for line in table.lines}) == len(table.lines)
    assert all(0 <= fraction <= 1 for line in table.lines for fraction in line.fractions)
