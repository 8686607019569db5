"""Files to hand in: their order, what is asked for, and what the pages show of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, ScoreState, file_upload
from binder.activities.marked import Allowance
from binder.errors import Invalid
from lti.views.transfers.handed import Handed
from tests.binder.activities import marked_pages as pages
from tests.binder.activities.marked_pages import FILE, OTHER
from tests.lti.school import School

KIND = file_upload.FileUpload()


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school."""
    with pages.schooled(sqlite_template, tmp_path_factory) as opened:
        yield opened


def content(**body: Any) -> Content:
    data = KIND.example("fr")
    return KIND.load({**data, "body": {**data["body"], **body}})


@pytest.mark.parametrize(
    ("body", "answer", "state"),
    [
        ({}, {}, "unanswered"),
        ({}, {"files": []}, "unanswered"),
        ({}, {"files": [FILE]}, "to_mark"),
        ({}, {"text": "voilà"}, "unanswered"),
        ({"allow_text": True}, {"text": "voilà"}, "to_mark"),
        ({"allow_text": True}, {"text": "  "}, "unanswered"),
    ],
)
def test_files_are_to_be_marked(body: dict[str, Any], answer: dict[str, Any], state: str) -> None:
    score = KIND.score(content(**body), KIND.answer(answer))
    assert (score.state, score.fraction) == (state, 0)


@pytest.mark.parametrize(
    ("form", "files"),
    [
        ({}, []),
        ({"files": [""]}, []),
        ({"files": ["a b"]}, ["a", "b"]),
        ({"files": ["a b", "c"]}, ["a", "b", "c"]),
        ({"files": ["a b c"], "out": ["b"]}, ["a", "c"]),
        ({"files": ["a b c"], "up": ["c"]}, ["a", "c", "b"]),
        ({"files": ["a b c"], "up": ["a"]}, ["a", "b", "c"]),
        ({"files": ["a b c"], "down": ["a"]}, ["b", "a", "c"]),
        ({"files": ["a b c"], "down": ["c"]}, ["a", "b", "c"]),
        ({"files": ["a"], "up": ["x"], "down": ["y"], "out": ["z"]}, ["a"]),
    ],
)
def test_buttons_without_a_script_arrange_the_files(form: dict[str, list[str]], files: list[str]) -> None:
    assert KIND.answer_from_form(form)["files"] == files


def test_ids_are_kept_once_in_their_order() -> None:
    answer = KIND.answer({"files": [OTHER, FILE.upper(), OTHER], "names": {FILE: "a.jpg", OTHER: "b"}})
    assert answer["files"] == [OTHER, FILE]
    assert KIND.files(answer) == [OTHER, FILE]
    assert KIND.summary(content(), answer) == "b · a.jpg"
    assert KIND.summary(content(), {**answer, "text": "les\nvoici"}) == "les voici · b · a.jpg"
    assert KIND.summary(content(), None) == ""
    assert KIND.answer({"files": [FILE], "names": {OTHER: "b"}})["names"] == {}


@pytest.mark.parametrize(
    "answer",
    [
        {"files": [FILE] * 51},
        {"files": ["x"]},
        {"files": FILE},
        {"files": [None]},
        {"text": "x" * 50_001},
        {"names": {FILE: "x" * 256}},
    ],
)
def test_an_answer_is_bounded(answer: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        KIND.answer(answer)


@given(
    st.dictionaries(
        st.sampled_from(["files", "names", "text", "x"]),
        st.none()
        | st.text()
        | st.lists(st.uuids().map(str) | st.text())
        | st.dictionaries(st.text(), st.text()),
    )
)
def test_any_json_is_scored_or_refused(data: dict[str, Any]) -> None:
    try:
        answer = KIND.answer(data)
    except Invalid:
        return
    assert KIND.score(content(), answer).state in (ScoreState.UNANSWERED, ScoreState.TO_MARK)
    json.dumps(answer)


@given(st.lists(st.uuids().map(str), unique=True, min_size=1, max_size=8), st.randoms())
def test_the_order_of_files_changes_no_score(files: list[str], random: Any) -> None:
    other = random.sample(files, len(files))
    assert KIND.score(content(), KIND.answer({"files": files})) == KIND.score(
        content(), KIND.answer({"files": other})
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_files": 0}, "max_files"),
        ({"max_files": 21}, "max_files"),
        ({"max_bytes": 999}, "max_bytes"),
        ({"max_bytes": 500_000_001}, "max_bytes"),
        ({"max_bytes": "beaucoup"}, "max_bytes"),
        ({"accept": ["exe"]}, "accept"),
        ({"accept": ["picture"] * 5}, "accept"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], field: str) -> None:
    assert field in pages.refused("file_upload", "body", **changes)


def test_what_may_be_sent() -> None:
    assert KIND.allowance(content(max_bytes=2_000_000)) == Allowance(3, 2_000_000, frozenset({"picture"}))
    assert KIND.allowance(content(accept=[])).kinds == frozenset()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("25", 25_000_000),
        ("0,5", 500_000),
        ("1.25", 1_250_000),
        ("", ""),
        ("1e9", "1e9"),
        ("-1", "-1"),
        ("²", "²"),
    ],
)
def test_megabytes_are_what_authors_type(typed: str, kept: int | str) -> None:
    assert file_upload.in_bytes(typed) == kept


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_example_goes_through_the_form(lang: str) -> None:
    data = KIND.example(lang)
    form = {
        "points": ["4"],
        "prompt": [data["body"]["prompt"]],
        "max_files": ["3"],
        "max_megabytes": ["25"],
        "accept": ["picture"],
        "camera": ["1"],
        "rubric": [data["key"]["rubric"]],
    }
    assert KIND.load(KIND.content_from_form(form)) == KIND.load(data)


