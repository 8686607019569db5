"""True or false, alone and with a reason."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import FileSystemLoader
from markupsafe import Markup

import lti
from binder.activities import Content, ScoreState, true_false
from binder.errors import Invalid
from lti import i18n
from lti.views.templates import filled
from tests.lti.school import open_school
from tests.lti.somebody import somebody

kind = true_false.TrueFalse()
SAMPLE = json.loads(
    (Path(__file__).parents[2] / "conformance/samples/true_false.json").read_text(encoding="utf-8")
)
NONE, HALF, QUARTER, ALL = Fraction(0), Fraction(1, 2), Fraction(1, 4), Fraction(1)
WHY = "Elle renvoie la lumière."


def content(*, value: bool = True, scoring: dict[str, Any] | None = None, **body: Any) -> Content:
    """A sentence that is true or not."""
    data = {"body": {"prompt": "<p>La Lune brille.</p>", **body}, "key": {"value": value}}
    return kind.load({**data, "scoring": scoring or {}})


def form(value: str, reason: str = "") -> dict[str, Any]:
    """What a browser sends of an answer."""
    return kind.answer(kind.answer_from_form({"value": [value] if value else [], "justification": [reason]}))


@pytest.mark.parametrize(
    ("right", "ticked", "fraction", "state"),
    [
        (True, "true", ALL, "correct"),
        (True, "false", NONE, "incorrect"),
        (False, "false", ALL, "correct"),
        (False, "true", NONE, "incorrect"),
        (True, "", NONE, "unanswered"),
        (False, "", NONE, "unanswered"),
    ],
)
def test_right_or_wrong(right: bool, ticked: str, fraction: Fraction, state: str) -> None:
    score = kind.score(content(value=right), form(ticked))
    assert (score.fraction, score.state) == (fraction, state)


@pytest.mark.parametrize(
    ("split", "after_wrong", "ticked", "reason", "fraction", "state"),
    [
        (("1", "1"), "marked", "true", WHY, HALF, "to_mark"),
        (("1", "3"), "marked", "true", WHY, QUARTER, "to_mark"),
        (("1", "0"), "marked", "true", WHY, ALL, "correct"),
        (("1", "0"), "marked", "false", WHY, NONE, "incorrect"),
        (("0", "1"), "marked", "true", WHY, NONE, "to_mark"),
        (("0", "1"), "marked", "true", "", NONE, "incorrect"),
        (("1", "1"), "marked", "true", " \n", HALF, "partial"),
        (("1", "1"), "marked", "false", WHY, NONE, "to_mark"),
        (("1", "1"), "marked", "false", "", NONE, "incorrect"),
        (("1", "1"), "marked", "", WHY, NONE, "to_mark"),
        (("1", "1"), "marked", "", "", NONE, "unanswered"),
        (("1", "1"), "nothing", "true", WHY, HALF, "to_mark"),
        (("1", "1"), "nothing", "false", WHY, NONE, "incorrect"),
        (("1", "1"), "nothing", "", WHY, NONE, "to_mark"),
    ],
)
def test_a_reason_is_marked_by_a_person(
    split: tuple[str, str], after_wrong: str, ticked: str, reason: str, fraction: Fraction, state: str
) -> None:
    """Where nothing is left to read, or what is read brings nothing, nobody is asked to."""
    scoring = {
        "split": dict(zip(("answer", "justification"), split, strict=True)),
        "after_wrong": after_wrong,
    }
    score = kind.score(content(justify=True, scoring=scoring), form(ticked, reason))
    assert (score.fraction, score.state) == (fraction, state)


def test_a_reason_that_nobody_asked_for_counts_for_nothing() -> None:
    assert kind.score(content(), form("", WHY)).state == "unanswered"
    assert kind.score(content(), form("true", WHY)).state == "correct"
    assert kind.summary(content(), form("true", WHY)) == "Vrai"


def test_parts_say_what_is_sure() -> None:
    parts = kind.score(content(justify=True), form("true", WHY)).parts
    assert parts == {
        "answer": {"fraction": "1", "reason": "match"},
        "justification": {"fraction": "0", "reason": "to_mark"},
    }
    assert kind.score(content(), form("false")).parts == {"answer": {"fraction": "0", "reason": "no_match"}}


@pytest.mark.parametrize(
    "data",
    [
        {"value": "peut-être"},
        {"value": 7},
        {"value": []},
        {"justification": "a" * 5001},
        {"justification": None},
        {"choices": []},
        "true",
        None,
    ],
)
def test_what_is_no_answer_is_refused(data: Any) -> None:
    with pytest.raises(Invalid):
        kind.answer(data)


@pytest.mark.parametrize("data", [{}, {"value": None}, {"justification": " "}])
def test_nothing_is_no_answer(data: dict[str, Any]) -> None:
    assert kind.answer(data) == {}
    for of in (content(), content(justify=True)):
        assert kind.score(of, {}).state == kind.score(of, None).state == "unanswered"


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        kind.load(kind.content_from_form({"prompt": ["<p>?</p>"]}))
    assert refused.value.messages == {"key": {"value": ["Missing data for required field."]}}
    with pytest.raises(Invalid) as refused:
        content(labels={"true": "Oui", "false": "oui "})
    assert refused.value.messages == {"body": {"labels": ["two options say the same"]}}
    nothing = {"split": {"answer": "0", "justification": "0"}}
    with pytest.raises(Invalid) as refused:
        content(justify=True, scoring=nothing)
    assert refused.value.messages == {
        "scoring": {"split": ["the answer or its reason must be worth something"]}
    }
    assert content(scoring=nothing).scoring["split"] == nothing["split"]


def test_a_reason_without_points_is_probably_not_meant() -> None:
    free = {"split": {"answer": "1", "justification": "0"}}
    assert kind.warnings(content(justify=True, scoring=free)) == [
        "the reason is worth nothing: nobody will be asked to read it"
    ]
    assert kind.warnings(content(scoring=free)) == kind.warnings(content(justify=True)) == []


def test_ticks_are_counted_and_reasons_left_out_of_the_mean() -> None:
    of = content(justify=True)
    said = [form("true", WHY), form("true"), form("false"), None, form("", WHY)]
    found = kind.statistics(of, said)
    assert [(it.answer, it.count, it.fraction) for it in found.tallies] == [
        ("Vrai", 2, ALL),
        ("Faux", 1, NONE),
    ]
    assert found.states == {"to_mark": 2, "partial": 1, "incorrect": 1, "unanswered": 1}
    assert found.mean == HALF / 3
    assert kind.summary(of, said[0]) == f"Vrai · {WHY}"


@given(
    st.booleans(),
    st.booleans(),
    st.sampled_from(["0", "1", "3"]),
    st.fixed_dictionaries(
        {}, optional={"value": st.sampled_from([True, False, None, "true", "0"]), "justification": st.text()}
    ),
)
def test_any_answer_has_a_fraction(justify: bool, value: bool, share: str, data: dict[str, Any]) -> None:
    of = content(value=value, justify=justify, scoring={"split": {"answer": "1", "justification": share}})
    try:
        answer = kind.answer(data)
    except Invalid:
        return
    score = kind.score(of, answer)
    assert 0 <= score.fraction <= 1
    assert kind.answer(answer) == answer
    assert bool(kind.summary(of, answer)) == (score.state is not ScoreState.UNANSWERED)
    if not justify:
        assert score.state is not ScoreState.TO_MARK


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """The learner's templates, and nothing else."""
    app = Flask("questions")
    app.jinja_loader = FileSystemLoader(Path(lti.__path__[0]) / "templates")  # type: ignore[misc]
    with app.test_request_context():
        yield app


