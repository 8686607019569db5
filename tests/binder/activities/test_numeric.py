"""Questions whose answer is a number."""

from __future__ import annotations

import json
import re
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

from binder.activities import Content, ScoreState, numeric
from binder.activities.numbers import NumberError
from binder.errors import Invalid
from lti.views.learners import echo as echo_view
from lti.views.rendering import Shown
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = numeric.Numeric()
assert echo_view
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
SAMPLE = json.loads(
    (Path(__file__).parents[2] / "conformance" / "samples" / "numeric.json").read_text("utf-8")
)


def content(*accepted: dict[str, Any], units: list[dict[str, Any]] | None = None, **body: Any) -> Content:
    return kind.load(
        {
            "points": "1",
            "body": {"prompt": "<p>Combien ?</p>", **body},
            "key": {"accepted": list(accepted), "units": units or []},
            "scoring": {"unit_penalty": "1/4"},
        }
    )


def result(of: Content, typed: str) -> tuple[Fraction, str, str]:
    score = kind.score(of, kind.answer({"raw": typed, "lang": of.body["answer_lang"]}))
    return score.fraction, score.state, score.parts.get("number", {}).get("reason", "")


def refused(data: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        kind.load(data)
    return caught.value.messages


GRAVITY = {"value": "9.81", "tolerance": {"kind": "abs", "value": "0.01"}}
ROUNDED = {"value": "3.14159", "tolerance": {"kind": "decimals", "digits": 2}}
BETWEEN = {"tolerance": {"kind": "range", "low": "2", "high": "3", "open_high": True}}
GOLDEN = [
    ((GRAVITY,), "9,81", Fraction(1)),
    ((GRAVITY,), "9,82", Fraction(1)),
    ((GRAVITY,), "9,8", Fraction(1)),
    ((GRAVITY,), "9.81", Fraction(1)),
    ((GRAVITY,), "981/100", Fraction(1)),
    ((GRAVITY,), "9,83", Fraction(0)),
    ((GRAVITY,), "-9,81", Fraction(0)),
    (({"value": "0.3"},), "0,3", Fraction(1)),
    (({"value": "0.3"},), "3e-1", Fraction(1)),
    (({"value": "0.3"},), "0,30000000000000000001", Fraction(0)),
    (({"value": "1/3"},), "1/3", Fraction(1)),
    (({"value": "1/3"},), "0,333", Fraction(0)),
    (({"value": "3145"},), "3 145", Fraction(1)),
    (({"value": "3145"},), "3,145", Fraction(0)),
    (({"value": "100", "tolerance": {"kind": "rel", "value": "0.05"}},), "95", Fraction(1)),
    (({"value": "100", "tolerance": {"kind": "rel", "value": "0.05"}},), "94,9", Fraction(0)),
    ((BETWEEN,), "2", Fraction(1)),
    ((BETWEEN,), "2,999", Fraction(1)),
    ((BETWEEN,), "3", Fraction(0)),
    ((ROUNDED,), "3,14", Fraction(1)),
    ((ROUNDED,), "3,142", Fraction(0)),
    ((ROUNDED, {**GRAVITY, "value": "3.14", "fraction": "1/2"}), "3,142", HALF),
    (
        ({"value": "602"}, {"value": "60.2", "fraction": "1/2"}),
        "60,2",
        HALF,
    ),
    (({"value": "5"}, {"value": "-5", "fraction": "0", "feedback": "<p>Le signe !</p>"}), "-5", Fraction(0)),
]


@pytest.mark.parametrize(("accepted", "typed", "fraction"), GOLDEN)
def test_a_number_is_worth_what_the_best_accepted_one_is(
    accepted: tuple[dict[str, Any], ...], typed: str, fraction: Fraction
) -> None:
    of = content(*accepted)
    state = {0: ScoreState.INCORRECT, 1: ScoreState.CORRECT}.get(fraction, ScoreState.PARTIAL)  # type: ignore[call-overload]
    assert result(of, typed)[:2] == (fraction, state)
    assert result(content(*reversed(accepted)), typed)[0] == fraction


@pytest.mark.parametrize(
    ("typed", "message"), [("1.234,5", "comma"), ("12 34", "one number"), ("1e999999", "exponent")]
)
def test_what_cannot_be_read_is_told_and_not_wrong(typed: str, message: str) -> None:
    of = content({"value": "3"})
    answer = kind.answer({"raw": typed})
    assert kind.score(of, answer).state is ScoreState.UNANSWERED
    (problem,) = kind.problems(of, answer, "fr")
    assert message in problem
    assert "value" not in answer
    assert kind.summary(of, answer) == typed


@pytest.mark.parametrize("response", [None, {}, {"raw": ""}, {"raw": "  \u00a0 "}])
def test_without_a_number_nothing_is_answered(response: dict[str, Any] | None) -> None:
    of = content({"value": "0"})
    answer = None if response is None else kind.answer(response)
    assert kind.score(of, answer).state is ScoreState.UNANSWERED
    assert kind.problems(of, answer or {}, "fr") == []
    assert kind.summary(of, answer) == ""
    assert not answer


SPEED = ({"value": "120"},)
UNITS = [{"unit": "km/h"}, {"unit": "m/s", "multiplier": "18/5"}]


@pytest.mark.parametrize(
    ("mode", "typed", "fraction", "reason"),
    [
        ("required", "120 km/h", Fraction(1), "match"),
        ("required", "120km/h", Fraction(1), "match"),
        ("required", "100/3 m/s", Fraction(1), "match"),
        ("required", "120 m/s", Fraction(0), "no_match"),
        ("required", "120", 3 * QUARTER, "unit_missing"),
        ("required", "120 kg", 3 * QUARTER, "unit_wrong"),
        ("required", "121 kg", Fraction(0), "no_match"),
        ("optional", "120", Fraction(1), "match"),
        ("optional", "120 km/h", Fraction(1), "match"),
        ("optional", "120 kg", 3 * QUARTER, "unit_wrong"),
    ],
)
def test_a_unit_counts_as_the_author_says(mode: str, typed: str, fraction: Fraction, reason: str) -> None:
    found = result(content(*SPEED, units=UNITS, unit_mode=mode), typed)
    assert (found[0], found[2]) == (fraction, reason)


def test_a_unit_where_none_is_asked_for_gets_a_message() -> None:
    of = content({"value": "3"})
    answer = kind.answer({"raw": "3 cm"})
    assert kind.score(of, answer).state is ScoreState.UNANSWERED
    assert kind.problems(of, answer, "fr") == ["write the number only, without a unit"]


def test_the_language_of_the_question_says_what_a_comma_means() -> None:
    assert result(content({"value": "3145"}, answer_lang="en"), "3,145")[0] == 1
    assert result(content({"value": "3.145"}, answer_lang="fr"), "3,145")[0] == 1
    assert kind.answer({"raw": "3145", "lang": "en"})["read"] == "3,145"


def test_what_a_browser_says_it_has_read_is_not_believed() -> None:
    answer = kind.answer({"raw": "4", "value": "3", "unit": "km/h", "read": "3", "fraction": "1"})
    assert answer == {"raw": "4", "lang": "fr", "value": "4", "unit": "", "read": "4"}
    assert kind.answer(answer) == answer


@pytest.mark.parametrize(
    "response",
    [{"raw": "9" * 201}, {"raw": 7}, {"raw": ["3"]}, {"raw": "3", "lang": "f" * 99}, {"raw": None}],
)
def test_an_answer_of_another_shape_is_refused(response: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        kind.answer(response)


@pytest.mark.parametrize(
    ("key", "body", "field"),
    [
        ({"accepted": []}, {}, "accepted"),
        ({"accepted": [{"value": "1.234,5"}]}, {}, "accepted"),
        ({"accepted": [{"value": "nan"}]}, {}, "accepted"),
        ({"accepted": [{"value": "1/0"}]}, {}, "accepted"),
        ({"accepted": [{"value": "9" * 500}]}, {}, "accepted"),
        ({"accepted": [{"value": True}]}, {}, "accepted"),
        ({"accepted": [{"value": "3", "fraction": "1/2"}]}, {}, "accepted"),
        ({"accepted": [{"value": "3", "fraction": "2"}]}, {}, "accepted"),
        ({"accepted": [{"value": "3", "tolerance": {"value": "-1"}}]}, {}, "accepted"),
        ({"accepted": [{"value": "3", "tolerance": {"kind": "sigfigs"}}]}, {}, "accepted"),
        ({"accepted": [{"value": "0", "tolerance": {"kind": "rel", "value": "0.1"}}]}, {}, "accepted"),
        ({"accepted": [{"tolerance": {"kind": "range", "low": "3", "high": "2"}}]}, {}, "accepted"),
        ({"accepted": [{"tolerance": {"kind": "near"}}]}, {}, "accepted"),
        ({"accepted": [{"value": "3"}] * 21}, {}, "accepted"),
        ({"accepted": [{"value": "3"}], "units": [{"unit": "m"}]}, {}, "units"),
        ({"accepted": [{"value": "3"}]}, {"unit_mode": "required"}, "units"),
        (
            {"accepted": [{"value": "3"}], "units": [{"unit": "m²"}, {"unit": "m^2"}]},
            {"unit_mode": "optional"},
            "units",
        ),
        ({"accepted": [{"value": "3"}], "units": [{"unit": "3m"}]}, {"unit_mode": "optional"}, "units"),
        (
            {"accepted": [{"value": "3"}], "units": [{"unit": "m", "multiplier": "2"}]},
            {"unit_mode": "optional"},
            "units",
        ),
        (
            {"accepted": [{"value": "3"}], "units": [{"unit": "m", "multiplier": "0"}]},
            {"unit_mode": "optional"},
            "units",
        ),
    ],
)
def test_a_key_that_nobody_can_meet_is_refused(key: dict[str, Any], body: dict[str, Any], field: str) -> None:
    messages = refused({"body": {"prompt": "<p>?</p>", **body}, "key": key})
    assert field in messages["key"]


def test_what_is_probably_not_meant_is_told() -> None:
    assert kind.warnings(content({"value": "3"}, show_unit="cm")) == []
    assert len(kind.warnings(content({"value": "3"}, units=UNITS, unit_mode="optional", show_unit="cm"))) == 1
    assert len(kind.warnings(content(ROUNDED, units=UNITS, unit_mode="optional"))) == 1


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ({"value": "3.14"}, "3,14"),
        (GRAVITY, "9,81\u00a0± 0,01"),
        ({"value": "100", "tolerance": {"kind": "rel", "value": "0.05"}}, "100\u00a0± 5\u00a0%"),
        (BETWEEN, "[2\u00a0; 3["),
        ({"tolerance": {"kind": "range", "low": "2", "high": "3", "open_low": True}}, "]2\u00a0; 3]"),
        (ROUNDED, "3,14159"),
        ({"value": "1/3"}, "1/3"),
    ],
)
def test_what_is_right_is_shown_in_signs(accepted: dict[str, Any], text: str) -> None:
    assert [each["text"] for each in kind.solution(content(accepted), None)["accepted"]] == [text]