def test_what_an_author_typed_wrongly_is_still_there(school: School) -> None:
    html = pages.retyped(
        school,
        "file_upload",
        {"max_files": "plein", "max_megabytes": "lourd", "accept": "sound", "model_answer": "Le mien"},
    )
    assert 'value="plein"' in html
    assert 'value="lourd"' in html
    assert 'value="sound" checked' in html
    assert "Le mien" in html


def test_the_learners_form(school: School) -> None:
    of = content(max_files=3, max_bytes=8_000_000)
    html = pages.rendered(school, of, "file_upload", "form")
    assert "3 fichiers au plus." in html
    assert "8 Mo" in html
    assert 'capture="environment"' in html
    assert f'data-uploads="../work/x/uploads?question={pages.QUESTION}"' in html
    assert html.count('type="file"') == 2
    answer = KIND.answer({"files": [OTHER, FILE]})
    html = pages.rendered(school, of, "file_upload", "form", answer)
    assert f'value="{OTHER} {FILE}"' in html
    assert html.index("scanning&lt;i&gt;.ogg") < html.index("ready&lt;i&gt;.ogg")
    assert "recherche de virus en cours" in html
    assert f'name="{pages.QUESTION}.up" value="{OTHER}" class="small" data-move="-1" disabled' in html
    first = html.index("<button")
    assert html.index('name="action" value="save"') < html.index(".up"), "Enter removes nothing"
    assert html[first:].startswith('<button name="action" value="save"')


def test_a_file_that_is_gone_or_refused_is_said_so(school: School) -> None:
    answer = KIND.answer({"files": [FILE, OTHER]})
    html = pages.rendered(school, content(), "file_upload", "form", answer, handed=pages.handed("refused"))
    assert "refusé : dangereux" in html
    assert "n’est plus là" in html
    assert f'value="{FILE}"' in html
    assert "href" not in html.split("<template")[0]


@pytest.mark.parametrize("mode", ["copy", "result", "preview", "paper"])
def test_what_was_handed_in_is_only_looked_at(school: School, mode: str) -> None:
    of, answer = content(allow_text=True), KIND.answer({"files": [FILE], "text": "le voici"})
    html = pages.rendered(school, of, "file_upload", mode, answer)
    assert "<input" not in html
    assert "<button" not in html
    assert (f"answers/{FILE}" in html) == (mode != "paper")
    assert ("le voici" in html) == (mode != "paper")


def test_where_there_is_no_copy_nothing_breaks(school: School) -> None:
    answer = KIND.answer({"files": [FILE]})
    for mode in ("form", "copy", "preview", "paper"):
        assert FILE not in pages.rendered(
            school, content(), "file_upload", mode, answer, handed=None
        ).replace(f'"{FILE}"', "")
    assert "data-uploads" not in pages.rendered(school, content(), "file_upload", "form", handed=Handed())


def test_only_those_who_mark_see_the_help(school: School) -> None:
    of, answer = pages.tokened("file_upload", "k9k9k9"), KIND.answer({"files": [FILE]})
    assert "k9k9k9" not in json.dumps(KIND.public(of, "s"))
    for mode in ("form", "copy", "paper"):
        assert "k9k9k9" not in pages.rendered(school, of, "file_upload", mode, answer)
    assert pages.rendered(school, of, "file_upload", "result", answer).count("k9k9k9") == 1
    assert pages.rendered(school, of, "file_upload", "copy", answer, marking=True).count("k9k9k9") == 2
