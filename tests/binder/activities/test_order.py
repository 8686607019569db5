"""Putting in order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, ScoreState, order
from binder.activities.sequences import SEQUENCE_MODES, longest_run
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = order.Order()
MODES = list(SEQUENCE_MODES)
# right: ABCDE; exact, position, adjacent, longest, pairs centred: the computed table of the reference on question types
TABLE = {
    "ABCDE": (1, 1, 1, 1, 1),
    "BACDE": (0, 0.6, 0.5, 0.75, 0.8),
    "EABCD": (0, 0, 0.75, 0.75, 0.2),
    "EDCBA": (0, 0.2, 0, 0, 0),
}


def content(right: str = "ABCDE", mode: str = "auto", ties: tuple[str, ...] = (), **words: str) -> Content:
    """Items are letters; `words` are what some of them say otherwise."""
    return kind.load(
        {
            "points": "1",
            "body": {
                "prompt": "<p>Dans l’ordre.</p>",
                "items": [
                    {"id": letter.lower(), "html": words.get(letter, f"item {letter}")} for letter in right
                ],
            },
            "key": {"order": list(right.lower()), "equivalents": [list(tie.lower()) for tie in ties]},
            "scoring": {"mode": mode},
        }
    )


def fraction(of: Content, answer: str) -> Fraction:
    return kind.score(of, kind.answer({"order": list(answer.lower())})).fraction


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("answer", TABLE)
def test_orders_become_the_computed_fraction(answer: str, mode: str) -> None:
    assert fraction(content(mode=mode), answer) == Fraction(str(TABLE[answer][MODES.index(mode)]))


def test_up_to_four_items_must_be_exact_and_of_more_the_longest_run_counts() -> None:
    assert order.mode_of(content("ABCD")) == "exact"
    assert order.mode_of(content("ABCDE")) == "longest"
    assert fraction(content("ABCD"), "BACD") == 0
    assert fraction(content("ABCDE"), "BACDE") == Fraction(3, 4)
    assert fraction(content("ABCD", "longest"), "BACD") == Fraction(2, 3)


@pytest.mark.parametrize("response", [None, {}, {"order": []}, {"order": ["zz"]}])
def test_an_untouched_list_is_unanswered(response: Any) -> None:
    assert kind.score(content(), response).state is ScoreState.UNANSWERED


@pytest.mark.parametrize("mode", MODES)
def test_items_that_are_tied_may_change_places(mode: str) -> None:
    of = content(mode=mode, ties=("BC",))
    assert fraction(of, "ACBDE") == fraction(of, "ABCDE") == 1
    assert fraction(of, "BACDE") < 1


@pytest.mark.parametrize("mode", MODES)
def test_items_that_say_the_same_are_one(mode: str) -> None:
    """The cat eats the fish: it does not matter which “the” is which."""
    of = content("ABCDE", mode, A="le", B="chat", C="mange", D="le", E="poisson")
    assert fraction(of, "DBCAE") == 1
    assert fraction(of, "BDCAE") == fraction(of, "BACDE") < 1


def test_in_its_place_counts_by_what_is_read_there() -> None:
    of = content("ABCD", "position", A="le", C="le")
    assert fraction(of, "BDAC") == Fraction(1, 4)  # B D le le: the third place is right


@pytest.mark.parametrize("mode", MODES)
@given(shuffle=st.randoms(), size=st.integers(2, 8))
def test_fractions_lie_between_nothing_and_everything(mode: str, shuffle: random.Random, size: int) -> None:
    right = "ABCDEFGH"[:size]
    of, answer = content(right, mode), list(right)
    shuffle.shuffle(answer)
    got = fraction(of, "".join(answer))
    assert 0 <= got <= 1
    assert (got == 1) == (answer == list(right))
    items = list(of.body["items"])
    shuffle.shuffle(items)
    other = Content(of.points, {**of.body, "items": items}, of.key, of.scoring)
    assert fraction(other, "".join(answer)) == got
    part = "".join(answer[: shuffle.randint(0, size)])
    assert 0 <= fraction(of, part + "ZZ") <= 1


def test_the_longest_run_is_found() -> None:
    for ranks in permutations(range(6)):
        best = max(
            sum(1 << place in chosen for place in range(6))
            for chosen in [{1 << place for place in range(6) if mask >> place & 1} for mask in range(64)]
            if (run := [ranks[place] for place in range(6) if 1 << place in chosen]) == sorted(run)
        )
        found = longest_run(ranks)
        assert len(found) == best
        assert [ranks[place] for place in found] == sorted(ranks[place] for place in found)


def test_each_item_says_whether_it_would_have_to_move() -> None:
    parts = kind.score(content(), {"order": list("eabcd")}).parts
    assert [name for name, part in parts.items() if part["reason"] == "no_match"] == ["e"]
    parts = kind.score(content(mode="position"), {"order": list("eabcd")}).parts
    assert {part["reason"] for part in parts.values()} == {"no_match"}


@given(placed.json_values | st.fixed_dictionaries({"order": placed.json_values}))
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    try:
        cleaned = kind.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    else:
        assert 0 <= kind.score(content(), cleaned).fraction <= 1


def test_bombs_are_answered_fast() -> None:
    assert placed.slowest(kind, content(), "order") < placed.LIMIT
    assert (
        placed.slowest(kind, content("".join(chr(65 + n) for n in range(26)), "pairs_centred"), "order")
        < placed.LIMIT
    )


def test_what_is_shown_is_never_in_a_right_order() -> None:
    of = content("ABC", ties=("BC",))
    orders = {"".join(item["id"] for item in kind.public(of, str(seed))["items"]) for seed in range(200)}
    assert orders == {"bac", "bca", "cab", "cba"}
    two = content("AB")
    assert {kind.public(two, str(seed))["items"][0]["id"] for seed in range(50)} == {"b"}
    assert kind.public(of, "1") == kind.public(of, "1")


def test_nothing_of_the_key_is_sent() -> None:
    with placed.templates():
        assert not placed.leaks(kind, placed.sample("order"))
    assert set(kind.public(content(), "s")) == {"prompt", "layout", "items"}


@pytest.mark.parametrize(
    ("part", "changes", "field"),
    [
        ("body", {"items": [{"id": "ia", "html": "x"}, {"id": "ia", "html": "y"}]}, "items"),
        ("body", {"items": [{"id": "ia", "html": "x"}]}, "items"),
        ("body", {"items": [{"id": f"i{n}", "html": "x"} for n in range(31)]}, "items"),
        ("body", {"items": [{"id": f"i{n}", "html": "même"} for n in "abcde"]}, "items"),
        ("body", {"layout": "round"}, "layout"),
        ("key", {"order": ["ia", "ib"]}, "order"),
        ("key", {"order": ["ia", "ia", "ib", "ic", "id"]}, "order"),
        ("key", {"equivalents": [["ia", "ic"]]}, "equivalents"),
        ("key", {"equivalents": [["ia", "ib"], ["ib", "ic"]]}, "equivalents"),
        ("key", {"equivalents": [["ia", "zz"]]}, "equivalents"),
        ("key", {"equivalents": [["ia", "ib", "ic", "id", "ie"]]}, "items"),
        ("scoring", {"mode": "generous"}, "mode"),
    ],
)
def test_what_does_not_fit_together_is_refused_where_it_is(
    part: str, changes: dict[str, Any], field: str
) -> None:
    data = placed.sample("order")
    with pytest.raises(Invalid) as refused:
        kind.load({**data, part: {**data[part], **changes}})
    assert field in {name for messages in refused.value.messages.values() for name in messages}


@pytest.mark.parametrize(
    ("places", "confirmed", "expected"),
    [
        ({}, False, ""),
        ({}, True, "abcd"),
        ({"a": "1", "b": "2", "c": "3", "d": "4"}, False, ""),
        ({"a": "4", "b": "3", "c": "2", "d": "1"}, False, "dcba"),
        ({"a": "4"}, False, "bcda"),  # moved to the end, whatever stands there
        ({"d": "1"}, False, "dabc"),
        ({"d": "2"}, False, "adbc"),
        ({"b": "3"}, False, "acbd"),
        ({"a": "x", "b": "", "c": "²", "d": "9" * 5000}, False, ""),
        ({"a": "x"}, True, "abcd"),
    ],
)
def test_numbers_become_an_order(places: dict[str, str], confirmed: bool, expected: str) -> None:
    fields = {"shown": list("abcd"), **{f"at.{name}": [place] for name, place in places.items()}}
    if confirmed:
        fields["confirmed"] = ["1"]
    assert kind.answer(kind.answer_from_form(fields)) == {"order": list(expected)}


def test_a_learners_form_becomes_an_answer() -> None:
    of = kind.load(placed.sample("order"))
    with placed.templates():
        html = placed.shown(kind, of, "form")
        assert "Valider cet ordre" in html
        assert placed.answered(kind, html) == {"order": []}
        as_shown = placed.answered(kind, html, confirmed="1")["order"]
        assert as_shown == [item["id"] for item in kind.public(of, "seed")["items"]]
        sent = placed.answered(kind, html, **{f"at.{n}": str(at) for at, n in enumerate(of.key["order"], 1)})
        assert sent["order"] == of.key["order"]
        again = placed.shown(kind, of, "form", sent)
        assert placed.answered(kind, again) == sent, "what was saved is confirmed"
    assert html.count("aria-label=") >= 5
    assert "style=" not in html


def test_what_is_right_is_told_only_with_the_solution() -> None:
    of = kind.load(placed.sample("order"))
    response = {"order": ["ib", "ia", "ic", "id", "ie"]}
    with placed.templates():
        result = placed.shown(kind, of, "result", response)
        assert "Le bon ordre" not in result
        assert "bien placé" not in result
        solved = placed.shown(kind, of, "result", response, told=True)
        assert "Le bon ordre" in solved
        assert solved.count("mal placé") == 1
        assert "Dans n’importe quel ordre : " in solved
        assert "____" in placed.shown(kind, of, "paper")
        assert "Le bon ordre" in placed.shown(kind, of, "preview", told=True)
        assert "un tiers" in placed.shown(kind, of, "copy", response)


def test_answers_in_words() -> None:
    of = content("ABC")
    assert kind.summary(of, {"order": ["b", "a", "zz", "c"]}) == "item B · item A · item C"
    sentence = Content(of.points, {**of.body, "layout": "horizontal"}, of.key, of.scoring)
    assert kind.summary(sentence, {"order": ["b", "a", "c"]}) == "item B item A item C"


def test_authors_are_shown_what_typical_answers_are_worth() -> None:
    table = kind.scoring_table(content(), "fr")
    assert table is not None
    assert [list(map(float, line.fractions)) for line in table.lines] == [list(row) for row in TABLE.values()]
    assert table.columns[table.chosen] == "Longest run"
    two = kind.scoring_table(content("AB"), "fr")
    assert two is not None
    assert len(two.lines) == 2


def test_items_may_be_pasted() -> None:
    data = kind.pasted(kind.content_from_form({"prompt": ["<p>?</p>"]}), "1. un\n2. deux\n3. trois")
    assert kind.summary(kind.load(data), {"order": data["key"]["order"]}) == "un · deux · trois"


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("order"))
    yield opened
    opened.close()


def test_an_authors_form_shows_all_and_sends_it_again(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    html = teacher.open(f"{path}?type=order&example=1")
    sent = kind.load(placed.typed(kind, html))
    expected = kind.load(kind.example("fr"))
    assert (sent.body["items"], sent.key["order"]) == (expected.body["items"], expected.key["order"])
    assert sent.scoring == expected.scoring
    places = placed.controls(html[html.index("data-type=") :])["item_place"]
    assert places[:5] == ["1", "2", "3", "4", "5"]
    moved = kind.load(placed.typed(kind, html, item_place=["3", *places[1:]], tied=["3"]))
    assert moved.key["order"] == ["i1", "i0", "i2", "i3", "i4"], (
        "the first of two that have the same number stays first"
    )
    assert moved.key["equivalents"] == [["i2", "i3"]]
    data = {**kind.example("fr"), "key": {**kind.example("fr")["key"], "equivalents": [["i2", "i3"]]}}
    with placed.templates():
        assert kind.load(data).key["equivalents"] == [["i2", "i3"]]


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=order")
    teacher.send(
        path, type="order", title="T", prompt="?", item=["seul"], mode="adjacent", layout="horizontal"
    )
    assert teacher.status == 422
    fields = placed.controls(teacher.html[teacher.html.index("data-type=") :])
    assert fields["item"][0] == "seul"
    assert (fields["mode"], fields["layout"]) == (["adjacent"], ["horizontal"])
    teacher.send(
        path, type="order", title="T", prompt="?", item=["un", "deux", "trois"], tied=["2"], action="more"
    )
    assert placed.controls(teacher.html)["tied"] == ["2"]
    assert placed.controls(teacher.html)["item"] == ["un", "deux", "trois", "", "", "", ""]