def test_feedback_is_for_the_answer_that_was_given() -> None:
    of = content({"value": "5"}, {"value": "-5", "fraction": "0", "feedback": "<p>Le signe !</p>"})
    assert kind.solution(of, kind.answer({"raw": "-5"}))["feedback"] == "<p>Le signe !</p>"
    assert kind.solution(of, kind.answer({"raw": "5"}))["feedback"] == ""
    assert len(kind.solution(of, None)["accepted"]) == 1


def test_equal_answers_are_counted_together() -> None:
    of = content({"value": "1/2"})
    answers = [kind.answer({"raw": raw}) for raw in ("0,5", "0.5", "5e-1", "0,6", "x", "")]
    tallies = [
        (tally.answer, tally.count, int(tally.fraction)) for tally in kind.statistics(of, answers).tallies
    ]
    assert tallies == [("0,5", 3, 1), ("0,6", 1, 0), ("x", 1, 0)]


@pytest.mark.parametrize(("typed", "value"), [("61/2", "30.5"), ("8,5 m/s", "30.6"), ("30,5 kg", "30.5")])
def test_another_number_can_be_accepted(typed: str, value: str) -> None:
    of = content(*SPEED, units=UNITS, unit_mode="optional")
    answer = kind.answer({"raw": typed})
    data = kind.accepting(of, answer, HALF)
    assert data is not None
    assert data["key"]["accepted"][-1] == {"value": value, "fraction": "1/2"}
    wrong_unit = QUARTER if "kg" in typed else Fraction(0)
    assert kind.score(kind.load(data), answer).fraction == HALF - wrong_unit
    assert kind.accepting(of, kind.answer({"raw": "x"}), HALF) is None
    assert kind.accepting(content(*[{"value": "1"}] * 20), answer, HALF) is None


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["raw", "lang", "value", "x"]), inner)
    ),
    max_leaves=6,
)


