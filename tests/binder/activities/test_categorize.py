"""Sorting into categories."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, ScoreState, categorize
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = categorize.Categorize()


def content(mode: str = "per_item", **assign: Any) -> Content:
    """Items a to e: a and b belong to x, c to y, d to either, e nowhere."""
    return kind.load(
        {
            "points": "5",
            "body": {
                "prompt": "<p>Range.</p>",
                "items": [{"id": name, "html": f"item {name}"} for name in "abcde"],
                "categories": [{"id": name, "html": f"boîte {name}"} for name in "xyz"],
            },
            "key": {"assign": {"a": "x", "b": ["x"], "c": "y", "d": ["x", "y"], "e": None, **assign}},
            "scoring": {"mode": mode},
        }
    )


def answer(pairs: str) -> dict[str, Any]:
    """`ax by` stands for a in x, b in y."""
    return kind.answer({"assign": dict(pair for pair in pairs.split())})


@pytest.mark.parametrize(
    ("pairs", "per_item", "minus_wrong"),
    [
        ("ax bx cy dx", 5, 5),
        ("ax bx cy dy", 5, 5),
        ("ax bx cy dx ez", 4, 3),  # the intruder was placed
        ("ax", 2, 2),  # and the intruder rightly left out
        ("ay", 1, 0),
        ("ay by cx dz ez", 0, 0),
        ("ax bx cx", 3, 2),
        ("ax qq aq", 2, 2),
    ],
)
def test_places_become_a_fraction(pairs: str, per_item: int, minus_wrong: int) -> None:
    pairs = pairs.replace(" aq", "")
    assert kind.score(content(), answer(pairs)).fraction == Fraction(per_item, 5)
    assert kind.score(content("minus_wrong"), answer(pairs)).fraction == Fraction(minus_wrong, 5)


@pytest.mark.parametrize("response", [None, {}, {"assign": {}}, {"assign": {"a": "q", "q": "x"}}])
def test_with_nothing_placed_it_is_unanswered(response: Any) -> None:
    score = kind.score(content(), response)
    assert (score.state, score.fraction) == (ScoreState.UNANSWERED, 0)


chosen = st.dictionaries(st.sampled_from("abcdeq"), st.sampled_from("xyzq"))


@given(pairs=chosen, mode=st.sampled_from(categorize.MODES), shuffle=st.randoms())
def test_the_order_of_the_parts_changes_nothing(
    pairs: dict[str, str], mode: str, shuffle: random.Random
) -> None:
    of = content(mode)
    body = {**of.body, "items": list(of.body["items"]), "categories": list(of.body["categories"])}
    shuffle.shuffle(body["items"])
    shuffle.shuffle(body["categories"])
    response = kind.answer({"assign": pairs})
    score = kind.score(of, response)
    assert 0 <= score.fraction <= 1
    assert kind.score(Content(of.points, body, of.key, of.scoring), response).fraction == score.fraction
    better = {"assign": {**response["assign"], "c": "y"}}
    assert kind.score(of, better).fraction >= score.fraction


@given(placed.json_values | st.fixed_dictionaries({"assign": placed.json_values}))
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    try:
        cleaned = kind.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    else:
        assert 0 <= kind.score(content(), cleaned).fraction <= 1


def test_bombs_are_answered_fast() -> None:
    assert placed.slowest(kind, content(), "assign") < placed.LIMIT


def test_items_are_never_shown_sorted() -> None:
    of = content(d="y", e="z")
    for seed in range(200):
        items = [item["id"] for item in kind.public(of, str(seed))["items"]]
        where = [of.key["assign"][name][0] for name in items]
        assert 1 + sum(one != other for one, other in zip(where, where[1:], strict=False)) > 3
    assert kind.public(of, "1") == kind.public(of, "1")
    assert [each["id"] for each in kind.public(of, "1")["categories"]] == list("xyz")


def test_nothing_of_the_key_is_sent() -> None:
    with placed.templates():
        assert not placed.leaks(kind, placed.sample("categorize"))
    assert set(kind.public(content(), "s")) == {"prompt", "items", "categories", "tell_intruders"}


@pytest.mark.parametrize(
    ("part", "changes", "field"),
    [
        ("body", {"items": [{"id": "ia", "html": "x"}]}, "items"),
        ("body", {"items": [{"id": "ca", "html": "x"}, {"id": "ib", "html": "y"}]}, "items"),
        ("body", {"items": [{"id": n, "html": "x"} for n in ("ia", "ib", "ic", "id", "ie")]}, "items"),
        ("body", {"categories": []}, "categories"),
        ("body", {"categories": [{"id": "ca", "html": "x"}, {"id": "cb", "html": "x"}]}, "categories"),
        ("key", {"assign": {"ia": "ca"}}, "assign"),
        ("key", {"assign": {n: "zz" for n in ("ia", "ib", "ic", "id", "ie")}}, "assign"),
        ("key", {"assign": {n: None for n in ("ia", "ib", "ic", "id", "ie")}}, "assign"),
        ("key", {"assign": {"ia": 7}}, "assign"),
        ("key", {"assign": []}, "assign"),
        ("scoring", {"mode": "generous"}, "mode"),
    ],
)
def test_what_does_not_fit_together_is_refused_where_it_is(
    part: str, changes: dict[str, Any], field: str
) -> None:
    data = placed.sample("categorize")
    with pytest.raises(Invalid) as refused:
        kind.load({**data, part: {**data[part], **changes}})
    assert field in refused.value.messages[part]


def test_an_empty_category_is_warned_of() -> None:
    assert kind.warnings(content())
    assert not kind.warnings(content(e="z"))


def test_a_category_may_be_accepted_later() -> None:
    of = content()
    data = kind.accepting(of, answer("ax cz"), Fraction(1))
    assert data is not None
    assert kind.score(kind.load(data), answer("ax cz")).fraction == Fraction(3, 5)
    assert kind.accepting(of, answer("ay cz"), Fraction(1)) is None
    assert kind.accepting(of, answer("cz"), Fraction(1, 2)) is None


def test_a_learners_form_becomes_an_answer() -> None:
    of = kind.load(placed.sample("categorize"))
    with placed.templates():
        html = placed.shown(kind, of, "form")
        assert placed.answered(kind, html) == {"assign": {}}
        sent = placed.answered(kind, html, **{"in.ia": "ca", "in.ic": "cb"})
        assert sent == {"assign": {"ia": "ca", "ic": "cb"}}
        assert placed.answered(kind, placed.shown(kind, of, "form", sent)) == sent
    assert html.count("aria-label=") >= 6
    assert "style=" not in html


def test_what_is_right_is_told_only_with_the_solution() -> None:
    of = kind.load(placed.sample("categorize"))
    response = {"assign": {"ia": "cb", "ic": "cb", "ie": "ca"}}
    with placed.templates():
        result = placed.shown(kind, of, "result", response)
        assert "bonne réponse" not in result
        solved = placed.shown(kind, of, "result", response, told=True)
        assert "nulle part" in solved
        assert solved.count("bonne réponse :") == 4
        assert "☐" in placed.shown(kind, of, "paper")
        preview = placed.shown(kind, of, "preview", told=True)
        assert "nulle part" in preview
        assert "les poissons" in placed.shown(kind, of, "copy", response)


def test_answers_in_words() -> None:
    of = content()
    assert kind.summary(of, answer("cy ax bx")) == "boîte x : item a, item b · boîte y : item c"
    tallies = kind.tallies(of, [answer("ax cz"), answer("ay"), None])
    assert [(one.answer, one.count, one.fraction) for one in tallies] == [
        ("item a → boîte x", 1, 1),
        ("item a → boîte y", 1, 0),
        ("item c → boîte z", 1, 0),
    ]


def test_items_may_be_pasted() -> None:
    text = "chat -> mammifère\nmerle -> oiseau\nvache -> mammifère\ncaillou"
    of = kind.load(kind.pasted(kind.content_from_form({"prompt": ["<p>?</p>"]}), text))
    assert [each["html"] for each in of.body["categories"]] == ["mammifère", "oiseau"]
    assert sorted(map(len, of.key["assign"].values())) == [0, 1, 1, 1]


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("categorize"))
    yield opened
    opened.close()


def test_an_authors_form_shows_all_and_sends_it_again(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    html = teacher.open(f"{path}?type=categorize&example=1")
    sent = kind.load(placed.typed(kind, html))
    expected = kind.load(kind.example("fr"))
    assert (sent.body["items"], sent.body["categories"]) == (
        expected.body["items"],
        expected.body["categories"],
    )
    assert sent.key["assign"] == expected.key["assign"]
    members = placed.controls(html)["members"]
    changed = [members[0].replace("le bois", "le bois sec"), members[1] + "\nle *soleil*\nle soleil"]
    moved = kind.load(placed.typed(kind, html, members=changed))
    items = {item["html"]: item["id"] for item in moved.body["items"]}
    assert items["le soleil"] == "i1", "an item keeps its id"
    assert moved.key["assign"]["i1"] == ["c0", "c1"]
    assert {"le bois sec", "le <em>soleil</em>"} <= set(items)


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=categorize")
    teacher.send(
        path,
        type="categorize",
        title="T",
        prompt="?",
        category=["", "vide"],
        members=["a\nb", ""],
        intruders="c",
    )
    assert teacher.status == 422
    fields = placed.controls(teacher.html[teacher.html.index("data-type=") :])
    assert fields["members"][0] == "a\nb"
    assert fields["category"][:2] == ["", "vide"]
    assert fields["intruders"] == ["c"]
