"""A question of one type becomes one of another: it loads, keeps what every question has, and names what is lost."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, activities
from binder.activities.remaking import BUILDERS
from binder.activities.transforming import TARGETS, targets, transformed
from binder.errors import Invalid
from binder.sanitize import plain
from tests import factories

for _name in ("true_false", "short_answer", "numeric", "match", "categorize", "order", "free_text", "cloze"):
    try:
        import_module(f"binder.activities.{_name}")
    except ModuleNotFoundError as _missing:
        if _missing.name != f"binder.activities.{_name}":
            raise
SAMPLES = Path(__file__).parents[2] / "conformance" / "samples"
KNOWN = [kind.name for kind in activities]
PAIRS = [(kind, target) for kind in KNOWN for target in targets(kind)]
COMMON = {
    "hint": "<p>Regarde le schéma.</p>",
    "explanation": "<p>Parce que.</p>",
    "correct": "<p>Bravo !</p>",
    "partial": "<p>Presque.</p>",
    "incorrect": "<p>Relis la leçon.</p>",
}


def full(kind: str, lang: str = "fr") -> Content:
    """The type's example – or its sample, where an example needs a picture – with all that every question may have."""
    sample = SAMPLES / f"{kind}.json"
    data = activities[kind].example(lang)
    try:
        activities[kind].load(data)
    except Invalid:
        if not sample.exists():
            pytest.skip(f"no complete question of the type {kind} yet")
        data = json.loads(sample.read_text(encoding="utf-8"))
    data["points"] = "3/2"
    data["body"] = {**data["body"], "hint": COMMON["hint"]}
    overall = {name: COMMON[name] for name in ("correct", "partial", "incorrect")}
    data["key"] = {**data["key"], "explanation": COMMON["explanation"], "overall": overall}
    return activities[kind].load(data)


def words(value: Any) -> set[str]:
    """Every text of a JSON value, as it is read."""
    if isinstance(value, str):
        return {" ".join(plain(value).split())}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for part in parts for text in words(part)}


def choice(*options: str, correct: str = "a", multiple: bool = False, **key: Any) -> Content:
    named = [{"id": chr(97 + number), "html": html} for number, html in enumerate(options)]
    return activities["choice"].load(
        {
            "points": "2",
            "body": {"prompt": "<p>?</p>", "multiple": multiple, "options": named},
            "key": {"correct": list(correct), **key},
        }
    )


def test_the_pairs_of_the_plan_are_there() -> None:
    assert ("choice", "true_false") in PAIRS
    assert ("true_false", "choice") in PAIRS
    assert ("choice", "short_answer") in PAIRS
    assert ("choice", "order") in PAIRS
    assert ("choice", "categorize") in PAIRS
    assert ("short_answer", "choice") in PAIRS
    assert ("match", "categorize") in PAIRS
    assert ("categorize", "match") in PAIRS
    assert ("order", "match") in PAIRS
    assert {("numeric", "short_answer"), ("choice", "cloze"), ("short_answer", "cloze")} <= set(PAIRS)
    assert {kind for kind, target in PAIRS if target == "free_text"} == set(KNOWN) - {"free_text"}
    assert {target for into in TARGETS.values() for target in into} <= set(BUILDERS)


@pytest.mark.parametrize(("kind", "target"), PAIRS)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_comes_out_loads_and_keeps_what_every_question_has(kind: str, target: str, lang: str) -> None:
    content = full(kind, lang)
    data, _ = transformed(kind, content, target, lang)
    made = activities[target].load(data)
    assert made.points == content.points
    assert made.body["prompt"].startswith(content.body["prompt"])
    assert made.body["hint"] == COMMON["hint"]
    assert made.key["explanation"] == COMMON["explanation"]
    assert made.key["overall"] == {name: COMMON[name] for name in ("correct", "partial", "incorrect")}


@pytest.mark.parametrize(("kind", "target"), PAIRS)
def test_what_is_lost_is_named(kind: str, target: str) -> None:
    """No text of the question vanishes in silence."""
    content = full(kind)
    data, lost = transformed(kind, content, target, "fr")
    gone = words([dict(content.body), dict(content.key)]) - words([data["body"], data["key"]])
    assert set(lost) - {"answers are marked by hand"} or not {text for text in gone if " " in text}
    assert len(set(lost)) == len(lost)


@pytest.mark.parametrize(("kind", "target"), PAIRS)
def test_there_and_on_still_loads(kind: str, target: str) -> None:
    data, _ = transformed(kind, full(kind), target, "fr")
    made = activities[target].load(data)
    for further in targets(target):
        activities[further].load(transformed(target, made, further, "fr")[0])


