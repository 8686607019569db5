"""Zips from anywhere are read with distrust; what is refused says why and what to do."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters import ExportError, Unreadable, native, read_archive
from exporters.archive import Limits, SafeZip, write_zip

DOCUMENT = json.dumps({"format": "classeur", "version": 1, "binder": {}})


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("data/binder.json", DOCUMENT)
        for name, data in entries:
            archive.writestr(name, data)
    return out


def link(name: str = "f/link", mode: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    return info


def twice() -> io.BytesIO:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return packed(("a", b""), ("a", b""))


def patched(offset: int, value: bytes) -> io.BytesIO:
    """A zip whose end record was changed."""
    data = bytearray(packed(("a", b"")).getvalue())
    at = data.rfind(b"PK\x05\x06")
    data[at + offset : at + offset + len(value)] = value
    return io.BytesIO(bytes(data))


def locked() -> io.BytesIO:
    """A zip whose central directory says of the first entry that it needs a password."""
    data = bytearray(packed().getvalue())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return io.BytesIO(bytes(data))


def zip64() -> io.BytesIO:
    data = packed().getvalue()
    at = data.rfind(b"PK\x05\x06")
    return io.BytesIO(data[:at] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1) + data[at:])


def backslash() -> io.BytesIO:
    return io.BytesIO(packed(("f/x_y", b"")).getvalue().replace(b"f/x_y", b"f\\x_y"))


def flipped(name: str) -> io.BytesIO:
    """A zip whose entry `name` is damaged."""
    out = packed()
    with zipfile.ZipFile(out) as archive:
        info = archive.getinfo(name)
    data = bytearray(out.getvalue())
    data[info.header_offset + 30 + len(name) + 5] ^= 0xFF
    return io.BytesIO(bytes(data))


HOSTILE: dict[str, tuple[str, Callable[[], io.BytesIO]]] = {
    "nothing": ("not-a-zip", io.BytesIO),
    "a picture": ("not-a-zip", lambda: io.BytesIO(b"\x89PNG" * 100)),
    "a cut zip": ("not-a-zip", lambda: io.BytesIO(packed(("a", b"x" * 500)).getvalue()[:-30])),
    "half an end record": ("not-a-zip", lambda: io.BytesIO(b"PK\x05\x06....")),
    "a directory that lies": ("damaged", lambda: patched(16, struct.pack("<L", 7))),
    "a directory of many bytes": ("too-many-entries", lambda: patched(12, struct.pack("<L", 1 << 30))),
    "a count of many": ("too-many-entries", lambda: patched(10, struct.pack("<H", 30_000))),
    "zip64": ("zip64", zip64),
    "a bomb": ("bomb", lambda: packed(("f/bomb", b"\0" * (4 << 20)))),
    "up": ("bad-name", lambda: packed(("../x", b""))),
    "up inside": ("bad-name", lambda: packed(("f/../../x", b""))),
    "absolute": ("bad-name", lambda: packed(("/etc/passwd", b""))),
    "a drive": ("bad-name", lambda: packed(("C:/x", b""))),
    "backslashes": ("bad-name", backslash),
    "a control character": ("bad-name", lambda: packed(("a\nb", b""))),
    "a long name": ("bad-name", lambda: packed(("a" * 1001, b""))),
    "twice": ("bad-name", twice),
    "twice for Windows": ("bad-name", lambda: packed(("F/a", b""), ("f/A", b""))),
    "a link": ("special-entry", lambda: packed((link(), b"/etc/passwd"))),
    "a device": ("special-entry", lambda: packed((link("dev", stat.S_IFCHR), b""))),
    "a password": ("special-entry", locked),
    "a rare method": ("special-entry", lambda: packed(("a", b"a"), method=zipfile.ZIP_LZMA)),
    "a damaged document": ("damaged", lambda: flipped("data/binder.json")),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused(case: str) -> None:
    reason, make = HOSTILE[case]
    with pytest.raises(Unreadable) as error:
        read_archive(make())
    assert error.value.reason == reason
    assert error.value.messages["file"]
    assert error.value.code == "invalid"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(entries=2), "too-many-entries"), (Limits(unpacked=100), "too-large"), (Limits(), None)],
)
def test_limits_are_those_that_were_given(limits: Limits, reason: str | None) -> None:
    source = packed(("a", b"1" * 60), ("b", b""))
    if reason is None:
        assert read_archive(source, limits).document["format"] == "classeur"
        return
    with pytest.raises(Unreadable) as error:
        read_archive(source, limits)
    assert error.value.reason == reason


def test_a_count_that_lies_does_not_help() -> None:
    """zipfile lists what the directory holds, whatever count the end record names."""
    source = packed(*((f"a{number}", b"") for number in range(10)))
    data = bytearray(source.getvalue())
    at = data.rfind(b"PK\x05\x06")
    data[at + 8 : at + 12] = struct.pack("<HH", 1, 1)
    with pytest.raises(Unreadable) as error:
        read_archive(io.BytesIO(bytes(data)), Limits(entries=5))
    assert error.value.reason == "too-many-entries"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"\xff\xfe{", "damaged"),
        (b'{"format": NaN}', "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"[]", "no-binder"),
        (b'{"format": "other"}', "no-binder"),
        (b'{"format": "classeur", "version": 2}', "too-new"),
    ],
)
def test_a_bad_document_is_refused(document: bytes, reason: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data/binder.json", document)
    with pytest.raises(Unreadable) as error:
        read_archive(out)
    assert error.value.reason == reason


def test_a_zip_without_a_document_or_with_two_is_refused() -> None:
    for names in (["index.html"], ["a/data/binder.json", "b/data/binder.json"]):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, DOCUMENT)
        with pytest.raises(Unreadable, match="copy for pupils") as error:
            read_archive(out)
        assert error.value.reason == "no-binder"


def test_a_document_beyond_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "MAX_DOCUMENT", 10)
    with pytest.raises(Unreadable, match="larger than 10 bytes") as error:
        read_archive(packed())
    assert error.value.reason == "too-large"


def test_a_damaged_local_header_is_told() -> None:
    sha256 = "0" * 64
    data = packed((f"f/{sha256}.bin", b"x")).getvalue().replace(b"PK\x03\x04", b"PK\x03\x05")
    data = data.replace(b"PK\x03\x05", b"PK\x03\x04", 1)
    with read_archive(io.BytesIO(data)) as archive:
        with pytest.raises(KeyError):
            archive.open("1" * 64)
        with pytest.raises(Unreadable) as error:
            archive.open(sha256)
    assert error.value.reason == "damaged"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_changed_in_a_zip_nothing_else_than_unreadable_comes(data: st.DataObject) -> None:
    sha256 = "a" * 64
    source = bytearray(packed((f"f/{sha256}.bin", b"some bytes" * 30)).getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    try:
        with read_archive(io.BytesIO(bytes(source))) as archive, archive.open(sha256) as stream:
            stream.read()
    except (Unreadable, KeyError):
        pass


def test_what_we_write_our_reader_takes() -> None:
    """Also what packs so well that the reader would take it for a bomb."""
    entries: dict[str, Any] = {
        "p/0001.html": b" " * (5 << 20),
        "index.html": b"x",
        "f/a.bin": lambda: io.BytesIO(b"y"),
    }
    out = io.BytesIO()
    digests = write_zip(out, entries)
    zip_ = SafeZip(out)
    assert zip_.names == sorted(entries) == list(digests)
    with zip_.open("p/0001.html") as stream:
        assert stream.read() == entries["p/0001.html"]
    with zipfile.ZipFile(out) as archive:
        assert [info.date_time for info in archive.infolist()] == [(1980, 1, 1, 0, 0, 0)] * 3
        assert [info.compress_type for info in archive.infolist()] == [0, 8, 0]


def test_our_writer_stays_within_the_limits_of_our_reader() -> None:
    with pytest.raises(ExportError, match="split the binder") as error:
        write_zip(io.BytesIO(), {"a": b"", "b": b""}, Limits(entries=1))
    assert error.value.code == "too-large"
    with pytest.raises(ExportError, match="split the binder"):
        write_zip(io.BytesIO(), {"a": b"12345678901"}, Limits(unpacked=10))


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "é", "A", "a b", ""])
def test_our_writer_takes_only_names_of_our_making(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        write_zip(io.BytesIO(), {name: b""})
