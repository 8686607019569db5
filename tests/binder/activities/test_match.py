"""Matching."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, ScoreState, match
from binder.activities.items import mixed
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = match.Match()
LEFT = "abcd"


def content(mode: str = "per_pair", **body: Any) -> Content:
    """la → ra, lb → rb, …; re belongs to nothing, rd says the same as ra."""
    words = {"a": "un", "b": "deux", "c": "trois", "d": "un", "e": "cinq"}
    return kind.load(
        {
            "points": "4",
            "body": {
                "prompt": "<p>Associe.</p>",
                "left": [{"id": f"l{name}", "html": f"gauche {name}"} for name in LEFT],
                "right": [{"id": f"r{name}", "html": html} for name, html in words.items()],
                **body,
            },
            "key": {"pairs": {f"l{name}": f"r{name}" for name in LEFT}},
            "scoring": {"mode": mode},
        }
    )


def answer(pairs: str) -> dict[str, Any]:
    """`ab cd` stands for la → rb, lc → rd."""
    return kind.answer({"pairs": {f"l{left}": f"r{right}" for left, right in pairs.split()}})


@pytest.mark.parametrize(
    ("pairs", "per_pair", "all_or_nothing"),
    [
        ("aa bb cc dd", 4, 1),
        ("ad bb cc da", 4, 1),  # the two that say the same are interchangeable
        ("ab ba cc dd", 2, 0),
        ("aa", 1, 0),
        ("ae be ce de", 0, 0),
        ("ac bc cc dc", 1, 0),
        ("aa zz", 1, 0),
        ("aa bz", 1, 0),
    ],
)
def test_pairs_become_a_fraction(pairs: str, per_pair: int, all_or_nothing: int) -> None:
    assert kind.score(content(), answer(pairs)).fraction == Fraction(per_pair, 4)
    assert kind.score(content("all_or_nothing"), answer(pairs)).fraction == all_or_nothing


@pytest.mark.parametrize("response", [None, {}, {"pairs": {}}, {"pairs": {"zz": "ra", "la": "zz"}}])
def test_without_a_pair_it_is_unanswered(response: Any) -> None:
    assert kind.score(content(), response).state is ScoreState.UNANSWERED


def test_each_line_says_what_became_of_it() -> None:
    parts = kind.score(content(), answer("aa bc")).parts
    assert [parts[f"l{name}"]["reason"] for name in LEFT] == ["match", "no_match", "unanswered", "unanswered"]


chosen = st.dictionaries(st.sampled_from([*LEFT, "z"]), st.sampled_from("abcdez"))


@given(pairs=chosen, mode=st.sampled_from(match.MODES), seed=st.randoms())
def test_the_order_of_the_parts_changes_nothing(
    pairs: dict[str, str], mode: str, seed: random.Random
) -> None:
    of = content(mode)
    response = kind.answer({"pairs": {f"l{one}": f"r{other}" for one, other in pairs.items()}})
    body = {**of.body, "left": list(of.body["left"]), "right": list(of.body["right"])}
    seed.shuffle(body["left"])
    seed.shuffle(body["right"])
    score = kind.score(of, response)
    assert 0 <= score.fraction <= 1
    assert kind.score(Content(of.points, body, of.key, of.scoring), response).fraction == score.fraction
    better = {"pairs": {**response["pairs"], "lb": "rb"}}
    assert kind.score(of, better).fraction >= score.fraction


@given(placed.json_values | st.fixed_dictionaries({"pairs": placed.json_values}))
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    try:
        cleaned = kind.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    else:
        assert 0 <= kind.score(content(), cleaned).fraction <= 1


def test_bombs_are_answered_fast() -> None:
    assert placed.slowest(kind, content(), "pairs") < placed.LIMIT


def test_the_right_side_never_stands_in_the_order_of_the_left() -> None:
    of = content()
    orders = [tuple(item["id"] for item in kind.public(of, str(seed))["right"]) for seed in range(300)]
    assert all([name for name in order if name != "re"] != ["ra", "rb", "rc", "rd"] for order in orders)
    assert len(set(orders)) > 80
    assert kind.public(of, "1") == kind.public(of, "1")
    assert [item["id"] for item in kind.public(of, "1")["left"]] == ["la", "lb", "lc", "ld"]


def test_what_cannot_be_in_another_order_is_shown_as_it_is() -> None:
    assert mixed([{"id": "a"}], "seed", lambda shown: True) == [{"id": "a"}]


def test_nothing_of_the_key_is_sent() -> None:
    with placed.templates():
        assert not placed.leaks(kind, placed.sample("match"))
    one = content()
    assert "pairs" not in kind.public(one, "s")


@pytest.mark.parametrize(
    ("part", "changes", "field"),
    [
        ("body", {"left": [{"id": "la", "html": "x"}, {"id": "la", "html": "y"}]}, "left"),
        ("body", {"left": [{"id": "la", "html": "x"}, {"id": "ra", "html": "y"}]}, "left"),
        ("body", {"left": [{"id": "la", "html": " x"}, {"id": "lb", "html": "x "}]}, "left"),
        ("body", {"left": [{"id": "la", "html": "x"}]}, "left"),
        ("body", {"right": [{"id": f"r{n}", "html": f"{n}"} for n in range(27)]}, "right"),
        ("key", {"pairs": {"la": "ra"}}, "pairs"),
        ("key", {"pairs": {"la": "ra", "lb": "rb", "lc": "zz"}}, "pairs"),
        ("key", {"pairs": {"la": "ra", "lb": "ra", "lc": "rb"}}, "pairs"),
        ("scoring", {"mode": "generous"}, "mode"),
    ],
)
def test_what_does_not_fit_together_is_refused_where_it_is(
    part: str, changes: dict[str, Any], field: str
) -> None:
    data = placed.sample("match")
    with pytest.raises(Invalid) as refused:
        kind.load({**data, part: {**data[part], **changes}})
    assert field in refused.value.messages[part]


def test_one_answer_may_serve_several_lines_where_the_author_says_so() -> None:
    data = placed.sample("match")
    data["body"]["reuse"] = True
    data["key"]["pairs"] = {"la": "ra", "lb": "ra", "lc": "ra"}
    of = kind.load(data)
    assert kind.score(of, {"pairs": {"la": "ra", "lb": "ra"}}).fraction == Fraction(2, 3)


def test_two_answers_alone_are_warned_of() -> None:
    data = kind.example("fr")
    data["body"]["left"], data["body"]["right"] = data["body"]["left"][:2], data["body"]["right"][:2]
    data["key"]["pairs"].pop("l2")
    assert kind.warnings(kind.load(data))
    assert not kind.warnings(content())


def test_a_learners_form_becomes_an_answer() -> None:
    of = kind.load(placed.sample("match"))
    with placed.templates():
        html = placed.shown(kind, of, "form")
        assert placed.answered(kind, html) == {"pairs": {}}
        sent = placed.answered(kind, html, **{"pair.la": "ra", "pair.lb": "rd"})
        assert sent == {"pairs": {"la": "ra", "lb": "rd"}}
        again = placed.shown(kind, of, "form", sent)
        assert placed.answered(kind, again) == sent
    assert html.count("aria-label=") >= 4
    assert "style=" not in html


def test_what_is_right_is_told_only_with_the_solution() -> None:
    of = kind.load(placed.sample("match"))
    response = {"pairs": {"la": "rd", "lb": "rb"}}
    with placed.templates():
        result = placed.shown(kind, of, "result", response)
        assert "Porto" in result
        assert "Lisbonne" not in result
        solved = placed.shown(kind, of, "result", response, told=True)
        assert "Lisbonne" in solved
        assert "Pas juste" in solved
        assert "____" in placed.shown(kind, of, "paper")
        assert "Dublin" in placed.shown(kind, of, "preview", told=True)
        assert "Porto" in placed.shown(kind, of, "copy", response)


def test_the_class_is_counted_pair_by_pair() -> None:
    of = content()
    tallies = kind.tallies(of, [answer("aa bb"), answer("ad bc"), None, {}])
    said = [(tally.answer, tally.count, tally.fraction) for tally in tallies]
    assert said == [("gauche a → un", 2, 1), ("gauche b → deux", 1, 1), ("gauche b → trois", 1, 0)]
    assert kind.summary(of, answer("bb aa")) == "gauche a → un · gauche b → deux"


def test_pairs_may_be_pasted() -> None:
    data = kind.pasted(
        kind.content_from_form({"prompt": ["<p>?</p>"]}), "chat -> croquettes\nchien\tos\nseul"
    )
    of = kind.load(data)
    assert [item["html"] for item in of.body["left"]] == ["chat", "chien"]
    assert kind.score(of, {"pairs": of.key["pairs"]}).fraction == 1


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("match"))
    yield opened
    opened.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_authors_form_shows_all_and_sends_it_again(school: School, lang: str) -> None:
    teacher = somebody(school, "teacher", lang)
    html = teacher.open(f"/lti/my/pages/{school.ids['draft']}/activity?type=match&example=1")
    sent = kind.load(placed.typed(kind, html))
    expected = kind.load(kind.example("fr"))
    assert sent.body | {"prompt": ""} == expected.body | {"prompt": ""}
    assert sent.key["pairs"] == expected.key["pairs"]
    assert sent.scoring == expected.scoring


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=match")
    teacher.send(
        path, type="match", title="T", prompt="?", left=["seul à gauche", ""], right=["", "seul à droite"]
    )
    assert teacher.status == 422
    fields = placed.controls(teacher.html)
    assert fields["left"][:2] == ["seul à gauche", ""]
    assert fields["right"][:2] == ["", "seul à droite"]


def test_equal_words_are_one_answer_only_where_they_may_be_reused() -> None:
    form = {"left": ["a", "b"], "right": ["x", "x"], "prompt": ["?"], "right_id": ["ra", "ra"]}
    two = kind.content_from_form(form)
    assert len({item["id"] for item in two["body"]["right"]}) == 2
    one = kind.content_from_form({**form, "reuse": ["1"], "extra": ["y", "z"]})
    assert [item["html"] for item in one["body"]["right"]] == ["x", "y", "z"]
    assert set(one["key"]["pairs"].values()) == {"ra"}
