"""What is in a file that may hold several things: a zip, and the boxes of films and sounds. Only what is needed is read."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["OFFICE", "base_media", "matroska", "ogg", "zipped"]

UNKNOWN = "application/octet-stream"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OOXML = "application/vnd.openxmlformats-officedocument."
OFFICE = frozenset(
    {OPEN_DOCUMENT + kind for kind in ("text", "spreadsheet", "presentation")}
    | {OOXML + kind for kind in ("wordprocessingml.document", "spreadsheetml.sheet")}
    | {OOXML + "presentationml.presentation", "application/epub+zip"}
)
PARTS = (
    ("word/document.xml", OOXML + "wordprocessingml.document"),
    ("xl/workbook.xml", OOXML + "spreadsheetml.sheet"),
    ("ppt/presentation.xml", OOXML + "presentationml.presentation"),
)
MAX_DIRECTORY = 4 << 20
TAIL = 65_557
"""Bytes at the end of a zip in which its last record begins: 22 and a comment."""
MAX_BOXES = 1000
EARLY = 1 << 16
PICTURES = {b"avif": "image/avif", b"avis": "image/avif"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"
)
FILMS = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 mp71 avc1 dash MSNV 3gp4 3gp5 3gp6 3gp7 3g2a".split()
) | {b"M4A ", b"M4B ", b"M4V ", b"M4VH", b"M4VP", b"f4v "}


def zipped(stream: BinaryIO, head: bytes) -> str:
    """A document of an office program, or just a zip; macros make it just a zip."""
    if head[26:38] == b"\x08\0" + head[28:30] + b"mimetype":
        size = int.from_bytes(head[22:26], "little")
        told = head[38 : 38 + min(size, 100)].decode("ascii", "replace")
        return told if told in OFFICE else "application/zip"
    names = _names(stream)
    if "[Content_Types].xml" in names and not any(name.endswith("vbaProject.bin") for name in names):
        return next((media_type for part, media_type in PARTS if part in names), "application/zip")
    return "application/zip"


def _names(stream: BinaryIO) -> set[str]:
    """The names in a zip's directory, unless that is too long to look at."""
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - TAIL))
    tail = stream.read(TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return set()
    size, offset = struct.unpack_from("<II", tail, at + 12)
    if size > MAX_DIRECTORY or offset + size > end:
        return set()
    stream.seek(offset)
    directory, names, at = stream.read(size), set(), 0
    while directory[at : at + 4] == b"PK\x01\x02" and at + 46 <= size:
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        names.add(directory[at + 46 : at + 46 + name].decode("utf-8", "replace"))
        at += 46 + name + extra + comment
    return names


def ogg(head: bytes) -> str:
    """A sound, unless its first pages begin a film."""
    return "video/ogg" if b"\x80theora" in head else "audio/ogg"


def matroska(stream: BinaryIO) -> str:
    """WebM with pictures or only with sound; other Matroska plays in no browser."""
    stream.seek(0)
    early = stream.read(EARLY)
    if b"webm" not in early[:64]:
        return UNKNOWN
    codecs = {name for name in (b"V_VP8", b"V_VP9", b"V_AV1", b"A_OPUS", b"A_VORBIS") if name in early}
    return "audio/webm" if codecs and not any(name.startswith(b"V") for name in codecs) else "video/webm"


def base_media(stream: BinaryIO, head: bytes) -> str:
    """A picture, film or sound in ISO boxes, by the brands that it names and the tracks that it has.

    https://mp4ra.org/registered-types/brands
    """
    size = int.from_bytes(head[:4], "big")
    brands = [head[at : at + 4] for at in range(8, min(size, len(head)), 4) if at != 12]
    for brand in brands:
        if brand in PICTURES:
            return PICTURES[brand]
    if brands[:1] in ([b"mif1"], [b"msf1"]):
        return "image/heif"
    if brands[:1] == [b"qt  "]:
        return "video/quicktime"
    if not any(brand in FILMS for brand in brands):
        return UNKNOWN
    tracks = _tracks(stream)
    only_sound = tracks == {b"soun"} or (not tracks and brands[0] in (b"M4A ", b"M4B "))
    return "audio/mp4" if only_sound else "video/mp4"


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes that stand side by side: (kind, start, end) of what is in each."""
    for _ in range(MAX_BOXES):
        if start >= end:
            return
        stream.seek(start)
        head = stream.read(16)
        if len(head) < 8:
            return
        size, inner = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, inner = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if size < inner:
            return
        yield head[4:8], start + inner, min(start + size, end)
        start += size


def _tracks(stream: BinaryIO) -> set[bytes]:
    """What the tracks of a film hold: `vide`, `soun`, …; nothing where that is not there yet."""
    end, found = stream.seek(0, io.SEEK_END), set()
    pending: list[tuple[int, int, tuple[bytes, ...]]] = [(0, end, (b"moov", b"trak", b"mdia", b"hdlr"))]
    while pending:
        start, stop, way = pending.pop()
        for kind, inner, last in _boxes(stream, start, stop):
            if kind == way[0] == b"hdlr":
                stream.seek(inner + 8)
                found.add(stream.read(4))
            elif kind == way[0]:
                pending.append((inner, last, way[1:]))
    return found & {b"vide", b"soun"}
