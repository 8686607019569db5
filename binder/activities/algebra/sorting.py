"""Trees in an order of their own, so that a + b and b + a are the same."""

from __future__ import annotations

from fractions import Fraction

from binder.activities.algebra.tree import (
    Absolute,
    Constant,
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
)

__all__ = ["normal"]

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def normal(node: Node, *, loose: bool = False) -> Node:
    """The tree with terms, factors and sides of an equation sorted, brackets that change nothing gone, exp as a power.

    :param loose: also without what changes nothing: a term 0, a factor or exponent 1, a sign before a sign.
    """
    return _sorted(node, loose=loose)[0]


def _sorted(node: Node, *, loose: bool) -> tuple[Node, str]:
    """The tree, and a text by which it is compared."""
    match node:
        case Sum(terms):
            return _sum(terms, loose=loose)
        case Product(factors):
            return _product(factors, loose=loose)
        case Negative(operand):
            inner, key = _sorted(operand, loose=loose)
            return _negative(inner, key) if loose else (Negative(inner), f"-({key})")
        case Quotient(above, below):
            return _quotient(_sorted(above, loose=loose), _sorted(below, loose=loose), loose=loose)
        case Power(base, exponent):
            return _power(_sorted(base, loose=loose), _sorted(exponent, loose=loose), loose=loose)
        case Function("exp", argument):
            return _power((Constant("e"), repr(Constant("e"))), _sorted(argument, loose=loose), loose=loose)
        case Function(name, argument):
            inner, key = _sorted(argument, loose=loose)
            return Function(name, inner), f"{name}({key})"
        case Root(radicand, index):
            inner, key = _sorted(radicand, loose=loose)
            return Root(inner, index), f"root{index}({key})"
        case Absolute(operand):
            inner, key = _sorted(operand, loose=loose)
            return Absolute(inner), f"|({key})"
        case Equation(left, right):
            sides = sorted((_sorted(left, loose=loose), _sorted(right, loose=loose)), key=_key)
            return Equation(sides[0][0], sides[1][0]), f"{sides[0][1]}={sides[1][1]}"
    return node, repr(node)


def _key(part: tuple[Node, str]) -> str:
    return part[1]


def _negative(inner: Node, key: str) -> tuple[Node, str]:
    if isinstance(inner, Negative):
        return inner.operand, key[2:-1]
    return (ZERO, repr(ZERO)) if inner == ZERO else (Negative(inner), f"-({key})")


def _sum(terms: tuple[Node, ...], *, loose: bool) -> tuple[Node, str]:
    parts: list[tuple[Node, str]] = []
    for term in terms:
        made = _sorted(term, loose=loose)
        if isinstance(made[0], Sum):
            parts.extend(_sorted(inner, loose=loose) for inner in made[0].terms)
        elif not (loose and made[0] == ZERO):
            parts.append(made)
    if len(parts) < 2:
        return parts[0] if parts else (ZERO, repr(ZERO))
    parts.sort(key=_key)
    return Sum(tuple(part for part, _ in parts)), "+".join(key for _, key in parts).join("()")


def _product(factors: tuple[Node, ...], *, loose: bool) -> tuple[Node, str]:
    parts: list[tuple[Node, str]] = []
    minus: list[int] = []
    for factor in factors:
        made = _sorted(factor, loose=loose)
        inner = made[0].factors if isinstance(made[0], Product) else ()
        parts.extend([_sorted(one, loose=loose) for one in inner] or [made])
    minus = [number for number, (part, _) in enumerate(parts) if isinstance(part, Negative)]
    pulled = loose or len(minus) == 1
    if pulled:
        for number in minus:
            part, key = parts[number]
            parts[number] = (part.operand if isinstance(part, Negative) else part, key[2:-1])
    if loose:
        parts = [part for part in parts if part[0] != ONE] or [(ONE, repr(ONE))]
    parts.sort(key=_key)
    made = parts[0]
    if len(parts) > 1:
        made = Product(tuple(part for part, _ in parts)), "*".join(key for _, key in parts).join("()")
    return _negative(*made) if pulled and len(minus) % 2 else made


def _quotient(above: tuple[Node, str], below: tuple[Node, str], *, loose: bool) -> tuple[Node, str]:
    minus = False
    if isinstance(above[0], Negative):
        above, minus = (above[0].operand, above[1][2:-1]), True
    if loose and isinstance(below[0], Negative):
        below, minus = (below[0].operand, below[1][2:-1]), not minus
    made: tuple[Node, str] = (Quotient(above[0], below[0]), f"({above[1]}/{below[1]})")
    if loose and below[0] == ONE:
        made = above
    return _negative(*made) if minus else made


def _power(base: tuple[Node, str], exponent: tuple[Node, str], *, loose: bool) -> tuple[Node, str]:
    if loose and exponent[0] == ONE:
        return base
    return Power(base[0], exponent[0]), f"({base[1]}^{exponent[1]})"
