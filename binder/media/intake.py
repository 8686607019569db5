"""From the bytes that somebody sends to what is kept of them: recognised, weighed, pictures and drawings made safe."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from binder.errors import Invalid
from binder.media import captions, pictures, svg
from binder.media.mediatypes import Kind, Limits, kind_of, sniff
from binder.storage import Storage, Stored

__all__ = ["Taken", "examine", "recognise", "take"]

DRAWING = "image/svg+xml"
CAPTIONS = "text/vtt"


@dataclass(frozen=True)
class Taken:
    """A file as it is kept; the fields are those of a `binder.models.Resource`."""

    sha256: str
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None
    variants: Mapping[str, Any] = field(default_factory=dict)


def recognise(stream: BinaryIO, size: int, limits: Limits) -> str:
    """The media type of a file, of which perhaps only the beginning is here.

    :param size: bytes of the whole file.
    :raises Invalid: if it is empty, or too large for its kind.
    """
    if not size:
        raise Invalid("empty file", {"file": ["the file is empty: choose another"]})
    media_type = sniff(stream)
    kind = kind_of(media_type)
    most = f"{limits.of(kind) / 1_000_000:g}"
    if size > limits.of(kind):
        told = {
            Kind.PICTURE: f"this picture is too large: {most} MB at the most",
            Kind.SOUND: f"this sound is too large: {most} MB at the most",
            Kind.FILM: f"this film is too large: {most} MB at the most",
        }
        message = told.get(kind, f"this file is too large: {most} MB at the most")
        raise Invalid("too large", {"file": [message]})
    return media_type


def take(
    storage: Storage,
    tenant_id: UUID,
    stream: BinaryIO,
    limits: Limits,
    *,
    keep: Callable[[], Stored] | None = None,
) -> Taken:
    """Keep a file that somebody adds; of a picture only what is fit to show.

    :param stream: seekable.
    :param keep: keeps the stream's bytes as they are, where there is a shorter way than to read them all.
    :raises Invalid: if it is empty, too large, a damaged picture or an unsafe drawing; nothing is kept then.
    """
    size = stream.seek(0, io.SEEK_END)
    media_type = recognise(stream, size, limits)
    stream.seek(0)
    if media_type in pictures.RASTER:
        return _kept(storage, tenant_id, pictures.prepare(stream, media_type))
    if media_type == DRAWING:
        drawing = svg.check(stream.read(svg.MAX_SIZE + 1))
        stored = storage.save(tenant_id, io.BytesIO(drawing.data))
        return Taken(stored.sha256, stored.size, DRAWING, drawing.width, drawing.height)
    if media_type == CAPTIONS or (media_type == "text/plain" and captions.is_subrip(stream)):
        stored = storage.save(tenant_id, io.BytesIO(captions.as_webvtt(stream.read(captions.MOST + 1))))
        return Taken(stored.sha256, stored.size, CAPTIONS)
    stored = keep() if keep is not None else storage.save(tenant_id, stream)
    return Taken(stored.sha256, stored.size, media_type)


def examine(storage: Storage, tenant_id: UUID, stored: Stored) -> Taken:
    """What is to be known of a file that is kept bit for bit, because an archive names its digest.

    :raises Invalid: if it is an unsafe drawing.
    """
    with storage.open(tenant_id, stored.sha256) as stream:
        media_type = sniff(stream)
        if media_type == DRAWING:
            drawing = svg.check(stream.read(svg.MAX_SIZE + 1))
            return Taken(stored.sha256, stored.size, DRAWING, drawing.width, drawing.height)
        found = pictures.examine(stream, media_type) if media_type in pictures.RASTER else None
    if found is None:
        return Taken(stored.sha256, stored.size, media_type)
    return _kept(storage, tenant_id, found, stored)


def _kept(
    storage: Storage, tenant_id: UUID, picture: pictures.Prepared, stored: Stored | None = None
) -> Taken:
    stored = stored or storage.save(tenant_id, io.BytesIO(picture.data))
    variants = {}
    for width, data in picture.variants.items():
        smaller = storage.save(tenant_id, io.BytesIO(data))
        variants[str(width)] = {"sha256": smaller.sha256, "size": smaller.size}
    return Taken(stored.sha256, stored.size, picture.media_type, picture.width, picture.height, variants)
