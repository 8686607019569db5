"""What every registered type of activity and block must do, a vendor's as the built-in ones."""

from __future__ import annotations

import json
import secrets
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from binder.activities import ActivityType, ScoreState, activities
from binder.blocks import BlockType, blocks, load_block
from binder.errors import Invalid
from tests import factories
from tests.binder.payloads import PAYLOADS

NAMED = "01890000-0000-7000-8000-000000000001"
SAMPLES = Path(__file__).parent / "samples"
ACTIVITIES: dict[str, dict[str, Any]] = {"choice": factories.choice()} | {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob("*.json"))
}
"""A sample of each type: whoever adds a type adds one to the folder."""
BLOCKS: dict[str, dict[str, Any]] = {
    "activity": {"activity": NAMED},
    "audio": {"resource": NAMED, "title": "Le ruisseau", "transcript": "<p>On entend l’eau.</p>"},
    "callout": {"kind": "retenir", "title": "Bilan", "html": "<p>L’eau circule.</p>"},
    "divider": {},
    "draw": {"activities": [NAMED], "count": 1},
    "embed": {"url": "https://www.geogebra.org/m/wefyydbs", "title": "Un triangle à déplacer"},
    "file": {"resource": NAMED, "label": "Plan"},
    "gallery": {"items": [{"resource": NAMED, "alt": "Un nuage", "caption": "Cumulus"}]},
    "heading": {"text": "Titre", "level": 3},
    "image": {"resource": NAMED, "alt": "Le cycle", "caption": "Schéma"},
    "math": {"latex": "\\frac{1}{2}", "label": "Une demie"},
    "meeting": {"url": "https://visio.example/5a", "title": "Classe virtuelle", "note": "Micro coupé"},
    "text": {"html": "<p>un</p>"},
    "video": {"resource": NAMED, "title": "Une goutte d’eau", "transcript": "<p>Elle tombe.</p>"},
}

every_activity = pytest.mark.parametrize("kind", list(activities), ids=lambda kind: kind.name)
every_block = pytest.mark.parametrize("kind", list(blocks), ids=lambda kind: kind.name)


