"""A page's headings: their outline, and how it is closed up so that no reader meets a level without the one above it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup

__all__ = ["closed_up", "jumps"]

HEADING = re.compile(r"<(/?)h([2-6])(?=[\s>])")


def _levels(levels: Iterable[int], below: int) -> list[int]:
    """The same outline without gaps under a heading of level `below`: 3 3 5 becomes 2 2 3 under 1."""
    above: list[tuple[int, int]] = []
    found = []
    for level in levels:
        while above and above[-1][0] >= level:
            above.pop()
        found.append(min(6, (above[-1][1] if above else below) + 1))
        above.append((level, found[-1]))
    return found


def jumps(levels: Iterable[int]) -> list[int]:
    """Places, from 0, at which an outline below a page's title (level 1) goes down by more than one level."""
    wanted = list(levels)
    return [
        at
        for at, (level, before) in enumerate(zip(wanted, [1, *wanted], strict=False))
        if level > before + 1 and (at or level > 3)
    ]


def closed_up(html: Markup, *, below: int = 1) -> Markup:
    """A page's content with its headings closed up (RGAA 9.1): blocks are written apart, and read together.

    :param below: level of the heading that stands above it all.
    """
    new = iter(_levels((int(match[2]) for match in HEADING.finditer(html) if not match[1]), below))
    open_level = 2

    def replaced(match: re.Match[str]) -> str:
        nonlocal open_level
        if not match[1]:
            open_level = next(new)
        return f"<{match[1]}h{open_level}"

    return Markup(HEADING.sub(replaced, str(html)))  # noqa: S704 - was markup, other numbers in it