@given(data=any_json)
def test_any_json_is_scored_or_refused(data: Any) -> None:
    try:
        answer = kind.answer(data)
    except Invalid:
        return
    for of in (content(GRAVITY, ROUNDED), content(*SPEED, units=UNITS, unit_mode="required")):
        assert 0 <= kind.score(of, answer).fraction <= 1
        json.dumps([kind.solution(of, answer), kind.summary(of, answer), kind.problems(of, answer, "fr")])


@given(
    raw=st.text(alphabet="0123456789,. -/e×^½kmh", max_size=20),
    values=st.lists(st.fractions(-100, 100, max_denominator=8), min_size=1, max_size=4),
    added=st.fractions(-100, 100, max_denominator=8),
)
def test_another_accepted_number_never_lowers(raw: str, values: list[Fraction], added: Fraction) -> None:
    accepted = [{"value": str(value)} for value in values]
    before = result(content(*accepted), raw)[0]
    assert result(content(*accepted, {"value": str(added)}), raw)[0] >= before
    assert result(content(*reversed(accepted)), raw)[0] == before


LIMIT = 0.005 if sys.gettrace() is None else 0.05


@pytest.mark.parametrize(
    "bomb", ["1e999999", "10**10**10", "9" * 200, "1/2" * 60, "9" * 40 + "e99", "1 " * 99, "½" * 60]
)
def test_a_bomb_does_not_burn(bomb: str) -> None:
    everything: list[dict[str, Any]] = [
        GRAVITY,
        ROUNDED,
        BETWEEN,
        {"value": "1/3", "tolerance": {"kind": "sigfigs", "digits": 15}},
    ] * 5
    of = content(*everything, units=UNITS, unit_mode="optional")
    best = 1.0
    for _ in range(3):
        begun = time.process_time()
        answer = kind.answer({"raw": bomb})
        kind.score(of, answer)
        kind.problems(of, answer, "fr")
        best = min(best, time.process_time() - begun)
    assert best < LIMIT


