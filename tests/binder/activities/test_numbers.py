"""Numbers as pupils type them: every example of the reference, what is refused, and how near is near enough."""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binder.activities.numbers import (
    MAX_LENGTH,
    MESSAGES,
    NumberError,
    Reading,
    Tolerance,
    ToleranceKind,
    Unit,
    accepts,
    decimal_comma,
    echo,
    find_unit,
    read,
    unit_key,
    written,
)

F = Fraction
ABS, REL, RANGE, DECIMALS, SIGFIGS = ToleranceKind
NB, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"

FRENCH = [
    ("3145", F(3145), ""),
    ("3 145", F(3145), ""),
    (f"3{NB}145", F(3145), ""),
    (f"3{NARROW}145,5", F(6291, 2), ""),
    ("3,145", F("3.145"), ""),
    ("3.145", F("3.145"), ""),
    ("12 345 678", F(12345678), ""),
    ("3,141 592 6", F("3.1415926"), ""),
    ("-3,5", F("-3.5"), ""),
    ("+3,5", F("3.5"), ""),
    (f"{MINUS}3,5", F("-3.5"), ""),
    (f"{MINUS} 3,5", F("-3.5"), ""),
    ("\u20133", F(-3), ""),
    (",5", F("0.5"), ""),
    (".5", F("0.5"), ""),
    ("007", F(7), ""),
    ("1,5e12", F("1.5e12"), ""),
    ("1,5E12", F("1.5e12"), ""),
    ("1,5e+12", F("1.5e12"), ""),
    ("1,5e-3", F("0.0015"), ""),
    (f"1,5e{MINUS}3", F("0.0015"), ""),
    ("6,02×10^23", F("6.02e23"), ""),
    ("6,02 × 10^23", F("6.02e23"), ""),
    ("6,02x10^23", F("6.02e23"), ""),
    ("6,02*10^23", F("6.02e23"), ""),
    ("6,02·10^23", F("6.02e23"), ""),
    ("6,02×10²³", F("6.02e23"), ""),
    ("1,6×10⁻¹⁹ C", F("1.6e-19"), "C"),
    ("5×10^(-3)", F("0.005"), ""),
    ("10^-3", F("0.001"), ""),
    ("-10^3", F(-1000), ""),
    ("10³", F(1000), ""),
    ("10 km", F(10), "km"),
    ("3/4", F(3, 4), ""),
    ("-3/4", F(-3, 4), ""),
    ("3 / 4", F(3, 4), ""),
    ("3\u20444", F(3, 4), ""),
    ("1 000/3", F(1000, 3), ""),
    ("½", F(1, 2), ""),
    ("¼", F(1, 4), ""),
    ("¾", F(3, 4), ""),
    ("⅓", F(1, 3), ""),
    ("2½", F(5, 2), ""),
    ("-2 ½ kg", F(-5, 2), "kg"),
    ("12 kg", F(12), "kg"),
    ("12kg", F(12), "kg"),
    ("12,5 km/h", F("12.5"), "km/h"),
    ("9,81 m·s⁻²", F("9.81"), "m·s⁻²"),
    ("9,81 m.s^-2", F("9.81"), "m.s^-2"),
    ("25 m²", F(25), "m²"),
    ("25 m2", F(25), "m2"),
    ("25%", F(25), "%"),
    ("20 °C", F(20), "°C"),
    ("3 €", F(3), "€"),
    ("1,5 eV", F("1.5"), "eV"),
    ("5e", F(5), "e"),
    ("3x", F(3), "x"),
    ("2 xyz", F(2), "xyz"),
    ("1e5m", F(100000), "m"),
    ("3/4 h", F(3, 4), "h"),
    (f"  12{NB}000  ", F(12000), ""),
    ("3\u200b5", F(35), ""),
]
ENGLISH = [
    ("3,145", F(3145), ""),
    ("3.145", F("3.145"), ""),
    ("1,234,567.89", F("1234567.89"), ""),
    ("1234.5", F("1234.5"), ""),
    ("12 345.5", F("12345.5"), ""),
    ("-1,000 m", F(-1000), "m"),
    ("3/4", F(3, 4), ""),
    ("2e3", F(2000), ""),
    (".5", F("0.5"), ""),
]
REFUSED = [
    ("1.234,5", "fr", "comma"),
    ("1,2,3", "fr", "comma"),
    ("1.2.3", "fr", "comma"),
    ("1,234.5", "fr", "comma"),
    ("12 34", "fr", "groups"),
    ("1 23,4", "fr", "groups"),
    ("1234 567", "fr", "groups"),
    ("0 123", "fr", "groups"),
    ("3, 5", "fr", "groups"),
    ("3 ,5", "fr", "groups"),
    ("3,14 15", "fr", "groups"),
    ("1 234 5", "fr", "groups"),
    ("5,", "fr", "incomplete"),
    ("5.", "en", "incomplete"),
    (",", "fr", "incomplete"),
    ("", "fr", "empty"),
    ("  ", "fr", "empty"),
    ("-", "fr", "unreadable"),
    ("douze", "fr", "unreadable"),
    ("--3", "fr", "unreadable"),
    ("٣", "fr", "unreadable"),
    ("x=3", "fr", "unreadable"),
    ("5²", "fr", "power"),
    ("2^3", "fr", "power"),
    ("3×10", "fr", "power"),
    ("3x10", "fr", "power"),
    ("3.10^5", "fr", "power"),
    ("3×10^", "fr", "power"),
    ("10^", "fr", "power"),
    ("3/4e2", "fr", "power"),
    ("3/4×10^2", "fr", "power"),
    ("1e100", "fr", "exponent"),
    ("1e999999", "fr", "exponent"),
    ("10^999", "fr", "exponent"),
    ("10e99", "fr", "exponent"),
    ("0,1e-99", "fr", "exponent"),
    ("1×10⁹⁹⁹", "fr", "exponent"),
    ("10**10**10", "fr", "power"),
    ("10^10^10", "fr", "power"),
    ("3/0", "fr", "zero"),
    ("1/2/3", "fr", "bar"),
    ("1,5/2", "fr", "bar"),
    ("3/", "fr", "bar"),
    ("3/-4", "fr", "bar"),
    ("1 1/2", "fr", "mixed"),
    ("1,5½", "fr", "mixed"),
    ("3 ou 4", "fr", "unit"),
    ("3 h 20", "fr", "unit"),
    ("3=3", "fr", "unit"),
    ("3<b>", "fr", "unit"),
    ("9" * 41, "fr", "digits"),
    ("9" * 61, "fr", "too-long"),
    ("9" * 9999, "fr", "too-long"),
    ("1,5", "en", "english-comma"),
    ("1,23", "en", "english-comma"),
    ("0,123", "en", "english-comma"),
    ("1,2,3", "en", "english-comma"),
    ("1,234 567", "en", "english-comma"),
    ("1.234,5", "en", "point"),
    ("1.2.3", "en", "point"),
]


