"""Two servers in turns: a round of one, a round of the other, so that a noisy moment touches both."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.servers import Server

__all__ = ["Figure", "figure", "take_turns"]

Work = Callable[[int], None]
"""Ask a server for so many of what is measured."""


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


def take_turns(
    sides: Sequence[tuple[Server, Work]], *, rounds: int, each: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time for each piece of work, by round, of the first side and of the second."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _, work in sides:
        work(max(each // 4, 20))  # connections, caches, compiled templates and statements
    for _ in range(rounds):
        for (server, work), times in zip(sides, taken, strict=True):
            before = server.cpu_seconds()
            work(each)
            times.append((server.cpu_seconds() - before) * 1000 / each)
    return taken


def figure(name: str, unit: str, peer: str, taken: tuple[list[float], list[float]]) -> Figure:
    """The medians of both sides."""
    ours, theirs = (statistics.median(times) for times in taken)
    return Figure(name, ours, unit, peer, theirs, (max(taken[0]) - min(taken[0])) / ours)