def texts(data: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(data, str):
        return [data]
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return [text for part in parts for text in texts(part)]


def stained(data: Any, stain: str) -> Any:
    """The same JSON with every longer text replaced: hostile markup in each place that takes words."""
    if isinstance(data, str):
        return stain if " " in data or "<" in data else data
    if isinstance(data, dict):
        return {name: stained(value, stain) for name, value in data.items()}
    return [stained(value, stain) for value in data] if isinstance(data, list) else data


def test_there_is_a_sample_of_every_kind() -> None:
    assert {kind.name for kind in activities} == set(ACTIVITIES)
    assert {kind.name for kind in blocks} == set(BLOCKS)


@every_activity
def test_an_activity_survives_the_way_out_and_in(kind: ActivityType) -> None:
    content = kind.load(ACTIVITIES[kind.name])
    dumped = {
        "points": str(content.points),
        "body": content.body,
        "key": content.key,
        "scoring": content.scoring,
    }
    assert kind.load(json.loads(json.dumps(dumped))) == content


@every_activity
def test_an_activity_hides_its_answers(kind: ActivityType) -> None:
    """Every text of the key is replaced by a token where the type takes it; none may be shown."""
    sample = ACTIVITIES[kind.name]
    content = kind.load(sample)
    shown = json.dumps(kind.public(content, "seed"))
    known = set(texts(dict(content.body)))
    secret = {text for text in texts(dict(content.key)) if text not in known and len(text) > 1}
    assert secret, "the sample has nothing to hide"
    assert not [text for text in secret if json.dumps(text)[1:-1] in shown]
    token = secrets.token_hex(12)
    planted = kind.load({**sample, "key": stained(sample["key"], f"<p>{token} {token}</p>")})
    assert token in json.dumps(dict(planted.key))
    for seed in range(10):
        assert token not in json.dumps(kind.public(planted, str(seed)))


@every_activity
def test_what_is_public_is_json_and_stable(kind: ActivityType) -> None:
    content = kind.load(ACTIVITIES[kind.name])
    assert json.dumps(kind.public(content, "a")) == json.dumps(kind.public(content, "a"))
    json.dumps(kind.solution(content, None))


@every_activity
def test_without_an_answer_an_activity_is_unanswered(kind: ActivityType) -> None:
    content = kind.load(ACTIVITIES[kind.name])
    for response in (None, {}, kind.answer(kind.answer_from_form({}))):
        score = kind.score(content, response)
        assert (score.fraction, score.state) == (Fraction(0), ScoreState.UNANSWERED)


@every_activity
@pytest.mark.parametrize(
    "response", [None, [], "x", 7, {"choices": 7}, {"x": "y"}, {"choices": [[]]}, {"": {}}]
)
def test_any_answer_is_scored_or_refused(kind: ActivityType, response: Any) -> None:
    content = kind.load(ACTIVITIES[kind.name])
    try:
        answer = kind.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    else:
        assert 0 <= kind.score(content, answer).fraction <= 1


@every_activity
@pytest.mark.parametrize("data", [{}, {"body": []}, {"body": {}, "key": 3}, {"points": "-1"}])
def test_a_wrong_activity_is_refused_with_messages(kind: ActivityType, data: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        kind.load(data)
    assert refused.value.messages


@every_activity
def test_an_empty_form_of_an_author_is_refused(kind: ActivityType) -> None:
    with pytest.raises(Invalid):
        kind.load(kind.content_from_form({}))


@every_activity
def test_an_activity_cleans_its_markup(kind: ActivityType) -> None:
    for payload in PAYLOADS.values():
        try:
            content = kind.load(stained(ACTIVITIES[kind.name], f"a b {payload}"))
        except Invalid:
            continue
        for text in texts([dict(content.body), dict(content.key)]):
            assert "<script" not in text.lower()
            assert "<img" not in text.lower().replace('<img src="resource:', "")
            assert "<svg" not in text.lower()


@every_activity
def test_an_activity_has_a_json_schema(kind: ActivityType) -> None:
    sample = ACTIVITIES[kind.name]
    schemas = json.loads(json.dumps(kind.json_schemas))
    assert set(schemas) == {"body", "key", "scoring", "response"}
    for part in ("body", "key", "scoring"):
        schema = schemas[part]
        assert schema["$schema"].endswith("2020-12/schema")
        assert schema["type"] == "object"
        assert set(sample.get(part, {})) <= set(schema["properties"])
        assert set(schema.get("required", ())) <= set(sample.get(part, {}))
        assert "\\Z" not in json.dumps(schema)


@every_activity
@pytest.mark.parametrize("lang", ["fr", "en", "de"])
def test_an_example_is_a_filled_question(kind: ActivityType, lang: str) -> None:
    example = json.loads(json.dumps(kind.example(lang)).replace('"resource": ""', f'"resource": "{NAMED}"'))
    content = kind.load(example)
    assert example["title"]
    assert content.body["prompt"]
    assert (kind.example("fr") == kind.example("en")) is False


@every_activity
def test_a_class_without_answers_has_statistics(kind: ActivityType) -> None:
    content = kind.load(ACTIVITIES[kind.name])
    figures = kind.statistics(content, [None, {}, kind.answer({})])
    assert figures.states == {"unanswered": 3}
    assert figures.mean == 0
    assert not sum(tally.count for tally in figures.tallies)
    assert kind.summary(content, None) == ""


@every_block
def test_a_block_survives_the_way_out_and_in(kind: BlockType) -> None:
    block = load_block({"id": "b1", "type": kind.name, **BLOCKS[kind.name]})
    assert load_block(json.loads(json.dumps(block))) == block


@every_block
def test_a_block_names_what_it_refers_to(kind: BlockType) -> None:
    block = load_block({"id": "b1", "type": kind.name, **BLOCKS[kind.name]})
    named = [*kind.resources(block), *kind.activities(block)]
    assert named == [text for text in texts(block) if text == NAMED]
    assert isinstance(kind.text(block), str)


@every_block
def test_a_block_refuses_what_it_does_not_know(kind: BlockType) -> None:
    with pytest.raises(Invalid):
        load_block({"id": "b1", "type": kind.name, **BLOCKS[kind.name], "onclick": "xs()"})
