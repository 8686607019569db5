"""How an answer is to be written: as an irreducible fraction, factored, or expanded and reduced."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction

from binder.activities.algebra.comparing import variables
from binder.activities.algebra.sorting import normal
from binder.activities.algebra.tree import (
    Equation,
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
    walk,
)

__all__ = ["Form", "has_form"]

Quadratic = tuple[Fraction, Fraction, Fraction]


class Form(StrEnum):
    """What is asked of the way an answer is written."""

    NONE = "none"
    IRREDUCIBLE = "irreducible"
    FACTORED = "factored"
    EXPANDED = "expanded"


def has_form(node: Node, form: Form) -> bool:
    """Whether an expression is written as asked; of an equation, whether both sides are."""
    if isinstance(node, Equation):
        return has_form(node.left, form) and has_form(node.right, form)
    checks = {Form.IRREDUCIBLE: _irreducible, Form.FACTORED: _factored, Form.EXPANDED: _expanded}
    return form is Form.NONE or checks[form](normal(node))


def _irreducible(node: Node) -> bool:
    """No fraction can be shortened by a whole number, and what has no letters is a whole number or one fraction."""
    if not variables(node):
        inner = node.operand if isinstance(node, Negative) else node
        single = isinstance(inner, Number | Quotient) or any(
            isinstance(p, Root | Function) for p in walk(inner)
        )
        if not single:
            return False
    return all(
        part.value.denominator == 1 if isinstance(part, Number) else _shortest(part)
        for part in walk(node)
        if isinstance(part, Number | Quotient)
    )


def _shortest(fraction: Quotient) -> bool:
    nested = any(
        isinstance(part, Quotient) for side in (fraction.above, fraction.below) for part in walk(side)
    )
    below = _content(fraction.below)
    is_one = fraction.below == Number(Fraction(1))
    return not nested and not is_one and below > 0 and math.gcd(_content(fraction.above), below) == 1


def _content(node: Node) -> int:
    """The largest whole number that visibly divides an expression; negative where a sign stands before it."""
    match node:
        case Number(value):
            return int(value) if value.denominator == 1 else 1
        case Negative(operand):
            return -_content(operand)
        case Product(factors):
            return math.prod(_content(factor) for factor in factors)
        case Sum(terms):
            return math.gcd(*(_content(term) for term in terms))
        case Power(Number(base), Number(exponent)) if base.denominator == exponent.denominator == 1:
            return int(base) if exponent > 0 else 1
    return 1


def _factors(node: Node) -> Iterator[Node]:
    """What is multiplied, through signs, powers and divisions by a number."""
    match node:
        case Negative(inner) | Power(inner, _) | Quotient(inner, Number()):
            yield from _factors(inner)
        case Product(factors):
            for factor in factors:
                yield from _factors(factor)
        case _:
            yield node


def _factored(node: Node) -> bool:
    """A product whose sums have no common factor left that is a number, a letter or a root of degree two."""
    sums = [part for part in _factors(node) if isinstance(part, Sum)]
    return all(_expanded(part) and not _divisible(part) and _irreducible_quadratic(part) for part in sums)


def _divisible(node: Sum) -> bool:
    """Whether a number or a letter stands in every term."""
    if abs(_content(node)) > 1:
        return True
    shared = [{part for part in _factors(term) if isinstance(part, Variable)} for term in node.terms]
    return bool(set.intersection(*shared))


def _irreducible_quadratic(node: Sum) -> bool:
    """Whether a sum is no polynomial of degree two in one letter with rational roots, as far as is seen."""
    names = variables(node)
    found = _quadratic(node) if len(names) == 1 else None
    if found is None or not found[2]:
        return len(names) != 2 or not _difference_of_squares(node)
    discriminant = found[1] ** 2 - 4 * found[0] * found[2]
    return discriminant < 0 or not _square(discriminant)


def _square(value: Fraction) -> bool:
    return all(math.isqrt(part) ** 2 == part for part in (value.numerator, value.denominator))


def _difference_of_squares(node: Sum) -> bool:
    """Whether a sum is a² − b²."""
    if len(node.terms) != 2 or sum(isinstance(term, Negative) for term in node.terms) != 1:
        return False
    terms = [term.operand if isinstance(term, Negative) else term for term in node.terms]
    return all(_is_square(term) for term in terms)


def _is_square(node: Node) -> bool:
    match node:
        case Number(value):
            return _square(value)
        case Power(_, Number(exponent)):
            return exponent.denominator == 1 and exponent % 2 == 0
        case Product(factors):
            return all(_is_square(factor) for factor in factors)
    return False


def _quadratic(node: Node) -> Quadratic | None:
    """Coefficients of a polynomial of degree two at the most, the constant first; None if it is none."""
    match node:
        case Number(value):
            return value, Fraction(0), Fraction(0)
        case Variable(_):
            return Fraction(0), Fraction(1), Fraction(0)
        case Negative(inner):
            found = _quadratic(inner)
            return found and (-found[0], -found[1], -found[2])
        case Sum(terms):
            parts = [_quadratic(term) for term in terms]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return tuple(sum(column, Fraction(0)) for column in zip(*known, strict=True))  # type: ignore[return-value]
        case Product(factors):
            return _multiplied([_quadratic(factor) for factor in factors])
        case Power(base, Number(exponent)) if exponent in (1, 2):
            return _multiplied([_quadratic(base)] * int(exponent))
        case Quotient(above, Number(below)) if below:
            found = _quadratic(above)
            return found and (found[0] / below, found[1] / below, found[2] / below)
    return None


def _multiplied(parts: list[Quadratic | None]) -> Quadratic | None:
    made = (Fraction(1), Fraction(0), Fraction(0))
    for part in parts:
        if part is None or made[1] * part[2] or made[2] * part[1] or made[2] * part[2]:
            return None
        made = (
            made[0] * part[0],
            made[0] * part[1] + made[1] * part[0],
            made[0] * part[2] + made[1] * part[1] + made[2] * part[0],
        )
    return made


def _expanded(node: Node) -> bool:
    """A sum of monomials, each with one coefficient, no two alike."""
    terms = node.terms if isinstance(node, Sum) else (node,)
    seen: set[tuple[tuple[str, str], ...]] = set()
    for term in terms:
        monomial = _monomial(term.operand if isinstance(term, Negative) else term)
        if monomial is None or monomial in seen:
            return False
        seen.add(monomial)
    return True


def _monomial(node: Node) -> tuple[tuple[str, str], ...] | None:
    """What is multiplied, without the coefficient, with its exponents; None if it could be multiplied out or merged."""
    if isinstance(node, Quotient) and isinstance(node.below, Number) and not isinstance(node.above, Number):
        return None if _has_coefficient(node.above) and not _shortest(node) else _monomial(node.above)
    factors = node.factors if isinstance(node, Product) else (node,)
    powers: dict[str, str] = {}
    coefficients = 0
    for factor in factors:
        base, exponent = (
            (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, Number(Fraction(1)))
        )
        if isinstance(base, Sum | Product | Negative) and (isinstance(exponent, Number) or factor is base):
            return None
        if isinstance(base, Number) or (isinstance(base, Quotient) and not variables(base)):
            coefficients += 1
        elif repr(base) in powers:
            return None
        else:
            powers[repr(base)] = repr(exponent)
    return None if coefficients > 1 else tuple(sorted(powers.items()))


def _has_coefficient(node: Node) -> bool:
    return any(isinstance(part, Number) for part in (node.factors if isinstance(node, Product) else (node,)))
