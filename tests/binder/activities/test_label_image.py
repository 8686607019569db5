"""Labelling a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, Effect, ScoreState, label_image
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = label_image.LabelImage()
FILE = "01890000-0000-7000-8000-000000000001"
IMAGE = {"resource": FILE, "width": 800, "height": 400, "alt": "Une fleur."}
WORDS = {"a": "pétale", "b": "étamine", "c": "pistil", "d": "sépale", "e": "racine"}
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


@pytest.fixture
def templates() -> Iterator[None]:
    """Questions can be shown."""
    with placed.templates():
        yield


def content(mode: str = "select", scoring: dict[str, Any] | None = None, **body: Any) -> Content:
    """Zones za, zb, zc, zd take the labels la, lb, lc, ld; le belongs nowhere."""
    writing = mode == "text"
    return kind.load(
        {
            "points": "4",
            "body": {
                "prompt": "<p>Légende.</p>",
                "image": IMAGE,
                "mode": mode,
                "zones": [
                    {
                        "id": f"z{name}",
                        "shape": "rect",
                        "coords": [n / 5, 0.1, 0.1, 0.1],
                        "label_sr": f"place {n}",
                    }
                    for n, name in enumerate("abcd")
                ],
                "labels": []
                if writing
                else [{"id": f"l{name}", "text": text} for name, text in WORDS.items()],
                **body,
            },
            "key": {"texts": {f"z{n}": [{"text": WORDS[n]}] for n in "abcd"}}
            if writing
            else {"zones": {f"z{n}": [f"l{n}"] for n in "abcd"}},
            "scoring": scoring or {},
        }
    )


def answer(pairs: str) -> dict[str, Any]:
    """`ab cd` stands for label b in zone a, d in c."""
    return kind.answer({"zones": {f"z{zone}": f"l{label}" for zone, label in pairs.split()}})


@pytest.mark.parametrize(
    ("pairs", "per_zone", "penalty", "all_or_nothing"),
    [
        ("aa bb cc dd", 1, 1, 1),
        ("aa bb cc", 3 * QUARTER, 3 * QUARTER, 0),
        ("aa bb cc de", 3 * QUARTER, HALF, 0),
        ("aa bb cd dc", HALF, 0, 0),
        ("aa", QUARTER, QUARTER, 0),
        ("ab", 0, 0, 0),
        ("aa ba ca da", QUARTER, 0, 0),
        ("ab ba cd dc", 0, 0, 0),
        ("aa bz", QUARTER, QUARTER, 0),  # no such label: it is as if nothing stood there
        ("aa zz", QUARTER, QUARTER, 0),
    ],
)
def test_labels_become_a_fraction(
    pairs: str, per_zone: Fraction, penalty: Fraction, all_or_nothing: int
) -> None:
    for scoring, worth in (
        ({}, per_zone),
        ({"penalty": True}, penalty),
        ({"mode": "all_or_nothing"}, all_or_nothing),
        ({"mode": "all_or_nothing", "penalty": True}, all_or_nothing),
    ):
        for mode in ("select", "drag"):
            assert kind.score(content(mode, scoring), answer(pairs)).fraction == worth


@pytest.mark.parametrize(
    ("texts", "scoring", "fraction"),
    [
        (["pétale", "Étamine", "pistil.", " sépale "], {}, 1),
        (["petale", "etamine", "pistil", "sepale"], {}, QUARTER),
        (["petale", "etamine", "pistil", "sepale"], {"accents": "half"}, Fraction(5, 8)),
        (["petale", "etamine", "pistil", "sepale"], {"accents": "ignore"}, 1),
        (["pétalle", "étamine", "", ""], {"typos": "tolerate"}, Fraction(3, 8)),
        (["pétalle", "étamine", "", ""], {"penalty": True}, 0),
        (["Pétale", "étamine", "", ""], {"case": "require"}, QUARTER),
        (["*", "", "", ""], {}, 0),
    ],
)
def test_texts_become_a_fraction(texts: list[str], scoring: dict[str, Any], fraction: Fraction) -> None:
    written = kind.answer({"zones": {f"z{n}": text for n, text in zip("abcd", texts, strict=True)}})
    assert kind.score(content("text", scoring), written).fraction == fraction


def test_spelling_costs_nothing_where_it_must_not() -> None:
    of = kind.adapted(content("text", {"case": "require"}), {Effect.NO_SPELLING})
    written = kind.answer({"zones": {"za": "Petalle", "zb": "ETAMINE", "zc": "pistil", "zd": "sepale"}})
    assert kind.score(of, written).fraction == 1
    same = content()
    assert kind.adapted(same, {Effect.NO_SPELLING}) is same


def test_a_label_is_right_once_unless_it_may_be_reused() -> None:
    key = {"zones": {f"z{n}": ["la", "lb"] for n in "abcd"}}
    data = {"body": dict(content().body), "key": key}
    twice = kind.answer({"zones": {"za": "la", "zb": "la", "zc": "lb"}})
    assert kind.score(kind.load(data), twice).fraction == HALF
    data["body"] = {**data["body"], "reuse": True}
    assert kind.score(kind.load(data), twice).fraction == 3 * QUARTER


@pytest.mark.parametrize(
    "response", [None, {}, {"zones": {}}, {"zones": {"za": " "}}, {"zones": {"zz": "la"}}]
)
@pytest.mark.parametrize("mode", ["select", "text"])
def test_without_a_label_it_is_unanswered(mode: str, response: Any) -> None:
    score = kind.score(content(mode), kind.answer(response) if response else response)
    assert (score.fraction, score.state) == (0, ScoreState.UNANSWERED)


def test_each_zone_says_what_became_of_it() -> None:
    assert kind.score(content(), answer("aa bc")).parts == {
        "za": {"fraction": "1", "reason": "match"},
        "zb": {"fraction": "0", "reason": "no_match"},
    }


@given(st.data())
def test_the_order_of_the_parts_changes_nothing(data: st.DataObject) -> None:
    of = content(scoring={"penalty": True})
    given_ = {f"z{zone}": f"l{data.draw(st.sampled_from('abcde'))}" for zone in "abcd"}
    body = {**of.body, **{name: data.draw(st.permutations(of.body[name])) for name in ("zones", "labels")}}
    other = Content(of.points, body, of.key, of.scoring)
    mixed = dict(data.draw(st.permutations(list(given_.items()))))
    scores = [
        kind.score(one, kind.answer({"zones": it})).fraction for one, it in ((of, given_), (other, mixed))
    ]
    assert scores[0] == scores[1]


@given(st.dictionaries(st.sampled_from("bcd"), st.sampled_from("bcde")))
def test_another_right_label_never_costs_anything(filled: dict[str, str]) -> None:
    before = {f"z{zone}": f"l{label}" for zone, label in filled.items()}
    for scoring in ({}, {"penalty": True}, {"mode": "all_or_nothing"}):
        of = content(scoring=scoring)
        after = kind.score(of, kind.answer({"zones": {**before, "za": "la"}})).fraction
        assert after >= kind.score(of, kind.answer({"zones": before})).fraction


@given(placed.json_values | st.fixed_dictionaries({"zones": placed.json_values}))
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    for mode in ("select", "text"):
        with suppress(Invalid):
            assert 0 <= kind.score(content(mode), kind.answer(response)).fraction <= 1


def test_bombs_are_answered_fast() -> None:
    assert max(placed.slowest(kind, content(mode), "zones") for mode in ("select", "text")) < placed.LIMIT


def test_labels_never_stand_in_the_order_of_the_zones() -> None:
    orders = set()
    for seed in range(200):
        public = kind.public(content(), str(seed))
        orders.add(tuple(label["id"] for label in public["labels"]))
        kept = [label["id"] for label in public["labels"] if label["id"] != "le"]
        assert kept != ["la", "lb", "lc", "ld"]
    assert len(orders) > 50


@pytest.mark.usefixtures("templates")
def test_nothing_of_the_key_is_sent() -> None:
    assert not placed.leaks(kind, placed.sample("label_image"))
    of = content("text")
    for seed in "abc":
        sent = json.dumps(kind.public(of, seed), ensure_ascii=False) + placed.shown(
            kind, of, "form", seed=seed
        )
        assert not [text for text in WORDS.values() if text in sent]


@pytest.mark.usefixtures("templates")
def test_positions_are_told_in_words() -> None:
    for mode, control in (("select", "<select"), ("drag", "<select"), ("text", '<input type="text"')):
        of = kind.adapted(content(mode), {Effect.ALTERNATIVES})
        html = placed.shown(kind, of, "form")
        assert "<svg" not in html
        assert "<img" not in html
        assert "Une fleur." in html
        assert html.count(control) == 4
        assert "data-chips" not in html
        assert all(f"place {n}" in html for n in range(4))
    assert (
        kind.score(kind.adapted(content("drag"), {Effect.ALTERNATIVES}), answer("aa bb cc dd")).fraction == 1
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body": {"zones": []}}, "draw at least one zone on the picture"),
        ({"key": {"zones": {"za": ["la"]}}}, "say what belongs in each zone"),
        ({"key": {"zones": {f"z{n}": ["lz"] for n in "abcd"}}}, "no such label"),
        ({"key": {"zones": {f"z{n}": ["la"] for n in "abcdz"}}}, "no such zone"),
        ({"key": {"texts": {"zz": [{"text": "x"}]}}}, "no such zone"),
        ({"body": {"mode": "text"}}, "where pupils write, labels would tell them what to write"),
        ({"body": {"labels": [{"id": "la", "text": "x"}] * 2}}, "two labels have the same id"),
        (
            {"body": {"labels": [{"id": f"l{n}", "text": " Même "} for n in "abcde"]}},
            "two labels say the same",
        ),
        (
            {"body": {"zones": [{"id": "za", "shape": "rect", "coords": [0, 0, 1, 1], "label_sr": ""}]}},
            "say in words where each zone is",
        ),
        (
            {
                "body": {
                    "image": {"resource": FILE, "alt": "x"},
                    "zones": [
                        {"id": f"z{n}", "shape": "circle", "coords": [0.5, 0.5, 0.1], "label_sr": "ici"}
                        for n in "abcd"
                    ],
                }
            },
            "the size of the picture is not known, and a circle needs it: press “Show the picture”",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], message: str) -> None:
    of = content()
    data: dict[str, Any] = {"body": dict(of.body), "key": dict(of.key)}
    assert kind.load(data)
    for part, changed in changes.items():
        data[part] = {**data[part], **changed}
    with pytest.raises(Invalid) as refused:
        kind.load(data)
    assert message in str(refused.value.messages)


def test_an_author_is_told_what_is_probably_not_meant() -> None:
    assert kind.warnings(content()) == []
    zones = [{**zone, "label_sr": f"Le petale n° {zone['id']}"} for zone in content().body["zones"]]
    assert kind.warnings(content(zones=zones)) == ["where a zone is described, its answer is told"]


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("mode", ["select", "drag", "text"])
def test_a_learners_form_becomes_an_answer(mode: str) -> None:
    of = content(mode)
    html = placed.shown(kind, of, "form")
    assert placed.answered(kind, html) == {}
    words = {"za": "pétale", "zc": "un <b>"} if mode == "text" else {"za": "la", "zc": "le"}
    filled = placed.answered(kind, html, **words)
    assert filled == {"zones": words}
    assert placed.answered(kind, placed.shown(kind, of, "form", filled)) == filled


@pytest.mark.usefixtures("templates")
def test_what_is_right_is_told_only_with_the_solution() -> None:
    for of, said in ((content(), answer("aa bc")), (content("text"), kind.answer({"zones": {"za": "x"}}))):
        quiet = placed.shown(kind, of, "result", said)
        told = placed.shown(kind, of, "result", said, told=True)
        assert "Ce qu’il fallait" not in quiet
        assert 'class="wrong"' not in quiet
        assert "étamine" not in quiet or of.body["labels"] == []
        assert "Ce qu’il fallait" in told
        assert "étamine" in told
        for mode in placed.MODES:
            placed.shown(kind, of, mode, said, told=mode == "preview")
            placed.shown(kind, of, mode, None, told=mode == "preview")
    assert "…………" in placed.shown(kind, content(), "paper")


def test_the_class_is_counted_zone_by_zone() -> None:
    answers = [answer("aa bb"), answer("ab"), answer("aa"), None]
    assert [(it.answer, it.count, it.fraction) for it in kind.tallies(content(), answers)] == [
        ("1 : pétale", 2, 1),
        ("2 : étamine", 1, 1),
        ("1 : étamine", 1, 0),
    ]
    texts = [kind.answer({"zones": {"za": text}}) for text in ("Pétale", "pétale.", "fleur")]
    assert [it.count for it in kind.tallies(content("text"), texts)] == [2, 1]
    assert kind.summary(content(), None) == ""


def test_an_answer_can_be_accepted() -> None:
    said = kind.answer({"zones": {"za": "fleur"}})
    more = kind.accepting(content("text"), said, HALF)
    assert more is not None
    assert kind.score(kind.load(more), said).fraction == Fraction(1, 8)
    chosen = answer("ae")
    assert kind.accepting(content(), chosen, HALF) is None
    more = kind.accepting(content(), chosen, Fraction(1))
    assert more is not None
    assert kind.score(kind.load(more), chosen).fraction == QUARTER
    assert kind.accepting(content(), answer("aa bb"), Fraction(1)) is None


def test_labels_keep_their_ids_when_a_form_is_sent_again() -> None:
    form = {
        "mode": ["drag"],
        "zone_id": ["za", ""],
        "zone_shape": ["rect", "rect"],
        "zone_x": ["10", "50"],
        "zone_y": ["10", "50"],
        "zone_w": ["10", "10"],
        "zone_h": ["10", "10"],
        "zone_place": ["haut", "bas"],
        "zone_label": ["pétale ; corolle", "pistil"],
        "wrong_labels": ["racine\r\n\r\n pistil \n"],
        "label_id": ["la", "le"],
        "label_text": ["pétale", "racine"],
        "resource": [FILE],
        "picture_alt": ["Une fleur."],
        "prompt": ["?"],
    }
    of = kind.load(kind.content_from_form(form))
    ids = {label["text"]: label["id"] for label in of.body["labels"]}
    assert list(ids) == ["pétale", "corolle", "pistil", "racine"]
    assert (ids["pétale"], ids["racine"]) == ("la", "le")
    assert of.key["zones"]["za"] == ["la", ids["corolle"]]
    texts = kind.load(kind.content_from_form({**form, "mode": ["text"]}))
    assert texts.body["labels"] == []
    assert texts.key["texts"]["za"] == [
        {"text": "pétale", "fraction": "1"},
        {"text": "corolle", "fraction": "1"},
    ]


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("labels"))
    yield opened
    opened.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_authors_form_shows_all_and_sends_it_again(school: School, lang: str) -> None:
    teacher = somebody(school, "teacher", lang)
    html = teacher.open(f"/lti/my/pages/{school.ids['draft']}/activity?type=label_image&example=1")
    sent, expected = placed.typed(kind, html), kind.example("fr")
    for data in (sent, expected):
        data["body"]["image"] = IMAGE
    one, other = kind.load(sent), kind.load(expected)
    assert one.body == other.body
    assert one.key["zones"] == other.key["zones"]
    assert one.scoring == other.scoring


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=label_image")
    teacher.send(
        path,
        type="label_image",
        title="T",
        prompt="?",
        zone_shape=["rect"],
        zone_x=["a"],
        zone_label=["un; deux"],
        zone_place=[""],
        wrong_labels="trois\nquatre",
    )
    assert teacher.status == 422
    fields = placed.controls(teacher.html[teacher.html.index("data-type=") :])
    assert (fields["zone_x"][0], fields["zone_label"][0]) == ("a", "un; deux")
    assert fields["wrong_labels"][0].split() == ["trois", "quatre"]
