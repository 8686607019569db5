"""How many edits lie between two texts, where only a few are of interest."""

from __future__ import annotations

__all__ = ["edits"]


def edits(one: str, other: str, limit: int) -> int:
    """Optimal string alignment distance; anything above the limit is limit + 1.

    Equal ends are cut off, then each of the four edits is tried: with two edits at the most, sixteen ways.
    """
    if abs(len(one) - len(other)) > limit or not _share(one, other, limit):
        return limit + 1
    same = _common(one[::-1], other[::-1], 0, 0)
    return _edits(one[: len(one) - same], other[: len(other) - same], limit, 0, 0)


def _share(one: str, other: str, limit: int) -> bool:
    """Whether a piece of the one stands in the other near its place: an edit spoils two of so many at the most."""
    size = len(one) // (2 * limit + 1)
    if not size:
        return True
    for at in range(0, size * (2 * limit + 1), size):
        if one[at : at + size] in other[max(at - limit, 0) : at + size + limit]:
            return True
    return False


def _edits(one: str, other: str, limit: int, at: int, there: int) -> int:
    """The distance of what follows the two places; their lengths differ by the limit at the most."""
    if not limit:
        return int(one[at:] != other[there:])
    same = _common(one, other, at, there)
    at, there = at + same, there + same
    left, right = len(one) - at, len(other) - there
    if not left or not right:
        return max(left, right)
    least = limit
    if abs(left - right) < limit:
        least = min(least, _edits(one, other, limit - 1, at + 1, there + 1))
        if least and left > 1 < right and one[at : at + 2] == other[there + 1] + other[there]:
            least = min(least, _edits(one, other, limit - 1, at + 2, there + 2))
    if least and abs(left - 1 - right) < limit:
        least = min(least, _edits(one, other, limit - 1, at + 1, there))
    if least and abs(left - right + 1) < limit:
        least = min(least, _edits(one, other, limit - 1, at, there + 1))
    return 1 + least


def _common(one: str, other: str, at: int, there: int) -> int:
    """How many characters are the same after the two places."""
    low, high = 0, min(len(one) - at, len(other) - there)
    if not high or one[at] != other[there]:
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if one[at + low : at + middle] == other[there + low : there + middle]:
            low = middle
        else:
            high = middle - 1
    return low
