"""How near a number must come to what is right, in which units."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from binder.activities.numbers.reading import MINUS, RAISED, Reading

__all__ = ["Tolerance", "ToleranceKind", "Unit", "accepts", "find_unit", "unit_key"]

UNIT_SIGNS = str.maketrans(
    {**dict.fromkeys("^ ()"), **dict.fromkeys("·⋅*", "."), "μ": "µ", "Ω": "Ω", "⁻": "-"}
)


class ToleranceKind(StrEnum):
    """How near an answer must come."""

    ABS = "abs"
    REL = "rel"
    RANGE = "range"
    DECIMALS = "decimals"
    SIGFIGS = "sigfigs"


@dataclass(frozen=True)
class Tolerance:
    """`value` is for `abs` and `rel`, `digits` for `decimals` and `sigfigs`, `low` to `high` for `range`.

    :raises ValueError: for what cannot be meant.
    """

    kind: ToleranceKind = ToleranceKind.ABS
    value: Fraction = Fraction(0)
    digits: int = 0
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    open_low: bool = False
    open_high: bool = False

    def __post_init__(self) -> None:
        """Refuse what no answer could meet."""
        empty = self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))
        if self.value < 0:
            raise ValueError("a tolerance is not negative")
        if self.kind is ToleranceKind.RANGE and empty:
            raise ValueError("the range is empty")
        if not (1 if self.kind is ToleranceKind.SIGFIGS else 0) <= self.digits <= 15:
            raise ValueError("digits from 0 to 15, significant figures from 1")


@dataclass(frozen=True)
class Unit:
    """A unit that is accepted; `multiplier` turns a number in it into one in the unit of the key."""

    unit: str
    multiplier: Fraction = Fraction(1)


def unit_key(unit: str) -> str:
    """What two ways to write a unit have in common: m² and m^2, km/h and km / h; capitals count (mW, MW)."""
    return (
        unicodedata.normalize("NFC", unit)
        .translate(UNIT_SIGNS)
        .translate(RAISED)
        .translate(MINUS)
        .replace(" ", "")
    )


def find_unit(typed: str, units: Sequence[Unit]) -> Unit | None:
    """Which of the accepted units was typed."""
    return next((unit for unit in units if unit_key(unit.unit) == unit_key(typed)), None)


def accepts(
    reading: Reading, target: Fraction, tolerance: Tolerance, *, multiplier: Fraction = Fraction(1)
) -> bool:
    """Whether a number is near enough; digits are counted in the unit that was typed.

    :param multiplier: of the typed unit.
    """
    value, kind = reading.value * multiplier, tolerance.kind
    if kind is ToleranceKind.ABS:
        return abs(value - target) <= tolerance.value
    if kind is ToleranceKind.REL:
        return abs(value - target) <= tolerance.value * abs(target)
    if kind is ToleranceKind.RANGE:
        above = value > tolerance.low if tolerance.open_low else value >= tolerance.low
        below = value < tolerance.high if tolerance.open_high else value <= tolerance.high
        return above and below
    wanted = target / multiplier
    if kind is ToleranceKind.DECIMALS:
        typed, places = reading.decimals, tolerance.digits
    else:
        typed, places = reading.significant, tolerance.digits - 1 - _magnitude(wanted)
    exact = reading.value == _rounded(wanted, places)
    return exact and typed == tolerance.digits and not reading.fraction


def _magnitude(value: Fraction) -> int:
    """The power of ten of the first digit; 0 for zero."""
    value = abs(value)
    if not value:
        return 0
    power = len(str(value.numerator)) - len(str(value.denominator))
    return power if value >= Fraction(10) ** power else power - 1


def _rounded(value: Fraction, places: int) -> Fraction:
    """Rounded as at school: halves away from zero."""
    scaled = abs(value) * Fraction(10) ** places
    whole = Fraction(int(scaled + Fraction(1, 2))) / Fraction(10) ** places
    return -whole if value < 0 else whole
