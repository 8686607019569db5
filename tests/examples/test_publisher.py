"""The publisher's time line: everything that a type of one's own must do, with no line of the library changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binder.activities import Content, Effect, ScoreState, activities
from binder.errors import Invalid
from examples.publisher import Timeline, create_app
from examples.publisher.app import pages
from lti.views.forms import problems
from tests.browser import chromium
from tests.conformance import test_registered_kinds as conformance
from tests.examples.test_host import send, sign_in
from tests.lti.school import School, open_school, served
from tests.lti.somebody import Somebody, somebody

TOKEN = "wrzlbrmpft"
SAMPLE: dict[str, Any] = {
    "title": "De la Gaule à la République",
    "points": "3",
    "body": {
        "prompt": "<p>Place chaque événement sur la frise.</p>",
        "hint": "<p>Alésia est avant notre ère.</p>",
        "events": [
            {"id": "ea", "html": "la bataille d’<em>Alésia</em>"},
            {"id": "eb", "html": "le sacre de Charlemagne"},
            {"id": "ec", "html": "la prise de la Bastille"},
        ],
        "years": [1789, -52, 800, 1792],
    },
    "key": {
        "years": {"ea": [-52], "eb": [800], "ec": [1789]},
        "feedback": {"ec": "Le 14 juillet, devenu fête nationale."},
        "explanation": "<p>Entre Alésia et Charlemagne, il y a 851 ans.</p>",
        "overall": {"correct": "<p>Tout est à sa place.</p>"},
    },
    "scoring": {"mode": "per_event"},
}
RIGHT = {"ea": -52, "eb": 800, "ec": 1789}
TYPED = {
    "type": "timeline",
    "title": "Deux dates",
    "prompt": "Quand ?",
    "event_id": ["", "", ""],
    "event": ["la prise de la Bastille", "le sacre de Napoléon", ""],
    "year": ["1789", "1804", ""],
    "feedback": [f"Le 14 juillet {TOKEN}", "", ""],
    "years": "1792; 1830",
    "explanation": f"Quinze ans {TOKEN}.",
    "points": "2",
    "mode": "per_event",
}
"""The author's form, as a browser sends it."""


@pytest.fixture(autouse=True)
def timeline() -> Iterator[Timeline]:
    """The type, known for the length of a test."""
    with activities.temporarily(Timeline) as kind:
        assert isinstance(kind, Timeline)
        yield kind


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school that has the publisher's templates."""
    opened = open_school(sqlite_template, tmp_path)
    opened.app.register_blueprint(pages())
    yield opened
    opened.close()


def loaded(**scoring: str) -> Content:
    return Timeline().load({**SAMPLE, "scoring": scoring})


@pytest.mark.parametrize(
    ("years", "per_event", "exact", "state"),
    [
        ({}, "0", "0", ScoreState.UNANSWERED),
        (RIGHT, "1", "1", ScoreState.CORRECT),
        ({**RIGHT, "ec": 1792}, "2/3", "0", ScoreState.PARTIAL),
        ({"ea": -52, "eb": 800}, "2/3", "0", ScoreState.PARTIAL),
        ({"ea": -52}, "1/3", "0", ScoreState.PARTIAL),
        ({"ea": 800, "eb": 1789, "ec": -52}, "0", "0", ScoreState.INCORRECT),
        ({"ea": 800}, "0", "0", ScoreState.INCORRECT),
        ({"ea": -52, "eb": -52, "ec": -52}, "1/3", "0", ScoreState.PARTIAL),
        ({"zz": 800, "eb": 1515}, "0", "0", ScoreState.UNANSWERED),
    ],
)
def test_an_answer_is_worth_what_the_mode_says(
    timeline: Timeline, years: dict[str, int], per_event: str, exact: str, state: ScoreState
) -> None:
    answer = timeline.answer({"years": years})
    score = timeline.score(loaded(mode="per_event"), answer)
    assert (score.fraction, score.state) == (Fraction(per_event), state)
    strict = timeline.score(loaded(mode="exact"), answer)
    assert strict.fraction == Fraction(exact)
    assert strict.state is (ScoreState.INCORRECT if state is ScoreState.PARTIAL else state)
    assert strict.parts == score.parts


