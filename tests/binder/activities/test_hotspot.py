"""Clicking on a picture."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, Effect, ScoreState, hotspot
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = hotspot.Hotspot()
FILE = "01890000-0000-7000-8000-000000000001"
IMAGE = {"resource": FILE, "width": 800, "height": 400, "alt": "Planche"}
PLACES = {"A": (0.1, 0.5), "B": (0.3, 0.5), "C": (0.5, 0.5), "x": (0.9, 0.9), "y": (0.9, 0.1)}
"""Points in the zones a, b, c, and beside all of them."""
ZONES = [
    {"id": "a", "shape": "circle", "coords": [0.1, 0.5, 0.05], "label": "un"},
    {"id": "b", "shape": "rect", "coords": [0.25, 0.4, 0.1, 0.2], "label": "deux"},
    {"id": "c", "shape": "poly", "coords": [0.45, 0.4, 0.55, 0.4, 0.5, 0.6], "label": "trois"},
]
ALTERNATIVE = {"prompt": "<p>Avec des mots ?</p>", "options": [{"id": n, "text": f"mot {n}"} for n in "pqrs"]}


@pytest.fixture
def templates() -> Iterator[None]:
    """Questions can be shown."""
    with placed.templates():
        yield


def content(
    right: str = "ab", *, visible: bool = False, mode: str = "per_zone", alternative: str = "", **body: Any
) -> Content:
    """Zones a, b, c, those in `right` right; options p, q, r, s, those in `alternative` right."""
    return kind.load(
        {
            "points": "2",
            "body": {
                "prompt": "<p>Où ?</p>",
                "image": IMAGE,
                "visible": visible,
                "max_points": 5,
                "zones": ZONES if visible else [],
                "alternative": ALTERNATIVE if alternative else {},
                **body,
            },
            "key": {
                "zones": [] if visible else ZONES,
                "correct": list(right),
                "alternative": list(alternative),
                "feedback": {"c": "<p>Plus à gauche.</p>"},
            },
            "scoring": {"mode": mode},
        }
    )


def clicked(letters: str) -> dict[str, Any]:
    return kind.answer({"points": [list(PLACES[letter]) for letter in letters]})


# right: a and b; the other is a zone that is wrong, or none
TABLE = [
    # clicks, per_zone, all_or_nothing
    ("AB", 1, 1),
    ("BA", 1, 1),
    ("A", Fraction(1, 2), 0),
    ("AC", 0, 0),
    ("Ax", 0, 0),
    ("ABx", Fraction(1, 2), 0),
    ("ABC", Fraction(1, 2), 0),
    ("AA", 0, 0),  # the second click is one too many
    ("AAB", Fraction(1, 2), 0),
    ("ABxy", 0, 0),
    ("ABxyC", 0, 0),
    ("x", 0, 0),
    ("C", 0, 0),
]


@pytest.mark.parametrize(("clicks", "per_zone", "all_or_nothing"), TABLE)
def test_clicks_become_a_fraction(clicks: str, per_zone: Fraction, all_or_nothing: int) -> None:
    for mode, worth in (("per_zone", per_zone), ("all_or_nothing", all_or_nothing)):
        score = kind.score(content(mode=mode), clicked(clicks))
        assert score.fraction == worth
        assert len(score.parts) == len(clicks)


@pytest.mark.parametrize(
    ("ticked", "per_zone", "all_or_nothing"),
    [
        ("ab", 1, 1),
        ("a", Fraction(1, 2), 0),
        ("abc", Fraction(1, 2), 0),
        ("ac", 0, 0),
        ("c", 0, 0),
        ("abz", 1, 1),
    ],
)
def test_ticks_become_a_fraction(ticked: str, per_zone: Fraction, all_or_nothing: int) -> None:
    answer = kind.answer({"zones": list(ticked)})
    for mode, worth in (("per_zone", per_zone), ("all_or_nothing", all_or_nothing)):
        assert kind.score(content(visible=True, mode=mode), answer).fraction == worth
        other = kind.answer({"zones": [{"a": "p", "b": "q", "c": "r"}.get(it, it) for it in ticked]})
        assert kind.score(content(mode=mode, alternative="pq"), other).fraction == worth


def test_a_circle_follows_the_proportions_of_the_picture() -> None:
    below = kind.answer({"points": [[0.1, 0.59]]})  # 0.05 of the width is 0.1 of the height
    assert kind.score(content("a"), below).fraction == 1
    tall = content("a", image={**IMAGE, "width": 400, "height": 800})
    assert kind.score(tall, below).fraction == 0


@pytest.mark.parametrize(
    "response",
    [None, {}, {"points": []}, {"zones": ["zz"]}, {"unread": [["a", "1"]]}, {"zones": ["a"]}],
)
def test_without_a_click_it_is_unanswered(response: Any) -> None:
    score = kind.score(content(alternative="p"), kind.answer(response) if response else response)
    assert (score.fraction, score.state) == (0, ScoreState.UNANSWERED)


def test_points_say_nothing_where_zones_are_ticked_or_words_are_read() -> None:
    assert kind.score(content(visible=True), clicked("AB")).state == ScoreState.UNANSWERED
    inwards = kind.adapted(content(alternative="p"), {Effect.ALTERNATIVES})
    assert kind.score(inwards, clicked("AB")).state == ScoreState.UNANSWERED


def test_no_more_clicks_count_than_may_be_made() -> None:
    assert kind.score(content("ab", max_points=2), clicked("ABxy")).fraction == 1


@given(st.data())
def test_the_order_of_zones_and_clicks_changes_nothing(data: st.DataObject) -> None:
    clicks = data.draw(st.text("ABCxy", min_size=1, max_size=5))
    mixed = "".join(data.draw(st.permutations(list(clicks))))
    of = content(alternative="p")
    key = {**of.key, "zones": data.draw(st.permutations(of.key["zones"]))}
    other = Content(of.points, of.body, key, of.scoring)
    assert kind.score(of, clicked(clicks)).fraction == kind.score(other, clicked(mixed)).fraction


@given(st.text("ABCxy", max_size=4), st.sampled_from("AB"))
def test_another_right_click_never_costs_anything(clicks: str, more: str) -> None:
    if more in clicks:
        return
    assert (
        kind.score(content(), clicked(clicks + more)).fraction
        >= kind.score(content(), clicked(clicks)).fraction
    )


places = st.floats(0, 1) | st.integers(-1, 2) | st.text(max_size=6)
responses = st.dictionaries(
    st.sampled_from(["points", "zones", "unread"]),
    st.lists(st.lists(places, max_size=3) | st.sampled_from("abcpq"), max_size=12),
)


@given(placed.json_values | responses)
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    for of in (content(alternative="pq"), content(visible=True)):
        with suppress(Invalid):
            assert 0 <= kind.score(of, kind.answer(response)).fraction <= 1


def test_bombs_are_answered_fast() -> None:
    assert (
        max(placed.slowest(kind, content(), field) for field in ("points", "zones", "unread")) < placed.LIMIT
    )


def test_the_largest_question_is_scored_fast() -> None:
    chance = random.Random(1)
    zones = [
        {"id": f"z{n}", "shape": "poly", "coords": [chance.random() for _ in range(48)]} for n in range(20)
    ]
    data = {
        "body": {"prompt": "?", "image": IMAGE, "max_points": 10},
        "key": {"zones": zones, "correct": [f"z{n}" for n in range(10)]},
    }
    of = kind.load(data)
    answer = kind.answer({"points": [[chance.random(), chance.random()] for _ in range(10)]})
    assert min(placed._seconds(kind, of, answer) for _ in range(5)) < placed.LIMIT


@pytest.mark.usefixtures("templates")
def test_hidden_zones_are_in_nothing_that_a_learner_is_sent() -> None:
    of = content(alternative="p")
    for seed in "abc":
        public = kind.public(of, seed)
        assert public.keys() == {"prompt", "mode", "max_points", "image", "alternative"}
        for sent in (
            json.dumps(public),
            *(placed.shown(kind, of, mode, clicked("A")) for mode in ("form", "copy")),
        ):
            for number in ("0.45", "45.0", "450", "0.25"):
                assert number not in sent
            for told in ("deux", "trois", "Plus à gauche", 'class="zone'):
                assert told not in sent
    assert not placed.leaks(kind, placed.sample("hotspot"))


@pytest.mark.usefixtures("templates")
def test_zones_that_are_seen_come_in_an_order_of_the_seed() -> None:
    orders = {
        tuple(it["id"] for it in kind.public(content(visible=True), str(n))["zones"]) for n in range(30)
    }
    assert len(orders) > 3
    assert len({json.dumps(kind.public(content(visible=True), "s")) for _ in range(5)}) == 1
    shown = placed.shown(kind, content(visible=True), "form")
    assert "Plus à gauche" not in shown
    assert shown.count('class="zone"') == 3


@pytest.mark.usefixtures("templates")
def test_words_stand_for_a_picture() -> None:
    of = kind.adapted(content(alternative="p"), {Effect.ALTERNATIVES})
    public = kind.public(of, "s")
    assert (public["prompt"], public["mode"]) == ("<p>Avec des mots ?</p>", "alternative")
    assert "image" not in public
    html = placed.shown(kind, of, "form")
    assert "<svg" not in html
    assert html.count('type="checkbox"') == 4
    assert kind.score(of, kind.answer({"zones": ["p"]})).fraction == 1
    without = content()
    assert kind.adapted(without, {Effect.ALTERNATIVES}) is without
    assert kind.adapted(of, {Effect.NO_SPELLING}) is of


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": {"zones": []}}, "draw at least one zone on the picture"),
        ({"key": {"correct": []}}, "tick the zones that are right"),
        ({"key": {"correct": ["nope"]}}, "no such zone"),
        ({"key": {"feedback": {"nope": "x"}}}, "no such zone"),
        ({"key": {"zones": [*ZONES, ZONES[0]]}}, "two zones have the same id"),
        ({"body": {"zones": ZONES}}, "a zone that is seen stands in the body, a hidden one in the key"),
        ({"body": {"max_points": 1}}, "fewer clicks are allowed than there are right zones"),
        ({"body": {"alternative": ALTERNATIVE}}, "tick the right answers of the alternative"),
        ({"key": {"alternative": ["p"]}}, "tick the right answers of the alternative"),
        (
            {"body": {"image": {**IMAGE, "width": 0}}},
            "the size of the picture is not known, and a circle needs it: press “Show the picture”",
        ),
        ({"body": {"image": {**IMAGE, "alt": ""}}}, "say in words what the picture shows"),
        ({"body": {"image": {"alt": "x"}}}, "choose a picture"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], message: str) -> None:
    data: dict[str, Any] = {
        "body": {"prompt": "?", "image": IMAGE, "max_points": 5},
        "key": {"zones": ZONES, "correct": ["a", "b"]},
    }
    assert kind.load(data)
    for part, changed in changes.items():
        data[part] = {**data[part], **changed}
    with pytest.raises(Invalid) as refused:
        kind.load(data)
    assert message in str(refused.value.messages)


@pytest.mark.parametrize(("label", "message"), [("", "called"), ("Deux", "called the same")])
def test_zones_that_are_seen_have_names(label: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        content(visible=True, zones=[{**ZONES[0], "label": label}, *ZONES[1:]])
    assert message in str(refused.value.messages)


def test_an_author_is_told_what_is_probably_not_meant() -> None:
    (said,) = kind.warnings(content())
    assert said.startswith("those who cannot see")
    assert kind.warnings(content(alternative="p")) == []
    assert kind.warnings(content("abc", visible=True)) == ["every zone is right: is that meant?"]


@pytest.mark.usefixtures("templates")
def test_a_learners_form_becomes_an_answer() -> None:
    html = placed.shown(kind, content("a", max_points=1), "form")
    assert placed.answered(kind, html) == {}
    assert placed.answered(kind, html, x="10,5", y="50 %") == {"points": [[0.105, 0.5]]}
    assert placed.answered(kind, html, x="10", y="beaucoup") == {"unread": [["10", "beaucoup"]]}
    answer = kind.answer({"points": [[0.105, 0.5]]})
    again = placed.shown(kind, content("a", max_points=2), "form", answer)
    assert placed.answered(kind, again) == answer
    unread = kind.answer({"unread": [["10", "beaucoup"]]})
    assert kind.problems(content(), unread, "fr")
    assert placed.answered(kind, placed.shown(kind, content(), "form", unread)) == unread
    ticked = placed.shown(kind, content(visible=True), "form", kind.answer({"zones": ["a", "c"]}))
    assert placed.answered(kind, ticked) == {"zones": ["a", "c"]}


@pytest.mark.usefixtures("templates")
def test_what_is_right_is_told_only_with_the_solution() -> None:
    for of, answer in (
        (content(alternative="p"), clicked("Ax")),
        (content(alternative="p"), kind.answer({"zones": ["q"]})),
        (content(visible=True), kind.answer({"zones": ["a", "c"]})),
    ):
        quiet = placed.shown(kind, of, "result", answer)
        told = placed.shown(kind, of, "result", answer, told=True)
        for word in ("bon endroit", "bons endroits", "right zone", "Plus à gauche", '<g class="right">'):
            assert word not in quiet
        assert 'class="right"' in told
        for mode in placed.MODES:
            placed.shown(kind, of, mode, answer, told=mode == "preview")
            placed.shown(kind, of, mode, None, told=mode == "preview")
    assert "Plus à gauche" in placed.shown(kind, content(), "result", clicked("AC"), told=True)


def test_the_class_is_counted_zone_by_zone() -> None:
    of = content(alternative="p")
    answers = [clicked("A"), clicked("AB"), clicked("x"), kind.answer({"zones": ["q"]}), None]
    assert [(it.answer, it.count, it.fraction) for it in kind.tallies(of, answers)] == [
        ("un", 2, 1),
        ("deux", 1, 1),
        ("—", 1, 0),
        ("mot q", 1, 0),
    ]
    assert kind.summary(of, clicked("BA")) == kind.summary(of, clicked("AB")) == "deux · un"
    assert kind.summary(of, None) == ""
    assert kind.statistics(of, answers).states[ScoreState.UNANSWERED] == 1


def test_files_are_named() -> None:
    assert kind.resources(content()) == [FILE]


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("hotspot"))
    yield opened
    opened.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_authors_form_shows_all_and_sends_it_again(school: School, lang: str) -> None:
    teacher = somebody(school, "teacher", lang)
    html = teacher.open(f"/lti/my/pages/{school.ids['draft']}/activity?type=hotspot&example=1")
    sent, expected = placed.typed(kind, html), kind.example("fr")
    for data in (sent, expected):
        data["body"]["image"] = IMAGE
    one, other = kind.load(sent), kind.load(expected)
    for part in ("body", "key"):
        plain = [
            json.dumps(getattr(it, part)).replace("\\u202f", " ").replace("\\u00a0", " ")
            for it in (one, other)
        ]
        assert json.loads(plain[0]) == json.loads(plain[1])
    assert one.scoring == other.scoring


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=hotspot")
    teacher.send(
        path,
        type="hotspot",
        title="T",
        prompt="?",
        zone_shape=["circle", "poly"],
        zone_x=["a", ""],
        zone_y=["1,5", ""],
        zone_w=["150", ""],
        zone_corners=["", "10 20; x"],
        zone_right="1",
        max_points="beaucoup",
        option=["un mot"],
    )
    assert teacher.status == 422
    fields = placed.controls(teacher.html[teacher.html.index("data-type=") :])
    assert fields["zone_shape"][:2] == ["circle", "poly"]
    assert [fields[f"zone_{name}"][0] for name in "xyw"] == ["a", "1,5", "150"]
    assert fields["zone_corners"][1] == "10 20; x"
    assert (fields["zone_right"], fields["max_points"], fields["option"][0]) == (
        ["1"],
        ["beaucoup"],
        "un mot",
    )


def test_every_permutation_of_ticks_is_one_answer() -> None:
    assert len({json.dumps(kind.answer({"zones": list(it)})) for it in itertools.permutations("abc")}) == 1
