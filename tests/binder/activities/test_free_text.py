"""Free text: what counts as an answer, how words are counted, and what only teachers see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import hostile
from binder.activities import Content, ScoreState, free_text
from binder.activities.marked import words_in
from binder.errors import Invalid
from tests.binder.activities import marked_pages as pages
from tests.binder.activities.placed import LIMIT
from tests.lti.school import School

KIND = free_text.FreeText()


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school."""
    with pages.schooled(sqlite_template, tmp_path_factory) as opened:
        yield opened


def content(**body: Any) -> Content:
    data = KIND.example("fr")
    return KIND.load({**data, "body": {"prompt": "<p>Écris.</p>", **body}})


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("  \n ", 0),
        ("Bonjour", 1),
        ("L’eau s'évapore : pourquoi ?", 3),
        ("vingt-deux « oui », non…", 3),
        ("a – b — c - d", 4),
        ("3,5 litres", 3),
        ("l’été\nl'hiver", 2),
    ],
)
def test_words_are_counted_as_people_do(text: str, count: int) -> None:
    assert words_in(text) == count
    assert KIND.answer({"text": text})["words"] == count


@pytest.mark.parametrize(
    ("body", "answer", "state"),
    [
        ({}, {}, "unanswered"),
        ({}, {"text": " \n\t"}, "unanswered"),
        ({}, {"text": "Non."}, "to_mark"),
        ({"min_words": 100}, {"text": "Non."}, "to_mark"),
        ({"max_words": 1}, {"text": "trop de mots"}, "to_mark"),
        (
            {"template": "<p>Cher renard,</p><p>Bien à toi</p>"},
            {"text": "Cher renard,\n\nBien à toi"},
            "unanswered",
        ),
        ({"template": "<p>Cher renard,</p>"}, {"text": "Cher renard, viens !"}, "to_mark"),
        ({}, {"html": "<p>gras</p>"}, "unanswered"),
        ({"format": "rich"}, {"html": "<p>gras</p>"}, "to_mark"),
        ({"format": "rich"}, {"html": "<p> </p>"}, "unanswered"),
    ],
)
def test_a_text_is_to_be_marked_or_not_there(
    body: dict[str, Any], answer: dict[str, Any], state: str
) -> None:
    of = content(**body)
    score = KIND.score(of, KIND.answer(answer))
    assert (score.state, score.fraction) == (state, Fraction(0))


def test_keywords_are_found_whatever_accents_and_endings(school: School) -> None:
    data = KIND.example("fr")
    of = KIND.load({**data, "key": {"keywords": ["Évaporer", "pluie", "sol."], "rubric": "<p>2</p>"}})
    found = KIND.for_marker(of, KIND.answer({"text": "L’eau evaporera ; c’est la surpluie du sol."}))
    assert [(one["word"], one["found"]) for one in found["keywords"]] == [
        ("Évaporer", True),
        ("pluie", False),
        ("sol.", True),
    ]
    assert not any(one["found"] for one in KIND.for_marker(of, None)["keywords"])


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("body", {"min_words": 20, "max_words": 10}),
        ("body", {"min_words": -1}),
        ("body", {"max_words": 100_000}),
        ("body", {"lines": 0}),
        ("body", {"format": "math"}),
        ("key", {"keywords": ["x"] * 51}),
        ("key", {"keywords": [""]}),
        ("body", {"unknown": 1}),
    ],
)
def test_what_makes_no_sense_is_refused(part: str, changes: dict[str, Any]) -> None:
    assert pages.refused("free_text", part, **changes)


