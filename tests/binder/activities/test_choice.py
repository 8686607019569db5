"""Single and multiple choice."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, ScoreState, activities
from binder.activities.choice import MULTIPLE_MODES
from binder.errors import Invalid
from tests import factories

choice = activities["choice"]
MODES = list(MULTIPLE_MODES)
HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)

# good = a, b; bad = c, d: the computed table of the reference on question types
TABLE = {
    "ab": {mode: Fraction(1) for mode in MODES},
    "a": dict(zip(MODES, (HALF, Fraction(0), HALF, 3 * QUARTER, HALF, HALF), strict=True)),
    "abc": dict(zip(MODES, (HALF, Fraction(0), HALF, 3 * QUARTER, HALF, 2 * THIRD), strict=True)),
    "ac": dict(zip(MODES, (Fraction(0), Fraction(0), Fraction(0), HALF, HALF, THIRD), strict=True)),
    "abcd": dict(zip(MODES, (Fraction(0), Fraction(0), Fraction(0), HALF, Fraction(0), HALF), strict=True)),
    "": {mode: Fraction(0) for mode in MODES},
}


def content(good: str, bad: str, mode: str = "right_minus_wrong", **body: Any) -> Content:
    """A multiple choice whose options are single letters."""
    options = [{"id": letter, "html": f"option {letter}"} for letter in good + bad]
    return choice.load(
        {
            "points": "1",
            "body": {"prompt": "<p>Lesquels ?</p>", "multiple": True, "options": options, **body},
            "key": {"correct": list(good)},
            "scoring": {"mode": mode},
        }
    )


def score(of: Content, ticked: Sequence[str]) -> Fraction:
    return choice.score(of, choice.answer({"choices": list(ticked)})).fraction


def test_the_modes_are_the_ones_of_the_reference() -> None:
    assert MODES == ["right_minus_wrong", "all_or_nothing", "balanced", "per_option", "ou_multi", "union"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ticked", TABLE)
def test_several_ticks_become_the_computed_fraction(ticked: str, mode: str) -> None:
    assert score(content("ab", "cd", mode), ticked) == TABLE[ticked][mode]


@pytest.mark.parametrize("mode", MODES)
def test_a_blank_copy_is_unanswered_and_earns_nothing(mode: str) -> None:
    for response in (None, {}, {"choices": []}, {"choices": ["zz"]}):
        result = choice.score(content("ab", "cd", mode), response)
        assert (result.fraction, result.state) == (0, ScoreState.UNANSWERED)


@pytest.mark.parametrize("mode", MODES)
def test_all_options_may_be_right(mode: str) -> None:
    assert score(content("abc", "", mode), "abc") == 1
    assert score(content("abc", "", mode), "a") == (0 if mode == "all_or_nothing" else THIRD)


@pytest.mark.parametrize(
    ("ticked", "fraction", "state"),
    [
        (["aaaa"], Fraction(1), ScoreState.CORRECT),
        (["bbbb"], HALF, ScoreState.PARTIAL),
        (["cccc"], Fraction(0), ScoreState.INCORRECT),
        (["aaaa", "cccc"], Fraction(0), ScoreState.INCORRECT),
        (["aaaa", "aaaa"], Fraction(1), ScoreState.CORRECT),
        (["aaaa", "zzzz"], Fraction(1), ScoreState.CORRECT),
        ([], Fraction(0), ScoreState.UNANSWERED),
        (["zzzz"], Fraction(0), ScoreState.UNANSWERED),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_single_choice_gives_the_fraction_of_the_chosen_option(
    ticked: list[str], fraction: Fraction, state: ScoreState, mode: str
) -> None:
    single = choice.load(factories.choice(scoring={"mode": mode}))
    result = choice.score(single, choice.answer({"choices": ticked}))
    assert (result.fraction, result.state) == (fraction, state)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str, str]:
    """Good options, bad options and what is ticked."""
    good = "".join(chr(97 + number) for number in range(draw(st.integers(1, 5))))
    bad = "".join(chr(110 + number) for number in range(draw(st.integers(1, 5))))
    ticked = draw(st.lists(st.sampled_from(good + bad), unique=True))
    return good, bad, "".join(ticked)


@pytest.mark.parametrize("mode", MODES)
@given(question=questions())
def test_a_fraction_lies_between_nothing_and_everything(mode: str, question: tuple[str, str, str]) -> None:
    good, bad, ticked = question
    result = choice.score(content(good, bad, mode), choice.answer({"choices": list(ticked)}))
    assert 0 <= result.fraction <= 1
    assert isinstance(result.fraction, Fraction)
    assert (result.state is ScoreState.CORRECT) == (result.fraction == 1) == (set(ticked) == set(good))


@pytest.mark.parametrize("mode", MODES)
@given(question=questions(), seed=st.randoms())
def test_the_order_of_options_and_ticks_changes_nothing(
    mode: str, question: tuple[str, str, str], seed: random.Random
) -> None:
    good, bad, ticked = question
    one = content(good, bad, mode)
    options, key = list(one.body["options"]), list(one.key["correct"])
    seed.shuffle(options)
    seed.shuffle(key)
    other = Content(one.points, {**one.body, "options": options}, {**one.key, "correct": key}, one.scoring)
    again = list(ticked) * 2
    seed.shuffle(again)
    assert score(one, ticked) == score(other, "".join(again)[:50])


@pytest.mark.parametrize("mode", MODES)
@given(question=questions())
def test_one_more_right_tick_never_lowers_the_score(mode: str, question: tuple[str, str, str]) -> None:
    good, bad, ticked = question
    of = content(good, bad, mode)
    for more in set(good) - set(ticked):
        assert score(of, ticked + more) >= score(of, ticked)


@pytest.mark.parametrize("mode", MODES)
@given(question=questions())
def test_one_wrong_tick_less_never_lowers_the_score(mode: str, question: tuple[str, str, str]) -> None:
    """Save for the last tick of all under `per_option`: a blank copy is unanswered and earns nothing there."""
    good, bad, ticked = question
    of = content(good, bad, mode)
    for less in set(bad) & set(ticked):
        if len(ticked) > 1:
            assert score(of, ticked.replace(less, "")) >= score(of, ticked)


def test_only_per_option_earns_something_for_a_wrong_tick_alone() -> None:
    assert {mode for mode in MODES if score(content("ab", "cd", mode), "c")} == {"per_option"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values | st.fixed_dictionaries({"choices": json_values}))
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    try:
        answer = choice.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
        return
    assert 0 <= choice.score(content("ab", "cd"), answer).fraction <= 1
    json.dumps(answer)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "points": json_values,
            "body": json_values | st.fixed_dictionaries({"prompt": json_values, "options": json_values}),
            "key": json_values | st.fixed_dictionaries({"correct": json_values, "mapping": json_values}),
            "scoring": json_values | st.fixed_dictionaries({"mode": json_values}),
        },
    )
)
def test_whatever_comes_as_an_activity_is_refused_with_messages(data: Any) -> None:
    with pytest.raises(Invalid) as refused:
        choice.load(data)
    assert refused.value.messages


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "bomb",
    [
        "1e999999",
        "9" * 10**6,
        nested(900),
        ["a"] * 10**4,
        {"a" * 10**6: 1},
        float("nan"),
        "\x00" * 10**5,
        "\ud800",
    ],
    ids=["exponent", "digits", "nested", "many", "long name", "nan", "nul", "surrogate"],
)
def test_bombs_are_answered_fast(bomb: Any) -> None:
    began = time.process_time()
    for response in (bomb, {"choices": bomb}, {"choices": [bomb]}):
        with contextlib.suppress(Invalid):
            assert score(content("ab", "cd"), choice.answer(response)["choices"]) == 0
    for field in ("points", "body", "key", "scoring"):
        with contextlib.suppress(Invalid):
            choice.load(factories.choice(**{field: bomb}))
    assert time.process_time() - began < 1


def test_an_identifier_does_not_end_in_a_line_break() -> None:
    with pytest.raises(Invalid):
        choice.answer({"choices": ["aaaa\n"]})


def test_nothing_of_the_key_is_public() -> None:
    token = "sentinel"
    data = factories.choice()
    data["key"] = {
        "correct": ["aaaa"],
        "mapping": {"bbbb": "37/91"},
        "feedback": {option: f"{token} of {option}" for option in ("aaaa", "bbbb", "cccc")},
        "explanation": f"<p>{token}</p>",
    }
    loaded = choice.load(data)
    for seed in range(20):
        shown = json.dumps(choice.public(loaded, str(seed)))
        assert token not in shown
        assert "37" not in shown
        assert "correct" not in shown
        assert "mode" not in shown


def test_the_public_part_is_the_same_whatever_is_right() -> None:
    shown = set()
    for right in "abcd":
        body = content("abcd", "").body
        loaded = Content(Fraction(1), body, {"correct": [right], "mapping": {}, "feedback": {}}, {})
        shown.add(json.dumps(choice.public(loaded, "seed")))
    assert len(shown) == 1


def test_the_order_is_stable_for_one_seed_and_differs_between_seeds() -> None:
    of = content("abc", "def")
    orders = {
        seed: [option["id"] for option in choice.public(of, str(seed))["options"]] for seed in range(200)
    }
    for seed, order in orders.items():
        assert [option["id"] for option in choice.public(of, str(seed))["options"]] == order
        assert sorted(order) == list("abcdef")
    assert len({tuple(order) for order in orders.values()}) > 150
    firsts = [order[0] for order in orders.values()]
    assert all(firsts.count(letter) > 10 for letter in "abcdef")


def test_without_shuffling_options_stay_as_the_author_put_them() -> None:
    options = choice.public(content("ab", "cd", shuffle=False), "7")["options"]
    assert [option["id"] for option in options] == list("abcd")


@pytest.mark.parametrize(
    ("multiple", "tell", "count"), [(True, True, 2), (True, False, None), (False, True, None)]
)
def test_how_many_are_right_is_told_only_where_the_author_wants_it(
    multiple: bool, tell: bool, count: int | None
) -> None:
    of = content("ab", "cd", tell_count=tell)
    of = Content(of.points, {**of.body, "multiple": multiple}, of.key, of.scoring)
    assert choice.public(of, "1")["count"] == count


def test_the_solution_gives_the_feedback_to_what_was_ticked() -> None:
    of = choice.load(factories.choice())
    assert choice.solution(of, {"choices": ["cccc"]}) == {
        "correct": ["aaaa"],
        "feedback": {"cccc": "<p>La glace se forme au froid.</p>"},
    }
    assert choice.solution(of, None)["feedback"] == {}


def changed(part: str, **fields: Any) -> dict[str, Any]:
    data = factories.choice()
    return {**data, part: {**data[part], **fields}}


def options(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": id, "html": html} for id, html in pairs]


@pytest.mark.parametrize(
    ("data", "part", "field"),
    [
        (changed("body", options=options(("aaaa", "x"), ("aaaa", "y"))), "body", "options"),
        (changed("body", options=options(("aaaa", "Oui  !"), ("bbbb", "<b>oui</b> !"))), "body", "options"),
        (changed("body", options=options(("aaaa", "x"))), "body", "options"),
        (changed("body", options=options(("aaaa", "<script>x</script>"), ("b", "y"))), "body", "options"),
        (changed("body", options=options(("AAAA", "x"), ("b", "y"))), "body", "options"),
        (changed("body", options=options(*[(f"o{n}", f"x{n}") for n in range(51)])), "body", "options"),
        (changed("body", prompt="<script>x</script>"), "body", "prompt"),
        (changed("body", unknown=1), "body", "unknown"),
        (changed("key", correct=["zzzz"]), "key", "correct"),
        (changed("key", correct=["aaaa", "bbbb"]), "key", "correct"),
        (changed("key", correct=[]), "key", "correct"),
        (changed("key", mapping={"zzzz": "1"}), "key", "correct"),
        (changed("key", mapping={"bbbb": "2"}), "key", "mapping"),
        (changed("key", feedback={"zzzz": "x"}), "key", "correct"),
        (changed("body", multiple=True), "key", "mapping"),
        (changed("scoring", mode="generous"), "scoring", "mode"),
    ],
)
def test_what_does_not_fit_together_is_refused_where_it_is(
    data: dict[str, Any], part: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        choice.load(data)
    assert list(refused.value.messages) == [part]
    assert field in refused.value.messages[part]


def test_a_learners_form_becomes_an_answer() -> None:
    assert choice.answer_from_form({"choices": ["b", "", "a"]}) == {"choices": ["b", "a"]}
    assert choice.answer_from_form({}) == {"choices": []}


def test_an_authors_form_becomes_an_activity() -> None:
    data = choice.content_from_form(
        {
            "points": ["3"],
            "prompt": ["<p>Quoi ?</p>"],
            "multiple": ["1"],
            "shuffle": ["1"],
            "option": ["eau", "  ", "feu", "air"],
            "option_id": ["aaaa", ""],
            "option_feedback": ["bien", "perdu", " "],
            "correct": ["0", "3", "1", "9", "x", "9" * 5000, "²"],
            "explanation": ["<p>Voilà.</p>"],
            "mode": ["balanced"],
        }
    )
    loaded = choice.load(data)
    ids = [option["id"] for option in loaded.body["options"]]
    assert [option["html"] for option in loaded.body["options"]] == ["eau", "feu", "air"]
    assert ids[0] == "aaaa"
    assert len(set(ids)) == 3
    assert loaded.key["correct"] == [ids[0], ids[2]]
    assert loaded.key["feedback"] == {"aaaa": "bien"}
    assert loaded.points == 3
    assert loaded.scoring == {"mode": "balanced"}
    assert (loaded.body["multiple"], loaded.body["shuffle"], loaded.body["tell_count"]) == (True, True, False)


def test_an_authors_form_keeps_parts_of_points() -> None:
    data = choice.content_from_form(
        {
            "prompt": ["<p>Quoi ?</p>"],
            "option": ["eau", "vapeur", "feu"],
            "option_part": ["1/3", "1/2", ""],
            "correct": ["0"],
        }
    )
    loaded = choice.load(data)
    ids = [option["id"] for option in loaded.body["options"]]
    assert loaded.key["mapping"] == {ids[1]: "1/2"}, "what is right needs no part"
    with pytest.raises(Invalid):
        choice.load({**data, "key": {**data["key"], "mapping": {ids[1]: "half"}}})


def test_an_empty_form_is_refused_and_does_not_fail() -> None:
    with pytest.raises(Invalid):
        choice.load(choice.content_from_form({}))


def test_new_options_get_identifiers_that_tell_nothing() -> None:
    form = {"option": ["a", "b", "c"], "correct": ["0"], "prompt": ["?"]}
    made = [
        tuple(option["id"] for option in choice.content_from_form(form)["body"]["options"]) for _ in range(20)
    ]
    assert len(set(itertools.chain.from_iterable(made))) == 60
