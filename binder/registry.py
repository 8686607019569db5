"""How a new kind of thing gets in: one class with a `name`, by decorator or entry point; built-ins the same way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar

__all__ = ["Named", "Registry"]


class Named(Protocol):
    """Anything that can be registered."""

    @property
    def name(self) -> str:
        """Its word in stored data and URLs; never changes."""


Kind = TypeVar("Kind", bound=Named)


class Registry(Generic[Kind]):
    """The kinds of one sort, by name.

    :param group: entry point group in which installed packages offer theirs, such as `binder.activities`.
    """

    def __init__(self, group: str) -> None:
        self.group = group
        self._kinds: dict[str, Kind] = {}
        self._loaded = False
        self._lock = threading.RLock()

    def register(self, cls: type[Kind]) -> type[Kind]:
        """Class decorator: make one instance known under its name.

        :raises ValueError: if another class has that name.
        """
        kind = cls()
        if kind.name in self._kinds:
            raise ValueError(
                f"{self.group}: the name {kind.name!r} is taken by {type(self._kinds[kind.name]).__qualname__}"
            )
        self._kinds[kind.name] = kind
        return cls

    def __getitem__(self, name: str) -> Kind:
        """:raises KeyError: naming what is known instead."""
        self._load()
        try:
            return self._kinds[name]
        except KeyError:
            known = ", ".join(sorted(self._kinds))
            raise KeyError(f"{self.group}: no {name!r}; known: {known}") from None

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._kinds

    def __iter__(self) -> Iterator[Kind]:
        self._load()
        return iter(list(self._kinds.values()))

    @contextmanager
    def temporarily(self, cls: type[Kind]) -> Iterator[Kind]:
        """Register for the length of a `with`: for tests."""
        self.register(cls)
        name = cls().name
        try:
            yield self._kinds[name]
        finally:
            del self._kinds[name]

    def _load(self) -> None:
        if self._loaded:
            return
        with self._lock:
            for entry_point in entry_points(group=self.group):
                loaded = entry_point.load()
                if not any(type(kind) is loaded for kind in self._kinds.values()):
                    self.register(loaded)
            self._loaded = True
