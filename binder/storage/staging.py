"""A file that arrives in pieces: each is a file of its own, named by where it begins, and is there whole or not at all."""

from __future__ import annotations

import bisect
import contextlib
import io
import itertools
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, cast

from binder.errors import Conflict, Invalid, NotFound

__all__ = ["Pieces", "append", "opened", "receive", "size", "sync"]

CHUNK = 1 << 16
"""Small: when a connection breaks, so many bytes at the most are lost of what came."""
DIGITS = 20


def append(folder: Path, offset: int, stream: BinaryIO, limit: int) -> int:
    """See `binder.storage.Storage.append`."""
    folder.mkdir(parents=True, exist_ok=True)
    here = size(folder)
    if offset != here:
        raise Conflict("the piece begins elsewhere", here)
    incoming = folder / f".{secrets.token_hex(8)}"
    try:
        with incoming.open("xb") as out:
            received = receive(stream, out, limit)
            out.flush()
            os.fsync(out.fileno())
        if received:
            # fails if somebody else's piece for this place was quicker: it never takes the place of one that is there
            os.link(incoming, folder / f"{offset:0{DIGITS}d}")
            sync(folder)
    except FileExistsError:
        raise Conflict("somebody else sends the same piece", size(folder)) from None
    except FileNotFoundError:
        raise NotFound("the upload has been given up") from None
    finally:
        incoming.unlink(missing_ok=True)
    return offset + received


def receive(stream: BinaryIO, out: BinaryIO, limit: int) -> int:
    """Write down what comes, also where the stream breaks off.

    :return: how many bytes.
    :raises Invalid: if there are more than `limit`, or if the stream says so.
    """
    received = 0
    while True:
        try:
            chunk = stream.read(min(CHUNK, limit - received + 1))
        except Invalid:
            raise
        except Exception:  # the connection broke, whatever the server calls that: what came before is kept
            return received
        if not chunk:
            return received
        received += len(chunk)
        if received > limit:
            raise Invalid(
                "longer than announced", {"file": ["this file is longer than announced: choose it again"]}
            )
        out.write(chunk)


def _pieces(folder: Path) -> list[tuple[int, Path, int]]:
    """The pieces without a gap from the beginning: (where it begins, its file, its size)."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        found = sorted(path for path in folder.iterdir() if len(path.name) == DIGITS and path.name.isdigit())
    sizes = [path.stat().st_size for path in found]
    begins = itertools.accumulate(sizes, initial=0)
    return [
        (begin, path, size)
        for begin, path, size in zip(begins, found, sizes, strict=False)
        if int(path.name) == begin
    ]


def size(folder: Path) -> int:
    """Bytes that are here."""
    return sum(size for _, _, size in _pieces(folder))


def opened(folder: Path) -> BinaryIO:
    """The pieces as one stream."""
    return cast("BinaryIO", io.BufferedReader(Pieces(_pieces(folder)), 1 << 18))


def sync(folder: Path) -> None:
    """Make the folder's list of names survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Piece(Protocol):
    """A file, or what can be read like one."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Its bytes, seekable."""


class Pieces(io.RawIOBase):
    """Files one behind the other as one stream.

    :param pieces: (where it begins, its file, its size).
    """

    def __init__(self, pieces: Sequence[tuple[int, Piece, int]]) -> None:
        self._pieces, self._at = pieces, 0
        self._begins = [begin for begin, _, _ in pieces]
        self._size = sum(size for _, _, size in pieces)
        self._open: tuple[int, BinaryIO] | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See `io.RawIOBase.seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """See `io.RawIOBase.readinto`: never over the end of one piece."""
        if self._at >= self._size:
            return 0
        number = bisect.bisect_right(self._begins, self._at) - 1
        if self._open is None or self._open[0] != number:
            self._forget()
            self._open = number, self._pieces[number][1].open("rb")
        source = self._open[1]
        source.seek(self._at - self._begins[number])
        data = source.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _forget(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        """Let go of the files."""
        self._forget()
        super().close()
