"""Drawing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, Score, ScoreState, drawing
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = drawing.Drawing()
FILE = "01890000-0000-7000-8000-000000000001"
STROKE = {"ink": "red", "width": 8, "points": "10 20 300 400"}


@pytest.fixture
def templates() -> Iterator[None]:
    """Questions can be shown."""
    with placed.templates():
        yield


def content(**body: Any) -> Content:
    return kind.load(
        {"body": {"prompt": "<p>Dessine.</p>", **body}, "key": {"model": "<p>Une flèche vers le haut.</p>"}}
    )


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (None, ScoreState.UNANSWERED),
        ({}, ScoreState.UNANSWERED),
        ({"strokes": [], "text": "  \n"}, ScoreState.UNANSWERED),
        ({"text": "Une flèche."}, ScoreState.TO_MARK),
        ({"strokes": [STROKE]}, ScoreState.TO_MARK),
        ({"strokes": [STROKE], "text": "Une flèche."}, ScoreState.TO_MARK),
    ],
)
def test_a_person_marks_what_was_drawn_or_said(response: Any, state: ScoreState) -> None:
    score = kind.score(content(), kind.answer(response) if response else response)
    assert (score.fraction, score.state) == (0, state)
    assert score in (Score.unanswered(), Score.to_mark())


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ({}, (1000, 750)),
        ({"sheet": "square"}, (1000, 1000)),
        ({"sheet": "portrait"}, (750, 1000)),
        ({"image": {"resource": FILE, "alt": "x", "width": 800, "height": 400}}, (1000, 500)),
        ({"image": {"resource": FILE, "alt": "x", "width": 300, "height": 900}}, (333, 1000)),
        ({"image": {"resource": FILE, "alt": "x"}}, (1000, 1000)),
        ({"image": {"resource": FILE, "alt": "x", "width": 100_000, "height": 1}}, (1000, 1)),
    ],
)
def test_the_longer_side_of_a_sheet_has_a_thousand_units(body: dict[str, Any], size: tuple[int, int]) -> None:
    public = kind.public(content(**body), "s")
    assert (public["width"], public["height"]) == size
    assert kind.resources(content(**body)) == ([FILE] if "image" in body else [])


@pytest.mark.parametrize(
    "points",
    [
        "",
        "1",
        "1 2 3",
        "1  2",
        " 1 2",
        "1 2\n",
        "1001 0",
        "-1 2",
        "1.5 2",
        "01 2",
        "a b",
        "1 2h0",
        "١ ٢",
        7,
        None,
    ]
    + [[], ['1 2"/><script>']],
)
def test_what_is_no_stroke_is_refused(points: Any) -> None:
    with pytest.raises(Invalid):
        kind.answer({"strokes": [{"points": points}]})


@pytest.mark.parametrize(
    "stroke",
    [{"ink": "pink"}, {"width": 5}, {"style": "x"}, {"ink": 'red" onload="x'}, {"width": "8px"}],
)
def test_pens_are_those_that_there_are(stroke: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        kind.answer({"strokes": [{**STROKE, **stroke}]})


@pytest.mark.parametrize("text", ["1 2", "0 0", "1000 1000", "1 2 3 4 999 1000"])
def test_a_stroke_is_a_list_of_whole_numbers(text: str) -> None:
    assert kind.answer({"strokes": [{"points": text}]}) == {
        "strokes": [{"ink": "black", "width": 4, "points": text}]
    }


@pytest.mark.parametrize(
    ("strokes", "fits"),
    [
        ([{"points": " ".join(["1 2"] * 100)}] * 200, True),
        ([{"points": " ".join(["1000 1000"] * 20_000)}], True),
        ([{"points": "1 2"}] * 201, False),
        ([{"points": " ".join(["1 2"] * 20_001)}], False),
        ([{"points": " ".join(["1 2"] * 101)}] * 199, False),
    ],
)
def test_a_drawing_is_bounded(strokes: list[dict[str, Any]], fits: bool) -> None:
    typed = kind.answer_from_form({"strokes": [json.dumps(strokes)]})
    for data in ({"strokes": strokes}, typed):
        if fits:
            assert len(kind.answer(data)["strokes"]) == len(strokes)
        else:
            with pytest.raises(Invalid) as refused:
                kind.answer(data)
            assert "20,000 points" in str(refused.value.messages)


@pytest.mark.parametrize("typed", ["{", "[" * 100_000, "9" * 5000, '"x"', "7", "[7]", "x" * 400_000])
def test_what_no_page_sends_is_refused_in_time(typed: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid):
        kind.answer(kind.answer_from_form({"strokes": [typed]}))
    assert time.process_time() - began < placed.LIMIT


def test_the_largest_drawing_is_taken_in_time() -> None:
    text = json.dumps([{"points": " ".join(["1000 1000"] * 100)}] * 200)

    def seconds() -> float:
        began = time.process_time()
        kind.score(content(), kind.answer(kind.answer_from_form({"strokes": [text]})))
        return time.process_time() - began

    assert min(seconds() for _ in range(5)) < placed.LIMIT


@given(
    placed.json_values | st.fixed_dictionaries({"strokes": placed.json_values, "text": placed.json_values})
)
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    with suppress(Invalid):
        assert kind.score(content(), kind.answer(response)).fraction == 0


@pytest.mark.usefixtures("templates")
def test_a_drawing_is_shown_by_numbers_alone() -> None:
    said = kind.answer({"strokes": [STROKE], "text": "<b>Une flèche</b>"})
    for mode in ("copy", "result", "form"):
        html = placed.shown(kind, content(), mode, said)
        assert '<path class="ink red" d="M10 20 300 400h0" stroke-width="8"' in html
        assert "<b>Une" not in html
        assert "style=" not in html
    form = placed.shown(kind, content(), "form", said)
    assert placed.answered(kind, form) == said
    assert placed.answered(kind, placed.shown(kind, content(), "form")) == {}


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("strokes", [None, "x", 7, [7], [{"points": '"><script>'}], {"a": 1}])
def test_a_page_survives_an_answer_that_was_refused(strokes: Any) -> None:
    """What was typed is shown again, also when it has not passed `answer`."""
    html = placed.shown(kind, content(), "form", {"strokes": strokes, "text": "x"})
    assert "<script>" not in html


@pytest.mark.usefixtures("templates")
def test_what_is_expected_is_told_only_with_the_solution() -> None:
    said = kind.answer({"text": "Une flèche."})
    for mode in placed.MODES:
        assert "vers le haut" not in placed.shown(kind, content(), mode, said)
        assert "vers le haut" not in placed.shown(kind, content(), mode)
    assert "vers le haut" in placed.shown(kind, content(), "preview", told=True)
    assert not placed.leaks(kind, placed.sample("drawing"))


def test_an_answer_in_words() -> None:
    assert (
        kind.summary(content(), kind.answer({"strokes": [STROKE], "text": "Une\nflèche"}))
        == "Une flèche · ✎ 1"
    )
    assert kind.summary(content(), None) == ""
    assert kind.tallies(content(), [kind.answer({"text": "x"})]) == []


def test_a_sheet_needs_no_picture_but_a_picture_needs_words() -> None:
    blank = kind.content_from_form({"prompt": ["?"], "sheet": ["square"], "model": ["<p>m</p>"]})
    assert kind.load(blank).body["image"] is None
    with pytest.raises(Invalid) as refused:
        kind.load(kind.content_from_form({"prompt": ["?"], "on": ["picture"], "resource": [FILE]}))
    assert "say in words what the picture shows" in str(refused.value.messages)


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("drawing"))
    yield opened
    opened.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_authors_form_shows_all_and_sends_it_again(school: School, lang: str) -> None:
    teacher = somebody(school, "teacher", lang)
    html = teacher.open(f"/lti/my/pages/{school.ids['draft']}/activity?type=drawing&example=1")
    sent, expected = kind.load(placed.typed(kind, html)), kind.load(kind.example("fr"))
    assert sent.body | {"prompt": ""} == expected.body | {"prompt": ""}
    assert (sent.key["model"], sent.points) == (expected.key["model"], expected.points)


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=drawing")
    teacher.send(
        path, type="drawing", title="T", prompt="?", on="picture", sheet="portrait", picture_alt="Un fond"
    )
    assert teacher.status == 422
    fields = placed.controls(teacher.html[teacher.html.index("data-type=") :])
    assert (fields["on"], fields["sheet"], fields["picture_alt"]) == (["picture"], ["portrait"], ["Un fond"])
