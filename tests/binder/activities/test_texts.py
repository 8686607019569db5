"""Comparing what a learner typed with what an author accepts: the reference's checks, and what holds for any text."""

from __future__ import annotations

import random
import sys
import time
import unicodedata
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from binder.activities.edits import edits
from binder.activities.texts import (
    MAX_TEXT,
    Accepted,
    Match,
    Reason,
    Rejected,
    Rules,
    compare,
    folded,
    folded_always,
    literal,
    matches,
)

HALF, NONE, ALL = Fraction(1, 2), Fraction(0), Fraction(1)
STRICT = Rules()
HALVING = Rules(accents="half")
BLIND = Rules(accents="ignore")
TOLERANT = Rules(typos="tolerate")
EXACTING = Rules(case="require", punctuation="require")

# close to each other, so that answers meet; with signs that are written in several ways
ALPHABET = "aeéÉèeoœŒ’'«»\" -–—.!?;*\\\u0301\u00a0\u202f\u200b1"
near = st.text(ALPHABET, max_size=14)
rules = st.builds(
    Rules,
    case=st.sampled_from(["ignore", "require"]),
    accents=st.sampled_from(["require", "half", "ignore"]),
    accent_fraction=st.fractions(0, 1, max_denominator=6),
    typos=st.sampled_from(["no", "tolerate"]),
    typo_fraction=st.fractions(0, 1, max_denominator=6),
    punctuation=st.sampled_from(["ignore", "require"]),
)
accepted = st.lists(
    st.builds(Accepted, near, st.fractions(0, 1, max_denominator=4), st.sampled_from(["", "Oui.", "Bien."])),
    max_size=4,
)
rejected = st.lists(st.builds(Rejected, near, st.just("Non.")), max_size=2)


def found(typed: str, *right: str, rules: Rules = STRICT, wrong: str = "") -> tuple[Fraction, str]:
    """Fraction and reason."""
    match = compare(typed, [Accepted(text) for text in right], [Rejected(wrong)] if wrong else [], rules)
    return match.fraction, match.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’été", "l'e\u0301te\u0301"),
        ("cœur", "coeur"),
        ("Où\u202f?", "où?"),
        ("porte–manteau", "porte-manteau"),
    ],
)
def test_the_same_text_however_it_is_typed(one: str, other: str) -> None:
    """The first four of the reference's computed checks, with the strict rules."""
    assert found(one, other) == found(other, one) == (ALL, "match")


@pytest.mark.parametrize(
    ("typed", "right", "rules", "fraction", "reason"),
    [
        ("ou", "où", STRICT, NONE, "accent_error"),
        ("ou", "où", BLIND, ALL, "match"),
        ("a part", "apart", STRICT, NONE, "no_match"),
        ("a part", "apart", BLIND, NONE, "no_match"),
        ("l'ete", "l’été", HALVING, HALF, "accent_error"),
        ("poissonn", "poisson", TOLERANT, HALF, "typo"),
        ("poissonn", "poisson", STRICT, NONE, "no_match"),
    ],
)
def test_what_the_author_decides(
    typed: str, right: str, rules: Rules, fraction: Fraction, reason: str
) -> None:
    """The rest of the computed checks, but for the rejected word."""
    assert found(typed, right, rules=rules) == (fraction, reason)


def test_a_rejected_word_is_no_typing_error() -> None:
    wrong = [Rejected("poison", "Un poison n’est pas un poisson.")]
    match = compare("Poison.", [Accepted("poisson")], wrong, TOLERANT)
    assert match == Match(NONE, Reason.REJECTED, None, "Un poison n’est pas un poisson.")
    assert compare("poisson", [Accepted("poisson")], wrong, TOLERANT).fraction == 1


def test_rejected_words_keep_their_accents_and_heed_the_case_rule() -> None:
    assert found("ou", "où", wrong="ou", rules=BLIND) == (NONE, "rejected")
    assert found("où", "où", wrong="ou", rules=BLIND) == (ALL, "match")
    assert found("poisson", "Poisson", wrong="poisson", rules=EXACTING) == (NONE, "rejected")
    assert found("Poisson", "Poisson", wrong="poisson", rules=EXACTING) == (ALL, "match")
    assert found("poisson", "poisson", wrong="poi*") == (ALL, "match")