def test_how_each_event_went_is_told(timeline: Timeline) -> None:
    score = timeline.score(loaded(), {"years": {"ea": -52, "eb": 1792}})
    assert score.parts == {
        "ea": {"fraction": "1", "reason": "match"},
        "eb": {"fraction": "0", "reason": "no_match"},
        "ec": {"fraction": "0", "reason": "unanswered"},
    }


def test_what_is_loaded_is_in_order_and_complete(timeline: Timeline) -> None:
    content = timeline.load(SAMPLE)
    assert content.body["years"] == [-52, 800, 1789, 1792]
    assert content.points == 3
    assert timeline.load({**SAMPLE, "scoring": {}}).scoring == {"mode": "per_event"}
    assert timeline.resources(content) == []
    assert timeline.adapted(content, list(Effect)) == content


def changed(part: str, **values: Any) -> dict[str, Any]:
    return {**SAMPLE, part: {**SAMPLE[part], **values}}


EVENTS = SAMPLE["body"]["events"]


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        (changed("body", events=EVENTS[:1]), "events", "Length must be between 2 and 30."),
        (changed("body", events=[*EVENTS, EVENTS[0]]), "events", "two events have the same id"),
        (changed("body", events=[*EVENTS[:2], {**EVENTS[2], "html": " "}]), "event-ec", "say what happened"),
        (
            changed("body", events=[*EVENTS[:2], {**EVENTS[1], "id": "ec"}]),
            "event-ec",
            "another event says the same",
        ),
        (changed("body", years=[800, 800]), "years", "Length must be between 2 and 60."),
        (changed("body", years=[0, 800]), "years", "there is no year 0: -1 is followed by 1"),
        (changed("body", years=list(range(1, 200))), "years", "more years than a time line can have"),
        (changed("body", years=[800, 1789]), "year-ea", "this year is not among those to choose from"),
        (changed("body", years=["jadis"]), "years", "Not a valid integer."),
        (
            changed("key", years={"ea": [-52], "eb": [], "ec": [1789]}),
            "year-eb",
            "write the year of this event",
        ),
        (changed("key", years={"ea": [-52], "ec": [1789]}), "year-eb", "write the year of this event"),
        (
            changed("key", years={**SAMPLE["key"]["years"], "eb": ["jadis"]}),
            "year-eb",
            "Not a valid integer.",
        ),
        (
            changed("key", years={**SAMPLE["key"]["years"], "zz": [800]}),
            "years",
            "a year or a feedback belongs to no event",
        ),
        (changed("key", years=[]), "years", "Not a valid mapping type."),
        (
            changed("key", years={f"e{n}": [800] for n in range(99)}),
            "years",
            "more events than a time line can have",
        ),
        (changed("key", feedback={"ea": 7}), "feedback-ea", "Not a valid string."),
        (changed("scoring", mode="half"), "mode", "Must be one of: per_event, exact."),
    ],
)
def test_what_is_wrong_is_said_where_it_is(
    timeline: Timeline, data: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        timeline.load(data)
    assert (field, message) in problems(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ID = st.sampled_from(["ea", "eb", "ec", "zz", "EA", ""])
YEAR = st.sampled_from([-52, 800, 1789, 1792, 1515, "800", "", None, 10**30]) | JSON
ANSWER = st.fixed_dictionaries({"years": st.dictionaries(ID, YEAR, max_size=5)}) | JSON


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(response=ANSWER, mode=st.sampled_from(["per_event", "exact"]))
def test_any_json_is_scored_or_refused(timeline: Timeline, response: Any, mode: str) -> None:
    content = loaded(mode=mode)
    try:
        answer = timeline.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
        return
    score = timeline.score(content, answer)
    assert 0 <= score.fraction <= 1
    json.dumps([dict(score.parts), timeline.solution(content, answer)])
    assert bool(timeline.summary(content, answer)) is (score.state is not ScoreState.UNANSWERED)
    assert sum(tally.count for tally in timeline.tallies(content, [answer])) <= 3
    again = timeline.accepting(content, answer, Fraction(1))
    if again is not None:
        assert timeline.score(timeline.load(again), answer).fraction >= score.fraction


FORM = st.dictionaries(
    st.sampled_from(["event_id", "event", "year", "feedback", "years", "mode", "prompt", "points"]),
    st.lists(st.text(max_size=12) | st.sampled_from(["1789", "-52", "ea", "exact"]), max_size=4),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=FORM)
def test_any_form_is_loaded_or_refused(timeline: Timeline, form: dict[str, list[str]]) -> None:
    data = timeline.content_from_form(form)
    try:
        timeline.load(data)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right


def test_what_is_public_is_the_same_whatever_is_right(timeline: Timeline) -> None:
    """Two questions that differ only in their keys cannot be told apart by a learner."""
    other = changed("key", years={"ea": [1789], "eb": [-52], "ec": [1792]}, feedback={"ea": TOKEN})
    content, twisted = timeline.load(SAMPLE), timeline.load(other)
    for seed in map(str, range(20)):
        assert timeline.public(content, seed) == timeline.public(twisted, seed)
    orders = {tuple(e["id"] for e in timeline.public(content, str(seed))["events"]) for seed in range(50)}
    assert len(orders) == 6


def test_the_class_is_counted_and_one_more_year_accepted(timeline: Timeline) -> None:
    content = timeline.load(SAMPLE)
    answers = [{"years": RIGHT}, {"years": {**RIGHT, "ec": 1792}}, {"years": {"ec": 1792}}, None]
    counted = timeline.statistics(content, answers)
    assert counted.states == {"correct": 1, "partial": 1, "incorrect": 1, "unanswered": 1}
    assert counted.mean == Fraction(5, 12)
    assert [(tally.answer, tally.count, tally.fraction) for tally in counted.tallies] == [
        ("la bataille d’Alésia → -52", 2, 1),
        ("le sacre de Charlemagne → 800", 2, 1),
        ("la prise de la Bastille → 1792", 2, 0),
        ("la prise de la Bastille → 1789", 1, 1),
    ]
    wrong = counted.tallies[2].response
    assert wrong is not None
    more = timeline.accepting(content, wrong, Fraction(1))
    assert more is not None
    accepted = timeline.load(json.loads(json.dumps(more)))
    assert accepted.key["years"]["ec"] == [1789, 1792]
    for answer in answers[:2]:
        assert timeline.score(accepted, answer).fraction == 1
    for response, fraction in ((wrong, Fraction(1, 2)), ({"years": RIGHT}, 1), ({}, 1)):
        assert timeline.accepting(content, response, Fraction(fraction)) is None
    assert timeline.accepting(content, {"years": {"ea": 800, "eb": 1792}}, Fraction(1)) is None


@pytest.mark.parametrize("lang", ["fr", "en", "en-GB", "de"])
def test_the_example_can_be_saved_as_it_is(timeline: Timeline, lang: str) -> None:
    example = timeline.example(lang)
    content = timeline.load(example)
    assert ("Bastille" in str(example)) is (lang in ("fr", "de"))
    assert len(content.body["years"]) > len(content.body["events"])
    years = {name: year for name, (year,) in content.key["years"].items()}
    assert timeline.score(content, {"years": years}).state is ScoreState.CORRECT


def conforming() -> list[Any]:
    """The tests of the conformance that every registered type of activity must pass, with their cases."""
    found = []
    for name, test in vars(conformance).items():
        marks = getattr(test, "pytestmark", [])
        if name.startswith("test_") and any(conformance.every_activity.args[1] is m.args[1] for m in marks):
            cases = [case for m in marks if m.args[0] != "kind" for case in m.args[1]] or [None]
            found += [pytest.param(test, marks, case, id=name) for case in cases]
    return found


def test_the_conformance_checks_were_found() -> None:
    source = Path(conformance.__file__).read_text(encoding="utf-8")
    assert len({case.id for case in conforming()}) == source.count("\n@every_activity\n") > 0


@pytest.mark.parametrize(("check", "marks", "case"), conforming())
def test_it_conforms(
    timeline: Timeline, check: Any, marks: list[Any], case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(conformance.ACTIVITIES, "timeline", SAMPLE)
    others = [mark.args[0] for mark in marks if mark.args[0] != "kind"]
    check(timeline, **dict.fromkeys(others, case))


def paths(school: School) -> tuple[str, str]:
    page = f"/lti/my/pages/{school.ids['draft']}"
    return page, f"{page}/activity"


def test_an_author_begins_with_the_example(school: School) -> None:
    page, form = paths(school)
    teacher = somebody(school, "teacher")
    assert "Frise chronologique" in teacher.open(f"{page}/activity/new")
    html = teacher.open(f"{form}?type=timeline&example=1")
    assert teacher.status == 200
    for value in ("La prise de la Bastille", "1789", "1792; 1830"):
        assert f'value="{value}"' in html
    for word in ("Événement", "Autres années au choix", "Comment les points sont comptés"):
        assert word in html
    english = somebody(school, "teacher", "en")
    assert "Other years to choose from" in english.open(f"{form}?type=timeline")
    assert "Autres années" not in english.html


def test_what_was_typed_is_kept_when_something_is_wrong(school: School) -> None:
    _, form = paths(school)
    teacher = somebody(school, "teacher")
    teacher.open(f"{form}?type=timeline")
    wrong = {**TYPED, "event": ["la prise de la Bastille", "", ""], "year": ["jadis", "1804", ""]}
    html = teacher.send(form, **wrong)
    assert teacher.status == 422
    for value in ("la prise de la Bastille", "jadis", "1804", "1792; 1830", f"Le 14 juillet {TOKEN}"):
        assert f'value="{value}"' in html
    link = re.search(r'<a href="#(year-\w+)">Année 1</a>', html)
    assert link
    assert f'id="{link[1]}-error"' in html
    assert re.search(rf'<input id="{link[1]}"[^>]*aria-invalid="true"', html)
    html = teacher.send(form, **{**TYPED, "event": ["la prise de la Bastille", "", ""]})
    assert teacher.status == 422
    assert "indiquez ce qui s’est passé" in html
    html = teacher.send(form, **TYPED, action="more")
    assert teacher.status == 200
    assert html.count('name="event"') == 6


def stored(teacher: Somebody, school: School) -> str:
    """The address of a form whose question has been saved."""
    page, form = paths(school)
    found = re.search(
        rf"{form}\?activity=([0-9a-f-]{{36}})", teacher.open(f"{page}/edit").replace("&amp;", "&")
    )
    assert found
    return found[0]


def test_what_was_saved_comes_back_the_same(school: School, timeline: Timeline) -> None:
    _, form = paths(school)
    teacher = somebody(school, "teacher")
    teacher.open(f"{form}?type=timeline")
    teacher.send(form, **TYPED)
    assert teacher.status == 200
    address = stored(teacher, school)
    html = teacher.open(address)
    for value in ("la prise de la Bastille", "1789", "1804", "1792; 1830", f"Le 14 juillet {TOKEN}"):
        assert f'value="{value}"' in html
    ids = re.findall(r'name="event_id" value="(\w+)"', html)
    assert len(ids) == 2
    teacher.send(
        form, **{**TYPED, "event_id": [*ids, ""], "year": ["1789; 1790", "1804", ""]}, activity=address[-36:]
    )
    assert teacher.status == 200
    html = teacher.open(address)
    assert re.findall(r'name="event_id" value="(\w+)"', html) == ids
    assert 'value="1789; 1790"' in html
    assert 'value="1792; 1830"' in html


def asked(html: str) -> dict[str, str]:
    """Event in words → name of its menu, of a learner's page."""
    fields = re.findall(r'<label for="([\w-]+)"[^>]*>(.*?)</label>\s*<select id="\1" name="([\w.-]+)"', html)
    return {words: name for _, words, name in fields}


def given_to_a_class(school: School) -> str:
    """The address of a page with the question, for those to whom it has been given."""
    page, form = paths(school)
    teacher = somebody(school, "teacher")
    teacher.open(f"{form}?type=timeline")
    teacher.send(form, **TYPED)
    teacher.open(page)
    assert "1804" in teacher.html
    teacher.open(f"{page}/give")
    told = teacher.send(f"{page}/give", release="at_once", max_attempts="1")
    (name,) = set(re.findall(r"/lti/my/given/([0-9a-f-]{36})", told))
    return f"/lti/my/work/{name}"


def test_who_speaks_english_is_spoken_to_in_english(school: School) -> None:
    html = somebody(school, "pupil", "en").open(given_to_a_class(school))
    assert "Choose a year for each event" in html
    assert "Choisis une année" not in html


def hidden_fields(html: str) -> dict[str, str]:
    """What a browser sends back as it came, beside the token."""
    return dict(re.findall(r'<input type="hidden" name="(revision|number|seq|writer)" value="([^"]*)"', html))


@pytest.mark.parametrize(
    ("second", "points", "verdict"), [("1804", "2", "Juste"), ("1830", "1", "En partie juste"), ("", "1", "")]
)
def test_a_class_answers_without_scripts(school: School, second: str, points: str, verdict: str) -> None:
    work = given_to_a_class(school)
    pupil = somebody(school, "pupil")
    html = pupil.open(work)
    assert TOKEN not in html
    assert "Choisis une année pour chaque événement" in html
    menus = asked(html)
    assert set(menus) == {"la prise de la Bastille", "le sacre de Napoléon"}
    offered = re.findall(r"<select[^>]*\.year\..*?</select>", html, re.DOTALL)
    assert [re.findall(r'<option value="(\d+)"', menu) for menu in offered] == [
        ["1789", "1792", "1804", "1830"]
    ] * 2
    hidden = hidden_fields(html)
    answers = {menus["la prise de la Bastille"]: "1789", menus["le sacre de Napoléon"]: second}
    pupil.send(work, **hidden, **answers, action="save")
    assert pupil.status == 200
    html = pupil.open(work)
    assert '<option value="1789" selected>' in html
    assert TOKEN not in html
    hidden = hidden_fields(html)
    pupil.send(work, **hidden, **answers, action="hand-in")
    assert pupil.status == 200
    html = pupil.open(work)
    assert re.search(rf"{points} sur 2", html)
    assert verdict in html
    assert html.count(TOKEN) == 2
    assert ("bonne réponse : 1804" in html) is (second != "1804")


def test_the_host_has_it(tmp_path: Path, timeline: Timeline) -> None:
    """A second start in the same process finds the type known already."""
    app: Flask = create_app(tmp_path)
    teacher = sign_in(app, "dupuis")
    binder = send(teacher, "/classeur/my/", "/classeur/my/binders", title="L’Empire")
    send(teacher, binder, f"{binder}/sections", title="Dates")
    edit = send(teacher, binder, f"{binder}/pages", title="La frise")
    form = edit.removesuffix("/edit") + "/activity"
    assert "Frise chronologique" in teacher.get(f"{form}/new").text
    assert send(teacher, f"{form}?type=timeline", form, action="save", **TYPED) == edit
    assert "1804" in teacher.get(edit).text


def test_the_first_start_makes_it_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {kind.name: kind for kind in activities if kind.name != "timeline"}
    monkeypatch.setattr(activities, "_kinds", kinds)
    create_app(tmp_path)
    assert isinstance(activities["timeline"], Timeline)


def test_a_copy_without_any_answer_can_be_looked_at(school: School) -> None:
    """Its result has no parts."""
    work, pupil = given_to_a_class(school), somebody(school, "pupil")
    html = pupil.open(work)
    pupil.send(work, **hidden_fields(html), action="hand-in")
    assert pupil.status == 200
    assert "Pas de réponse" in pupil.open(work)
    assert pupil.status == 200


def test_it_stands_on_paper_without_its_answers(school: School) -> None:
    given_to_a_class(school)
    html = somebody(school, "teacher").open(f"{paths(school)[0]}/print")
    assert "Années : 1789 · 1792 · 1804 · 1830" in html
    assert "le sacre de Napoléon" in html
    assert TOKEN not in html


@pytest.mark.browser
def test_it_is_for_everybody_by_keyboard_and_without_scripts(school: School) -> None:
    work, (_, form) = given_to_a_class(school), paths(school)
    with served(school.app) as origin, chromium(bare=True) as browser:
        context = browser.new_context(viewport={"width": 375, "height": 700})
        for who, path in (("teacher", f"{form}?type=timeline&example=1"), ("pupil", work)):
            context.add_cookies([{"name": "as", "value": who, "url": origin}])
            page = context.new_page()
            page.goto(origin + path)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        plain = browser.new_context(java_script_enabled=False)
        plain.add_cookies([{"name": "as", "value": "pupil", "url": origin}])
        page = plain.new_page()
        page.goto(origin + work)
        for words, year in (("la prise de la Bastille", "1789"), ("le sacre de Napoléon", "1804")):
            page.get_by_label(words).focus()
            page.keyboard.type(year)
            assert page.get_by_label(words).input_value() == year
        page.locator("button[value=hand-in]").press("Enter")
        page.goto(origin + work)
        assert page.locator(".activity.timeline .verdict").inner_text().startswith("Juste")
