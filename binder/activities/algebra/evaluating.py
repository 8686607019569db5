"""The value of an expression at a point: exact where it can be, else a float that knows how wrong it may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from binder.activities.algebra.tree import (
    Absolute,
    Constant,
    Function,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Variable,
)

__all__ = ["Approximate", "Undefined", "Unknown", "Value", "evaluate", "product", "rough"]

MAX_BITS = 1024
"""Beyond this a number is no longer kept exactly."""
EPSILON = 2.0**-51
HUGE, TINY = 1e150, 1e-300


class Undefined(Exception):
    """The expression has no value at this point: a division by 0, a root of a negative number."""


class Unknown(Exception):
    """It may have one, which is too large, too small or too uncertain to be told."""


@dataclass(frozen=True)
class Approximate:
    """A float whose true value is at most `error` away."""

    value: float
    error: float


Value = Fraction | Approximate


def evaluate(node: Node, point: Mapping[str, Fraction]) -> Value:
    """What an expression is at a point.

    :param point: variable → its value.
    :raises Undefined: where it has no value.
    :raises Unknown: where it cannot be told.
    """
    try:
        return _evaluated(node, point)
    except (OverflowError, ZeroDivisionError):
        raise Unknown from None


def _evaluated(node: Node, point: Mapping[str, Fraction]) -> Value:
    match node:
        case Number(value):
            return _kept(value)
        case Variable(name):
            return point[name]
        case Constant(name):
            constant = math.pi if name == "pi" else math.e
            return Approximate(constant, constant * EPSILON)
        case Negative(operand):
            return _negative(_evaluated(operand, point))
        case Sum(terms):
            total: Value = Fraction(0)
            for term in terms:
                total = _sum(total, _evaluated(term, point))
            return total
        case Product(factors):
            made: Value = Fraction(1)
            for factor in factors:
                made = product(made, _evaluated(factor, point))
            return made
        case Quotient(above, below):
            return product(_evaluated(above, point), _inverse(_evaluated(below, point)))
        case Power(base, exponent):
            return _power(_evaluated(base, point), _evaluated(exponent, point))
        case Root(radicand, index):
            return _root(_evaluated(radicand, point), index)
        case Absolute(operand):
            inner = _evaluated(operand, point)
            return abs(inner) if isinstance(inner, Fraction) else Approximate(abs(inner.value), inner.error)
        case Function(name, argument):
            return _function(name, _evaluated(argument, point))
    raise Unknown


def _kept(value: Fraction) -> Value:
    """An exact number, unless it has grown too long."""
    if value.numerator.bit_length() + value.denominator.bit_length() <= MAX_BITS:
        return value
    return rough(value)


def rough(value: Value) -> Approximate:
    """A value as a float.

    :raises Unknown: where it is too large.
    """
    if isinstance(value, Approximate):
        return value
    number = float(value)
    return _made(number, abs(number) * EPSILON)


def _made(value: float, error: float) -> Approximate:
    """What is lost by rounding is added; what has become too large or no number is given up."""
    error += abs(value) * EPSILON + TINY
    if not abs(value) < HUGE or not error < HUGE:
        raise Unknown
    return Approximate(value, error)


def _negative(value: Value) -> Value:
    return -value if isinstance(value, Fraction) else Approximate(-value.value, value.error)


def _sum(one: Value, other: Value) -> Value:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return _kept(one + other)
    a, b = rough(one), rough(other)
    return _made(a.value + b.value, a.error + b.error)


def product(one: Value, other: Value) -> Value:
    """Two values multiplied."""
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return _kept(one * other)
    if one == 0 or other == 0:
        return Fraction(0)
    a, b = rough(one), rough(other)
    return _made(a.value * b.value, abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error)


def _inverse(value: Value) -> Value:
    if isinstance(value, Fraction):
        if not value:
            raise Undefined
        return 1 / value
    if abs(value.value) <= 4 * value.error:
        raise Unknown
    return _made(1 / value.value, 1.5 * value.error / value.value**2)


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return _whole_power(base, exponent.numerator)
    if isinstance(base, Fraction) and base <= 0:
        if base < 0 or rough(exponent).value <= 0:
            raise Undefined
        return Fraction(0)
    if base == 1:
        return Fraction(1)
    a, b = rough(base), rough(exponent)
    if abs(a.value) <= 4 * a.error:
        raise Unknown
    if a.value < 0:
        raise Undefined
    logarithm = product(_logarithm(a), b)
    return _exponential(rough(logarithm))


def _whole_power(base: Value, exponent: int) -> Value:
    if exponent < 0:
        base, exponent = _inverse(base), -exponent
    if isinstance(base, Fraction):
        if not base and not exponent:
            raise Undefined
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        if base.numerator in (0, 1, -1) and base.denominator == 1:
            return base ** (exponent % 2 + 2)
        if bits * exponent <= MAX_BITS:
            return base**exponent
    if exponent == 0:
        return Fraction(1)
    a = rough(base)
    value = a.value**exponent
    return _made(
        value, 2 * exponent * (abs(a.value) + a.error) ** (exponent - 1) * a.error + abs(value) * EPSILON
    )


def _root(value: Value, index: int) -> Value:
    if isinstance(value, Fraction):
        if value < 0 and index % 2 == 0:
            raise Undefined
        exact = _exact_root(abs(value), index)
        if exact is not None:
            return exact if value >= 0 else -exact
    a = rough(value)
    if abs(a.value) <= 4 * a.error:
        raise Unknown
    if a.value < 0 and index % 2 == 0:
        raise Undefined
    root = math.copysign(math.sqrt(abs(a.value)) if index == 2 else abs(a.value) ** (1 / index), a.value)
    return _made(root, abs(root) * (2 * a.error / abs(a.value) / index + 4 * EPSILON))


def _exact_root(value: Fraction, index: int) -> Fraction | None:
    parts = []
    for number in (value.numerator, value.denominator):
        near = math.isqrt(number) if index == 2 else round(number ** (1 / index))
        if near**index != number:
            return None
        parts.append(near)
    return Fraction(*parts)


def _logarithm(a: Approximate) -> Approximate:
    return _made(math.log(a.value), 2 * a.error / a.value + EPSILON)


def _exponential(a: Approximate) -> Approximate:
    if a.value > 300 or a.error > 1:
        raise Unknown
    value = math.exp(a.value)
    return _made(value, value * (2 * a.error + 2 * EPSILON))


def _function(name: str, value: Value) -> Value:
    if name in ("ln", "log"):
        return _log_of(name, value)
    if value == 0:
        return Fraction(1) if name in ("cos", "exp") else Fraction(0)
    a = rough(value)
    if name == "exp":
        return _exponential(a)
    if a.error > 1e-6:
        raise Unknown
    sine, cosine = math.sin(a.value), math.cos(a.value)
    if name == "tan":
        return product(_made(sine, a.error + EPSILON), _inverse(_made(cosine, a.error + EPSILON)))
    return _made(sine if name == "sin" else cosine, a.error + EPSILON)


def _log_of(name: str, value: Value) -> Value:
    if value == 1:
        return Fraction(0)
    if isinstance(value, Fraction) and value <= 0:
        raise Undefined
    a = rough(value)
    if abs(a.value) <= 4 * a.error:
        raise Unknown
    if a.value < 0:
        raise Undefined
    natural = _logarithm(a)
    return natural if name == "ln" else product(natural, _inverse(_logarithm(Approximate(10.0, 0.0))))
