"""Text with gaps."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities import Content, Effect, ScoreState, cloze, gap_marks, gapped, gaps_pasted
from binder.errors import Invalid
from tests.binder.activities import placed
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody

kind = cloze.Cloze()
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
RIGHT = {"ga": "lumière", "gb": "oa", "gc": "pa", "gd": "6,5"}


def content(**scoring: Any) -> Content:
    """The sample: a text, a menu, a word of the bank, a number; the text counts twice."""
    data = placed.sample("cloze")
    return kind.load({**data, "scoring": {**data["scoring"], **scoring}})


def score(of: Content, **said: str) -> Fraction:
    return kind.score(of, kind.answer({"gaps": said})).fraction


@pytest.mark.parametrize(
    ("said", "fraction"),
    [
        ({}, Fraction(1)),
        ({"ga": "lumiere"}, Fraction(4, 5)),  # accents count half, and the gap twice
        ({"ga": "  Lumière. "}, Fraction(1)),
        ({"ga": "chaleur du jour"}, (3 + 2 * Fraction(2, 7)) / 5),
        ({"ga": "lumière artificielle"}, Fraction(3, 5)),
        ({"ga": ""}, Fraction(3, 5)),
        ({"gb": "ob"}, (4 + Fraction(3, 7)) / 5),
        ({"gb": "zz"}, Fraction(4, 5)),
        ({"gc": "pb"}, Fraction(4, 5)),
        ({"gc": "pc"}, Fraction(4, 5)),  # of another group
        ({"gd": "7"}, Fraction(1)),
        ({"gd": "7,1"}, Fraction(4, 5)),
        ({"gd": "6.0"}, Fraction(1)),
        ({"gd": "6,5 mois"}, Fraction(4, 5)),
        ({"gd": "6,,5"}, Fraction(4, 5)),
    ],
)
def test_gaps_become_a_fraction_by_weight(said: dict[str, str], fraction: Fraction) -> None:
    assert score(content(), **{**RIGHT, **said}) == fraction
    assert score(content(mode="all_or_nothing"), **{**RIGHT, **said}) == int(fraction == 1)


def test_a_gap_that_weighs_nothing_does_not_count() -> None:
    weights = {"ga": "0", "gb": "0", "gc": "1/2", "gd": "1"}
    assert score(content(weights=weights), gc="pa") == THIRD
    assert score(content(weights=weights, mode="all_or_nothing"), gc="pa", gd="6,5") == 1


@pytest.mark.parametrize(
    "response",
    [None, {}, {"gaps": {}}, {"gaps": {"zz": "x"}}, {"gaps": {"gb": "zz"}}, {"gaps": {"gd": "six"}}],
)
def test_without_an_answer_that_can_be_read_it_is_unanswered(response: Any) -> None:
    assert kind.score(content(), response).state is ScoreState.UNANSWERED


def test_what_cannot_be_read_is_said() -> None:
    problems = kind.problems(content(), {"gaps": {"gd": "6,5 mois", "ga": "x"}}, "fr")
    assert problems == ["write the number only, without a unit"]
    assert kind.problems(content(), {"gaps": RIGHT}, "fr") == []
    assert kind.score(content(), {"gaps": {**RIGHT, "gd": "?"}}).parts["gd"]["reason"] == "unreadable"


def bank(*gaps: tuple[str, tuple[str, ...]], pieces: dict[str, str], **more: Any) -> Content:
    """Gaps that are filled from a bank: gap → ids of the right pieces."""
    return kind.load(
        {
            "body": {
                "prompt": "<p>?</p>",
                "html": "".join(gapped.place(name) for name, _ in gaps),
                "gaps": [{"id": name, "kind": "drag"} for name, _ in gaps],
                "bank": [{"id": name, "html": html, **more} for name, html in pieces.items()],
            },
            "key": {"gaps": {name: {"correct": list(right)} for name, right in gaps}},
        }
    )


def test_a_word_of_the_bank_counts_as_often_as_it_is_there() -> None:
    either = bank(("g1", ("pa", "pb")), ("g2", ("pa", "pb")), pieces={"pa": "a", "pb": "b", "pc": "c"})
    assert score(either, g1="pb", g2="pa") == 1
    assert score(either, g1="pa", g2="pa") == HALF
    twins = bank(("g1", ("pa",)), ("g2", ("pb",)), pieces={"pa": "le", "pb": "le", "pc": "c"})
    assert score(twins, g1="pb", g2="pa") == 1
    assert score(twins, g1="pa", g2="pa") == 1, "who cannot tell them apart may take either"
    endless = bank(("g1", ("pa",)), ("g2", ("pa",)), pieces={"pa": "le", "pb": "la"}, infinite=True)
    assert score(endless, g1="pa", g2="pa") == 1
    parts = kind.score(either, {"gaps": {"g1": "pa", "g2": "pa"}}).parts
    assert sorted(part["reason"] for part in parts.values()) == ["match", "repeated"]


def test_spelling_costs_nothing_where_it_must_not() -> None:
    of = content(accents="require", case="require")
    assert score(of, **{**RIGHT, "ga": "LUMIERRE"}) == Fraction(3, 5)
    assert score(kind.adapted(of, {Effect.NO_SPELLING}), **{**RIGHT, "ga": "LUMIERRE"}) == 1
    assert score(kind.adapted(of, {Effect.NO_SPELLING}), **{**RIGHT, "ga": "chaleur"}) == Fraction(3, 5)
    assert kind.adapted(of, {Effect.ALTERNATIVES}) == of


@given(
    said=st.dictionaries(
        st.sampled_from(["ga", "gb", "gc", "gd", "zz"]),
        st.sampled_from(["lumière", "oa", "ob", "pa", "pb", "pc", "6,5", "7", "x", ""])
        | st.text(max_size=30),
    ),
    mode=st.sampled_from(["per_gap", "all_or_nothing"]),
    shuffle=st.randoms(),
)
def test_the_order_of_the_parts_changes_nothing(
    said: dict[str, str], mode: str, shuffle: random.Random
) -> None:
    of = content(mode=mode)
    response = kind.answer({"gaps": said})
    got = kind.score(of, response)
    assert 0 <= got.fraction <= 1
    body = {**of.body, "gaps": list(of.body["gaps"]), "bank": list(of.body["bank"])}
    shuffle.shuffle(body["gaps"])
    shuffle.shuffle(body["bank"])
    assert kind.score(Content(of.points, body, of.key, of.scoring), response) == got
    for name, right in RIGHT.items():
        better = {"gaps": {**response["gaps"], name: right}}
        assert kind.score(of, better).fraction >= got.fraction


@given(placed.json_values | st.fixed_dictionaries({"gaps": placed.json_values}))
def test_whatever_comes_as_an_answer_is_scored_or_refused(response: Any) -> None:
    try:
        cleaned = kind.answer(response)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    else:
        assert 0 <= kind.score(content(), cleaned).fraction <= 1


def test_bombs_are_answered_fast() -> None:
    assert placed.slowest(kind, content(), "gaps") < placed.LIMIT


@pytest.mark.parametrize(
    "bomb",
    ["[[" * 50_000, "[[a" * 30_000, "{1:SA:" * 20_000, "{1:SA:=a~" * 10_000, "*a" * 50_000, "<" * 100_000]
    + ['<"' * 50_000, "[[" + "\\" * 100_000, "[[" + "a|" * 50_000 + "]]", "<em>" * 9_000, "[[a]]" * 20_000],
)
def test_bombs_of_authors_are_refused_fast(bomb: str) -> None:
    began = time.process_time()
    data = kind.content_from_form({"html": [bomb], "prompt": ["?"]})
    try:
        kind.load(data)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    assert time.process_time() - began < 2


def test_what_is_shown_is_shuffled_and_stable() -> None:
    of = bank(
        ("g1", ("pa",)), ("g2", ("pb",)), ("g3", ("pc",)), pieces={"pa": "a", "pb": "b", "pc": "c", "pd": "d"}
    )
    for seed in range(200):
        words = [piece["html"] for piece in kind.public(of, str(seed))["bank"]]
        assert [word for word in words if word != "d"] != ["a", "b", "c"]
    assert kind.public(of, "1") == kind.public(of, "1")
    orders = {
        tuple(one["id"] for one in kind.public(content(), str(n))["gaps"][1]["options"]) for n in range(30)
    }
    assert orders == {("oa", "ob"), ("ob", "oa")}


def test_nothing_of_the_key_is_sent() -> None:
    with placed.templates():
        assert not placed.leaks(kind, placed.sample("cloze"))
    public = kind.public(content(), "s")
    assert set(public) == {"prompt", "html", "gaps", "bank", "width", "answer_lang"}
    assert {name for gap in public["gaps"] for name in gap} == {"id", "kind", "group", "options"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ('<p>a <span data-gap="ga"></span> b</p>', '<p>a <span data-gap="ga"></span> b</p>'),
        (
            '<p onclick="x">a<script>y</script><span data-gap="ga"></span></p>',
            '<p>a<span data-gap="ga"></span></p>',
        ),
        ("<a title='<span data-gap=\"ga\"></span>'>x</a>", "x"),
        (
            "<span lang='fr' title='<span data-gap=\"ga\"></span>'>x</span>",
            '<span lang="fr" title="ga">x</span>',
        ),
        ("<abbr title='<span data-gap=\"ga\"></span>'>x</abbr>", '<abbr title="ga">x</abbr>'),
        ("<span data-math='<span data-gap=\"ga\"></span>'>x</span>", '<span data-math="ga">ga</span>'),
        ('<span data-gap="G A"></span>x', "x"),
        ("\ue000ga\ue001x", "gax"),
    ],
)
def test_places_of_gaps_stand_in_the_text_and_nowhere_else(typed: str, stored: str) -> None:
    field = gapped.GappedHtml()
    assert field.deserialize(typed) == stored
    assert field.deserialize(stored) == stored


@given(st.text(st.sampled_from('<>"/ abgp=[]|\\\ue000\ue001&;'), max_size=60))
def test_a_text_with_gaps_is_a_fixed_point(text: str) -> None:
    field = gapped.GappedHtml()
    typed = f'<p title="{text}">{text}<span data-gap="ga"></span>{text}</p>'
    once = field.deserialize(typed)
    assert field.deserialize(once) == once
    for tag in re.findall(r"<[^>]*>", once):
        assert re.fullmatch(r'</?[a-z0-9]+(?: [a-z-]+="[^"]*")*>', tag)


TEXT = f"<p>a {gapped.place('ga')} b</p>"
GAP = {"id": "ga", "kind": "text"}
KEY = {"accepted": [{"text": "x"}]}


def small(
    gap: dict[str, Any] | None = None, key: dict[str, Any] | None = None, **body: Any
) -> dict[str, Any]:
    """A text with one gap."""
    return {
        "body": {"prompt": "<p>?</p>", "html": TEXT, "gaps": [{**GAP, **(gap or {})}], **body},
        "key": {"gaps": {"ga": KEY if key is None else key}},
    }


OPTIONS = {"kind": "select", "options": [{"id": "oa", "html": "x"}, {"id": "ob", "html": "y"}]}


@pytest.mark.parametrize(
    ("data", "part", "field"),
    [
        (small(html="<p>rien</p>"), "body", "html"),
        (small(html=f"<p>{gapped.place('ga')} [[encore</p>"), "body", "html"),
        (small(html=TEXT * 2), "body", "gaps"),
        (small(html=gapped.place("gz")), "body", "gaps"),
        (small(html=f'<a href="https://x.fr">{gapped.place("ga")}</a>'), "body", "html"),
        (
            small(html=f'<img src="resource:01890000-0000-7000-8000-000000000001" alt="x">{TEXT}'),
            "body",
            "html",
        ),
        (small(gaps=[GAP, GAP]), "body", "gaps"),
        (small(gaps=[]), "body", "gaps"),
        (small({"kind": "blank"}), "body", "gaps"),
        (small(width=11), "body", "width"),
        (small(key={}), "key", "gaps"),
        (small(key={"accepted": [{"text": "x", "fraction": "1/2"}]}), "key", "gaps"),
        (small({"kind": "number"}, {"accepted": [{"text": "douze"}]}), "key", "gaps"),
        (small({"kind": "number"}, {"accepted": [{"text": "12 km"}]}), "key", "gaps"),
        (small({"kind": "number"}, {"accepted": [{"text": "12 ± -1"}]}), "key", "gaps"),
        (small(OPTIONS, {}), "key", "gaps"),
        (small(OPTIONS, {"correct": ["zz"]}), "key", "gaps"),
        (small(OPTIONS, {"correct": ["oa"], "mapping": {"zz": "1/2"}}), "key", "gaps"),
        (small({**OPTIONS, "options": OPTIONS["options"][:1]}, {"correct": ["oa"]}), "key", "gaps"),
        (small({"kind": "drag"}, {"correct": ["pa"]}), "key", "gaps"),
        (
            small({"kind": "drag", "group": 2}, {"correct": ["pa"]}, bank=[{"id": "pa", "html": "x"}]),
            "key",
            "gaps",
        ),
        ({**small(), "scoring": {"weights": {"ga": "0"}}}, "scoring", "weights"),
        ({**small(), "scoring": {"weights": {"zz": "1"}}}, "scoring", "weights"),
        ({**small(), "scoring": {"mode": "generous"}}, "scoring", "mode"),
    ],
)
def test_what_does_not_fit_together_is_refused_where_it_is(
    data: dict[str, Any], part: str, field: str
) -> None:
    kind.load(small())
    with pytest.raises(Invalid) as refused:
        kind.load(data)
    assert field in refused.value.messages[part]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("3,14", (Fraction("3.14"), Fraction("3.14"))),
        ("3,14 ± 0,01", (Fraction("3.13"), Fraction("3.15"))),
        ("-100 ± 5 %", (Fraction(-105), Fraction(-95))),
        ("1/3 +/- 1/6", (Fraction(1, 6), HALF)),
        ("3 ±", None),
        ("± 3", None),
        ("3 ± 1 kg", None),
        ("1e999999", None),
    ],
)
def test_numbers_with_a_margin(text: str, bounds: tuple[Fraction, Fraction] | None) -> None:
    assert gap_marks.margined(text, "fr") == bounds


def written(text: str, **fields: list[str]) -> dict[str, Any]:
    """What an author writes, as HTML."""
    return kind.content_from_form({"html": [text], "prompt": ["<p>?</p>"], **fields})


def gaps(data: dict[str, Any]) -> list[list[str]]:
    """The accepted texts of each gap."""
    key = data["key"]["gaps"]
    return [[one["text"] for one in key[gap["id"]]["accepted"]] for gap in data["body"]["gaps"]]


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("<p>Le [[soleil]] brille.</p>", [["soleil"]]),
        ("<p>[[a]][[b|c]]</p>", [["a"], ["b", "c"]]),
        ("<p>[[ a | b ||b]]</p>", [["a", "b"]]),
        (r"<p>[[a\|b]] [[\[x\]]] [[c\\d]]</p>", [["a|b"], ["[x]"], [r"c\d"]]),
        ("<p>[[<em>Le Cid</em>]]</p>", [["Le Cid"]]),
        ("<p><strong>[[a</strong> b]]</p>", [["a b"]]),
        ("<p>[[3 &lt; 5 &amp; x]]</p>", [["3 < 5 & x"]]),
        ("<p>[[]] [[ | ]] [[x]]</p>", [["x"]]),
        (r"<p>[[\*]] et [[*eau*]]</p>", [[r"\*"], ["*eau*"]]),
        ('<p><span data-math="[[1;2]]">x</span> [[oui]]</p>', [["oui"]]),
        ("<ul><li>[[a]]</li><li>[[b]]</li></ul>", [["a"], ["b"]]),
    ],
)
def test_words_in_double_brackets_are_gaps(text: str, accepted: list[list[str]]) -> None:
    assert gaps(written(text)) == accepted


@pytest.mark.parametrize("text", ["<p>[[a</p><p>b]]</p>", "<p>[[a</p>", "<p>a]] [[b]]</p>"])
def test_a_gap_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        kind.load(written(text))
    assert "html" in refused.value.messages["body"]


def test_all_fields_are_equally_wide() -> None:
    assert written("<p>[[a]] [[anticonstitutionnellement]]</p>")["body"]["width"] == 40
    assert written("<p>[[a]] [[le]]</p>")["body"]["width"] == 6
    with placed.templates():
        html = placed.shown(kind, kind.load(written("<p>[[a]] [[abcdefgh]] [[3]]</p>")), "form")
    assert html.count('size="10"') == 3


MOODLE = (
    "<p>Berlin est {1:SHORTANSWER:=la capitale~%50%une ville#Plus précis ?~*#Non} de l’{2:MULTICHOICE:~Autriche#Hélas"
    "~=Allemagne~%33.33333%Europe}, et compte {:NUMERICAL:=3.7:0.2~%50%4:0.5#À peu près} millions.</p>"
)


def test_gaps_of_moodle_are_converted_and_said_to_be() -> None:
    data = written(MOODLE)
    of = kind.load(data)
    first, second, third = of.body["gaps"]
    assert [gap["kind"] for gap in of.body["gaps"]] == ["text", "select", "number"]
    assert of.key["gaps"][first["id"]]["accepted"] == [
        {"text": "la capitale", "fraction": "1", "feedback": ""},
        {"text": "une ville", "fraction": "1/2", "feedback": "Plus précis ?"},
    ]
    names = {option["html"]: option["id"] for option in second["options"]}
    assert list(names) == ["Allemagne", "Autriche", "Europe"]
    assert of.key["gaps"][second["id"]]["mapping"] == {names["Europe"]: "1/3"}
    assert of.key["gaps"][second["id"]]["feedback"] == {names["Autriche"]: "Hélas"}
    assert [one["text"] for one in of.key["gaps"][third["id"]]["accepted"]] == ["3.7 ± 0.2", "4 ± 0.5"]
    assert of.scoring["weights"] == {second["id"]: "2"}
    assert of.key["converted"] == "moodle"
    assert score(of, **{third["id"]: "4,4"}) == Fraction(1, 8)


def test_gaps_of_moodle_that_are_unknown_stay_and_are_warned_of() -> None:
    of = kind.load(written("<p>{1:MULTIRESPONSE:=a~=b} [[x]] {1:SA:rien} {1:SAC:=Y\\~z\\}}</p>"))
    assert gaps({"body": of.body, "key": of.key}) == [["x"], ["Y~z}"]]
    assert "a gap of Moodle in this text could not be read: it is shown as it is" in kind.warnings(of)
    assert of.scoring["case"] == "require"
    assert gaps_pasted.unknown_moodle(of.body["html"])


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("<p>Le *soleil/astre* brille, parl*ent*.</p>", [["soleil", "astre"], ["ent"]]),
        ("<p>Le <em>soleil</em> brille.</p>", [["soleil"]]),
        (r"<p>*1\/2* et *8\:00/8 h*</p>", [["1/2"], ["8:00", "8 h"]]),
    ],
)
def test_gaps_of_h5p_are_converted_and_said_to_be(text: str, accepted: list[list[str]]) -> None:
    data = written(text)
    assert gaps(data) == accepted
    assert kind.load(data).key["converted"] == "h5p"


def test_tips_of_h5p_become_the_hint_and_stars_beside_brackets_are_stars() -> None:
    assert written("<p>*soleil:Il brille.* *lune*</p>")["body"]["hint"] == "<p>1 : Il brille.</p>"
    data = written("<p>*soleil* [[lune]]</p>")
    assert (gaps(data), data["key"]["converted"]) == ([["lune"]], "")


ROWS = {
    "gap": ["g1", "g2", "g3"],
    "gap_mark": ["un", "deux|ii", "trois"],
    "gap_kind": ["text", "text", "text"],
    "gap_weight": ["1", "3", ""],
}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("[[un]] [[deux|ii]] [[trois]]", ["g1", "g2", "g3"]),
        ("[[zéro]] [[un]] [[deux|ii]] [[trois]]", ["", "g1", "g2", "g3"]),
        ("[[un]] [[trois]]", ["g1", "g3"]),
        ("[[un]] [[deux]] [[trois]]", ["g1", "g2", "g3"]),
        ("[[deux|ii]] [[un]] [[trois]]", ["g2", "g1", "g3"]),
    ],
)
def test_gaps_keep_their_ids_when_the_text_changes(text: str, ids: list[str]) -> None:
    made = [gap["id"] for gap in written(f"<p>{text}</p>", **ROWS)["body"]["gaps"]]
    assert len(set(made)) == len(made)
    assert [name if name in ROWS["gap"] else "" for name in made] == ids


def test_rows_say_what_each_gap_is_about() -> None:
    data = written(
        "<p>[[un]] [[deux]] [[trois|3]] [[4 ± 1]]</p>",
        **{**ROWS, "gap_mark": ["un", "deux", "trois|3"], "gap_kind": ["text", "select", "drag"]},
        row_gap=["g1", "g1", "g2", "g2", "zz"],
        row_text=["une", "uns", "dix", "", "x"],
        row_part=["1/2", "", "1/4", "", ""],
        row_said=["féminin", "pluriel", "trop", "", ""],
        row_id=["", "", "oz", "", ""],
        extra=["onze", "", "a < b"],
        extra_id=["pz"],
        new_kind=["drag"],
    )
    of = kind.load(data)
    assert of.key["gaps"]["g1"]["accepted"][1] == {"text": "une", "fraction": "1/2", "feedback": "féminin"}
    assert of.key["gaps"]["g1"]["rejected"] == [{"text": "uns", "feedback": "pluriel"}]
    assert of.body["gaps"][1]["options"][1] == {"id": "oz", "html": "dix"}
    assert of.key["gaps"]["g2"]["mapping"] == {"oz": "1/4"}
    assert of.scoring["weights"] == {"g2": "3"}
    assert [piece["html"] for piece in of.body["bank"]] == ["trois", "3", "onze", "a &lt; b"]
    assert of.key["gaps"]["g3"]["correct"] == [piece["id"] for piece in of.body["bank"][:2]]
    assert of.body["gaps"][3]["kind"] == "number", "a margin is a number's"


def test_words_of_the_bank_are_shared_where_they_may_be_reused() -> None:
    once = written("<p>[[le]] [[la]] [[le]]</p>", new_kind=["drag"])
    assert [piece["html"] for piece in once["body"]["bank"]] == ["le", "la", "le"]
    shared = written("<p>[[le]] [[la]] [[le]]</p>", new_kind=["drag"], reuse=["1"])
    assert [piece["html"] for piece in shared["body"]["bank"]] == ["le", "la"]
    assert kind.load(shared).body["bank"][0]["infinite"]


def test_warnings() -> None:
    assert not kind.warnings(content())
    assert kind.warnings(bank(("g1", ("pa",)), ("g2", ("pb",)), pieces={"pa": "a", "pb": "b"}))
    same = kind.load(small(key={"accepted": [{"text": "x"}, {"text": "X "}], "rejected": [{"text": "x."}]}))
    assert len(kind.warnings(same)) == 2


@pytest.mark.parametrize(
    ("said", "fraction", "after"),
    [
        ({"ga": "clarté"}, "1", 1),
        ({"ga": "lumière artificielle"}, "1/2", Fraction(4, 5)),
        ({"ga": "a*"}, "1", 1),
        ({"gb": "ob"}, "1", 1),
        ({"gc": "pb"}, "1/2", Fraction(9, 10)),
        ({"gd": "9"}, "1", 1),
    ],
)
def test_a_wrong_answer_may_be_accepted_later(said: dict[str, str], fraction: str, after: Fraction) -> None:
    of, response = content(), {"gaps": {**RIGHT, **said}}
    data = kind.accepting(of, response, Fraction(fraction))
    assert data is not None
    assert kind.score(kind.load(data), response).fraction == after
    assert score(kind.load(data), **RIGHT) == 1


def test_only_one_wrong_gap_can_be_accepted() -> None:
    assert kind.accepting(content(), {"gaps": {"ga": "x", "gb": "ob"}}, Fraction(1)) is None
    assert kind.accepting(content(), {"gaps": RIGHT}, Fraction(1)) is None


def test_the_class_is_counted_gap_by_gap() -> None:
    of = content()
    said = [
        {"gaps": {"ga": "Lumière", "gb": "ob"}},
        {"gaps": {"ga": "lumière "}},
        {"gaps": {"ga": "lumiere"}},
        None,
    ]
    tallies = kind.tallies(of, said)
    assert [(one.answer, one.count, one.fraction) for one in tallies] == [
        ("Trou 1 : Lumière", 2, 1),
        ("Trou 1 : lumiere", 1, HALF),
        ("Trou 2 : fleurs rouges", 1, Fraction(3, 7)),
    ]
    assert tallies[1].response == {"gaps": {"ga": "lumiere"}}
    assert kind.summary(of, said[0]) == "Lumière · fleurs rouges · … · …"
    assert kind.summary(of, {}) == ""


def test_a_learners_form_becomes_an_answer() -> None:
    of = content()
    with placed.templates():
        html = placed.shown(kind, of, "form")
        assert placed.answered(kind, html) == {"gaps": {}}
        sent = placed.answered(kind, html, **{f"gap.{name}": text for name, text in RIGHT.items()})
        assert kind.score(of, sent).fraction == 1
        assert placed.answered(kind, placed.shown(kind, of, "form", sent)) == sent
        hostile = placed.shown(kind, of, "form", {"gaps": {"ga": '"><script>'}})
        assert "<script>" not in hostile
    for number in range(1, 5):
        assert f'aria-label="Trou {number} sur 4"' in html
    assert "sable" not in re.findall(r'<select name="q1.gap.gc".*?</select>', html, re.DOTALL)[0]
    assert "style=" not in html


def test_what_is_right_is_told_only_with_the_solution() -> None:
    of = content()
    response = {"gaps": {"ga": "lumiere", "gb": "ob", "gd": "66"}}
    with placed.templates():
        result = placed.shown(kind, of, "result", response)
        assert "lumiere" in result
        assert "racines" not in result
        assert "attention" not in result
        solved = placed.shown(kind, of, "result", response, told=True)
        for part in (
            "attention aux accents",
            "racines",
            "Les fleurs ne boivent pas.",
            "Des mois, pas des jours.",
        ):
            assert part in solved
        assert "____" in placed.shown(kind, of, "paper")
        preview = placed.shown(kind, of, "preview", told=True)
        assert "lumière" in preview
        assert "6,5±0,5" in preview
        assert "fleurs" in placed.shown(kind, of, "copy", response)


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose teacher writes questions."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("cloze"))
    yield opened
    opened.close()


def test_an_authors_form_shows_all_and_sends_it_again(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    tricky = small(
        key={
            "accepted": [
                {"text": r"a|b\c [x] <y> & z"},
                {"text": "*eau*"},
                {"text": "à moitié", "fraction": "1/2", "feedback": "<p>Presque</p>"},
            ],
            "rejected": [{"text": "faux & <b>", "feedback": "Non"}],
        }
    )
    for data in (kind.example("fr"), placed.sample("cloze"), tricky):
        monkeypatch.setattr(cloze.Cloze, "example", lambda self, lang, data=data: {"title": "T", **data})
        html = teacher.open(f"{path}?type=cloze&example=1")
        expected, sent = kind.load(data), kind.load(placed.typed(kind, html))
        texts = expected.body["html"]
        assert sent.body["html"] == texts
        assert sent.body["gaps"] == expected.body["gaps"]
        assert sent.body["bank"] == expected.body["bank"]
        assert sent.scoring == expected.scoring
        for name, key in expected.key["gaps"].items():
            plain = [{**one, "feedback": re.sub("</?p>", "", one["feedback"])} for one in key["accepted"]]
            again = sent.key["gaps"][name]
            assert [
                {**one, "feedback": re.sub("</?p>", "", one["feedback"])} for one in again["accepted"]
            ] == plain
            assert (again["correct"], again["mapping"]) == (key["correct"], key["mapping"])
            assert [one["text"] for one in again["rejected"]] == [one["text"] for one in key["rejected"]]


def test_what_was_typed_wrong_stays_in_the_form(school: School) -> None:
    teacher, path = somebody(school, "teacher"), f"/lti/my/pages/{school.ids['draft']}/activity"
    teacher.open(f"{path}?type=cloze")
    teacher.send(path, type="cloze", title="T", prompt="?", html="Sans trou.", new_kind="number")
    assert teacher.status == 422
    assert "marquez les mots qui manquent : [[mot]]" in teacher.html
    assert placed.controls(teacher.html)["html"] == ["Sans trou."]
    teacher.send(path, type="cloze", title="T", prompt="?", html="Il y a [[douze]] mois.", new_kind="number")
    assert teacher.status == 422
    assert "trou 1 : écrivez un nombre" in teacher.html
    fields = placed.controls(teacher.html[teacher.html.index("data-type=") :])
    assert (fields["html"], fields["gap_kind"]) == (["Il y a [[douze]] mois."], ["number"])
    teacher.send(path, type="cloze", title="T", prompt="?", html="Il y a {1:NM:=12} mois.", action="more")
    assert "Les trous viennent d’un texte de Moodle" in teacher.html
    assert placed.controls(teacher.html)["html"] == ["Il y a [[12]] mois."]
    sent = kind.load(placed.typed(kind, teacher.html))
    assert sent.body["gaps"][0]["kind"] == "number"
    assert sent.key["converted"] == ""
