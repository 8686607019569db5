"""Pictures made fit for a page: upright, without what a camera tells of place and time, in sizes that suit a phone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import pi_heif
from PIL import Image, ImageCms

from binder.errors import Invalid
from binder.media.stripping import Stripped, strip

__all__ = ["MAX_PIXELS", "RASTER", "WIDTHS", "Prepared", "examine", "prepare"]

MAX_PIXELS = 60_000_000
WIDTHS = (480, 960, 1600)
"""Pixels: a phone, a page, a large screen."""
QUALITY = 90
QUALITY_SMALL = 80
STRIPPABLE = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
"""Pictures that can be cleaned without a pixel changed: media type → Pillow's name."""
RASTER = frozenset(STRIPPABLE) | {"image/avif", "image/heic", "image/heif"}
"""Media types of the pictures that `prepare` takes."""
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what sets it upright."""
SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class Prepared:
    """A picture to keep; `width` and `height` are those of the picture as it is shown."""

    data: bytes
    media_type: str
    width: int
    height: int
    variants: Mapping[int, bytes] = field(default_factory=dict)
    """Width → the same picture made smaller, of the same media type."""


def _damaged() -> Invalid:
    message = "this picture is damaged: open it on your computer and save it again"
    return Invalid("damaged picture", {"file": [message]})


def _too_many_pixels() -> Invalid:
    message = f"this picture has more than {MAX_PIXELS // 1_000_000} million pixels: make it smaller"
    return Invalid("too many pixels", {"file": [message]})


def prepare(stream: BinaryIO, media_type: str) -> Prepared:
    """A picture made fit to be kept: upright, told of nothing but its colours, with its smaller versions.

    A JPEG, PNG, GIF or WebP that stands upright keeps each of its pixels; what browsers do not show becomes a JPEG.

    :param media_type: as `binder.media.mediatypes.sniff` found it; one of `RASTER`.
    :raises Invalid: if it is damaged or too large.
    """
    data = stream.read()
    try:
        if media_type == "image/avif":
            return _again(_opened(data, "AVIF"))
        if media_type not in STRIPPABLE:
            return _again(_from_heif(data))
        stripped = strip(data, media_type)
        image = _opened(stripped.data, STRIPPABLE[media_type])
        turn = UPRIGHT.get(_orientation(stripped))
        if stripped.frames == 1 and (turn is not None or image.mode == "CMYK"):
            return _again(image, media_type, turn)
        return _as_it_is(image, stripped, media_type)
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # a decoder that meets nonsense raises whatever its author did not foresee
        raise _damaged() from None


def examine(stream: BinaryIO, media_type: str) -> Prepared | None:
    """Measures and smaller versions of a picture that is kept bit for bit; None where it cannot be shown.

    For the files of an archive, whose digests must stay what the archive says.
    """
    data = stream.read()
    if media_type not in STRIPPABLE:
        return None
    try:
        stripped = strip(data, media_type)
        if _orientation(stripped) != 1:
            return None
        image = _opened(stripped.data, STRIPPABLE[media_type])
        found = _as_it_is(image, stripped, media_type)
    except Exception:  # it was in somebody's binder before; a page that shows it says what is wrong
        return None
    return Prepared(data, media_type, found.width, found.height, found.variants)


def _opened(data: bytes, name: str) -> Image.Image:
    """Its first bytes only are read."""
    return _checked(Image.open(io.BytesIO(data), formats=[name]))


def _checked(image: Image.Image) -> Image.Image:
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    return image


def _from_heif(data: bytes) -> Image.Image:
    """A HEIC as phones make it; the decoder sets it upright."""
    found = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    if found.size[0] * found.size[1] > MAX_PIXELS:
        raise _too_many_pixels()
    image: Image.Image = found.to_pillow()
    return image


def _orientation(stripped: Stripped) -> int:
    if not stripped.exif:
        return 1
    exif = Image.Exif()
    try:
        exif.load(stripped.exif)
        value = exif.get(ORIENTATION, 1)
    except Exception:  # nonsense in what is thrown away anyway
        return 1
    return value if value in UPRIGHT else 1


def _as_it_is(image: Image.Image, stripped: Stripped, media_type: str) -> Prepared:
    """The picture with all its pixels; reading them shows whether all are there."""
    width, height = image.size
    if media_type == "image/jpeg":
        # decodes at half or a quarter of the size where that is enough for the largest smaller version
        image.draft(None, (min(width, WIDTHS[-1]), min(height, WIDTHS[-1] * height // width + 1)))
    image.load()
    still = stripped.frames == 1 and media_type != "image/gif"
    smaller = _variants(image, width, media_type, len(stripped.data)) if still else {}
    return Prepared(stripped.data, media_type, width, height, smaller)


def _again(image: Image.Image, media_type: str = "", turn: Image.Transpose | None = None) -> Prepared:
    """The picture encoded anew: upright, in colours that screens have."""
    profile = image.info.get("icc_profile")
    image.load()
    if turn is not None:
        image = image.transpose(turn)
    if image.mode == "CMYK":
        image, profile = _for_screens(image, profile), None
    if "transparency" in image.info:
        image = image.convert("RGBA")
    transparent = "A" in image.getbands()
    if media_type not in ("image/png", "image/webp"):
        media_type = "image/webp" if transparent else "image/jpeg"
    if media_type != "image/png" and image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if transparent else "RGB")
    image.info = {"icc_profile": profile} if profile else {}
    data = _encoded(image, media_type, QUALITY)
    return Prepared(
        data, media_type, image.width, image.height, _variants(image, image.width, media_type, len(data))
    )


def _for_screens(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Printing colours as sRGB."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
            return cast("Image.Image", turned)
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that nobody can read: as if there were none
    return image.convert("RGB")


def _variants(image: Image.Image, width: int, media_type: str, size: int) -> dict[int, bytes]:
    """The smaller versions that are lighter, too.

    :param width: of the picture itself; `image` may be a reduced copy.
    """
    found = {}
    profile = image.info.get("icc_profile")
    if "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode in ("1", "P"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        return {}
    for target in sorted((each for each in WIDTHS if each < width), reverse=True):
        height = max(1, round(image.height * target / image.width))
        image = image.resize((target, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        image.info = {"icc_profile": profile} if profile else {}
        data = _encoded(image, media_type, QUALITY_SMALL)
        if len(data) < size:
            found[target] = data
    return dict(sorted(found.items()))


def _encoded(image: Image.Image, media_type: str, quality: int) -> bytes:
    out = io.BytesIO()
    options = {"icc_profile": image.info.get("icc_profile")}
    if media_type == "image/jpeg":
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True, **options)
    elif media_type == "image/webp":
        image.save(out, "WEBP", quality=quality, exact=False, **options)
    else:
        image.save(out, "PNG", optimize=False, **options)
    return out.getvalue()
