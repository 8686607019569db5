"""Where the bytes of files live: once a tenant under their SHA-256, however often they are used; and on their way here."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from binder.errors import Invalid, NotFound, Unavailable
from binder.storage import staging

__all__ = ["FileStorage", "Storage", "Stored"]

CHUNK = 1 << 20


@dataclass(frozen=True)
class Stored:
    """A file as stored: hexadecimal SHA-256 and size in bytes."""

    sha256: str
    size: int


class Storage(Protocol):
    """What a store of files must do; `FileStorage` is one, `binder.storage.s3.S3Storage` another."""

    @property
    def origins(self) -> Collection[str]:
        """Scheme and host of all that `url` gives out: from there a page may show files."""

    def check(self) -> str:
        """Try whether files can be kept.

        :return: where they are, in words.
        :raises Unavailable: if they cannot; `detail` says in one sentence what to mend.
        """

    def save(self, tenant_id: UUID, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """Keep the bytes of `stream`; if they are here already, their age begins anew.

        :param limit: bytes at the most.
        :raises Invalid: if there are more.
        """

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """The bytes, seekable.

        :raises NotFound: if the tenant has no such file.
        """

    def delete(self, tenant_id: UUID, sha256: str, *, before: datetime | None = None) -> None:
        """Forget the bytes; nothing happens if there are none.

        :param before: only if they were saved last before that instant.
        """

    def kept(self, tenant_id: UUID) -> Iterator[tuple[str, datetime]]:
        """All files of a tenant: SHA-256, and when it was saved last."""

    def url(self, tenant_id: UUID, sha256: str, *, media_type: str, disposition: str) -> str | None:
        """An address from which a browser may fetch the bytes itself for ten minutes or more; None: serve them by `open`.

        :param media_type: what the answer must say of them, as its `Content-Type`.
        :param disposition: … and as its `Content-Disposition`.
        """

    def append(self, tenant_id: UUID, upload_id: str, offset: int, stream: BinaryIO, limit: int) -> int:
        """Add a piece to a file that is arriving; it is safe when this returns.

        A stream that breaks off (any exception but Invalid) leaves what came before. Of two requests that bring the
        same piece at the same time, one wins.

        :param upload_id: chosen by the caller; 1 to 64 letters, digits and hyphens.
        :param offset: where the piece begins: just behind what is here.
        :param limit: bytes of the piece at the most.
        :return: bytes that are here now.
        :raises Conflict: if `offset` is elsewhere; `current` is where the next piece must begin.
        :raises Invalid: if the piece is longer than `limit`, or if the stream says so; nothing of it is kept then.
        """

    def arrived(self, tenant_id: UUID, upload_id: str) -> int:
        """Bytes that are here of a file that is arriving."""

    def staged(self, tenant_id: UUID, upload_id: str) -> BinaryIO:
        """What is here of a file that is arriving, seekable."""

    def finish(self, tenant_id: UUID, upload_id: str) -> Stored:
        """Keep what has arrived as `save` does; its pieces stay until they are discarded."""

    def discard(self, tenant_id: UUID, upload_id: str) -> None:
        """Forget the pieces; nothing happens if there are none."""


class FileStorage:
    """Files in a folder: `<root>/<tenant>/<ab>/<sha256>`; what arrives: `<root>/.uploads/<tenant>/<upload>/<offset>`."""

    origins: Collection[str] = ()

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def check(self) -> str:
        """See `Storage.check`."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                return f"the folder {self.root}"
        except OSError as error:
            raise Unavailable(
                f"the folder {self.root} cannot be written ({error.strerror}); change its owner or choose another"
            ) from error

    def _path(self, tenant_id: UUID, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise NotFound("no such file")
        return self.root / str(tenant_id) / sha256[:2] / sha256

    def save(self, tenant_id: UUID, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """See `Storage.save`; the file appears under its name only when whole and on the disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise Invalid("too large", {"file": [f"larger than {limit} bytes"]})
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            path = self._path(tenant_id, digest.hexdigest())
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(name, path)
            staging.sync(path.parent)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
        return Stored(digest.hexdigest(), size)

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """See `Storage.open`."""
        try:
            return self._path(tenant_id, sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("no such file") from None

    def delete(self, tenant_id: UUID, sha256: str, *, before: datetime | None = None) -> None:
        """See `Storage.delete`."""
        path = self._path(tenant_id, sha256)
        if before is None:
            path.unlink(missing_ok=True)
            return
        # taken aside before it is looked at: whoever saves the same bytes meanwhile puts a new file in its place
        aside = path.with_name(f".old-{secrets.token_hex(8)}")
        with contextlib.suppress(FileNotFoundError):
            os.rename(path, aside)
            if _saved(aside) >= before:
                with contextlib.suppress(FileExistsError):
                    os.link(aside, path)
            aside.unlink()

    def kept(self, tenant_id: UUID) -> Iterator[tuple[str, datetime]]:
        """See `Storage.kept`."""
        for path in (self.root / str(tenant_id)).glob("[0-9a-f][0-9a-f]/*"):
            if not path.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    yield path.name, _saved(path)

    def url(self, tenant_id: UUID, sha256: str, *, media_type: str, disposition: str) -> str | None:
        """None: files of a folder are served by the application."""
        return None

    def _arriving(self, tenant_id: UUID, upload_id: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", upload_id):
            raise NotFound("no such upload")
        return self.root / ".uploads" / str(tenant_id) / upload_id

    def append(self, tenant_id: UUID, upload_id: str, offset: int, stream: BinaryIO, limit: int) -> int:
        """See `Storage.append`."""
        return staging.append(self._arriving(tenant_id, upload_id), offset, stream, limit)

    def arrived(self, tenant_id: UUID, upload_id: str) -> int:
        """See `Storage.arrived`."""
        return staging.size(self._arriving(tenant_id, upload_id))

    def staged(self, tenant_id: UUID, upload_id: str) -> BinaryIO:
        """See `Storage.staged`."""
        return staging.opened(self._arriving(tenant_id, upload_id))

    def finish(self, tenant_id: UUID, upload_id: str) -> Stored:
        """See `Storage.finish`."""
        with self.staged(tenant_id, upload_id) as stream:
            return self.save(tenant_id, stream)

    def discard(self, tenant_id: UUID, upload_id: str) -> None:
        """See `Storage.discard`."""
        shutil.rmtree(self._arriving(tenant_id, upload_id), ignore_errors=True)


def _saved(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