def test_what_is_read_is_told_while_typing() -> None:
    assert kind.echo(None, "3145", "fr") == "3\u202f145"
    assert kind.echo(content({"value": "1"}, answer_lang="en"), "3,145", "en") == "3,145"
    with pytest.raises(NumberError):
        kind.echo(None, "1,2,3", "fr")


FORM = {
    "points": ["2"],
    "prompt": ["<p>Combien ?</p>"],
    "answer_lang": ["fr"],
    "accepted_value": ["9,81", "", "2", "-1/3", "3,14"],
    "accepted_kind": ["abs", "abs", "range", "rel", "decimals"],
    "accepted_margin": ["0,01", "", "", "5 %", "2"],
    "accepted_high": ["", "", "3 000,5", "", ""],
    "accepted_ends": ["[]", "[]", "][", "[]", "[]"],
    "accepted_fraction": ["", "", "1/2", "0", "1"],
    "accepted_feedback": ["", "", "", "<p>Non.</p>", ""],
    "unit_mode": ["required"],
    "unit": ["km/h", "", "m/s"],
    "unit_multiplier": ["", "", "3,6"],
    "unit_penalty": ["1/4"],
}


def test_the_authors_form_is_read_as_it_was_typed() -> None:
    of = kind.load(kind.content_from_form(FORM))
    accepted = of.key["accepted"]
    assert [each["value"] for each in accepted] == ["9.81", "2", "-1/3", "3.14"]
    assert [each["fraction"] for each in accepted] == ["1", "1/2", "0", "1"]
    assert accepted[0]["tolerance"]["value"] == "0.01"
    high = accepted[1]["tolerance"]
    assert (high["low"], high["high"], high["open_low"], high["open_high"]) == ("2", "3000.5", True, True)
    assert accepted[2]["tolerance"]["value"] == "0.05"
    assert accepted[3]["tolerance"]["digits"] == 2
    assert [(each["unit"], each["multiplier"]) for each in of.key["units"]] == [("km/h", "1"), ("m/s", "3.6")]
    assert of.scoring == {"unit_penalty": "1/4"}


