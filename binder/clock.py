"""Time and identifiers, made in one place that tests can set."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

__all__ = ["frozen", "now", "uuid7"]

_fixed: datetime | None = None
_lock = threading.Lock()
_last = 0


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _fixed if _fixed is not None else datetime.now(UTC)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Let `now()` answer `instant` inside a `with`: for tests and for replaying the past."""
    global _fixed
    before, _fixed = _fixed, instant.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


def uuid7() -> UUID:
    """A time-ordered identifier (RFC 9562 section 5.7): 48 bits of milliseconds, then a rising counter and chance.

    Two identifiers made one after the other in one process sort in that order.
    """
    global _last
    with _lock:
        # 12 bits of sub-millisecond clock in rand_a (RFC 9562 section 6.2, method 3), kept strictly rising
        ticks = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = ticks
    millis, fraction = divmod(ticks, 4096)
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(millis & ((1 << 48) - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail)