def number(text: str, lang: str = "fr") -> Fraction:
    return read(text, lang).value


@pytest.mark.parametrize(("text", "value", "unit"), FRENCH, ids=[line[0] for line in FRENCH])
def test_a_number_is_read_as_french_writes_it(text: str, value: Fraction, unit: str) -> None:
    reading = read(text, "fr")
    assert (reading.value, reading.unit) == (value, unit)


@pytest.mark.parametrize(("text", "value", "unit"), ENGLISH, ids=[line[0] for line in ENGLISH])
def test_a_number_is_read_as_english_writes_it(text: str, value: Fraction, unit: str) -> None:
    reading = read(text, "en-GB")
    assert (reading.value, reading.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "lang", "code"), REFUSED, ids=[f"{line[0][:12]} {line[1]}" for line in REFUSED]
)
def test_what_is_no_number_is_told_and_never_marked(text: str, lang: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        read(text, lang)
    assert caught.value.code == code
    assert caught.value.message == MESSAGES[code]


def test_every_message_is_met() -> None:
    assert set(MESSAGES) == {code for _, _, code in REFUSED}


@pytest.mark.parametrize(
    ("lang", "comma"),
    [("fr", True), ("fr-CA", True), ("de", True), ("es", True), ("pt_BR", True), ("xx", True), ("", True)]
    + [("en", False), ("en-US", False), ("EN", False), ("zh-Hant-TW", False), ("ja", False), ("es-MX", False)]
    + [("de-CH", False), ("de-Latn-CH", False), ("es-ES", True)],
)
def test_the_language_says_what_comma_and_point_mean(lang: str, comma: bool) -> None:
    assert decimal_comma(lang) is comma


def test_nothing_is_lost_in_binary_fractions() -> None:
    assert number("0,1") + number("0,2") == number("0,3")


@pytest.mark.parametrize(
    ("text", "decimals", "significant", "fraction"),
    [
        ("3,10", 2, 3, False),
        ("0,0120", 4, 3, False),
        ("1500", 0, 4, False),
        ("3,14×10^2", 0, 3, False),
        ("3,14e-2", 4, 3, False),
        ("0", 0, 1, False),
        ("0,00", 2, 2, False),
        ("3/4", 0, 0, True),
        ("½", 0, 0, True),
    ],
)
def test_digits_are_counted_as_typed(text: str, decimals: int, significant: int, fraction: bool) -> None:
    reading = read(text, "fr")
    assert (reading.decimals, reading.significant, reading.fraction) == (decimals, significant, fraction)


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [
        ("3145", "fr", f"3{NARROW}145"),
        ("3,145", "fr", "3,145"),
        ("3,145", "en", "3,145"),
        ("3145", "en", "3,145"),
        ("3,10", "fr", "3,10"),
        ("-0,5kg", "fr", f"{MINUS}0,5{NB}kg"),
        ("6/8", "fr", "3/4"),
        ("-1/3", "fr", f"{MINUS}1/3"),
        ("6,02e23", "fr", f"6,02{NB}×{NB}10²³"),
        ("1e-30", "en", f"1{NB}×{NB}10⁻³⁰"),
        ("1e6", "fr", f"1{NARROW}000{NARROW}000"),
        ("0,00", "fr", "0,00"),
        ("1234567,25", "fr", f"1{NARROW}234{NARROW}567,25"),
    ],
)
def test_what_was_read_is_told(text: str, lang: str, said: str) -> None:
    assert echo(read(text, lang), lang) == said


