"""Expressions as trees: what each node holds, how large a tree may grow, which error says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "MAX_NODES",
    "Absolute",
    "AlgebraError",
    "Constant",
    "Equation",
    "Function",
    "Negative",
    "Node",
    "Number",
    "Power",
    "Product",
    "Quotient",
    "Root",
    "Sum",
    "Variable",
    "children",
    "walk",
]

MAX_LENGTH, MAX_DEPTH, MAX_NODES = 200, 40, 200
MAX_EXPONENT = 99
"""A whole number that stands as an exponent lies between this and its negative."""
FUNCTIONS = ("sin", "cos", "tan", "exp", "ln", "log")
"""Angles are radians, `log` is the decimal logarithm, as French schools write it."""


class AlgebraError(ValueError):
    """Why something typed is no expression: `code` for machines, `message` for people, in English.

    :param position: where, counted in characters from 0.
    """

    def __init__(self, code: str, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.position = code, message, position


@dataclass(frozen=True)
class Number:
    """A number without a sign whose decimals end."""

    value: Fraction


@dataclass(frozen=True)
class Variable:
    """A letter that was declared."""

    name: str


@dataclass(frozen=True)
class Constant:
    """`pi` or `e`."""

    name: str


@dataclass(frozen=True)
class Sum:
    """Two or more terms; what is subtracted is `Negative`."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Negative:
    """The opposite."""

    operand: Node


@dataclass(frozen=True)
class Product:
    """Two or more factors, with or without a sign between them."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Quotient:
    """A fraction or a division."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Power:
    """A base with its exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Root:
    """A root; the square root where `index` is 2."""

    radicand: Node
    index: int = 2


@dataclass(frozen=True)
class Absolute:
    """An absolute value."""

    operand: Node


@dataclass(frozen=True)
class Function:
    """One of `FUNCTIONS` of something."""

    name: str
    argument: Node


@dataclass(frozen=True)
class Equation:
    """Two sides; only ever the whole tree."""

    left: Node
    right: Node


Node = (
    Number
    | Variable
    | Constant
    | Sum
    | Negative
    | Product
    | Quotient
    | Power
    | Root
    | Absolute
    | Function
    | Equation
)


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in order."""
    match node:
        case Sum(parts) | Product(parts):
            return parts
        case Negative(part) | Absolute(part) | Root(part, _) | Function(_, part):
            return (part,)
        case Quotient(first, second) | Power(first, second) | Equation(first, second):
            return (first, second)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(children(one))