@pytest.mark.parametrize(
    ("text", "folding"),
    [
        ("e\u0301te\u0301", "été"),
        ("x²", "x²"),
        ("½", "½"),
        ("’‘ʼ´′`", "''''''"),
        ("“a” „b“", '"a" "b"'),
        ("« mot »", '"mot"'),
        ("«\u00a0mot\u202f»", '"mot"'),
        ("»Wort« und »Satz«", '"Wort" und "Satz"'),
        ("‐‑–—−", "-----"),
        (" a \u00a0\u202f\t\n b ", "a b"),
        ("mo\u200bt\ufeff\u00ad", "mot"),
        ("Quoi ? Rien ; si : oui !", "Quoi? Rien; si: oui!"),
        ("œuf, ex æquo", "oeuf, ex aequo"),
        ("Œuf ŒUF OEuf", "Oeuf OEUF Oeuf"),
        ("ǽ œ\u0301", "aé oé"),
        ("c’est…", "c'est..."),
        ("C++ ; #1", "C++; #1"),
        ("\u200b \u00a0", ""),
    ],
)
def test_what_never_matters(text: str, folding: str) -> None:
    assert folded_always(text) == folding


@pytest.mark.parametrize(
    ("typed", "right", "rules", "same"),
    [
        ("PARIS", "Paris", STRICT, True),
        ("PARIS", "Paris", EXACTING, False),
        ("STRASSE", "Straße", STRICT, True),
        ("ŒUF", "œuf", STRICT, True),
        ("OEuf", "Œuf", EXACTING, True),
        ("oeuf", "Œuf", EXACTING, False),
        ("Paris.", "Paris", STRICT, True),
        ("Paris", "Paris !", STRICT, True),
        ("Paris…", "Paris", STRICT, True),
        ("Paris.", "Paris", EXACTING, False),
        ("?", "!", STRICT, False),
        ("?", "?", STRICT, True),
        ("x2", "x²", STRICT, False),
        ("lodz", "Łódź", BLIND, True),
        ("niño", "nino", BLIND, True),
        ("शाम", "शम", BLIND, False),
        ("か", "が", BLIND, False),
    ],
)
def test_case_final_signs_and_accents(typed: str, right: str, rules: Rules, same: bool) -> None:
    assert (found(typed, right, rules=rules)[0] == 1) is same
    assert (folded(typed, rules) == folded(right, rules)) is same


@pytest.mark.parametrize(
    ("typed", "right", "fraction"),
    [
        ("mt", "mot", NONE),
        ("mout", "mot", NONE),
        ("fluve", "fleuve", HALF),
        ("fluev", "fleuve", NONE),
        ("felvue", "fleuve", NONE),
        ("lfeuve", "fleuve", HALF),
        ("montange", "montagne", HALF),
        ("montanges", "montagne", NONE),
        ("photosintese", "photosynthèse", NONE),
        ("photosynthesse", "photosynthèse", NONE),
        ("photosinthèsse", "photosynthèse", HALF),
        ("elevee", "élève", NONE),
        ("en 1798", "en 1789", NONE),
        ("un 1789", "en 1789", NONE),
        ("annee 1789", "année 1789", NONE),
        ("aneée 1789", "année 1789", HALF),
        ("1789", "1790", NONE),
    ],
)
def test_typing_errors(typed: str, right: str, fraction: Fraction) -> None:
    """None up to three letters, one up to nine, two above; accents and digits are never typing errors."""
    assert found(typed, right, rules=TOLERANT)[0] == fraction


def test_a_typing_error_never_makes_up_for_a_missing_accent() -> None:
    rules = Rules(accents="half", accent_fraction=Fraction(1, 4), typos="tolerate")
    assert found("eleve", "élève", rules=rules) == (Fraction(1, 4), "accent_error")
    assert found("elevee", "élève", rules=rules) == (Fraction(1, 4), "typo")
    assert found("élèvee", "élève", rules=rules) == (HALF, "typo")
    assert found("elevee", "élève", rules=TOLERANT) == (NONE, "accent_error")
    assert found("elevee", "élève", rules=Rules(accents="ignore", typos="tolerate")) == (HALF, "typo")


