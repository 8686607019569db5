"""How many edits lie between two texts, where only a few are of interest."""

from __future__ import annotations

__all__ = ["edits"]


def edits(one: str, other: str, limit: int, at: int = 0, there: int = 0) -> int:
    """Optimal string alignment distance of what follows the two places; anything above the limit is limit + 1.

    Equal beginnings are skipped, then each of the four edits is tried: with two edits at the most, sixteen ways.
    """
    if not limit:
        return int(one[at:] != other[there:])
    same = _common(one, other, at, there)
    at, there = at + same, there + same
    left, right = len(one) - at, len(other) - there
    if abs(left - right) > limit:
        return limit + 1
    if not left or not right:
        return max(left, right)
    steps = [(1, 1), (1, 0), (0, 1)]
    if one[at : at + 2] == other[there : there + 2][::-1] and left > 1 < right:
        steps.append((2, 2))
    return 1 + min(edits(one, other, limit - 1, at + step, there + stride) for step, stride in steps)


def _common(one: str, other: str, at: int, there: int) -> int:
    """How many characters are the same after the two places."""
    low, high = 0, min(len(one) - at, len(other) - there)
    if one[at : at + high] == other[there : there + high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if one[at + low : at + middle] == other[there + low : there + middle]:
            low = middle
        else:
            high = middle - 1
    return low
