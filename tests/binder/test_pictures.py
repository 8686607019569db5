"""Pictures made fit for a page."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps

from binder.errors import Invalid
from binder.media import pictures, stripping
from binder.media.pictures import Prepared, prepare
from tests import media

SECRETS = (b"Claire", b"Appareil", b"Exif", b"xmpmeta", b"chez")
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}


def made(data: bytes, media_type: str) -> Prepared:
    return prepare(io.BytesIO(data), media_type)


def differ(one: Image.Image, other: Image.Image) -> int:
    """How far apart the farthest pixels are."""
    assert one.size == other.size
    extremes = ImageChops.difference(one.convert("RGBA"), other.convert("RGBA")).getextrema()
    return max(high for _, high in extremes)  # type: ignore[misc]


def with_notes(media_type: str) -> bytes:
    """A picture of that type that tells of its author and place."""
    image = media.picture()
    if media_type == "image/jpeg":
        return media.jpeg(image=image, xmp=b"<x:xmpmeta>Claire</x:xmpmeta>") + b"a film behind it: Claire"
    if media_type == "image/png":
        return media.png_with_notes() + b"Claire"
    if media_type == "image/gif":
        return media.saved(image, "GIF", comment=b"chez Claire") + b"Claire"
    exif = media.told().tobytes()
    return media.saved(image, "WEBP", lossless=True, exif=exif, xmp=b"<x:xmpmeta>Claire") + b"Claire"


@pytest.mark.parametrize("media_type", sorted(FORMATS))
def test_what_a_camera_tells_is_gone_and_every_pixel_stays(media_type: str) -> None:
    data = with_notes(media_type)
    assert any(secret in data for secret in SECRETS)
    found = made(data, media_type)
    assert (found.media_type, found.width, found.height) == (media_type, 64, 48)
    assert not any(secret in found.data for secret in SECRETS)
    assert len(found.data) < len(data)
    again = media.asked(found.data)
    assert not dict(again.getexif())
    assert not set(again.info) & {"exif", "xmp", "comment", "Author", "photoshop"}
    assert differ(again, media.asked(data)) == 0


@pytest.mark.parametrize("media_type", sorted(FORMATS))
def test_a_clean_picture_is_kept_bit_for_bit(media_type: str) -> None:
    once = made(with_notes(media_type), media_type).data
    assert made(once, media_type).data == once


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_picture_stands_upright(media_type: str, orientation: int) -> None:
    exif = media.told(orientation).tobytes()
    options = {"quality": 95, "subsampling": 0} if media_type == "image/jpeg" else {"lossless": True}
    data = media.saved(media.picture(), FORMATS[media_type], exif=exif, **options)
    upright = ImageOps.exif_transpose(media.asked(data))
    found = made(data, media_type)
    assert found.media_type == media_type
    assert (found.width, found.height) == upright.size == ((64, 48) if orientation < 5 else (48, 64))
    again = media.asked(found.data)
    assert again.getexif().get(0x0112, 1) == 1
    assert not any(secret in found.data for secret in SECRETS)
    corners = [(5, 5), (found.width - 6, 5), (5, found.height - 6), (found.width - 6, found.height - 6)]
    for corner in corners:
        there, wanted = again.convert("RGB").getpixel(corner), upright.convert("RGB").getpixel(corner)
        assert max(abs(a - b) for a, b in zip(there, wanted, strict=True)) <= 8  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "turned"), [(media.HEIC, False), (media.HEIC_TURNED, True)], ids=["flat", "turned"]
)
def test_a_photo_of_a_phone_becomes_a_jpeg(data: bytes, turned: bool) -> None:
    assert b"Appareil" in data
    found = made(data, "image/heic")
    assert found.media_type == "image/jpeg"
    assert (found.width, found.height) == ((48, 64) if turned else (64, 48))
    assert not any(secret in found.data for secret in SECRETS)
    wanted = media.picture().transpose(Image.Transpose.ROTATE_270) if turned else media.picture()
    again = media.asked(found.data).convert("RGB")
    for at in ((6, 6), (found.width - 7, 6), (6, found.height - 7)):
        there, then = again.getpixel(at), wanted.getpixel(at)
        assert max(abs(a - b) for a, b in zip(there, then, strict=True)) <= 12  # type: ignore[arg-type]


def test_avif_becomes_what_every_program_opens() -> None:
    plain = made(media.saved(media.picture(), "AVIF", exif=media.told().tobytes()), "image/avif")
    assert (plain.media_type, plain.width, plain.height) == ("image/jpeg", 64, 48)
    glass = media.picture().convert("RGBA")
    glass.putalpha(100)
    clear = made(media.saved(glass, "AVIF"), "image/avif")
    assert clear.media_type == "image/webp"
    assert media.asked(clear.data).convert("RGBA").getpixel((3, 3))[3] in range(95, 106)  # type: ignore[index]


def test_colours_keep_their_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for orientation in (1, 6):
        data = media.jpeg(1000, 600, orientation, icc_profile=profile)
        found = made(data, "image/jpeg")
        assert media.asked(found.data).info["icc_profile"] == profile
        assert media.asked(found.variants[480]).info["icc_profile"] == profile
    png = made(media.saved(media.picture(), "PNG", icc_profile=profile), "image/png")
    assert media.asked(png.data).info["icc_profile"] == profile


@pytest.mark.parametrize("profile", [None, b"no profile at all", media.printing_profile()])
def test_printing_colours_become_those_of_screens(profile: bytes | None) -> None:
    image = media.picture().convert("CMYK")
    found = made(media.saved(image, "JPEG", quality=95, icc_profile=profile), "image/jpeg")
    again = media.asked(found.data)
    assert again.mode == "RGB"
    assert "icc_profile" not in again.info
    red = again.getpixel((6, 6))
    assert isinstance(red, tuple)
    assert red[0] > 150
    assert max(red[1:]) < 90


def test_printing_colours_are_read_by_their_profile() -> None:
    image = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    plain, told = (
        media.asked(made(media.saved(image, "JPEG", icc_profile=profile), "image/jpeg").data).getpixel((9, 9))
        for profile in (None, media.printing_profile())
    )
    assert isinstance(plain, tuple)
    assert isinstance(told, tuple)
    assert max(abs(a - b) for a, b in zip(plain, told, strict=True)) > 20


def test_greys_behind_glass_become_what_browsers_show() -> None:
    found = pictures._again(Image.new("LA", (20, 20), (90, 100)))
    assert found.media_type == "image/webp"
    assert media.asked(found.data).mode == "RGBA"


def frames() -> list[Image.Image]:
    return [media.picture(1000, 40), ImageOps.invert(media.picture(1000, 40)), media.picture(1000, 40)]


@pytest.mark.parametrize(("media_type", "count"), [("image/gif", 3), ("image/webp", 3), ("image/png", 3)])
def test_what_moves_goes_on_moving(media_type: str, count: int) -> None:
    first, *more = frames()
    more[-1].putpixel((0, 0), (1, 2, 3))
    data = media.saved(first, FORMATS[media_type], save_all=True, append_images=more, duration=200, loop=0)
    found = made(data, media_type)
    again = Image.open(io.BytesIO(found.data))
    assert getattr(again, "n_frames", 1) == count
    assert again.info.get("loop") == 0
    assert found.variants == {}


def noisy(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 30).convert("RGB")


def test_smaller_versions_are_made_for_phones() -> None:
    found = made(media.jpeg(image=noisy(2000, 1000)), "image/jpeg")
    assert list(found.variants) == [480, 960, 1600]
    sizes = [len(data) for data in found.variants.values()] + [len(found.data)]
    assert sizes == sorted(sizes)
    for width, data in found.variants.items():
        assert media.asked(data).size == (width, width // 2)
        assert media.asked(data).format == "JPEG"
    assert list(made(media.jpeg(image=noisy(961, 40)), "image/jpeg").variants) == [480, 960]
    assert list(made(media.jpeg(image=noisy(480, 40)), "image/jpeg").variants) == []


def test_smaller_versions_stand_upright_too() -> None:
    found = made(media.jpeg(1000, 600, 6), "image/jpeg")
    assert list(found.variants) == [480]
    assert media.asked(found.variants[480]).size == (480, 800)


def test_a_smaller_version_that_weighs_more_is_none() -> None:
    dots = Image.effect_noise((500, 400), 90).convert("1")
    assert made(media.saved(dots, "PNG"), "image/png").variants == {}
    scan = Image.effect_noise((3000, 2400), 90).convert("1")
    assert list(made(media.saved(scan, "PNG"), "image/png").variants) == [480, 960]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    image = Image.new("I;16", (1000, 700), 40_000) if mode == "I;16" else noisy(1000, 700).convert(mode)
    options = {"transparency": 3} if mode == "P" else {}
    for exif in (media.told(1), media.told(6)):
        found = made(media.saved(image, "PNG", exif=exif.tobytes(), **options), "image/png")
        assert found.media_type == "image/png"
        if mode == "P" and 480 in found.variants:
            assert media.asked(found.variants[480]).mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (media.jpeg(400, 300)[:-900], "image/jpeg"),
        (media.jpeg()[:60], "image/jpeg"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xff\xd8\xff\xe0\x00\x01" + bytes(90), "image/jpeg"),
        (b"\xff\xd8zz", "image/jpeg"),
        (b"\xff\xd8\xff\xff\xff\xd9", "image/jpeg"),
        (media.saved(noisy(60, 60), "PNG")[:-500], "image/png"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        (media.saved(noisy(60, 60), "PNG").replace(b"IDAT", b"IDAX"), "image/png"),
        (media.saved(noisy(60, 60), "GIF")[:-900], "image/gif"),
        (b"GIF89a" + bytes(8), "image/gif"),
        (media.saved(noisy(60, 60), "WEBP")[:-300], "image/webp"),
        (b"RIFF\x04\0\0\0WEBP", "image/webp"),
        (media.HEIC[:-100], "image/heic"),
        (media.HEIC[:200], "image/heic"),
        (media.saved(media.picture(), "AVIF")[:-60], "image/avif"),
    ],
)
def test_a_damaged_picture_is_refused(data: bytes, media_type: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(data, media_type)
    (message,) = refused.value.messages["file"]
    assert message == "this picture is damaged: open it on your computer and save it again"


def zeros(width: int, height: int, media_type: str) -> bytes:
    """The head of a picture of that size, with hardly anything behind it."""
    if media_type == "image/jpeg":
        data = bytearray(media.saved(Image.new("L", (8, 8)), "JPEG"))
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", height, width)
        return bytes(data)
    if media_type == "image/heic":
        at = media.HEIC.index(b"ispe") + 8
        return media.HEIC[:at] + struct.pack(">II", width, height) + media.HEIC[at + 8 :]
    if media_type == "image/gif":
        data = bytearray(media.saved(Image.new("L", (8, 8)), "GIF"))
        data[6:10] = struct.pack("<HH", width, height)
        return bytes(data)
    return media.png_claiming(width, height)


@pytest.mark.parametrize(
    ("width", "height", "media_type"),
    [
        (60_000, 60_000, "image/png"),
        (20_000, 5_000, "image/png"),
        (2**31 - 1, 1, "image/png"),
        (65_000, 65_000, "image/jpeg"),
        (65_000, 65_000, "image/gif"),
        (16_000, 16_000, "image/heic"),
    ],
)
def test_a_bomb_is_refused_at_once(width: int, height: int, media_type: str) -> None:
    start = time.process_time()
    with pytest.raises(Invalid, match="too many pixels|damaged"):
        made(zeros(width, height, media_type), media_type)
    assert time.process_time() - start < 1


def test_sixty_million_pixels_are_the_most() -> None:
    data = media.png_claiming(10_001, 6_000)
    with pytest.raises(Invalid) as refused:
        made(data, "image/png")
    assert refused.value.messages["file"] == ["this picture has more than 60 million pixels: make it smaller"]


def test_a_photo_of_a_phone_is_measured_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(Invalid, match="too many pixels"):
        made(media.HEIC, "image/heic")


def test_a_text_that_swells_is_never_unpacked() -> None:
    swollen = zlib.compress(bytes(200_000_000), 9)
    chunk = b"zTXt" + b"Author\0\0" + swollen
    data = media.saved(media.picture(), "PNG")
    data = (
        data[:33]
        + struct.pack(">I", len(chunk) - 4)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + data[33:]
    )
    start = time.process_time()
    assert made(data, "image/png").width == 64
    assert time.process_time() - start < 0.5


def test_a_jpeg_of_very_many_scans_is_refused_at_once() -> None:
    data = media.saved(noisy(64, 64), "JPEG", progressive=True)
    segments = list(stripping._segments(data))
    scan = next(segment for marker, segment in segments if marker == 0xDA)
    start = time.process_time()
    with pytest.raises(Invalid, match="damaged"):
        made(data[:-2] + scan * 5000 + data[-2:], "image/jpeg")
    assert time.process_time() - start < 1


def test_a_picture_that_is_a_script_as_well_loses_the_script() -> None:
    gif = media.saved(media.picture(), "GIF", comment=b"*/=alert(1)//") + b"*/=1;alert(document.domain)//"
    jpg = media.jpeg(comment=b"<script>alert(1)</script>") + b"<script>alert(2)</script>"
    png = media.png_with_notes() + b"PK\x03\x04 and a zip"
    for data, media_type in ((gif, "image/gif"), (jpg, "image/jpeg"), (png, "image/png")):
        found = made(data, media_type).data
        assert b"alert" not in found
        assert b"PK\x03\x04" not in found


def test_nonsense_in_exif_turns_nothing() -> None:
    for exif in (
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
        b"Exif\0\0" + b"\xff" * 40,
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01",
    ):
        data = media.saved(media.picture(), "JPEG", exif=exif)
        assert (made(data, "image/jpeg").width, made(data, "image/jpeg").height) == (64, 48)


def test_a_gif_without_its_end_is_one_nevertheless() -> None:
    data = media.saved(media.picture(), "GIF")
    assert made(data[:-1], "image/gif").data == data


def test_a_picture_of_an_archive_is_measured_and_stays_as_it_is() -> None:
    data = media.jpeg(1000, 600)
    found = pictures.examine(io.BytesIO(data), "image/jpeg")
    assert found is not None
    assert (found.data, found.width, found.height, list(found.variants)) == (data, 1000, 600, [480, 960])
    assert pictures.examine(io.BytesIO(media.HEIC), "image/heic") is None
    assert pictures.examine(io.BytesIO(data[:-900]), "image/jpeg") is None
    assert pictures.examine(io.BytesIO(media.jpeg(1000, 600, 6)), "image/jpeg") is None


def test_a_photo_of_twelve_megapixels_takes_a_moment() -> None:
    bands = [Image.linear_gradient("L").resize((4000, 3000)), Image.effect_noise((4000, 3000), 20)]
    data = media.jpeg(image=Image.merge("RGB", [*bands, bands[0]]), orientation=6)
    start = time.process_time()
    found = made(data, "image/jpeg")
    seconds = time.process_time() - start
    assert (found.width, found.height, list(found.variants)) == (3000, 4000, [480, 960, 1600])
    assert seconds < 8, f"{seconds:.1f} s"
