"""Expressions read from left to right, once; whatever could mean two things is refused, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from functools import lru_cache

from binder.activities.algebra.refusals import ambiguous, misplaced, missing, too_high
from binder.activities.algebra.tokens import Token, tokens
from binder.activities.algebra.tree import (
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_LENGTH,
    MAX_NODES,
    Absolute,
    AlgebraError,
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
    walk,
)

__all__ = ["parse"]

SIGNS = {"+", "-"}
LETTERS = {"variable", "constant"}
BEGINS = LETTERS | {"function", "frac", "√", "(", "{"}
"""What may stand right behind a factor, and is multiplied by it."""
CLOSING = {"(": ")", "{": "}", "|": "|"}
ENDLESS = {"root": BEGINS - {"√", "function", "frac"}, "power": LETTERS, "function": {"(", "{"}}
"""Behind what has no clear end → what would leave open where it ends."""


def parse(text: str, variables: Collection[str] | None = None, *, equation: bool = False) -> Node:
    """An expression as a keyboard or LaTeX has it.

    :param variables: letters that may occur; None lets any single letter be one.
    :param equation: whether it must have two sides.
    :raises AlgebraError: where it cannot be read, saying why and where.
    """
    if len(text) > 2 * MAX_LENGTH:
        text = text.strip()[: MAX_LENGTH + 1]
    return _parsed(text, None if variables is None else frozenset(variables), equation)


@lru_cache(maxsize=512)
def _parsed(text: str, variables: frozenset[str] | None, equation: bool) -> Node:  # noqa: FBT001 - a key of the cache
    parser = _Parser(tokens(text, variables))
    node = parser.whole(equation=equation)
    if sum(1 for _ in walk(node)) > MAX_NODES:
        raise AlgebraError("too-large", "this expression has too many parts")
    return node


class _Parser:
    """One expression. Methods leave `at` behind what they have read."""

    def __init__(self, parts: list[Token]) -> None:
        self.parts = parts
        self.at = self.depth = self.bars = 0
        self.bare = ""
        """What the last factor is, if it has no brackets and so no clear end: `root`, `function` or `power`."""
        self.latex = any(part.shown.startswith("\\") or part.kind == "{" for part in parts)

    @property
    def peek(self) -> Token:
        return self.parts[self.at]

    def next(self) -> Token:
        self.at += 1
        return self.parts[self.at - 1]

    def whole(self, *, equation: bool) -> Node:
        if self.peek.kind == "end":
            raise AlgebraError("empty", "write an expression")
        node = self._sum()
        if self.peek.kind == "=" and equation:
            self.next()
            node = Equation(node, self._sum())
        elif equation:
            raise AlgebraError("equation", "write an equation, with =", self.peek.at)
        end = self.peek
        if end.kind == "=":
            raise AlgebraError("equation", "write an expression, without =", end.at)
        if end.kind in (")", "}", "|"):
            raise AlgebraError("closes-nothing", f"{end.shown} closes nothing", end.at)
        if end.kind != "end":
            raise misplaced(end)
        return node

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise AlgebraError("too-deep", f"nested deeper than {MAX_DEPTH} levels", self.peek.at)

    def _sum(self) -> Node:
        self._deeper()
        terms = [self._signed(self._term)]
        while self.peek.kind in SIGNS:
            minus = self.next().kind == "-"
            term = self._signed(self._term)
            terms.append(Negative(term) if minus else term)
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _sign(self) -> bool:
        return self.peek.kind in SIGNS and self.next().kind == "-"

    def _signed(self, read: Callable[[], Node]) -> Node:
        minus = self._sign()
        node = read()
        return Negative(node) if minus else node

    def _term(self) -> Node:
        factors = [self._factor()]
        divided = False
        while True:
            token = self.peek
            if token.kind in ("*", "/"):
                if token.kind == "/" and self.bare == "function":
                    raise ambiguous("function", token)
                self.next()
                factor = self._signed(self._factor)
                divided = token.kind == "/"
                factors = [Quotient(_product(factors), factor)] if divided else [*factors, factor]
            elif token.kind in BEGINS or (token.kind == "|" and not self.bars):
                self._check_side_by_side(token, divided=divided)
                factors.append(self._factor())
            elif token.kind == "number":
                raise AlgebraError("no-sign", f"a sign is missing before {token.shown}", token.at)
            else:
                return _product(factors)

    def _check_side_by_side(self, token: Token, *, divided: bool) -> None:
        if divided:
            raise ambiguous("divided", token)
        if self.bare and (token.kind in ENDLESS[self.bare] or token.kind == "|"):
            raise ambiguous(self.bare, token)

    def _factor(self) -> Node:
        token = self.peek
        base = self._atom()
        mark = self.peek
        if mark.kind not in ("^", "raised"):
            return base
        if self.bare:
            raise ambiguous(self.bare, mark)
        exponent, grouped = self._exponent()
        if self.peek.kind in ("^", "raised"):
            raise ambiguous("power", self.peek)
        letter = token.kind == "variable" and isinstance(exponent, Number)
        self.bare = "" if grouped or letter or token.kind in ("(", "{", "|") else "power"
        return _power(base, exponent, mark)

    def _exponent(self) -> tuple[Node, bool]:
        """What stands raised, and whether its end is clear."""
        mark = self.next()
        if mark.kind == "raised":
            sign, digits = mark.text.startswith("-"), mark.text.lstrip("+-")
            node: Node = Number(Fraction(digits)) if digits != "n" else Variable("n")
            return (Negative(node) if sign else node), True
        if self.peek.kind in ("(", "{"):
            return self._group(), True
        minus = self._sign()
        token = self.peek
        if token.kind in ("end", "^", "raised"):
            raise missing(mark)
        if self.latex and token.kind == "number" and len(token.text) > 1:
            raise ambiguous("power", token)
        node = self._atom()
        return (Negative(node) if minus else node), False

    def _atom(self) -> Node:
        self.bare = ""
        token = self.peek
        if token.kind in ("(", "{"):
            return self._group()
        if token.kind in ("end", ")", "}", "*", "/", "+", "-", "^", "=", "raised"):
            raise missing(self.parts[self.at - 1]) if self.at else misplaced(token)
        if token.kind == "|":
            return Absolute(self._bracketed())
        self.next()
        if token.kind == "number":
            return Number(Fraction(token.text))
        if token.kind == "variable":
            return Variable(token.text)
        if token.kind == "constant":
            return Constant(token.text)
        if token.kind == "√":
            return self._root(token)
        if token.kind == "frac":
            return self._fraction(token)
        return self._function(token)

    def _group(self) -> Node:
        bars, self.bars = self.bars, 0
        node = self._bracketed()
        self.bars, self.bare = bars, ""
        return node

    def _bracketed(self) -> Node:
        """What stands between two brackets or bars."""
        opening = self.next()
        closing = CLOSING[opening.kind]
        self.bars += opening.kind == "|"
        node = self._sum()
        if self.peek.kind != closing:
            if self.peek.kind in ("end", ")", "}", "|"):
                raise AlgebraError("not-closed", f"{opening.shown} is not closed", opening.at)
            raise misplaced(self.peek)
        self.next()
        self.bars -= opening.kind == "|"
        self.bare = ""
        return node

    def _root(self, owner: Token) -> Node:
        index = 2
        if owner.shown.startswith("\\") and self.peek.shown == "[":
            self.next()
            number = self.next()
            if number.kind != "number" or not number.text.isdigit() or self.next().shown != "]":
                raise misplaced(number)
            index = int(number.text) if len(number.text) < 3 else 0
            if index < 2:
                raise too_high(number)
        if self.peek.kind in ("(", "{", "|"):
            return Root(self._atom(), index)
        self._deeper()
        node = Root(self._atom(), index)
        self.depth -= 1
        self.bare = "root"
        return node

    def _fraction(self, owner: Token) -> Node:
        above = self._braced(owner)
        below = self._braced(owner)
        self.bare = ""
        return Quotient(above, below)

    def _braced(self, owner: Token) -> Node:
        r"""An argument of a command; `\frac12` has two."""
        token = self.peek
        if token.kind == "{":
            return self._group()
        if token.kind == "number" and len(token.text) <= 2 and token.text == token.shown:
            if len(token.text) == 2:
                self.parts[self.at] = Token("number", token.text[1], token.at + 1, token.text[1])
            else:
                self.next()
            return Number(Fraction(token.text[0]))
        if token.kind in LETTERS:
            return self._atom()
        raise missing(owner)

    def _function(self, owner: Token) -> Node:
        self._deeper()
        mark = self.peek
        exponent = self._exponent()[0] if mark.kind in ("^", "raised") else None
        if exponent is not None and not isinstance(exponent, Number):
            raise ambiguous("function", mark)
        if self.peek.kind in ("(", "{", "|"):
            argument, bare = self._atom(), ""
        else:
            argument, bare = self._bare_argument(owner), "function"
        made: Node = Absolute(argument) if owner.text == "abs" else Function(owner.text, argument)
        self.depth -= 1
        self.bare = bare
        return made if exponent is None else _power(made, exponent, mark)

    def _bare_argument(self, owner: Token) -> Node:
        """What a function without brackets is of: `sin 2x` is that of 2x."""
        if self.peek.kind not in LETTERS | {"number", "√", "frac"}:
            raise missing(owner)
        factors = [self._atom()]
        while self.peek.kind in LETTERS | {"√", "frac"}:
            self._check_side_by_side(self.peek, divided=False)
            factors.append(self._atom())
        return _product(factors)


def _product(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _power(base: Node, exponent: Node, mark: Token) -> Node:
    value = exponent.operand if isinstance(exponent, Negative) else exponent
    if isinstance(value, Number) and value.value > MAX_EXPONENT:
        raise too_high(mark)
    return Power(base, exponent)
