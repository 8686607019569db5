"""What a file is, as its bytes say: names and what a browser claims do not count."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from binder.media import containers

__all__ = ["UNKNOWN", "Kind", "Limits", "kind_of", "named", "sniff"]

UNKNOWN = "application/octet-stream"
HEAD = 4096
CHUNK = 1 << 20
MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<(?:svg:)?svg[\s>]",
    re.DOTALL,
)
VTT = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|\Z)")
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
SIGNATURES: tuple[tuple[bytes, int, str | Callable[[BinaryIO, bytes], str]], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"OggS", 0, lambda stream, head: containers.ogg(head)),
    (b"fLaC", 0, "audio/flac"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xfa", 0, "audio/mpeg"),
    (b"\xff\xf2", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"\xff\xf1", 0, "audio/aac"),
    (b"\xff\xf9", 0, "audio/aac"),
    (b"WAVE", 8, "audio/wav"),
    (b"\x1a\x45\xdf\xa3", 0, lambda stream, head: containers.matroska(stream)),
    (b"ftyp", 4, containers.base_media),
    (b"moov", 4, "video/quicktime"),
    (b"PK\x03\x04", 0, containers.zipped),
)
"""What a file says of itself: (bytes, at, its media type or who looks closer)."""


class Kind(StrEnum):
    """What people do with a file; each kind has its limit of size."""

    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"
    CAPTIONS = "captions"
    DOCUMENT = "document"
    OTHER = "other"


@dataclass(frozen=True)
class Limits:
    """Bytes of a file at the most, by kind; `file` is for all the others."""

    picture: int = 25_000_000
    sound: int = 100_000_000
    film: int = 500_000_000
    file: int = 100_000_000

    @property
    def most(self) -> int:
        """Bytes of any file."""
        return max(self.picture, self.sound, self.film, self.file)

    def of(self, kind: Kind) -> int:
        """Bytes of a file of that kind."""
        return {Kind.PICTURE: self.picture, Kind.SOUND: self.sound, Kind.FILM: self.film}.get(kind, self.file)


ENDINGS: dict[str, str] = {
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/png": "png apng",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic heif hif",
    "image/heif": "heif heic hif",
    "image/svg+xml": "svg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a m4b mp4",
    "audio/aac": "aac",
    "audio/ogg": "ogg oga opus",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/webm": "weba webm",
    "video/mp4": "mp4 m4v",
    "video/webm": "webm",
    "video/quicktime": "mov qt",
    "video/ogg": "ogv ogg",
    "text/vtt": "vtt",
    "application/pdf": "pdf",
}
"""The endings that a name may have, the best first; a type that is not here has any."""


def kind_of(media_type: str) -> Kind:
    """The kind of a file of that media type."""
    if media_type == "text/vtt":
        return Kind.CAPTIONS
    if media_type in ENDINGS:
        kinds = {"image": Kind.PICTURE, "audio": Kind.SOUND, "video": Kind.FILM}
        return kinds.get(media_type.partition("/")[0], Kind.DOCUMENT)
    return Kind.DOCUMENT if media_type in containers.OFFICE or media_type == "text/plain" else Kind.OTHER


def named(name: str, media_type: str) -> str:
    """The name, with an ending that tells the truth: 255 characters at the most."""
    endings = ENDINGS.get(media_type, "").split()
    stem, dot, ending = name.rpartition(".")
    if not endings or (dot and ending.lower() in endings):
        return name[:255]
    known = {each for every in ENDINGS.values() for each in every.split()}
    base = stem if stem and ending.lower() in known else name
    return f"{base[: 254 - len(endings[0])]}.{endings[0]}"


def sniff(stream: BinaryIO) -> str:
    """The media type of the bytes in a seekable stream, which is then at its beginning.

    A file of which only the beginning is there is taken for what that looks like.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    found = _of(stream, head)
    stream.seek(0)
    return found


def _of(stream: BinaryIO, head: bytes) -> str:
    for signature, at, told in SIGNATURES:
        if head[at : at + len(signature)] == signature:
            return told if isinstance(told, str) else told(stream, head)
    if SVG.match(head):
        return "image/svg+xml"
    if not head or MARKUP.match(head) or not _is_text(stream):
        return UNKNOWN
    return "text/vtt" if VTT.match(head) else "text/plain"


def _is_text(stream: BinaryIO) -> bool:
    """Whether all of it is UTF-8, without characters that no text has."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    stream.seek(0)
    try:
        while chunk := stream.read(CHUNK):
            if CONTROLS.search(chunk):
                return False
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
