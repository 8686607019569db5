"""Where the bytes of files live."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from binder.clock import uuid7
from binder.errors import Conflict, Invalid, NotFound, Unavailable
from binder.storage import FileStorage, Storage

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


@pytest.fixture
def folder(tmp_path: Path) -> FileStorage:
    """An empty folder of files."""
    return FileStorage(tmp_path / "files")


@pytest.fixture(params=["folder", pytest.param("object_store", marks=pytest.mark.s3)])
def storage(request: pytest.FixtureRequest) -> Storage:
    """Each of our kinds of storage, empty."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def left(storage: Storage) -> list[str]:
    """All that a storage holds, under whatever name."""
    if isinstance(storage, FileStorage):
        return [str(path) for path in files_below(storage.root)]
    return [each["Key"] for each in storage._listed(storage.prefix)]  # type: ignore[attr-defined]


def test_what_was_saved_comes_back(storage: Storage) -> None:
    tenant = uuid7()
    stored = storage.save(tenant, io.BytesIO(PNG))
    assert stored.sha256 == hashlib.sha256(PNG).hexdigest()
    assert stored.size == len(PNG)
    with storage.open(tenant, stored.sha256) as stream:
        assert stream.seekable()
        assert stream.read() == PNG


def test_a_folder_gives_out_no_addresses(folder: FileStorage) -> None:
    stored = folder.save(uuid7(), io.BytesIO(PNG))
    assert folder.url(uuid7(), stored.sha256, media_type="image/png", disposition="inline") is None
    assert not folder.origins


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert FileStorage(tmp_path / "new").check() == f"the folder {tmp_path / 'new'}"
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file/below cannot be written") as refused:
        FileStorage(tmp_path / "file" / "below").check()
    assert refused.value.code == "unavailable"


def test_the_same_bytes_are_kept_once_a_tenant(storage: Storage) -> None:
    one, other = uuid7(), uuid7()
    first = storage.save(one, io.BytesIO(PNG))
    assert storage.save(one, io.BytesIO(PNG)) == first
    assert len(left(storage)) == 1
    storage.save(other, io.BytesIO(PNG))
    assert len(left(storage)) == 2


def test_another_tenant_does_not_have_it(storage: Storage) -> None:
    stored = storage.save(uuid7(), io.BytesIO(PNG))
    with pytest.raises(NotFound):
        storage.open(uuid7(), stored.sha256)


def test_one_tenant_deletes_nothing_of_another(storage: Storage) -> None:
    one, other = uuid7(), uuid7()
    stored = storage.save(one, io.BytesIO(PNG))
    storage.save(other, io.BytesIO(PNG))
    storage.delete(one, stored.sha256)
    storage.delete(one, stored.sha256)
    with pytest.raises(NotFound):
        storage.open(one, stored.sha256)
    storage.open(other, stored.sha256).close()


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(Invalid) as refused:
        storage.save(uuid7(), io.BytesIO(b"x" * 11), limit=10)
    assert refused.value.messages == {"file": ["larger than 10 bytes"]}
    assert left(storage) == []
    storage.save(uuid7(), io.BytesIO(b"x" * 10), limit=10)


def test_the_limit_holds_before_everything_is_read(storage: Storage) -> None:
    endless = Dribble(b"x" * 1000)
    with pytest.raises(Invalid):
        storage.save(uuid7(), endless, limit=10)  # type: ignore[arg-type]
    assert endless.rest.tell() <= 12


def test_a_file_that_breaks_off_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(OSError, match="connection lost"):
        storage.save(uuid7(), Broken())  # type: ignore[arg-type]
    assert left(storage) == []


