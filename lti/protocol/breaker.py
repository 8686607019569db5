"""A server that does not answer is left alone for a moment, so that a dead one does not hold every thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

__all__ = ["Breaker"]

FAILURES = 5
"""In a row, with no answer between them."""
PAUSE = 10.0
"""Seconds for which nobody asks; then one does, and if that is in vain, so long again."""
MOST = 1000
"""Servers that are remembered; of more, the one that failed first is forgotten."""


class Breaker:
    """Counts failures by server. Safe to share among threads.

    :param clock: seconds that never go back.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failing: dict[Hashable, tuple[int, float]] = {}

    def wait(self, server: Hashable) -> float:
        """Seconds for which `server` is left alone; 0: ask it, and tell how it went.

        When a pause is over, the first to ask gets 0 and everybody else has a pause more.
        """
        if server not in self._failing:  # nearly always, and needs no lock
            return 0.0
        with self._lock:
            failures, until = self._failing.get(server, (0, 0.0))
            left = until - self._clock()
            if failures < FAILURES:
                return 0.0
            if left > 0:
                return left
            self._failing[server] = failures, self._clock() + PAUSE
            return 0.0

    def answered(self, server: Hashable) -> None:
        """It is there."""
        if server in self._failing:
            with self._lock:
                self._failing.pop(server, None)

    def failed(self, server: Hashable) -> bool:
        """It did not answer.

        :return: whether it is left alone from now on.
        """
        with self._lock:
            failures = self._failing.pop(server, (0, 0.0))[0] + 1
            self._failing[server] = failures, self._clock() + PAUSE
            if len(self._failing) > MOST:
                del self._failing[next(iter(self._failing))]
            return failures == FAILURES
