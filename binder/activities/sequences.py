"""How near a sequence comes to the right one.

A sequence is given by ranks: each item's place in the right order, the same for items that may stand in either order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

__all__ = ["SEQUENCE_MODES", "longest_run"]

Measure = Callable[[Sequence[int], Sequence[int]], Fraction]
"""(ranks in the right order, ranks as answered) → fraction, before it is cut to [0, 1]."""


def _exact(right: Sequence[int], answered: Sequence[int]) -> Fraction:
    return Fraction(int(list(right) == list(answered)))


def _position(right: Sequence[int], answered: Sequence[int]) -> Fraction:
    hits = sum(one == other for one, other in zip(right, answered, strict=False))
    return Fraction(hits, len(right))


def _adjacent(right: Sequence[int], answered: Sequence[int]) -> Fraction:
    ranks = sorted(set(right))
    follows = {rank: {rank, after} for rank, after in zip(ranks, [*ranks[1:], ranks[-1]], strict=True)}
    several = {rank for rank in ranks if list(right).count(rank) > 1}
    hits = sum(
        after in follows[before] and (after != before or before in several)
        for before, after in pairwise(answered)
    )
    return Fraction(hits, len(right) - 1)


def _longest(right: Sequence[int], answered: Sequence[int]) -> Fraction:
    return Fraction(len(longest_run(answered)) - 1, len(right) - 1)


def _pairs_centred(right: Sequence[int], answered: Sequence[int]) -> Fraction:
    good = sum(
        answered[first] <= answered[second] for second in range(len(answered)) for first in range(second)
    )
    return 2 * Fraction(2 * good, len(right) * (len(right) - 1)) - 1


SEQUENCE_MODES: Mapping[str, Measure] = {
    "exact": _exact,
    "position": _position,
    "adjacent": _adjacent,
    "longest": _longest,
    "pairs_centred": _pairs_centred,
}
"""`longest` alone treats one item that stands in a wrong place as one error; `pairs_centred` is near to Kendall's tau."""


def longest_run(ranks: Sequence[int]) -> list[int]:
    """Places of a longest subsequence that never falls; what is not in it would have to be moved."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, rank in enumerate(ranks):
        at = bisect_right(tails, rank)
        before.append(places[at - 1] if at else None)
        tails[at:], places[at:] = [rank, *tails[at + 1 :]], [place, *places[at + 1 :]]
    run: list[int] = []
    here = places[-1] if places else None
    while here is not None:
        run.append(here)
        here = before[here]
    return run[::-1]
