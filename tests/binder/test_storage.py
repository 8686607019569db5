"""Where the bytes of files live."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from binder.clock import uuid7
from binder.errors import Invalid, NotFound
from binder.storage import FileStorage, media_type_of

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


class Dribble(io.RawIOBase):
    """A stream that gives few bytes at a time, as a socket does."""

    def __init__(self, data: bytes) -> None:
        self.rest = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self.rest.read(3)


class Broken(io.RawIOBase):
    """A stream that breaks off."""

    def __init__(self) -> None:
        self.given = False

    def read(self, size: int = -1) -> bytes:
        if self.given:
            raise OSError("connection lost")
        self.given = True
        return b"half a file"


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_was_saved_comes_back(storage: FileStorage) -> None:
    tenant = uuid7()
    stored = storage.save(tenant, io.BytesIO(PNG))
    assert stored.sha256 == hashlib.sha256(PNG).hexdigest()
    assert (stored.size, stored.media_type) == (len(PNG), "image/png")
    with storage.open(tenant, stored.sha256) as stream:
        assert stream.seekable()
        assert stream.read() == PNG
    assert storage.url(tenant, stored.sha256) is None


def test_the_same_bytes_are_kept_once_a_tenant(storage: FileStorage) -> None:
    one, other = uuid7(), uuid7()
    first = storage.save(one, io.BytesIO(PNG))
    assert storage.save(one, io.BytesIO(PNG)) == first
    assert len(files_below(storage.root)) == 1
    storage.save(other, io.BytesIO(PNG))
    assert len(files_below(storage.root)) == 2


def test_another_tenant_does_not_have_it(storage: FileStorage) -> None:
    stored = storage.save(uuid7(), io.BytesIO(PNG))
    with pytest.raises(NotFound):
        storage.open(uuid7(), stored.sha256)


def test_one_tenant_deletes_nothing_of_another(storage: FileStorage) -> None:
    one, other = uuid7(), uuid7()
    stored = storage.save(one, io.BytesIO(PNG))
    storage.save(other, io.BytesIO(PNG))
    storage.delete(one, stored.sha256)
    storage.delete(one, stored.sha256)
    with pytest.raises(NotFound):
        storage.open(one, stored.sha256)
    storage.open(other, stored.sha256).close()


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(storage: FileStorage) -> None:
    with pytest.raises(Invalid) as refused:
        storage.save(uuid7(), io.BytesIO(b"x" * 11), limit=10)
    assert refused.value.messages == {"file": ["larger than 10 bytes"]}
    assert files_below(storage.root) == []
    storage.save(uuid7(), io.BytesIO(b"x" * 10), limit=10)


def test_the_limit_holds_before_everything_is_read(storage: FileStorage) -> None:
    endless = Dribble(b"x" * 1000)
    with pytest.raises(Invalid):
        storage.save(uuid7(), endless, limit=10)  # type: ignore[arg-type]
    assert endless.rest.tell() <= 12


def test_a_file_that_breaks_off_leaves_nothing(storage: FileStorage) -> None:
    with pytest.raises(OSError, match="connection lost"):
        storage.save(uuid7(), Broken())  # type: ignore[arg-type]
    assert files_below(storage.root) == []


def test_a_file_appears_under_its_name_only_when_it_is_on_the_disk(
    storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync, replace = os.fsync, os.replace

    def noted(handle: int) -> None:
        synced.append(handle)
        fsync(handle)

    def checked(source: str, target: Path) -> None:
        assert synced
        assert Path(source).read_bytes() == PNG
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", checked)
    storage.save(uuid7(), io.BytesIO(PNG))
    assert len(files_below(storage.root)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 63,
        "A" * 64,
        "a" * 64 + "\n",
        "a" * 62 + "/.",
        "é" * 64,
    ],
)
def test_only_a_digest_names_a_file(storage: FileStorage, name: str) -> None:
    with pytest.raises(NotFound):
        storage.open(uuid7(), name)
    with pytest.raises(NotFound):
        storage.delete(uuid7(), name)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"OggS\x00", "audio/ogg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf3\x90", "audio/mpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"PK\x03\x04", "application/zip"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<!-- drawn -->\n<!-- by hand --><svg>", "image/svg+xml"),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg>",
            "image/svg+xml",
        ),
        (b"<!-- <svg> --><html>", "application/octet-stream"),
        (b"<html><script>", "application/octet-stream"),
        (b"<svgx>", "application/octet-stream"),
        (b"hello", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_first_bytes_tell_the_media_type(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


def test_a_stream_that_dribbles_is_recognised_too(storage: FileStorage) -> None:
    assert storage.save(uuid7(), Dribble(PNG)).media_type == "image/png"  # type: ignore[arg-type]


def test_many_comments_do_not_hold_up_the_recognition() -> None:
    assert media_type_of(b"<!---->" * 73 + b"x") == "application/octet-stream"


def test_an_empty_file_can_be_kept(storage: FileStorage) -> None:
    assert storage.save(uuid7(), io.BytesIO(b"")).size == 0
