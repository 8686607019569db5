"""Trees written as LaTeX, which `binder.maths` makes a formula of, and as a line that can be typed again."""

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
    Variable,
)
from binder.activities.numbers import decimal_comma

__all__ = ["decimal", "latex"]

GREEK = dict(
    zip(
        "αβγδΔεθλμρστφωΩ",
        "alpha beta gamma delta Delta varepsilon theta lambda mu rho sigma tau varphi omega Omega".split(),
        strict=True,
    )
)


def decimal(value: Fraction, mark: str = ".") -> str:
    """A positive number with all its decimals."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(value * 10**places).rjust(places + 1, "0")
    return f"{digits[:-places]}{mark}{digits[-places:]}" if places else digits


def latex(node: Node, lang: str = "fr") -> str:
    """LaTeX that `parse` reads as the same tree, up to nested sums and products.

    :param lang: of the question; it says how decimals are written.
    """
    mark = "{,}" if decimal_comma(lang) else "."
    return _written(node, mark)


def _written(node: Node, mark: str) -> str:
    match node:
        case Number(value):
            return decimal(value, mark)
        case Variable(name):
            letter, _, index = name.partition("_")
            letter = f"\\{GREEK[letter]}" if letter in GREEK else letter
            return f"{letter}_{{{index}}}" if index else letter
        case Constant(name):
            return "\\pi" if name == "pi" else "e"
        case Sum(terms):
            return _sum(terms, mark)
        case Negative(operand):
            return "-" + _bracketed(operand, mark, Sum, Negative)
        case Product(factors):
            return _product(factors, mark)
        case Quotient(above, below):
            return f"\\frac{{{_written(above, mark)}}}{{{_written(below, mark)}}}"
        case Power(base, exponent):
            simple = isinstance(base, Number | Variable | Constant)
            return (
                f"{_written(base, mark) if simple else _brackets(base, mark)}^{{{_written(exponent, mark)}}}"
            )
        case Root(radicand, index):
            return f"\\sqrt{f'[{index}]' if index != 2 else ''}{{{_written(radicand, mark)}}}"
        case Absolute(operand):
            return f"\\left|{_written(operand, mark)}\\right|"
        case Function(name, argument):
            return f"\\{name}{_brackets(argument, mark)}"
        case Equation(left, right):
            return f"{_written(left, mark)}={_written(right, mark)}"


def _brackets(node: Node, mark: str) -> str:
    return f"\\left({_written(node, mark)}\\right)"


def _bracketed(node: Node, mark: str, *kinds: type) -> str:
    return _brackets(node, mark) if isinstance(node, kinds) else _written(node, mark)


def _sum(terms: tuple[Node, ...], mark: str) -> str:
    made = ""
    for number, term in enumerate(terms):
        if isinstance(term, Negative):
            made += "-" + _bracketed(term.operand, mark, Sum, Negative)
        else:
            made += ("+" if number else "") + _bracketed(term, mark, Sum)
    return made


def _product(factors: tuple[Node, ...], mark: str) -> str:
    """With a sign where two factors side by side would be read as something else."""
    made = ""
    for number, factor in enumerate(factors):
        text = _bracketed(factor, mark, Sum, Negative, Product)
        before = factors[number - 1] if number else None
        if before is not None:
            begins = text[0].isdigit() or isinstance(factor, Quotient) and isinstance(before, Number)
            made += "\\times " if begins or isinstance(factor, Absolute) else " "
        made += text
    return made
