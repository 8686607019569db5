"""A file on another machine, read like one that is here: each jump is a request, and so is each line that breaks."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

from binder.errors import BinderError, Unavailable

__all__ = ["Remote"]

CHUNK = 1 << 18
TRIES = 3
"""How often in a row a reading that breaks off is taken up again."""


class Body(Protocol):
    """Bytes that arrive."""

    def read(self, size: int, /) -> bytes:
        """Some; none at the end."""

    def close(self) -> None:
        """Do without the rest."""


class Remote:
    """A file on another machine.

    :param size: in bytes.
    :param fetch: its bytes from some place on.
    """

    def __init__(self, size: int, fetch: Callable[[int], Body]) -> None:
        self.size, self.fetch = size, fetch

    def open(self, mode: str = "rb", /) -> BinaryIO:
        """Its bytes, seekable; what is skipped is not fetched."""
        return cast("BinaryIO", io.BufferedReader(_Reading(self), CHUNK))


class _Reading(io.RawIOBase):
    def __init__(self, source: Remote) -> None:
        self._source, self._at = source, 0
        self._body: Body | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        to = max(0, base + offset)
        if to != self._at:
            self._leave()
        self._at = to
        return to

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._source.size:
            return 0
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _read(self, size: int) -> bytes:
        for _ in range(TRIES):
            if self._body is None:
                self._body = self._source.fetch(self._at)
            try:
                if data := self._body.read(size):
                    return data
            except BinderError:
                raise
            except Exception:  # noqa: S110 - the connection broke, whatever its library calls that
                pass
            self._leave()
        raise Unavailable("the store breaks off while a file is read")

    def _leave(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        self._leave()
        super().close()