@given(
    digits=st.integers(-(10**30), 10**30),
    places=st.integers(-30, 30),
    lang=st.sampled_from(["fr", "en", "de"]),
)
def test_what_is_written_is_read_again(digits: int, places: int, lang: str) -> None:
    value = Fraction(digits) * Fraction(10) ** places
    assert number(written(value, lang), lang) == value


@given(above=st.integers(-(10**18), 10**18), below=st.integers(1, 10**18), lang=st.sampled_from(["fr", "en"]))
def test_a_fraction_is_read_again(above: int, below: int, lang: str) -> None:
    value = Fraction(above, below)
    text = written(value, lang)
    if len(text) <= MAX_LENGTH:
        assert number(text, lang) == value


@given(
    text=st.text(alphabet=" 0123456789.,+-eE×x*10^/½m²%°\u202f\u2212<", max_size=70) | st.text(max_size=70)
)
def test_whatever_is_typed_is_a_number_or_a_message(text: str) -> None:
    for lang in ("fr", "en"):
        try:
            reading = read(text, lang)
        except NumberError:
            continue
        assert read(written(reading.value, lang), lang).value == reading.value
        assert echo(reading, lang)


LIMIT = 0.005 if sys.gettrace() is None else 0.05


@pytest.mark.parametrize(
    "bomb",
    [
        "1e999999",
        "10**10**10",
        "10^10^10",
        "9" * 9999,
        "9" * 10**6,
        "1/2" * 20,
        "/".join("1" * 30),
        "1e99" * 15,
    ]
    + [
        " ".join("1" * 30),
        "1" * 40 + "e99",
        "1," * 30,
        "½" * 60,
        "9" * 20 + "/" + "7" * 20,
        "a" * 60,
        "1" + " a" * 29,
    ]
    + ["1" + "²" * 59, "1 " + "m" * 58, "(" * 60],
)
def test_a_bomb_does_not_burn(bomb: str) -> None:
    begun = time.process_time()
    for lang in ("fr", "en"):
        try:
            echo(read(bomb, lang), lang)
        except NumberError:
            continue
    assert time.process_time() - begun < LIMIT


NEAR = [
    ("3,15", "3.14", Tolerance(ABS, F("0.01")), True),
    ("3,13", "3.14", Tolerance(ABS, F("0.01")), True),
    ("3,151", "3.14", Tolerance(ABS, F("0.01")), False),
    ("157/50", "3.14", Tolerance(), True),
    ("105", "100", Tolerance(REL, F("0.05")), True),
    ("95", "100", Tolerance(REL, F("0.05")), True),
    ("-105", "-100", Tolerance(REL, F("0.05")), True),
    ("105,01", "100", Tolerance(REL, F("0.05")), False),
    ("0", "0", Tolerance(REL, F("0.05")), True),
    ("0,001", "0", Tolerance(REL, F("0.05")), False),
    ("2", "0", Tolerance(RANGE, low=F(2), high=F(3)), True),
    ("3", "0", Tolerance(RANGE, low=F(2), high=F(3)), True),
    ("2", "0", Tolerance(RANGE, low=F(2), high=F(3), open_low=True), False),
    ("3", "0", Tolerance(RANGE, low=F(2), high=F(3), open_high=True), False),
    ("2,5", "0", Tolerance(RANGE, low=F(2), high=F(3), open_low=True, open_high=True), True),
    ("3,14", "3.14159", Tolerance(DECIMALS, digits=2), True),
    ("3,140", "3.14159", Tolerance(DECIMALS, digits=2), False),
    ("3,1", "3.14159", Tolerance(DECIMALS, digits=2), False),
    ("3,15", "3.14159", Tolerance(DECIMALS, digits=2), False),
    ("2,35", "2.345", Tolerance(DECIMALS, digits=2), True),
    ("-2,35", "-2.345", Tolerance(DECIMALS, digits=2), True),
    ("2,50", "2.5", Tolerance(DECIMALS, digits=2), True),
    ("5/2", "2.5", Tolerance(DECIMALS, digits=0), False),
    ("3", "2.5", Tolerance(DECIMALS, digits=0), True),
    ("3,14", "3.14159", Tolerance(SIGFIGS, digits=3), True),
    ("3,14e0", "3.14159", Tolerance(SIGFIGS, digits=3), True),
    ("6,02e23", "602214000000000000000000", Tolerance(SIGFIGS, digits=3), True),
    ("6,022e23", "602214000000000000000000", Tolerance(SIGFIGS, digits=3), False),
    ("0,0012", "0.001234", Tolerance(SIGFIGS, digits=2), True),
    ("0,00120", "0.001234", Tolerance(SIGFIGS, digits=2), False),
    ("10", "9.96", Tolerance(SIGFIGS, digits=2), True),
    ("0,0", "0", Tolerance(SIGFIGS, digits=1), True),
]


