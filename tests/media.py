"""Files as phones, editors and attackers make them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

__all__ = [
    "HEIC",
    "HEIC_TURNED",
    "PLACE",
    "asked",
    "box",
    "film",
    "jpeg",
    "picture",
    "png_claiming",
    "png_with_notes",
    "printing_profile",
    "saved",
    "zipped",
]

HERE = Path(__file__).parent / "binder" / "media"
HEIC = (HERE / "upright.heic").read_bytes()
"""`picture(64, 48)` as a phone keeps it, with place and maker in its EXIF."""
HEIC_TURNED = (HERE / "turned.heic").read_bytes()
"""… held upright: EXIF and HEIF say that it is to be turned."""
PLACE = (48.0, 51.0, 24.0)
COLOURS = ((200, 30, 30), (30, 160, 60), (20, 60, 200), (255, 255, 255))
"""Top left, top right, bottom left, bottom right."""


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """Four fields of colour."""
    image = Image.new("RGB", (width, height), COLOURS[3])
    half = width // 2, height // 2
    image.paste(COLOURS[0], (0, 0, *half))
    image.paste(COLOURS[1], (half[0], 0, width, half[1]))
    image.paste(COLOURS[2], (0, half[1], half[0], height))
    return image


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def told(orientation: int = 1) -> Image.Exif:
    """EXIF as a phone writes it: maker, place, which side is up."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Appareil de Claire", orientation
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", PLACE, "E", (2.0, 21.0, 3.0)
    return exif


def jpeg(width: int = 64, height: int = 48, orientation: int = 1, **options: Any) -> bytes:
    """A photo with all that a phone tells of it."""
    options = {"quality": 92, "exif": told(orientation).tobytes(), "comment": b"chez Claire", **options}
    return saved(options.pop("image", None) or picture(width, height), "JPEG", **options)


def png_with_notes(width: int = 64, height: int = 48, orientation: int = 1) -> bytes:
    """A picture whose editor noted the author's name and place."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Claire Morel")
    notes.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Claire</x:xmpmeta>", zip=True)
    return saved(picture(width, height), "PNG", pnginfo=notes, exif=told(orientation).tobytes())


def png_claiming(width: int, height: int) -> bytes:
    """A small file that says it is a large picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of an ISO file."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def film(*handlers: bytes, brand: bytes = b"isom", late: bool = False) -> bytes:
    """The frame of a film with tracks of these kinds."""
    tracks = [box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)))) for handler in handlers]
    moov, mdat = box(b"moov", *tracks), box(b"mdat", bytes(5000))
    return box(b"ftyp", brand, bytes(4), b"mp42") + (mdat + moov if late else moov + mdat)


def printing_profile() -> bytes:
    """An ICC profile of printing colours: few corners, in which magenta and yellow make a strong red.

    https://www.color.org/specification/ICC1v43_2010-12.pdf (10.9, lut8Type)
    """
    straight = bytes(range(256))
    corners = bytearray()
    for corner in range(16):
        c, m, y, k = (corner >> 3 & 1, corner >> 2 & 1, corner >> 1 & 1, corner & 1)
        light = (1 - k) * (3 - c - m - y) / 3
        corners += bytes([round(60 + 195 * light), 128 + 60 * (m - c), 128 + 50 * (y - c)])
    matrix = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + straight * 4 + bytes(corners) + straight * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    words = b"desc" + bytes(4) + struct.pack(">I", 2) + b"x\0" + bytes(78)
    tags, at, index, body = ((b"A2B0", table), (b"wtpt", white), (b"desc", words)), 128 + 4 + 36, b"", b""
    for name, data in tags:
        data += bytes(-len(data) % 4)
        index += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">II", at + len(body), 0)[:4] + bytes(4) + b"\x02\x40\0\0prtrCMYKLab " + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + struct.pack(">I", 3) + index + body


def zipped(**files: str) -> bytes:
    """A zip of these files, in that order; `__` in a name is a `/`, `_dot_` a full stop."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return out.getvalue()


def asked(data: bytes) -> Image.Image:
    """A file as a picture again, not turned by anybody."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
