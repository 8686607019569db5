"""Recordings: what an answer is, who may write instead, and the page with and without its script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, Effect, ScoreState, recording
from binder.errors import Invalid
from tests.binder.activities import marked_pages as pages
from tests.binder.activities.marked_pages import FILE, OTHER
from tests.lti.school import School

KIND = recording.Recording()


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school."""
    with pages.schooled(sqlite_template, tmp_path_factory) as opened:
        yield opened


def content(**body: Any) -> Content:
    data = KIND.example("fr")
    return KIND.load({**data, "body": {**data["body"], **body}})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({}, "unanswered"),
        ({"files": [FILE]}, "to_mark"),
        ({"text": " "}, "unanswered"),
        ({"text": "dit"}, "to_mark"),
    ],
)
def test_a_recording_is_to_be_marked(answer: dict[str, Any], state: str) -> None:
    assert KIND.score(content(), KIND.answer(answer)).state == state


def test_the_newest_file_counts() -> None:
    answer = KIND.answer(KIND.answer_from_form({"files": [FILE, OTHER], "seconds": ["12"], "text": [""]}))
    assert (answer["files"], answer["seconds"], KIND.seconds(answer)) == ([OTHER], 12, 12)
    assert KIND.answer(KIND.answer_from_form({}))["files"] == []
    assert KIND.seconds({}) is None
    assert KIND.answer_from_form({"files": [FILE], "out": [FILE]})["files"] == []


@pytest.mark.parametrize("seconds", [-1, 36_001, "un", None, [], "9" * 5000])
def test_a_length_is_bounded(seconds: Any) -> None:
    with pytest.raises(Invalid):
        KIND.answer({"seconds": seconds})


@given(
    st.dictionaries(
        st.sampled_from(["files", "names", "text", "seconds"]),
        st.none() | st.text() | st.integers() | st.lists(st.uuids().map(str)),
    )
)
def test_any_json_is_scored_or_refused(data: dict[str, Any]) -> None:
    try:
        answer = KIND.answer(data)
    except Invalid:
        return
    assert KIND.score(content(), answer).state in (ScoreState.UNANSWERED, ScoreState.TO_MARK)
    json.dumps(answer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"media": "smell"}, "media"),
        ({"max_seconds": 4}, "max_seconds"),
        ({"max_seconds": 3601}, "max_seconds"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], field: str) -> None:
    assert field in pages.refused("recording", "body", **changes)


def test_a_voice_may_come_in_a_film_but_a_film_is_no_sound() -> None:
    assert KIND.allowance(content()).kinds == {"sound", "film"}
    assert KIND.allowance(content(media="video")).kinds == {"film"}
    assert KIND.allowance(content()).most == 1


def test_those_who_cannot_speak_may_write(school: School) -> None:
    of = content()
    assert KIND.adapted(of, [Effect.NO_SPELLING]) == of
    adapted = KIND.adapted(of, [Effect.ALTERNATIVES])
    assert (adapted.body["allow_text"], of.body["allow_text"]) == (True, False)
    assert "<textarea" not in pages.rendered(school, of, "recording", "form")
    html = pages.rendered(school, of, "recording", "form", effects=[Effect.ALTERNATIVES])
    assert "Ou écris-le" in html


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_example_goes_through_the_form(lang: str) -> None:
    data = KIND.example(lang)
    form = {
        "points": ["4"],
        "prompt": [data["body"]["prompt"]],
        "media": ["audio"],
        "max_seconds": ["120"],
        "allow_pause": ["1"],
        "allow_retake": ["1"],
        "rubric": [data["key"]["rubric"]],
    }
    assert KIND.load(KIND.content_from_form(form)) == KIND.load(data)


def test_what_an_author_typed_wrongly_is_still_there(school: School) -> None:
    html = pages.retyped(
        school, "recording", {"media": "video", "max_seconds": "longtemps", "allow_text": "1"}
    )
    assert 'value="longtemps"' in html
    assert 'value="video" checked' in html
    assert 'name="allow_text" value="1" checked' in html
    assert 'name="allow_pause" value="1" checked' not in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (120, "2 minutes au plus."),
        (60, "1 minute au plus."),
        (30, "30 secondes au plus."),
        (90, "1 min 30 s au plus."),
    ],
)
def test_the_time_is_said_in_words(school: School, seconds: int, words: str) -> None:
    assert words in pages.rendered(school, content(max_seconds=seconds), "recording", "form")


def test_without_a_script_a_file_can_be_sent(school: School) -> None:
    html = pages.rendered(school, content(), "recording", "form")
    assert "data-recorder hidden" in html
    assert 'type="file"' in html
    assert 'accept="audio/*,video/*"' in html
    assert "Envoyer le fichier choisi" in html
    assert "100 Mo" in html
    assert "<video data-preview" not in html
    assert "<video data-preview" in pages.rendered(school, content(media="video"), "recording", "form")


def test_every_trouble_of_a_microphone_has_its_words(school: School) -> None:
    html = pages.rendered(school, content(), "recording", "form")
    for name in (
        "NotAllowedError",
        "NotFoundError",
        "NotReadableError",
        "OverconstrainedError",
        "SecurityError",
        "unsupported",
    ):
        assert f'data-word="{name}"' in html


def test_it_is_heard_where_it_was_handed_in(school: School) -> None:
    answer = KIND.answer({"files": [FILE], "seconds": 12})
    for mode in ("form", "copy", "result"):
        assert f'<audio controls preload="metadata" src="../work/x/answers/{FILE}"' in pages.rendered(
            school, content(), "recording", mode, answer
        )
    assert "answers" not in pages.rendered(school, content(), "recording", "paper", answer)


def test_only_those_who_mark_see_the_help(school: School) -> None:
    of, answer = pages.tokened("recording", "k9k9k9"), KIND.answer({"files": [FILE]})
    assert "k9k9k9" not in json.dumps(KIND.public(of, "s"))
    for mode in ("form", "copy", "paper"):
        assert "k9k9k9" not in pages.rendered(school, of, "recording", mode, answer)
    assert pages.rendered(school, of, "recording", "copy", answer, marking=True).count("k9k9k9") == 2