@pytest.mark.parametrize(("typed", "right", "tolerance", "near"), NEAR)
def test_how_near_is_near_enough(typed: str, right: str, tolerance: Tolerance, near: bool) -> None:
    assert accepts(read(typed, "fr"), Fraction(right), tolerance) is near


decimals = st.integers(-(10**9), 10**9).map(lambda number: Fraction(number, 1000))


@given(right=decimals, away=decimals, width=decimals.map(abs), kind=st.sampled_from([ABS, REL]))
def test_a_tolerance_is_the_same_on_both_sides(
    right: Fraction, away: Fraction, width: Fraction, kind: ToleranceKind
) -> None:
    tolerance = Tolerance(kind, width)
    assert accepts(Reading(right + away), right, tolerance) == accepts(
        Reading(right - away), right, tolerance
    )


@given(right=decimals, typed=decimals, widths=st.lists(decimals.map(abs), min_size=2, max_size=5))
def test_a_wider_tolerance_never_lowers(right: Fraction, typed: Fraction, widths: list[Fraction]) -> None:
    for kind in (ABS, REL):
        near = [accepts(Reading(typed), right, Tolerance(kind, width)) for width in sorted(widths)]
        assert all(narrow <= wide for narrow, wide in pairwise(near))
    near = [
        accepts(Reading(typed), right, Tolerance(RANGE, low=right - width, high=right + width))
        for width in sorted(widths)
    ]
    assert all(narrow <= wide for narrow, wide in pairwise(near))


@given(right=decimals, digits=st.integers(0, 5))
def test_a_rounded_number_is_near_enough_as_typed(right: Fraction, digits: int) -> None:
    scaled = int(abs(right) * 10**digits + Fraction(1, 2))
    rounded = Fraction(scaled, 10**digits) * (-1 if right < 0 else 1)
    reading = read(written(rounded, "fr", decimals=digits), "fr")
    assert reading.decimals == digits
    assert accepts(reading, right, Tolerance(DECIMALS, digits=digits))
    assert abs(rounded - right) <= Fraction(1, 2 * 10**digits)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": F(-1)},
        {"kind": RANGE, "low": F(3), "high": F(2)},
        {"kind": RANGE, "low": F(2), "high": F(2), "open_low": True},
        {"kind": DECIMALS, "digits": 16},
        {"kind": DECIMALS, "digits": -1},
        {"kind": SIGFIGS, "digits": 0},
    ],
)
def test_a_tolerance_that_nobody_can_meet_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="toleran|range|digits"):
        Tolerance(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("m²", "m^2", True), ("m2", "m²", True), ("km/h", "km / h", True), ("m·s⁻¹", "m.s^-1", True)]
    + [("µm", "μm", True), ("Ω", "\u2126", True), ("mW", "MW", False), ("m", "cm", False)],
)
def test_a_unit_may_be_written_in_several_ways(one: str, other: str, same: bool) -> None:
    assert (unit_key(one) == unit_key(other)) is same


def test_a_unit_turns_a_number_into_that_of_the_key() -> None:
    units = [Unit("m"), Unit("cm", F(1, 100)), Unit("km", F(1000))]
    for typed, near in (("1,5 m", True), ("150cm", True), ("0,0015 km", True), ("1,5 km", False)):
        reading = read(typed, "fr")
        unit = find_unit(reading.unit, units)
        assert unit is not None
        assert accepts(reading, F("1.5"), Tolerance(), multiplier=unit.multiplier) is near
    assert find_unit("mm", units) is None
    centimetres = read("153,4 cm", "fr")
    assert accepts(centimetres, F("1.53367"), Tolerance(DECIMALS, digits=1), multiplier=F(1, 100))
    assert accepts(centimetres, F("1.53367"), Tolerance(SIGFIGS, digits=4), multiplier=F(1, 100))