def test_a_choice_of_true_and_false_becomes_that() -> None:
    data, lost = transformed("choice", choice("Vrai", "Faux", correct="b"), "true_false", "fr")
    assert (data["key"]["value"], lost) == (False, [])
    back, lost = transformed("true_false", activities["true_false"].load(data), "choice", "fr")
    right = [one["html"] for one in back["body"]["options"] if one["id"] in back["key"]["correct"]]
    assert (right, lost) == (["Faux"], [])


def test_any_other_choice_becomes_a_sentence_that_is_right() -> None:
    data, lost = transformed("choice", choice("un glacier", "un nuage"), "true_false", "fr")
    assert data["body"]["prompt"] == "<p>?</p><p>un glacier</p>"
    assert data["key"]["value"] is True
    assert lost == ["the wrong answers are not kept"]


def test_right_options_become_accepted_texts() -> None:
    content = choice(
        "l’eau * 2", "la <em>vapeur</em>", "la glace", mapping={"b": "1/2"}, feedback={"c": "<p>Non.</p>"}
    )
    data, lost = transformed("choice", content, "short_answer", "fr")
    assert [(one["text"], one["fraction"]) for one in data["key"]["accepted"]] == [
        (r"l’eau \* 2", "1"),
        ("la vapeur", "1/2"),
    ]
    assert [(one["text"], one["feedback"]) for one in data["key"]["rejected"]] == [
        ("la glace", "<p>Non.</p>")
    ]
    assert lost == ["formulas and emphasis in the answers become plain text"]
    several, _ = transformed(
        "choice", choice("a", "b", "c", correct="ab", multiple=True), "short_answer", "fr"
    )
    assert (several["body"]["mode"], several["body"]["expected"]) == ("several", 2)


def test_a_single_accepted_text_gets_a_wrong_answer_beside_it() -> None:
    content = activities["short_answer"].load(
        {"body": {"prompt": "<p>?</p>"}, "key": {"accepted": [{"text": "Loire"}]}}
    )
    data, lost = transformed("short_answer", content, "choice", "fr")
    assert [one["html"] for one in data["body"]["options"]] == ["Loire", "Une autre réponse"]
    assert lost == ["a wrong answer was added: write your own"]


def test_pairs_become_categories_and_come_back() -> None:
    content = full("match")
    data, lost = transformed("match", content, "categorize", "fr")
    assert lost == []
    assert sorted(len(names) for names in data["key"]["assign"].values()) == [1] * len(content.key["pairs"])
    back, lost = transformed("categorize", activities["categorize"].load(data), "match", "fr")
    assert lost == []
    assert words(back["body"]["left"]) >= words([one["html"] for one in content.body["left"]])
    assert len(back["body"]["right"]) == len(content.body["right"]), "what belongs to nothing comes along"


def test_the_way_of_counting_is_named_where_it_was_chosen() -> None:
    counted = {"scoring": {"mode": "all_or_nothing"}}
    single = activities["choice"].load(factories.choice(**counted))
    _, lost = transformed("choice", single, "categorize", "fr")
    assert "the way of counting points is not kept" not in lost, "a single choice has but one"
    assert "what is said to each answer is not kept" in lost
    data = factories.choice(**counted)
    data["body"]["multiple"], data["key"]["mapping"] = True, {}
    _, lost = transformed("choice", activities["choice"].load(data), "categorize", "fr")
    assert "the way of counting points is not kept" in lost


def test_there_is_not_a_way_from_everything_to_everything() -> None:
    with pytest.raises(Invalid):
        transformed("choice", choice("a", "b"), "numeric", "fr")
    with pytest.raises(Invalid):
        transformed("choice", choice("a", "b"), "choice", "fr")
    assert targets("a vendor's") == ["free_text"]


@given(
    options=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
        min_size=2,
        max_size=50,
    ),
    right=st.sets(st.integers(0, 49), min_size=1, max_size=50),
    multiple=st.booleans(),
)
def test_any_choice_becomes_something_that_loads(options: list[str], right: set[int], multiple: bool) -> None:
    named = [{"id": f"o{number}", "html": text.replace("<", "&lt;")} for number, text in enumerate(options)]
    correct = [f"o{number}" for number in sorted(right) if number < len(options)] or ["o0"]
    data = {
        "body": {"prompt": "<p>?</p>", "multiple": multiple, "options": named},
        "key": {"correct": correct if multiple else correct[:1]},
    }
    try:
        content = activities["choice"].load(data)
    except Invalid:
        return
    for target in targets("choice"):
        activities[target].load(transformed("choice", content, target, "fr")[0])
