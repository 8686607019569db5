"""Questions whose answer is an expression or an equation."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, ScoreState, formula
from binder.activities.algebra import AlgebraError
from binder.activities.algebra.parser import _parsed
from binder.errors import Invalid
from lti.views.learners import echo as echo_view
from lti.views.rendering import Shown
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = formula.Formula()
assert echo_view
HALF = Fraction(1, 2)
SAMPLE = json.loads(
    (Path(__file__).parents[2] / "conformance" / "samples" / "formula.json").read_text("utf-8")
)


def content(
    *accepted: str | dict[str, Any],
    ranges: list[dict[str, Any]] | None = None,
    scoring: dict[str, Any] | None = None,
    **body: Any,
) -> Content:
    listed = [{"text": each} if isinstance(each, str) else each for each in accepted]
    return kind.load(
        {
            "points": "1",
            "body": {"prompt": "<p>Combien ?</p>", **body},
            "key": {"accepted": listed, "ranges": ranges or []},
            "scoring": scoring or {},
        }
    )


def result(of: Content, typed: str) -> tuple[Fraction, str, str]:
    score = kind.score(of, kind.answer({"raw": typed, "lang": "fr"}))
    return score.fraction, score.state, score.parts.get("expression", {}).get("reason", "")


def refused(data: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        kind.load(data)
    return caught.value.messages


MISTAKE = {"text": "(x-3)^2", "fraction": "1/2", "feedback": "<p>Le signe !</p>"}
GOLDEN = [
    ("equivalent", "(x-3)(x+3)", Fraction(1), "match"),
    ("equivalent", "(x+3)(x-3)", Fraction(1), "match"),
    ("equivalent", "x²-9", Fraction(1), "match"),
    ("equivalent", "x^2 - 3^2", Fraction(1), "match"),
    ("equivalent", "\\left(x-3\\right)\\left(x+3\\right)", Fraction(1), "match"),
    ("equivalent", "(x-3)^2", HALF, "match"),
    ("equivalent", "x²-6x+9", HALF, "match"),
    ("equivalent", "x^2+9", Fraction(0), "no_match"),
    ("equivalent", "x^2-9,0000001", Fraction(0), "no_match"),
    ("same_form", "(x+3)(x-3)", Fraction(1), "match"),
    ("same_form", "1(x+3)(x-3)", Fraction(1), "match"),
    ("same_form", "x²-9", Fraction(0), "no_match"),
    ("exact", "(x+3)(x-3)", Fraction(1), "match"),
    ("exact", "1(x+3)(x-3)", Fraction(0), "no_match"),
]


@pytest.mark.parametrize(("compare", "typed", "fraction", "reason"), GOLDEN)
def test_an_expression_is_worth_what_the_best_accepted_one_is(
    compare: str, typed: str, fraction: Fraction, reason: str
) -> None:
    states = {Fraction(0): ScoreState.INCORRECT, Fraction(1): ScoreState.CORRECT}
    for accepted in (("(x-3)(x+3)", MISTAKE), (MISTAKE, "(x-3)(x+3)")):
        of = content(*accepted, scoring={"compare": compare})
        assert result(of, typed) == (fraction, states.get(fraction, ScoreState.PARTIAL), reason)


@pytest.mark.parametrize(
    ("form", "right", "typed", "fraction"),
    [
        ("factored", "(x-3)(x+3)", "(x+3)(x-3)", Fraction(1)),
        ("factored", "(x-3)(x+3)", "x^2-9", Fraction(1, 4)),
        ("expanded", "x^2+2x+1", "(x+1)^2", Fraction(1, 4)),
        ("expanded", "x^2+2x+1", "x^2+x+x+1", Fraction(1, 4)),
        ("expanded", "x^2+2x+1", "1+2x+x^2", Fraction(1)),
        ("irreducible", "3/4", "6/8", Fraction(1, 4)),
        ("irreducible", "3/4", "0,75", Fraction(1, 4)),
        ("irreducible", "3/4", "\\frac{3}{4}", Fraction(1)),
    ],
)
def test_an_answer_may_have_to_be_written_in_a_form(
    form: str, right: str, typed: str, fraction: Fraction
) -> None:
    scored = content(right, scoring={"form": form, "form_fraction": "1/4"})
    assert result(scored, typed)[::2] == (fraction, "match" if fraction == 1 else "form")
    assert result(content(right, scoring={"form": form}), typed)[0] == (1 if fraction == 1 else 0)
    assert result(scored, "x+17")[::2] == (Fraction(0), "no_match")


def test_equations_are_compared_up_to_a_number() -> None:
    of = content("y=2x+1", letters=["x", "y"], equation=True)
    assert result(of, "2x-y+1=0")[0] == 1
    assert result(of, "y=2x-1")[0] == 0
    assert kind.problems(of, kind.answer({"raw": "2x+1"}), "fr") == ["write an equation, with ="]


def test_what_cannot_be_decided_is_marked_by_a_person() -> None:
    of = content(
        "√(x-1)", {"text": "x", "fraction": "1/2"}, ranges=[{"letter": "x", "low": "1", "high": "9"}]
    )
    found = result(of, "√(x-1)+√(x-8)-√(x-8)")
    assert found == (Fraction(0), ScoreState.TO_MARK.value, "undecided")
    assert result(of, "√(x-1)")[1] == ScoreState.CORRECT


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1/2x", "write brackets: 1/(2x) or (1/2)x"),
        ("y+1", "the letter y is not used here"),
        ("x=3", "write an expression, without ="),
        ("(x+1", "( is not closed"),
        ("9^9^9", "write brackets around the exponent: e^(2x) or (e^2)x"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_wrong(typed: str, message: str) -> None:
    of = content("x")
    answer = kind.answer({"raw": typed})
    assert kind.score(of, answer).state is ScoreState.UNANSWERED
    assert kind.problems(of, answer, "fr") == [message]
    assert kind.solution(of, answer)["feedback"] == ""


@pytest.mark.parametrize("response", [None, {}, {"raw": ""}, {"raw": " \u00a0"}])
def test_without_an_expression_nothing_is_answered(response: dict[str, Any] | None) -> None:
    of = content("x")
    answer = None if response is None else kind.answer(response)
    assert kind.score(of, answer).state is ScoreState.UNANSWERED
    assert kind.problems(of, answer or {}, "fr") == []
    assert not answer


def test_what_a_browser_says_it_has_read_is_not_believed() -> None:
    sent = {"raw": "x^2", "latex": "\\href{x}{y}", "spoken": "autre chose", "ast": [1]}
    answer = kind.answer(sent)
    assert answer == {"raw": "x^2", "lang": "fr", "latex": "x^{2}", "spoken": "x au carré"}
    assert kind.answer(answer) == answer


@pytest.mark.parametrize(
    "response", [{"raw": "x" * 201}, {"raw": 7}, {"raw": ["x"]}, {"raw": "x", "lang": "?"}]
)
def test_an_answer_of_another_shape_is_refused(response: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        kind.answer(response)


@pytest.mark.parametrize(
    ("body", "key", "where"),
    [
        ({}, {"accepted": []}, "key"),
        ({}, {"accepted": [{"text": ""}]}, "key"),
        ({}, {"accepted": [{"text": "1/2x"}]}, "key"),
        ({}, {"accepted": [{"text": "y"}]}, "key"),
        ({}, {"accepted": [{"text": "x", "fraction": "1/2"}]}, "key"),
        ({}, {"accepted": [{"text": "x"}] * 11}, "key"),
        ({}, {"accepted": [{"text": "√(x-5)"}]}, "key"),
        ({}, {"accepted": [{"text": "x"}], "ranges": [{"letter": "y"}]}, "key"),
        ({}, {"accepted": [{"text": "x"}], "ranges": [{"letter": "x"}, {"letter": "x"}]}, "key"),
        ({}, {"accepted": [{"text": "x"}], "ranges": [{"letter": "x", "low": "3", "high": "2"}]}, "key"),
        ({}, {"accepted": [{"text": "x"}], "ranges": [{"letter": "x", "low": "0", "high": "1e9"}]}, "key"),
        ({}, {"accepted": [{"text": "x"}], "ranges": [{"letter": "x", "high": "9999999"}]}, "key"),
        ({"letters": ["x", "x"]}, {"accepted": [{"text": "x"}]}, "body"),
        ({"letters": ["xy"]}, {"accepted": [{"text": "x"}]}, "body"),
        ({"letters": ["("]}, {"accepted": [{"text": "x"}]}, "body"),
        ({"letters": list("abcdefg")}, {"accepted": [{"text": "a"}]}, "body"),
        ({"equation": True}, {"accepted": [{"text": "x"}]}, "key"),
    ],
)
def test_a_key_that_nobody_can_meet_is_refused(body: dict[str, Any], key: dict[str, Any], where: str) -> None:
    messages = refused({"body": {"prompt": "<p>?</p>", **body}, "key": key})
    assert set(messages) == {where}


def test_what_is_probably_not_meant_is_told() -> None:
    assert kind.warnings(content("(x+1)^2", scoring={"form": "factored"})) == []
    assert len(kind.warnings(content("x^2+2x+1", scoring={"form": "factored"}))) == 1
    assert len(kind.warnings(content("y=x", letters=["x", "y"], equation=True))) == 1


def test_what_is_right_is_shown_and_heard() -> None:
    of = content("(1/2)x", MISTAKE, scoring={"form": "expanded"})
    solution = kind.solution(of, kind.answer({"raw": "(x-3)^2"}))
    assert solution["accepted"] == [{"latex": "\\frac{1}{2} x", "spoken": "1 sur 2 fois x"}]
    assert (solution["form"], solution["feedback"]) == ("expanded", "<p>Le signe !</p>")


def test_equal_answers_are_counted_together() -> None:
    of = content("x+1")
    answers = [kind.answer({"raw": raw}) for raw in ("x+1", "x + 1", "1+x", "x+", "")]
    tallies = [
        (tally.answer, tally.count, int(tally.fraction)) for tally in kind.statistics(of, answers).tallies
    ]
    assert tallies == [("x+1", 2, 1), ("1+x", 1, 1), ("x+", 1, 0)]


def test_another_expression_can_be_accepted() -> None:
    of = content("x+1")
    answer = kind.answer({"raw": "x-1"})
    data = kind.accepting(of, answer, HALF)
    assert data is not None
    assert kind.score(kind.load(data), answer).fraction == HALF
    assert kind.accepting(of, kind.answer({"raw": "x+"}), HALF) is None
    assert kind.accepting(of, {}, HALF) is None
    assert kind.accepting(content(*["x+1"] * 10), answer, HALF) is None


def test_the_order_of_letters_and_accepted_expressions_is_free() -> None:
    one = content("ab", "a+b", letters=["a", "b"])
    other = content("a+b", "ab", letters=["b", "a"])
    for typed in ("ba", "b+a", "a-b", "2ab"):
        assert result(one, typed) == result(other, typed)


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["raw", "lang", "latex", "x"]), inner)
    ),
    max_leaves=6,
)


@given(data=any_json | st.builds(lambda raw: {"raw": raw}, st.text("x123+-*/^()√=|,. ", max_size=30)))
def test_any_json_is_scored_or_refused(data: Any) -> None:
    try:
        answer = kind.answer(data)
    except Invalid:
        return
    for of in (
        content("(x-3)(x+3)", MISTAKE),
        content("3/4", scoring={"form": "irreducible", "compare": "exact"}),
    ):
        assert 0 <= kind.score(of, answer).fraction <= 1
        json.dumps([kind.solution(of, answer), kind.summary(of, answer), kind.problems(of, answer, "fr")])


@given(
    raw=st.text("x12+-*/^()", max_size=8),
    right=st.lists(st.sampled_from(["x", "2x", "x^2", "1/x", "x+1", "12"]), min_size=1, max_size=4),
    added=st.sampled_from(["x", "2x", "x^2", "-x", "1", "2/x"]),
)
def test_another_accepted_expression_never_lowers(raw: str, right: list[str], added: str) -> None:
    before = result(content(*right), raw)[0]
    assert result(content(*right, added), raw)[0] >= before
    assert result(content(*reversed(right)), raw)[0] == before


LIMIT = 0.005 if sys.gettrace() is None else 0.05
BOMBS = [
    "9^99^99",
    "((9^99)^99)^99",
    "((((x+1)^9+1)^9+1)^9+1)^9",
    "(x+1)^99" * 24,
    "(1/7+x)^99" * 20,
    "sin(" * 38 + "x" + ")" * 38,
    "x^99+" * 39 + "x",
    "x+" * 99 + "x",
    "\\frac{" * 30,
    "(" * 100,
    "9" * 200,
    "√(x-8,5)-√(x-8,5)+√(7-x)-√(7-x)" * 6,
    "1/" * 90 + "x",
]


@pytest.mark.parametrize("bomb", BOMBS, ids=[bomb[:16] for bomb in BOMBS])
def test_a_bomb_does_not_burn(bomb: str) -> None:
    of = content(
        "(x+1)^2",
        *(f"x+{number}" for number in range(9)),
        scoring={"form": "factored", "form_fraction": "1/2"},
    )
    best = 1.0
    for _ in range(3):
        _parsed.cache_clear()
        begun = time.process_time()
        answer = kind.answer({"raw": bomb})
        read = time.process_time()
        kind.score(of, answer)
        best = min(best, max(read - begun, time.process_time() - read))
    assert best < LIMIT


def test_what_is_read_is_told_while_typing() -> None:
    assert kind.echo(None, "x^2", "fr") == "x au carré"
    assert kind.latex(None, "x=1/2", "fr") == "x=\\frac{1}{2}"
    with pytest.raises(AlgebraError):
        kind.echo(content("x"), "y", "fr")


FORM = {
    "points": ["2"],
    "prompt": ["<p>Factorisez.</p>"],
    "answer_lang": ["fr"],
    "accepted": ["(x-3)(x+3)", "", "(x-3)^2"],
    "accepted_fraction": ["", "", "1/2"],
    "accepted_feedback": ["", "", "<p>Le signe !</p>"],
    "letter": ["x", "", "n"],
    "low": ["0,5", "", ""],
    "high": ["4", "", "20"],
    "whole": ["2"],
    "before": ["f(x) ="],
    "compare": ["same_form"],
    "form": ["factored"],
    "form_fraction": ["1/4"],
}


def test_the_authors_form_is_read_as_it_was_typed() -> None:
    of = kind.load(kind.content_from_form(FORM))
    assert [(each["text"], each["fraction"]) for each in of.key["accepted"]] == [
        ("(x-3)(x+3)", "1"),
        ("(x-3)^2", "1/2"),
    ]
    assert of.body["letters"] == ["x", "n"]
    assert of.key["ranges"] == [
        {"letter": "x", "low": "0.5", "high": "4", "whole": False},
        {"letter": "n", "low": "-3", "high": "20", "whole": True},
    ]
    assert of.scoring == {"compare": "same_form", "form": "factored", "form_fraction": "1/4"}
    assert of.body["before"] == "f(x) ="


@pytest.mark.parametrize("lang", ["fr", "en", "de"])
def test_the_example_is_a_question(lang: str) -> None:
    of = kind.load(kind.example(lang))
    assert result(of, "(x+3)(x-3)")[0] == 1
    assert result(of, "x^2-9")[0] == 0
    assert kind.warnings(of) == []


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school of the tests' own."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("formula"))
    yield opened
    opened.close()


def rendered(
    school: School, of: Content, mode: str, raw: str = "", *, solved: bool = False, marked: bool = False
) -> str:
    """The question as a learner sees it."""
    version = SimpleNamespace(
        type="formula", title="Factoriser", points=of.points, body=of.body, key=of.key, scoring=of.scoring
    )
    answer = kind.answer({"raw": raw})
    score = kind.score(of, answer)
    results = {"fraction": "0", "points": "0", "state": score.state.value, "parts": dict(score.parts)}
    shown = Shown(
        "fr",
        {},
        {"q1": version},  # type: ignore[dict-item]
        mode,
        "seed",
        {"q1": answer},
        {"q1": results} if marked else {},
        ["q1"] if solved else (),
    )
    with school.app.test_request_context("/", headers={"Accept-Language": "fr"}):
        return unescape(str(shown.activity("q1"))).replace("\u202f", " ").replace("\u00a0", " ")


def test_a_learner_sees_and_hears_what_was_read(school: School) -> None:
    html = rendered(school, content("x", before="f(x) ="), "form", "1/2+x^2")
    assert "<math" in html
    assert "<mfrac>" in html
    assert "1 sur 2 plus x au carré" in html
    assert 'value="1/2+x^2"' in html
    assert "f(x) =" in html
    assert "style=" not in html
    assert "<math" not in rendered(school, content("x"), "form")


def test_a_learner_reads_why_an_expression_cannot_be_read(school: School) -> None:
    html = rendered(school, content("x"), "form", "1/2x")
    assert "il faut des parenthèses : 1/(2x) ou (1/2)x" in html


def test_hostile_words_stay_words(school: School) -> None:
    for raw in ('"><script>alert(1)</script>', "</span><img src=x>", "x\"data-math='y'"):
        for mode in ("form", "copy", "result"):
            html = str(rendered(school, content("x"), mode, raw, marked=True))
            assert "<script>alert" not in html.replace(f'value="{raw}"', "").replace(raw, "")


def test_the_key_is_in_no_form_of_a_learner(school: School) -> None:
    token = secrets.token_hex(8)
    sample = json.loads(json.dumps(SAMPLE))
    sample["key"]["accepted"][0] = {"text": "(x-3)(x+77777)", "feedback": f"<p>{token}</p>"}
    of = kind.load(sample)
    for mode in ("form", "copy", "paper"):
        html = rendered(school, of, mode, "x")
        assert token not in html
        assert "77777" not in html
        assert "factoris" not in html.replace("Factorisez", "").replace("Factoriser", "").lower()
    assert token in rendered(school, of, "result", "(x-3)(x+77777)", solved=True, marked=True)


def test_a_result_says_what_was_right_only_where_it_may(school: School) -> None:
    of = content("(x-3)(x+3)", scoring={"form": "factored"})
    html = rendered(school, of, "result", "x^2-9", marked=True)
    assert "pas écrit comme demandé" in html
    assert "Attendu" not in html
    solved = rendered(school, of, "result", "x^2-9", marked=True, solved=True)
    assert "Attendu" in solved
    assert "sous forme factorisée" in solved
    assert solved.count("<math") == 2


def test_on_paper_there_is_room(school: School) -> None:
    assert "write-line" in rendered(school, content("x"), "paper")


def test_the_author_gets_back_what_was_typed(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}"
    teacher.open(f"{path}/activity?type=formula&example=1")
    assert teacher.status == 200
    assert 'name="accepted" value="(x-3)(x+3)"' in teacher.html
    fields = {name: values if len(values) > 1 else values[0] for name, values in FORM.items()}
    wrong = {**fields, "accepted": ["1/2x", "", "(x-3)^2"]}
    teacher.send(f"{path}/activity", type="formula", title="Factoriser", **wrong)
    assert teacher.status == 422
    for part in (
        'value="1/2x"',
        'value="0,5"',
        'value="20"',
        'value="f(x) ="',
        "Le signe",
        "il faut des parenthèses",
    ):
        assert part in teacher.html, part
    teacher.send(f"{path}/activity", type="formula", title="Factoriser", **fields, action="more")
    assert teacher.html.count('name="accepted"') == 6
    teacher.send(f"{path}/activity", type="formula", title="Factoriser", **fields)
    assert teacher.status == 200
    assert "<math" in teacher.html


def test_a_script_learns_what_is_read(school: School) -> None:
    person = somebody(school, "teacher")
    person.open(f"/lti/my/pages/{school.ids['draft']}/activity?type=formula")
    headers = {"X-Classeur-Token": person.field("token")}
    sent = {"type": "formula", "lang": "fr", "text": "x^2"}
    answer = person.client.post("/lti/my/echo", data=sent, headers=headers).get_json()
    assert answer["text"] == "x au carré"
    assert answer["html"].startswith("<math")
    refusal = person.client.post("/lti/my/echo", data={**sent, "text": "1/2x"}, headers=headers)
    assert refusal.status_code == 422
    assert "parenthèses" in refusal.get_json()["error"]
    assert person.client.post("/lti/my/echo", data=sent).status_code in (400, 403)