@pytest.mark.parametrize(
    ("typed", "right", "same"),
    [
        ("la Loire", "*Loire", True),
        ("Loire", "*Loire", True),
        ("la Loire-Atlantique", "*Loire", False),
        ("le grand chat noir", "le*chat*", True),
        ("le chat", "le*chat*", True),
        ("lechat", "le*chat*", True),
        ("la chat", "le*chat*", False),
        ("aba", "ab*ba", False),
        ("abba", "ab*ba", True),
        ("a*b", r"a\*b", True),
        ("axb", r"a\*b", False),
        ("n’importe quoi", "*", True),
        ("abcabc", "a**b*c", True),
        ("ab", "a***b", True),
        ("ac", "a*b*c", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        (r"a\b", r"a\b", True),
        ("Il fait beau !", "*beau.", True),
    ],
)
def test_stars_stand_for_any_characters(typed: str, right: str, same: bool) -> None:
    assert found(typed, right) == ((ALL, "match") if same else (NONE, "no_match"))


def test_stars_and_accents() -> None:
    assert found("un eleve", "*élève", rules=HALVING) == (HALF, "accent_error")
    assert found("un eleve", "*élève", rules=BLIND) == (ALL, "match")
    assert found("un élèv", "*élève", rules=TOLERANT) == (NONE, "no_match")


@pytest.mark.parametrize("typed", ["", " ", "\u00a0\u202f", "\u200b", "\n"])
def test_nothing_is_unanswered(typed: str) -> None:
    assert compare(typed, [Accepted("*"), Accepted("")]) == Match(NONE, Reason.UNANSWERED)


def test_an_empty_text_accepts_nothing() -> None:
    for rules in (STRICT, BLIND, TOLERANT):
        assert found("a", "", rules=rules) == (NONE, "no_match")
        assert found("\u0301", "", rules=rules) == (NONE, "no_match")


def test_the_best_of_the_accepted_answers_counts() -> None:
    right = [Accepted("le chat", HALF, "Lequel ?"), Accepted("le chat noir", ALL, "Oui.")]
    for order in permutations(right):
        assert compare("le chat noir", order) == Match(ALL, Reason.MATCH, "le chat noir", "Oui.")
        assert compare("le chat", order) == Match(HALF, Reason.MATCH, "le chat", "Lequel ?")
        assert compare("le chatt noir", order, rules=TOLERANT).accepted == "le chat noir"


def test_half_of_a_half_is_a_quarter() -> None:
    assert compare("ete", [Accepted("été", HALF)], rules=HALVING).fraction == Fraction(1, 4)


def test_a_listed_answer_may_be_worth_nothing() -> None:
    """As authors who come from Moodle write: a star at the end, with words for all other answers."""
    answers = [Accepted("*", NONE, "Relis la page 12."), Accepted("élève", ALL, "Oui.")]
    assert compare("chat", answers) == Match(NONE, Reason.NO_MATCH, "*", "Relis la page 12.")
    assert compare("eleve", answers) == Match(NONE, Reason.ACCENT_ERROR, "élève")
    assert compare("élève", answers).fraction == 1


def test_what_each_accepted_text_is_worth_alone() -> None:
    answers = [Accepted("Seine"), Accepted("Loire"), Accepted("Rhône")]
    assert [match and match.fraction for match in matches("rhone", answers, HALVING)] == [None, None, HALF]
    assert matches(" ", [Accepted("*"), Accepted("")], BLIND) == [None, None]


def test_rules_are_read_from_what_is_stored() -> None:
    assert Rules.of({}) == Rules()
    stored = {
        "case": "require",
        "accents": "half",
        "accent_fraction": "1/4",
        "typos": "tolerate",
        "mode": "x",
    }
    assert Rules.of(stored) == Rules("require", "half", Fraction(1, 4), "tolerate")


@given(st.one_of(st.text(), near))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = folded_always(text)
    assert folded_always(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert folded_always(unicodedata.normalize("NFD", text)) == once


@given(near, near, rules)
def test_folding_is_symmetric(one: str, other: str, rules: Rules) -> None:
    assume(folded_always(one) and folded_always(other))
    there = found(one, literal(other), rules=rules)[1] == "match"
    back = found(other, literal(one), rules=rules)[1] == "match"
    assert there == back == (folded(one, rules) == folded(other, rules))


@given(st.one_of(st.text(max_size=20), near), rules)
def test_what_was_typed_can_be_accepted(text: str, rules: Rules) -> None:
    """As "accept this answer" does with what stands in the list of wrong ones."""
    assume(folded_always(text))
    assert found(text, literal(text), rules=rules) == (ALL, "match")


@given(st.one_of(st.text(), near), accepted, rejected, rules)
def test_any_text_has_a_fraction_and_a_reason(
    typed: str, right: list[Accepted], wrong: list[Rejected], rules: Rules
) -> None:
    match = compare(typed, right, wrong, rules)
    assert 0 <= match.fraction <= 1
    assert isinstance(match.fraction, Fraction)
    assert match.accepted is None or match.accepted in {answer.text for answer in right}
    if match.reason in {Reason.REJECTED, Reason.NO_MATCH, Reason.UNANSWERED}:
        assert match.fraction == 0
    for order in permutations(right):
        assert compare(typed, order, wrong, rules) == match


@given(near, accepted, accepted, rejected, rules)
def test_accepting_more_never_lowers(
    typed: str, right: list[Accepted], more: list[Accepted], wrong: list[Rejected], rules: Rules
) -> None:
    before = compare(typed, right, wrong, rules).fraction
    assert compare(typed, right + more, wrong, rules).fraction >= before


def alignment(one: str, other: str) -> int:
    """The whole table of the optimal string alignment distance, as textbooks have it."""
    table = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 < j and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(st.text("abc", max_size=9), st.text("abc", max_size=9), st.integers(0, 3))
def test_edits_are_counted_as_in_the_whole_table(one: str, other: str, limit: int) -> None:
    assert edits(one, other, limit) == min(alignment(one, other), limit + 1)


@given(
    st.text("abc", min_size=1, max_size=30),
    st.lists(st.tuples(st.sampled_from(["put", "drop", "change", "swap"]), st.integers(0, 29)), max_size=3),
    st.integers(0, 3),
)
def test_few_slips_in_a_long_text_are_found(text: str, slips: list[tuple[str, int]], limit: int) -> None:
    other = text
    for slip, at in slips:
        before, after = other[:at], other[at:]
        other = {
            "put": f"{before}c{after}",
            "drop": before + after[1:],
            "change": f"{before}a{after[1:]}",
            "swap": before + after[1:2] + after[:1] + after[2:],
        }[slip]
    assert edits(text, other, limit) == min(alignment(text, other), limit + 1)


def slips(text: str) -> str:
    """The text with two letters changed, each time others."""
    letters = list(text)
    for _ in range(2):
        letters[random.randrange(len(letters))] = random.choice("abcù’ ")
    return "".join(letters)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("é" * MAX_TEXT, "é" * MAX_TEXT),
        ("e" * MAX_TEXT, "é" * MAX_TEXT),
        ("ab’" * 166, "b’a" * 166),
        ("a" * MAX_TEXT, "*" + "a*b" * 160),
        ("a" * MAX_TEXT, "*" + "a" * 250 + "b*"),
        ("« " * 250, "« " * 250),
        ("* " * 250, r"\* " * 160),
    ],
)
def test_fifty_long_answers_take_less_than_five_milliseconds(typed: str, right: str) -> None:
    answers = [Accepted(slips(right)) for _ in range(50)]
    wrong = [Rejected(slips(typed)) for _ in range(50)]
    rules = Rules(accents="half", typos="tolerate")
    times = []
    for _ in range(10):
        started = time.process_time()
        compare(typed, answers, wrong, rules)
        times.append(time.process_time() - started)
    measured = 5 if sys.gettrace() else 1
    assert min(times) < 0.005 * measured
    assert times[0] < 0.05 * measured, "the first time, nothing is folded yet"
