"""Why an expression is refused, and what to write instead."""

from __future__ import annotations

from binder.activities.algebra.tokens import Token
from binder.activities.algebra.tree import MAX_EXPONENT, AlgebraError

__all__ = ["ambiguous", "misplaced", "missing", "too_high"]

AMBIGUOUS = {
    "divided": "write brackets: 1/(2x) or (1/2)x",
    "root": "write brackets around what is under the root: √(2x) or √(2)x",
    "power": "write brackets around the exponent: e^(2x) or (e^2)x",
    "function": "write brackets around what the function is of: sin(x)",
}


def ambiguous(what: str, token: Token) -> AlgebraError:
    """What could mean two things."""
    return AlgebraError("ambiguous", AMBIGUOUS[what], token.at)


def misplaced(token: Token) -> AlgebraError:
    """What cannot stand where it does."""
    return AlgebraError("misplaced", f"{token.shown} stands in a wrong place", token.at)


def missing(owner: Token) -> AlgebraError:
    """What is not all there."""
    return AlgebraError("missing", f"something is missing after {owner.shown}", owner.at)


def too_high(token: Token) -> AlgebraError:
    """An exponent, or the index of a root, that is not computed."""
    return AlgebraError("exponent", f"an exponent is at the most {MAX_EXPONENT}", token.at)