def test_what_was_typed_wrongly_is_kept() -> None:
    data = kind.content_from_form(
        {**FORM, "accepted_value": ["1.234,5"], "unit": ["3m"], "unit_multiplier": ["x"]}
    )
    assert data["key"]["accepted"][0]["value"] == "1.234,5"
    assert data["key"]["units"] == [{"unit": "3m", "multiplier": "x"}]
    assert set(refused(data)["key"]) == {"accepted", "units"}


@pytest.mark.parametrize("lang", ["fr", "en", "de"])
def test_the_example_is_a_question(lang: str) -> None:
    of = kind.load(kind.example(lang))
    assert result(of, "120 km/h")[0] == 1
    assert result(of, "100/3 m/s")[0] == 1


def test_files_of_the_text_are_named() -> None:
    assert kind.resources(content({"value": "1"})) == []


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school of the tests' own."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("numeric"))
    yield opened
    opened.close()


def rendered(
    school: School, of: Content, mode: str, raw: str = "", *, solved: bool = False, marked: bool = False
) -> str:
    """The question as a learner sees it."""
    version = SimpleNamespace(
        type="numeric", title="Un nombre", points=of.points, body=of.body, key=of.key, scoring=of.scoring
    )
    answer = kind.answer({"raw": raw, "lang": of.body["answer_lang"]})
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


def test_a_learner_reads_what_was_read(school: School) -> None:
    html = rendered(school, content(GRAVITY, show_unit="m/s²"), "form", "3145,50")
    assert "Lu : 3 145,50" in html
    assert 'inputmode="decimal"' in html
    assert 'name="q1.raw" value="3145,50"' in html
    assert 'autocomplete="off"' in html
    assert 'type="number"' not in html
    assert "m/s²" in html
    assert "style=" not in html
    assert "Lu :" not in rendered(school, content(GRAVITY), "form").replace("{text}", "").replace(
        'data-read="Lu : "', ""
    )


def test_a_learner_reads_why_a_number_cannot_be_read(school: School) -> None:
    html = rendered(school, content(GRAVITY), "form", "1.234,5")
    assert "une seule virgule" in html
    assert 'aria-invalid="true"' in html


