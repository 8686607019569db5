"""Zip files: written the same way each time, read with distrust."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from exporters.errors import ExportError, Unreadable

__all__ = ["DEFAULT_LIMITS", "Entry", "Limits", "SafeZip", "write_zip"]

Entry = bytes | Callable[[], BinaryIO]
"""What goes into a zip: bytes that we made, or a way to open a file; the first are packed, the second stored as is."""

EPOCH = (1980, 1, 1, 0, 0, 0)
CHUNK = 1 << 20
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
SMALL = 1 << 20
"""Unpacked bytes up to which an entry cannot do harm, however well it is packed."""

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
"""What `zipfile` raises for damaged zips."""


@dataclass(frozen=True)
class Limits:
    """How much a zip may ask of whoever reads it; our writer stays within them."""

    entries: int = 20_000
    unpacked: int = 2_000_000_000
    """Bytes of all entries together."""
    ratio: int = 100
    """Unpacked bytes for each packed one, in an entry of more than a mebibyte."""


DEFAULT_LIMITS = Limits()


def write_zip(out: BinaryIO, entries: Mapping[str, Entry], limits: Limits = DEFAULT_LIMITS) -> dict[str, str]:
    """Write a zip: entries sorted, dates fixed, so that the same input gives the same bytes.

    :return: name → SHA-256 of what was written.
    :raises ExportError: `too-large` if our own reader would refuse the zip.
    """
    if len(entries) > limits.entries:
        raise ExportError("too-large", f"more than {limits.entries} pages and files: split the binder")
    digests: dict[str, str] = {}
    total = 0
    with zipfile.ZipFile(out, "w", allowZip64=False) as archive:
        for name in sorted(entries):
            if not NAME.fullmatch(name):
                raise ValueError(f"not a name of our making: {name!r}")
            entry = entries[name]
            source = io.BytesIO(entry) if isinstance(entry, bytes) else entry()
            with source, archive.open(_header(name, entry, limits), "w") as target:
                digest = hashlib.sha256()
                while chunk := source.read(CHUNK):
                    total += len(chunk)
                    if total > limits.unpacked:
                        raise ExportError("too-large", f"more than {limits.unpacked} bytes: split the binder")
                    digest.update(chunk)
                    target.write(chunk)
            digests[name] = digest.hexdigest()
    return digests


def _header(name: str, entry: Entry, limits: Limits) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    info.compress_type = zipfile.ZIP_STORED
    if isinstance(entry, bytes):
        harmless = len(entry) <= SMALL or len(entry) < len(zlib.compress(entry)) * limits.ratio * 9 // 10
        if harmless:
            info.compress_type = zipfile.ZIP_DEFLATED
    return info


class SafeZip:
    """A zip from anywhere: checked as a whole before anything of it is unpacked.

    :raises Unreadable: with what to do.
    """

    def __init__(self, stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> None:
        _check_directory(stream, limits)
        try:
            self._zip = zipfile.ZipFile(stream)
        except BROKEN as error:
            raise Unreadable(
                "damaged", f"the zip is damaged ({error}): export or download it again"
            ) from None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        try:
            self._check(limits)
        except Unreadable:
            self.close()
            raise

    @property
    def names(self) -> list[str]:
        """The names of all files, sorted."""
        return sorted(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def open(self, name: str) -> BinaryIO:
        """The bytes of one file.

        :raises KeyError: if there is no such file.
        """
        return io.BufferedReader(_Unpacked(self._zip, self._entries[name]))

    def close(self) -> None:
        """Let go of the zip; the stream stays open."""
        self._zip.close()

    def _check(self, limits: Limits) -> None:
        infos = self._zip.infolist()
        if len(infos) > limits.entries:
            raise Unreadable(
                "too-many-entries", f"more than {limits.entries} entries: this is no export of ours"
            )
        if sum(info.file_size for info in infos) > limits.unpacked:
            raise Unreadable(
                "too-large", f"unpacked it has more than {limits.unpacked} bytes: export the binder in parts"
            )
        seen: set[str] = set()
        for info in infos:
            _check_entry(info, limits)
            if info.filename.casefold() in seen:
                raise Unreadable("bad-name", f"{info.filename!r} is in it twice: make the zip again")
            seen.add(info.filename.casefold())
            if not info.is_dir():
                self._entries[info.filename] = info


def _check_directory(stream: BinaryIO, limits: Limits) -> None:
    """Refuse by the end record what would already cost too much to list."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 22 - 65_535))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Unreadable(
            "not-a-zip", "this is not a zip file: choose the file that the export gave you, unchanged"
        )
    count, directory = struct.unpack_from("<HL", tail, at + 10)
    if b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        raise Unreadable("zip64", "larger than any export of ours: export the binder in parts")
    if count > limits.entries or directory > limits.entries * 400:
        raise Unreadable("too-many-entries", f"more than {limits.entries} entries: this is no export of ours")


def _check_entry(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = info.orig_filename
    parts = name.removesuffix("/").split("/")
    if (
        len(name) > 1000
        or any(part in ("", ".", "..") for part in parts)
        or re.search(r"[\\:\x00-\x1f\x7f]", name)
    ):
        raise Unreadable("bad-name", f"{name[:100]!r} is no name for a file in a zip: make the zip again")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unreadable(
            "special-entry", f"{name[:100]!r} is a link, not a file: make the zip again without links"
        )
    if info.flag_bits & 0x41:
        raise Unreadable("special-entry", f"{name[:100]!r} needs a password: make the zip again without one")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("special-entry", f"{name[:100]!r} is packed in a rare way: make the zip again")
    if info.file_size > SMALL and info.file_size > info.compress_size * limits.ratio:
        raise Unreadable(
            "bomb", f"{name[:100]!r} is packed too tightly to be true: this is no export of ours"
        )


class _Unpacked(io.RawIOBase):
    """The bytes of an entry; whatever is wrong with them is `Unreadable`."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._name = info.filename
        try:
            self._source = archive.open(info)
        except BROKEN as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> Unreadable:
        return Unreadable(
            "damaged", f"{self._name!r} is damaged ({error}): export or download the file again"
        )

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants a private protocol
        """See `io.RawIOBase.readinto`."""
        try:
            chunk = self._source.read(len(buffer))
        except BROKEN as error:
            raise self._damaged(error) from None
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Let go of the entry."""
        source = getattr(self, "_source", None)
        if source is not None:
            source.close()
        super().close()
