"""Several in turns: a round of one, a round of the other, so that a noisy moment touches all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Clock", "Figure", "Here", "Work", "figure", "take_turns"]

Work = Callable[[int], None]
"""Do, or ask a server for, so many of what is measured."""


class Clock(Protocol):
    """Whose processor time is measured: a server's, or our own."""

    def cpu_seconds(self) -> float:
        """What it has used of the processors so far."""


class Here:
    """This very process."""

    def cpu_seconds(self) -> float:
        """See `Clock.cpu_seconds`."""
        return time.process_time()


@dataclass(frozen=True)
class Figure:
    """One line of the results."""

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    spread: float = 0.0
    """(greatest − least) / median of our rounds: how noisy it was."""

    @property
    def ratio(self) -> float:
        """Ours by the peer's."""
        return self.value / self.peer_value


def take_turns(sides: Sequence[tuple[Clock, Work]], *, rounds: int, each: int) -> list[list[float]]:
    """Milliseconds of processor time for each piece of work, by side and round."""
    taken: list[list[float]] = [[] for _ in sides]
    for _, work in sides:
        work(max(each // 4, 20))  # connections, caches, compiled templates and statements
    for _ in range(rounds):
        for (clock, work), times in zip(sides, taken, strict=True):
            before = clock.cpu_seconds()
            work(each)
            times.append((clock.cpu_seconds() - before) * 1000 / each)
    return taken


def figure(name: str, unit: str, peer: str, taken: Sequence[list[float]]) -> Figure:
    """The medians of two sides, ours and the peer's."""
    ours, theirs = (statistics.median(times) for times in taken)
    return Figure(name, ours, unit, peer, theirs, (max(taken[0]) - min(taken[0])) / ours)