def shown(of: Content, mode: str, response: dict[str, Any] | None = None, *, told: bool = False) -> str:
    """The question as a page shows it."""
    score = kind.score(of, response)
    html = filled(
        "activities/true_false.html",
        i18n.texts("fr"),
        id="q1",
        number=1,
        type="true_false",
        title="La Lune",
        points=of.points,
        prompt=Markup(of.body["prompt"]),  # noqa: S704 - it has passed the gate
        question=kind.public(of, "seed"),
        response=response or {},
        result={"state": score.state, "points": "1", "parts": score.parts} if mode == "result" else None,
        solution=kind.solution(of, response) if told else None,
        mode=mode,
        lang="fr",
    )
    return html.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_form(app: Flask) -> None:
    html = shown(content(justify=True, lines=6), "form", {"value": False, "justification": "</textarea><b>"})
    assert 'value="false" checked' in html
    assert 'value="true" checked' not in html
    assert '<label for="q1-justification">Ta justification</label>' in html
    assert 'rows="6"' in html
    assert "&lt;/textarea&gt;&lt;b&gt;" in html
    assert "<textarea" not in shown(content(), "form")
    assert "checked" not in shown(content(), "form")
    assert "style=" not in html


def test_a_result_shows_what_was_right_once_it_may(app: Flask) -> None:
    of = kind.load(SAMPLE)
    said = {"value": True, "justification": "Elle brille.\n\nLa nuit."}
    late = shown(of, "result", said)
    assert "Elle brille." in late
    assert "choisie, pas juste" not in late
    assert "Elle renvoie" not in late
    html = shown(of, "result", said, told=True)
    for part in (
        "choisie, pas juste",
        "juste, mais pas choisie",
        "Elle renvoie la lumière du Soleil.",
        "<p>La nuit.</p>",
    ):
        assert part in html
    assert "Pas de réponse" in shown(of, "copy", {})
    assert "bonne réponse" in shown(of, "preview", told=True)
    assert shown(of, "paper").count("<li></li>") == 5