def test_a_file_appears_under_its_name_only_when_it_is_on_the_disk(
    folder: FileStorage, monkeypatch: pytest.MonkeyPatch
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
    folder.save(uuid7(), io.BytesIO(PNG))
    assert len(files_below(folder.root)) == 1


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
def test_only_a_digest_names_a_file(storage: Storage, name: str) -> None:
    with pytest.raises(NotFound):
        storage.open(uuid7(), name)
    with pytest.raises(NotFound):
        storage.delete(uuid7(), name)


def test_an_empty_file_can_be_kept(storage: Storage) -> None:
    assert storage.save(uuid7(), io.BytesIO(b"")).size == 0


# Their age


def test_all_files_of_a_tenant_are_listed_with_their_age(storage: Storage) -> None:
    tenant = uuid7()
    assert list(storage.kept(tenant)) == []
    begin = datetime.now(UTC) - timedelta(seconds=5)
    one, other = (storage.save(tenant, io.BytesIO(data)) for data in (b"a", b"b"))
    storage.save(uuid7(), io.BytesIO(b"c"))
    found = dict(storage.kept(tenant))
    assert set(found) == {one.sha256, other.sha256}
    assert all(begin < saved < begin + timedelta(minutes=1) for saved in found.values())


def age(folder: FileStorage, days: float) -> None:
    """Let all files have been saved so long ago."""
    then = datetime.now(UTC).timestamp() - days * 86400
    for path in files_below(folder.root):
        os.utime(path, (then, then))


def test_a_young_file_is_not_deleted_with_the_old_ones(folder: FileStorage) -> None:
    tenant, yesterday = uuid7(), datetime.now(UTC) - timedelta(days=1)
    old, renewed = (folder.save(tenant, io.BytesIO(data)) for data in (b"a", b"b"))
    age(folder, 3)
    young = folder.save(tenant, io.BytesIO(b"c"))
    folder.save(tenant, io.BytesIO(b"b"))
    for stored in (old, renewed, young):
        folder.delete(tenant, stored.sha256, before=yesterday)
        folder.delete(tenant, "0" * 64, before=yesterday)
    assert set(dict(folder.kept(tenant))) == {renewed.sha256, young.sha256}
    assert len(files_below(folder.root)) == 2
    with folder.open(tenant, renewed.sha256) as stream:
        assert stream.read() == b"b"


# On their way


def test_pieces_become_a_file(storage: Storage) -> None:
    tenant, data = uuid7(), os.urandom(700_000)
    at = 0
    for size in (300_000, 1, 399_999):
        assert storage.arrived(tenant, "u-1") == at
        at = storage.append(tenant, "u-1", at, io.BytesIO(data[at : at + size]), 700_000 - at)
    with storage.staged(tenant, "u-1") as stream:
        assert stream.seek(0, io.SEEK_END) == 700_000
        for begin, end in ((0, 5), (299_990, 300_010), (299_999, 300_002), (699_990, 700_000)):
            stream.seek(begin)
            assert stream.read(end - begin) == data[begin:end]
        stream.seek(10)
        stream.seek(-5, io.SEEK_CUR)
        assert stream.read() == data[5:]
    stored = storage.finish(tenant, "u-1")
    assert (stored.sha256, stored.size) == (hashlib.sha256(data).hexdigest(), 700_000)
    storage.discard(tenant, "u-1")
    storage.discard(tenant, "u-1")
    assert storage.arrived(tenant, "u-1") == 0
    assert len(left(storage)) == 1


def test_a_connection_that_breaks_leaves_what_came(storage: Storage) -> None:
    tenant = uuid7()
    assert storage.append(tenant, "u", 0, Broken(), 100) == len(b"half a file")  # type: ignore[arg-type]
    assert storage.append(tenant, "u", 11, io.BytesIO(b", the rest"), 100) == 21
    with storage.staged(tenant, "u") as stream:
        assert stream.read() == b"half a file, the rest"


def test_a_piece_that_begins_elsewhere_is_refused(storage: Storage) -> None:
    tenant = uuid7()
    storage.append(tenant, "u", 0, io.BytesIO(b"12345"), 10)
    for offset in (0, 4, 6):
        with pytest.raises(Conflict) as refused:
            storage.append(tenant, "u", offset, io.BytesIO(b"x"), 10)
        assert refused.value.current == 5
    assert storage.arrived(tenant, "u") == 5


def test_a_piece_that_is_too_long_leaves_nothing(storage: Storage) -> None:
    tenant = uuid7()
    storage.append(tenant, "u", 0, io.BytesIO(b"12345"), 10)
    with pytest.raises(Invalid, match="longer"):
        storage.append(tenant, "u", 5, Dribble(b"x" * 1000), 5)  # type: ignore[arg-type]
    assert storage.arrived(tenant, "u") == 5
    assert storage.append(tenant, "u", 5, io.BytesIO(b""), 5) == 5
    assert len(left(storage)) == 1


def test_uploads_of_tenants_are_apart(storage: Storage) -> None:
    one, other = uuid7(), uuid7()
    storage.append(one, "u", 0, io.BytesIO(b"one"), 10)
    assert storage.arrived(other, "u") == 0
    storage.discard(other, "u")
    assert storage.arrived(one, "u") == 3
    for name in ("", "..", "a/b", "a" * 65, "é", "u\n"):
        with pytest.raises(NotFound):
            storage.append(one, name, 0, io.BytesIO(b"x"), 10)


def test_a_piece_for_an_upload_that_was_given_up_meanwhile_is_refused(tmp_path: Path) -> None:
    storage, tenant = FileStorage(tmp_path), uuid7()

    class Late(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            storage.discard(tenant, "u")
            return super().read(size)

    with pytest.raises(NotFound):
        storage.append(tenant, "u", 0, Late(b"12345"), 10)
    assert storage.arrived(tenant, "u") == 0


class Overtaken(io.RawIOBase):
    """A stream during which somebody else brings the same piece."""

    def __init__(self, storage: Storage, tenant: UUID) -> None:
        self.rest, self.storage, self.tenant = io.BytesIO(b"slower"), storage, tenant

    def read(self, size: int = -1) -> bytes:
        data = self.rest.read(size)
        if not data:
            self.storage.append(self.tenant, "u", 0, io.BytesIO(b"quick"), 10)
        return data


def test_a_piece_does_not_take_the_place_of_one_that_is_there(storage: Storage) -> None:
    tenant = uuid7()
    with pytest.raises(Conflict) as refused:
        storage.append(tenant, "u", 0, Overtaken(storage, tenant), 10)  # type: ignore[arg-type]
    assert refused.value.current == 5
    with storage.staged(tenant, "u") as stream:
        assert stream.read() == b"quick"


class Held(io.RawIOBase):
    """A stream that waits for all others before it ends."""

    def __init__(self, data: bytes, gate: threading.Barrier) -> None:
        self.rest, self.gate = io.BytesIO(data), gate

    def read(self, size: int = -1) -> bytes:
        data = self.rest.read(size)
        if not data:
            self.gate.wait(20)
        return data


def bring_the_same(storage: Storage, tenant: UUID, people: int) -> list[int]:
    """All send their piece at once; what each was told, negative where that was a refusal."""
    gate, outcomes = threading.Barrier(people), list[int]()

    def bring(number: int) -> None:
        stream = Held(bytes([number]) * (100_000 + number), gate)
        try:
            outcomes.append(storage.append(tenant, "u", 0, stream, 200_000))  # type: ignore[arg-type]
        except Conflict as conflict:
            outcomes.append(-conflict.current)

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_many_who_bring_the_same_piece_one_wins(folder: FileStorage) -> None:
    tenant = uuid7()
    outcomes = bring_the_same(folder, tenant, 8)
    (won,) = [outcome for outcome in outcomes if outcome > 0]
    assert sorted(outcomes) == [-won] * 7 + [won]
    with folder.staged(tenant, "u") as stream:
        assert stream.read() == bytes([won - 100_000]) * won


def test_a_piece_is_on_the_disk_when_it_is_acknowledged(
    folder: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync, link = os.fsync, os.link

    def noted(handle: int) -> None:
        synced.append(os.fstat(handle).st_size)
        fsync(handle)

    def checked(source: Path, target: Path) -> None:
        assert synced == [5]
        link(source, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "link", checked)
    folder.append(uuid7(), "u", 0, io.BytesIO(b"12345"), 10)
    assert len(synced) == 2
