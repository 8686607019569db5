"""What a process may keep of what never changes: the newest so many, for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from uuid import UUID

__all__ = ["Kept"]

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by tenant and key; the oldest go when there is too much.

    :param most: what all values may weigh together.
    :param weigh: the weight of one; default: each weighs 1.
    """

    def __init__(self, most: int, weigh: Callable[[Value], int] = lambda value: 1) -> None:
        self._most, self._weigh, self._weight = most, weigh, 0
        self._values: dict[tuple[UUID, Hashable], Value] = {}
        self._lock = threading.Lock()

    def get(self, tenant_id: UUID, key: Hashable) -> Value | None:
        """What is kept under a tenant's key."""
        return self._values.get((tenant_id, key))

    def put(self, tenant_id: UUID, key: Hashable, value: Value) -> None:
        """Keep a value, unless it alone would be too much."""
        with self._lock:
            if (tenant_id, key) in self._values or self._weigh(value) > self._most:
                return
            self._values[tenant_id, key] = value
            self._weight += self._weigh(value)
            while self._weight > self._most:
                self._weight -= self._weigh(self._values.pop(next(iter(self._values))))

    def clear(self) -> None:
        """Forget everything: another database may have other things under the same keys."""
        with self._lock:
            self._values.clear()
            self._weight = 0

    def __len__(self) -> int:
        return len(self._values)