def test_units_need_letters(school: School) -> None:
    html = rendered(school, content(*SPEED, units=UNITS, unit_mode="required"), "form")
    assert 'inputmode="text"' in html
    assert "avec son unité" in html


def test_the_key_is_in_no_form_of_a_learner(school: School) -> None:
    token = secrets.token_hex(8)
    sample = json.loads(json.dumps(SAMPLE))
    sample["key"]["accepted"][0]["feedback"] = f"<p>{token}</p>"
    sample["key"]["accepted"][0]["value"] = "77777"
    of = kind.load(sample)
    for mode in ("form", "copy", "paper"):
        html = rendered(school, of, mode, "12 km/h")
        assert token not in html
        assert "77777" not in html
        assert "m/s" not in html
    told = rendered(school, of, "result", "77777 km/h", solved=True, marked=True)
    assert token in told


def test_a_result_says_what_was_right_only_where_it_may(school: School) -> None:
    of = content(*SPEED, units=UNITS, unit_mode="required")
    html = rendered(school, of, "result", "120", marked=True)
    assert "120" in html
    assert "Il manque l’unité" in html
    assert "Attendu" not in html
    solved = rendered(school, of, "result", "110 km/h", marked=True, solved=True)
    assert "Attendu" in solved
    assert re.search(r"<li>120 km/h", solved)
    rounded = rendered(school, content(ROUNDED), "preview")
    assert "avec 2 décimales" in rounded


def test_on_paper_there_is_room(school: School) -> None:
    assert "write-line" in rendered(school, content(GRAVITY), "paper")


def test_the_author_gets_back_what_was_typed(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}"
    teacher.open(f"{path}/activity?type=numeric&example=1")
    assert teacher.status == 200
    assert 'name="accepted_value" value="120"' in teacher.html
    assert 'name="unit_multiplier" value="3,6"' in teacher.html
    fields = {name: values if len(values) > 1 else values[0] for name, values in FORM.items()}
    typed: dict[str, Any] = {**fields, "accepted_value": ["1.234,5", "", "2", "-1/3", "3,14"]}
    teacher.send(f"{path}/activity", type="numeric", title="Un nombre", **typed)
    assert teacher.status == 422
    for part in ('value="1.234,5"', 'value="3000,5"', 'value="0,05"', 'value="-1/3"', 'value="3,6"', "Non."):
        assert part in teacher.html, part
    assert "écrivez un nombre, comme 3,14" in teacher.html
    teacher.send(f"{path}/activity", type="numeric", title="Un nombre", **fields, action="more")
    assert teacher.html.count('name="accepted_value"') == 8
    teacher.send(f"{path}/activity", type="numeric", title="Un nombre", **fields)
    assert teacher.status == 200
    assert "Un nombre" in teacher.html


def ask(school: School, viewed: str = "fr", **form: str) -> tuple[int, dict[str, Any]]:
    person = somebody(school, "teacher", viewed)
    person.open(f"/lti/my/pages/{school.ids['draft']}/activity?type=numeric")
    headers = {"X-Classeur-Token": person.field("token")}
    answer = person.client.post("/lti/my/echo", data=form, headers=headers)
    return answer.status_code, dict(answer.get_json(silent=True) or {})


def test_a_script_learns_what_is_read(school: School) -> None:
    assert ask(school, type="numeric", lang="fr", text="3145") == (200, {"text": "3\u202f145", "html": ""})
    status, answer = ask(school, type="numeric", lang="fr", text="1,2,3")
    assert (status, "une seule virgule" in answer["error"]) == (422, True)
    status, answer = ask(school, type="numeric", lang="en", text="9" * 5000)
    assert (status, answer["error"]) == (422, "60 caractères au plus")
    assert ask(school, type="choice", text="3")[0] == 404
    assert ask(school, type="nothing", text="3")[0] == 404
