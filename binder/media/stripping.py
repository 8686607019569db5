"""Taking out of a picture what is not picture – camera, place, author, comments, what stands behind its end – without a pixel changed."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Damaged", "Stripped", "strip"]

MAX_SCANS = 200
"""Passes of a progressive JPEG: each costs a walk over the whole picture."""


class Damaged(ValueError):
    """The parts of the file do not follow its format."""


@dataclass(frozen=True)
class Stripped:
    """A picture without the rest; `exif` is what it had, `frames` more than 1 means that it moves."""

    data: bytes
    exif: bytes = b""
    frames: int = 1


def strip(data: bytes, media_type: str) -> Stripped:
    """A JPEG, PNG, GIF or WebP without what is not picture; colours keep their profile.

    :raises Damaged: if its parts do not follow the format.
    """
    try:
        return _STRIPPERS[media_type](data)
    except (IndexError, struct.error):
        raise Damaged("breaks off") from None


MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""The next marker in or behind a scan: no stuffed byte, no restart."""


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments of a JPEG: (marker, all its bytes, the scan behind it included).

    https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.1.1)
    """
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if data[at] != 0xFF:
            raise Damaged("no marker")
        marker = data[at + 1]
        if marker == 0xD9:
            yield marker, b"\xff\xd9"
            return
        size = struct.unpack_from(">H", data, at + 2)[0]
        end = at + 2 + size
        if size < 2 or end > len(data):
            raise Damaged("a segment breaks off")
        if marker == 0xDA:
            following = MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield marker, data[at:end]
        if end == len(data):
            return
        at = end


def _jpeg(data: bytes) -> Stripped:
    kept, exif, scans = [b"\xff\xd8"], b"", 0
    for marker, segment in _segments(data):
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            exif = exif or segment[10:]
        scans += marker == 0xDA
        if scans > MAX_SCANS:
            raise Damaged("too many scans")
        own = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}.get(marker)
        told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not told or (own and segment[4:].startswith(own)):
            kept.append(segment)
    return Stripped(b"".join(kept), exif)


PNG = b"\x89PNG\r\n\x1a\n"
CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)


def _png(data: bytes) -> Stripped:
    """https://www.w3.org/TR/png-3/#5Chunk-layout"""
    kept, exif, frames, at = [PNG], b"", 0, 8
    while True:
        size, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise Damaged("a chunk breaks off")
        if name == b"eXIf":
            exif = data[at + 8 : end - 4]
        if name in CHUNKS:
            kept.append(data[at:end])
        frames += name == b"fcTL"
        if name == b"IEND":
            return Stripped(b"".join(kept), exif, max(1, frames))
        at = end


def _gif(data: bytes) -> Stripped:
    """https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""
    start = at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    kept, frames = [data[:start]], 0
    while True:
        start = at
        kind = data[at] if at < len(data) else 0x3B  # browsers do without the end, too
        if kind == 0x3B:
            return Stripped(b"".join([*kept, b";"]), frames=frames or 1)
        if kind == 0x21:
            label, at = data[at + 1], at + 2
            repeats = label == 0xFF and data[at + 1 : at + 12] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
            keep = label == 0xF9 or repeats
        elif kind == 0x2C:
            table = data[at + 9]
            at += 11 + (3 << (table & 7) + 1 if table & 0x80 else 0)
            keep, frames = True, frames + 1
        else:
            raise Damaged("no block")
        while data[at]:
            at += data[at] + 1
        at += 1
        if keep:
            kept.append(data[start:at])


RIFF = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"))
TOLD = 0x08 | 0x04
"""The flags of a VP8X chunk that announce EXIF and XMP."""


def _webp(data: bytes) -> Stripped:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    kept, exif, frames, at = [], b"", 0, 12
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise Damaged("a chunk breaks off")
        body = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
        if name == b"EXIF":
            exif = body.removeprefix(b"Exif\0\0")
        if name == b"VP8X":
            body = bytes([body[0] & ~TOLD]) + body[1:]
        frames += name == b"ANMF"
        if name in RIFF:
            kept.append(struct.pack("<4sI", name, size) + body + b"\0" * (size % 2))
    if not kept:
        raise Damaged("nothing in it")
    inner = b"WEBP" + b"".join(kept)
    return Stripped(struct.pack("<4sI", b"RIFF", len(inner)) + inner, exif, max(1, frames))


_STRIPPERS: Mapping[str, Callable[[bytes], Stripped]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
}
