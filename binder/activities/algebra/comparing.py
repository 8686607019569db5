"""Whether two expressions are worth the same: at points of the domain that a seed chooses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from binder.activities.algebra.evaluating import (
    Approximate,
    Undefined,
    Unknown,
    Value,
    evaluate,
    product,
    rough,
)
from binder.activities.algebra.sorting import normal
from binder.activities.algebra.tree import Equation, Negative, Node, Sum, Variable, walk

__all__ = ["Range", "Samples", "equivalent", "same_form", "variables"]

POINTS, NEEDED, TRIED = 8, 5, 24
CERTAIN = 1e-9
"""How far apart two floats may be, beside 1, and still be told equal; what is exact must be equal exactly."""
DENOMINATORS = (7, 11, 13)


@dataclass(frozen=True)
class Range:
    """What a variable may be."""

    low: Fraction = Fraction(-3)
    high: Fraction = Fraction(3)
    whole: bool = False
    """Whole numbers only."""


ANYWHERE = Range()


def variables(node: Node) -> set[str]:
    """The letters that occur."""
    return {part.name for part in walk(node) if isinstance(part, Variable)}


def same_form(one: Node, other: Node, *, exact: bool = False) -> bool:
    """Whether two expressions are written alike, but for the order of terms and factors.

    :param exact: a factor 1, a term 0 and two signs count, too.
    """
    return normal(one, loose=not exact) == normal(other, loose=not exact)


class Samples:
    """An expression at points of a domain: each is computed when it is first asked for, and once.

    :param names: all letters that may occur, in those that are compared, too.
    :param seed: chooses the points.
    """

    def __init__(self, node: Node, names: Iterable[str], domain: Mapping[str, Range], seed: str) -> None:
        self.is_equation = isinstance(node, Equation)
        self.node = Sum((node.left, Negative(node.right))) if isinstance(node, Equation) else node
        self.names, self.domain, self.seed = sorted(names), domain, seed
        self.letters = variables(node)
        self.known: list[Value | type[Exception]] = []

    def __getitem__(self, number: int) -> Value | type[Exception]:
        while len(self.known) <= number:
            place = f"{self.seed}/{len(self.known)}"
            point = {name: _within(self.domain.get(name, ANYWHERE), f"{place}/{name}") for name in self.names}
            self.known.append(_value(self.node, point))
        return self.known[number]

    def equal(self, other: Samples) -> bool | None:
        """See `equivalent`; both have the same letters, domain and seed."""
        if self.is_equation != other.is_equation:
            return False
        found: list[tuple[Value, Value]] = []
        lonely = [0, 0]
        alone = not self.letters | other.letters
        for number in range(1 if alone else TRIED):
            first, second = self[number], other[number]
            if isinstance(first, Fraction | Approximate) and isinstance(second, Fraction | Approximate):
                close = self.is_equation or _close(first, second)
                if close is False:
                    return False
                found += [(first, second)] if close else []
            elif Unknown not in (first, second):
                lonely[0] += second is Undefined and first is not Undefined
                lonely[1] += first is Undefined and second is not Undefined
            if len(found) == POINTS:
                break
        if not found and max(lonely) >= (1 if alone else POINTS):
            return False
        if len(found) < (1 if alone else NEEDED):
            return None
        return _proportional(found) if self.is_equation else True


def equivalent(one: Node, other: Node, domain: Mapping[str, Range], seed: str) -> bool | None:
    """Whether two expressions are equal wherever both are defined, as far as points can tell; None if they cannot.

    Rational numbers are compared exactly, others as floats with a bound of their error. Two equations are equivalent
    if one is the other times a number. An expression that is nowhere defined where the other is, is not equivalent.
    """
    names = variables(one) | variables(other)
    return Samples(one, names, domain, seed).equal(Samples(other, names, domain, seed))


@lru_cache(maxsize=2048)
def _within(bounds: Range, seed: str) -> Fraction:
    """A number of a range, with a small denominator where there is one."""
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    below = 1 if bounds.whole else DENOMINATORS[drawn % 3]
    low, high = -(-bounds.low * below // 1), bounds.high * below // 1
    if low <= high:
        return Fraction(int(low) + drawn // 3 % (int(high - low) + 1), below)
    return bounds.low + (bounds.high - bounds.low) * Fraction(drawn % 97, 97)


def _value(node: Node, point: Mapping[str, Fraction]) -> Value | type[Exception]:
    try:
        return evaluate(node, point)
    except Undefined:
        return Undefined
    except Unknown:
        return Unknown


def _close(one: Value, other: Value) -> bool | None:
    """Whether two values are equal; None where their errors are too large to tell."""
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one == other
    try:
        a, b = rough(one), rough(other)
    except (Unknown, OverflowError):
        return None
    error = 4 * (a.error + b.error)
    if abs(a.value - b.value) > error:
        return False
    return True if error <= CERTAIN * max(1.0, abs(a.value)) else None


def _proportional(found: list[tuple[Value, Value]]) -> bool | None:
    """Whether all pairs have one quotient."""
    first, second = found[0]
    if _close(first, Fraction(0)) is not _close(second, Fraction(0)):
        return False
    sure: bool | None = True
    for one, other in found[1:]:
        try:
            close = _close(product(one, second), product(other, first))
        except (Unknown, OverflowError):
            return None
        if close is False:
            return False
        sure = sure and close
    return sure
