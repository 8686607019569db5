"""Where the bytes of files live: once a tenant under their SHA-256, however often they are used."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from binder.errors import Invalid, NotFound

__all__ = ["FileStorage", "Storage", "Stored", "media_type_of"]

CHUNK = 1 << 20
HEAD = 512
SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]",
    re.DOTALL,
)
SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xfa", 0, "audio/mpeg"),
    (b"\xff\xf2", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"WAVE", 8, "audio/wav"),
    (b"ftypM4A", 4, "audio/mp4"),
    (b"ftyp", 4, "video/mp4"),
    (b"PK\x03\x04", 0, "application/zip"),
)
"""What a file says of itself in its first bytes: (bytes, at, media type)."""


@dataclass(frozen=True)
class Stored:
    """A file as stored: hexadecimal SHA-256, size in bytes, and the media type found in its first bytes."""

    sha256: str
    size: int
    media_type: str


class Storage(Protocol):
    """What a store of files must do; `FileStorage` is one, a vendor's object store another."""

    def save(self, tenant_id: UUID, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """Keep the bytes of `stream`.

        :param limit: bytes at the most.
        :raises Invalid: if there are more.
        """

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """The bytes, seekable.

        :raises NotFound: if the tenant has no such file.
        """

    def delete(self, tenant_id: UUID, sha256: str) -> None:
        """Forget the bytes; nothing happens if there are none."""

    def url(self, tenant_id: UUID, sha256: str) -> str | None:
        """An address from which a browser may fetch the bytes itself for some minutes; None: serve them by `open`."""


class FileStorage:
    """Files in a folder: `<root>/<tenant>/<ab>/<sha256>`."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def _path(self, tenant_id: UUID, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise NotFound("no such file")
        return self.root / str(tenant_id) / sha256[:2] / sha256

    def save(self, tenant_id: UUID, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """See `Storage.save`; the file appears under its name only when whole and on the disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size, head = hashlib.sha256(), 0, b""
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise Invalid("too large", {"file": [f"larger than {limit} bytes"]})
                    head += chunk[: HEAD - len(head)]
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            path = self._path(tenant_id, digest.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(name, path)
            _sync(path.parent)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
        return Stored(digest.hexdigest(), size, media_type_of(head))

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """See `Storage.open`."""
        try:
            return self._path(tenant_id, sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("no such file") from None

    def delete(self, tenant_id: UUID, sha256: str) -> None:
        """See `Storage.delete`."""
        with contextlib.suppress(FileNotFoundError):
            self._path(tenant_id, sha256).unlink()

    def url(self, tenant_id: UUID, sha256: str) -> str | None:
        """None: files of a folder are served by the application."""
        return None


def _sync(folder: Path) -> None:
    """Make the folder's list of names survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def media_type_of(head: bytes) -> str:
    """The media type that the first bytes of a file show; its name and what a browser claims do not count."""
    for signature, at, media_type in SIGNATURES:
        if head[at : at + len(signature)] == signature:
            return media_type
    if SVG.match(head):
        return "image/svg+xml"
    return "application/octet-stream"