def test_the_key_stays_on_the_server(app: Flask) -> None:
    token = secrets.token_hex(8)
    sample = {**SAMPLE, "key": {"value": True, "justification": token, "explanation": token}}
    pages = []
    for value in (True, False):
        of = kind.load({**sample, "key": {**sample["key"], "value": value}})
        pages.append([shown(of, mode) for mode in ("form", "copy", "paper", "result")])
    assert pages[0] == pages[1], "the same page whatever is right"
    assert token not in "".join(pages[0])


def form_of(data: dict[str, Any]) -> dict[str, list[str]]:
    """What an author's form sends of a question."""
    body, key, scoring = data["body"], data["key"], data.get("scoring", {})
    fields = {
        "points": data["points"],
        "prompt": body["prompt"],
        "justify": "1" if body.get("justify") else "",
        "value": "true" if key["value"] else "false",
        "justification": key.get("justification", ""),
        "explanation": key.get("explanation", ""),
        "lines": str(body.get("lines", "4")),
    }
    fields |= {f"label_{side}": text for side, text in body.get("labels", {}).items()}
    fields |= {f"split_{name}": share for name, share in scoring.get("split", {}).items()}
    return {name: [text] for name, text in fields.items()}


@pytest.mark.parametrize(
    "data", [SAMPLE, kind.example("fr"), kind.example("en-GB")], ids=["sample", "fr", "en"]
)
def test_an_authors_form_comes_back_as_it_was(data: dict[str, Any]) -> None:
    assert kind.load(kind.content_from_form(form_of(data))) == kind.load(data)


def test_an_authors_form_is_shown_again_with_what_was_typed(sqlite_template: Path, tmp_path: Path) -> None:
    school = open_school(sqlite_template, tmp_path)
    try:
        teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
        teacher.open(f"{path}?type=true_false&example=1")
        assert teacher.status == 200
        assert 'value="false" checked' in teacher.html
        wrong = {
            "type": "true_false",
            "title": "Lune",
            "prompt": "Elle brille.",
            "value": "true",
            "justify": "1",
            "justification": "Non.",
            "lines": "mille",
            "split_answer": "un",
            "label_true": "<Oui>",
            "label_false": "Non",
            "after_wrong": "nothing",
        }
        teacher.send(path, **wrong)
        assert teacher.status == 422
        for part in (
            'value="mille"',
            'value="un"',
            'value="&lt;Oui&gt;"',
            'value="true" checked',
            ">Non.</textarea>",
        ):
            assert part in teacher.html
        assert 'value="nothing" checked' in teacher.html
        teacher.send(path, **{**wrong, "lines": "3", "split_answer": "2"})
        assert teacher.status == 200
        assert "&lt;Oui&gt;" in teacher.html
    finally:
        school.close()