@pytest.mark.parametrize(
    "answer", [{"text": "x" * 50_001}, {"html": "<p>" + "x" * 100_001}, {"text": 7}, {"x": 1}]
)
def test_an_answer_is_bounded(answer: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        KIND.answer(answer)


def test_the_longest_answers_are_quick() -> None:
    of = content(template="<p>Cher renard</p>")
    for text in ("a'" * 25_000, "é-" * 25_000, "x " * 25_000, "«" * 50_000):
        assert hostile.seconds(KIND, of, {"text": text}) < LIMIT


@given(
    st.dictionaries(
        st.sampled_from(["text", "html", "words", "files", "x"]),
        st.none() | st.text() | st.integers() | st.lists(st.text()),
    )
)
def test_any_json_is_scored_or_refused(data: dict[str, Any]) -> None:
    try:
        answer = KIND.answer(data)
    except Invalid:
        return
    score = KIND.score(content(), answer)
    assert score.fraction == 0
    assert score.state in (ScoreState.UNANSWERED, ScoreState.TO_MARK)
    json.dumps(answer)


def test_a_browsers_count_is_not_believed() -> None:
    assert KIND.answer({"text": "un mot", "words": 4000})["words"] == 2


def test_line_ends_are_one_kind() -> None:
    assert KIND.answer(KIND.answer_from_form({"text": ["a\r\nb\rc"]}))["text"] == "a\nb\nc"
    assert KIND.answer_from_form({}) == {"text": "", "html": ""}


@pytest.mark.parametrize("lang", ["fr", "en", "de"])
def test_the_example_goes_through_the_form(lang: str) -> None:
    data = KIND.example(lang)
    form = {
        "points": [data["points"]],
        "prompt": [data["body"]["prompt"]],
        "min_words": [str(data["body"]["min_words"])],
        "max_words": [str(data["body"]["max_words"])],
        "model_answer": [data["key"]["model_answer"]],
        "rubric": [data["key"]["rubric"]],
        "keywords": ["\r\n".join(data["key"]["keywords"])],
    }
    assert KIND.load(KIND.content_from_form(form)) == KIND.load(data)


def test_what_an_author_typed_wrongly_is_still_there(school: School) -> None:
    html = pages.retyped(
        school,
        "free_text",
        {"min_words": "cent", "max_words": "20", "keywords": "un\ndeux", "rubric": "Le plan (2)"},
    )
    for typed in ('value="cent"', 'value="20"', "un\ndeux", "Le plan (2)"):
        assert typed in html


def test_the_learners_form(school: School) -> None:
    of = content(min_words=30, max_words=40, template="<p>Cher renard,</p>", lines=5)
    html = pages.rendered(school, of, "free_text", "form")
    assert "De 30 à 40 mots." in html
    assert 'rows="5"' in html
    assert "Cher renard,</textarea>" in html
    html = pages.rendered(school, of, "free_text", "form", KIND.answer({"text": "</textarea><b>"}))
    assert "&lt;/textarea&gt;&lt;b&gt;</textarea>" in html
    html = pages.rendered(school, of, "free_text", "form", KIND.answer({"text": ""}))
    assert "Cher renard" not in html, "what was taken away stays away"


def test_what_was_written_is_shown_with_its_lines_and_length(school: School) -> None:
    of = content(min_words=5)
    for mode in ("copy", "result"):
        html = pages.rendered(school, of, "free_text", mode, KIND.answer({"text": "Un <b>\nDeux"}))
        assert "Un &lt;b&gt;<br>Deux" in html
        assert "3 mots." in html
        assert "5 étaient demandés au moins." in html
    rich = content(format="rich", max_words=1)
    html = pages.rendered(
        school, rich, "free_text", "copy", KIND.answer({"html": "<p>a <strong>b</strong></p>"})
    )
    assert "<strong>b</strong>" in html
    assert "<hr>" in pages.rendered(school, of, "free_text", "paper")


def test_only_those_who_mark_see_the_help(school: School) -> None:
    of, answer = pages.tokened("free_text", "k9k9k9"), KIND.answer({"text": "Un texte"})
    assert "k9k9k9" not in json.dumps(KIND.public(of, "s"))
    for mode in ("form", "copy", "paper"):
        assert "k9k9k9" not in pages.rendered(school, of, "free_text", mode, answer)
    learner = pages.rendered(school, of, "free_text", "result", answer)
    assert learner.count("k9k9k9") == 1, "the explanation alone"
    assert pages.rendered(school, of, "free_text", "result", answer, marking=True).count("k9k9k9") == 4
    assert pages.rendered(school, of, "free_text", "preview").count("k9k9k9") == 4


def test_in_words_it_is_the_text_and_nobody_counts_texts() -> None:
    of = content()
    answer = KIND.answer({"text": "Un\n\n texte "})
    assert KIND.summary(of, answer) == "Un texte"
    assert KIND.summary(of, None) == ""
    assert KIND.statistics(of, [answer, None]).states == {"to_mark": 1, "unanswered": 1}
    assert KIND.tallies(of, [answer]) == []
    assert (KIND.files({"files": ["x"]}), KIND.allowance(of), KIND.solution(of, answer)) == ([], None, {})
