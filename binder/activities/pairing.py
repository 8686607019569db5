"""Which of several answers is paired with which accepted one, so that each counts once and the sum is the largest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

__all__ = ["best_pairs"]


def best_pairs(worth: Sequence[Sequence[Fraction]]) -> list[int | None]:
    """The column of each row, or None; pairs that are worth nothing are left apart.

    The Hungarian method: rows² × columns steps.

    :param worth: of each row with each column, not negative.
    """
    if not worth:
        return []
    scale = math.lcm(*{value.denominator for row in worth for value in row})
    rows, columns = len(worth), len(worth[0]) + len(worth)
    cost = [[-value.numerator * (scale // value.denominator) for value in row] + [0] * rows for row in worth]
    taken: list[int] = [-1] * (columns + 1)  # column → row; the last column is where each row begins
    by_row, by_column = [0] * rows, [0] * (columns + 1)
    for row in range(rows):
        taken[columns] = row
        _place(cost, taken, by_row, by_column, columns)
    pairs: list[int | None] = [None] * rows
    for column, row in enumerate(taken[: len(worth[0])]):
        if row >= 0 and cost[row][column]:
            pairs[row] = column
    return pairs


def _place(
    cost: list[list[int]], taken: list[int], by_row: list[int], by_column: list[int], columns: int
) -> None:
    """Give the row that waits in the last column a place; others move along the cheapest path."""
    least: list[float] = [math.inf] * columns
    before = [columns] * columns
    seen = [False] * (columns + 1)
    here = columns
    while taken[here] >= 0:
        seen[here] = True
        row, step, there = taken[here], math.inf, columns
        for column in range(columns):
            if seen[column]:
                continue
            reduced = cost[row][column] - by_row[row] - by_column[column]
            if reduced < least[column]:
                least[column], before[column] = reduced, here
            if least[column] < step:
                step, there = least[column], column
        change = int(step)
        for column in range(columns + 1):
            if seen[column]:
                by_row[taken[column]] += change
                by_column[column] -= change
            else:
                least[column] -= change
        here = there
    while here != columns:
        taken[here] = taken[before[here]]
        here = before[here]
